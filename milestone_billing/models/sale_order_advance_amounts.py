from collections import Counter
from fractions import Fraction

from odoo import api, fields, models
from odoo.addons.billing_base.engine.units import from_units, to_units

from ..engine.advances import Advance, set_against
from ..engine.split import round_half_away
from .sale_order_line_advances import total_units


class SaleOrder(models.Model):
    """What people see of down payments: received, come off, left, and what of the next invoice will come off."""

    _inherit = "sale.order"

    billing_advance_received = fields.Monetary(
        "Received in Advance",
        compute="_compute_billing_advances",
        compute_sudo=True,
        help="Posted down payments, less their credit notes. Taxes included.",
    )
    billing_advance_deducted = fields.Monetary(
        "Came Off",
        compute="_compute_billing_advances",
        compute_sudo=True,
        help="What of down payments came off invoices, drafts included. Taxes included.",
    )
    billing_advance_left = fields.Monetary(
        "Left of Down Payments",
        compute="_compute_billing_advances",
        compute_sudo=True,
        help="What still comes off the invoices to come. Taxes included.",
    )
    billing_advance_draft = fields.Monetary(
        "Down Payments in Draft",
        compute="_compute_billing_advances",
        compute_sudo=True,
        help="Comes off nothing before it is posted. Taxes included.",
    )
    billing_outside_amount = fields.Monetary(
        "Invoiced Outside the Plan",
        compute="_compute_billing_outside_amount",
        compute_sudo=True,
        help="Invoiced of scheduled lines without the plan, which bills what is left. Untaxed.",
    )

    @api.depends("order_line.invoice_lines.price_total", "order_line.invoice_lines.parent_state")
    def _compute_billing_advances(self):
        for order in self:
            amounts = Counter()
            for move, rows in order._billing_advance_lines().invoice_lines.grouped("move_id").items():
                kind = "received" if move._is_downpayment() else "deducted"
                if move.state == "draft" and kind == "received":
                    kind = "draft"
                if move.state != "cancel" and move.currency_id == order.currency_id:
                    amounts[kind] += -move.direction_sign * sum(rows.mapped("price_total"))
            currency = order.currency_id or order.company_id.currency_id
            order.billing_advance_received = currency.round(amounts["received"])
            order.billing_advance_deducted = currency.round(-amounts["deducted"])
            order.billing_advance_left = currency.round(amounts["received"] + amounts["deducted"])
            order.billing_advance_draft = currency.round(amounts["draft"])

    @api.depends("billing_milestone_ids.outside_amount")
    def _compute_billing_outside_amount(self):
        for order in self:
            order.billing_outside_amount = sum(order.billing_milestone_ids.mapped("outside_amount"))


class BillingSchedule(models.Model):
    _inherit = "billing.schedule"

    billing_advance_received = fields.Monetary(related="order_id.billing_advance_received")
    billing_advance_deducted = fields.Monetary(related="order_id.billing_advance_deducted")
    billing_advance_left = fields.Monetary(related="order_id.billing_advance_left")
    billing_advance_draft = fields.Monetary(related="order_id.billing_advance_draft")
    billing_outside_amount = fields.Monetary(related="order_id.billing_outside_amount")


class BillingMilestone(models.Model):
    _inherit = "billing.milestone"

    def _advance_ahead(self, percent=100.0):
        """Return what of down payments comes off the invoice once this milestone is attained to ``percent``.

        :return: an amount in the order's currency, taxes included
        """
        self.ensure_one()
        milestone = self.sudo()
        order = milestone.order_id
        advances = order._billing_advances() if order._billing_advance_lines() else {}
        if not advances:
            return 0.0
        rounding, due = milestone.currency_id.rounding, milestone.allocation_ids._due_at(percent)
        charges, later = Counter(), order._billing_later()
        for row in milestone.allocation_ids.filtered("line_id.price_subtotal"):
            line, step = row.line_id, due[row.id] - row._standing().kept
            whole, total = (to_units(amount, rounding) for amount in (line.price_subtotal, line.price_total))
            charges[line._billing_tax_group()] += round_half_away(Fraction(step * total, whole))
        later.subtract(charges)
        rows = [Advance(line.id, line._billing_tax_group(), total_units(parts)) for line, parts in advances.items()]
        off = set_against(rows, charges, later, milestone.schedule_id.advance_policy)
        return from_units(sum(off.values()), rounding)

    def _describe_advance(self, percent=100.0):
        """Return, as a text, what of down payments comes off the invoice of this milestone; empty for nothing."""
        amount = self._advance_ahead(percent)
        if self._is_zero(amount):
            return ""
        shown = self.currency_id.format(abs(amount))
        if amount < 0:
            return self.env._(
                "It also bills %s, taxes included, that came off for a down payment credited since.", shown
            )
        return self.env._("%s of the down payments, taxes included, comes off it.", shown)

    def _describe_deducted(self, move):
        """Return, as a text, what of down payments came off an invoice, and what is left of them; empty for nothing."""
        self.ensure_one()
        order = self.order_id
        rows = move.invoice_line_ids.filtered(lambda row: row.is_downpayment and row.sale_line_ids.order_id == order)
        amount = -sum(rows.mapped("price_total"))
        if self._is_zero(amount):
            return ""
        return self.env._(
            "%(amount)s of the down payments came off, %(left)s is left",
            amount=self.currency_id.format(amount),
            left=self.currency_id.format(order.billing_advance_left),
        )
