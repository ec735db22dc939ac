"""The what-if: a scenario as plain values in, what its runs bill and what it asks as plain values out."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any

from .bill import bills
from .cadence import Day
from .errors import Refusal
from .events import History
from .ledger import Ledger, Run
from .life import end_of, parts
from .lines import Line
from .money import Number, in_currency, round_half_away
from .prices import one_time_terms, prices
from .proration import fraction
from .reading import Scenario, read_scenario
from .reading.questions import MeterAsked, PeriodsAsked, PriceAsked, RateAsked, RunAsked
from .settling import hold, keep_promise, rate_group
from .terms import Charge, Commitment, OneTime, Prepaid, Priced
from .wording import _

Plain = dict[str, Any]


def simulate(scenario: Any, decimals: Mapping[str, int]) -> Plain:
    """Work out a scenario.

    :param scenario: an object of the scenario format (docs/charges.md), plain values
    :param decimals: of every currency, by ISO code
    :return: ``{"results": […]}``: one per entry of ``expect``, in order. Only texts, numbers, lists and dictionaries.
    :raises Refusal: when the scenario is malformed; the message names the place
    """
    try:
        return Simulation(read_scenario(scenario, decimals)).run()
    except OverflowError:
        raise Refusal("charges", _("what they come to is too large a number")) from None


def iso(day: Day) -> str:
    """Return a day as ISO writes it."""
    return date.fromordinal(day).isoformat()


class Simulation:
    """Takes a scenario through its runs and answers what it asks."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.known = [history.known(None) for history in scenario.histories]

    def run(self) -> Plain:
        """Return the answers."""
        scenario = self.scenario
        ledger = Ledger(scenario.charges, scenario.histories, scenario.zone, scenario.corrections, scenario.scale)
        runs = [ledger.run(day) for day in scenario.runs]
        return {"results": [self._answer(asked, runs) for asked in scenario.asked]}

    def _answer(self, asked: Any, runs: Sequence[Run]) -> Plain:
        if isinstance(asked, RunAsked):
            return self._run(runs[asked.number])
        if isinstance(asked, RateAsked):
            return self._rate(asked)
        charge, known = self.scenario.charges[asked.place], self.known[asked.place]
        if isinstance(asked, PeriodsAsked):
            return {"list": self._periods(charge, known, asked)}
        if isinstance(asked, MeterAsked):
            return {"quantity": self._meter(charge, known, asked.day)}
        assert isinstance(asked, PriceAsked)
        return {"amount": float(_unit_price(charge, known, asked.day))}

    def _run(self, run: Run) -> Plain:
        decimals = self.scenario.decimals
        charges = self.scenario.charges
        return {
            "run": iso(run.day),
            "lines": [self._line(line) for line in run.lines],
            "total": in_currency(sum(line.amount for line in run.lines), decimals),
            "balances": {charges[place].key: in_currency(units, decimals) for place, units in run.balances.items()},
        }

    def _line(self, line: Line) -> Plain:
        plain: Plain = {
            "charge": self.scenario.charges[line.place].key,
            "part": line.part,
            "from": iso(line.start),
            "to": iso(line.to),
            "amount": in_currency(line.amount, self.scenario.decimals),
        }
        if line.quantity is not None:
            plain["quantity"] = float(line.quantity)
        return plain

    def _periods(self, charge: Charge, known: History, asked: PeriodsAsked) -> list[Plain]:
        found = parts(charge, end_of(charge, known), asked.since)
        return [
            {
                "from": iso(part.start),
                "to": iso(part.to),
                "days": part.to - part.start,
                "of": part.full_to - part.full_start,
                "fraction": float(fraction(charge.proration, charge.calendar, part.number, part.start, part.to)),
            }
            for part in islice(found, asked.count)
        ]

    def _meter(self, charge: Charge, known: History, day: Day) -> float:
        part = next(parts(charge, end_of(charge, known), day), None)
        if part is None or not part.start <= day < part.to:
            return 0.0
        (bill,) = bills(charge, known, [part], self.scenario.zone, self.scenario.scale)
        return float(bill.metered)

    def _rate(self, asked: RateAsked) -> Plain:
        scale, decimals = self.scenario.scale, self.scenario.decimals
        quantities = asked.quantities
        if asked.cumulative:
            totals = [
                round_half_away(_rated(asked, quantities[: place + 1]) * scale) for place in range(len(quantities))
            ]
            units = [total - before for total, before in zip(totals, [0, *totals], strict=False)]
        else:
            units = [round_half_away(_rated(asked, (quantity,)) * scale) for quantity in quantities]
        return {
            "amounts": [in_currency(amount, decimals) for amount in units],
            "total": in_currency(sum(units), decimals),
        }


def _rated(asked: RateAsked, rows: Sequence[Number]) -> Number:
    """Return what rows of one period cost, in the currency."""
    amounts = rate_group([asked.rating], [sum(rows)], [rows], asked.free)
    settled = keep_promise(amounts, asked.promise, asked.promise.amount if asked.promise else 0)
    hold(settled, asked.minimum, asked.maximum)
    return settled.total


def _unit_price(charge: Charge, known: History, day: Day) -> Number:
    """Return the unit price in force on a day, uplifted; 0 where the price is a rating without one."""
    if isinstance(charge, Priced):
        rating = prices(charge, known, day + 1).at(day)
    elif isinstance(charge, OneTime):
        rating = one_time_terms(charge, known)[1]
    elif isinstance(charge, Prepaid):
        return charge.price
    else:
        assert isinstance(charge, Commitment)
        return charge.amount
    return rating.price / rating.per if rating.model == "flat" else 0
