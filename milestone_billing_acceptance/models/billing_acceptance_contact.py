from odoo import fields, models


class BillingAcceptanceContact(models.Model):
    """Who accepts what a customer ordered, or one milestone of it; one after the other."""

    _name = "billing.acceptance.contact"
    _description = "Contact for Acceptance"
    _order = "sequence, id"
    _rec_name = "partner_id"

    sequence = fields.Integer(default=10)
    partner_id = fields.Many2one(
        "res.partner",
        "Contact",
        required=True,
        ondelete="cascade",
        index=True,
        help="Gets a mail with a link of his own, and signs.",
    )
    email = fields.Char(related="partner_id.email", help="Where the mail goes.")
    customer_id = fields.Many2one("res.partner", ondelete="cascade", index="btree_not_null")
    milestone_id = fields.Many2one("billing.milestone", ondelete="cascade", index="btree_not_null")
    company_id = fields.Many2one(related="milestone_id.company_id", store=True, index=True)

    _one_owner = models.Constraint(
        "CHECK((customer_id IS NULL) != (milestone_id IS NULL))",
        "A contact for acceptance is of a customer, or of a milestone.",
    )
