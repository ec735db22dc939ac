"""Right to invoice: the invoice corresponds to the value transferred (ASC 606-10-55-18)."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, ClassVar

from ..money import ONE, ZERO
from ..terms import Recognition
from ..wording import _
from .base import Measure
from .registry import Method


@dataclass(frozen=True, slots=True)
class AsInvoiced(Recognition):
    """Recognised as invoiced."""

    method: ClassVar[str] = "as_invoiced"


class InvoicedMeasure(Measure):
    """What is invoiced for the obligation, less credit notes."""

    __slots__ = ("invoiced",)
    series = True
    exempt = True
    open_ended = True
    paragraph = "606-10-55-18"

    def __init__(self) -> None:
        super().__init__()
        self.invoiced = 0

    def invoice(self, amount: int) -> None:
        """Add an amount invoiced, below zero for a credit note."""
        self.invoiced += amount

    def done(self, day: date) -> Fraction:
        """See :class:`Measure`."""
        return ONE if self.invoiced else ZERO

    def earned(self, day: date) -> Fraction:
        """See :class:`Measure`."""
        return Fraction(self.invoiced)

    def text(self, day: date, allocated: str) -> str:
        """See :class:`Measure`."""
        return _("as much as is invoiced for it")


def _read(node: Any) -> Recognition:
    node.only("method")
    return AsInvoiced()


METHOD = Method(
    terms=AsInvoiced,
    measure=InvoicedMeasure,
    starts=lambda one: InvoicedMeasure(),
    read=_read,
)
