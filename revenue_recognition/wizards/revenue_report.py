from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_datetime

from ..report.workbook import Head


class RevenueReport(models.AbstractModel):
    """What reports over a period have in common: company, period, a workbook, a comparison with the ledger."""

    _name = "revenue.report"
    _description = "Revenue Report"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date(string="From", required=True, default=lambda self: self._default_date_from())
    date_to = fields.Date(string="To", required=True, default=lambda self: self._default_date_to())

    @api.model
    def _last_close_date(self):
        """Return the last day that a close covers, else today."""
        last = self.env["revenue.close"]._last_posted(self.env.company)
        return last.date or self.env.company._revenue_today()

    @api.model
    def _default_date_from(self):
        return self.env.company.compute_fiscalyear_dates(self._last_close_date())["date_from"]

    @api.model
    def _default_date_to(self):
        return self._last_close_date()

    @api.depends("company_id")
    def _compute_display_name(self):
        for report in self:
            report.display_name = self.env["ir.model"]._get(self._name).name

    # === ACTIONS === #

    @api.model
    def _open_filled(self):
        """Open the report of the period of the last close, worked out already.

        :return: a window action
        """
        report = self.create({})
        if self.env["revenue.close"]._last_posted(report.company_id):
            report.action_show()
        return report._get_records_action(target="current", name=report.display_name)

    def action_xlsx(self):
        """Download the report as a workbook."""
        self.ensure_one()
        self._check_period()
        return {"type": "ir.actions.act_url", "url": f"/revenue/report/{self._address}/{self.id}", "target": "self"}

    # === BUSINESS METHODS === #

    def _check_period(self):
        """Let those pass who may read contracts of the company, with a period that is one.

        :raises AccessError: for others
        :raises UserError: when the period ends before it begins
        """
        self.env["revenue.contract"]._check_may_simulate()
        self.company_id.check_access("read")
        if self.company_id not in self.env.companies:
            raise UserError(self.env._("Choose %s among your companies first.", self.company_id.name))
        if self.date_to < self.date_from:
            raise UserError(self.env._("The period ends before it begins."))

    def _filename(self):
        """Return the name of the workbook."""
        return f"{self._address}_{self.date_from}_{self.date_to}.xlsx"

    def _head(self, title, words, *lines):
        """Return the head of the workbook.

        :param lines: what else there is to say of the period
        """
        now = format_datetime(self.env, fields.Datetime.now())
        period = self.env._(
            "From %(from)s to %(to)s",
            **{"from": format_date(self.env, self.date_from), "to": format_date(self.env, self.date_to)},
        )
        made = self.env._("Made on %(when)s by %(user)s", when=now, user=self.env.user.name)
        company = f"{self.company_id.name} · {self.currency_id.name}"
        period = " · ".join([period, *filter(None, lines)])
        common = {
            "account": self.env._("Account"),
            "part": self.env._("Role"),
            "subledger": self.env._("Subledger"),
            "ledger": self.env._("Ledger"),
            "difference": self.env._("Difference"),
            "total": self.env._("Total"),
        }
        return Head(title, [company, period, made], self.currency_id.decimal_places, {**common, **words})

    def _ledger_rows(self, date, parts):
        """Return the comparison of subledger and ledger for the workbook.

        :param dict parts: what accounts are to the report, by their id
        """
        rows = self.env["revenue.close"].sudo()._compare(self.company_id, date)
        accounts = self.env["account.account"].sudo().with_company(self.company_id)
        return [
            [
                accounts.browse(row["account"]).display_name,
                parts.get(row["account"], ""),
                row["subledger"],
                row["ledger"],
            ]
            for row in rows
        ]
