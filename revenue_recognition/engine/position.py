"""Where a contract stands at the end of a day: what it is owed, and what it owes (ASC 606-10-45-1)."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from .contract_cost import carrying_amount
from .loss import loss_provision
from .money import ONE, Number, part_of, round_half_away, split
from .state import ContractState, ObligationState


@dataclass(slots=True)
class Line:
    """One obligation: its allocated price and what is recognised, in units, cumulative; its progress, 0 to 1.

    Where a modification removed the rest, or the contract was terminated, the price is what was recognised and the
    progress 1. ``apart`` is the part of what is recognised that progress does not apply to, exactly, in units:
    recognised = apart + progress × (allocated − apart), rounded.
    """

    key: str
    allocated: int
    progress: Fraction
    recognised: int
    exempt: bool = False
    apart: Number = 0


@dataclass(slots=True, kw_only=True)
class Amounts:
    """What the books show of a contract at the end of a day, cumulative, in units of one currency.

    ``interest`` is positive for an expense on advances, negative for income. Of contract
    asset and contract liability one is always 0. ``capitalised`` is all contract cost that
    ever became an asset.
    """

    transaction_price: int
    revenue: int
    billed: int
    paid: int
    receivable: int
    contract_asset: int
    contract_liability: int
    refund_liability: int
    interest: int
    cost: int
    cost_asset: int
    loss_provision: int
    capitalised: int

    @property
    def incurred(self) -> int:
        """Cost recognised without the loss provision, in units."""
        return self.cost - self.loss_provision

    @property
    def amortised(self) -> int:
        """Contract cost that is no asset any more, amortised or impaired, in units."""
        return self.capitalised - self.cost_asset


@dataclass(slots=True, kw_only=True)
class Position(Amounts):
    """A contract at the end of a day, in units of its own currency, obligation by obligation."""

    at: date
    lines: list[Line]
    treatment: str = ""

    @property
    def remaining(self) -> int:
        """The remaining obligations that are not exempt, in units (ASC 606-10-50-13)."""
        return sum(line.allocated - line.recognised for line in self.lines if not line.exempt)


def position(state: ContractState, at: date) -> Position:
    """Return the position of a contract at the end of a day.

    :param state: the contract with everything applied that happened through that day
    """
    lines = _lines(state, at)
    revenue = sum(line.recognised for line in lines)
    received = max(state.billed, state.paid)
    interest = _interest(state)
    refund = refund_liability(state, lines, at) if state.ended is None else 0
    net = received - refund + interest - revenue if state.ended is None else 0
    provision = loss_provision(state, at)
    return Position(
        at=at,
        lines=lines,
        transaction_price=sum(line.allocated for line in lines),
        revenue=revenue,
        billed=state.billed,
        paid=state.paid,
        receivable=max(0, state.billed - state.paid),
        contract_asset=max(0, -net),
        contract_liability=max(0, net),
        refund_liability=refund,
        interest=interest,
        cost=round_half_away(state.costs) + provision,
        cost_asset=carrying_amount(state, at),
        loss_provision=provision,
        capitalised=state.capitalised,
        treatment=state.treatment,
    )


def _interest(state: ContractState) -> int:
    return round_half_away(state.financing.total) if state.financing else 0


def refund_liability(state: ContractState, lines: list[Line], at: date) -> int:
    """Return what was billed or received for what was delivered and is not expected to be kept, in units.

    ASC 606-10-32-10. An invoice of an obligation covers its revenue first, then what is
    expected to go back of it. What is tied to no obligation covers the revenue that is not
    covered yet first, then what is expected to go back of any.
    """
    expected = [obligation.given_back(at) for obligation in state.obligations.values()]
    if not any(expected):
        return 0
    free = max(state.billed, state.paid)
    liability = uncovered = back = 0
    for obligation, line, its_back in zip(state.obligations.values(), lines, expected, strict=True):
        free -= obligation.invoiced
        own = min(its_back, max(0, obligation.invoiced - line.recognised))
        liability += own
        back += its_back - own
        uncovered += max(0, line.recognised - max(0, obligation.invoiced))
    return liability + min(back, max(0, free - uncovered))


def _lines(state: ContractState, at: date) -> list[Line]:
    if state.ended is not None:
        return _settled(state)
    return [_line(obligation, at) for obligation in state.obligations.values()]


def _line(obligation: ObligationState, at: date) -> Line:
    if obligation.simple(at):
        progress = obligation.measure.progress(at)
        return Line(obligation.terms.key, obligation.allocated, progress, part_of(obligation.allocated, progress))
    progress = ONE if obligation.removed else obligation.measure.progress(at)
    return Line(
        obligation.terms.key,
        obligation.price_now(at),
        progress,
        obligation.recognised(at),
        obligation.measure.exempt,
        obligation.apart(at),
    )


def _settled(state: ContractState) -> list[Line]:
    """Return the obligations of a contract that was terminated: what is kept is the revenue, the rest lapsed.

    Interest on an advance that was kept belongs to the revenue. More than was recognised goes to what lapsed, by its
    price; less than was recognised is taken off by revenue.
    """
    recognised = [done for done, _price in state.at_end]
    more = max(state.billed, state.paid) + _interest(state) - sum(recognised)
    weights: list[Number] = list(recognised)
    if more > 0:
        weights = [max(0, price - done) for done, price in state.at_end]
        if not sum(weights):
            weights = [max(0, price) for _done, price in state.at_end]
    final = [done + extra for done, extra in zip(recognised, split(more, weights), strict=True)]
    states = state.obligations.values()
    return [Line(one.key, amount, ONE, amount, one.measure.exempt) for one, amount in zip(states, final, strict=True)]
