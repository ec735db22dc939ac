from datetime import date as day_of

from odoo import api, models
from odoo.exceptions import UserError

#: The steps of a close, in their order, with the states that each leads to.
STEPS = {
    "compute": ("computing", "computed"),
    "approve": ("approved",),
    "post": ("posting", "posted"),
    "lock": ("locked",),
}
#: Years a close may be of: a slip of the pen is none of these.
YEARS = range(1900, 3000)
ORDER = ("draft", "computing", "computed", "approved", "posting", "posted", "locked")


class RevenueClose(models.Model):
    """The close for other systems: one step at a time, each safe to repeat."""

    _inherit = "revenue.close"

    @api.model
    def run(self, company: int | str, date: str, step: str, note: str | None = None) -> dict:
        """Take the close of a company and a day one step further.

        A step that is done already does nothing and returns the close as it is, so every call may be repeated. A
        large company's computing and posting go on in the background: call again until the state says so.

        :param company: id or name
        :param str date: the last day of the period, as ISO date
        :param str step: ``compute``, ``approve``, ``post`` or ``lock``
        :param str note: for ``approve``: why contracts may be left out, where some are
        :return: ``{"close": id, "name", "date", "state", "contracts", "done", "entries", "exceptions": [{"contract",
            "message", "blocking"}], "postings": [{"kind", "debit", "credit", "currency", "amount",
            "company_amount"}], "moves": [names], "difference": subledger less ledger, in the company's currency}``.
            Exceptions and postings are the first 1,000.
        :raises AccessError: for users without the step's group (accountants compute, controllers do the rest)
        :raises UserError: for an unknown company, day or step; a step out of order; an approver who is the preparer; a
            locked or archived obstacle, by name
        """
        if not isinstance(step, str) or step not in STEPS:
            raise UserError(self.env._("step: one of %(steps)s, not %(step)s", steps=", ".join(STEPS), step=repr(step)))
        group = "accountant" if step == "compute" else "controller"
        self.browse()._check_group(f"revenue_recognition.group_revenue_{group}")
        close = self._find_close(self._read_company(company), self._read_close_day(date), step)
        if not close._is_past(step):
            if note and step == "approve":
                close.sudo().exception_note = str(note)
            getattr(close, f"action_{step}")()
        return close._summary()

    @api.model
    def _find_close(self, company, day, step):
        """Return the close of a day that stands or is at work; the first step makes one."""
        found = self.search(
            [
                ("company_id", "=", company.id),
                ("date", "=", day),
                ("kind", "=", "close"),
                ("state", "!=", "cancelled"),
                ("reversal_ids", "=", False),
            ],
            order="id desc",
            limit=1,
        )
        if found or step == "compute":
            return found or self.create({"company_id": company.id, "date": day})
        raise UserError(self.env._("There is no close of %(date)s yet; compute it first.", date=day))

    def _is_past(self, step):
        """Return whether a step is done already; computing again is done by hand."""
        return self.state != "computing" and ORDER.index(self.state) >= ORDER.index(STEPS[step][-1])

    @api.model
    def _read_company(self, company):
        companies = self.env["res.company"]
        if isinstance(company, int) and not isinstance(company, bool):
            companies = self.env.companies.filtered(lambda one: one.id == company)
        elif isinstance(company, str):
            companies = self.env.companies.filtered(lambda one: one.name == company)
        if len(companies) != 1:
            raise UserError(self.env._("company: none of yours is %s", repr(company)[:60]))
        return companies

    @api.model
    def _read_close_day(self, day):
        try:
            found = day_of.fromisoformat(day)
        except (TypeError, ValueError) as error:
            raise UserError(self.env._("date: no ISO date: %s", repr(day)[:60])) from error
        if found.year not in YEARS:
            raise UserError(self.env._("date: not between 1900 and 2999: %s", day))
        return found

    def _summary(self):
        """Return the close as plain values; see :meth:`run`."""
        self.invalidate_recordset()
        close = self.sudo()
        return {
            "close": close.id,
            "name": close.name,
            "date": close.date.isoformat(),
            "state": close.state,
            "contracts": close.contract_count,
            "done": close.contract_done,
            "entries": close.entry_count,
            "exceptions": [
                {"contract": one.contract_id.id, "message": one.message, "blocking": one.blocking}
                for one in close.exception_ids[:1000]
            ],
            "postings": [one._plain() for one in close.posting_ids[:1000]],
            "moves": close.move_ids.mapped("name"),
            "difference": close.difference,
        }
