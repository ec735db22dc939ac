"""What the engine says when it cannot answer."""

from .wording import Translate


class Refusal(ValueError):
    """A contract or an event that cannot be worked out; the text names the place and what is wrong with it.

    :param place: where, as in ``events[3].obligation``
    :param reason: what is wrong there

    >>> str(Refusal("events[3].obligation", 'no obligation "C"'))
    'events[3].obligation: no obligation "C"'
    """

    def __init__(self, place: str, reason: str) -> None:
        # What is wrong may be a text that no protocol can carry.
        super().__init__(f"{place}: {reason}".encode(errors="replace").decode())
        self.place = place
        self.reason = reason

    def in_words(self, say: Translate) -> str:
        """Return the place and what is wrong with it, told by a translator."""
        return f"{self.place}: {say(self.reason)}".encode(errors="replace").decode()
