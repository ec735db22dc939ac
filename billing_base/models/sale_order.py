from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from odoo import fields, models
from odoo.tools import SQL, plaintext2html

from ..engine.layout import COMES_OFF, shown


@dataclass(frozen=True, slots=True, eq=False)
class Instruction:
    """What a run has Odoo's own methods make.

    :param orders: (order, number of its invoice, invoice date, payment terms or 0) of each order
    :param lines: values of the invoice lines that are made of each order line that is billed, by its id
    :param keys: of these invoice lines, with the source of each
    :param said: ids of notes that stand on other invoices of the run
    """

    orders: tuple[tuple[int, int, date, int], ...]
    lines: Mapping[int, list[dict]]
    keys: Mapping[str, str]
    said: frozenset[int] = frozenset()

    @classmethod
    def of(cls, drafts, amounts, said=()):
        """Return the instruction that makes the invoices of drafts, which have no order in common.

        :param dict drafts: ``{number: engine.Draft}``
        :param amounts: takes a draft; returns of each of its dues what Odoo will find its line to come to, as values
        :param said: ids of notes that stand on other invoices of the run
        """
        lines, keys = {}, {}
        for draft in drafts.values():
            for due, found in zip(draft.dues, amounts(draft), strict=True):
                lines.setdefault(due.line, []).append({**due.values, **found})
                keys[due.key] = due.source
        return cls(
            orders=tuple(
                (order, number, draft.date, draft.dues[0].terms)
                for number, draft in drafts.items()
                for order in draft.orders
            ),
            lines=lines,
            keys=keys,
            said=frozenset(said),
        )


class SaleOrder(models.Model):
    """Whoever bills an order does it under its lock, and moves its round on: nothing is billed twice.

    Odoo's transactions see the database as it was when they began. Whoever waited for the lock, and finds that another
    moved the round on meanwhile, is refused by the database and tried again by Odoo, with what is still due then.
    """

    _inherit = "sale.order"

    billing_round = fields.Integer(
        default=0, copy=False, readonly=True, help="How often invoices were made of this order."
    )

    def _billing_lock(self):
        """Keep others from billing these orders until this transaction ends; waits for those who do.

        In the order of ids, so that nobody waits in a circle. Rows that refer to orders, such as new lines and tasks,
        need not wait.

        :raises psycopg2.OperationalError: when another transaction billed one of them, or changed it, meanwhile
        """
        if not self.ids:
            return
        self.flush_recordset()
        self.env.cr.execute(
            SQL("SELECT id FROM sale_order WHERE id IN %s ORDER BY id FOR NO KEY UPDATE", tuple(self.ids))
        )

    def _billing_begin_round(self):
        """Lock these orders and move their rounds on."""
        if not self.ids:
            return
        self._billing_lock()
        self.env.cr.execute(
            SQL("UPDATE sale_order SET billing_round = COALESCE(billing_round, 0) + 1 WHERE id IN %s", tuple(self.ids))
        )
        self.invalidate_recordset(["billing_round"], flush=False)

    # === ODOO'S OWN WAY === #

    def _create_invoices(self, grouped=False, final=False, date=None):
        # OVERRIDE: Create Invoice, the payment of a link, the run: all of them bill under the lock.
        if not self.env["account.move"].has_access("create") and not self.has_access("write"):
            return super()._create_invoices(grouped=grouped, final=final, date=date)
        self._billing_begin_round()
        orders = self._flagged(billing_rounds_ahead=0)
        return super(SaleOrder, orders)._create_invoices(grouped=grouped, final=final, date=date)

    def _prepare_invoice(self):
        values = super()._prepare_invoice()
        self._billing_print(values)
        instruction = self._flag_value("billing_instruction")
        if instruction:
            number, day, terms = {row[0]: row[1:] for row in instruction.orders}[self.id]
            values.update(billing_number=number, invoice_date=day)
            if terms:
                values["invoice_payment_term_id"] = terms
        return values

    def _billing_print(self, values):
        """Add this order's text on invoices to the values of one, unless it stands there already."""
        text = (self.sudo()._billing_rules()[self]["billing_print_text"].value or "").strip()
        paragraph, printed = plaintext2html(text), values.get("narration") or Markup()
        if text and paragraph not in printed:
            values["narration"] = printed + paragraph

    def _get_invoice_grouping_keys(self):
        # OVERRIDE: a run knows what shares an invoice, which never crosses what Odoo keeps apart.
        keys = super()._get_invoice_grouping_keys()
        return ["billing_number", *keys] if self._flag_value("billing_instruction") else keys

    def _get_invoiceable_lines(self, final=False):
        lines = super()._get_invoiceable_lines(final)
        instruction = self._flag_value("billing_instruction")
        return lines._billing_only(instruction) if instruction else lines

    def _create_account_invoices(self, invoice_vals_list, final):
        for values in invoice_vals_list:
            values.pop("billing_number", None)
            links = (line.get("sale_line_ids") or () for _kind, _key, line in values["invoice_line_ids"])
            linked = [link[1] for some in links for link in some if link[1]]
            for order in self.env["sale.order.line"].browse(linked).order_id:
                order._billing_print(values)
        return super()._create_account_invoices(invoice_vals_list, final)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _billing_only(self, instruction):
        """Return those of these invoiceable lines of an order that a run bills, with their headings and notes.

        :param instruction: an ``Instruction``
        """
        rows = [(line.id, COMES_OFF if line.is_downpayment else line.display_type or "") for line in self]
        return self.browse(shown(rows, instruction.lines, instruction.said))
