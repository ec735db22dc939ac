import logging
from random import uniform
from time import monotonic, sleep

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL, config

from ..closing import Computation, total_postings

_logger = logging.getLogger(__name__)

#: Contracts worked out at a time: memory stays flat, and a query reads them all. A system parameter may say otherwise.
CHUNK = ("revenue_recognition.chunk", 4000)
#: From so many contracts on a close is computed in the background, committed part by part; likewise.
CONTRACTS_AT_ONCE = ("revenue_recognition.background", 5000)
#: How many seconds a scheduled action goes on before it begins anew; never more than half of what Odoo gives it.
WORK_SECONDS = 60
#: How often a part is tried that others got in the way of.
TRIES = 5


class RevenueClose(models.Model):
    """Computing: every entry before it exists."""

    _inherit = "revenue.close"

    def _compute(self):
        """Work out all contracts and write what has to be booked.

        A small company is done at once. A large one is done in the background, part by part, by as many workers as
        there are for scheduled actions; each commits its part, so one that was interrupted loses no more than that.
        """
        self._lock_row()
        self._check_state("draft", "computing", "computed")
        if self.state != "computing":
            self._start()
        if self.contract_count - self.contract_done > self._parameter(*CONTRACTS_AT_ONCE):
            self._wake()
        else:
            computation = Computation(self)
            while self._compute_part(computation) or self._divide():
                pass
            self._finish()

    def _start(self):
        """Begin anew: forget what was computed before."""
        self._check_period()
        self._forget()
        self.env["sale.order.line"]._revenue_sync_all_delivered(self.company_id)
        self.write(
            {
                "state": "computing",
                "granularity": self.company_id.revenue_granularity,
                "prepared_by_id": self.env.uid,
                "prepared_at": fields.Datetime.now(),
                "exception_note": False,
                "failure": False,
                "contract_count": 0,
            }
        )
        self.env["revenue.obligation"]._follow_lines(self.company_id)
        self._divide()

    def _divide(self):
        """Divide the contracts that are in no part yet; return whether there were any."""
        self.env.flush_all()
        count = self.part_ids._divide(self, self._parameter(*CHUNK))
        if count:
            self.contract_count += count
        return bool(count)

    @api.model
    def _parameter(self, name, default):
        """Return a whole number from the system parameters."""
        value = self.env["ir.config_parameter"].sudo().get_param(name)
        return int(value) if value and value.isdigit() and int(value) else default

    def _contract_domain(self):
        return [("company_id", "=", self.company_id.id), ("date", "<=", self.date)]

    def _compute_part(self, computation):
        """Work out the contracts of a part that nobody is at.

        :param computation: a :class:`~..closing.Computation`
        :return: whether there was one
        """
        part = self.part_ids._take_next(self)
        if not part:
            return False
        contracts = part._contracts()
        # Asked for by state, which reads no record: of a thousand contracts hardly one is a draft.
        contracts.search([("id", "in", contracts.ids), ("state", "=", "draft")])._review()
        self.env.flush_all()
        self._note_problems(computation.book(contracts.ids))
        part.done = True
        self.env.flush_all()
        self.env.invalidate_all()
        return True

    def _note_problems(self, loaded):
        loaded = list(loaded)
        self._note((one.id, problem) for one in loaded for problem in one.problems)
        contracts = self.env["revenue.contract"]
        blocked = [(contracts.browse(one.id), one.problems) for one in loaded if one.blocked()]
        self.env["revenue.exception"]._note_blocking(blocked)

    def _finish(self):
        """Note what concerns the close as a whole; it waits for approval then."""
        self.env.flush_all()
        total_postings(self.env.cr, self.id)
        self.env.invalidate_all()
        self._note_late_evidence()
        self._note_proposals()
        self._note_moved()
        self._note_other_projects()
        self.state = "computed"
        self.part_ids.unlink()

    def _forget(self):
        """Drop what was computed."""
        self.env.flush_all()
        for table in ("revenue_entry", "revenue_posting", "revenue_exception", "revenue_close_part"):
            self.env.cr.execute(SQL("DELETE FROM %s WHERE close_id = %s", SQL.identifier(table), self.id))
        self.env.invalidate_all()

    # === BACKGROUND === #

    def _wake(self):
        """Have the work go on in the background, as soon as this transaction is committed."""
        self.env.ref("revenue_recognition.cron_close")._trigger()
        if self.state == "computing":
            self.env.ref("revenue_recognition.cron_close_help")._trigger()

    @api.model
    def _cron_work(self):
        """Go on with closes that are computing or posting, committing each part.

        Two scheduled actions do this, so that two workers may share the computing of a large close.
        """
        end = monotonic() + self._work_seconds()
        for close in self.search([("state", "in", ("computing", "posting"))]):
            close._work_or_say_why(end)

    @api.model
    def _work_seconds(self):
        """Return how long a scheduled action goes on: Odoo ends a server whose action takes longer than its limit."""
        limit = config["limit_time_real_cron"]
        limit = config["limit_time_real"] if limit < 0 else limit
        return min(WORK_SECONDS, limit / 2) if limit else WORK_SECONDS

    def _work_or_say_why(self, end):
        """Go on with a close; what stops it is written on it, for the people who wait.

        :param float end: see :meth:`_work`
        """
        try:
            self._work(end)
        except Exception as error:
            self.env.cr.rollback()
            _logger.exception("%s can't go on", self.name)
            self.failure = str(error) or repr(error)
            self.env["ir.cron"]._commit_progress(1)

    def _work(self, end=float("inf")):
        """Do the rest of the work of one close, with a commit after each part.

        A part that another transaction got in the way of is done again.

        :param float end: when (``time.monotonic``) to begin no further part, and to have the rest done anew
        """
        computation = Computation(self)
        going, tries = True, 0
        while going:
            if monotonic() >= end:
                self._wake()
                # A trigger lets other scheduled actions run first. With ``remaining`` Odoo would run it again at once.
                self.env["ir.cron"]._commit_progress(remaining=0)
                return
            try:
                going = self._work_part(computation)
                self.env["ir.cron"]._commit_progress(1, remaining=int(going))
                tries = 0
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                tries += 1
                if tries == TRIES:
                    raise
                self.env.cr.rollback()
                sleep(uniform(0, 0.2))

    def _work_part(self, computation):
        """Do one part; return whether to go on."""
        self.invalidate_recordset()
        # Looked at before: somebody may be posting it for minutes, which is not waited for.
        if self.state == "computing" and self._hold("FOR SHARE") == "computing":
            # The commit need not wait for the disk: a part lost in a power cut is computed again.
            self.env.cr.execute("SET LOCAL synchronous_commit TO OFF")
            return self._compute_part(computation) or self._finish_if_done()
        # A close that waits for people is not locked, not even for a moment.
        return self.state == "posting" and self._post_next_part()

    def _finish_if_done(self):
        """Finish a close of which no part is left to take; return whether there is something to do after all.

        Whoever finds nothing left tries it alone, so that the last one of several workers succeeds.
        """
        self.env["ir.cron"]._commit_progress()
        if self._hold("FOR UPDATE") != "computing":
            return True
        if self.part_ids.filtered(lambda part: not part.done) or self._divide():
            return True
        self._finish()
        return False

    def _post_next_part(self):
        """Post a part unless another worker is at it; return whether to go on."""
        self.env["ir.cron"]._commit_progress()
        if not self.try_lock_for_update():
            return False
        self.invalidate_recordset()
        return self.state == "posting" and self._post_part()

    def _hold(self, how):
        """Lock the close until the end of the transaction; return its state.

        :param str how: FOR SHARE lets other workers compute beside this one, FOR UPDATE nobody
        """
        query = SQL("SELECT state FROM revenue_close WHERE id = %s %s", self.id, SQL(how))
        [(state,)] = self.env.execute_query(query)
        self.invalidate_recordset()
        return state
