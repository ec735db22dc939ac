"""Provision for the loss of an onerous contract (ASC 605-35-25-45; IAS 37.66 for IFRS 15)."""

from datetime import date

from .measures import CostMeasure
from .money import ONE, round_half_away
from .state import ContractState


def loss_provision(state: ContractState, day: date) -> int:
    """Return the loss still to come at the end of a day, in units, never below zero.

    Expected cost above the price, times what is not done: together with the margin
    recognised so far it is the whole expected loss. It is used up as work goes on.
    """
    if state.ended is not None:
        return 0
    loss = 0
    for obligation in state.obligations.values():
        if isinstance(obligation.measure, CostMeasure) and not obligation.removed:
            price = obligation.allocated - obligation.frozen_exact
            expected = obligation.measure.left() - price
            if expected > 0:
                loss += round_half_away(expected * (ONE - obligation.measure.progress(day)))
    return loss
