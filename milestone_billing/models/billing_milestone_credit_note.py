from fractions import Fraction

from odoo import models
from odoo.addons.billing_base.engine.units import to_units
from odoo.exceptions import UserError
from odoo.fields import Command

from ..engine.split import part_of
from .billing_milestone_allocation_taxes import price_of_parts


class BillingMilestone(models.Model):
    """Credit notes of what is billed and no longer attained, or worth: drawn from the invoice lines that billed it."""

    _inherit = "billing.milestone"

    def action_credit(self):
        """Draft the credit notes for what is posted and no longer attained, or beyond what the order is worth.

        :return: a window action on the credit notes
        :raises AccessError: for anybody but a billing manager.
        :raises UserError: when nothing is to be credited.
        """
        self.env["billing.attainment"]._check_may_bill()
        self.check_access("read")
        moves = self.env["account.move"]
        for milestone in self.sudo()._without_defaults():
            moves |= milestone._draft_owed()
        if not moves:
            raise UserError(
                self.env._("Nothing to credit: these milestones are billed no further than they are attained.")
            )
        return self._open_invoices(moves)

    def _draft_owed(self):
        """Draft the credit notes of what this milestone owes the customer; return them."""
        return self._draft_credit(self._credit_owed()) | self._draft_below_billed()

    def _draft_credit(self, owed):
        """Create the draft credit notes of what is owed: one against each invoice that billed it, the last one first.

        :param dict owed: ``{allocation: untaxed amount}``
        :return: the credit notes (``account.move``)
        """
        self.ensure_one()
        lines = {}
        for allocation, amount in owed.items():
            for move, values in allocation._prepare_credit_lines(amount):
                lines.setdefault(move, []).append(Command.create(values))
        moves = self.env["account.move"].with_context(default_move_type="out_refund")
        for source, commands in lines.items():
            move = moves.create(dict(self._prepare_credit(source, owed), invoice_line_ids=commands))
            move._billing_return_advances(self)
            move._billing_turn_negative()
            moves |= move
        return moves

    def _prepare_credit(self, source, owed):
        """Return the values of the credit note of ``owed`` against the invoice ``source``, without its lines.

        What Odoo would copy of the invoice: the order may be another's by now, in another currency, of other taxes.
        """
        self.ensure_one()
        return {
            **self.order_id.with_company(self.company_id)._prepare_invoice(),
            "move_type": "out_refund",
            "reversed_entry_id": source.id,
            "ref": self._credit_reference(source, owed),
            "partner_id": source.partner_id.id,
            "partner_shipping_id": source.partner_shipping_id.id,
            "fiscal_position_id": source.fiscal_position_id.id,
            "currency_id": source.currency_id.id,
            "journal_id": source.journal_id.id,
            "invoice_origin": source.invoice_origin,
            "invoice_user_id": source.invoice_user_id.id,
            "team_id": source.team_id.id,
            "invoice_payment_term_id": False,
            "transaction_ids": False,
        }

    def _credit_reference(self, source, owed):
        """Return the reference of the credit note of ``owed`` against the invoice ``source``."""
        if self._exceeds_order(owed):
            return self.env._(
                "Credit of %(invoice)s: the order was reduced (%(milestone)s)", invoice=source.name, milestone=self.name
            )
        return self.env._("Credit of %(invoice)s: %(milestone)s is undone", invoice=source.name, milestone=self.name)


class BillingMilestoneAllocation(models.Model):
    _inherit = "billing.milestone.allocation"

    def _prepare_credit_lines(self, amount):
        """Return the values of the lines that credit ``amount`` (untaxed) of what is posted of this share.

        :return: ``[(invoice, values)]``
        """
        return [
            (line.move_id, line._billing_credit_values(before, part))
            for line, before, part in self._lines_to_credit(amount)
        ]

    def _lines_to_credit(self, amount):
        """Return the posted invoice lines of which ``amount`` (untaxed) is to be credited, the last one first.

        :return: ``[(line, part credited before, part to credit)]``, parts as fractions of the line
        """
        self.ensure_one()
        rounding = self.currency_id.rounding
        standing = self.sudo().invoice_line_ids.filtered(lambda line: line.parent_state != "cancel")
        charges = standing.filtered(lambda line: line._is_billing_charge() and line.parent_state == "posted")
        billed = {line: line._billing_order_units() for line in charges.sorted("id", reverse=True)}
        before = self._credited_before(billed, standing.filtered(lambda line: not line._is_billing_charge()))
        side, left, found = (-1 if amount < 0 else 1), abs(to_units(amount, rounding)), []
        for line, units in billed.items():
            taken = min(left, max(0, (units - before[line]) * side))
            if taken:
                found.append((line, Fraction(before[line], units), Fraction(taken * side, units)))
                left -= taken
        return found

    def _credited_before(self, billed, credits):
        """Return what credit notes took back of each invoice line, in units: of their own invoice, else of the last.

        :param dict billed: ``{invoice line: units}``, the last one first
        :param credits: the lines of credit notes that stand
        """
        before = dict.fromkeys(billed, 0)
        for credit in credits.sorted(lambda line: not line.move_id.reversed_entry_id):
            units, own = -credit._billing_order_units(), credit.move_id.reversed_entry_id
            others = [line for line in billed if line.move_id != own]
            for line in [line for line in billed if line.move_id == own] + others:
                side = -1 if billed[line] < 0 else 1
                taken = min(units * side, (billed[line] - before[line]) * side)
                if taken > 0:
                    before[line] += taken * side
                    units -= taken * side
        return before


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _billing_order_units(self):
        """Return what this line bills of its milestone, in units of the order's currency, credits negative."""
        self.ensure_one()
        currency = self.billing_allocation_id.currency_id
        return to_units(self._billing_order_amount(currency) * -self.move_id.direction_sign, currency.rounding)

    def _billing_credit_values(self, before, part):
        """Return the values of the line that credits a part of this one, as Odoo copies it for a credit note.

        :param Fraction before: the part of it that was credited already
        :param Fraction part: the part to credit
        """
        self.ensure_one()
        [values] = self.with_context(include_business_fields=True).copy_data()
        values = {
            name: value for name, value in values.items() if name not in ("move_id", "balance", "amount_currency")
        }
        is_refund = self.move_id.move_type == "out_refund"
        if part == 1 and not is_refund:
            return values
        if part == 1:
            reverse = self.env["account.tax"]._reverse_quantity_base_line_extra_tax_data
            return dict(values, quantity=-self.quantity, extra_tax_data=reverse(self.extra_tax_data))
        whole = self._billing_parts()[self]
        parts = {key: part_of(units, before, part, 1) for key, units in whole.items()}
        price = price_of_parts(self, parts, self.currency_id, self.move_id.invoice_currency_rate)
        if not self.extra_tax_data and all(
            tax.amount_type == "percent" and not tax.price_include for tax in self.tax_ids.flatten_taxes_hierarchy()
        ):
            price["extra_tax_data"] = False
        return dict(values, **price)
