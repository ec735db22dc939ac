from odoo import fields, models
from odoo.addons.record_protection import reading
from odoo.addons.record_protection.refusals import read_argument
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL, format_date

from ..closing.states import AT_WORK
from ..closing.writer import DOCUMENTS

#: Postings that make one journal entry: few, large entries. A system parameter may say otherwise.
POSTINGS_PER_MOVE = ("revenue_recognition.postings_per_move", 500)
#: From so many postings on a close is posted in the background. A system parameter may say otherwise.
POSTINGS_AT_ONCE = ("revenue_recognition.background_postings", 2000)


class RevenueClose(models.Model):
    """Posting: from the subledger to the ledger, once."""

    _inherit = "revenue.close"

    def _post(self):
        """Post what is approved.

        :raises UserError: when a lock date, an archived account or a contract that was cancelled meanwhile stands in
            the way; nothing is posted then
        """
        self._lock_row()
        self._check_state("approved", "posting")
        self._check_over()
        self._check_may_post()
        if self.state == "approved":
            self.write({"state": "posting", "posted_by_id": self.env.uid})
        background = self._parameter(*POSTINGS_AT_ONCE)
        if len(self._waiting_postings(limit=background + 1)) > background:
            self._wake()
        else:
            while self._post_part():
                pass

    def _post_part(self):
        """Post one journal entry.

        :return: whether there was something left to post; after the last part the close is posted
        """
        waiting = self._waiting_postings(limit=self._parameter(*POSTINGS_PER_MOVE))
        if not waiting:
            self.write({"state": "posted", "posted_at": fields.Datetime.now()})
            return False
        # A transaction that began before this one ends does not see its entry: that the close itself is changed keeps
        # it from locking the close and posting the same again.
        self.parts_posted += 1
        first = waiting[0]
        part = waiting.filtered(lambda one: (one.journal_id, one.currency_id) == (first.journal_id, first.currency_id))
        self._check_journals(first.journal_id)
        move = self.env["account.move"].create(self._move_values(part))
        move._post(soft=False)
        if move.date != self.date:
            day = format_date(self.env, move.date)
            raise UserError(self.env._("Odoo moved %(close)s to %(date)s.", close=self.name, date=day))
        return True

    def _waiting_postings(self, limit=None):
        """Return postings that are not in the ledger yet, those of one journal entry together."""
        return self.env["revenue.posting"].search(
            [
                ("close_id", "=", self.id),
                ("kind", "!=", "billing"),
                "|",
                ("amount", "!=", 0),
                ("company_amount", "!=", 0),
                ("line_ids", "=", False),
            ],
            order="journal_id, currency_id, id",
            limit=limit,
        )

    def _move_values(self, postings):
        return {
            "move_type": "entry",
            "journal_id": postings[0].journal_id.id,
            "company_id": self.company_id.id,
            "currency_id": postings[0].currency_id.id,
            "date": self.date,
            "ref": self.name,
            "line_ids": [Command.create(values) for posting in postings for values in posting._line_values()],
        }

    # === CHECKS === #

    def _check_may_post(self):
        """Refuse a close that cannot be posted on its date.

        :raises UserError: naming what stands in the way, and what to do
        """
        groups = self.env["revenue.posting"]._read_group(
            [("close_id", "=", self.id), ("kind", "!=", "billing")],
            aggregates=["journal_id:recordset", "debit_account_id:recordset", "credit_account_id:recordset"],
        )
        journals, debited, credited = groups[0]
        self._check_journals(journals)
        accounts = (debited | credited).filtered(lambda account: not account.active)
        if accounts:
            raise UserError(
                self.env._(
                    "%(close)s can't be posted: the account %(account)s is archived. Use it again first.",
                    close=self.name,
                    account=accounts[0].display_name,
                )
            )
        self._check_contracts()

    def _check_journals(self, journals):
        """Ask Odoo's lock dates: it would move the entries to another day without a word.

        :raises UserError: naming the lock
        """
        for journal in journals:
            locks = self.company_id._get_violated_lock_dates(self.date, False, journal)
            if locks:
                raise UserError(
                    self.env._(
                        "%(close)s can't be posted: %(locks)s. Have the lock date moved, or close later.",
                        close=self.name,
                        locks=self._lock_names(locks),
                    )
                )

    def _check_contracts(self):
        """Refuse what was computed of contracts that are no longer active."""
        self.env["revenue.contract"].flush_model(["state"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT k.name FROM revenue_contract k
                 WHERE k.company_id = %s AND k.state != 'active' AND EXISTS (
                       SELECT 1 FROM revenue_entry e
                        WHERE e.contract_id = k.id AND e.close_id = %s AND e.kind NOT IN %s)
                 LIMIT 1
                """,
                self.company_id.id,
                self.id,
                DOCUMENTS,
            )
        )
        if rows and self.kind == "close":
            raise UserError(
                self.env._(
                    "%(contract)s was cancelled after %(close)s was computed. Compute it again.",
                    contract=rows[0][0],
                    close=self.name,
                )
            )

    def _lock_names(self, locks):
        """Return lock dates as people know them."""
        fields_of = self.env["res.company"].fields_get([field for _date, field in locks], ["string"])
        return ", ".join(f"{fields_of[field]['string']} {format_date(self.env, date)}" for date, field in locks)

    # === REOPENING === #

    def _reopen(self, reason):
        if not read_argument(self.env, "reason", reading.text, reason).strip():
            raise UserError(self.env._("Say why %s is opened again.", self.name))
        self._lock_row()
        self._check_state("posted", "locked")
        last = self._last_posted(self.company_id)
        if self.kind != "close" or self.reversal_ids or last != self:
            raise UserError(self.env._("Only the last close that stands can be opened again: %s.", last.name or "-"))
        self._check_another_reopens()
        if self.search_count(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "in", AT_WORK),
            ],
            limit=1,
        ):
            raise UserError(self.env._("Another close is at work; finish or cancel it first."))
        reversal = self.create(
            {
                "company_id": self.company_id.id,
                "date": self.date,
                "kind": "reversal",
                "reversed_id": self.id,
                "reason": reason.strip(),
            }
        )
        reversal._mirror(self)
        return reversal

    def _check_another_reopens(self):
        """Refuse that whoever locked a month opens it again alone, where the company wants another person for it.

        :raises UserError: naming who may
        """
        company = self.company_id
        if company.revenue_reopen_by_another and self.state == "locked" and self.locked_by_id == self.env.user:
            reason = self.env._("%s was locked by you: another revenue controller has to reopen it.", self.name)
            raise UserError(reason)

    def _mirror(self, close):
        """Write and post the mirror image of a close."""
        now = fields.Datetime.now()
        self.write({"granularity": close.granularity, "prepared_by_id": self.env.uid, "prepared_at": now})
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH mirrored AS (
                    INSERT INTO revenue_posting (close_id, company_id, date, kind, journal_id, debit_account_id,
                           credit_account_id, currency_id, analytic_distribution, contract_id, partner_id, amount,
                           company_amount, rows)
                    SELECT %(new)s, company_id, date, kind, journal_id, debit_account_id, credit_account_id,
                           currency_id, analytic_distribution, contract_id, partner_id, -amount, -company_amount, rows
                      FROM revenue_posting WHERE close_id = %(old)s ORDER BY id
                    RETURNING id
                ), pairs AS (
                    SELECT before.id AS old_id, after.id AS new_id
                      FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS n FROM revenue_posting
                             WHERE close_id = %(old)s) before
                      JOIN (SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS n FROM mirrored) after USING (n)
                )
                INSERT INTO revenue_entry (close_id, posting_id, contract_id, obligation_id, kind, amount,
                       company_amount, cumulative, allocated, progress)
                SELECT %(new)s, pairs.new_id, e.contract_id, e.obligation_id, e.kind, -e.amount, -e.company_amount,
                       e.cumulative - e.amount, e.allocated, e.progress
                  FROM revenue_entry e JOIN pairs ON pairs.old_id = e.posting_id
                """,
                new=self.id,
                old=close.id,
            )
        )
        self.env.invalidate_all()
        self.write({"state": "posting", "posted_by_id": self.env.uid})
        self._set_lock_back()
        self._check_may_post()
        while self._post_part():
            pass

    def _set_lock_back(self):
        """Unlock the period: revenue is locked through the last close before it that is locked and stands."""
        before = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("kind", "=", "close"),
                ("state", "=", "locked"),
                ("reversal_ids", "=", False),
                ("id", "!=", self.reversed_id.id),
            ],
            order="date desc",
            limit=1,
        )
        self.company_id.revenue_lock_date = before.date
