from collections import defaultdict

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError

from .billing_milestone_queue import SETTLED

#: How far ahead the tile of what comes next looks, in days, and the chart, in months.
AHEAD_DAYS, CHART_MONTHS = 60, 6
#: Rows of each list.
LIST_ROWS = 5
#: The state of the chart's series that a milestone's own state belongs to.
SERIES = {
    "planned": "planned",
    "partial": "planned",
    "due": "due",
    "blocked": "due",
    "failed": "due",
    "drafted": "invoiced",
    "invoiced": "invoiced",
    "paid": "paid",
}


class BillingMilestone(models.Model):
    """The dashboard of whoever runs the projects: what waits, what is late, what comes."""

    _inherit = "billing.milestone"

    @api.model
    @api.readonly
    def get_dashboard(self) -> dict:
        """Return what waits, what is late and what comes, of the companies the user works in now.

        :return: ``{"tiles", "chart", "waiting", "late", "upcoming"}``. ``tiles`` is ``{key: {"count", "amounts":
            [{"currency_id", "amount"}]}}`` for ``ready``, ``late``, ``held``, ``blocked`` and ``upcoming`` (planned in
            the next 60 days), untaxed, one amount per company currency, at today's rates. ``chart`` is
            ``{"currency_id", "months": ["YYYY-MM-01"], "series": {key: [amount]}}`` for ``planned``, ``due``,
            ``invoiced`` and ``paid``, by planned month, in the currency of the current company. The lists have the
            first rows of each: ``{"id", "name", "order", "partner", "date", "amount", "currency_id", "state",
            "help"}``, dates ``"YYYY-MM-DD"`` or ``""``, amounts in the order's currency.
        :raises AccessError: for anybody but people of the company who may read milestones.
        """
        if not self.env.user._is_internal() or not self.has_access("read"):
            raise AccessError(self.env._("The billing dashboard is for project and billing users."))
        today = fields.Date.context_today(self)
        domains = self._dashboard_domains(today)
        measures = {
            "ready": ("to_bill_amount",),
            "blocked": ("to_bill_amount",),
            "held": ("amount", "billed_amount"),
            "late": ("amount", "due_amount"),
            "upcoming": ("amount", "due_amount"),
        }
        return {
            "tiles": {key: self._dashboard_tile(domains[key], measures[key], today) for key in measures},
            "chart": self._dashboard_chart(today),
            "waiting": self._dashboard_rows(domains["blocked"], "id desc"),
            "late": self._dashboard_rows(domains["late"], "planned_date, id"),
            "upcoming": self._dashboard_rows(domains["upcoming"], "planned_date, id"),
        }

    @api.model
    def _dashboard_domains(self, today):
        """Return the domains of the tiles; the filters of the queue say the same."""
        unattained = [("attained_percent", "<", 100), ("state", "!=", "cancelled"), ("order_id.state", "=", "sale")]
        horizon = today + relativedelta(days=AHEAD_DAYS)
        return {
            "ready": [("state", "=", "due"), ("is_held", "=", False)],
            "blocked": [("state", "in", ("blocked", "failed"))],
            "held": [("is_held", "=", True), ("state", "not in", SETTLED)],
            "late": [("planned_date", "<", today), *unattained],
            "upcoming": [("planned_date", ">=", today), ("planned_date", "<=", horizon), *unattained],
        }

    @api.model
    def _dashboard_tile(self, domain, measures, today):
        """Return the number of milestones and the sum of the first measure less the others, by company currency."""
        groups = self._read_group(
            domain, ["company_id", "currency_id"], ["__count", *(f"{name}:sum" for name in measures)]
        )
        count, amounts = 0, defaultdict(float)
        for company, currency, number, first, *less in groups:
            count += number
            amount = (first or 0.0) - sum(value or 0.0 for value in less)
            target = company.sudo().currency_id
            amounts[target] += currency._convert(amount, target, company, today)
        return {
            "count": count,
            "amounts": [
                {"currency_id": currency.id, "amount": currency.round(amount)} for currency, amount in amounts.items()
            ],
        }

    @api.model
    def _dashboard_chart(self, today):
        """Return the plan of the next months by where it stands, in the currency of the current company."""
        first = today.replace(day=1)
        months = [first + relativedelta(months=number) for number in range(CHART_MONTHS)]
        groups = self._read_group(
            [
                ("planned_date", ">=", first),
                ("planned_date", "<", first + relativedelta(months=CHART_MONTHS)),
                ("state", "in", list(SERIES)),
                ("order_id.state", "=", "sale"),
            ],
            ["planned_date:month", "state", "company_id", "currency_id"],
            ["amount:sum"],
        )
        target = self.env.company.currency_id
        series = {key: [0.0] * CHART_MONTHS for key in ("planned", "due", "invoiced", "paid")}
        for month, state, company, currency, amount in groups:
            series[SERIES[state]][months.index(month)] += currency._convert(amount, target, company, today)
        return {
            "currency_id": target.id,
            "months": [fields.Date.to_string(month) for month in months],
            "series": {key: [target.round(amount) for amount in row] for key, row in series.items()},
        }

    @api.model
    def _dashboard_rows(self, domain, order):
        return [milestone._dashboard_row() for milestone in self.search(domain, order=order, limit=LIST_ROWS)]

    def _dashboard_row(self):
        self.ensure_one()
        names = self.sudo()
        return {
            "id": self.id,
            "name": self.name,
            "order": names.order_id.name,
            "partner": names.partner_id.display_name,
            "date": fields.Date.to_string(self.planned_date) or "",
            "amount": self.amount,
            "currency_id": self.currency_id.id,
            "state": self.state,
            "help": self.block_help or "",
        }
