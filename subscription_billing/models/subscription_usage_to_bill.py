from odoo import api, models


class SubscriptionUsage(models.Model):
    """Usage that came late is billed by its difference, with the next invoice."""

    _inherit = "subscription.usage"

    @api.model
    def _follow(self, touched):
        # OVERRIDE: what subscriptions bill of these days is worked out anew.
        self.env["subscription.charge"]._follow_usage(touched)
        return super()._follow(touched)
