"""Runs: each bills what should have been billed, as known on its day, less what stands from the runs before."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from .bill import Rounded, rounded, should_have, true_up
from .cadence import Day, Part
from .covering import Draws, Grant, balance, draw, grants, payable
from .events import History
from .life import due_parts, end_of, is_due
from .lines import Line, Writer
from .terms import Charge, Commitment, Prepaid
from .zone import Zone

#: A part: the place of its charge and its number.
Key = tuple[int, int]


class Run(NamedTuple):
    """What a run billed, and what was left of prepaid funds after it.

    :param balances: units by the place of the prepaid charge
    """

    day: Day
    lines: Sequence[Line]
    balances: Mapping[int, int]


class Ledger:
    """Bills charges run by run.

    :param histories: of the charges, in their order
    :param corrections: ``net`` or ``split``
    :param scale: units per whole of the currency
    """

    def __init__(
        self, charges: Sequence[Charge], histories: Sequence[History], zone: Zone, corrections: str, scale: int
    ) -> None:
        self.charges = charges
        self.histories = histories
        self.zone = zone
        self.corrections = corrections
        self.scale = scale
        self.writers = [Writer(charge.place, charge.kind, corrections) for charge in charges]
        self.standing: dict[Key, Rounded] = {}
        self.billed: set[Key] = set()
        self.drawn: Draws = {}
        self.spans: dict[Key, Part] = {}

    def run(self, day: Day) -> Run:
        """Bill what is due by a day, as known on it; the days of runs do not fall."""
        should, granted = self._should(day)
        lines = [line for key in sorted({*self.standing, *should}) for line in self._bill(key, should.get(key))]
        lines += self._draw(should, granted)
        balances = {
            charge.place: balance(granted, charge.place, day) for charge in self.charges if isinstance(charge, Prepaid)
        }
        return Run(day, sorted(lines, key=lambda line: line.order), balances)

    def _should(self, day: Day) -> tuple[dict[Key, Rounded], list[Grant]]:
        """Return what should have been billed by a day, and the funds granted by it.

        A part billed before that is no more due, because it became longer, stands as it is until it is due again.
        """
        should: dict[Key, Rounded] = {}
        granted: list[Grant] = []
        knowns = [history.known(day) for history in self.histories]
        for charge, known in zip(self.charges, knowns, strict=True):
            found = should_have(charge, known, day, self.zone, self.scale)
            for bill in found:
                should[charge.place, bill.part.number] = rounded(bill, self.corrections)
            if isinstance(charge, Prepaid):
                granted += grants(charge, (bill.part for bill in found), self.scale)
        self._leave(should, knowns, day)
        for charge, known in zip(self.charges, knowns, strict=True):
            if isinstance(charge, Commitment):
                covered = [bill for (place, _number), bill in should.items() if place in charge.of]
                for part in due_parts(charge, end_of(charge, known), day):
                    should[charge.place, part.number] = true_up(charge, part, covered, self.scale)
        return should, granted

    def _leave(self, should: dict[Key, Rounded], knowns: Sequence[History], day: Day) -> None:
        ends: dict[int, Day] = {}
        for key, stands in self.standing.items():
            if key in should:
                continue
            charge = self.charges[key[0]]
            end = ends.setdefault(key[0], end_of(charge, knowns[key[0]]))
            part = charge.calendar.part(key[1], charge.first, end)
            if part and not is_due(charge, part, day):
                should[key] = stands

    def _bill(self, key: Key, new: Rounded | None) -> list[Line]:
        old = self.standing.get(key)
        if new is None:
            assert old is not None
            new = Rounded(old.part, (), ())
        lines = list(self.writers[key[0]].lines(new, old if key in self.billed else None))
        if lines:
            self.billed.add(key)
        self.standing[key] = new
        return lines

    def _draw(self, should: Mapping[Key, Rounded], granted: Sequence[Grant]) -> list[Line]:
        """Return the difference of what funds pay, one line per prepaid charge and span."""
        parts = [payable(self.charges[key[0]], bill) for key, bill in should.items()]
        draws = draw(granted, parts)
        self.spans.update((key, bill.part) for key, bill in should.items())
        totals: dict[tuple[int, Day, Day], int] = {}
        for source in {*draws, *self.drawn}:
            span = self.spans[source[1:]]
            key = (source[0], span.start, span.to)
            totals[key] = totals.get(key, 0) + self.drawn.get(source, 0) - draws.get(source, 0)
        self.drawn = draws
        return [Line(place, "draw_down", start, to, units) for (place, start, to), units in totals.items() if units]
