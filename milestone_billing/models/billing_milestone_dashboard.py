from collections import defaultdict

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError

#: How far ahead the tile of what comes next looks, in days.
AHEAD_DAYS = 60
#: Rows of each list.
LIST_ROWS = 5


class BillingMilestone(models.Model):
    """The dashboard of whoever runs the projects: what waits, what is late, what comes."""

    _inherit = "billing.milestone"

    @api.model
    @api.readonly
    def get_dashboard(self) -> dict:
        """Return what waits, what is late and what comes, of the companies the user works in now.

        :return: ``{"tiles", "chart", "waiting", "late", "upcoming", "setup"}``. ``tiles`` is ``{key: {"count",
            "amounts": [{"currency_id", "amount"}], "credits", "attained"}}`` for ``ready`` and ``blocked`` (what is to
            be billed), ``held``, ``late``, ``upcoming`` (planned in the next 60 days) and ``undated`` (planned for no
            day; what is left to bill), untaxed, one amount per company currency, at today's rates; ``credits`` and
            ``attained``, in the same form, are what is to be credited of them, and what is attained and not billed,
            empty for nothing.
            ``chart`` is ``{"currency_id", "months": ["YYYY-MM-01"], "series": {key: [amount]}}`` in the
            currency of the current company: ``invoiced`` and ``paid`` by month of the invoice,
            ``due`` in this month, ``planned`` by planned month. The lists have the
            first rows of each: ``{"id", "name", "order", "partner", "date", "amount", "currency_id", "state",
            "help"}``, dates ``"YYYY-MM-DD"`` or ``""``, amounts in the order's currency. ``setup`` is ``{"done",
            "total", "next"}`` of ``billing.setup.step`` while the company has no milestone invoice yet, for who sets
            it up; else empty.
        :raises AccessError: for anybody but people of the company who may read milestones.
        """
        if not self.env.user._is_internal() or not self.has_access("read"):
            raise AccessError(self.env._("The billing dashboard is for project and billing users."))
        today = self.env.company._billing_today()
        domains = self._dashboard_domains(today)
        measures = {"ready": "waiting_amount", "blocked": "waiting_amount"}
        return {
            "tiles": {
                key: self._dashboard_tile(domain, measures.get(key, "open_amount"), today)
                for key, domain in domains.items()
            },
            "chart": self._dashboard_chart(today),
            "waiting": self._dashboard_rows(domains["blocked"], "id desc"),
            "late": self._dashboard_rows(domains["late"], "planned_date, id"),
            "upcoming": self._dashboard_rows(domains["upcoming"], "planned_date, id"),
            "setup": self._dashboard_setup(),
        }

    @api.model
    def _dashboard_setup(self):
        """Return how far the company is set up, empty for people who do not do that, and once it has billed."""
        steps = self.env["billing.setup.step"]
        billed = [("company_id", "=", self.env.company.id), ("billing_allocation_id", "!=", False)]
        if not steps.has_access("read") or self.env["account.move.line"].sudo().search_count(billed, limit=1):
            return {}
        progress = steps.get_progress()
        return {key: progress[key] for key in ("done", "total", "next")} if progress["next"] else {}

    @api.model
    def _dashboard_domains(self, today):
        """Return the domains of the tiles; the filters of the queue say the same.

        What waits is on one tile: by its status, which says a hold before anything else that it keeps back.
        """
        unattained = [("attained_percent", "<", 100), ("state", "!=", "cancelled"), ("order_id.state", "=", "sale")]
        horizon = today + relativedelta(days=AHEAD_DAYS)
        return {
            "ready": [("status", "=", "due")],
            "blocked": [("status", "in", ("blocked", "failed", "crediting"))],
            "held": [("status", "=", "held"), ("order_id.state", "=", "sale")],
            "late": [("planned_date", "<", today), *unattained],
            "upcoming": [("planned_date", ">=", today), ("planned_date", "<=", horizon), *unattained],
            "undated": [("planned_date", "=", False), ("status", "in", ("planned", "partial")), *unattained],
        }

    @api.model
    def _dashboard_tile(self, domain, measure, today):
        """Return how many milestones there are, and the sums of ``measure``, of credits and of what is attained."""
        sums = {"amounts": measure, "credits": "to_credit_amount", "attained": "waiting_amount"}
        groups = self._read_group(
            domain, ["company_id", "currency_id"], ["__count", *(f"{name}:sum" for name in sums.values())]
        )
        totals = {key: defaultdict(float) for key in sums}
        for company, currency, _count, *values in groups:
            target = company.sudo().currency_id
            for key, value in zip(sums, values, strict=True):
                if value or key == "amounts":
                    totals[key][target] += currency._convert(value or 0.0, target, company, today)
        return {
            "count": sum(group[2] for group in groups),
            **{key: self._dashboard_amounts(amounts) for key, amounts in totals.items()},
        }

    @api.model
    def _dashboard_amounts(self, amounts):
        return [{"currency_id": currency.id, "amount": currency.round(amount)} for currency, amount in amounts.items()]

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
