from odoo import api, fields, models
from odoo.addons.record_protection import reading
from odoo.addons.record_protection.refusals import read_argument
from odoo.exceptions import UserError
from odoo.tools import format_date, formatLang


class RevenueClose(models.Model):
    """The sentence on a close about its next step: what it does, and who may take it."""

    _inherit = "revenue.close"

    next_step = fields.Char(compute="_compute_next_step", compute_sudo=True)
    exception_count = fields.Integer(compute="_compute_button_counts", string="Number of Exceptions")
    move_count = fields.Integer(compute="_compute_button_counts", string="Number of Journal Entries")

    # === COMPUTE METHODS === #

    @api.depends("state", "contract_done", "exception_note", "prepared_by_id", "reversal_ids", "exception_ids")
    @api.depends_context("uid", "lang")
    def _compute_next_step(self):
        takes_part = self.env.user.has_group("revenue_recognition.group_revenue_accountant")
        for close in self:
            say = getattr(close, f"_next_when_{close.state}")
            watched = close._watched() if not takes_part else None
            close.next_step = watched or say()

    def _compute_button_counts(self):
        exceptions = dict(
            self.env["revenue.exception"]._read_group([("close_id", "in", self.ids)], ["close_id"], ["__count"])
        )
        for close in self:
            close.exception_count = exceptions.get(close, 0)
            close.move_count = len(close.move_ids)

    # === WHAT COMES NEXT === #

    def _next_when_draft(self):
        words = self.env._(
            "Compute it: every entry is shown before it exists. A revenue accountant does that; nothing is posted yet."
        )
        if self.env.user.has_group("revenue_recognition.group_revenue_controller"):
            alone = self.env._("Whoever computes it cannot approve it: if you do, another controller has to approve.")
            words = f"{words} {alone}"
        return words

    def _next_when_computing(self):
        return self.env._(
            "%(done)s of %(total)s contracts are worked out. The rest follows in the background; Continue takes it up "
            "again if it was interrupted.",
            done=self.contract_done,
            total=self.contract_count,
        )

    def _next_when_computed(self):
        if self.blocking_count and not (self.exception_note or "").strip():
            return self.env._(
                "Contracts left out: %s. See to their exceptions and compute again, or write down why they may be left "
                "out. Then a colleague approves.",
                self.blocking_count,
            )
        if self.prepared_by_id == self.env.user:
            return self.env._("You prepared it: another person, a revenue controller, has to approve it.")
        return self.env._(
            "Look through the entries and the exceptions, then approve %(figures)s. A revenue controller other than "
            "%(preparer)s does that.",
            figures=self._figures(),
            preparer=self.prepared_by_id.name,
        )

    def _next_when_approved(self):
        return self.env._("Post it to the ledger: %s. A revenue controller does that.", self._figures())

    def _next_when_posting(self):
        return self.env._(
            "The journal entries are being posted in the background; Continue takes it up again if it was interrupted."
        )

    def _next_when_posted(self):
        if self.kind == "reversal":
            words = self.env._("The period is open again: what %s booked is taken back.", self.reversed_id.name)
            return " ".join([words, *self._why_it_differs()])
        if self.reversal_ids:
            return self._next_when_reopened()
        return self.env._(
            "Lock it: nothing is posted to contracts through %(date)s any more. In the ledger by this close: "
            "%(figures)s. A revenue controller does that.",
            date=format_date(self.env, self.date),
            figures=self._figures(),
        )

    def _next_when_locked(self):
        if self.reversal_ids:
            return self._next_when_reopened()
        return self.env._("Nothing is left to do. What came in too late counts in the next close.")

    def _next_when_reopened(self):
        words = self.env._("It was reopened: %s took it back. Close the period again.", self.reversal_ids.name)
        return " ".join([words, *self._why_it_differs()])

    # === FIGURES === #

    def _figures(self):
        """Return what the close books, in words: how many journal items of which month, and the revenue among them."""
        postings = self.env["revenue.posting"]
        groups = postings._read_group(self._to_post_domain(), ["kind"], ["__count", "company_amount:sum"])
        count = sum(number for _kind, number, _amount in groups)
        if not count:
            return self.env._("nothing to book for %s", self._period_name())
        revenue = sum(amount for kind, _number, amount in groups if kind == "revenue")
        return self.env._(
            "%(items)s journal items for %(period)s, revenue of %(revenue)s among them",
            items=2 * count,
            period=self._period_name(),
            revenue=formatLang(self.env, revenue, currency_obj=self.company_currency_id),
        )

    def _period_name(self):
        """Return the month a close ends, or its last day where that is not the end of one."""
        if self.date == fields.Date.end_of(self.date, "month"):
            return format_date(self.env, self.date, date_format="MMMM y")
        return format_date(self.env, self.date)

    def _why_it_differs(self):
        """Return why subledger and ledger differ now that the period is open again."""
        texts = self._difference_texts(self.company_id, self._differences(self.company_id, self.date))
        return [self.env._("Until then subledger and ledger differ:"), *texts] if texts else []

    # === TURNS === #

    def _next_when_cancelled(self):
        return self.env._("It was given up; nothing of it is booked.")

    def _watched(self):
        """Return what an auditor waits for: nothing that an auditor could do."""
        if self.kind == "reversal" or self.reversal_ids:
            return None
        return {
            "draft": self.env._("It waits to be computed. Nothing is booked yet."),
            "computing": self.env._("The contracts are being worked out."),
            "computed": self.env._(
                "%s prepared it; it waits for the approval of another person.", self.prepared_by_id.name
            ),
            "approved": self.env._("It is approved, and waits to be posted."),
            "posting": self.env._("The journal entries are being posted."),
            "posted": self.env._("It is posted; the period is not locked yet."),
        }.get(self.state)

    # === ACTIONS === #

    def action_explain_exceptions(self, note):
        """Write down why contracts may be left out of a close.

        :param str note: the reason; it stays on the close
        :raises AccessError: for users who are no revenue accountants
        :raises UserError: without a reason, or when the close does not wait for approval
        """
        self.ensure_one()
        self._check_group("revenue_recognition.group_revenue_accountant")
        self._check_state("computed")
        note = read_argument(self.env, "note", reading.text, note)
        if not note.strip():
            raise UserError(self.env._("Say why contracts may be left out of %s.", self.name))
        self.sudo().exception_note = note.strip()

    def action_view_entries(self):
        """Open the rows of the subledger."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("revenue_recognition.action_revenue_entry")
        return {**action, "domain": [("close_id", "=", self.id)], "context": {"search_default_group_kind": 1}}

    def action_view_exceptions(self):
        """Open what has to be seen to."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("revenue_recognition.action_revenue_exception")
        return {**action, "name": self.env._("Exceptions"), "domain": [("close_id", "=", self.id)]}

    def action_view_moves(self):
        """Open the journal entries."""
        self.ensure_one()
        self.check_access("read")
        return self.move_ids._get_records_action(name=self.env._("Journal Entries"))
