from datetime import date

from odoo import models

from ..models.evidence_kinds import KINDS
from .revenue_import_wizard import column_of


class RevenueEvidenceImportWizard(models.TransientModel):
    """Import evidence from a spreadsheet: all rows, or none."""

    _name = "revenue.evidence.import.wizard"
    _inherit = ["revenue.import.wizard"]
    _description = "Import Evidence"

    def _columns(self):
        return [
            ("key", self.env._("Names the fact, once in a company: the same again changes nothing.")),
            ("contract", self.env._("Name of the contract; or leave it empty and name an order.")),
            ("order", self.env._("Number of the order; empty where the contract is named.")),
            ("obligation", self.env._("Key of the obligation; empty where only one has a use for the fact.")),
            ("date", self.env._("When it happened, as a date or YYYY-MM-DD.")),
            ("kind", self.env._("One of: %s.", ", ".join(KINDS))),
            ("value", self.env._("A share from 0 to 1, an amount, hours or units, by the kind. Decimal point.")),
            ("source", self.env._("Where it comes from.")),
            ("note", self.env._("Whatever explains it.")),
        ]

    def _template_rows(self):
        day = date(2026, 1, 31)
        return [
            ["SURVEY-7", None, "S00012", "L34", day, "progress", 0.25, self.env._("Certificate no. 7"), None],
            ["USAGE-2026-01", "S00015", None, None, day, "usage", 1240.5, None, None],
        ]

    def _take_rows(self, rows, dry_run):
        # What looks like a number comes from a spreadsheet as one; here they are all names.
        named = ("key", "contract", "order", "obligation", "source", "note")
        rows = [{**row, **{name: str(row[name]) for name in named if name in row}} for row in rows]
        rows = [{"source": self.filename or self.env._("Import"), **row} for row in rows]
        evidence = self.env["revenue.evidence"]
        results = evidence.record(rows, dry_run=True)
        errors = [
            {"row": number, "column": column_of(result["path"]), "message": result["message"]}
            for number, result in enumerate(results)
            if result["status"] == "refused"
        ]
        if not errors and not dry_run:
            results = evidence.record(rows)
        count = [result["status"] for result in results].count
        words = {"recorded": count("recorded"), "duplicate": count("duplicate")}
        return self.env._("%(recorded)s new, %(duplicate)s recorded before.", **words), errors
