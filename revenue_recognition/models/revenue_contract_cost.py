from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date


class RevenueContractCost(models.Model):
    """A cost of obtaining or fulfilling a contract that is an asset, or its impairment (ASC 340-40-25-1, 35-3)."""

    _name = "revenue.contract.cost"
    _inherit = ["record.append.only"]
    _description = "Contract Cost"
    _check_company_auto = True
    _order = "contract_id, date, id"

    contract_id = fields.Many2one("revenue.contract", required=True, index=True, check_company=True)
    company_id = fields.Many2one(related="contract_id.company_id", store=True, precompute=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    date = fields.Date(
        required=True,
        default=lambda self: self.env.company._revenue_today(),
        help="The day on which it was incurred, or found impaired.",
    )
    kind = fields.Selection(
        [("capitalise", "Capitalised"), ("impair", "Impaired")],
        required=True,
        default="capitalise",
        help="Capitalised: an asset, used up as revenue is earned. Impaired: what will not be recovered.",
    )
    amount = fields.Monetary(required=True, help="In the currency of the contract.")
    obligation_ids = fields.Many2many(
        "revenue.obligation",
        "revenue_contract_cost_obligation_rel",
        "cost_id",
        "obligation_id",
        ondelete="restrict",
        string="Amortised With",
        help="The obligations it is amortised with; all of them when empty.",
    )
    reason = fields.Char(
        required=True, help="The commission, the bill, the test that showed it, for whoever looks it up."
    )
    user_id = fields.Many2one(
        "res.users",
        string="Recorded By",
        readonly=True,
        ondelete="restrict",
        index=True,
        default=lambda self: self.env.user,
    )

    # === CONSTRAINTS === #

    @api.constrains("contract_id", "obligation_ids", "date", "kind", "amount")
    def _check_fits_contract(self):
        for cost in self:
            cost.contract_id._check_fact(cost)
            if cost.currency_id.compare_amounts(cost.amount, 0.0) <= 0:
                raise ValidationError(
                    self.env._("The amount must be above zero. An impairment is of the kind impaired.")
                )
            if cost.date < cost.contract_id.date:
                day, start = (format_date(self.env, one) for one in (cost.date, cost.contract_id.date))
                raise ValidationError(
                    self.env._(
                        "%(day)s is before the inception of %(contract)s. Date it on %(start)s.",
                        day=day,
                        contract=cost.contract_id.name,
                        start=start,
                    )
                )
        for contract in self.contract_id:
            contract._check_impairments()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([{**vals, "user_id": self.env.uid} for vals in vals_list])
