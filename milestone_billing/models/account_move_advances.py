from collections import Counter, defaultdict

from odoo import models
from odoo.addons.billing_base.engine.units import to_units
from odoo.fields import Command

from ..engine.advances import Advance, comes_off, set_against
from .sale_order_line_advances import DEDUCTION, total_units


class AccountMove(models.Model):
    """Down payments come off the invoices of orders with a schedule, whoever makes them: the queue or a person."""

    _inherit = "account.move"

    # === WHAT PEOPLE DO WITH DOCUMENTS === #

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted.sudo().line_ids.sale_line_ids.order_id._billing_ask_about_advances()
        return posted

    def button_cancel(self):
        """Ask for what is left of down payments, or was taken off too much, once documents are cancelled."""
        result = super().button_cancel()
        self.sudo().line_ids.sale_line_ids.order_id._billing_ask_about_advances()
        return result

    # === WHAT COMES OFF === #

    def _billing_deduct_advances(self):
        """Take off these new draft invoices what is left of the down payments of their orders, as each schedule says.

        Never more than an invoice bills of the order: what does not fit waits for the next.
        """
        waiting = self.filtered(lambda move: move.move_type == "out_invoice")
        for move in waiting:
            waiting -= move
            for order in move.line_ids.sale_line_ids.order_id.filtered("billing_schedule_ids"):
                order._billing_check_advances()
                move._billing_deduct_advances_of(order, waiting)

    def _billing_deduct_advances_of(self, order, waiting):
        """Take off this draft invoice what is left of the down payments of ``order``.

        :param waiting: invoices made with this one whose turn comes after it
        """
        self.ensure_one()
        advances = order._billing_advances()
        if not advances:
            return
        later = self._billing_charged_later(order, waiting)
        rows = [Advance(line.id, line._billing_tax_group(), total_units(parts)) for line, parts in advances.items()]
        off = set_against(rows, self._billing_charges(order), later, self._billing_advance_policy(order))
        taken = [(line, parts, off[line.id]) for line, parts in advances.items() if line.id in off]
        if taken:
            taken = self._billing_split_as_charged(order, taken, waiting)
            self.write({"invoice_line_ids": self._prepare_billing_deductions(order, taken)})

    def _billing_renew_deductions(self):
        """Work out anew what comes off these drafts: what they bill has changed."""
        for move in self:
            deductions = move.invoice_line_ids.filtered(lambda row: row._is_billing_deduction())
            if deductions:
                first = min(deductions.mapped("sequence"))
                section = move.invoice_line_ids.filtered(
                    lambda row, first=first: row.display_type == "line_section" and row.sequence == first - 1
                )
                (section | deductions)._flagged("billing_taking_back").unlink()
                move._billing_deduct_advances()

    def _billing_return_advances(self, milestone):
        """Deduct from this draft credit note the down payments that its invoice deducted: they can be deducted again.

        :param milestone: the milestone it credits, pro rata of what its invoices bill of the order
        """
        self.ensure_one()
        order, sources = (
            milestone.order_id,
            milestone.invoice_line_ids.move_id.filtered(
                lambda move: move.state == "posted" and move.move_type == "out_invoice"
            ),
        )
        standing = sources | (sources.reversal_move_ids - self).filtered(lambda move: move.state != "cancel")
        charged = sum(sum(move._billing_charges(order).values()) for move in standing)
        credited = -sum(self._billing_charges(order).values())
        taken = []
        rows = standing.invoice_line_ids.filtered(
            lambda row: row.sale_line_ids.order_id == order and row.is_downpayment
        )
        for line in rows.sale_line_ids:
            parts = Counter()
            for own in rows.filtered(lambda row, line=line: line in row.sale_line_ids)._billing_parts().values():
                parts.subtract(own)
            units = comes_off(total_units(parts), credited, charged - credited, "pro_rata")
            if units > 0:
                taken.append((line, parts, units))
        if taken:
            self.write({"invoice_line_ids": self._prepare_billing_deductions(order, taken)})

    def _billing_advance_policy(self, order):
        """Return when the down payments of ``order`` come off, by the schedule that this invoice bills."""
        schedules = self.invoice_line_ids.billing_milestone_id.schedule_id | order.billing_schedule_ids
        return schedules.filtered(lambda schedule: schedule.order_id == order)[0].advance_policy

    def _billing_charges(self, order):
        """Return what this invoice bills of ``order``: ``{tax group: units}``, taxes included, order's currency."""
        return Counter({group: total_units(parts) for group, parts in self._billing_charged_parts(order).items()})

    def _billing_charged_parts(self, order):
        """Return what this invoice bills of ``order`` in parts: ``{tax group: parts}``, see ``_billing_parts``."""
        lines = self.invoice_line_ids.filtered(
            lambda row: row.sale_line_ids.order_id == order and not row.is_downpayment and row.display_type == "product"
        )
        charged = defaultdict(Counter)
        for row, parts in lines._billing_parts().items():
            charged[row.sale_line_ids[0]._billing_tax_group()].update(parts)
        return charged

    def _prepare_billing_deductions(self, order, taken):
        """Return the commands that put ``taken``, ``[(order line, parts left, units)]``, on this invoice."""
        order = order.with_company(order.company_id).with_context(lang=order.partner_invoice_id.lang or self.env.lang)
        sequence = max(self.invoice_line_ids.mapped("sequence"), default=0) + 1
        commands = []
        if not self.invoice_line_ids.filtered("is_downpayment"):
            commands.append(Command.create(order._prepare_down_payment_section_line(sequence=sequence)))
        for line, parts, units in taken:
            sequence += 1
            values = line.with_env(order.env)._prepare_billing_deduction(parts, units, sequence=sequence)
            commands.append(Command.create(values))
        return commands


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _is_billing_deduction(self):
        """Return whether this line deducts a down payment from an invoice of a schedule."""
        self.ensure_one()
        return bool(self.billing_key) and self.billing_key.startswith(DEDUCTION)

    def _billing_parts(self):
        """Return net amount and taxes of those of these invoice lines that stand, as Odoo worked them out.

        :return: ``{line: Counter}`` of units of the document's currency, credit notes negative, by ``("net", False)``,
            ``("tax", tax id)`` and, beside the total, ``("base", tax id)`` and ``("reverse", tax id)`` of taxes that
            cancel out
        """
        found = {}
        for move, lines in self.filtered(lambda line: line.parent_state != "cancel").grouped("move_id").items():
            base_lines, _tax_lines = move._get_rounded_base_and_tax_lines()
            for base_line in base_lines:
                if base_line["record"] in lines:
                    found[base_line["record"]] = self._billing_parts_of(base_line, -move.direction_sign)
        return found

    def _billing_parts_of(self, base_line, sign):
        rounding, details = base_line["currency_id"].rounding, base_line["tax_details"]
        net = details["total_excluded_currency"] + details["delta_total_excluded_currency"]
        parts = Counter({("net", False): sign * to_units(net, rounding)})
        cancelling = {data["tax"].id for data in details["taxes_data"] if data["is_reverse_charge"]}
        for data in details["taxes_data"]:
            tax = data["tax"].id
            if not data["is_reverse_charge"]:
                kind = "reverse" if tax in cancelling else "tax"
                parts[kind, tax] += sign * to_units(data["tax_amount_currency"], rounding)
                parts["base", tax] += sign * to_units(data["base_amount_currency"], rounding)
        return parts
