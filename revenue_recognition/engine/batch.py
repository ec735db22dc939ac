"""Many contracts at once, for the close: contracts in, positions out, one at a time.

The same functions as for a single contract; memory does not grow with their number.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from .contract import Contract
from .position import Position, position
from .timeline import Timeline


def positions(contracts: Iterable[Contract], at: date) -> Iterator[tuple[Contract, Position]]:
    """Yield each contract with its position at the end of a day.

    :param contracts: read one by one; what happened after the day is left out
    :raises Refusal: at a contract that cannot be worked out, with the place its terms or events bear
    """
    for contract in contracts:
        yield contract, position_at(contract, at)


def position_at(contract: Contract, at: date) -> Position:
    """Return the position of one contract at the end of a day.

    :raises Refusal: when the contract cannot be worked out
    """
    return position(Timeline(contract).forward(at), at)
