"""Invoices at a lower price than the order's: a concession too, once the order has nothing left to invoice."""

from odoo import models


class RevenueContract(models.Model):
    """What a draft invoice was lowered by is never billed: Odoo counts quantities, and the order is fully invoiced.

    That is a price concession as one that a credit note gives (ASC 606-10-32-42), proposed for the last invoice. It is
    gone when the rest is billed, when the order itself says the lower price, and where a credit note says it.
    """

    _inherit = "revenue.contract"

    def _billed_below_order(self):
        """Return the contracts with order lines that are invoiced in full for less than they come to."""
        lines = self.env["sale.order.line"].search(
            [
                ("revenue_contract_id", "in", self.ids),
                ("invoice_status", "=", "invoiced"),
                ("state", "=", "sale"),
                ("is_downpayment", "=", False),
            ]
        )
        short = lines.filtered(
            lambda line: line.price_subtotal > line.untaxed_amount_invoiced and not line._revenue_has_own_terms()
        )
        return short.revenue_contract_id

    def _billed_below(self):
        """Return what invoices bill less than the order's price, for good: units by the id of the invoice and name."""
        names, found = self._line_names(), self._applied_below()
        said = self._carried()
        for name, (short, invoice) in self._short_lines(names).items():
            # What the order says too is not short of its price of today.
            left = short - max(0, sum(amounts.get(name, 0) for amounts in found.values()) + min(0, said.get(name, 0)))
            if left > 0:
                amounts = found.setdefault(invoice.id, {})
                amounts[name] = amounts.get(name, 0) + left
        return found

    def _applied_below(self):
        """Return what is applied of posted invoices that billed less: it is known from then on."""
        names, found = self._line_names(), {}
        applied = self._concessions().filtered(lambda concession: concession.state == "applied")
        for move, changes in applied.grouped("move_id").items():
            amount = -self._units(sum(changes.mapped("followed_delta")))
            if move.move_type != "out_refund" and move.state == "posted" and amount > 0:
                name = self._name_of(move.invoice_line_ids.sale_line_ids, names)
                found.update({move.id: {name: amount}} if name is not None else {})
        return found

    def _short_lines(self, names):
        """Return what was never invoiced of lines that are invoiced in full, and their last invoice, by name.

        A difference of one unit for each invoice line is rounding. What was added to the price since is not invoiced
        yet. Credit notes have proposals of their own: they are left out, with the invoice lines they take back wholly.
        """
        found, promised, documents = {}, self._promised_lines(), self._document_lines()
        whole = self._taken_back_wholly(documents)
        rows = documents.filtered(
            lambda line: line.move_id.move_type == "out_invoice" and self._origin_of(line) not in whole
        )
        raised = self._units(sum(max(0, one.fixed_delta) for one in self._raised_since(rows.move_id)))
        by_name = self._lines_by_name(names)
        cents = self.env["sale.order.line"].union(*by_name.values())._revenue_cents_by_line()
        for name, lines in by_name.items():
            billed = rows.filtered(lambda row, lines=lines: row.sale_line_ids & lines)
            if not billed or not all(line._is_invoiced_for_good() for line in lines):
                continue
            price = self._units(sum(line.price_subtotal + cents.get(line.id, 0.0) for line in lines))
            price -= max(0, promised[name].change) + raised
            short = price + self._units(sum(billed.mapped("amount_currency")))
            if short > len(billed):
                found[name] = short, billed.move_id.sorted("id")[-1]
        return found

    def _raised_since(self, invoices):
        """Return the applied changes of the order that came after (or with) the last of these invoices."""
        last = max(invoices.mapped("create_date"), default=False)
        return self.modification_ids.filtered(
            lambda modification: (
                modification.state == "applied"
                and not modification.move_id
                and last
                and modification.create_date >= last
            )
        )

    def _lines_by_name(self, names):
        lines = self._followed_obligations().sale_line_ids.filtered(lambda line: line.order_id.state == "sale")
        return lines.grouped(lambda line: names[line.id])


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _is_invoiced_for_good(self):
        """Return whether the order has nothing left to invoice of this line, and no draft that may yet change."""
        self.ensure_one()
        return self.invoice_status == "invoiced" and "draft" not in self.invoice_lines.mapped("parent_state")
