from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ..models.revenue_rollforward import MOVEMENTS

COMPARED = ("opening", *MOVEMENTS, "closing", "liability", "asset")


class RevenueRollforward(models.TransientModel):
    """The balances of the period before, beside those of the period."""

    _inherit = "revenue.rollforward"

    before_from = fields.Date(readonly=True)
    before_to = fields.Date(readonly=True)
    period_text = fields.Char("Period", compute="_compute_period_texts", help="The days of the report.")
    before_text = fields.Char(
        "Period Before",
        compute="_compute_period_texts",
        help="The same days a year earlier where the period begins with the fiscal year; else as many months, or days, "
        "right before it.",
    )
    before_opening = fields.Monetary(readonly=True, help="The opening balance of the period before.")
    before_billed = fields.Monetary(readonly=True, help="What was billed in the period before.")
    before_recognised = fields.Monetary(readonly=True, help="What was recognised in the period before.")
    before_modification = fields.Monetary(readonly=True, help="What modifications caught up in the period before.")
    before_interest = fields.Monetary(readonly=True, help="The interest of the period before.")
    before_refund = fields.Monetary(readonly=True, help="The change of refund liability in the period before.")
    before_currency = fields.Monetary(readonly=True, help="The exchange differences of the period before.")
    before_closing = fields.Monetary(readonly=True, help="The closing balance of the period before.")
    before_liability = fields.Monetary(
        readonly=True, help="The contract liability on the last day of the period before."
    )
    before_asset = fields.Monetary(readonly=True, help="The contract asset on the last day of the period before.")

    @api.depends("before_from", "before_to")
    @api.depends_context("lang")
    def _compute_period_texts(self):
        for report in self:
            report.period_text = report._days_text(report.date_from, report.date_to)
            report.before_text = report._days_text(report.before_from, report.before_to)

    def _days_text(self, first, last):
        return f"{format_date(self.env, first)} – {format_date(self.env, last)}" if first and last else ""

    def _fill_totals(self):
        # OVERRIDE: a balance says more beside the one before.
        filled = super()._fill_totals()
        first, last = self._period_before()
        sums = SQL(", ").join(SQL("COALESCE(SUM(%s), 0)::text", SQL.identifier(name)) for name in COMPARED)
        contracts = self.env["revenue.contract"].with_company(self.company_id)
        [amounts] = self.env.execute_query(
            SQL("SELECT %s FROM (%s) balances", sums, contracts._rollforward(self.company_id, first, last))
        )
        before = {f"before_{name}": float(amount) for name, amount in zip(COMPARED, amounts, strict=True)}
        self.write({"before_from": first, "before_to": last, **before})
        return filled

    def _period_before(self):
        """Return the first and the last day of the period to compare with; see ``before_text``."""
        first, last = self.date_from, self.date_to
        if self.company_id.compute_fiscalyear_dates(last)["date_from"] == first:
            return fields.Date.subtract(first, years=1), _a_year_before(last)
        before = fields.Date.subtract(first, days=1)
        if first.day == 1 and last == fields.Date.end_of(last, "month"):
            months = 12 * (last.year - first.year) + last.month - first.month + 1
            return fields.Date.subtract(first, months=months), before
        return fields.Date.subtract(first, days=(last - first).days + 1), before


def _a_year_before(day):
    """Return the same day of the year before; of the end of a month, the end of that month."""
    before = fields.Date.subtract(day, years=1)
    return fields.Date.end_of(before, "month") if day == fields.Date.end_of(day, "month") else before
