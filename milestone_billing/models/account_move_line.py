from odoo import api, fields, models


class CopiedShare:
    """The id of the share that a copied line belongs to. Callers send plain numbers: only our own code sets it."""

    def __init__(self, allocation):
        self.allocation = allocation


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
    billing_attainment_id = fields.Many2one(
        "billing.attainment",
        "Attained Until Then",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The last attainment of its milestone when this line was made.",
    )

    def _copy_data_extend_business_fields(self, values):
        # OVERRIDE: a credit note, and the invoice that replaces a credited one, belong to the same milestone.
        if self.billing_allocation_id and not self._is_flagged("billing_debit_note"):
            values["billing_allocation_id"] = CopiedShare(self.billing_allocation_id)
        return super()._copy_data_extend_business_fields(values)

    def _billing_is_of_source(self):
        return super()._billing_is_of_source() or bool(self.billing_allocation_id)

    @api.model_create_multi
    def create(self, vals_list):
        shares = [vals.get("billing_allocation_id") for vals in vals_list]
        if not any(shares):
            return super().create(vals_list)
        lines = super().create(
            [{name: value for name, value in vals.items() if not isinstance(value, CopiedShare)} for vals in vals_list]
        )
        # The milestone of a credit note is that of its invoice; the user who credits it cannot choose another one.
        for line, share in zip(lines, shares, strict=True):
            if isinstance(share, CopiedShare):
                line.sudo().billing_allocation_id = share.allocation
        lines.sudo()._billing_follow_made()
        return lines

    def _billing_follow_made(self):
        """Store on these new lines the last attainment of their milestone; have milestones of credit notes follow."""
        for milestone, lines in self.filtered("billing_milestone_id").grouped("billing_milestone_id").items():
            last = milestone._last_attainment_id()
            lines.filtered(lambda line, last=last: line.billing_attainment_id.id != last).billing_attainment_id = last
        credits = self.filtered(lambda line: line.billing_milestone_id and not line._is_billing_charge())
        credits.billing_milestone_id._follow_credit()

    def unlink(self):
        # Odoo deletes no lines many times over while it makes an invoice.
        milestones = self.sudo().billing_milestone_id if self else None
        result = super().unlink()
        if milestones and not self._is_flagged("billing_taking_back"):
            milestones.exists()._follow_invoices(lambda env: env._("taken off a draft invoice"))
        return result

    def _is_billing_charge(self):
        """Return whether this line bills its milestone, rather than credit what was billed.

        What comes to less than nothing is billed on a credit note.
        """
        self.ensure_one()
        return self.move_id.move_type == "out_invoice" or bool(self.billing_key)

    def _billing_order_amount(self, currency):
        """Return the untaxed amount of this line in ``currency``, that of its order.

        A credit note takes back what its invoice billed: at the rate of its day.
        """
        self.ensure_one()
        if self.currency_id == currency:
            return self.price_subtotal
        move = self.move_id.reversed_entry_id or self.move_id
        day = move.invoice_date or (self.company_id or self.env.company)._billing_today()
        return self.currency_id._convert(self.price_subtotal, currency, self.company_id, day)
