from odoo import fields, models

KINDS = [
    ("new", "New"),
    ("expansion", "Expansion"),
    ("contraction", "Contraction"),
    ("pause", "Paused, Resumed"),
    ("moved", "Moved"),
    ("reactivation", "Reactivation"),
    ("churn", "Churn"),
]


class SubscriptionMovement(models.Model):
    """A change of monthly recurring revenue: all of a charge up to a day come to its revenue on that day.

    They follow from what is agreed, as stored computed fields do: a backdated change moves the months since its day.
    """

    _name = "subscription.movement"
    _description = "Recurring Revenue"
    _order = "day, id"
    _rec_name = "kind"

    charge_id = fields.Many2one(
        "subscription.charge", "Subscription", required=True, readonly=True, index=True, ondelete="cascade"
    )
    day = fields.Date(required=True, readonly=True, index=True, help="The first day on which it holds.")
    kind = fields.Selection(
        KINDS,
        required=True,
        readonly=True,
        help="New; more or less of it; paused and resumed; gone on with another plan or for another customer, which "
        "comes to nothing; come back after an end; ended.",
    )
    amount = fields.Float(
        "MRR (Own Currency)",
        digits=False,
        readonly=True,
        help="What it changes in a month, without taxes, in the currency of the subscription.",
    )
    company_amount = fields.Float(
        "MRR", digits=False, readonly=True, help="What it changes in a month, at the rate of its order."
    )
    company_arr = fields.Float("ARR", digits=False, readonly=True, help="What it changes in a year: twelve months.")
    currency_id = fields.Many2one(related="charge_id.currency_id", store=True, precompute=True)
    company_id = fields.Many2one(related="charge_id.company_id", store=True, index=True, precompute=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency", help="The currency of the company."
    )
    order_id = fields.Many2one(related="charge_id.order_id", store=True, precompute=True)
    partner_id = fields.Many2one(related="charge_id.partner_id", store=True, precompute=True)
    plan_id = fields.Many2one(related="charge_id.plan_id", store=True, precompute=True)
    product_id = fields.Many2one(related="charge_id.line_id.product_id", store=True, precompute=True)
    user_id = fields.Many2one(related="charge_id.order_id.user_id", string="Salesperson", store=True, precompute=True)

    def _search(self, *args, **kwargs):
        # OVERRIDE: what follows from changes of this transaction is found, too.
        self.env["subscription.charge"].flush_model(["movements_until"])
        return super()._search(*args, **kwargs)

    def action_view_charge(self):
        """Open the subscription that moved.

        :return: a window action
        :raises AccessError: for who may not read it
        """
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "subscription.charge",
            "res_id": self.charge_id.id,
            "views": [(False, "form")],
        }
