from odoo import api, models
from odoo.fields import Domain


class BillingAttainment(models.Model):
    """What starts with a milestone starts right after its attainment: the queue wakes the run, not who attains it."""

    _inherit = "billing.attainment"

    @api.model
    def _drain(self, *arguments, **options):
        # OVERRIDE: outside of the transaction of who attained, for whom nothing is looked up.
        result = super()._drain(*arguments, **options)
        waiting = Domain("subscription_waits", "=", True) & Domain("subscription_start", "=", False)
        undone = Domain("subscription_started_by_id.attained_percent", "<", 100)
        attained = Domain("subscription_milestone_id.attained_percent", ">=", 100)
        lines = self.env["sale.order.line"].sudo()
        if lines.search_count(Domain("state", "=", "sale") & ((waiting & attained) | undone), limit=1):
            self.env["billing.run"].sudo()._wake()
        return result
