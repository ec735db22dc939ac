"""A contract as a scenario: the way back from terms and events to plain values.

What it writes, :mod:`.reading` reads: a contract that was loaded can be changed and simulated.
"""

from fractions import Fraction
from typing import Any

from . import events as e
from .contract import Contract
from .measures import METHODS
from .money import Number
from .reading.events import READERS
from .terms import Obligation, Rates, Recognition, Variable

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
                "obligations": [self._obligation(obligation) for obligation in contract.obligations],
            },
            "events": [self._event(event) for event in contract.events],
            "at": at,
        }
        if contract.fixed is not None:
            plain["contract"]["fixed"] = self._money(contract.fixed)
        if contract.variable:
            plain["contract"]["variable"] = [self._variable(variable) for variable in contract.variable]
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

    def _obligation(self, obligation: Obligation) -> Plain:
        plain: Plain = {
            "key": obligation.key,
            "name": obligation.name or obligation.key,
            "recognition": self._recognition(obligation.recognition),
        }
        amounts = {"price": obligation.price, "ssp": obligation.ssp, "unit_price": obligation.unit_price}
        plain.update({name: self._money(amount) for name, amount in amounts.items() if amount is not None})
        if obligation.ssp_range is not None:
            plain["ssp_range"] = [self._money(end) for end in obligation.ssp_range]
        if obligation.residual:
            plain["ssp_method"] = "residual"
        if obligation.quantity is not None:
            plain["quantity"] = float(obligation.quantity)
        if obligation.distinct is not None:
            plain["distinct"] = obligation.distinct
        return plain

    def _recognition(self, recognition: Recognition) -> Plain:
        method = METHODS[recognition.method]
        return {"method": method.name, **method.write(recognition, self._money)}

    def _variable(self, variable: Variable) -> Plain:
        plain: Plain = {
            "key": variable.key,
            "amount": self._money(variable.amount),
            "constrained": variable.constrained,
        }
        return {**plain, "allocate_to": list(variable.allocate_to)} if variable.allocate_to else plain

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
        if event.alone:
            plain["alone"] = True
        plain["add"] = [self._obligation(one) for one in event.add]
        plain["remove"] = list(event.remove)
        plain["change"] = [self._change(change) for change in event.change]
        return plain

    def _change(self, change: e.Change) -> Plain:
        amounts = {"ssp": change.ssp, "total_cost": change.total_cost, "price": change.price}
        plain: Plain = {name: self._money(amount) for name, amount in amounts.items() if amount is not None}
        if change.quantity is not None:
            plain["quantity"] = float(change.quantity)
        for name in ("start", "end"):
            if getattr(change, name) is not None:
                plain[name] = getattr(change, name).isoformat()
        return {"obligation": change.obligation, **plain}
