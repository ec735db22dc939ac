from odoo import fields, models


class AccountMove(models.Model):
    """What the printed invoice says of its milestones and of the plan that goes on after it."""

    _inherit = "account.move"

    billing_milestone_names = fields.Char(
        "Milestones Billed",
        compute="_compute_billing_milestone_names",
        compute_sudo=True,
        help="What this invoice bills.",
    )

    def _compute_billing_milestone_names(self):
        for move in self:
            move.billing_milestone_names = ", ".join(move.invoice_line_ids.billing_milestone_id.mapped("name"))

    def _billing_summary(self):
        """Return, per order, the milestones of this invoice and how far the plan is billed with it.

        Told as of this invoice: printed again later, it says the same, since only what was posted before it counts.

        :return: ``[{"order", "currency", "rows", "whole", "remaining"}]``, untaxed, in the order's currency; a row,
            and ``whole``, is ``{"name", "amount", "percent", "total", "total_percent", "planned"}``: of this invoice,
            with all before it, and agreed. Percentages are texts. Empty for an invoice of no milestone.
        """
        self.ensure_one()
        move = self.sudo()
        milestones = move.invoice_line_ids.billing_milestone_id.filtered("schedule_id.show_to_customer")
        if not milestones or move.move_type not in ("out_invoice", "out_refund"):
            return []
        summary = []
        for order, own in milestones.grouped("order_id").items():
            before = move._billed_before(order)
            rows = [
                move._summary_row(milestone, before.get(milestone.id, 0.0))
                for milestone in own.sorted(lambda milestone: (milestone.sequence, milestone.id))
            ]
            amount = sum(row["amount"] for row in rows)
            planned = sum(order.billing_schedule_ids.filtered("show_to_customer").mapped("amount_planned"))
            whole = own[0]._summary(self.env._("Whole plan"), amount, sum(before.values()) + amount, planned)
            remaining = order.currency_id.round(whole["planned"] - whole["total"])
            summary.append(
                {"order": order, "currency": order.currency_id, "rows": rows, "whole": whole, "remaining": remaining}
            )
        return summary

    def _summary_row(self, milestone, before):
        """Return the row of ``milestone``, of which ``before`` was billed before this invoice (untaxed)."""
        lines = self.invoice_line_ids.filtered(lambda line: line.billing_milestone_id == milestone)
        amount = sum(line._billing_order_amount(milestone.currency_id) for line in lines) * -self.direction_sign
        return milestone._summary(milestone.name, amount, before + amount, milestone.amount)

    def _billed_before(self, order):
        """Return what posted invoices before this one bill of the order's plan: ``{milestone id: untaxed amount}``."""
        day = self.invoice_date or (self.company_id or self.env.company)._billing_today()
        lines = self.env["account.move.line"].search(
            [
                ("billing_milestone_id.order_id", "=", order.id),
                ("billing_milestone_id.schedule_id.show_to_customer", "=", True),
                ("parent_state", "=", "posted"),
                ("move_id", "!=", self.id),
                ("move_id.invoice_date", "<=", day),
            ]
        )
        amounts = {}
        for line in lines:
            move = line.move_id
            if move.invoice_date < day or move.id < self.id:
                signed = line._billing_order_amount(order.currency_id) * -move.direction_sign
                amounts[line.billing_milestone_id.id] = amounts.get(line.billing_milestone_id.id, 0.0) + signed
        return amounts
