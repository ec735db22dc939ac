from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    billing_allocation_id = fields.Many2one(
        "billing.milestone.allocation",
        "Milestone Share",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    billing_milestone_id = fields.Many2one(
        related="billing_allocation_id.milestone_id", store=True, index="btree_not_null", string="Milestone"
    )
    billing_key = fields.Char(copy=False, readonly=True)

    _billing_key_unique = models.UniqueIndex(
        "(billing_key) WHERE billing_key IS NOT NULL", "This share of a milestone was billed already."
    )

    def _copy_data_extend_business_fields(self, values):
        # OVERRIDE: a credit note, and the invoice that replaces a credited one, belong to the same milestone.
        values["billing_allocation_id"] = self.billing_allocation_id.id
        return super()._copy_data_extend_business_fields(values)

    def unlink(self):
        # Odoo deletes no lines many times over while it makes an invoice.
        milestones = self.sudo().billing_milestone_id if self else None
        result = super().unlink()
        if milestones and not self.env.context.get("billing_taking_back"):
            milestones.exists()._follow_invoices(self.env._("taken off a draft invoice"))
        return result

    def _is_billing_charge(self):
        """Return whether this line bills its milestone, rather than credit what was billed.

        What comes to less than nothing is billed on a credit note.
        """
        self.ensure_one()
        return self.move_id.move_type == "out_invoice" or bool(self.billing_key)

    def _billing_order_amount(self, currency):
        """Return the untaxed amount of this line in ``currency``, that of its order."""
        self.ensure_one()
        if self.currency_id == currency:
            return self.price_subtotal
        day = self.move_id.invoice_date or fields.Date.context_today(self)
        return self.currency_id._convert(self.price_subtotal, currency, self.company_id, day)
