from collections import Counter
from fractions import Fraction

from markupsafe import Markup

from odoo import models
from odoo.addons.billing_base.engine.units import from_units, to_units
from odoo.exceptions import UserError

from ..engine.split import round_half_away
from .obstacles import foreign_advance
from .sale_order_line_advances import total_units


class SaleOrder(models.Model):
    """Down payments of an order with a schedule: what is left of them, and what is still to be billed.

    What customers pay online for it is an advance too: the plan says when it is billed.
    """

    _inherit = "sale.order"

    def _billing_advance_lines(self):
        """Return the down-payment lines of those of these orders that have a schedule."""
        scheduled = self.sudo().filtered("billing_schedule_ids")
        return scheduled.order_line.filtered(lambda line: line.is_downpayment and not line.display_type)

    def _billing_advances(self):
        """Return what is left of the down payments of this order: ``{order line: parts}``, without those used up."""
        self.ensure_one()
        left = {line: line._billing_advance_left() for line in self._billing_advance_lines()}
        return {line: parts for line, parts in left.items() if parts}

    def _billing_later(self):
        """Return what is still to be billed of this order, drafts counted as billed.

        :return: ``{tax group: units}``, taxes included, in units of the order's currency
        """
        self.ensure_one()
        later, rounding = Counter(), self.currency_id.rounding
        for line in self.sudo().order_line.filtered(lambda line: not line.is_downpayment and line.price_subtotal):
            standing = line.invoice_lines.filtered(lambda row: row.parent_state != "cancel")
            billed = sum(row._billing_order_amount(line.currency_id) * -row.move_id.direction_sign for row in standing)
            whole = to_units(line.price_subtotal, rounding)
            open_part = Fraction(whole - to_units(billed, rounding), whole)
            later[line._billing_tax_group()] += round_half_away(
                max(open_part, 0) * to_units(line.price_total, rounding)
            )
        return later

    def _billing_foreign_advance(self):
        """Return the posted down-payment invoices of this order in another currency than its own."""
        self.ensure_one()
        rows = self._billing_advance_lines().invoice_lines
        return rows.filtered(
            lambda row: row.parent_state == "posted" and row.currency_id != self.currency_id
        ).move_id.filtered(lambda move: move._is_downpayment())

    # === INVOICING === #

    def _get_invoiceable_lines(self, final=False):
        # OVERRIDE: with a schedule, down payments come off once the invoice is there (account_move_advances). Here only
        # what is left when nothing else will be billed any more: Odoo puts it on a credit note.
        lines = super()._get_invoiceable_lines(final)
        advances = lines.filtered(lambda line: line._is_billing_advance())
        if not advances:
            return lines
        others = lines - advances
        if others.filtered(lambda line: not line.display_type) or any(self._billing_later().values()):
            return others
        return others | advances.filtered(lambda line: line.sudo()._billing_advance_left())

    def _create_account_invoices(self, invoice_vals_list, final):
        moves = super()._create_account_invoices(invoice_vals_list, final)
        moves.sudo()._billing_settle_taxes()
        if final or self._is_flagged("billing_draining"):
            moves.sudo()._billing_deduct_advances()
        return moves

    def _billing_check_advances(self):
        """Check that the down payments of this order can come off in its currency.

        :raises UserError: naming the invoices that cannot, and the remedy.
        """
        foreign = self._billing_foreign_advance()
        if foreign:
            names = foreign.mapped("display_name")
            raise UserError("\n".join(foreign_advance(self.env, names, self.name, self.currency_id.name)))

    # === WHAT IS LEFT IN THE END === #

    def _billing_ask_about_advances(self):
        """Ask a person about what of down payments nothing will be billed for, or billed twice; else stop asking."""
        scheduled = self.sudo().filtered("billing_schedule_ids")
        advances = scheduled._billing_advance_lines().order_id
        outside = scheduled.order_line.filtered("billing_schedule_id")._billing_outside_left()
        kind = self.env.ref("milestone_billing.mail_activity_advance")
        for order in scheduled:
            asked = order.activity_ids.filtered(lambda row: row.activity_type_id == kind)
            twice = sum(max(0, units) for line, units in outside.items() if line.order_id == order)
            if asked or twice or order in advances:
                order._billing_ask_about(asked, twice)

    def _billing_ask_about(self, asked, twice):
        """Ask about what is left of the down payments of this order and what was billed ``twice``, unless it is asked.

        :param asked: the activities that ask about it
        :param int twice: units, untaxed
        """
        person = self.billing_schedule_ids[0]._responsible()
        translated, wanted = self.with_context(lang=person.lang or self.env.lang), []
        later = sum(self._billing_later().values())
        left = sum(total_units(parts) for parts in self._billing_advances().values())
        if later:
            # Rounding leaves less than a unit a line.
            texts = [translated._describe_advance_beyond(left - later)] if left - later > len(self.order_line) else []
        else:
            texts = [translated._describe_advance_left(left, person), translated._describe_twice(twice)]
        wanted = [text for text in texts if text]
        summaries = [summary for summary, _note in wanted]
        asked.filtered(lambda row: row.summary not in summaries).unlink()
        for summary, note in wanted:
            if summary not in asked.exists().mapped("summary"):
                self.activity_schedule(
                    "milestone_billing.mail_activity_advance",
                    summary=summary,
                    note=Markup("<p>%s</p>") % note,
                    user_id=person.id,
                )

    def _describe_twice(self, units):
        """Return (summary, note) about ``units``, untaxed, that the plan bills and others as well; None for nothing."""
        self.ensure_one()
        if not units:
            return None
        return (
            self.env._("Credit %s billed twice", self.currency_id.format(from_units(units, self.currency_id.rounding))),
            self.env._(
                "The plan billed its lines in full, and they were invoiced outside the plan as well. Use “Credit Note” "
                "on the invoice that was one too many. The amount is untaxed."
            ),
        )

    def _describe_advance_beyond(self, units):
        """Return (summary, note) of what a person is asked to do about ``units`` more of down payments than is open."""
        self.ensure_one()
        return (
            self.env._(
                "Credit %s of the down payments",
                self.currency_id.format(from_units(units, self.currency_id.rounding)),
            ),
            self.env._(
                "More was received in advance than is still to be billed: this much can come off no invoice. Delete a "
                "draft invoice from which nothing came off, which is then made anew, or use “Credit Note” on the down "
                "payment."
            ),
        )

    def _describe_advance_left(self, units, person):
        """Return (summary, note) of what ``person`` is asked to do about ``units`` left of down payments, or None."""
        self.ensure_one()
        who = "" if person.has_group("sales_team.group_sale_salesman") else self._describe_who_invoices()
        amount = self.currency_id.format(from_units(abs(units), self.currency_id.rounding))
        if units > 0:
            return (
                self.env._("Credit %s of the down payments", amount),
                self.env._(
                    "All of the order is billed and this is left of what was received in advance. “Create Invoice” on "
                    "the order, with “Deduct down payments”, drafts the credit note."
                )
                + who,
            )
        if units < 0:
            return (
                self.env._("Bill %s that came off too much", amount),
                self.env._(
                    "More came off the invoices than the down payments now come to: one was credited or cancelled "
                    "afterwards. “Create Invoice” on the order drafts the invoice of the difference."
                )
                + who,
            )
        return None

    def _describe_who_invoices(self):
        """Return a sentence to add for somebody who has no *Create Invoice*, which is Odoo's for salespeople."""
        return " " + self.env._("“Create Invoice” is for salespeople: ask one of them.")

    # === PAID ONLINE === #

    def _is_paid(self):
        # OVERRIDE: Odoo would put all of a fully paid order on one invoice, which the plan bills step by step.
        planned = self._is_flagged("billing_paid_in_advance") and self.sudo().billing_schedule_ids
        return False if planned else super()._is_paid()

    def _generate_downpayment_invoices(self):
        # OVERRIDE: each payment makes a down payment of its own; Odoo asks again for what was paid before.
        scheduled = self.filtered(lambda order: order.sudo().billing_schedule_ids)
        invoices = super(SaleOrder, self - scheduled)._generate_downpayment_invoices()
        for order in scheduled:
            amount = order.currency_id.round(order.amount_paid - order._billing_received_in_advance())
            if order.currency_id.compare_amounts(amount, 0.0) > 0:
                wizard = order.env["sale.advance.payment.inv"].create(
                    {"sale_order_ids": order, "advance_payment_method": "fixed", "fixed_amount": amount}
                )
                invoices |= wizard._create_invoices(order)
        return invoices

    def _billing_received_in_advance(self):
        """Return what down-payment invoices of this order come to, drafts included (taxes included, its currency)."""
        self.ensure_one()
        moves = self._billing_advance_lines().invoice_lines.move_id
        standing = moves.filtered(lambda move: move.state != "cancel" and move._is_downpayment())
        return standing._get_sale_order_invoiced_amount(self)


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _invoice_sale_orders(self):
        return super(PaymentTransaction, self._flagged("billing_paid_in_advance"))._invoice_sale_orders()
