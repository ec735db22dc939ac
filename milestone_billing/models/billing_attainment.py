import logging
from collections import Counter

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.addons.billing_base.models.obstacles import explain
from odoo.addons.record_protection.models.append_only import protect
from odoo.exceptions import AccessError, UserError

_logger = logging.getLogger(__name__)

SOURCES = [
    ("confirmation", "Order confirmation"),
    ("date", "Date"),
    ("task", "Task"),
    ("milestone", "Project milestone"),
    ("delivery", "Delivery"),
    ("manual", "By hand"),
    ("acceptance", "Acceptance by the customer"),
    ("api", "Other system"),
]
STATES = [
    ("pending", "Waiting"),
    ("run", "For the Invoice Run"),
    ("billed", "Done"),
    ("blocked", "Blocked"),
    ("failed", "Failed"),
    ("cancelled", "Cancelled"),
]
#: What was attained never changes: a correction is a new attainment.
FACTS = {"milestone_id", "percent", "date", "source", "key", "note", "user_id", "content"}


class BillingAttainment(models.Model):
    """A fact, never changed: a milestone was attained to a cumulative percentage, on a day, because of its ``source``.

    Also the work queue of billing (see ``billing_attainment_queue``).
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
    date = fields.Date(
        "Attained On",
        required=True,
        readonly=True,
        index=True,
        help="The day on which the milestone was attained, not the day it was recorded.",
    )
    source = fields.Selection(SOURCES, required=True, readonly=True, help="What said that the milestone is attained.")
    note = fields.Char(readonly=True, help="What whoever recorded it has to say of it.")
    key = fields.Char(required=True, readonly=True, help="Unique: the same event is recorded once.")
    content = fields.Char(readonly=True)
    user_id = fields.Many2one("res.users", "By", readonly=True, default=lambda self: self.env.user)
    state = fields.Selection(
        STATES,
        required=True,
        default="pending",
        readonly=True,
        index=True,
        help="Waiting for the next run, done, or kept back by something.",
    )
    why = fields.Json(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="What keeps it from being billed, as facts: told to each reader in his language.",
    )
    reason = fields.Text(compute="_compute_reason", compute_sudo=True, help="What keeps it from being billed.")
    remedy = fields.Text(compute="_compute_reason", compute_sudo=True, help="What lifts it.")
    attempts = fields.Integer(readonly=True, help="How often billing it was tried in vain.")
    billed_on = fields.Datetime(readonly=True, help="When its invoice was made.")
    move_id = fields.Many2one("account.move", "Invoice", readonly=True, index="btree_not_null", ondelete="set null")
    to_tell = fields.Boolean(default=True, readonly=True)

    _key_unique = models.UniqueIndex("(company_id, key)", "This event was recorded already.")
    _percent_range = models.Constraint(
        "CHECK(percent >= 0 AND percent <= 100)", "An attained percentage lies between 0 and 100."
    )
    _queue_idx = models.Index("(id) WHERE state = 'pending'")
    _run_idx = models.Index("(company_id, order_id) WHERE state IN ('pending', 'run', 'failed')")
    _tell_idx = models.Index("(id) WHERE to_tell")

    def init(self):
        """Make the triggers that keep what was attained anew; the columns of the queue may change."""
        protect(self.env.cr, self._table, sorted(FACTS | {"create_uid", "create_date"}))
        return super().init()

    # === COMPUTE METHODS === #

    @api.depends("why")
    @api.depends_context("lang")
    def _compute_reason(self):
        for row in self:
            row.reason, row.remedy = explain(row.why, self.env)

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
    def _further_facts(self, vals):
        """Return which of the values of an attainment go with its percentage, such as quantities.

        Whoever attains the milestone later, and by another source, hands them on.
        """
        return {}

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

    def _set_state(self, state, why=None, **vals):
        """Move these attainments to ``state``, with what keeps them there.

        :param dict why: facts, as ``obstacles`` explains them to each reader in his language; None for nothing
        """
        if self:
            self.sudo().write({"state": state, "why": why or False, **vals})

    def _requeue_blocked(self):
        """Put those of these attainments back into the queue that a hold blocked."""
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
        rows = self.filtered(lambda row: row.state in ("blocked", "failed", "pending", "run"))
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
