from odoo import api, fields, models
from odoo.exceptions import ValidationError


class RevenuePriceChange(models.Model):
    """An estimate of variable consideration from a date on (ASC 606-10-32-5, 32-14); never changed."""

    _name = "revenue.price.change"
    _inherit = ["record.append.only"]
    _description = "Estimate of Variable Consideration"
    _check_company_auto = True
    _order = "contract_id, name, date, id"

    contract_id = fields.Many2one("revenue.contract", required=True, index=True, check_company=True)
    company_id = fields.Many2one(related="contract_id.company_id", store=True, precompute=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    name = fields.Char(required=True, help="The variable amount: a bonus, a penalty, a rebate.")
    date = fields.Date(
        required=True, default=lambda self: self.env.company._revenue_today(), help="From when on it is expected so."
    )
    amount = fields.Monetary(
        required=True, help="All that is expected of it, not the change; below zero for a penalty or a rebate."
    )
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
    reason = fields.Char(required=True, help="What the estimate rests on, for whoever looks it up.")
    user_id = fields.Many2one(
        "res.users",
        string="Estimated By",
        readonly=True,
        ondelete="restrict",
        index=True,
        default=lambda self: self.env.user,
        help="Who made the estimate.",
    )

    # === CONSTRAINTS === #

    @api.constrains("contract_id", "obligation_ids", "date", "name")
    def _check_fits_contract(self):
        for change in self:
            change.contract_id._check_fact(change)
            first = change.search(
                [("contract_id", "=", change.contract_id.id), ("name", "=", change.name)], order="date, id", limit=1
            )
            if change.obligation_ids and change.obligation_ids != first.obligation_ids:
                raise ValidationError(
                    self.env._(
                        "%(name)s belongs to %(obligations)s since its first estimate. Use another name for others.",
                        name=change.name,
                        obligations=", ".join(first.obligation_ids.mapped("name")) or self.env._("all obligations"),
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        changes = super().create([{**vals, "user_id": self.env.uid} for vals in vals_list])
        # It may be what was billed above the price.
        changes.contract_id.sudo()._note_billed_above()
        return changes
