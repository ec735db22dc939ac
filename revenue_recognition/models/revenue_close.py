from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError, LockError, UserError
from odoo.tools import mute_logger

from ..closing.states import STANDING
from ..demo.story import load
from .append_only import protect


class RevenueClose(models.Model):
    """One close of a company's revenue: computed, looked through, approved by a colleague, posted, locked.

    The steps only go forwards. What is posted is corrected by opening the period again: entries
    that mirror it, and a new close.
    """

    _name = "revenue.close"
    _description = "Revenue Close"
    _check_company_auto = True
    _order = "date desc, id desc"

    name = fields.Char(compute="_compute_name", store=True, precompute=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, readonly=True, default=lambda self: self.env.company
    )
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    date = fields.Date(required=True, help="The last day of the period.", default=lambda self: self._default_date())
    kind = fields.Selection(
        [("close", "Close"), ("reversal", "Reopening")],
        required=True,
        default="close",
        readonly=True,
        help="A close books what is missing; a reopening takes back what a close booked.",
    )
    state = fields.Selection(
        [
            ("draft", "New"),
            ("computing", "Computing"),
            ("computed", "To Approve"),
            ("approved", "Approved"),
            ("posting", "Being Posted"),
            ("posted", "Posted"),
            ("locked", "Locked"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
        help="How far the close is. Each step follows the one before.",
    )
    granularity = fields.Selection(
        [("contract", "Per Contract"), ("customer", "Per Customer"), ("summary", "Summary")],
        string="Ledger Detail",
        readonly=True,
        copy=False,
        help="How much detail the journal entries have; the subledger has every obligation.",
    )
    prepared_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    prepared_at = fields.Datetime(readonly=True, copy=False)
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    approved_at = fields.Datetime(readonly=True, copy=False)
    posted_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    posted_at = fields.Datetime(readonly=True, copy=False)
    locked_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    exception_note = fields.Text(
        string="Why Contracts Are Left Out",
        readonly=True,
        copy=False,
        help="A close with contracts that could not be worked out is only approved with a reason.",
    )
    reason = fields.Char(readonly=True, copy=False, help="Why the period was opened again.")
    reversed_id = fields.Many2one(
        "revenue.close",
        string="Reopens",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
        help="The close that it takes back.",
    )
    reversal_ids = fields.One2many("revenue.close", "reversed_id", string="Reopened By", readonly=True)
    failure = fields.Char(readonly=True, copy=False, help="What stopped the work in the background.")
    contract_count = fields.Integer(string="Contracts", readonly=True, copy=False)
    contract_done = fields.Integer(string="Contracts Computed", compute="_compute_contract_done", compute_sudo=True)
    parts_posted = fields.Integer(
        readonly=True,
        copy=False,
        help="Journal entries posted so far. Who looked before the last one has to look again.",
    )
    part_ids = fields.One2many("revenue.close.part", "close_id", "Parts", readonly=True, copy=False)
    posting_ids = fields.One2many("revenue.posting", "close_id", string="Postings", readonly=True)
    entry_ids = fields.One2many("revenue.entry", "close_id", string="Subledger", readonly=True)
    exception_ids = fields.One2many("revenue.exception", "close_id", string="Exceptions", readonly=True)
    move_ids = fields.Many2many("account.move", compute="_compute_move_ids", string="Journal Entries")
    blocking_count = fields.Integer(
        compute="_compute_counts",
        string="Contracts Left Out",
        help="Contracts that cannot be worked out; their revenue is missing from this close.",
    )
    entry_count = fields.Integer(compute="_compute_counts", string="Entries")

    _once_fields = frozenset({"company_id"})

    _one_open = models.UniqueIndex(
        "(company_id) WHERE state IN ('draft', 'computing', 'computed', 'approved', 'posting')",
        "A company has one close at work at a time: finish or cancel it first.",
    )
    _reversed_once = models.UniqueIndex(
        "(reversed_id) WHERE reversed_id IS NOT NULL", "This close is reopened already."
    )

    # === COMPUTE METHODS === #

    @api.depends("date", "kind", "company_id")
    def _compute_name(self):
        for close in self:
            whole_month = close.date and close.date == fields.Date.end_of(close.date, "month")
            period = close.date.strftime("%Y/%m" if whole_month else "%Y/%m/%d") if close.date else "/"
            close.name = f"REV/{period}" if close.kind == "close" else f"REV/{period}/R"

    @api.depends("state", "contract_count", "part_ids.done")
    def _compute_contract_done(self):
        for close in self:
            if close.state == "computing":
                close.contract_done = sum(part.contract_count for part in close.part_ids if part.done)
            else:
                close.contract_done = close.contract_count if close.state != "cancelled" else 0

    def _compute_move_ids(self):
        for close in self:
            groups = self.env["account.move.line"]._read_group(
                [("revenue_posting_id.close_id", "=", close.id)], aggregates=["move_id:recordset"]
            )
            close.move_ids = groups[0][0]

    def _compute_counts(self):
        for close in self:
            blocking = [("close_id", "=", close.id), ("blocking", "=", True)]
            exceptions = self.env["revenue.exception"]._read_group(blocking, aggregates=["contract_id:count_distinct"])
            postings = self.env["revenue.posting"]._read_group([("close_id", "=", close.id)], aggregates=["rows:sum"])
            close.blocking_count = exceptions[0][0]
            close.entry_count = postings[0][0] or 0

    def init(self):
        """Have the database itself keep what is posted."""
        protect(self.env.cr, self._table, "revenue_refuse_close")
        return super().init()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any(set(vals) - {"date", "company_id"} for vals in vals_list):
            raise AccessError(self.env._("A close is made with its company and its date; the rest comes by its steps."))
        self.flush_model(["state"])
        for vals in vals_list:
            self._check_none_at_work(vals)
        # Where another call made one at the same moment, Odoo repeats this one, which sees it then.
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                closes = super().create(vals_list)
        except UniqueViolation as error:
            if not (error.diag.constraint_name or "").endswith("_one_open"):
                raise
            raise ConcurrencyError("Another call made a close of this company at the same moment.") from error
        for close in closes.filtered(lambda close: close.kind == "close"):
            close._check_period()
            close._number()
        return closes

    def _number(self):
        """Add a number to the name of a close whose day had closes before."""
        earlier = self.sudo().search_count(
            [
                ("company_id", "=", self.company_id.id),
                ("date", "=", self.date),
                ("kind", "=", "close"),
                ("state", "!=", "cancelled"),
                ("id", "!=", self.id),
            ]
        )
        if earlier:
            self.sudo().name = f"{self.name}/{earlier + 1}"

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A close is not deleted. Cancel it while it is not posted, reopen it afterwards."))

    # === ACTIONS === #

    def action_compute(self):
        """Compute the close, or go on where it was interrupted; see :meth:`run`."""
        self.ensure_one()
        self._check_group("revenue_recognition.group_revenue_accountant")
        self.sudo()._compute()

    def action_approve(self):
        """Approve what a colleague prepared."""
        self.ensure_one()
        self._check_group("revenue_recognition.group_revenue_controller")
        self.sudo()._approve()

    def action_post(self):
        """Post the entries to the ledger."""
        self.ensure_one()
        self._check_group("revenue_recognition.group_revenue_controller")
        self.sudo()._without_defaults()._post()

    def action_lock(self):
        """Lock the period: nothing is posted to contracts up to its last day any more."""
        self.ensure_one()
        self._check_group("revenue_recognition.group_revenue_controller")
        self.sudo()._lock()

    def action_cancel(self):
        """Give up a close that is not posted; its entries vanish."""
        self.ensure_one()
        self._check_group("revenue_recognition.group_revenue_accountant")
        self.sudo()._cancel()

    def action_back(self):
        """Take an approval back: the close is to be approved again, or computed anew."""
        self.ensure_one()
        self._check_group("revenue_recognition.group_revenue_accountant")
        self._check_state("approved")
        self.sudo().write({"state": "computed", "approved_by_id": False, "approved_at": False})

    def action_reopen(self, reason):
        """Open a posted period again: post entries that mirror its own, line by line.

        :param str reason: why; it stays on the record
        :return: the reversal
        :raises UserError: without a reason; for another close than the last one; while one is at work; in a period
            that Odoo's own lock dates close
        """
        self.ensure_one()
        self._check_group("revenue_recognition.group_revenue_controller")
        return self.sudo()._without_defaults()._reopen(reason)

    # === STEPS === #

    def _approve(self):
        self._lock_row()
        self._check_state("computed")
        if self.prepared_by_id == self.env.user:
            raise UserError(self.env._("%s was prepared by you: a colleague has to approve it.", self.name))
        if self.blocking_count and not (self.exception_note or "").strip():
            raise UserError(
                self.env._(
                    "%(count)s contracts are left out of %(close)s. Say why they may be, or see to them.",
                    count=self.blocking_count,
                    close=self.name,
                )
            )
        self.write({"state": "approved", "approved_by_id": self.env.uid, "approved_at": fields.Datetime.now()})

    def _lock(self):
        self._lock_row()
        self._check_state("posted")
        if self.reversal_ids:
            raise UserError(self.env._("%s was reopened; close the period again.", self.name))
        self.write({"state": "locked", "locked_by_id": self.env.uid})
        if not self.company_id.revenue_lock_date or self.company_id.revenue_lock_date < self.date:
            self.company_id.revenue_lock_date = self.date

    def _cancel(self):
        self._lock_row()
        self._check_state("draft", "computing", "computed", "approved")
        self._forget()
        self.state = "cancelled"

    # === CHECKS === #

    def _check_group(self, group):
        """Refuse users who are not of a group.

        :raises AccessError: for others
        """
        self.check_access("read")
        if not (self.env.su or self.env.user.has_group(group)):
            name = self.env.ref(group).sudo().full_name
            raise AccessError(self.env._("This step is for: %s.", name))

    def _check_state(self, *states):
        """Refuse closes in other states than these.

        :raises UserError: for others, naming what is to be done first
        """
        if self.state in states:
            return
        labels = dict(self._fields["state"]._description_selection(self.env))
        raise UserError(
            self.env._(
                "%(close)s is %(state)s; this step needs it to be: %(states)s.",
                close=self.name,
                state=labels[self.state],
                states=", ".join(labels[state] for state in states),
            )
        )

    def _lock_row(self):
        """Keep others from working on the close until the transaction ends.

        :raises UserError: when somebody else works on it
        """
        try:
            self.lock_for_update()
        except LockError as error:
            raise UserError(self.env._("Somebody else is working on %s; try again in a moment.", self.name)) from error
        self.invalidate_recordset()

    @api.model
    def _last_posted(self, company):
        """Return the last close of a company that stands."""
        return self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("kind", "=", "close"),
                ("state", "in", STANDING),
                ("reversal_ids", "=", False),
            ],
            order="date desc, id desc",
            limit=1,
        )

    @api.model
    def _load_demo(self):
        """Take the firms of the demo through closed months (called by the demo data, safe to repeat)."""
        load(self.env)
