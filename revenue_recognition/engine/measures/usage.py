"""Usage: royalties of a licence (ASC 606-10-55-65), and services that are paid as they are used (606-10-32-40)."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, ClassVar

from ..errors import Refusal
from ..events import Satisfy
from ..events import Usage as UsageEvent
from ..money import ONE, ZERO
from ..terms import Recognition
from ..wording import _
from .base import Measure, percent
from .registry import Method

#: What is used: why its amounts are earned, and the paragraph that says so.
USED = {
    "licence": (_("usage to date, the licence being delivered"), "606-10-55-65"),
    "service": (_("used to date: each day earns what its usage costs"), "606-10-32-40"),
    "commitment": (_("what usage falls short of to date, over the time for which it was promised"), "606-10-55-48"),
    "funds": (_("what lapses of prepaid funds; what they pay is earned by its usage"), "606-10-55-48"),
}


@dataclass(frozen=True, slots=True)
class Usage(Recognition):
    """Recognised as used, no earlier than the licence is delivered.

    :param of: what is used, a key of :data:`USED`
    """

    method: ClassVar[str] = "usage"
    of: str = "licence"


class UsageMeasure(Measure):
    """Usage to date, once both the usage and the delivery of the licence have happened."""

    __slots__ = ("paragraph", "said", "share", "used")
    takes: ClassVar = {Satisfy: "satisfy", UsageEvent: "use"}
    series = True
    exempt = True
    open_ended = True

    def __init__(self, of: str = "licence") -> None:
        super().__init__()
        self.said, self.paragraph = USED[of]
        self.share = ZERO
        self.used = 0

    def satisfy(self, event: Satisfy) -> None:
        """Deliver the licence, or a share of it."""
        if self.share + event.share > ONE:
            reason = _(
                "%(more)s more than the %(done)s delivered already is over 100 %%",
                more=percent(event.share),
                done=percent(self.share),
            )
            raise Refusal(f"{event.place}.share", reason)
        self.share += event.share

    def use(self, event: UsageEvent) -> None:
        """Add usage."""
        self.used += event.amount

    def done(self, day: date) -> Fraction:
        """See :class:`Measure`."""
        return self.share

    def earned(self, day: date) -> Fraction:
        """See :class:`Measure`."""
        return Fraction(self.used) if self.share >= ONE else ZERO

    def text(self, day: date, allocated: str) -> str:
        """See :class:`Measure`."""
        if self.share < ONE:
            return _("usage waits until the licence is delivered")
        return self.said


def _read(node: Any) -> Recognition:
    node.only("method", "of")
    return Usage(of=node.one_of("of", {name: name for name in USED}, "usage") if node.has("of") else "licence")


METHOD = Method(
    terms=Usage,
    measure=UsageMeasure,
    starts=lambda one: UsageMeasure(one.recognition.of),
    read=_read,
    write=lambda terms, money: {} if terms.of == "licence" else {"of": terms.of},
)
