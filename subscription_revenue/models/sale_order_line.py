from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from odoo import models
from odoo.addons.billing_base.engine.units import from_units


class SaleOrderLine(models.Model):
    """A line that is charged again and again promises what both parties are bound to, not one period."""

    _inherit = "sale.order.line"

    def _revenue_has_own_terms(self):
        # OVERRIDE: changes of a subscription are its versions.
        return super()._revenue_has_own_terms() or self._revenue_is_charged()

    def _revenue_is_charged(self):
        """Return whether this line is a subscription, or becomes one when its order is confirmed."""
        self.ensure_one()
        if self.subscription_kind not in (False, "recurring"):
            return False
        charged = bool(self._origin.sudo().subscription_charge_ids)
        return charged or (self._is_subscription() and not self._billing_has_other_source())

    def _revenue_price(self):
        # OVERRIDE: the line's amount is that of one period.
        if not self._revenue_is_charged():
            return super()._revenue_price()
        return from_units(self._revenue_bound().units, self.currency_id.rounding)

    def _revenue_quantity(self):
        # OVERRIDE: as many units as are charged, period by period, so that they sell for as much alone.
        if not self._revenue_is_charged():
            return super()._revenue_quantity()
        return float(self._revenue_bound().amount)

    def _subscription_start_charges(self):
        # OVERRIDE: what waited to be started begins to be earned.
        waiting = self.filtered(lambda line: line.revenue_contract_id and not line.subscription_charge_ids)
        result = super()._subscription_start_charges()
        started = waiting.filtered("subscription_charge_ids")
        for contract in started.revenue_contract_id:
            contract._begin_waiting(
                started.filtered(lambda line, contract=contract: line.revenue_contract_id == contract)
            )
            contract._review()
        return result

    def _revenue_version(self, date):
        # OVERRIDE: a line that renews a subscription promises what the subscription's own line does, in a term of it.
        return self.env["revenue.policy.version"] if self.subscription_term_id else super()._revenue_version(date)

    def _revenue_charges(self):
        """Return the charges that this line is, the one before first; of a cancelled order those that were billed."""
        charges = self._origin.sudo().subscription_charge_ids.sorted(lambda charge: (charge.first_day, charge.id))
        running = charges.filtered(lambda charge: charge.state == "running")
        return running or charges.filtered("invoice_line_ids") or charges[-1:]

    def _revenue_first_charge(self):
        """Return the charge that this line began as; of a line that is not confirmed one in memory."""
        line = self.sudo()
        return line._revenue_charges()[:1] or self.env["subscription.charge"].sudo().new(line._subscription_values())

    def _revenue_bound(self):
        """Return what was agreed of this line at first (``subscription_billing.engine.enforceable.Bound``)."""
        return self._revenue_first_charge()._bound()[0]

    def _promised_days(self, version, measure, date_made):
        # OVERRIDE: a subscription runs while it is enforceable; what comes with one, as long, or as the policy says.
        charged = self.filtered(lambda line: line._revenue_is_charged())
        if self._revenue_waits_for(version):
            return False, False
        if charged:
            spans = [line._revenue_span() for line in charged]
            return min(start for start, _end in spans), max(end for _start, end in spans)
        start, end = super()._promised_days(version, measure, date_made)
        dated = self.filtered(lambda line: line.revenue_start or line.revenue_end)
        if version.with_subscription and measure == "straight_line" and not dated:
            return self._days_with_subscription(version) or (start, end)
        return start, end

    def _promise(self, version, date_made, key, name, price, selling):
        # OVERRIDE: of what waits to be started it is known how long it takes.
        values = super()._promise(version, date_made, key, name, price, selling)
        waiting = self._revenue_waits_for(version)
        if waiting and not (version.with_subscription and version.duration_months):
            start, end = waiting[0]._revenue_span()
            length = relativedelta(end + timedelta(days=1), start)
            values["duration_months"] = max(1, 12 * length.years + length.months)
        return values

    def _revenue_waits_for(self, version):
        """Return the subscriptions whose start these lines wait for: their own, or those of the order."""
        charged = self.filtered(lambda line: line._revenue_is_charged())
        if not charged and version.with_subscription:
            charged = self.order_id.order_line.filtered(lambda line: line._revenue_is_charged())
        waiting = charged.filtered(lambda line: line._subscription_is_waiting())
        return waiting if waiting == charged else self.browse()

    def _revenue_span(self):
        """Return the first and the last day of the service that was agreed of this line at first.

        Free time belongs to it where it is paid for by what follows: where that can be enforced. Days that were billed
        elsewhere do not.
        """
        charge, holds = self._revenue_first_charge(), self._revenue_bound()
        start, last = charge._first_billed_day(), date.fromordinal(holds.to) - timedelta(days=1)
        if start == charge.first_day and (charge.term_count or charge.minimum_count or charge._agreed().last_day):
            start = min(start, charge.begins_on or start)
        return start, max(start, last)

    def _days_with_subscription(self, version):
        """Return the first and the last day of what is earned with the subscriptions of the order; None without any.

        :param version: of the policy: its months say for how long, otherwise it is what is enforceable at first
        """
        charged = self.order_id.order_line.filtered(lambda line: line._revenue_is_charged())
        charged = charged.filtered(lambda line: not line._subscription_is_waiting())
        if not charged:
            return None
        spans = [line._revenue_span() for line in charged]
        start, end = min(first for first, _last in spans), max(last for _first, last in spans)
        if version.duration_months:
            end = start + relativedelta(months=version.duration_months, days=-1)
        return start, end
