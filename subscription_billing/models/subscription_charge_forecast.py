from datetime import date
from fractions import Fraction

from odoo import models
from odoo.addons.billing_base.engine.forecast import Expected, rounded
from odoo.addons.billing_base.models.billing_source import OF_ORDER

from ..engine.covering import Payable, draw, grants
from ..engine.life import due_parts, end_of, parts
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
        today, base = self._now(), self._expected()
        of_usage = self.kind in OF_USAGE
        known = [
            (one.units, date.fromordinal(one.since), None)
            for one in (self._open(stands, today) if of_usage else self._coming(stands, None, until))
        ]
        coming = self._forecast_usage(stands, today, until) if of_usage else ()
        coming = [(units, day, "estimated") for _part, units, day in coming]
        for units, day, stands_as in (*known, *coming):
            certainty = stands_as or ("due" if day <= today else "agreed")
            yield base._replace(
                untaxed=rounded(units * net), total=rounded(units * whole), day=day, certainty=certainty
            )

    def _expected(self):
        """Return what is expected of this charge without an amount and a day (``engine.forecast.Expected``)."""
        name = f"{self.order_id.name}: {(self.name or '').splitlines()[0] if self.name else ''}"
        return Expected("subscription.charge", self.id, name, self.order_id.id, 0, 0, 0, 0, None, "due", terms=OF_ORDER)

    def _forecast_draws(self, stands, until, taxes):
        """Yield what these funds, those of one order, are expected to pay of its usage by a day, below zero.

        :param dict stands: as of ``_stands``
        :param dict taxes: of each of these charges, as of ``_forecast_taxes``
        """
        today = self.company_id._billing_today()
        for charge, draws in self._open_draws(today).items():
            for one in draws:
                yield charge._expected_draw(one.units, one.since, taxes[charge], "due")
        owed, days = [], {}
        for usage in self._covered():
            for part, units, day in usage._forecast_usage(stands.get(usage, {}), usage._now(), until):
                owed.append(usage._payable_expected(part, units))
                days[usage.id, part.number] = day
        for (source, paid, number), units in draw(self._grants_until(today, until), owed).items():
            charge = self.browse(source)
            yield charge._expected_draw(units, days[paid, number], taxes[charge], "estimated")

    def _payable_expected(self, part, units):
        """Return what funds may pay of a period that is expected to be billed (``engine.covering.Payable``).

        :param units: that are expected
        """
        discounts = [percent for since, percent in self._discounts() if since < part.to]
        kept = 1 - discounts[-1] / 100 if discounts else Fraction(1)
        return Payable(part.to - 1, self.id, part.number, rounded(units / kept) if kept > 0 else 0, kept)

    def _grants_until(self, today, until):
        """Return what is left of funds today (``engine.covering.Grant``), and those bought later, up to a day."""
        granted, _draws, _parts = self._draws_by(today)
        for charge in self:
            terms, known = charge._terms()
            bought = due_parts(terms, end_of(terms, known), until.toordinal())
            coming = [part for part in bought if due_on(terms, part) > today.toordinal()]
            granted += grants(terms, coming, charge._scale())
        return granted

    def _expected_draw(self, units, day, taxes, certainty):
        """Return what funds are expected to pay (``engine.forecast.Expected``).

        :param int units: what is paid
        :param day: date
        :param taxes: as of ``_forecast_taxes``
        """
        net, whole = taxes
        amounts = {"untaxed": -rounded(units * net), "total": -rounded(units * whole)}
        return self._expected()._replace(**amounts, day=day, certainty=certainty)

    def _forecast_usage(self, stands, today, until):
        """Yield (part, units, date) of the periods of usage that are due after today, up to a day (date)."""
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
                yield part, mean, day
