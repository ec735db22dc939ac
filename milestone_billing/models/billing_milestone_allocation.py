from fractions import Fraction

from odoo import api, fields, models
from odoo.tools import format_date

from ..engine.due import due_shares
from ..engine.standing import Standing
from ..engine.units import from_units, to_fraction, to_units
from .billing_milestone import BOOKS_GROUPS


class BillingMilestoneAllocation(models.Model):
    """The share of a milestone that falls on one order line: exact, untaxed, in the order's currency."""

    _name = "billing.milestone.allocation"
    _description = "Billing Milestone Allocation"
    _order = "milestone_id, id"
    _rec_name = "line_id"

    milestone_id = fields.Many2one("billing.milestone", required=True, index=True, ondelete="cascade")
    line_id = fields.Many2one("sale.order.line", "Order Line", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="milestone_id.company_id", store=True, index=True, precompute=True)
    currency_id = fields.Many2one(related="milestone_id.currency_id", store=True, precompute=True)
    amount = fields.Monetary(required=True, help="Untaxed share of the order line.")
    invoice_line_ids = fields.One2many(
        "account.move.line", "billing_allocation_id", "Invoice Lines", copy=False, groups=BOOKS_GROUPS
    )
    due_amount = fields.Monetary(
        "Attained Amount", compute="_compute_due_amount", store=True, help="Attained so far, cumulative."
    )
    invoiced_amount = fields.Monetary(
        compute="_compute_billed", store=True, help="Invoices that stand, drafts included."
    )
    credited_amount = fields.Monetary(compute="_compute_billed", store=True, help="Credit notes that stand.")
    billed_amount = fields.Monetary(compute="_compute_billed", store=True, help="Invoices less credit notes, untaxed.")
    reopened_amount = fields.Monetary(
        copy=False, readonly=True, help="Credited, and free to be billed again: undone, or asked for again."
    )
    to_bill_amount = fields.Monetary(
        compute="_compute_to_bill_amount", store=True, help="Attained and not billed yet, untaxed."
    )

    _share_unique = models.UniqueIndex("(milestone_id, line_id)", "A milestone has one share of an order line.")

    @api.depends("amount", "milestone_id.attained_percent", "milestone_id.allocation_ids.amount")
    def _compute_due_amount(self):
        for milestone, allocations in self.grouped("milestone_id").items():
            rounding = milestone.currency_id.rounding or 0.01
            siblings = milestone.allocation_ids | allocations
            shares = {row.id: to_units(row.amount, rounding) for row in siblings}
            attained = min(to_fraction(milestone.attained_percent), Fraction(1))
            due = due_shares(shares, attained)
            for allocation in allocations:
                allocation.due_amount = from_units(due[allocation.id], rounding)

    @api.depends(
        "invoice_line_ids.price_subtotal", "invoice_line_ids.move_id.state", "invoice_line_ids.move_id.move_type"
    )
    def _compute_billed(self):
        for allocation in self:
            invoiced = credited = 0.0
            for line in allocation.sudo().invoice_line_ids.filtered(lambda line: line.move_id.state != "cancel"):
                amount = line._billing_order_amount(allocation.currency_id) * -line.move_id.direction_sign
                if line._is_billing_charge():
                    invoiced += amount
                else:
                    credited -= amount
            currency = allocation.currency_id
            allocation.invoiced_amount = currency.round(invoiced)
            allocation.credited_amount = currency.round(credited)
            allocation.billed_amount = currency.round(invoiced - credited)

    @api.depends("due_amount", "invoiced_amount", "credited_amount", "reopened_amount")
    def _compute_to_bill_amount(self):
        for allocation in self:
            rounding = allocation.currency_id.rounding
            allocation.to_bill_amount = from_units(allocation._standing().to_bill, rounding) if rounding else 0.0

    def _standing(self):
        """Return where this share stands, as the engine's ``Standing`` (units of the order's currency)."""
        self.ensure_one()
        rounding = self.currency_id.rounding
        return Standing(
            due=to_units(self.due_amount, rounding),
            invoiced=to_units(self.invoiced_amount, rounding),
            credited=to_units(self.credited_amount, rounding),
            reopened=to_units(self.reopened_amount, rounding),
            side=-1 if (self.amount or self.invoiced_amount) < 0 else 1,
        )

    def _reopen_undone(self):
        """Let what was credited and is no longer attained be billed again once it is attained again."""
        for allocation in self:
            standing = allocation._standing()
            if standing.reopened_by_undo != standing.reopened:
                allocation.reopened_amount = from_units(standing.reopened_by_undo, allocation.currency_id.rounding)

    def _close_lost_credits(self):
        """Forget reopened amounts whose credit note no longer stands."""
        for allocation in self:
            standing = allocation._standing()
            if standing.side * (standing.reopened - standing.credited) > 0:
                allocation.reopened_amount = allocation.credited_amount

    def _is_owed_by_customer(self):
        """Return whether something of this share is attained and not billed."""
        self.ensure_one()
        standing = self._standing()
        return bool(standing.to_bill) and not standing.is_overbilled

    def _any_open(self):
        """Return whether anything of these shares is to be billed or credited."""
        return any(not row.currency_id.is_zero(row.to_bill_amount) for row in self)

    def _is_overbilled(self):
        """Return whether more of this share is billed than is attained."""
        self.ensure_one()
        return self._standing().is_overbilled

    def _closes_free_line(self):
        """Return whether this share carries a line of price zero to the invoice: the last to cover it does, once."""
        self.ensure_one()
        shares = self.line_id.billing_allocation_ids.sorted(
            lambda row: (row.milestone_id.sequence, row.milestone_id.id)
        )
        stands = self.sudo().invoice_line_ids.filtered(lambda line: line.parent_state != "cancel")
        return self == shares[-1:] and self.milestone_id._is_attained() and not stands

    # === INVOICE LINES === #

    def _price_included_total(self, amount):
        """Return ``amount`` (untaxed) with the taxes in the price, such that a whole plan totals the line's price.

        Cumulative in the order of the plan: what earlier milestones take, and what is billed of this one, first.
        """
        self.ensure_one()
        line, mine = self.line_id, (self.milestone_id.sequence, self.milestone_id.id)
        earlier = line.billing_allocation_ids.filtered(
            lambda row: (row.milestone_id.sequence, row.milestone_id.id) < mine
        )
        start = sum(earlier.mapped("amount")) + self.invoiced_amount - self.reopened_amount
        if not line.price_subtotal:
            return 0.0
        currency = self.currency_id
        # Not the line's total: that has the taxes added to the price too.
        price = currency.round(line.price_unit * line.product_uom_qty * (1.0 - (line.discount or 0.0) / 100.0))
        ratio = price / line.price_subtotal
        return currency.round(currency.round((start + amount) * ratio) - currency.round(start * ratio))

    def _prepare_invoice_line(self, amount, **optional_values):
        """Return the values of the invoice line that bills ``amount`` of this share.

        :param float amount: untaxed, in the currency of the order
        """
        self.ensure_one()
        order = self.milestone_id.order_id
        line = self.line_id.with_company(order.company_id).with_context(lang=order.partner_invoice_id.lang)
        values = line._prepare_invoice_line(**optional_values)
        values.update(
            name=self._invoice_line_name(line, amount),
            billing_allocation_id=self.id,
            billing_key=f"{self.id}/{self.milestone_id.billing_round + 1}",
            **line._billing_price(amount, self._price_included_total),
        )
        return values

    def _invoice_line_name(self, line, amount):
        """Return the text of the invoice line, from the milestone's template."""
        milestone = self.milestone_id
        share = 100.0 * amount / line.price_subtotal if line.price_subtotal else milestone.attained_percent
        texts = {
            "milestone": milestone.name,
            "line": line.name or "",
            "percent": f"{share:.2f}".rstrip("0").rstrip("."),
            "order": milestone.order_id.name,
            "date": format_date(line.env, milestone.attained_date) if milestone.attained_date else "",
        }
        pattern = milestone.description or self.env._("{line}\n{milestone} ({percent} %)")
        for name, text in texts.items():
            pattern = pattern.replace(f"{{{name}}}", text)
        return pattern
