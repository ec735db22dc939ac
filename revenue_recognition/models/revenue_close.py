from odoo import api, fields, models
from odoo.exceptions import AccessError, LockError, UserError

#: States of a close that is not finished.
OPEN = ("draft", "computing", "computed", "approved", "posting")
#: States of a close whose entries stand.
POSTED = ("posted", "locked")


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

    _one_open = models.UniqueIndex(
        "(company_id) WHERE state IN ('draft', 'computing', 'computed', 'approved', 'posting')",
        "A company has one close at work at a time: finish or cancel it first.",
    )
    _reversed_once = models.UniqueIndex(
        "(reversed_id) WHERE reversed_id IS NOT NULL", "This close is reopened already."
    )

    # === COMPUTE METHODS === #

    @api.model
    def _default_date(self):
        """Return the last day of the month before."""
        return fields.Date.subtract(fields.Date.start_of(fields.Date.context_today(self), "month"), days=1)

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

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any(set(vals) - {"date", "company_id"} for vals in vals_list):
            raise AccessError(self.env._("A close is made with its company and its date; the rest comes by its steps."))
        self.flush_model(["state"])
        closes = super().create(vals_list)
        for close in closes.filtered(lambda close: close.kind == "close"):
            close._check_period()
            close._number()
        return closes

    def _number(self):
        """Tell a further close of a day apart from those before it."""
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
        self.sudo()._post()

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
        self._in_state("approved")
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
        return self.sudo()._reopen(reason)

    # === STEPS === #

    def _approve(self):
        self._take()
        self._in_state("computed")
        if self.prepared_by_id == self.env.user:
            reason = self.env._("%s was prepared by you: a colleague has to approve it.")
            raise UserError(reason % self.name)
        if self.blocking_count and not (self.exception_note or "").strip():
            reason = self.env._("%(count)s contracts are left out of %(close)s. Say why they may be, or see to them.")
            raise UserError(reason % {"count": self.blocking_count, "close": self.name})
        self.write({"state": "approved", "approved_by_id": self.env.uid, "approved_at": fields.Datetime.now()})

    def _lock(self):
        self._take()
        self._in_state("posted")
        if self.reversal_ids:
            raise UserError(self.env._("%s was reopened; close the period again.", self.name))
        self.write({"state": "locked", "locked_by_id": self.env.uid})
        if not self.company_id.revenue_lock_date or self.company_id.revenue_lock_date < self.date:
            self.company_id.revenue_lock_date = self.date

    def _cancel(self):
        self._take()
        self._in_state("draft", "computing", "computed", "approved")
        self._forget()
        self.state = "cancelled"

    # === CHECKS === #

    def _check_group(self, group):
        """Let members of a group pass.

        :raises AccessError: for others
        """
        self.check_access("read")
        if not (self.env.su or self.env.user.has_group(group)):
            name = self.env.ref(group).sudo().full_name
            raise AccessError(self.env._("This step is for: %s.", name))

    def _in_state(self, *states):
        """Let closes in some states pass.

        :raises UserError: for others, naming what is to be done first
        """
        if self.state in states:
            return
        labels = dict(self._fields["state"]._description_selection(self.env))
        reason = self.env._("%(close)s is %(state)s; this step needs it to be: %(states)s.")
        values = {
            "close": self.name,
            "state": labels[self.state],
            "states": ", ".join(labels[state] for state in states),
        }
        raise UserError(reason % values)

    def _take(self):
        """Keep others from working on the close until the transaction ends.

        :raises UserError: when somebody else works on it
        """
        try:
            self.lock_for_update()
        except LockError as error:
            raise UserError(self.env._("Somebody else is working on %s; try again in a moment.", self.name)) from error
        self.invalidate_recordset()

    def _check_period(self):
        """Refuse a close of a period that is locked, or before one that is posted.

        :raises UserError: with the close that stands in the way
        """
        locked = self.company_id.sudo().revenue_lock_date
        if locked and self.date <= locked:
            reason = self.env._("Revenue is locked through %(date)s. Close a later day, or have the period reopened.")
            raise UserError(reason % {"date": locked})
        last = self._last_posted(self.company_id)
        if last and self.date < last.date:
            reason = self.env._("%(last)s is posted through %(date)s. Close that day or a later one.")
            raise UserError(reason % {"last": last.name, "date": last.date})

    @api.model
    def _last_posted(self, company):
        """Return the last close of a company that stands."""
        return self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("kind", "=", "close"),
                ("state", "in", POSTED),
                ("reversal_ids", "=", False),
            ],
            order="date desc, id desc",
            limit=1,
        )
