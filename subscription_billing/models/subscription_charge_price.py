from datetime import date

from odoo import models

from ..engine.cadence import FOREVER, later
from ..engine.money import rounded_to
from ..engine.prices import prices
from .subscription_charge_terms import exact


class SubscriptionCharge(models.Model):
    """Which price holds on a day: what was agreed last, as it rose with the terms since."""

    _inherit = "subscription.charge"

    def _has_uplift(self):
        """Return whether the price of this charge rises with a term."""
        return bool(self.term_count and (self.uplift_percent or any(term.uplift_percent for term in self.term_ids)))

    def _net_price(self, day):
        """Return what one unit costs in a period on a day (date), less the discount and before reductions, exactly."""
        terms, known = self._terms()
        return prices(terms, known, day.toordinal() + 1).at(day.toordinal()).price

    def _price_in_force(self, day):
        """Return price and discount as they hold on a day (date), by name: together what is charged, exactly."""
        version = self._holding("price", day)
        said = {"price_unit": version.price_unit, "discount": version.discount}
        if not version or not self._has_uplift():
            return said
        net = self._net_price(day)
        if net == version._price().rating.price:
            return said
        gross, kept = self._list_price(net, version), 1 - exact(version.discount) / 100
        if gross * kept == net:
            return {**said, "price_unit": float(gross)}
        return {"price_unit": float(net), "discount": 0.0}

    def _price_to_change(self, day):
        """Return price and discount of a day (date), by name, to change one of them: the price as it rose."""
        version = self._holding("price", day)
        price = version.price_unit
        if self._has_uplift() and self._net_price(day) != version._price().rating.price:
            price = float(self._list_price(self._net_price(day), version))
        return {"price_unit": price, "discount": version.discount}

    def _list_price(self, net, version):
        """Return the price before the discount of a version that comes to a net price, to the currency's decimals."""
        kept = 1 - exact(version.discount) / 100
        return rounded_to(net / kept, version._price_decimals()) if kept else exact(version.price_unit)

    def _next_rise(self, day):
        """Return the ordinal first day of the next term after a day (date), FOREVER where prices do not rise."""
        if not self._has_uplift():
            return FOREVER
        number, first, step = 1, self.first_day.toordinal(), self._term_step()
        while (start := later(first, step, number)) <= day.toordinal():
            number += 1
        return start

    def _agreed_on(self, kind, day):
        # OVERRIDE: a price that rose goes on as it rose.
        return self._price_in_force(day) if kind == "price" else super()._agreed_on(kind, day)

    def _find_next_change(self):
        found, rise = super()._find_next_change(), self._next_rise(self._now())
        if rise == FOREVER:
            return found
        day = date.fromordinal(rise)
        return min(found, day) if found else day
