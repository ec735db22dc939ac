import logging
import time
from collections import Counter

from psycopg2 import OperationalError
from psycopg2.errors import UniqueViolation

from odoo import api, fields, models, modules
from odoo.exceptions import UserError
from odoo.tools import SQL

from .exceptions import NotBillable

_logger = logging.getLogger(__name__)

BATCH = 40
LOOK_AHEAD = 400
CONFLICTS = 20
#: How long a drain that somebody waits for goes on.
REQUEST_SECONDS = 25
#: First key of the advisory locks of this addon (any number of its own).
LOCK_SPACE = 606010


class BillingAttainment(models.Model):
    """The work queue of billing.

    Any number of workers may drain it at once: each takes orders (or customers, where one invoice serves several
    orders) under an advisory lock, locks the rows, and commits batch by batch.
    """

    _inherit = "billing.attainment"

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
        counts = self.sudo()._drain(REQUEST_SECONDS)
        result = {state: counts[state] for state in ("billed", "blocked", "failed", "cancelled", "invoices")}
        return dict(result, pending=self.sudo().search_count([("state", "=", "pending")]))

    @api.model
    def _cron_drain(self):
        self._drain()

    @api.model
    def _drain(self, seconds=float("inf")):
        """Find what became due, bill what is pending, batch by batch; then tell people.

        :param float seconds: start no further batch after this many; the clock's own limit holds besides
        :return: ``collections.Counter`` of the states reached and the invoices made
        """
        counts, conflicts, end = Counter(), 0, time.monotonic() + seconds
        try:
            self._sweep()
            self._commit()
        except OperationalError as error:
            # A user is changing the same milestones: look again after what is pending.
            self._rollback(error)
            self._wake()
        while conflicts < CONFLICTS:
            try:
                batch = self._take_batch()
                if not batch:
                    break
                counts += batch._bill_safely()
                time_left = self._commit(len(batch))
            except (OperationalError, UniqueViolation) as error:
                # Another worker or a user changed the same rows: their commit came first, so start this batch again.
                conflicts += 1
                _logger.info("Billing batch gives way to another transaction: %s", error)
                self._rollback(error)
                continue
            if min(time_left, end - time.monotonic()) <= 0:
                conflicts = CONFLICTS
        if conflicts == CONFLICTS:
            self._wake()
        self._tell_pending(end)
        return counts

    @api.model
    def _sweep(self):
        """Attain what became due without anybody's write: dates, deliveries, and tasks finished at the same moment."""
        [[mine]] = self.env.execute_query(SQL("SELECT pg_try_advisory_xact_lock(%s, 0)", LOCK_SPACE))
        if mine:
            self.env["billing.hold"].sudo()._refresh()
            self.env["billing.milestone"].sudo()._sweep_due()

    @api.model
    def _take_batch(self):
        """Lock and return pending attainments that no other worker has in hand, all those of an order together."""
        rows = self.sudo().search([("state", "=", "pending")], order="id", limit=LOOK_AHEAD)
        taken = rows.browse()
        scopes = rows.grouped(lambda row: row.milestone_id._billing_scope())
        for scope, waiting in scopes.items():
            [[mine]] = self.env.execute_query(SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", LOCK_SPACE, scope))
            if mine:
                taken |= waiting._take_together(BATCH - len(taken))
            if len(taken) >= BATCH:
                break
        if len(scopes) > 1 and len(taken) < len(rows):
            self.env.ref("milestone_billing.ir_cron_drain_2").sudo()._trigger()
        return taken.try_lock_for_update(allow_referencing=True)

    def _take_together(self, room):
        """Return what of these pending attainments of one scope is to be billed in one batch.

        :param int room: how many the batch still takes; what shares an invoice stays together all the same
        """
        milestone = self[0].milestone_id
        grouping = milestone.schedule_id.grouping
        if grouping == "milestone":
            # The attainments of one milestone are settled together.
            last = self[: max(room, 1)].milestone_id
            return self.filtered(lambda row: row.milestone_id in last)
        if grouping == "order":
            return self.search([("state", "=", "pending"), ("order_id", "=", milestone.order_id.id)])
        customer = milestone.order_id.partner_invoice_id.commercial_partner_id
        return self.search(
            [("state", "=", "pending"), ("order_id.partner_invoice_id.commercial_partner_id", "=", customer.id)]
        ).filtered(lambda row: row.schedule_id.grouping == "customer")

    def _bill_safely(self):
        """Bill these attainments; what cannot be billed is left with its reason, the others go on.

        Strategy: the fast path bills the whole batch. On a failure, each invoice is tried alone inside a savepoint.

        :return: ``collections.Counter`` of the states reached and the invoices made
        """
        try:
            with self.env.cr.savepoint():
                return self._bill()
        except (OperationalError, UniqueViolation):
            raise
        except Exception as error:
            _logger.info("Billing batch is tried one by one: %s", error)
        counts = Counter()
        for _key, milestones in self.milestone_id.grouped(lambda milestone: milestone._group_key()).items():
            counts += self.filtered(lambda row, some=milestones: row.milestone_id in some)._bill_group()
        return counts

    def _bill_group(self):
        """Bill the attainments of one invoice; where they fail together, find those at fault and bill the rest."""
        try:
            with self.env.cr.savepoint():
                return self._bill()
        except (OperationalError, UniqueViolation):
            raise
        except Exception as error:
            if len(self.milestone_id) == 1:
                return self._fail(error)
        counts, good = Counter(), self.browse()
        for milestone, rows in self.grouped("milestone_id").items():
            error = milestone._probe_billing()
            if error:
                counts += rows._fail(error)
            else:
                good |= rows
        return counts + good._bill() if good else counts

    def _bill(self):
        """Bring the invoices of these attainments' milestones in line with what is attained.

        :return: ``collections.Counter`` of the states reached and the invoices made
        """
        open_rows = self.filtered(lambda row: row.order_id.state == "sale")
        (self - open_rows)._set_state(
            "cancelled", lambda rows: (rows.env._("The order is not confirmed any more."), False)
        )
        held = open_rows.filtered(lambda row: row.milestone_id.is_held)
        for row in held:
            row._set_state("blocked", lambda told: told.milestone_id._hold_reason())
        ready = open_rows - held
        moves = ready.milestone_id._bill_due()
        for milestone, rows in ready.grouped("milestone_id").items():
            rows._settle(milestone, moves.get(milestone))
        self._refresh_orders()
        return Counter({"invoices": len(set(moves.values()))}) + Counter(self.mapped("state"))

    def _refresh_orders(self):
        """Bring what the orders and schedules say in line with what was attained, blocked or billed."""
        self.milestone_id.allocation_ids.line_id._billing_refresh()
        self.env.add_to_compute(self.schedule_id._fields["state"], self.schedule_id)

    def _settle(self, milestone, move):
        """Close these attainments of ``milestone``, billed by ``move``; or say what a person has to credit.

        Earlier ones that were blocked or failed are closed with them: percentages are cumulative.
        """
        rows = self | milestone.attainment_ids.filtered(lambda row: row.state in ("blocked", "failed"))
        owed = milestone._credit_owed()
        if owed:
            milestone._propose_credit(owed)
            rows._set_state("blocked", lambda told: told.milestone_id._credit_reason(owed))
        else:
            rows._set_state("billed", billed_on=fields.Datetime.now(), **({"move_id": move.id} if move else {}))

    def _fail(self, error):
        """Leave these attainments failed with their reason and remedy, and ask a person."""
        milestone = self.milestone_id
        for row in self:
            row._set_state("failed", lambda told: told.milestone_id._explain_failure(error), attempts=row.attempts + 1)
        self._refresh_orders()
        milestone._ask_person(lambda told: told._failed_words(error))
        if not isinstance(error, (UserError, NotBillable)):
            _logger.warning("Milestone %s cannot be billed", milestone.id, exc_info=error)
        return Counter(failed=len(self))

    # === TELLING === #

    @api.model
    def _tell_pending(self, end):
        """Tell followers and the configured contacts what was attained and invoiced, a batch at a time.

        :param float end: when (``time.monotonic``) to leave the rest to the next drain
        """
        while True:
            rows = (
                self.sudo()
                .search([("to_tell", "=", True), ("state", "!=", "pending")], order="id", limit=BATCH)
                .try_lock_for_update(allow_referencing=True)
            )
            if not rows:
                return
            for row in rows:
                row._tell()
            rows._tell_blocked()
            rows.write({"to_tell": False})
            rows._send_told()
            if min(self._commit(len(rows)), end - time.monotonic()) <= 0:
                self._wake()
                return

    # === TRANSACTIONS === #

    @api.model
    def _commit(self, processed=0):
        """Commit what was done, and return the seconds left to go on (a test keeps its transaction)."""
        if modules.module.current_test:
            self.env.flush_all()
            return float("inf")
        return self.env["ir.cron"]._commit_progress(processed)

    @api.model
    def _rollback(self, error):
        if modules.module.current_test:
            raise error
        self.env.cr.rollback()
