from datetime import date

from odoo import models


class RevenueSspImportWizard(models.TransientModel):
    """Import standalone selling prices from a spreadsheet."""

    _name = "revenue.ssp.import.wizard"
    _inherit = ["revenue.import.wizard"]
    _description = "Import Selling Prices"

    def _columns(self):
        return [
            ("product", self.env._("Internal reference, barcode or name of the product.")),
            ("currency", self.env._("ISO code of the currency, e.g. EUR.")),
            ("date_from", self.env._("First day, as a date or YYYY-MM-DD.")),
            ("date_to", self.env._("Last day; leave it empty until the next price of the product.")),
            ("kind", self.env._("amount, range or residual; amount when empty.")),
            ("amount", self.env._("Of an amount: the price of one unit. Decimal point, no thousands.")),
            (
                "low",
                self.env._("Of a range: the lowest price of one unit. Of a residual: the lowest ever seen, or empty."),
            ),
            (
                "high",
                self.env._(
                    "Of a range: the highest price of one unit. Of a residual: the highest ever seen, or empty."
                ),
            ),
            ("note", self.env._("Where the price comes from.")),
            ("company", self.env._("Name of the company; the current one when empty.")),
        ]

    def _template_rows(self):
        currency, day = self.env.company.currency_id.name, date(2026, 1, 1)
        return [
            ["SUPPORT", currency, day, None, "amount", 1200, None, None, self.env._("Price list 2026"), None],
            ["LICENCE", currency, day, date(2026, 12, 31), "range", None, 900, 1100, None, None],
        ]

    def _take_rows(self, rows, dry_run):
        # A reference that looks like a number comes from a spreadsheet as one, and is none of Odoo's ids.
        rows = [{**row, "product": str(row["product"])} if "product" in row else row for row in rows]
        done = self.env["revenue.ssp"].import_rows(rows, dry_run=dry_run)
        words = self.env._(
            "%(created)s new, %(updated)s changed, %(closed)s ended by a later price, %(unchanged)s as they were.",
            **{name: done[name] for name in ("created", "updated", "closed", "unchanged")},
        )
        return words, done["errors"]
