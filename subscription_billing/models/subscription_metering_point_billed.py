from odoo import api, fields, models
from odoo.tools import SQL

#: Days of usage that no subscription covers.
UNBILLED = """
SELECT d.point_id, min(d.day), max(d.day), count(DISTINCT d.day)
FROM subscription_usage_day d
WHERE %s AND NOT EXISTS (
    SELECT FROM subscription_charge c
    WHERE c.metering_point_id = d.point_id AND c.kind = 'usage' AND c.state = 'running'
        AND c.first_day <= d.day AND (c.last_day IS NULL OR c.last_day >= d.day)
)
GROUP BY d.point_id
"""


class SubscriptionMeteringPoint(models.Model):
    """Which subscription bills the usage of a metering point; days that none does are billed once one covers them."""

    _inherit = "subscription.metering.point"

    charge_ids = fields.One2many("subscription.charge", "metering_point_id", "Subscriptions", readonly=True)
    is_unbilled = fields.Boolean(
        "Without Subscription",
        compute="_compute_unbilled",
        search="_search_is_unbilled",
        help="Whether it has usage on days that no subscription covers.",
    )
    unbilled_from = fields.Date(
        "First Day Without", compute="_compute_unbilled", help="The first day of usage that no subscription covers."
    )
    unbilled_until = fields.Date(
        "Last Day Without", compute="_compute_unbilled", help="The last day of usage that no subscription covers."
    )
    unbilled_days = fields.Integer(
        "Days Without", compute="_compute_unbilled", help="On how many days it has usage that no subscription covers."
    )
    day_count = fields.Integer("Days", compute="_compute_day_count", help="On how many days it has usage.")

    @api.depends("charge_ids.first_day", "charge_ids.last_day", "charge_ids.state")
    def _compute_unbilled(self):
        self.env["subscription.charge"].flush_model()
        query = SQL(UNBILLED, SQL("d.point_id = ANY(%s)", self.ids))
        found = {point_id: row for point_id, *row in self.env.execute_query(query)}
        for point in self:
            first, last, days = found.get(point.id, (False, False, 0))
            point.is_unbilled = bool(days)
            point.unbilled_from, point.unbilled_until, point.unbilled_days = first, last, days

    def _search_is_unbilled(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        self.env["subscription.charge"].flush_model()
        found = SQL("SELECT point_id FROM (%s) AS unbilled", SQL(UNBILLED, SQL("TRUE")))
        wanted = (operator == "in") == (True in value)
        return [("id", "in" if wanted else "not in", found)]

    def _compute_day_count(self):
        rows = self.env["subscription.usage.day"]._read_group(
            [("point_id", "in", self.ids)], ["point_id"], ["day:count_distinct"]
        )
        found = {point.id: days for point, days in rows}
        for point in self:
            point.day_count = found.get(point.id, 0)

    def action_view_days(self):
        """Open the usage by day.

        :return: a window action
        """
        return self._view_rows("subscription_billing.action_subscription_usage_day")

    def action_view_records(self):
        """Open the records.

        :return: a window action
        """
        return self._view_rows("subscription_billing.action_subscription_usage")

    def _view_rows(self, name):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(name)
        return {**action, "domain": [("point_id", "=", self.id)], "context": {}, "display_name": self.display_name}
