from odoo import fields, models


class RevenueContractCost(models.Model):
    """A cost of obtaining or fulfilling a contract that is an asset, or its impairment (ASC 340-40-25-1, 35-3)."""

    _name = "revenue.contract.cost"
    _inherit = ["revenue.append.only"]
    _description = "Contract Cost"
    _check_company_auto = True
    _order = "contract_id, date, id"

    contract_id = fields.Many2one("revenue.contract", required=True, index=True, check_company=True)
    company_id = fields.Many2one(related="contract_id.company_id", store=True, precompute=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    date = fields.Date(required=True)
    kind = fields.Selection(
        [("capitalise", "Capitalised"), ("impair", "Impaired")], required=True, default="capitalise"
    )
    amount = fields.Monetary(required=True)
    obligation_ids = fields.Many2many(
        "revenue.obligation",
        "revenue_contract_cost_obligation_rel",
        "cost_id",
        "obligation_id",
        ondelete="restrict",
        string="Amortised With",
        help="The obligations it is amortised with; all of them when empty.",
    )
    reason = fields.Char(required=True)
