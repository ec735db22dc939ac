from dataclasses import replace

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..engine.due import Due, passes
from ..engine.units import from_units, to_units
from .sale_order import Instruction


class Probe(Exception):
    """Ends an attempt of which nothing is to remain."""


class BillingRun(models.Model):
    """From drafts to native invoices, by Odoo's own methods; and what those would come to, before they exist."""

    _inherit = "billing.run"

    def _make_moves(self, drafts):
        """Have Odoo's own methods make the invoices of drafts, by the user and in the company of the environment.

        :param dict drafts: ``{number: engine.Draft}``
        :return: ``{number: account.move}``, without those of which Odoo found nothing to bill
        :raises UserError: when Odoo refuses one, or makes two of it
        """
        made = {}
        for some in passes(drafts):
            numbers = {order: number for number, draft in some.items() for order in draft.orders}
            orders = self.env["sale.order"].browse(sorted(numbers))
            instruction = Instruction.of(some, self._line_amounts, self._notes_said(orders, made))
            orders = orders.with_context(mail_create_nolog=True)
            orders = orders._flagged("billing_making", billing_instruction=instruction)
            for move in orders._create_invoices(final=True).with_env(self.env):
                number = numbers[move.invoice_line_ids.sale_line_ids.order_id.ids[0]]
                if number in made:
                    origin = move.invoice_origin or ""
                    raise UserError(self.env._("Odoo made two invoices of what shares one: %s.", origin))
                made[number] = move
        self.env["account.move"].union(*made.values())._billing_tell_origin()
        return made

    def _notes_said(self, orders, made):
        """Return the ids of the notes of orders that stand on invoices of this run.

        :param dict made: ``{number: account.move}``, just made, which are not on its rows yet
        """
        notes = orders.order_line.filtered(lambda line: line.display_type == "line_note")
        moves = notes.invoice_lines.move_id.filtered(lambda move: move.state != "cancel")
        if not moves:
            return []
        rows = self.env["billing.run.invoice"].search([("run_id", "in", self.ids), ("move_id", "in", moves.ids)])
        own = rows.move_id.union(*made.values())
        return notes.filtered(lambda note: note.invoice_lines.move_id & moves & own).ids

    @api.model
    def _line_amounts(self, draft):
        """Return what Odoo will find each line of the invoice of a draft to come to, as values of it.

        Odoo works amounts and tags of taxes out itself, and writes one line after the other that has not the right
        ones, so that wrong ones would do no harm. Right ones from the start save that. Left to Odoo are those of
        foreign currencies, which hang on a rate, and of what becomes a credit note.

        :param draft: ``engine.Draft``
        :return: a list of dictionaries, one for each of its dues
        """
        order = self.env["sale.order"].browse(draft.orders[0])
        if order.currency_id != order.company_id.currency_id or draft.total < 0:
            return [{} for _due in draft.dues]
        found = []
        for due, (untaxed, _taxes) in zip(draft.dues, draft.parts, strict=True):
            amount, tags = -from_units(untaxed, order.currency_id.rounding), order._billing_tags(due.values)
            tagged = {"tax_tag_ids": [Command.set(tags.ids)]} if tags else {}
            found.append({"amount_currency": amount, "balance": amount, **tagged})
        return found

    @api.model
    def _plan_shown(self, *args, **kwargs):
        """Return what ``_plan`` does, to be shown: with what is settled only on the invoices themselves."""
        drafts = dict(enumerate(self._plan(*args, **kwargs)))
        orders = self.env["sale.order"]
        late = {
            number: draft
            for number, draft in drafts.items()
            if not draft.why and orders.browse(draft.orders)._billing_settles_afterwards(draft)
        }
        return list({**drafts, **self._as_made(late)}.values())

    @api.model
    def _as_made(self, drafts):
        """Return drafts (``{number: engine.Draft}``) as their invoices will be, of which nothing remains.

        All are made at once; where Odoo refuses one of them, each alone, and the one at fault is left as it is: the
        run will say so of it.
        """
        found = {}
        if not drafts:
            return found
        try:
            with self.env.cr.savepoint():
                made = self._make_moves(drafts)
                found = {number: self._read_made(draft, made.get(number)) for number, draft in drafts.items()}
                raise Probe
        except Probe:
            self.env.invalidate_all()
        except UserError:
            self.env.invalidate_all()
            if len(drafts) > 1:
                for number, draft in drafts.items():
                    found.update(self._as_made({number: draft}))
        return found

    @api.model
    def _read_made(self, draft, move):
        """Return a draft with what the lines of its invoice (``account.move``) come to, and with those added there."""
        if not move or move.move_type != "out_invoice":
            return draft
        unit = move.currency_id.rounding
        known, dues, parts = {due.key: due for due in draft.dues}, [], []
        for line in move.invoice_line_ids.filtered(lambda line: line.display_type == "product"):
            untaxed, total = to_units(line.price_subtotal, unit), to_units(line.price_total, unit)
            dues.append(known.get(line.billing_key) or self._added_due(line, untaxed, draft))
            parts.append((untaxed, total - untaxed))
        untaxed, total = to_units(move.amount_untaxed, unit), to_units(move.amount_total, unit)
        return replace(draft, dues=tuple(dues), parts=tuple(parts), untaxed=untaxed, total=total)

    @api.model
    def _added_due(self, line, units, draft):
        """Return a line of an invoice that came with what is due, such as a down payment that comes off."""
        order_line = line.sale_line_ids[:1]
        return Due(
            order=order_line.order_id.id or draft.orders[0],
            line=order_line.id,
            key=line.billing_key or "",
            amount=units,
            text=line.name or "",
            since=draft.date,
            comes_off=True,
        )


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _billing_settles_afterwards(self, draft):
        """Return whether something of the invoice of these orders is settled only once Odoo made it.

        :param draft: ``engine.Draft``: the invoice as planned
        """
        return False

    def _billing_tags(self, values):
        """Return the tags of taxes (``account.account.tag``) of an invoice line of this order, as Odoo finds them.

        :param dict values: of the invoice line
        """
        base_line = self._billing_base_line(values)
        taxes = base_line["tax_ids"].flatten_taxes_hierarchy().filtered(lambda tax: tax.tax_exigibility == "on_invoice")
        based = taxes.invoice_repartition_line_ids.filtered(lambda part: part.repartition_type == "base")
        return base_line["product_id"].sudo().account_tag_ids | based.tag_ids
