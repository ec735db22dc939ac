"""Usage- and sales-based royalties of a licence (ASC 606-10-55-65)."""

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


@dataclass(frozen=True, slots=True)
class Usage(Recognition):
    """Recognised as used, no earlier than the licence is delivered."""

    method: ClassVar[str] = "usage"


class UsageMeasure(Measure):
    """Usage to date, once both the usage and the delivery of the licence have happened."""

    __slots__ = ("share", "used")
    takes: ClassVar = {Satisfy: "satisfy", UsageEvent: "use"}
    series = True
    exempt = True
    open_ended = True
    paragraph = "606-10-55-65"

    def __init__(self) -> None:
        super().__init__()
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
        return _("usage to date, the licence being delivered")


def _read(node: Any) -> Recognition:
    node.only("method")
    return Usage()


METHOD = Method(
    terms=Usage,
    measure=UsageMeasure,
    starts=lambda one: UsageMeasure(),
    read=_read,
)
