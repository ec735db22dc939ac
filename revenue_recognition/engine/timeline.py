"""Applying events to a contract, in the order of their dates."""

from collections.abc import Callable, Iterable
from datetime import date
from operator import attrgetter

from . import events as e
from .contract import Contract
from .contract_cost import capitalise, impair
from .dates import DAY
from .errors import Refusal
from .financing import accrue
from .modification import modify
from .position import position
from .state import ContractState, ObligationState
from .wording import Day, Key, _


class Timeline:
    """A contract that moves forward in time.

    Events apply by date and, within a date, as they were listed; an impairment applies at
    the end of its date. Going forward in several steps is the same as going in one.

    :param contract: its terms and events
    :raises Refusal: when the price cannot be allocated, or an event contradicts the terms
    """

    __slots__ = ("_next", "_queue", "contract", "state")

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.state = ContractState(contract)
        self._queue = _in_order(contract.events)
        self._next = 0

    def forward(self, day: date) -> ContractState:
        """Apply what happened through the end of a day and return where the contract stands then."""
        financed = self.contract.financing is not None
        while self._next < len(self._queue) and self._queue[self._next].date <= day:
            event = self._queue[self._next]
            if financed:
                accrue(self.state, event.date)
            apply(self.state, event)
            self._next += 1
        if financed:
            accrue(self.state, day)
        return self.state


def earned_before(contract: Contract, day: date) -> int:
    """Return what is recognised through the day before some day as the changes of that day have it, in units.

    What happens on the day itself is no effect of its changes (ASC 606-10-50-12A).

    :raises Refusal: when the contract cannot be worked out
    """
    state = Timeline(contract).forward(day - DAY)
    for event in contract.events:
        if event.date == day and isinstance(event, e.Modify | e.Terminate):
            apply(state, event)
    return position(state, day - DAY).revenue


def apply(state: ContractState, event: e.Event) -> None:
    """Apply one event to a contract.

    :raises Refusal: when it contradicts the terms or what happened before
    """
    if state.ended is not None and not isinstance(event, AFTER_THE_END):
        raise Refusal(f"{event.place}.date", _("the contract was terminated on %(date)s", date=Day(state.ended)))
    if isinstance(event, e.Performance):
        _perform(state, event)
    else:
        APPLY[type(event)](state, event)


def _in_order(events: Iterable[e.Event]) -> list[e.Event]:
    """Return events by date and as they were listed, impairments last within their date."""
    queue = sorted(events, key=attrgetter("date"))
    if any(type(event) is e.Impair for event in queue):
        queue.sort(key=lambda event: (event.date, type(event) is e.Impair))
    return queue


def _perform(state: ContractState, event: e.Performance) -> None:
    """Record a fact about one obligation with its measure.

    Every cost counts as a cost of the contract, also one that comes after its obligation was removed.
    """
    obligation = known(state, event.obligation, f"{event.place}.obligation")
    if isinstance(event, e.Cost):
        if event.kind is not e.CostKind.INSTALLED:
            state.costs += event.amount
        if obligation.removed or type(event) not in obligation.measure.takes:
            return
    if obligation.removed:
        raise Refusal(
            f"{event.place}.obligation",
            _('obligation "%(name)s" was removed by a modification', name=Key("obligation", obligation.key)),
        )
    if type(event) not in obligation.measure.takes:
        name = obligation.terms.recognition.method
        raise Refusal(
            f"{event.place}.type", _("%(kind)s does not go with %(method)s", kind=type(event).__name__, method=name)
        )
    obligation.measure.record(event)


def known(state: ContractState, key: str, place: str) -> ObligationState:
    """Return an obligation of a contract.

    :raises Refusal: when there is none of this key yet
    """
    if key not in state.obligations:
        raise Refusal(place, _('no obligation "%(name)s"', name=key))
    return state.obligations[key]


def _estimate(state: ContractState, event: e.Estimate) -> None:
    """Change the price by a new estimate; what is satisfied recognises its share at once (ASC 606-10-32-43)."""
    if event.variable not in state.variables:
        raise Refusal(f"{event.place}.variable", _('no variable "%(name)s"', name=event.variable))
    variable = state.variables[event.variable]
    variable.amount = event.amount
    if event.constrained is not None:
        variable.constrained = event.constrained
    state.allocate()


def _invoice(state: ContractState, event: e.Invoice) -> None:
    if event.unconditional:
        _bill(state, event, event.amount)


def _credit(state: ContractState, event: e.CreditNote) -> None:
    _bill(state, event, -event.amount)


def _bill(state: ContractState, event: e.Invoice | e.CreditNote, amount: int) -> None:
    obligation = event.obligation
    if obligation is not None and not _comes_later(state, obligation):
        known(state, obligation, f"{event.place}.obligation")
    counted = min(max(0, -amount), state.billed_back)
    state.billed_back -= counted
    state.bill(amount + counted, obligation, earns=not event.advance)


def _comes_later(state: ContractState, key: str) -> bool:
    """Return whether an obligation is not there yet, and a modification adds it."""
    if key in state.obligations:
        return False
    changes = (event for event in state.contract.events if isinstance(event, e.Modify))
    return any(added.key == key for change in changes for added in change.add)


def _pay(state: ContractState, event: e.Payment) -> None:
    counted = min(max(0, -event.amount), state.paid_back)
    state.paid_back -= counted
    state.paid += event.amount + counted


def _terminate(state: ContractState, event: e.Terminate) -> None:
    """End the contract: what is kept is its revenue, what is given back is neither billed nor paid any more.

    A credit note or a payment back that follows documents the same refund and is not
    counted again.

    :raises Refusal: when more is given back than was billed or paid
    """
    if event.refund > max(0, state.billed, state.paid):
        raise Refusal(f"{event.place}.refund", _("more than was billed or paid"))
    kept = max(state.billed, state.paid) - event.refund
    state.at_end = [
        (obligation.recognised(event.date), obligation.price_now(event.date))
        for obligation in state.obligations.values()
    ]
    state.ended = event.date
    state.billed_back, state.paid_back = max(0, state.billed - kept), max(0, state.paid - kept)
    state.billed -= state.billed_back
    state.paid -= state.paid_back


def _capitalise(state: ContractState, event: e.ContractCost) -> None:
    for key in event.over:
        known(state, key, f"{event.place}.over")
    capitalise(state, event.amount, event.over, event.date - DAY)


AFTER_THE_END = (e.Invoice, e.CreditNote, e.Payment, e.Cost, e.Impair)

APPLY: dict[type[e.Event], Callable[..., None]] = {
    e.Estimate: _estimate,
    e.Invoice: _invoice,
    e.CreditNote: _credit,
    e.Payment: _pay,
    e.Modify: modify,
    e.Terminate: _terminate,
    e.ContractCost: _capitalise,
    e.Impair: impair,
}
