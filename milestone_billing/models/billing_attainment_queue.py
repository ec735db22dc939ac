import logging
from collections import Counter
from time import monotonic

from psycopg2 import OperationalError

from odoo import api, models
from odoo.addons.billing_base.engine.pace import Pace
from odoo.addons.billing_base.models.billing_queue import IN_THE_WAY, Conflicts
from odoo.fields import Domain
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

#: The share of its time that a drain may spend on finding what became due, and the share by which billing has ended.
SWEEP_SHARE, BILL_SHARE = 0.25, 0.85
#: How long a drain that somebody waits for goes on.
REQUEST_SECONDS = 25
#: First key of the advisory locks of this addon (any number of its own).
LOCK_SPACE = 606010


class BillingAttainment(models.Model):
    """The work queue of billing.

    Any number of workers may drain it at once: each takes orders (or customers, where one invoice serves several
    orders) under an advisory lock, locks the rows, and commits batch by batch.
    """

    _name = "billing.attainment"
    _inherit = ["billing.attainment", "billing.queue"]

    # === THE QUEUE === #

    @api.model
    def run_pending(self) -> dict:
        """Bill now what waits, without waiting for the clock (billing managers).

        Safe to call at any time and any number of times at once. It stops after some seconds, well inside the limits of
        a request; what is left goes on by itself.

        :return: counts of the attainments handled, such as
            ``{"billed": 3, "blocked": 1, "failed": 0, "cancelled": 0, "pending": 0, "invoices": 3}``; ``pending`` is
            what is left, because time ran out or another worker has it in hand
        :raises AccessError: for anybody but a billing manager.
        """
        self._check_may_bill()
        counts = self.sudo()._without_defaults()._drain(REQUEST_SECONDS)
        result = {state: counts[state] for state in ("billed", "blocked", "failed", "cancelled", "invoices")}
        return dict(result, pending=self.sudo().search_count([("state", "=", "pending")]))

    @api.model
    def _cron_drain(self):
        self._drain()

    @api.model
    def _drain(self, seconds=float("inf")):
        """Find what became due, bill what is pending, batch by batch; then notify people.

        What is not expected to end in time is not begun; it goes on by itself (``_go_on_later``).

        :param float seconds: how long it may take; the clock's own limit holds besides
        :return: ``collections.Counter`` of the states reached and the invoices made
        """
        start = monotonic()
        drain = Pace(end=start + min(seconds, self._commit()))
        if not drain.size(start):
            self._go_on_later()
            return Counter()
        swept = self._sweep_in_time(drain.part(SWEEP_SHARE, start))
        counts, billed = self._bill_in_batches(drain.part(BILL_SHARE, monotonic()))
        notified = self._notify_in_batches(Pace(end=drain.end))
        if not (swept and billed and notified):
            self._go_on_later()
        return counts

    @api.model
    def _sweep_in_time(self, pace):
        """Attain what became due without anybody's write, and commit it.

        :return: whether all of it was looked at
        """
        try:
            swept = self._sweep(pace)
            self._commit()
        except OperationalError as error:
            # A user is changing the same milestones: look again after what is pending.
            self._rollback(error)
            return False
        return swept

    @api.model
    def _bill_in_batches(self, pace):
        """Bill what is pending, as much at once as is expected to end in time.

        :return: ``collections.Counter`` of the states reached and the invoices made, and whether nothing is left but
            what other workers have in hand
        """
        counts, conflicts = Counter(), Conflicts()
        while not conflicts.too_many() and (size := conflicts.size(pace.size(begun := monotonic()))):
            batch = self.browse()
            try:
                batch = self._lock_batch(size, conflicts.passed)
                if not batch:
                    return counts, not conflicts.passed
                done = conflicts.told(batch)._bill_safely(pace.end)
                self._commit(len(batch))
            except IN_THE_WAY as error:
                # Another worker or a user changed the same rows: their commit came first, so start this batch again.
                conflicts.note(batch, error)
                _logger.info("Billing batch gives way to another transaction: %s", error)
                self._rollback(error)
                pace.gave_way()
                continue
            if not counts and len(batch) >= size:
                self._wake_second_worker()
            counts += done
            conflicts.done()
            pace.took(len(batch), monotonic() - begun)
        return counts, False

    @api.model
    def _wake_second_worker(self):
        """Wake a second scheduled action, so that two workers bill what is left."""
        if self.sudo().search_count([("state", "=", "pending")], limit=1):
            self.env.ref("milestone_billing.ir_cron_drain_2").sudo()._trigger()

    @api.model
    def _go_on_later(self):
        """Have the rest done soon: by a trigger, and by Odoo's own count of what a scheduled action has left to do."""
        self._wake()
        to_tell = Domain("to_tell", "=", True) & Domain("state", "!=", "run")
        left = self.sudo().search_count(Domain("state", "=", "pending") | to_tell, limit=1000)
        self._commit(remaining=max(left, 1))

    @api.model
    def _sweep(self, pace=None):
        """Attain what became due without anybody's write: dates, deliveries, and tasks finished at the same moment.

        :return: whether all of it was looked at, by this worker or another
        """
        [[mine]] = self.env.execute_query(SQL("SELECT pg_try_advisory_xact_lock(%s, 0)", LOCK_SPACE))
        if not mine:
            return True
        self.env["billing.hold"].sudo()._refresh()
        self.env["billing.milestone"].sudo()._mark_trigger_gone()
        return self.env["billing.milestone"].sudo()._sweep_due(pace)

    @api.model
    def _lock_batch(self, size, left_out=()):
        """Lock and return pending attainments that no other worker has in hand, first those whose turn it is.

        :param int size: how many; what has to be billed together stays together all the same
        :param left_out: ids of attainments that are left to the next time
        """
        batch, passed = self.browse(), 0
        pending = SQL("event.state = 'pending' AND event.id <> ALL(%s)", list(left_out))
        while len(batch) < size and (rows := self._next_in_turn(size, passed, pending)):
            passed += len(rows)
            for scope, waiting in rows.grouped(lambda row: row.milestone_id._billing_scope()).items():
                if len(batch) < size and self._lock_scope(scope):
                    batch |= waiting._billed_together()
        return batch.try_lock_for_update(allow_referencing=True)

    @api.model
    def _lock_scope(self, scope):
        """Return whether this worker alone has this scope (``_billing_scope``) in hand until its transaction ends."""
        [[mine]] = self.env.execute_query(SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", LOCK_SPACE, scope))
        return mine

    def _billed_together(self):
        """Return these pending attainments of one scope, with what is to be billed together with them."""
        scope = self[0].milestone_id._billing_scope()
        rows = self.search(Domain("state", "=", "pending") & self.milestone_id._together_domain())
        # Of one customer's orders, each has its own rule.
        return rows.filtered(lambda row: row.milestone_id._billing_scope() == scope)

    # === NOTIFYING === #

    @api.model
    def _notify_in_batches(self, pace):
        """Notify followers and the configured contacts of what was attained and invoiced, a batch at a time.

        :return: whether nobody is left to notify
        """
        while size := pace.size(begun := monotonic()):
            rows = self._next_in_turn(size, waiting=SQL("event.to_tell AND event.state NOT IN ('pending', 'run')"))
            rows = rows.try_lock_for_update(allow_referencing=True)
            if not rows:
                return True
            try:
                rows._notify_all()
                self._commit(len(rows))
            except OperationalError as error:
                self._rollback(error)
                return False
            pace.took(len(rows), monotonic() - begun)
        return False

    def _notify_all(self):
        for row in self:
            row._notify()
        self._notify_blocked()
        self.write({"to_tell": False})
        self._send_mails_now()
