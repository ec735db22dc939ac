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
        """Begin today's run of each company in which something is due that is billed by itself, or add to it.

        Each company is committed by itself; one that fails is logged, tried again by the next call, and holds no other
        back.

        :return: for each company None, or the error that it raised
        """
        errors = []
        for company in self.env["res.company"].sudo().search([("active", "=", True)]):
            errors.append(self._safely(self.sudo().with_company(company)._begin_automatic_of, company))
            self._commit()
        return errors

    @api.model
    def _begin_automatic_of(self, company):
        today = company._billing_today()
        orders = self._find_due(company, today, by_itself=True)
        run = self.search([("company_id", "=", company.id), ("key", "=", f"{AUTOMATIC}{today}")])
        since = run._since() if run else self._first_day_open(company, today)
        known = run.invoice_ids._known_parts()
        drafts = self._plan(
            orders,
            today,
            since,
            by_itself=True,
            wanted=lambda draft: not self._only_waits(draft) and self._brings_new(draft, known),
        )
        if drafts:
            run = run or self._make(company, today, f"{AUTOMATIC}{today}", since=since, user_id=self.env.uid)
            run.invoice_ids._leave_to(drafts)
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

    @api.model
    def _brings_new(self, draft, known):
        """Return whether something of a draft of one order is not on today's run, or was not when it was kept back.

        What fails is so tried again with what became due since, and not over and over.

        :param dict known: as of ``_known_parts``
        """
        row = known.get((*draft.orders, draft.part))
        if not row or row.state in ("to_bill", "excluded"):
            return not row
        said = {(due["key"], due["amount"]) for due in row._own_contents()}
        return any((due.key, due.amount) not in said for due in draft.dues if not due.comes_off)


class BillingRunInvoice(models.Model):
    _inherit = "billing.run.invoice"

    def _known_parts(self):
        """Return those of these rows that made no invoice, by what they are of: ``{(id of an order, part): row}``."""
        rows = self.filtered(lambda row: row.state in ("to_bill", "blocked", "failed", "excluded")).sorted("id")
        return {part: row for row in rows for part in row._order_parts()}

    def _leave_to(self, drafts):
        """Take off those of these rows that are kept back the orders that are billed anew, on rows to come.

        :param drafts: ``engine.Draft``
        """
        anew = set().union(*(draft.order_parts for draft in drafts if draft.dues))
        kept = self.filtered(lambda row: row.state in ("blocked", "failed") and row._order_parts() & anew)
        for row in kept.try_lock_for_update():
            orders = {order for order, part in row._order_parts() & anew}
            row.order_ids = row.order_ids.filtered(lambda order, orders=orders: order.id not in orders)
            if not row.order_ids:
                row.unlink()
