import logging

from odoo import api, fields, models
from odoo.tools import SQL

from ..closing import Computation

_logger = logging.getLogger(__name__)

#: Contracts worked out at a time: memory stays flat, and a query reads them all. A system parameter may say otherwise.
CHUNK = ("revenue_recognition.chunk", 1000)
#: From so many contracts on a close is computed in the background, committed chunk by chunk; likewise.
BACKGROUND = ("revenue_recognition.background", 5000)


class RevenueClose(models.Model):
    """Computing: every entry before it exists."""

    _inherit = "revenue.close"

    def _compute(self):
        """Work out all contracts and write what has to be booked.

        A small company is done at once. A large one is done in the background, in chunks that
        are committed; one that was interrupted goes on behind its last chunk.
        """
        self._take()
        self._in_state("draft", "computing", "computed")
        if self.state != "computing":
            self._start()
        if self.contract_count - self.contract_done > self._parameter(*BACKGROUND):
            self._wake()
        else:
            computation = Computation(self)
            while self._compute_chunk(computation):
                pass

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
                "last_contract_id": 0,
                "contract_done": 0,
                "contract_count": self.env["revenue.contract"].search_count(self._contract_domain()),
            }
        )

    @api.model
    def _parameter(self, name, default):
        """Return a whole number from the system parameters."""
        value = self.env["ir.config_parameter"].sudo().get_param(name)
        return int(value) if value and value.isdigit() and int(value) else default

    def _contract_domain(self):
        return [("company_id", "=", self.company_id.id), ("date", "<=", self.date)]

    def _compute_chunk(self, computation):
        """Work out the next contracts.

        :param computation: a :class:`~..closing.Computation`
        :return: whether there were any; after the last one the close is computed
        """
        contracts = self.env["revenue.contract"].search(
            [*self._contract_domain(), ("id", ">", self.last_contract_id)], order="id", limit=self._parameter(*CHUNK)
        )
        if not contracts:
            self._finish()
            return False
        # Asked for by state, which reads no record: of a thousand contracts hardly one is a draft.
        contracts.search([("id", "in", contracts.ids), ("state", "=", "draft")])._review()
        self.env.flush_all()
        self._note_problems(computation.book(contracts.ids))
        self.write(
            {"last_contract_id": contracts[-1].id, "contract_done": self.contract_done + len(contracts)},
        )
        self.env.flush_all()
        self.env.invalidate_all()
        return True

    def _note_problems(self, loaded):
        exceptions = self.env["revenue.exception"]
        values = []
        for one in loaded:
            contract = self.env["revenue.contract"].browse(one.id)
            values += [{**exceptions._values(contract, problem), "close_id": self.id} for problem in one.problems]
        exceptions.create(values)

    def _finish(self):
        """Note what concerns the close as a whole; it waits for approval then."""
        self._note_late_evidence()
        self._note_proposals()
        self.state = "computed"

    def _forget(self):
        """Drop what was computed."""
        self.env.flush_all()
        for table in ("revenue_entry", "revenue_posting", "revenue_exception"):
            self.env.cr.execute(SQL("DELETE FROM %s WHERE close_id = %s", SQL.identifier(table), self.id))
        self.env.invalidate_all()

    # === BACKGROUND === #

    def _wake(self):
        """Have the work go on in the background, as soon as this transaction is committed."""
        self.env.ref("revenue_recognition.cron_close")._trigger()

    @api.model
    def _cron_work(self):
        """Go on with closes that are computing or posting, committing each chunk."""
        for close in self.search([("state", "in", ("computing", "posting"))]):
            if close.try_lock_for_update():
                close._work_or_say_why()

    def _work_or_say_why(self):
        """Go on with a close; what stops it is written on it, for the people who wait."""
        try:
            self._work()
        except Exception as error:
            self.env.cr.rollback()
            _logger.exception("%s can't go on", self.name)
            self.failure = str(error) or repr(error)
            self.env["ir.cron"]._commit_progress(1)

    def _work(self):
        """Do the rest of the work of one close, with a commit after each part."""
        progress = self.env["ir.cron"]._commit_progress
        computation = Computation(self)
        going = True
        while going and self.state in ("computing", "posting"):
            left = self._compute_chunk(computation) if self.state == "computing" else self._post_part()
            progress(1, remaining=int(left))
            going = left and self.try_lock_for_update()
