"""What the engine says when it cannot answer."""

from .wording import Tell, sendable


class Refusal(ValueError):
    """A scenario that cannot be worked out; the text names the place and what is wrong with it.

    :param place: where, as in ``events[3].charge``
    :param reason: what is wrong there

    >>> str(Refusal("events[3].charge", 'no charge "C"'))
    'events[3].charge: no charge "C"'
    """

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(sendable(f"{place}: {reason}"))
        self.place = place
        self.reason = reason

    def told(self, say: Tell) -> str:
        """Return the place and what is wrong with it, told by a translator."""
        return sendable(f"{self.place}: {say(self.reason)}")
