from collections import defaultdict

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError

#: How far ahead the tiles look: what is due, in days, and what ends or is renewed.
DUE_DAYS, ENDING_DAYS = 30, 90
#: Months of the chart, the running one included.
MONTHS = 12
#: Bars of the chart.
SERIES = ("new", "expansion", "reactivation", "pause", "contraction", "churn")
LIVING = ("upcoming", "free", "running", "paused", "ending")


class SubscriptionCharge(models.Model):
    """The dashboard of subscriptions: what they come to, how that moved, what needs a person."""

    _inherit = "subscription.charge"

    @api.model
    @api.readonly
    def get_dashboard(self) -> dict:
        """Return what subscriptions come to in a month, and what is near, of the companies the user works in now.

        :return: ``{"tiles", "chart"}``. ``tiles`` is ``{key: {"count", "amounts": [{"currency_id", "amount"}],
            "rate"}}``, untaxed, one amount per company currency: ``mrr`` and ``arr`` of today, ``net_new`` (all
            movements of this month up to today), ``churn`` (ended this month up to today; ``rate`` is its share of the
            MRR at the end of last month in percent, False where there was none), ``due_soon`` (due in 30 days),
            ``ending`` (their end, or that of their term, is in 90 days; what they come to in a month) and ``kept_back``
            (due, and kept back by something a person has to mend). ``chart`` is ``{"currency_id", "months":
            ["YYYY-MM-01"], "series": {kind: [amount]}, "mrr": [amount]}`` of twelve months in the currency of the
            current company.
        :raises AccessError: for anybody but people of the company who may read subscriptions
        """
        if not self.env.user._is_internal() or not self.has_access("read"):
            raise AccessError(self.env._("The dashboard of subscriptions is for salespeople and who invoices."))
        today = self.env.company._billing_today()
        return {"tiles": self._dashboard_tiles(today), "chart": self._dashboard_chart(today)}

    @api.model
    def _dashboard_domains(self, today):
        """Return the domains of the tiles that count subscriptions; their filters say the same."""
        return {
            "mrr": [("stage", "in", LIVING)],
            "due_soon": [("next_due", "<=", today + relativedelta(days=DUE_DAYS))],
            "ending": self._ending_domain(today + relativedelta(days=ENDING_DAYS)),
            "kept_back": [("is_kept_back", "=", True)],
        }

    @api.model
    def _ending_domain(self, day):
        """Return the domain of what ends by a day (date), or comes to the end of its term."""
        return [("stage", "in", LIVING), "|", ("last_day", "<=", day), ("term_last_day", "<=", day)]

    @api.model
    def _dashboard_tiles(self, today):
        month = today.replace(day=1)
        before = month - relativedelta(days=1)
        counted = {key: self._dashboard_count(domain) for key, domain in self._dashboard_domains(today).items()}
        mrr = self._moved([("day", "<=", today)])
        lost = self._moved([("day", ">=", month), ("day", "<=", today), ("kind", "=", "churn")])
        return {
            "mrr": {"count": counted["mrr"]["count"], "amounts": self._dashboard_amounts(mrr), "rate": False},
            "arr": self._dashboard_tile(mrr, 12),
            "net_new": self._dashboard_tile(self._moved([("day", ">=", month), ("day", "<=", today)])),
            "churn": dict(
                self._dashboard_tile(lost), rate=self._dashboard_rate(lost, self._moved([("day", "<=", before)]))
            ),
            **{name: counted[name] for name in ("due_soon", "ending", "kept_back")},
        }

    @api.model
    def _moved(self, domain):
        """Return what movements come to by company: ``{res.company: amount}``."""
        companies = [("company_id", "in", self.env.companies.ids)]
        groups = self.env["subscription.movement"]._read_group(
            domain + companies, ["company_id"], ["company_amount:sum"]
        )
        return defaultdict(float, groups)

    @api.model
    def _dashboard_tile(self, amounts, times=1):
        return {"count": 0, "amounts": self._dashboard_amounts(amounts, times), "rate": False}

    @api.model
    def _dashboard_amounts(self, amounts, times=1):
        """Return amounts by company as one for each of their currencies."""
        totals = defaultdict(float)
        for company in self.env.companies:
            totals[company.sudo().currency_id] += amounts.get(company, 0.0) * times
        return [{"currency_id": currency.id, "amount": currency.round(total)} for currency, total in totals.items()]

    @api.model
    def _dashboard_rate(self, lost, before):
        """Return which share, in percent, of what there was is lost; False where there was nothing.

        Companies of other currencies are summed at today's rates.
        """
        company, today = self.env.company, self.env.company._billing_today()
        sums = []
        for amounts in (lost, before):
            sums.append(
                sum(
                    own.sudo().currency_id._convert(amount, company.currency_id, company, today, round=False)
                    for own, amount in amounts.items()
                )
            )
        return round(-100.0 * sums[0] / sums[1], 1) + 0.0 if sums[1] > 0 else False

    @api.model
    def _dashboard_count(self, domain):
        domain = [*domain, ("company_id", "in", self.env.companies.ids)]
        groups = self._read_group(domain, ["company_id"], ["__count", "company_mrr:sum"])
        amounts = {company: amount for company, _count, amount in groups}
        return {
            "count": sum(count for _company, count, _amount in groups),
            "amounts": self._dashboard_amounts(amounts) if amounts else [],
            "rate": False,
        }

    @api.model
    def _dashboard_chart(self, today):
        company = self.env.company
        first = today.replace(day=1) - relativedelta(months=MONTHS - 1)
        months = [first + relativedelta(months=number) for number in range(MONTHS)]
        own = [("company_id", "=", company.id)]
        Movement = self.env["subscription.movement"]
        [[start]] = Movement._read_group([*own, ("day", "<", first)], aggregates=["company_amount:sum"])
        groups = Movement._read_group(
            [*own, ("day", ">=", first), ("day", "<=", today)], ["day:month", "kind"], ["company_amount:sum"]
        )
        found = {(month, kind): amount for month, kind, amount in groups}
        total, mrr, round_off = start or 0.0, [], company.currency_id.round
        for month in months:
            total += sum(amount for (moved, _kind), amount in found.items() if moved == month)
            mrr.append(round_off(total))
        series = {
            kind: [company.currency_id.round(found.get((month, kind), 0.0)) for month in months] for kind in SERIES
        }
        return {
            "currency_id": company.currency_id.id,
            "months": [fields.Date.to_string(month) for month in months],
            "series": series,
            "mrr": mrr,
        }
