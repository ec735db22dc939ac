"""Remaining performance obligations by the time they are expected to be satisfied (ASC 606-10-50-13)."""

from datetime import date

from .position import Position
from .state import ContractState


def remaining_by_band(state: ContractState, position: Position, ends: tuple[date, ...]) -> list[int]:
    """Return what falls after each band's predecessor up to its own end, in units.

    What time alone moves falls when it will be recognised as things stand; nothing says
    when the rest is satisfied, so it falls in the last band.
    """
    if not ends:
        return []
    amounts = [0] * len(ends)
    for obligation, line in zip(state.obligations.values(), position.lines, strict=True):
        if line.exempt or state.ended is not None or obligation.removed:
            continue
        if not obligation.measure.timed:
            amounts[-1] += line.allocated - line.recognised
            continue
        before = line.recognised
        for n, end in enumerate(ends):
            through = obligation.recognised(end)
            amounts[n] += through - before
            before = through
    return amounts
