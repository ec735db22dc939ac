from odoo import fields, models


class RevenuePriceChange(models.Model):
    """An estimate of variable consideration from a date on (ASC 606-10-32-5, 32-14); never changed."""

    _name = "revenue.price.change"
    _inherit = ["revenue.append.only"]
    _description = "Estimate of Variable Consideration"
    _check_company_auto = True
    _order = "contract_id, name, date, id"

    contract_id = fields.Many2one("revenue.contract", required=True, index=True, check_company=True)
    company_id = fields.Many2one(related="contract_id.company_id", store=True, precompute=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    name = fields.Char(required=True, help="The variable amount: a bonus, a penalty, a rebate.")
    date = fields.Date(required=True)
    amount = fields.Monetary(required=True)
    constrained = fields.Boolean(
        help="Kept out of the price until a significant reversal is no longer probable (ASC 606-10-32-11)."
    )
    obligation_ids = fields.Many2many(
        "revenue.obligation",
        "revenue_price_change_obligation_rel",
        "change_id",
        "obligation_id",
        ondelete="restrict",
        string="Belongs To",
        help="The obligations it belongs to; all of them when empty. Its first estimate decides.",
    )
    reason = fields.Char(required=True)
