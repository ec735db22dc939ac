from odoo import models

from ..engine.bill import bills, rounded
from ..engine.cadence import FOREVER, later
from ..engine.life import parts
from ..engine.money import round_half_away
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
