from odoo import api, fields, models
from odoo.addons.billing_base.engine.units import from_units


class BillingMilestone(models.Model):
    """What queue and dashboard sum: to bill, to credit, left to bill. A credit is never set against what waits."""

    _inherit = "billing.milestone"

    waiting_amount = fields.Monetary(
        "To Bill",
        compute="_compute_waiting_amounts",
        store=True,
        help="Attained and not billed yet, untaxed. What is to be credited stands beside it.",
    )
    to_credit_amount = fields.Monetary(
        "To Credit",
        compute="_compute_waiting_amounts",
        store=True,
        help="Billed beyond what is attained or worth, untaxed, and not credited yet, or by a draft only.",
    )
    open_amount = fields.Monetary(
        "Left to Bill",
        compute="_compute_open_amount",
        store=True,
        help="Of its amount, what is not billed yet, attained or not. What was credited for good is not billed again.",
    )
    waits_since = fields.Date(
        compute="_compute_waits_since",
        store=True,
        help="The day it was attained or taken back; of what nothing makes due any more, the day it was expected, "
        "or that of its order.",
    )

    @api.depends(
        "allocation_ids.to_bill_amount",
        "allocation_ids.amount",
        "allocation_ids.invoiced_amount",
        "allocation_ids.credited_amount",
        "allocation_ids.invoice_line_ids.move_id.state",
        "attained_percent",
        "order_id.state",
    )
    def _compute_waiting_amounts(self):
        # Of an order below what is billed, ``_ask_about_below_billed`` marks this field to be recomputed.
        for milestone in self:
            shares = milestone.allocation_ids.filtered("to_bill_amount")
            credit = shares.filtered(lambda row: row._is_overbilled())
            milestone.waiting_amount = milestone._round(sum((shares - credit).mapped("to_bill_amount")))
            drafted = sum(share._drafted_credit() for share in milestone.allocation_ids)
            below = abs(milestone.amount) if milestone._is_below_billed() else 0.0
            milestone.to_credit_amount = milestone._round(drafted - sum(credit.mapped("to_bill_amount")) + below)

    @api.depends(
        "allocation_ids.amount",
        "allocation_ids.invoiced_amount",
        "allocation_ids.reopened_amount",
        "allocation_ids.outside_amount",
    )
    def _compute_open_amount(self):
        for milestone in self:
            units = 0
            for share in milestone.allocation_ids:
                side = share._standing().side
                units += side * max(0, side * share._still_planned())
            milestone.open_amount = from_units(units, milestone.currency_id.rounding or 0.01)

    @api.depends("attainment_ids.date", "planned_date", "order_id.date_order", "order_id.company_id")
    def _compute_waits_since(self):
        for milestone in self:
            last, order = milestone.attainment_ids.sorted("id")[-1:], milestone.order_id
            ordered = order.company_id._billing_day(order.date_order) if order.date_order else False
            milestone.waits_since = last.date or milestone.planned_date or ordered

    def _is_overbilled(self):
        """Return whether more of one of its shares is billed than is attained or worth."""
        self.ensure_one()
        return any(row._is_overbilled() for row in self.sudo().allocation_ids)

    def _round(self, amount):
        """Return ``amount`` rounded to the currency of this milestone."""
        self.ensure_one()
        return self.currency_id.round(amount) if self.currency_id else amount
