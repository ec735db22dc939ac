"""Where a share stands between what is attained and what is on invoices."""

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

    @property
    def reopened_by_undo(self) -> int:
        """The ``reopened`` there is once credit notes have met what is no longer attained.

        >>> Standing(due=0, invoiced=100, credited=100).reopened_by_undo
        100
        >>> Standing(due=100, invoiced=100, credited=100).reopened_by_undo
        0
        """
        surplus = self.side * (self.invoiced - self.due - self.reopened)
        free = self.side * (self.credited - self.reopened)
        return self.reopened + self.side * max(0, min(surplus, free))
