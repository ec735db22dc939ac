from odoo import fields, models

from ..engine.units import from_units
from ..report.workbook import Amount, table


class BillingDraft(models.AbstractModel):
    """Invoices of a run, or of a preview, as a workbook: a row for each line."""

    _inherit = "billing.draft"

    def _workbook(self):
        """Return the lines of these rows as an XLSX file (bytes), in the language of who asks."""
        env = self.env
        columns = [
            (env._("Customer"), 28),
            (env._("Invoice"), 18),
            (env._("Invoice Date"), 12),
            (env._("Order"), 14),
            (env._("Line"), 40),
            (env._("Source"), 28),
            (env._("Due Since"), 12),
            (env._("Currency"), 9),
            (env._("Untaxed"), 14),
            (env._("Tax"), 14),
            (env._("Total"), 14),
            (env._("State"), 14),
            (env._("What Keeps It"), 40),
            (env._("What Lifts It"), 40),
            (env._("Separate Invoice Because of"), 24),
        ]
        return table("1", columns, [cells for row in self for cells in row._workbook_rows()])

    def _workbook_rows(self):
        """Return what the workbook says of each line of this row."""
        self.ensure_one()
        row = self.sudo()
        orders = {order.id: order.name for order in row.order_ids}
        states = dict(self.env["billing.run.invoice"]._fields["state"]._description_selection(self.env))
        before = [row.partner_id.display_name, row._workbook_invoice(), row.invoice_date or None]
        after = [states[row._workbook_state()], self.reason, self.remedy, self.split_text]
        lines = [[orders.get(due["order"], ""), *self._workbook_due(due)] for due in row.contents or ()]
        # Of what fails nobody may be able to say what is due: it is told all the same.
        nothing = [row.orders_text, "", "", None, row.currency_id.name, None, None, None]
        return [[*before, *line, *after] for line in lines or [nothing]]

    def _workbook_due(self, due):
        currency = self.currency_id
        source = self.env["ir.model"]._get(due["source"]).name if due.get("source") else ""
        untaxed, tax = due.get("untaxed", due["amount"]), due.get("tax", 0)
        return [
            " ".join(due["text"].split()),
            source,
            None if due["comes_off"] else fields.Date.to_date(due["since"]),
            currency.name,
            *(
                Amount(from_units(units, currency.rounding), currency.decimal_places)
                for units in (untaxed, tax, untaxed + tax)
            ),
        ]

    def _workbook_invoice(self):
        """Return the name of the invoice of this row; empty where there is none."""
        return ""

    def _workbook_state(self):
        """Return what this row says of its state, one of those of rows of a run."""
        raise NotImplementedError


class BillingRunInvoice(models.Model):
    _inherit = "billing.run.invoice"

    def _workbook_invoice(self):
        return self.move_id.display_name or ""

    def _workbook_state(self):
        return self.state


class BillingWorkbook(models.AbstractModel):
    """What has invoices, as rows, to download as a workbook."""

    _name = "billing.workbook"
    _description = "Billing to Download"

    #: What it is called in its address.
    _workbook_kind = None

    def action_xlsx(self):
        """Download these invoices, and what is not billed and why, as a workbook.

        :return: an action that opens its address
        :raises AccessError: for who may not bill
        """
        self.ensure_one()
        self._check_workbook()
        return {"type": "ir.actions.act_url", "url": f"/billing/{self._workbook_kind}/{self.id}.xlsx", "target": "self"}

    def _check_workbook(self):
        """Refuse who may not bill.

        :raises AccessError: for them
        """
        self.env["billing.run"]._check_may_bill()

    def _workbook(self):
        """Return the rows of this record as an XLSX file (bytes)."""
        return self._workbook_invoices().sorted("id")._workbook()

    def _workbook_invoices(self):
        """Return the rows (``billing.draft``) of this record."""
        raise NotImplementedError

    def _workbook_name(self):
        """Return the name of the file."""
        raise NotImplementedError


class BillingRun(models.Model):
    _name = "billing.run"
    _inherit = ["billing.run", "billing.workbook"]

    _workbook_kind = "run"

    def _workbook_invoices(self):
        return self.invoice_ids

    def _workbook_name(self):
        return f"invoice_run_{self.day}.xlsx"
