"""Costs to obtain and to fulfil a contract: an asset amortised as the goods and services are transferred.

ASC 340-40-25-1 and 25-5 (capitalise), 35-1 (amortise), 35-3 (impair).
"""

from datetime import date
from fractions import Fraction

from .errors import Refusal
from .events import Impair
from .money import ONE, ZERO, Number, round_half_away, shown
from .state import ContractState, CostLayer, ObligationState
from .wording import _


def capitalise(state: ContractState, amount: int, over: tuple[str, ...], before: date) -> None:
    """Add a cost to the asset, to be amortised with what is left of some obligations.

    :param amount: units
    :param before: the day before it is capitalised; what is transferred by then does not amortise it
    """
    state.capitalised += amount
    state.cost_layers.append(CostLayer(amount, over, transferred(state, over, before)))


def impair(state: ContractState, event: Impair) -> None:
    """Take an amount off the asset at the end of a date; what is left is amortised over what remains.

    :raises Refusal: when the asset is smaller than the impairment
    """
    asset = carrying_amount(state, event.date)
    if event.amount > asset:
        left = shown(asset, state.contract.decimals)
        reason = _("only %(amount)s is left of the contract cost", amount=left)
        raise Refusal(f"{event.place}.amount", reason)
    kept = Fraction(asset - event.amount, asset) if asset else ZERO
    for layer in state.cost_layers:
        progress = transferred(state, layer.over, event.date)
        layer.amount, layer.start = layer.left(progress) * kept, progress


def carrying_amount(state: ContractState, day: date) -> int:
    """Return what is left of the contract cost at the end of a day, in units, never below zero."""
    if state.ended is not None or not state.cost_layers:
        return 0
    return round_half_away(sum(layer.left(transferred(state, layer.over, day)) for layer in state.cost_layers))


def transferred(state: ContractState, over: tuple[str, ...], day: date) -> Fraction:
    """Return how much of some obligations is transferred, weighted by their allocated price, 0 to 1."""
    chosen = [state.obligations[key] for key in over]
    price = sum(_price(obligation, day) for obligation in chosen)
    if price:
        earned = sum(
            (_price(obligation, day) if obligation.removed else obligation.exact_share(day)) for obligation in chosen
        )
        return min(ONE, max(ZERO, Fraction(earned) / price))
    done = [ONE if obligation.removed else obligation.measure.progress(day) for obligation in chosen]
    return sum(done, ZERO) / len(done) if done else ZERO


def _price(obligation: ObligationState, day: date) -> Number:
    """Return the price of an obligation before rebates and returns; of an open-ended one what it earned."""
    return obligation.allocated + obligation.measure.earned(day)
