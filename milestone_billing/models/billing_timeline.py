from odoo import api, models

TIMELINE_LIMIT = 24


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @api.readonly
    def get_billing_timeline(self, limit: int = TIMELINE_LIMIT) -> dict:
        """Return the billing plan of this order as its timeline shows it.

        :param int limit: how many milestones to return at most: those around the first that is not billed yet
        :return: ``{"count", "before", "after", "currency_id", "order_ids", "totals", "milestones"}``. ``count`` is how
            many milestones the plan has, of which ``before`` and ``after`` are left out on either side. ``totals``
            holds ``planned``, ``attained``, ``billed``, ``paid`` and ``waiting`` (attained and not billed), untaxed, in
            the currency of the order. Each milestone is ``{"id", "name", "schedule", "order_id", "order",
            "currency_id", "amount", "attained_percent" (cumulative), "billed", "planned_date", "attained_date",
            "status", "label", "is_late", "due", "effect", "undoing", "reason", "remedy", "holds", "invoices",
            "actions"}``: dates are ``"YYYY-MM-DD"`` or ``""``; ``due`` says what makes it due, ``effect`` what
            attaining it will do, ``undoing`` what taking the attainment back will do, ``reason`` and ``remedy`` what
            keeps it from being billed; ``actions`` are those the user may do now.
        :raises AccessError: for customers, and without access to the order or to milestones.
        """
        self.ensure_one()
        self.check_access("read")
        milestones = self.env["billing.milestone"]
        milestones._check_may_see_plans()
        return milestones._read_timeline([("order_id", "=", self.id)], limit)


class BillingSchedule(models.Model):
    _inherit = "billing.schedule"

    @api.readonly
    def get_billing_timeline(self, limit: int = TIMELINE_LIMIT) -> dict:
        """Return this schedule as its timeline shows it: see ``sale.order.get_billing_timeline``.

        :param int limit: how many milestones to return at most
        :return: the same dictionary
        :raises AccessError: for customers, and without access to the schedule or to milestones.
        """
        self.ensure_one()
        self.check_access("read")
        milestones = self.env["billing.milestone"]
        milestones._check_may_see_plans()
        return milestones._read_timeline([("schedule_id", "=", self.id)], limit)
