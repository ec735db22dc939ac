"""How much to do next, where work has to end in time.

What a row costs is known to nobody beforehand: it hangs on the machine, on what else the machine does, and on what is
billed. So the first batch is small, each next one is sized by what the last one took, and what is not expected to end
in time is not begun.
"""

from dataclasses import dataclass

#: Seconds a batch is to take: short enough to look at the clock, long enough to do things together.
AIM = 3.0
#: Rows of the first batch, of the largest, and of the smallest where there is time: a batch costs something by itself.
FIRST, MOST, LEAST = 10, 400, 5
#: A batch is at most so many times the last one, since large ones may cost more a row.
GROWTH = 2
#: A batch is begun when it ends in time even if a row costs so many times what it cost last.
MARGIN = 2
#: Seconds a row is expected to cost before any was measured.
GUESS = 0.1


@dataclass
class Pace:
    """The rows of one batch after the other, until ``end``. All moments and durations are in seconds of one clock.

    :ivar end: the moment at which work has to have ended
    :ivar cost: what a row cost in the last batch
    :ivar last: rows of the last batch

    >>> pace = Pace(end=60.0)
    >>> pace.size(now=0.0)
    10
    >>> pace.took(rows=10, seconds=0.5)
    >>> pace.size(now=0.5)
    20
    >>> pace.took(rows=20, seconds=20.0)
    >>> pace.size(now=20.5)
    5

    Towards the end less is begun, and at last nothing:

    >>> pace.size(now=56.0), pace.size(now=58.5), pace.size(now=60.0)
    (2, 0, 0)
    """

    end: float
    cost: float = GUESS
    last: int = 0

    def size(self, now: float) -> int:
        """Return how many rows the next batch has; 0 when none is expected to end in time.

        One row is begun at the very first, whatever it may cost: else what is slow would never be done.
        """
        left = self.end - now
        if left <= 0:
            return 0
        fitting = int(min(left / MARGIN / self.cost, MOST))
        wanted = int(min(AIM / self.cost, MOST))
        if not self.last:
            return max(min(wanted, fitting, FIRST), 1)
        return min(max(wanted, LEAST), fitting, self.last * GROWTH)

    def took(self, rows: int, seconds: float) -> None:
        """Note that the last batch had ``rows`` and took ``seconds``."""
        self.last = max(rows, 1)
        self.cost = max(seconds, 1e-6) / self.last

    def gave_way(self) -> None:
        """Note that the last batch came to nothing, since another transaction was first: try fewer rows."""
        self.last = max(self.last // GROWTH, 1)

    def part(self, share: float, now: float) -> "Pace":
        """Return the pace of a step that may take ``share`` of the time that is left.

        >>> Pace(end=20.0).part(0.25, now=8.0).end
        11.0
        """
        return Pace(end=now + (self.end - now) * share)
