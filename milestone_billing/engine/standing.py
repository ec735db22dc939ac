"""Where a share stands between what is attained and what is on invoices."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Standing:
    """A milestone's share of an order line, in units of the order's currency.

    ``due`` is attained so far, ``invoiced`` and ``credited`` are the invoices and credit notes that stand, and
    ``reopened`` is the part of the credit notes that may be billed again: what was undone, or asked for again. A share
    of a negative order line has negative amounts throughout; ``side`` is 1 or -1 accordingly.
    """

    due: int
    invoiced: int = 0
    credited: int = 0
    reopened: int = 0
    side: int = 1

    @property
    def kept(self) -> int:
        """What is billed and stays: less what was taken back and may be billed again.

        >>> Standing(due=500, invoiced=500, credited=100).kept
        500
        >>> Standing(due=0, invoiced=500, credited=500, reopened=500).kept
        0
        """
        return self.invoiced - self.reopened

    @property
    def to_bill(self) -> int:
        """What is attained and not billed; against ``side``, what is billed, no longer attained and not credited.

        A credit note alone makes nothing due again.

        >>> Standing(due=100, invoiced=40).to_bill, Standing(due=100, invoiced=100, credited=100).to_bill
        (60, 0)
        >>> Standing(due=0, invoiced=100).to_bill, Standing(due=0, invoiced=100, credited=30).to_bill
        (-100, -70)
        >>> Standing(due=-10, invoiced=0, side=-1).to_bill
        -10
        """
        missing = self.side * (self.due - self.invoiced + self.reopened)
        if missing < 0:
            missing = min(0, missing + self.side * (self.credited - self.reopened))
        return self.side * missing

    @property
    def is_overbilled(self) -> bool:
        """Whether more is billed than is attained and was credited.

        >>> Standing(due=0, invoiced=100).is_overbilled, Standing(due=-10, side=-1).is_overbilled
        (True, False)
        """
        return self.side * self.to_bill < 0


@dataclass(frozen=True)
class Moment:
    """What was attained, invoiced and credited of a share at some time, in units, each in all until then."""

    due: int
    invoiced: int
    credited: int


def reopened(moments: Iterable[Moment], side: int = 1) -> int:
    """Return what of the credit notes may be billed again: what they took back while it was not attained.

    That is the most that at any moment was both credited and billed beyond what was attained. So it does not matter
    whether a credit note or the undoing came first, nor how soon the share was attained again after both; and a credit
    note of what is attained is a concession, and stays one.

    :param moments: in any order
    :param side: 1, or -1 for a share of a negative order line

    Billed, undone, credited, attained again; and the same without the undoing:

    >>> billed, credited = Moment(100, 100, 0), Moment(0, 100, 100)
    >>> reopened([billed, credited, Moment(100, 100, 100)]), reopened([billed, Moment(100, 100, 100)])
    (100, 0)
    """
    most = (min(side * (moment.invoiced - moment.due), side * moment.credited) for moment in moments)
    return side * max(0, 0, *most)
