"""The what-if: a scenario as plain values in, positions and journal as plain values out."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from .contract import Question, Scenario
from .currency import CompanyPosition, Conversion
from .dates import DAY
from .explain import Explanation
from .journal import Entry, Journal
from .money import in_currency, round_half_away
from .position import Amounts, Position, position
from .reading import read_scenario
from .reading.scenario import MONEY
from .remaining import remaining_by_band
from .state import ContractState
from .timeline import Timeline
from .wording import Translate

Plain = dict[str, Any]


def simulate(scenario: Any, decimals: Mapping[str, int], say: Translate = str) -> Plain:
    """Work out a scenario.

    :param scenario: an object of the scenario format (docs/api.md), plain values
    :param decimals: of every currency, by ISO code
    :param say: tells a sentence of the engine in the reader's language; English by default
    :return: ``{"positions": […], "journal": […]}``: a position per date asked for, in the
        order asked, with amounts in the currency; the entries through the last of these
        dates. Only texts, floats, lists and dictionaries.
    :raises Refusal: when the scenario is malformed or contradicts itself; the message
        names the place
    """
    return Simulation(read_scenario(scenario, decimals), say).run()


def plain_position(
    state: ContractState, found: Position, question: Question, book: str = "asc606", say: Translate = str
) -> Plain:
    """Return a position with its explanation as plain values, amounts in the contract's currency.

    :param state: the contract at the end of that day
    :param say: tells a sentence of the engine in the reader's language; English by default
    """
    decimals = state.contract.decimals
    steps = Explanation(state, found, book).write()
    bands = remaining_by_band(state, found, question.bands)
    return {
        "at": found.at.isoformat(),
        **plain_amounts(found, decimals),
        "obligations": {
            line.key: {
                "allocated": in_currency(line.allocated, decimals),
                "progress": float(line.progress),
                "recognised": in_currency(line.recognised, decimals),
                "apart": in_currency(round_half_away(line.apart), decimals),
            }
            for line in found.lines
        },
        "rpo": {
            "total": in_currency(found.remaining, decimals),
            "bands": [
                {"until": until.isoformat(), "amount": in_currency(amount, decimals)}
                for until, amount in zip(question.bands, bands, strict=True)
            ],
        },
        "treatment": found.treatment,
        "treatment_reason": say(state.reason),
        "steps": [
            {"topic": step.topic, "obligation": step.obligation, "text": say(step.text), "paragraph": step.paragraph}
            for step in steps
        ],
    }


def plain_amounts(found: Amounts, decimals: int) -> Plain:
    """Return the money of a position as plain values."""
    return {name: in_currency(getattr(found, name), decimals) for name in MONEY}


class Simulation:
    """Takes a scenario through all its dates."""

    def __init__(self, scenario: Scenario, say: Translate = str) -> None:
        self.scenario = scenario
        self.say = say
        self.decimals = scenario.contract.decimals
        self.timeline = Timeline(scenario.contract)
        self.conversion = Conversion(scenario.rates) if scenario.rates else None
        self.journal = Journal()

    def run(self) -> Plain:
        """Return positions and journal as plain values."""
        asked: dict[date, list[int]] = {}
        for n, question in enumerate(self.scenario.questions):
            asked.setdefault(question.at, []).append(n)
        answers: dict[int, Plain] = {}
        for day in self._days():
            state = self.timeline.forward(day)
            found = position(state, day)
            company = self.conversion.convert(found) if self.conversion else None
            self.journal.post(found, company)
            for n in asked.get(day, ()):
                answers[n] = self._plain(found, company, self.scenario.questions[n])
        return {
            "positions": [answers[n] for n in range(len(self.scenario.questions))],
            "journal": [self._entry(entry) for entry in self.journal.entries],
        }

    def _days(self) -> list[date]:
        """Return every day on which something may change, through the last one asked for."""
        last = max(question.at for question in self.scenario.questions)
        days = {question.at for question in self.scenario.questions}
        days.update(event.date for event in self.scenario.contract.events)
        if self.scenario.rates:
            days.update(day - DAY for day in self.scenario.rates.dates)
        return sorted(day for day in days if self.scenario.contract.date <= day <= last)

    def _plain(self, found: Position, company: CompanyPosition | None, question: Question) -> Plain:
        plain = plain_position(self.timeline.state, found, question, self.scenario.book, self.say)
        if company is not None and self.scenario.rates is not None:
            places = self.scenario.rates.decimals
            plain["company"] = {**plain_amounts(company, places), "fx": in_currency(company.fx, places)}
        return plain

    def _entry(self, entry: Entry) -> Plain:
        plain: Plain = {
            "date": entry.date.isoformat(),
            "kind": entry.kind,
            "account": entry.account,
            "obligation": entry.obligation,
            "debit": in_currency(max(0, entry.amount), self.decimals),
            "credit": in_currency(max(0, -entry.amount), self.decimals),
        }
        if self.scenario.rates is not None:
            places = self.scenario.rates.decimals
            plain["company_debit"] = in_currency(max(0, entry.company), places)
            plain["company_credit"] = in_currency(max(0, -entry.company), places)
        return plain
