from odoo import api, fields, models
from odoo.exceptions import ValidationError


class RevenueContractDiscount(models.Model):
    """A part of a contract's discount that observable evidence ties to some obligations only (ASC 606-10-32-37).

    The price of the contract is net of it already: it only lowers the shares of these obligations. Any other
    discount lowers all obligations in proportion to their standalone selling prices.
    """

    _name = "revenue.contract.discount"
    _description = "Discount of Some Obligations"
    _check_company_auto = True
    _order = "contract_id, id"

    contract_id = fields.Many2one("revenue.contract", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="contract_id.company_id", store=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    name = fields.Char(string="Evidence", required=True, help="What shows that the discount belongs to these alone.")
    amount = fields.Monetary(required=True, help="In the currency of the contract.")
    obligation_ids = fields.Many2many(
        "revenue.obligation",
        "revenue_contract_discount_obligation_rel",
        "discount_id",
        "obligation_id",
        string="Belongs To",
        required=True,
        domain="[('contract_id', '=', contract_id)]",
        help="The obligations that this discount belongs to; the others have no part in it (ASC 606-10-32-37).",
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("amount", "obligation_ids", "contract_id")
    def _check_terms(self):
        for discount in self:
            if discount.currency_id.compare_amounts(discount.amount, 0) <= 0:
                raise ValidationError(self.env._("%s: the amount of a discount must be above zero.", discount.name))
            if not discount.obligation_ids or discount.obligation_ids.contract_id != discount.contract_id:
                raise ValidationError(self.env._("%s: choose obligations of the same contract.", discount.name))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        discounts = super().create(vals_list)
        discounts._check_unbooked()
        discounts.contract_id.sudo()._review()
        return discounts

    def write(self, vals):
        contracts = self.contract_id
        self._check_unbooked()
        result = super().write(vals)
        self._check_unbooked()
        (contracts | self.contract_id).sudo()._review()
        return result

    def unlink(self):
        """Look the contracts through without these discounts."""
        contracts = self.contract_id
        result = super().unlink()
        contracts.sudo()._review()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_unbooked(self):
        self._check_unbooked()

    def _check_unbooked(self):
        """Refuse discounts of contracts of which something is booked.

        :raises UserError: for any other
        """
        if not self.env.su:
            self.contract_id._check_unbooked()
