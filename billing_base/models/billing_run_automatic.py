from datetime import timedelta

from odoo import api, fields, models

#: The beginning of the keys of what the clock began.
AUTOMATIC = "automatic/"


class BillingRun(models.Model):
    """What is billed by itself: a run for each company and day, to which is added what falls due on the day."""

    _inherit = "billing.run"

    since = fields.Date(
        readonly=True, help="The first day whose automatic billing was not begun before; billing days since then count."
    )

    def _since(self):
        """Return the first day whose billing days this run makes good; its own day where a person began it."""
        self.ensure_one()
        return self.since or self.day

    @api.model
    def _begin_automatic(self):
        """Begin today's run of each company in which something is due that is billed by itself, or add to it."""
        for company in self.env["res.company"].sudo().search([("active", "=", True)]):
            self.sudo().with_company(company)._begin_automatic_of(company)

    @api.model
    def _begin_automatic_of(self, company):
        today = company._billing_today()
        orders = self._find_due(company, today, by_itself=True)
        run = self.search([("company_id", "=", company.id), ("key", "=", f"{AUTOMATIC}{today}")])
        since = run._since() if run else self._first_day_open(company, today)
        known = run.invoice_ids.filtered(lambda row: row.state in ("to_bill", "blocked", "failed", "excluded"))
        known = known._order_parts()
        drafts = self._plan(
            orders,
            today,
            since,
            by_itself=True,
            wanted=lambda draft: not self._only_waits(draft) and (*draft.orders, draft.part) not in known,
        )
        if drafts:
            run = run or self._make(company, today, f"{AUTOMATIC}{today}", since=since, user_id=self.env.uid)
            run._add(drafts)
        if not company.billing_looked_on or company.billing_looked_on < today:
            company.billing_looked_on = today

    @api.model
    def _first_day_open(self, company, today):
        """Return the day after the last one that the clock looked at, today at the latest."""
        looked = company.billing_looked_on
        return min(looked + timedelta(days=1), today) if looked else today

    @api.model
    def _only_waits(self, draft):
        """Return whether a draft only waits for its billing day: nobody needs to read that every day."""
        return bool(draft.why) and draft.why["name"] == "waits_for_day"
