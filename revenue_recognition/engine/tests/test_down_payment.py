"""A down payment is no value transferred: what is earned as it is invoiced is earned by the work (ASC 606-10-45-2)."""

from ..simulate import simulate
from .published import DECIMALS


def test_a_down_payment_is_earned_with_the_invoice_of_the_work():
    obligation = {"key": "T", "price": 10000, "recognition": {"method": "as_invoiced"}}
    events = [
        {"date": "2026-01-05", "type": "invoice", "amount": 3000, "advance": True},
        {"date": "2026-03-10", "type": "invoice", "amount": 10000, "obligation": "T"},
        {"date": "2026-03-10", "type": "credit_note", "amount": 3000, "advance": True},
    ]
    contract = {"date": "2026-01-01", "obligations": [obligation]}
    scenario = {"currency": "EUR", "contract": contract, "events": events, "at": ["2026-01-31", "2026-03-31"]}
    found = simulate(scenario, DECIMALS)["positions"]
    figures = [(one["revenue"], one["contract_liability"], one["contract_asset"]) for one in found]
    assert figures == [(0, 3000, 0), (10000, 0, 0)]
