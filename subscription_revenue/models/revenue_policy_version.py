from odoo import api, fields, models


class RevenuePolicyVersion(models.Model):
    """What is charged once and is worth something only with a subscription is earned as long as that runs."""

    _inherit = "revenue.policy.version"

    with_subscription = fields.Boolean(
        string="With the Subscription",
        help="Of what is charged once and gives the customer nothing by itself, such as a fee for activation (ASC "
        "606-10-55-51): earned from the first day of the order's subscriptions, for the months above, such as those "
        "that customers stay, else while the subscriptions are enforceable at first.",
    )

    @api.depends("with_subscription")
    def _compute_summary(self):
        return super()._compute_summary()

    def _summary_parts(self):
        yield from super()._summary_parts()
        if self.with_subscription and self.measure == "time":
            yield self.env._("with the subscription")
