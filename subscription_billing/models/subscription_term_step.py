from odoo import fields, models

STEPS = [
    ("reminder", "Salesperson reminded"),
    ("quotation", "Renewal quotation made"),
    ("failure", "Renewal quotation failed"),
]


class SubscriptionTermStep(models.Model):
    """What was done by itself before the end of a term: once."""

    _name = "subscription.term.step"
    _description = "Step Before the End of a Term"
    _inherit = ["record.append.only"]
    _order = "id"
    _rec_name = "kind"

    term_id = fields.Many2one("subscription.term", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="term_id.company_id", store=True, index=True, precompute=True)
    kind = fields.Selection(STEPS, "What", required=True, help="What was done.")
    create_date = fields.Datetime("Recorded On", readonly=True, help="When it was done.")

    _kind_unique = models.UniqueIndex("(term_id, kind)", "This is done once for each term.")


class SubscriptionTerm(models.Model):
    _inherit = "subscription.term"

    step_ids = fields.One2many("subscription.term.step", "term_id", "Done Before Its End", readonly=True)
    line_id = fields.Many2one(
        "sale.order.line",
        "Quotation Line",
        index="btree_not_null",
        ondelete="restrict",
        help="By which the customer renewed it.",
    )
    order_id = fields.Many2one(related="line_id.order_id", string="Quotation")
