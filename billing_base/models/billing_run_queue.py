import logging
from time import monotonic

from odoo import api, fields, models

from ..engine.pace import Pace
from .billing_queue import IN_THE_WAY, Conflicts

_logger = logging.getLogger(__name__)

#: How long billing goes on that somebody waits for: well inside the limits of a request.
REQUEST_SECONDS = 25


class BillingRun(models.Model):
    """Runs at work, batch by batch, each committed. Any number of workers may go on with runs at once.

    The rows of a batch are locked; what another worker has in hand is passed by. Killed at any moment, nothing of the
    batch in hand remains, and the next worker takes it up.
    """

    _name = "billing.run"
    _inherit = ["billing.run", "billing.queue"]

    @api.model
    def _cron_bill(self):
        """Begin what is billed by itself today, and go on with all runs (called by the clock).

        :raises Exception: once all is done, what failed of it first
        """
        end = monotonic() + min(self._commit(), 10**9)
        errors = [self._refresh_holds(), *self._begin_automatic()]
        if not self._drain(end):
            self._wake()
            self._commit(remaining=1)
        # Logged alone, nobody would see it.
        self._raise_failure(errors)

    @api.model
    def _refresh_holds(self):
        """Start and end holds whose day has come; another worker may be just doing so.

        :return: None, or the error that it raised
        """
        error = self._safely(self.env["billing.hold"].sudo()._refresh)
        self._commit()
        return error

    def action_bill(self):
        """Go on with these runs now, without waiting for the clock.

        What is not done after some seconds goes on by itself. Safe to call at any time and any number of times at once.

        :return: True
        :raises AccessError: for who may not bill
        """
        self._check_may_bill()
        self.check_access("read")
        runs = self.sudo()._without_defaults()
        if not runs._drain(monotonic() + REQUEST_SECONDS):
            runs._wake()
        return True

    def _drain(self, end):
        """Bill what these runs, all for none, have to bill.

        :param float end: when (``time.monotonic``) to have ended
        :return: whether nothing is left but what other workers have in hand
        """
        pace, conflicts = Pace(end=end), Conflicts()
        while not conflicts.too_many() and (size := conflicts.size(pace.size(begun := monotonic()))):
            batch = self.env["billing.run.invoice"]
            try:
                batch = self._lock_batch(size, conflicts.passed)
                conflicts.told(batch)._bill_safely(end)
                self._finish()
                self._commit(len(batch))
            except IN_THE_WAY as error:
                # Another worker, or a person, billed or changed the same orders: their commit came first. Begin anew.
                conflicts.note(batch, error)
                _logger.info("An invoice run gives way to another transaction: %s", error)
                self._rollback(error)
                pace.gave_way()
                continue
            if not batch:
                return not conflicts.passed
            conflicts.done()
            pace.took(len(batch), monotonic() - begun)
        return False

    def _lock_batch(self, size, passed=()):
        """Lock and return rows to bill, of one run, that no other worker has in hand.

        :param int size: how many
        :param passed: ids of rows that are left out
        """
        domain = [("state", "=", "to_bill"), ("id", "not in", list(passed))]
        domain += [("run_id", "in", self.ids)] if self else []
        runs = self.env["billing.run.invoice"].search(domain, order="id").grouped("run_id")
        for _run, rows in sorted(runs.items(), key=lambda item: item[0].id):
            rows = rows.try_lock_for_update(allow_referencing=True, limit=size)
            if rows:
                rows.invalidate_recordset(["state"])
                return rows.filtered(lambda row: row.state == "to_bill")
        return self.env["billing.run.invoice"]

    def _finish(self):
        """Note on runs of which nothing is left to bill that they are done."""
        running = self.search([("state", "=", "running")])
        done = running.filtered(lambda run: not run.open_count).try_lock_for_update(allow_referencing=True)
        done.write({"state": "done", "finished_on": fields.Datetime.now()})
