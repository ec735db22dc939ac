from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

#: How many months the chart of the dashboard shows, from this one on.
CHART_MONTHS = 6


class BillingMilestone(models.Model):
    """The chart of the dashboard: each amount in the month in which it moves."""

    _inherit = "billing.milestone"

    @api.model
    def _dashboard_chart(self, today):
        """Return what is planned and invoiced in the next months, in the currency of the current company.

        What is invoiced stands in the month of its invoice, what waits to be billed in this month, and the rest in the
        month for which it is planned.
        """
        first = today.replace(day=1)
        months = [first + relativedelta(months=number) for number in range(CHART_MONTHS)]
        end = first + relativedelta(months=CHART_MONTHS)
        target = self.env.company.currency_id
        series = {key: [0.0] * CHART_MONTHS for key in ("planned", "due", "invoiced", "paid")}
        rows = [*self._chart_waiting(first), *self._chart_planned(first, end), *self._chart_invoiced(first, end, today)]
        for key, month, company, currency, amount in rows:
            series[key][months.index(month)] += currency._convert(amount or 0.0, target, company, today)
        return {
            "currency_id": target.id,
            "months": [fields.Date.to_string(month) for month in months],
            "series": {key: [target.round(amount) for amount in row] for key, row in series.items()},
        }

    @api.model
    def _chart_waiting(self, first):
        """Return what is attained and not billed, as (series, month, company, currency, amount): it moves now."""
        groups = self._read_group(
            [("waiting_amount", "!=", 0), ("order_id.state", "=", "sale")],
            ["company_id", "currency_id"],
            ["waiting_amount:sum"],
        )
        return [("due", first, *group) for group in groups]

    @api.model
    def _chart_planned(self, first, end):
        """Return what is not attained yet, by the month for which it is planned."""
        groups = self._read_group(
            [
                ("planned_date", ">=", first),
                ("planned_date", "<", end),
                ("state", "!=", "cancelled"),
                ("order_id.state", "=", "sale"),
            ],
            ["planned_date:month", "company_id", "currency_id"],
            ["open_amount:sum", "waiting_amount:sum"],
        )
        return [
            ("planned", month, company, currency, left - waiting) for month, company, currency, left, waiting in groups
        ]

    @api.model
    def _chart_invoiced(self, first, end, today):
        """Return what invoices and credit notes bill of milestones the user may read, by the month of the invoice.

        The settled part of an invoice counts as paid. A draft without a date counts in this month.
        """
        companies, currencies = self.env["res.company"], self.env["res.currency"]
        lines = self.env["account.move.line"].sudo()
        lines.flush_model(["price_subtotal", "currency_id", "company_id", "billing_milestone_id", "parent_state"])
        lines.move_id.flush_model(["move_type", "amount_total", "amount_residual", "invoice_date"])
        milestones = self._search([("order_id.state", "=", "sale")])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT date_trunc('month', day)::date, company_id, currency_id, SUM(signed - paid), SUM(paid)
                  FROM (SELECT COALESCE(move.invoice_date, %(today)s) AS day, line.company_id, line.currency_id,
                               amount.signed,
                               CASE WHEN move.state = 'draft' THEN 0
                                    WHEN move.amount_total = 0 THEN amount.signed
                                    ELSE amount.signed * (1 - move.amount_residual / move.amount_total) END AS paid
                          FROM account_move_line line
                          JOIN account_move move ON move.id = line.move_id
                         CROSS JOIN LATERAL (
                               SELECT CASE move.move_type WHEN 'out_refund' THEN -1 ELSE 1 END * line.price_subtotal
                                      AS signed
                               ) amount
                         WHERE line.billing_milestone_id IN %(milestones)s AND move.state IN ('draft', 'posted')) money
                 WHERE day >= %(first)s AND day < %(end)s
                 GROUP BY 1, 2, 3
                """,
                today=today,
                first=first,
                end=end,
                milestones=milestones.subselect(),
            )
        )
        found = []
        for month, company_id, currency_id, unpaid, paid in rows:
            where = month, companies.browse(company_id), currencies.browse(currency_id)
            found += [("invoiced", *where, float(unpaid)), ("paid", *where, float(paid))]
        return found
