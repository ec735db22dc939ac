import logging
import time
from collections import Counter

from psycopg2 import OperationalError
from psycopg2.errors import UniqueViolation

from odoo import api, fields, models, modules
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .exceptions import NotBillable

_logger = logging.getLogger(__name__)

SOURCES = [
    ("confirmation", "Order confirmation"),
    ("date", "Date"),
    ("task", "Task"),
    ("milestone", "Project milestone"),
    ("delivery", "Delivery"),
    ("manual", "By hand"),
    ("api", "Other system"),
]
STATES = [
    ("pending", "Waiting"),
    ("billed", "Done"),
    ("blocked", "Blocked"),
    ("failed", "Failed"),
    ("cancelled", "Cancelled"),
]
#: What was attained never changes: a correction is a new attainment.
FACTS = {"milestone_id", "percent", "date", "source", "key", "note", "user_id", "content"}
BATCH = 40
LOOK_AHEAD = 400
CONFLICTS = 20
#: How long a drain that somebody waits for goes on.
REQUEST_SECONDS = 25
#: First key of the advisory locks of this addon (any number of its own).
LOCK_SPACE = 606010


class BillingAttainment(models.Model):
    """Append-only: a milestone was attained, to this cumulative percent, on this date, because of this.

    Also the work queue of billing. Any number of workers may drain it at once: each takes orders (or customers, where
    one invoice serves several orders) under an advisory lock, locks the rows, and commits batch by batch.
    """

    _name = "billing.attainment"
    _description = "Billing Attainment"
    _order = "id desc"
    _rec_name = "milestone_id"

    milestone_id = fields.Many2one("billing.milestone", required=True, index=True, ondelete="restrict", readonly=True)
    schedule_id = fields.Many2one(related="milestone_id.schedule_id", store=True, index=True, precompute=True)
    order_id = fields.Many2one(related="milestone_id.order_id", store=True, index=True, precompute=True)
    company_id = fields.Many2one(related="milestone_id.company_id", store=True, index=True, precompute=True)
    currency_id = fields.Many2one(related="milestone_id.currency_id", store=True, precompute=True)
    partner_id = fields.Many2one(related="milestone_id.partner_id", store=True, index=True, precompute=True)
    percent = fields.Float(
        "Attained (cumulative %)", digits=(16, 6), required=True, readonly=True, help="Zero takes an attainment back."
    )
    date = fields.Date("Attained On", required=True, readonly=True, index=True)
    source = fields.Selection(SOURCES, required=True, readonly=True)
    note = fields.Char(readonly=True)
    key = fields.Char(required=True, readonly=True, help="Unique: the same event is recorded once.")
    content = fields.Char(readonly=True)
    user_id = fields.Many2one("res.users", "By", readonly=True, default=lambda self: self.env.user)
    state = fields.Selection(STATES, required=True, default="pending", readonly=True, index=True)
    reason = fields.Text(readonly=True)
    remedy = fields.Text(readonly=True)
    attempts = fields.Integer(readonly=True)
    billed_on = fields.Datetime(readonly=True)
    move_id = fields.Many2one("account.move", "Invoice", readonly=True, index="btree_not_null", ondelete="set null")
    to_tell = fields.Boolean(default=True, readonly=True)

    _key_unique = models.UniqueIndex("(company_id, key)", "This event was recorded already.")
    _percent_range = models.Constraint(
        "CHECK(percent >= 0 AND percent <= 100)", "An attained percentage lies between 0 and 100."
    )
    _queue_idx = models.Index("(id) WHERE state = 'pending'")
    _tell_idx = models.Index("(id) WHERE to_tell")

    # === CRUD METHODS === #

    def write(self, vals):
        if vals.keys() & FACTS:
            raise UserError(self.env._("An attainment is never changed. Record a new one: percentages are cumulative."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("An attainment is never deleted. Take it back instead: that is recorded too."))

    # === RECORDING === #

    @api.model
    def _record(self, vals_list):
        """Record attainments in the current transaction, and wake the billing after it.

        An event whose key another transaction just recorded is left out: it is there already.

        :param list vals_list: values with ``milestone_id``, ``percent`` (cumulative, 0 to 100), ``date``, ``source``,
            and optionally ``key``, ``note``, ``content``
        :return: the attainments made (``billing.attainment``)
        """
        Attainment = self.sudo()
        if not vals_list:
            return Attainment
        self._give_keys(vals_list)
        for vals in vals_list:
            vals.setdefault("user_id", self.env.uid)
        try:
            with self.env.cr.savepoint():
                rows = Attainment.create(vals_list)
        except UniqueViolation:
            rows = Attainment
            for vals in vals_list:
                rows |= Attainment._record_one(vals)
        rows.milestone_id._sync_project_milestones()
        if rows:
            self._wake()
        return rows

    @api.model
    def _record_one(self, vals):
        try:
            with self.env.cr.savepoint():
                return self.create([vals])
        except UniqueViolation:
            _logger.info("Attainment %s of milestone %s is recorded already.", vals["key"], vals["milestone_id"])
            return self.browse()

    @api.model
    def _give_keys(self, vals_list):
        """Give the events without a key one of their own: the milestone and the number of its events so far."""
        wanting = [vals for vals in vals_list if not vals.get("key")]
        if not wanting:
            return
        ids = [vals["milestone_id"] for vals in wanting]
        milestones = self.env["billing.milestone"].sudo().browse(ids)
        numbers = Counter({milestone.id: len(milestone.attainment_ids) for milestone in milestones})
        for vals in wanting:
            numbers[vals["milestone_id"]] += 1
            vals["key"] = f"auto/{vals['source']}/{vals['milestone_id']}/{numbers[vals['milestone_id']]}"

    @api.model
    def _wake(self):
        """Have the queue drained right after this transaction is committed (once, however often it is asked)."""
        precommit = self.env.cr.precommit
        if not precommit.data.get("milestone_billing.woken"):
            precommit.data["milestone_billing.woken"] = True
            cron = self.env["ir.model.data"]._xmlid_to_res_id("milestone_billing.ir_cron_drain_1")
            precommit.add(self.env["ir.cron"].sudo().browse(cron)._trigger)

    # === STATE === #

    def _set_state(self, state, reason=False, remedy=False, **vals):
        """Move these attainments to ``state``, with the reason and the remedy people read."""
        if self:
            self.sudo().write({"state": state, "reason": reason, "remedy": remedy, **vals})

    def _requeue_blocked(self):
        """Queue what a hold blocked."""
        rows = self.sudo().filtered(lambda row: row.state == "blocked")
        rows._set_state("pending")
        if rows:
            self._wake()

    def action_retry(self):
        """Queue these blocked or failed attainments again.

        :return: True
        :raises AccessError: without the right to bill.
        :raises UserError: when none of them waits for a retry.
        """
        self._check_may_bill()
        self.check_access("read")
        rows = self.filtered(lambda row: row.state in ("blocked", "failed", "pending"))
        if not rows:
            raise UserError(self.env._("Nothing to retry: these attainments are billed or cancelled."))
        rows._set_state("pending")
        rows._wake()
        return True

    def action_open_invoice(self):
        """Open the invoice that billed this attainment.

        :return: a window action
        """
        self.ensure_one()
        return self.milestone_id.action_view_invoices()

    def _check_may_bill(self):
        if not self.env.su and not self.env.user.has_group("milestone_billing.group_billing_manager"):
            raise AccessError(
                self.env._("Billing milestones is for billing managers. Ask one of them, or an administrator.")
            )

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
        self._sweep()
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
        try:
            [[mine]] = self.env.execute_query(SQL("SELECT pg_try_advisory_xact_lock(%s, 0)", LOCK_SPACE))
            if mine:
                self.env["billing.hold"].sudo()._refresh()
                self.env["billing.milestone"].sudo()._sweep_due()
            self._commit()
        except OperationalError as error:
            # A user is changing the same milestones: look again after what is pending.
            self._rollback(error)
            self._wake()

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
        (self - open_rows)._set_state("cancelled", self.env._("The order is not confirmed any more."))
        held = open_rows.filtered(lambda row: row.milestone_id.is_held)
        for row in held:
            row._set_state("blocked", *row.milestone_id._hold_reason())
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
            rows._set_state("blocked", *milestone._propose_credit(owed))
        else:
            rows._set_state("billed", billed_on=fields.Datetime.now(), **({"move_id": move.id} if move else {}))

    def _fail(self, error):
        """Leave these attainments failed with their reason and remedy, and ask a person."""
        milestone = self.milestone_id
        reason, remedy = milestone._explain_failure(error)
        for row in self:
            row._set_state("failed", reason, remedy, attempts=row.attempts + 1)
        self._refresh_orders()
        milestone._ask_person(self.env._("Cannot be billed: %s", reason), remedy)
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
            rows.write({"to_tell": False})
            if min(self._commit(len(rows)), end - time.monotonic()) <= 0:
                self._wake()
                return

    def _tell(self):
        """Tell of one attainment. A mail that cannot be written never holds billing up."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self.order_id._billing_tell("milestone_billing.mail_template_attained", self)
                if self.state == "billed" and self.move_id:
                    self.order_id._billing_tell("milestone_billing.mail_template_invoiced", self)
        except OperationalError:
            raise
        except Exception:
            _logger.warning("Attainment %s could not be told", self.id, exc_info=True)

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
