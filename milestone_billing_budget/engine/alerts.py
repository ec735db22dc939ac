"""When spending runs ahead of what is attained, and when unplanned work has grown too much.

An alert has a step: it is given once for each threshold that is passed, not once for each hour.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction

from .position import part


def ahead(spent: Fraction, budget: Fraction, attained: Fraction) -> Fraction | None:
    """Return by how much spending is ahead of attainment, as a part of the whole; ``None`` without a budget.

    :param spent: hours or cost spent
    :param budget: hours or cost budgeted, in the same unit
    :param attained: which part is attained, from 0 to 1

    >>> ahead(Fraction(60), Fraction(100), Fraction(1, 4))
    Fraction(7, 20)
    >>> ahead(Fraction(10), Fraction(100), Fraction(1, 2))
    Fraction(-2, 5)
    """
    share = part(spent, budget)
    return None if share is None else share - attained


def step(value: Fraction | None, threshold: Fraction) -> int:
    """Return how many thresholds a value has reached; 0 for none, and where there is no threshold.

    >>> [step(Fraction(value, 100), Fraction(25, 100)) for value in (-5, 24, 25, 49, 50)]
    [0, 0, 1, 1, 2]
    >>> step(None, Fraction(1, 4)), step(Fraction(9), Fraction(0))
    (0, 0)
    """
    if value is None or threshold <= 0 or value <= 0:
        return 0
    return int(value // threshold)


def beyond_step(spent: Fraction, threshold: Fraction) -> int:
    """Return the step of spending beyond the whole budget: the first one with the first cent.

    :param spent: which part of the budget is spent
    :param threshold: by which part more it is told again; 0 for never

    >>> [beyond_step(Fraction(value, 100), Fraction(25, 100)) for value in (80, 100, 101, 124, 125, 150)]
    [0, 0, 1, 1, 2, 3]
    >>> beyond_step(Fraction(2), Fraction(0))
    0
    """
    return 1 + step(spent - 1, threshold) if spent > 1 and threshold > 0 else 0


def late_step(hours: Fraction, threshold: Fraction) -> int:
    """Return the step of hours that came after a milestone was billed: the first one at the first hour.

    >>> [late_step(Fraction(hours), Fraction(8)) for hours in (0, 1, 8, 16)]
    [0, 1, 2, 3]
    """
    return 1 + step(hours, threshold) if hours > 0 else 0


def unplanned_limit(hours: Fraction, share: Fraction, budget: Fraction) -> Fraction:
    """Return how many unplanned hours are too many: so many, or a share of the budgeted ones where that is more.

    >>> unplanned_limit(Fraction(8), Fraction(1, 10), Fraction(200))
    Fraction(20, 1)
    """
    return max(hours, share * budget)


@dataclass(frozen=True)
class Task:
    """A task that nobody planned, in hours.

    :ivar above: the key of the unplanned task above it; ``None`` for none
    :ivar allocated: what it is to take, with the tasks below it
    :ivar spent: what was worked on it, without the tasks below it
    """

    above: int | None
    allocated: Fraction
    spent: Fraction


def with_those_below(tasks: Mapping[int, Task], sold: Collection[int] = ()) -> dict[int, Fraction]:
    """Return the hours of the tasks that are below none of the others.

    Each task takes what is allocated to it, or what is spent on it and what those below it take, where that is more.

    :param sold: keys of tasks that are left out with all below them; what they take comes off those above them

    >>> none, four, five, six = map(Fraction, (0, 4, 5, 6))
    >>> with_those_below({1: Task(None, none, five), 2: Task(1, five, six), 3: Task(1, four, none)})
    {1: Fraction(15, 1)}
    >>> with_those_below({1: Task(None, six, none), 2: Task(1, four, none), 3: Task(2, five, none)}, sold={2})
    {1: Fraction(1, 1)}
    """
    below: dict[int | None, list[int]] = defaultdict(list)
    for key, task in tasks.items():
        below[task.above if task.above in tasks else None].append(key)

    def whole(key: int) -> Fraction:
        return max(tasks[key].allocated, tasks[key].spent + sum(map(whole, below[key]), Fraction(0)))

    def taken(key: int) -> Fraction:
        return whole(key) if key in sold else sum(map(taken, below[key]), Fraction(0))

    def hours(key: int) -> Fraction:
        if key in sold:
            return Fraction(0)
        allocated = max(tasks[key].allocated - taken(key), Fraction(0))
        return max(allocated, tasks[key].spent + sum(map(hours, below[key]), Fraction(0)))

    return {key: hours(key) for key in below[None] if key not in sold}
