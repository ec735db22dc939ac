"""Which period a close is of: the day it proposes, and the days it refuses or warns of."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..closing.states import AT_WORK, STANDING


class RevenueClose(models.Model):
    """A period that is over is closed; the running month may be looked at; the future may not.

    A close of the running month is a preview: what is still to happen until its last day is missing. So it is
    computed as often as anybody likes, and approved, posted and locked from its last day on, once it was computed anew.
    """

    _inherit = "revenue.close"

    # === WHICH DAY === #

    @api.model
    def _default_date(self):
        """Return the last day of the first month that is open."""
        return self._first_open_end(self.env.company)

    @api.model
    def _first_open_end(self, company):
        """Return the last day of the first open month: after what is locked or posted, else the first with a contract;
        the month before where there is none.
        """
        closed = self._closed_through(company)
        if closed:
            return fields.Date.end_of(fields.Date.add(closed, days=1), "month")
        begun = self._first_contract_day(company)
        if begun:
            return fields.Date.end_of(begun, "month")
        return fields.Date.subtract(fields.Date.start_of(company._revenue_today(), "month"), days=1)

    @api.model
    def _closed_through(self, company):
        """Return the last day that is locked, or that a close that stands is of; or none."""
        days = [company.sudo().revenue_lock_date, self._last_posted(company).date]
        return max(filter(None, days), default=False)

    # === ONE AT A TIME === #

    @api.model
    def _at_work(self, company):
        """Return the close of a company that is begun and not posted yet, or none."""
        return self.search([("company_id", "=", company.id), ("state", "in", AT_WORK)], limit=1)

    @api.model
    def _check_none_at_work(self, vals):
        """Refuse a second close of a company, by name; the database does so for two made at the same moment.

        :raises UserError: naming the one at work
        """
        company = self.env["res.company"].browse(vals.get("company_id") or self.env.company.id)
        other = self.sudo()._at_work(company) if vals.get("kind", "close") == "close" else self.browse()
        if other:
            raise UserError(other._at_work_text())

    @api.onchange("company_id")
    def _onchange_company_at_work(self):
        """Say so as soon as a second close is begun, not when it is saved."""
        other = self._at_work(self.company_id) if not self._origin else self.browse()
        if other:
            return {"warning": {"title": self.env._("A close is at work"), "message": other._at_work_text()}}
        return None

    def _at_work_text(self):
        return self.env._(
            "%(close)s is at work (%(state)s), and a company has one close at work at a time: finish it or cancel it "
            "first.",
            close=self.name,
            state=self._state_label(),
        )

    # === REFUSALS === #

    def _check_period(self):
        """Refuse a close of a period that is locked, before one that is posted, or after the running month.

        :raises UserError: with what stands in the way
        """
        locked = self.company_id.sudo().revenue_lock_date
        if locked and self.date <= locked:
            reason = self.env._(
                "Revenue is locked through %(date)s. Close a later day, or have the period reopened.",
                date=format_date(self.env, locked),
            )
            raise UserError(reason)
        last = self._last_posted(self.company_id)
        if last and self.date < last.date:
            reason = self.env._(
                "%(last)s is posted through %(date)s. Close that day or a later one.",
                last=last.name,
                date=format_date(self.env, last.date),
            )
            raise UserError(reason)
        self._check_begun()

    def _check_begun(self):
        """Refuse a close that ends after the running month.

        :raises UserError: with the day it is at the company
        """
        today = self.company_id._revenue_today()
        if self.date > fields.Date.end_of(today, "month"):
            raise UserError(
                self.env._(
                    "%(date)s is in the future: it is %(today)s at %(company)s. Close a period that is over.",
                    date=format_date(self.env, self.date),
                    today=format_date(self.env, today),
                    company=self.company_id.display_name,
                )
            )

    def _check_over(self):
        """Refuse to approve, post or lock before the last day of the period has come.

        :raises UserError: with the day from which it may be
        """
        if self._is_preview():
            raise UserError(
                self.env._(
                    "%(close)s ends on %(date)s, and what happens until then is missing: it can be looked at, not "
                    "booked. Compute it again on that day or later.",
                    close=self.name,
                    date=format_date(self.env, self.date),
                )
            )

    def _check_computed_after(self):
        """Refuse to approve what was computed before the last day of the period.

        :raises UserError: with the day it was computed on
        """
        computed = self.company_id._revenue_day_of(self.prepared_at)
        if computed and computed < self.date:
            raise UserError(
                self.env._(
                    "%(close)s was computed on %(day)s, before its last day. Compute it again, then approve it.",
                    close=self.name,
                    day=format_date(self.env, computed),
                )
            )

    def _is_preview(self):
        """Return whether the last day of the period has not come yet."""
        return self.date > self.company_id._revenue_today()

    # === STEPS === #

    def _approve(self):
        self._check_state("computed")
        self._check_over()
        self._check_computed_after()
        return super()._approve()

    def _lock(self):
        self._check_over()
        return super()._lock()

    # === WARNINGS === #

    def _missing_days(self):
        """Return what a close says of its period, as its steps show it; a preview waits for its last day."""
        found = [self._miss(text, blocking=False) for text in self._period_warnings()]
        if self.state == "computed" and self._is_preview():
            found[0]["blocking"] = True
        elif self.state == "computed":
            try:
                self._check_computed_after()
            except UserError as error:
                found.insert(0, self._miss(str(error), blocking=True))
        return found

    def _period_warnings(self):
        """Return, in words, why the period may be another one than meant."""
        found = []
        if self._is_preview():
            found.append(
                self.env._(
                    "The period is not over: this is a preview. It is approved and posted from %s on, once computed "
                    "again.",
                    format_date(self.env, self.date),
                )
            )
        begun = self._first_contract_day(self.company_id)
        if not begun or begun > self.date:
            found.append(self.env._("No contract had begun by then. Is the date the one you mean?"))
            return found
        closed = self._closed_before()
        start = fields.Date.add(closed, days=1) if closed else begun
        if self.date > fields.Date.end_of(start, "month"):
            found.append(
                self.env._(
                    "It covers more than a month: all from %(start)s through %(end)s counts in it.",
                    start=format_date(self.env, start),
                    end=format_date(self.env, self.date),
                )
            )
        if self.date != fields.Date.end_of(self.date, "month"):
            day = format_date(self.env, self.date)
            found.append(self.env._("It ends within a month: what comes after %s counts in the next close.", day))
        return found

    @api.model
    def _first_contract_day(self, company):
        """Return the first day on which a contract of a company began, or none."""
        groups = self.env["revenue.contract"]._read_group(
            [("company_id", "=", company.id), ("state", "!=", "cancelled")], aggregates=["date:min"]
        )
        return groups[0][0]

    def _closed_before(self):
        """Return the last day of the close before this one that stands, or none."""
        before = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("kind", "=", "close"),
                ("state", "in", STANDING),
                ("reversal_ids", "=", False),
                ("id", "!=", self._origin.id or 0),
            ],
            order="date desc",
            limit=1,
        )
        return before.date
