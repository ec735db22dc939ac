"""Facts that are no records of Odoo's own: what was observed, accepted, delivered, used, estimated."""

from fractions import Fraction

from odoo.tools import SQL

from ...engine import events as e
from ..values import among, exact
from .base import Source


class Evidence(Source):
    """Reads ``revenue.evidence``, in the order it was recorded within a date."""

    def read_into(self, loaded):
        """See :class:`Source`."""
        query = SQL(
            """
            SELECT contract_id, obligation_id, kind, date, value::text, id
              FROM revenue_evidence
             WHERE %s AND %s
             ORDER BY date, id
            """,
            among("contract_id", loaded),
            self.loader.until("date"),
        )
        for contract_id, obligation_id, kind, day, value, row_id in self.loader.rows(query):
            contract = loaded[contract_id]
            promise = contract.promises.get(obligation_id)
            if promise is not None:
                fact = Fact(contract, promise, day, exact(value or 0), f"evidence {row_id}")
                getattr(fact, kind)()


class Fact:
    """One row of evidence; a method for each kind turns it into events of the engine."""

    def __init__(self, contract, promise, day, value, place):
        self.contract = contract
        self.promise = promise
        self.day = day
        self.value = value
        self.place = place

    def progress(self):
        """An observed fraction of the whole, cumulative."""
        self._happened(e.Progress, progress=self.value)

    def usage(self):
        """Usage in money."""
        self._happened(e.Usage, amount=round(self._units()))

    def units(self):
        """Units delivered; where nothing says of how many, one is all."""
        if self.promise.measure == "units" or (self.promise.passes_on("delivered") and self.promise.quantity):
            self._happened(e.Deliver, units=self.value)
        else:
            self._share("delivered", self.value)

    def satisfy(self):
        """Acceptance by the customer, of a share."""
        self._share("acceptance", self.value or Fraction(1))

    def start(self):
        """The first day of what is earned by time."""
        if self.promise.started is None:
            self.promise.started = self.day

    def estimate_cost(self):
        """The cost expected at completion."""
        if self.promise.estimate is None:
            self.promise.estimate = self._units()
        else:
            self._happened(e.EstimateCost, total=self._units())

    def estimate_hours(self):
        """The hours expected at completion."""
        if self.promise.estimate is None:
            self.promise.estimate = self.value
        else:
            self._happened(e.EstimateHours, total=self.value)

    def estimate_unit_price(self):
        """The price now expected per unit."""
        self._happened(e.EstimateUnitPrice, amount=self._units())

    def estimate_returns(self):
        """The share of delivered units expected back."""
        self._happened(e.EstimateReturns, rate=self.value)

    def _units(self):
        return self.value * 10**self.contract.decimals

    def _share(self, trigger, share):
        if self.promise.trigger == trigger:
            self.promise.facts.append((self.day, share))

    def _happened(self, kind, **values):
        event = kind(date=self.day, place=self.place, obligation=self.promise.key, **values)
        self.contract.events.append(event)
