from fractions import Fraction

from odoo import models

from ..engine.bill import bills, rounded
from ..engine.cadence import FOREVER, later
from ..engine.life import parts
from ..engine.money import round_half_away
from ..engine.proration import fraction
from .subscription_charge_terms import exact


class SubscriptionCharge(models.Model):
    _inherit = "subscription.charge"

    def _units_of_term(self):
        """Return what this charge comes to until its end, or the end of its first term; None where it has neither."""
        terms, known = self._terms()
        end = min(terms.end, later(terms.first, terms.term) if terms.term else FOREVER)
        if end == FOREVER:
            return None
        found = list(parts(terms, end))
        return sum(rounded(bill).total for bill in bills(terms, known, found, self._zone(), self._scale()))

    def _units_of_period(self):
        """Return what a whole period of this charge comes to, as it was agreed, in units of the currency."""
        agreed = self._agreed()
        return round_half_away(agreed._price().rating.price * exact(agreed.quantity) * self._scale())

    def _units_billed(self, stands):
        """Return how many units of a whole period some amounts come to, at the prices of their periods (Fraction).

        :param dict stands: as of ``_stands``, of this charge
        """
        terms, known = self._terms()
        if self.kind != "recurring":
            price = self._agreed()._price().rating.price
            return Fraction(sum(stands.values())) / (price * self._scale()) if price else Fraction(0)
        found = [part for number in sorted(stands) if (part := terms.calendar.part(number, terms.first, FOREVER))]
        comes_to = {bill.part.number: bill for bill in bills(terms, known, found, self._zone(), self._scale())}
        return sum((self._units_of_part(comes_to.get(number), units) for number, units in stands.items()), Fraction(0))

    def _units_of_part(self, bill, stands):
        """Return how many units of a whole period an amount of a period comes to (Fraction).

        :param bill: what the period comes to, an end left out (``engine.bill.Bill``); None where it has no days
        :param int stands: the amount, in units of the currency
        """
        amount = sum(segment.amount for segment in bill.segments) if bill else 0
        if not amount:
            price = self._agreed()._price().rating.price * self._scale()
            return Fraction(stands) / price if price else Fraction(0)
        calendar, number = self._cadence(), bill.part.number
        units = sum(
            one.quantity * fraction(self.proration, calendar, number, one.start, one.to) for one in bill.segments
        )
        # Cents that were rounded are no part of a unit.
        return units if abs(stands - amount) < 1 else units * stands / amount

    def _tell_length(self, count, unit):
        """Return a length of time in words.

        :param str unit: of ``UNITS``
        """
        if count == 1:
            names = {
                "days": self.env._("day"),
                "weeks": self.env._("week"),
                "months": self.env._("month"),
                "years": self.env._("year"),
            }
            return names[unit]
        names = {
            "days": self.env._("%s days", count),
            "weeks": self.env._("%s weeks", count),
            "months": self.env._("%s months", count),
            "years": self.env._("%s years", count),
        }
        return names[unit]
