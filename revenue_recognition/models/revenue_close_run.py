from odoo import api, fields, models
from odoo.addons.record_protection import reading
from odoo.addons.record_protection.refusals import read_argument
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..closing.states import STANDING

#: The steps of a close, in their order, with the states that each leads to.
STATES_AFTER = {
    "compute": ("computing", "computed"),
    "approve": ("approved",),
    "post": ("posting", "posted"),
    "lock": ("locked",),
}
STATES_IN_ORDER = ("draft", "computing", "computed", "approved", "posting", "posted", "locked")


class RevenueClose(models.Model):
    """The close for other systems: one step at a time, each safe to repeat."""

    _inherit = "revenue.close"

    @api.model
    def run(self, company: int | str, date: str, step: str, note: str | None = None, preview: bool = False) -> dict:
        """Take the close of a company and a day one step further.

        A step that is done already does nothing and returns the close as it is, so every call may be repeated. A
        large company's computing and posting go on in the background: call again until the state says so.

        :param company: id or name
        :param str date: the last day of the period, as ISO date
        :param str step: ``compute``, ``approve``, ``post`` or ``lock``
        :param str note: for ``approve``: why contracts may be left out, where some are; for ``lock``: why subledger and
            ledger may differ, where they do
        :param bool preview: for ``compute``: whether a period that is not over yet is only looked at, within the
            running month. It is approved, posted and locked from its last day on, computed anew by then
        :return: ``{"close": id, "name", "date", "state", "contracts", "done", "entries", "exceptions": [{"contract",
            "message", "blocking"}], "postings": [{"kind", "debit", "credit", "currency", "amount",
            "company_amount"}], "moves": [names], "difference": subledger less ledger, in the company's currency,
            "warnings": why the period may be another one than meant, in words}``. Exceptions and postings are the first
            1,000.
        :raises AccessError: for users without the step's group (accountants compute, controllers do the rest)
        :raises UserError: for an unknown company, day or step; a day to come; a step out of order; an approver who is
            the preparer; a locked or archived obstacle, by name; a difference to the ledger that nothing explains
        """
        step = read_argument(self.env, "step", reading.choice, step, STATES_AFTER)
        note = read_argument(self.env, "note", reading.text, note)
        group = "accountant" if step == "compute" else "controller"
        self.browse()._check_group(f"revenue_recognition.group_revenue_{group}")
        chosen, day = self._read_company(company), self._read_close_day(date)
        if step == "compute" and preview is not True:
            self._check_no_preview(chosen, day)
        close = self._find_close(chosen, day, step)
        if not close._is_past(step):
            if note and step == "approve":
                close.sudo().exception_note = note
            if note and step == "lock":
                close.sudo().difference_note = note
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
        raise UserError(
            self.env._("There is no close of %(date)s yet; compute it first.", date=format_date(self.env, day))
        )

    @api.model
    def _check_no_preview(self, company, day):
        """Refuse a day to come where nobody said that it is only looked at.

        :raises UserError: naming the argument
        """
        today = company._revenue_today()
        if today < day <= fields.Date.end_of(today, "month"):
            raise UserError(
                self.env._(
                    "date: %(date)s has not come yet. To look at the running month, pass preview = true; it is booked "
                    "from that day on.",
                    date=format_date(self.env, day),
                )
            )

    def _is_past(self, step):
        """Return whether a step is done already; computing again is done by hand."""
        return self.state != "computing" and STATES_IN_ORDER.index(self.state) >= STATES_IN_ORDER.index(
            STATES_AFTER[step][-1]
        )

    @api.model
    def _read_company(self, company):
        companies = self.env["res.company"]
        if isinstance(company, int) and not isinstance(company, bool):
            companies = self.env.companies.filtered(lambda one: one.id == company)
        elif isinstance(company, str):
            companies = self.env.companies.filtered(lambda one: one.name == company)
        if len(companies) != 1:
            raise UserError(self.env._("company: none of yours is %s", reading.quoted(company)))
        return companies

    @api.model
    def _read_close_day(self, day):
        return read_argument(self.env, "date", reading.day, day)

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
                {"contract": exception.contract_id.id, "message": exception.message, "blocking": exception.blocking}
                for exception in close.exception_ids[:1000]
            ],
            "postings": [posting._plain() for posting in close.posting_ids[:1000]],
            "moves": close.move_ids.mapped("name"),
            "difference": close.difference,
            "warnings": close._period_warnings() if close.state not in STANDING else [],
        }
