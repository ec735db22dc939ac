from odoo import models
from odoo.fields import Command

from ..engine.layout import COMES_OFF, HEADINGS, NOTE, SECTION, SUBSECTION, by_source

#: What an order's own sections and subsections become below a section, and below a subsection: Odoo has no third level.
BELOW = {SECTION: dict.fromkeys(HEADINGS, SUBSECTION), SUBSECTION: dict.fromkeys(HEADINGS, NOTE)}


class SaleOrder(models.Model):
    """The lines of a run's invoice stand below their order where it bills several, and by source where one has several.

    Odoo prints the subtotal of each section.
    """

    _inherit = "sale.order"

    def _create_account_invoices(self, invoice_vals_list, final):
        # OVERRIDE: only of runs. What a person makes by hand stays as Odoo makes it.
        if self._flag_value("billing_instruction"):
            for values in invoice_vals_list:
                values["invoice_line_ids"] = self._billing_with_headings(values["invoice_line_ids"])
        return super()._create_account_invoices(invoice_vals_list, final)

    def _billing_with_headings(self, commands):
        """Return the commands that create the lines of an invoice, with what stands above them."""
        parts = self._billing_lines_by_order(commands)
        if len(parts) == 1:
            [(order, lines)] = parts.items()
            rows = order._billing_by_source(lines, SECTION)
            if rows is lines:
                return commands
        else:
            rows = []
            for order, lines in parts.items():
                rows.append({"display_type": SECTION, "name": order._billing_heading()})
                rows += order._billing_by_source(_lowered(lines, SECTION), SUBSECTION)
        return [Command.create(dict(row, sequence=number)) for number, row in enumerate(rows, 1)]

    def _billing_lines_by_order(self, commands):
        """Return the values of invoice lines by order (``{sale.order: [values]}``): without one, by the one before."""
        found, order = {}, self[:1]
        for _kind, _key, values in commands:
            linked = [command[1] for command in values.get("sale_line_ids") or ()]
            order = self.env["sale.order.line"].browse(linked[:1]).order_id or order
            found.setdefault(order, []).append(values)
        return found

    def _billing_heading(self):
        """Return what stands above the lines of this order on an invoice of several, in the customer's language."""
        self.ensure_one()
        order = self.with_context(lang=self.partner_invoice_id.lang or self.env.lang)
        if order.client_order_ref:
            return order.env._(
                "Order %(order)s, your reference %(reference)s", order=order.name, reference=order.client_order_ref
            )
        return order.env._("Order %s", order.name)

    # === BY SOURCE === #

    def _billing_by_source(self, lines, heading):
        """Return lines of an invoice of this order by what they bill, below a heading each; as they are of one source.

        :param list lines: values of invoice lines
        :param str heading: the kind of the headings, a section or a subsection
        """
        self.ensure_one()
        sources = self._flag_value("billing_instruction").keys
        found = by_source((number, *_kind_and_source(values, sources)) for number, values in enumerate(lines))
        if len(found.keys() - {""}) < 2 or heading == SUBSECTION and any(map(_hides, lines)):
            return lines
        rows = []
        for source, numbers in found.items():
            some = [lines[number] for number in numbers]
            # Down payments that come off have Odoo's own heading.
            rows += [self._billing_source_heading(source, heading), *_lowered(some, heading)] if source else some
        return rows

    def _billing_source_heading(self, source, kind):
        """Return the values of the heading of a source, in the customer's language.

        :param str source: the name of its model
        """
        lang = self.partner_invoice_id.lang or self.env.lang
        return {"display_type": kind, "name": self.env[source].with_context(lang=lang)._heading()}


def _kind_and_source(values, sources):
    """Return which kind of row (``engine.layout``) the values of an invoice line make, and of which source.

    :param sources: the sources by the keys of lines
    """
    if values.get("is_downpayment"):
        return COMES_OFF, ""
    # A combo, which Odoo prints as a section, is billed once: it stands with what else its source bills.
    source = sources.get(values.get("billing_key"), "")
    return "" if source else values.get("display_type") or "", source


def _lowered(lines, heading):
    """Return values of invoice lines whose own headings stand below one of the kind ``heading``."""
    lower = BELOW[heading]
    return [
        dict(line, display_type=lower[line["display_type"]]) if line.get("display_type") in lower else line
        for line in lines
    ]


def _hides(line):
    """Return whether the values of an invoice line are a heading that hides what is below it on paper."""
    return bool(line.get("collapse_prices") or line.get("collapse_composition"))
