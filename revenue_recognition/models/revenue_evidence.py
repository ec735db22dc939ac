from odoo import fields, models


class RevenueEvidence(models.Model):
    """A dated fact about an obligation that is no record of Odoo's own; never changed, never deleted."""

    _name = "revenue.evidence"
    _inherit = ["revenue.append.only"]
    _description = "Revenue Evidence"
    _check_company_auto = True
    _order = "date desc, id desc"
    _rec_name = "key"

    company_id = fields.Many2one("res.company", required=True, index=True)
    key = fields.Char(required=True, help="Names the fact in the system it comes from, once in a company.")
    contract_id = fields.Many2one("revenue.contract", required=True, index=True, check_company=True)
    obligation_id = fields.Many2one("revenue.obligation", required=True, index=True, check_company=True)
    date = fields.Date(required=True, index=True)
    kind = fields.Selection(
        [
            ("progress", "Progress Observed"),
            ("usage", "Usage"),
            ("units", "Units Delivered"),
            ("satisfy", "Accepted"),
            ("start", "Started"),
            ("estimate_cost", "Cost at Completion"),
            ("estimate_hours", "Hours at Completion"),
            ("estimate_unit_price", "Price Expected per Unit"),
            ("estimate_returns", "Share Expected Back"),
        ],
        required=True,
    )
    value = fields.Float(digits=0, help="A fraction, an amount in the contract's currency, or a number of units.")
    source = fields.Char(help="What it comes from: a system, a document, a person.")
    note = fields.Text()
    user_id = fields.Many2one(
        "res.users", string="Recorded By", readonly=True, ondelete="restrict", default=lambda self: self.env.user
    )

    _key_once = models.Constraint("UNIQUE(company_id, key)", "This evidence is recorded already.")
