"""Where hours or cost stand against a budget, and where they will end."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

ZERO = Fraction(0)


@dataclass(frozen=True)
class Figures:
    """What is known of one kind of effort of a milestone, in one unit: hours, or an amount of one currency.

    :ivar budget: what was budgeted
    :ivar expected: what it is expected to come to in the end; the budget, where nobody said otherwise. Nothing, where
        the work is done
    :ivar spent: what was spent so far; below zero where more was given back than spent
    :ivar committed: what is ordered of suppliers and not billed by them yet
    """

    budget: Fraction = ZERO
    expected: Fraction = ZERO
    spent: Fraction = ZERO
    committed: Fraction = ZERO


@dataclass(frozen=True)
class Position:
    """Figures of one or several kinds of effort, and what follows from them."""

    budget: Fraction = ZERO
    spent: Fraction = ZERO
    committed: Fraction = ZERO
    to_complete: Fraction = ZERO

    @property
    def at_completion(self) -> Fraction:
        """What it will have come to in the end."""
        return self.spent + self.committed + self.to_complete

    @property
    def left(self) -> Fraction:
        """What is left of the budget; below zero: overdrawn."""
        return self.budget - self.spent - self.committed

    @property
    def overrun(self) -> Fraction:
        """By how much the budget will be exceeded in the end; below zero: what is saved."""
        return self.at_completion - self.budget


def to_complete(figures: Figures) -> Fraction:
    """Return what is still to be spent beyond what is spent and committed.

    What is expected in the end less what is spent and committed; nothing, once more than that is spent.

    >>> to_complete(Figures(budget=Fraction(100), expected=Fraction(120), spent=Fraction(70), committed=Fraction(20)))
    Fraction(30, 1)
    >>> to_complete(Figures(budget=Fraction(100), expected=Fraction(100), spent=Fraction(130)))
    Fraction(0, 1)
    """
    return max(figures.expected - figures.spent - figures.committed, ZERO)


def pooled(rows: Mapping[Hashable, Figures]) -> dict[Hashable, Fraction]:
    """Return what is still to be spent of each row, where the rows spend together: one pays for what another expects.

    Bills name a project, not the milestone they are for: what is bought meets what any of its milestones expects. What
    is left is shared by what each row still needs by itself.

    >>> rows = {"equipment": Figures(expected=Fraction(40_000)), None: Figures(spent=Fraction(30_000))}
    >>> pooled(rows)["equipment"], pooled(rows)[None]
    (Fraction(10000, 1), Fraction(0, 1))
    """
    needed = {key: to_complete(row) for key, row in rows.items()}
    whole = sum(needed.values(), ZERO)
    rest = max(sum((row.expected - row.spent - row.committed for row in rows.values()), ZERO), ZERO)
    return {key: rest * need / whole if whole else ZERO for key, need in needed.items()}


def position(kinds: Iterable[Figures], rest: Fraction | None = None) -> Position:
    """Return where several kinds of effort stand together.

    What one kind saves does not pay what another one still needs: each has its own estimate to complete.

    :param rest: what is still to be spent of all of them, where that is known (:func:`pooled`)

    >>> work = Figures(budget=Fraction(100), expected=Fraction(100), spent=Fraction(40))
    >>> goods = Figures(budget=Fraction(50), expected=Fraction(50), spent=Fraction(60))
    >>> both = position([work, goods])
    >>> both.at_completion, both.left, both.overrun
    (Fraction(160, 1), Fraction(50, 1), Fraction(10, 1))
    """
    kinds = list(kinds)
    return Position(
        budget=sum((row.budget for row in kinds), ZERO),
        spent=sum((row.spent for row in kinds), ZERO),
        committed=sum((row.committed for row in kinds), ZERO),
        to_complete=sum((to_complete(row) for row in kinds), ZERO) if rest is None else rest,
    )


def part(value: Fraction, whole: Fraction) -> Fraction | None:
    """Return which part of a whole a value is; ``None`` where there is no whole.

    >>> part(Fraction(30), Fraction(120)), part(Fraction(30), Fraction(0))
    (Fraction(1, 4), None)
    """
    return value / whole if whole > 0 else None
