"""A contract as a scenario: the way back from terms and events to plain values.

What it writes, :mod:`.reading` reads: a contract that was loaded can be changed and simulated.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from . import events as e
from .measures import CostToCost, LabourHours, Milestones, StraightLine
from .money import Number
from .reading.events import READERS
from .terms import Contract, Obligation, Rates, Recognition, Variable

Plain = dict[str, Any]

#: The name of each event in the format.
NAMES = {made: name for name, (_keys, made, _read) in READERS.items()}


class ScenarioWriter:
    """Writes one contract.

    :param contract: as the engine takes it
    :param currency: its ISO code
    """

    def __init__(self, contract: Contract, currency: str) -> None:
        self.contract = contract
        self.currency = currency

    def write(self, at: list[str]) -> Plain:
        """Return the scenario, which asks for positions at some dates (ISO)."""
        contract = self.contract
        plain: Plain = {
            "currency": self.currency,
            "contract": {
                "date": contract.date.isoformat(),
                "obligations": [self._obligation(one) for one in contract.obligations],
            },
            "events": [self._event(event) for event in contract.events],
            "at": at,
        }
        if contract.fixed is not None:
            plain["contract"]["fixed"] = self._money(contract.fixed)
        if contract.variable:
            plain["contract"]["variable"] = [self._variable(one) for one in contract.variable]
        if contract.discount:
            plain["contract"]["discount"] = [
                {"amount": self._money(one.amount), "allocate_to": list(one.allocate_to)} for one in contract.discount
            ]
        if contract.financing is not None:
            financing = contract.financing
            plain["contract"]["financing"] = {"rate": float(financing.rate), "from": financing.start.isoformat()}
        return plain

    def add_rates(self, plain: Plain, rates: Rates, company_currency: str) -> None:
        """Add the rates of exchange to a scenario."""
        scale = Fraction(10) ** (self.contract.decimals - rates.decimals)
        plain["company_currency"] = company_currency
        plain["rates"] = [
            {"date": day.isoformat(), "rate": float(rate * scale)}
            for day, rate in zip(rates.dates, rates.rates, strict=True)
        ]

    def _money(self, units: Number) -> float:
        return float(Fraction(units) / 10**self.contract.decimals)

    def _obligation(self, one: Obligation) -> Plain:
        plain: Plain = {"key": one.key, "name": one.name or one.key, "recognition": self._recognition(one.recognition)}
        amounts = {"price": one.price, "ssp": one.ssp, "unit_price": one.unit_price}
        plain.update({name: self._money(amount) for name, amount in amounts.items() if amount is not None})
        if one.ssp_range is not None:
            plain["ssp_range"] = [self._money(end) for end in one.ssp_range]
        if one.residual:
            plain["ssp_method"] = "residual"
        if one.quantity is not None:
            plain["quantity"] = float(one.quantity)
        if one.distinct is not None:
            plain["distinct"] = one.distinct
        return plain

    def _recognition(self, recognition: Recognition) -> Plain:
        plain: Plain = {"method": recognition.method}
        if isinstance(recognition, StraightLine):
            plain["start"], plain["end"] = recognition.start.isoformat(), recognition.end.isoformat()
            plain["prorate"] = "monthly" if recognition.monthly else "daily"
        elif isinstance(recognition, CostToCost):
            plain["total_cost"] = self._money(recognition.total_cost)
        elif isinstance(recognition, LabourHours):
            plain["total_hours"] = float(recognition.total_hours)
        elif isinstance(recognition, Milestones):
            plain["milestones"] = _weights(recognition.weights)
        return plain

    def _variable(self, one: Variable) -> Plain:
        plain: Plain = {"key": one.key, "amount": self._money(one.amount), "constrained": one.constrained}
        return {**plain, "allocate_to": list(one.allocate_to)} if one.allocate_to else plain

    def _event(self, event: e.Event) -> Plain:
        plain: Plain = {"date": event.date.isoformat(), "type": NAMES[type(event)]}
        if isinstance(event, e.Modify):
            return {**plain, **self._modification(event)}
        for name in type(event).__dataclass_fields__:
            value = getattr(event, name)
            if name in ("date", "place") or value is None:
                continue
            plain[name] = self._value(event, name, value)
        return plain

    def _value(self, event: e.Event, name: str, value: Any) -> Any:
        if name in ("amount", "refund") or (name == "total" and isinstance(event, e.EstimateCost)):
            return self._money(value)
        if isinstance(value, e.CostKind):
            return value.value
        if isinstance(value, tuple):
            return list(value)
        return float(value) if isinstance(value, Fraction) else value

    def _modification(self, event: e.Modify) -> Plain:
        plain: Plain = {"treatment": event.treatment.value, "fixed_delta": self._money(event.fixed_delta)}
        if event.refund:
            plain["refund"] = self._money(event.refund)
        plain["add"] = [self._obligation(one) for one in event.add]
        plain["remove"] = list(event.remove)
        plain["change"] = [self._change(change) for change in event.change]
        return plain

    def _change(self, change: e.Change) -> Plain:
        amounts = {"ssp": change.ssp, "total_cost": change.total_cost, "price": change.price}
        plain: Plain = {name: self._money(amount) for name, amount in amounts.items() if amount is not None}
        if change.quantity is not None:
            plain["quantity"] = float(change.quantity)
        if change.end is not None:
            plain["end"] = change.end.isoformat()
        return {"obligation": change.obligation, **plain}


def _weights(weights: Mapping[str, Fraction]) -> Plain:
    """Return weights as decimals that total 1: the last takes what rounding leaves.

    >>> _weights({"A": Fraction(1, 3), "B": Fraction(2, 3)})
    {'A': 0.333333333333, 'B': 0.666666666667}
    """
    written, left = {}, Decimal(1)
    for key, weight in list(weights.items())[:-1]:
        share = round(Decimal(weight.numerator) / weight.denominator, 12)
        written[key], left = float(share), left - share
    return {**written, **{key: float(left) for key in list(weights)[-1:]}}
