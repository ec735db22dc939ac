from datetime import date

from odoo import api, fields, models
from odoo.tools import format_date

KINDS = ("recognised", "forecast")


class RevenueWaterfall(models.TransientModel):
    """Opens filled: all months of the report together, each beside the same month of the year before."""

    _inherit = "revenue.waterfall"

    month_ids = fields.One2many(
        "revenue.waterfall.month",
        "waterfall_id",
        string="Months",
        readonly=True,
        help="All rows together, month by month, beside the year before.",
    )
    waits_for = fields.Monetary(
        string="Without a Month",
        readonly=True,
        help="What remains of prices and has no month yet: it waits for deliveries, cost or hours, or for milestones "
        "without a deadline in their project.",
    )
    remains = fields.Monetary(string="Later", readonly=True, help="What is forecast after the period.")

    @api.model
    def _open_filled(self):
        # OVERRIDE: a forecast says something before the first close, too.
        report = self.create({})
        report._check_period()
        report._fill_months(report._totals(report.date_from, report.date_to))
        return report._get_records_action(target="current", name=report.display_name)

    def _fill(self, waterfall):
        # OVERRIDE: the form shows the months of the same amounts.
        filled = super()._fill(waterfall)
        self._fill_months(waterfall["totals"])
        return filled

    def _totals(self, first, last):
        """Return the amounts by month of a period, all rows together."""
        return self._get(first, last, None)["totals"]

    def _fill_months(self, totals):
        """Write a line for each month of the period.

        :param dict totals: as ``get_waterfall`` returns them
        """
        before = self._totals(*(fields.Date.subtract(day, years=1) for day in (self.date_from, self.date_to)))
        months = zip(
            totals["recognised"], *(found[kind].values() for found in (totals, before) for kind in KINDS), strict=True
        )
        self.month_ids.unlink()
        self.env["revenue.waterfall.month"].create(
            [
                {
                    "waterfall_id": self.id,
                    "month": date.fromisoformat(f"{month}-01"),
                    "recognised": recognised,
                    "forecast": forecast,
                    "year_before": self.currency_id.round(sum(amounts)),
                }
                for month, recognised, forecast, *amounts in months
            ]
        )
        self.write({"waits_for": totals["unscheduled"], "remains": totals["after"]})


class RevenueWaterfallMonth(models.TransientModel):
    """A month of the waterfall: recognised, forecast, and what the same month of the year before brings."""

    _name = "revenue.waterfall.month"
    _description = "Month of the Waterfall"
    _order = "month"

    waterfall_id = fields.Many2one("revenue.waterfall", required=True, index=True, ondelete="cascade")
    currency_id = fields.Many2one(related="waterfall_id.currency_id")
    month = fields.Date(required=True)
    month_name = fields.Char(compute="_compute_month_name", help="The month in words.")
    recognised = fields.Monetary(help="What posted closes booked in the month.")
    forecast = fields.Monetary(help="What is expected in the month as far as it is known.")
    year_before = fields.Monetary(help="Recognised and forecast of the same month a year earlier.")

    @api.depends("month")
    @api.depends_context("lang")
    def _compute_month_name(self):
        for line in self:
            line.month_name = format_date(self.env, line.month, date_format="MMMM yyyy")
