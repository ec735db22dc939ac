"""Rates of exchange, as Odoo keeps them, for the engine."""

from fractions import Fraction

from odoo.tools import SQL

from ..engine.contract import Rates
from .values import exact


class RateBook:
    """Company units per contract unit, by currency, from the day each rate begins.

    Odoo falls back on the first later rate, or on 1, where a day has none; a close does not.
    """

    def __init__(self, loader):
        self.loader = loader
        self.known = {}

    def give(self, contract):
        """Give a contract in a foreign currency its rates; a rate that is missing is a problem."""
        if contract.currency_id == self.loader.company.currency_id.id:
            return
        rates = self.of(contract.currency_id)
        first = min([contract.date, *(event.date for event in contract.events)])
        if not rates.dates or rates.dates[0] > first:
            contract.problem("rate", currency=self.loader.names[contract.currency_id], date=first)
        else:
            contract.rates = rates

    def of(self, currency_id):
        """Return the rates of a currency to that of the company."""
        if currency_id not in self.known:
            self.known[currency_id] = self._read(currency_id)
        return self.known[currency_id]

    def _read(self, currency_id):
        foreign, own = self._rows(currency_id), self._rows(self.loader.company.currency_id.id)
        places = self.loader.company_decimals - self.loader.decimals[currency_id]
        dates, rates = [], []
        for day in sorted({*foreign, *own}):
            through, base = _latest(foreign, day), _latest(own, day) if own else Fraction(1)
            if through and base:
                dates.append(day)
                rates.append(base / through * Fraction(10) ** places)
        return Rates(dates=tuple(dates), rates=tuple(rates), decimals=self.loader.company_decimals)

    def _rows(self, currency_id):
        """Return the rates of a currency by date, the company's own before shared ones."""
        rows = self.loader.rows(
            SQL(
                """
                SELECT name, rate::text FROM res_currency_rate
                 WHERE currency_id = %s AND (company_id IS NULL OR company_id = %s)
                 ORDER BY name, company_id NULLS FIRST
                """,
                currency_id,
                self.loader.company.root_id.id,
            )
        )
        return {day: exact(rate) for day, rate in rows}


def _latest(rates, day):
    before = [known for known in rates if known <= day]
    return rates[max(before)] if before else None
