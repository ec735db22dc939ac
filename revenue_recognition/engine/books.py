"""What the books have to show of a contract, cumulative: the amounts behind the entries of a close.

Documents post themselves: an invoice credits contract liability and debits the receivable,
a payment settles the receivable with its exchange difference. The rest is here, an amount
per kind, in the direction of these accounts:

===============  =====================  ====================
kind             debit                  credit
===============  =====================  ====================
revenue          contract liability     revenue
interest         interest expense       contract liability
interest_income  contract liability     interest income
refund           contract liability     refund liability
presentation     contract asset         contract liability
exchange         contract liability     exchange difference
loss             loss                   loss provision
contract_cost    contract cost          amortisation
amortisation     amortisation           contract cost
===============  =====================  ====================
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from .contract import Contract, Rates
from .currency import CompanyPosition, Conversion
from .dates import DAY
from .position import Line, Position, position
from .timeline import Timeline

#: What documents booked by day: units of the contract currency, units of the company currency.
BilledByDay = Mapping[date, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Amount:
    """What the books show of one kind, cumulative, in units.

    :param line: the obligation's line of the position, None for what concerns the whole contract
    :param company: the amount in units of the company currency
    """

    kind: str
    amount: int
    company: int
    line: Line | None = None


def amounts(found: Position, documents: int) -> list[Amount]:
    """Return what the books show of a contract in the company's own currency.

    :param documents: what documents booked to contract liability, in units. What of it is neither earned nor billed
        by the position is waiting for a credit note: the refund of a termination.
    """
    waiting = documents - found.billed
    rows = [Amount("revenue", line.recognised, line.recognised, line) for line in found.lines if line.recognised]
    rows.extend(Amount(kind, amount, amount) for kind, amount in _of_contract(found, waiting) if amount)
    return rows


def foreign_amounts(found: Position, company: CompanyPosition, documents: tuple[int, int]) -> list[Amount]:
    """Return what the books show of a contract in another currency than the company's.

    :param documents: what documents booked to contract liability, in units of either currency
    """
    waiting = documents[0] - found.billed
    waiting_company = documents[1] - company.billed if waiting else 0
    rows = [
        Amount("revenue", line.recognised, company.by_obligation[line.key], line)
        for line in found.lines
        if line.recognised or company.by_obligation[line.key]
    ]
    both = zip(_of_contract(found, waiting), _of_contract(company, waiting_company), strict=True)
    rows.extend(Amount(kind, amount, converted) for (kind, amount), (_kind, converted) in both if amount or converted)
    exchange = (
        documents[1]
        - waiting_company
        + company.contract_asset
        + company.interest
        - company.contract_liability
        - company.refund_liability
        - company.revenue
    )
    if exchange:
        rows.append(Amount("exchange", 0, exchange))
    return rows


def _of_contract(found: Position | CompanyPosition, waiting: int) -> list[tuple[str, int]]:
    return [
        ("interest", max(0, found.interest)),
        ("interest_income", max(0, -found.interest)),
        ("refund", found.refund_liability + waiting),
        ("presentation", found.contract_asset),
        ("loss", found.loss_provision),
        ("contract_cost", found.capitalised),
        ("amortisation", found.amortised),
    ]


class BookConversion(Conversion):
    """Converts with the rates at which the documents were booked, where there are any.

    :param billed_by_day: what documents booked by day
    """

    def __init__(self, rates: Rates, billed_by_day: BilledByDay) -> None:
        super().__init__(rates)
        self.billed_by_day = billed_by_day

    def consideration_rate(self, day: date, rate: Fraction) -> Fraction:
        """See :class:`Conversion`."""
        amount, company = self.billed_by_day.get(day, (0, 0))
        return Fraction(company, amount) if amount and company else rate


def foreign_position(
    contract: Contract, at: date, rates: Rates, billed_by_day: BilledByDay
) -> tuple[Position, CompanyPosition, Timeline]:
    """Return the position of a contract at the end of a day, in both currencies.

    What is earned ahead of billing takes the rate of the end of its month, or of the day
    something happened.

    :param rates: company units per contract unit
    :raises Refusal: when the contract cannot be worked out
    """
    timeline = Timeline(contract)
    conversion = BookConversion(rates, billed_by_day)
    days = {event.date for event in contract.events}
    days.update(month_ends(contract.date, at))
    for day in sorted(day for day in days if day < at):
        conversion.follow(position(timeline.forward(day), day))
    found = position(timeline.forward(at), at)
    return found, conversion.convert(found), timeline


def month_ends(start: date, end: date) -> Iterable[date]:
    """Yield the last day of every month from one date to another.

    >>> [str(day) for day in month_ends(date(2025, 1, 15), date(2025, 3, 1))]
    ['2025-01-31', '2025-02-28']
    """
    year, month = start.year, start.month
    while True:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        last = date(year, month, 1) - DAY
        if last > end:
            return
        yield last
