from datetime import date

from odoo import models
from odoo.addons.billing_base.engine.units import from_units
from odoo.tools import format_date

from ..engine.proration import fraction


class SubscriptionCharge(models.Model):
    """The running period of usage as its customer sees it: days, what is included, and what it comes to so far."""

    _inherit = "subscription.charge"

    def _portal_price(self):
        # OVERRIDE: usage is told by its prices.
        if self.kind != "usage":
            return super()._portal_price()
        price = self.price_book_id._price_on(self._today())
        return self.price_book_id._tell(self.env, price)

    def _portal_usage(self):
        """Return the usage of the period of today as a page of the portal shows it, None where there is none.

        :return: ``{"days", "quantity", "included", "share", "amount", "first", "last", "why"}``: ``days`` with
            ``day``, ``quantity`` (in words) and ``height`` (percent of the highest); ``share`` is that of the included
            units in percent, None where none are
        """
        self.ensure_one()
        bill = self._used_so_far()
        if bill is None:
            return None
        part, env = bill.part, self.env
        used = float(sum(segment.quantity for segment in bill.segments))
        share = fraction(self.proration, self._cadence(), part.number, part.start, part.to)
        included = self.price_book_id._included(share)
        return {
            "first": self._iso(part.start),
            "last": self._iso(part.to - 1),
            "days": self._portal_days(part),
            "quantity": self._tell_usage_quantity(used, env),
            "included": self._tell_usage_quantity(included, env) if included else "",
            "share": round(100 * max(used, 0.0) / float(included)) if included else None,
            "amount": from_units(bill.total, self.currency_id.rounding),
            "why": list(self._tell_usage(bill, env)),
        }

    def _portal_days(self, part):
        """Return the days of a period up to today, with what was used on each."""
        found = dict.fromkeys(range(part.start, min(part.to, self._now().toordinal() + 1)), 0.0)
        for row in self._days_node(part, self._last_batch()):
            day = date.fromisoformat(row["day"]).toordinal()
            if day in found:
                found[day] += row["quantity"]
        most = max([*found.values(), 0.0])
        return [
            {
                "day": format_date(self.env, self._iso(day)),
                "quantity": self._tell_usage_quantity(quantity, self.env),
                "height": round(100 * max(quantity, 0.0) / most) if most else 0,
            }
            for day, quantity in found.items()
        ]

    def _portal_usage_table(self):
        """Return the records of the period of today as ``_usage_table`` does; None where there is none."""
        bill = self._used_so_far()
        return bill and self._usage_table(bill.part, self._last_batch())

    def _last_batch(self):
        """Return the number of the last batch of usage that is known."""
        return self.env["subscription.usage.batch"]._last_known(self.company_id)
