from datetime import date
from fractions import Fraction

from odoo import models
from odoo.addons.billing_base.engine.forecast import Expected, rounded
from odoo.addons.billing_base.models.billing_source import OF_ORDER

from ..engine.life import end_of, parts
from ..engine.standing import due_on
from .subscription_plan import OF_USAGE

#: Periods whose mean is expected of usage to come.
SEEN = 3
#: What a price is taxed at is asked of an amount so large that a rounded cent says nothing.
LARGE = 1_000_000


class SubscriptionCharge(models.Model):
    """What a forecast is told of a charge."""

    _inherit = "subscription.charge"

    def _forecast_taxes(self):
        """Return what an amount that the price says comes to, as shares of it: (untaxed, with taxes)."""
        self.ensure_one()
        taxes = self.line_id.tax_ids.with_company(self.company_id)
        found = taxes.compute_all(LARGE, self.currency_id, 1.0, self.line_id.product_id, self.order_id.partner_id)
        return tuple(Fraction(repr(found[name])) / LARGE for name in ("total_excluded", "total_included"))

    def _forecast(self, stands, until, net, whole):
        """Yield what is expected of this charge by a day (``engine.forecast.Expected``).

        :param dict stands: as of ``_stands``, of this charge
        :param net, whole: as of ``_forecast_taxes``
        """
        self.ensure_one()
        today = self._now()
        name = f"{self.order_id.name}: {(self.name or '').splitlines()[0] if self.name else ''}"
        base = Expected("subscription.charge", self.id, name, self.order_id.id, 0, 0, 0, 0, None, "due", terms=OF_ORDER)
        of_usage = self.kind in OF_USAGE
        known = [
            (one.units, date.fromordinal(one.since), None)
            for one in (self._open(stands, today) if of_usage else self._coming(stands, None, until))
        ]
        coming = self._forecast_usage(stands, today, until) if of_usage else ()
        for units, day, stands_as in (*known, *coming):
            certainty = stands_as or ("due" if day <= today else "agreed")
            yield base._replace(
                untaxed=rounded(units * net), total=rounded(units * whole), day=day, certainty=certainty
            )

    def _forecast_usage(self, stands, today, until):
        """Yield (units, date, certainty) of the periods of usage that are due after today, up to a day."""
        seen = [stands[number] for number in sorted(stands)[-SEEN:]]
        if not seen or not self.version_ids:
            return
        mean = rounded(Fraction(sum(seen), len(seen)))
        terms, known = self._agreed_terms()
        for part in parts(terms, end_of(terms, known), today.toordinal()):
            day = date.fromordinal(due_on(terms, part))
            if day > until:
                return
            if day > today and part.number not in stands:
                yield mean, day, "estimated"
