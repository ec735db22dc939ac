from odoo import api, fields, models
from odoo.addons.record_protection.models.append_only import changed, make_trigger, protect
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..demo.story import load

STATES = [
    ("draft", "To Send"),
    ("open", "Waiting for the Customer"),
    ("accepted", "Accepted"),
    ("partial", "Accepted in Part"),
    ("rejected", "Rejected"),
    ("withdrawn", "Withdrawn"),
]
OPEN = ("draft", "open")
#: Why a request is withdrawn: each reader gets it in his language.
WITHDRAWN = [
    ("by_hand", "Withdrawn by hand"),
    ("changed", "The plan or the order changed"),
    ("cancelled", "The order was cancelled"),
    ("not_ready", "The work is not done any more"),
    ("not_needed", "No acceptance is needed any more"),
    ("deleted", "The milestone was deleted"),
]
#: What people prepare before it is sent.
PREPARED = {"message", "task_ids", "file_ids", "approver_ids"}
#: What was asked is fixed once it is sent.
FACTS = (
    "round",
    "percent_asked",
    "percent_before",
    "facts_asked",
    "content",
    "fingerprint",
    "sent_on",
    "answer_days",
    "reminder_days",
)
#: Until when whose turn it is may answer.
TERMS = ("answer_until", "deemed_on", "remind_on")


class BillingAcceptance(models.Model):
    """One round of asking a customer to accept a milestone: what is asked, whom, until when, and what came of it."""

    _name = "billing.acceptance"
    _description = "Acceptance"
    _order = "id desc"
    _check_company_auto = True

    milestone_id = fields.Many2one("billing.milestone", readonly=True, index=True, ondelete="set null")
    name = fields.Char(
        "Milestone",
        compute="_compute_name",
        store=True,
        precompute=True,
        help="Name of the milestone when it was sent.",
    )
    round = fields.Integer(readonly=True, default=1, help="How often acceptance of the milestone was asked for.")
    order_id = fields.Many2one("sale.order", readonly=True, index=True, ondelete="set null")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, index=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    state = fields.Selection(
        STATES, required=True, default="draft", readonly=True, index=True, help="Where the request stands."
    )
    to_send = fields.Boolean(readonly=True, help="It is sent by itself, with the next turn of the clock.")
    key = fields.Char(readonly=True, help="Unique: a request of another system is made once.")
    user_id = fields.Many2one("res.users", "Asked By", readonly=True, help="Who sent it.")

    # What is asked
    percent_before = fields.Float(
        "Accepted Before (cumulative %)", digits=(16, 6), readonly=True, help="What was accepted in earlier rounds."
    )
    percent_asked = fields.Float(
        "Asked For (cumulative %)", digits=(16, 6), readonly=True, default=100.0, help="In all, with earlier rounds."
    )
    facts_asked = fields.Json(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="What is asked for beside the percentage, such as what was delivered of each line when it was sent.",
    )
    amount = fields.Monetary(
        "Amount Asked For", readonly=True, help="What the acceptance asked for bills, untaxed, in the order's currency."
    )
    message = fields.Text(help="What you want to say to the customer. It is part of what he accepts.")
    task_ids = fields.Many2many(
        "project.task",
        "billing_acceptance_task_rel",
        string="Deliverables",
        help="Tasks whose names the customer sees as deliverables. Their descriptions stay inside.",
    )
    file_ids = fields.Many2many(
        "ir.attachment",
        "billing_acceptance_file_rel",
        string="Files",
        bypass_search_access=True,
        help="Only these files are shown to the customer.",
    )
    content = fields.Text(readonly=True, copy=False, help="What was asked, word by word: the text of the fingerprint.")
    fingerprint = fields.Char(readonly=True, copy=False, help="SHA-256 of what was asked.")
    approver_ids = fields.One2many(
        "billing.acceptance.approver", "acceptance_id", "Who Accepts", help="One after the other."
    )

    # Until when, and what came of it
    sent_on = fields.Datetime(readonly=True, copy=False, help="When the first of the contacts got the mail.")
    answer_days = fields.Integer(
        "Business Days to Answer",
        readonly=True,
        copy=False,
        help="So many has each of the contacts from when he is asked. Fixed when it was sent; 0 for no end.",
    )
    reminder_days = fields.Integer(
        "Business Days of the Reminder",
        readonly=True,
        copy=False,
        help="So many before the last one for an answer each of them is reminded. Fixed when it was sent; 0 for never.",
    )
    answer_until = fields.Date(
        compute="_compute_terms",
        store=True,
        copy=False,
        index="btree_not_null",
        help="The last business day for an answer of whose turn it is.",
    )
    deemed_on = fields.Date(
        "Deemed Accepted On",
        compute="_compute_terms",
        store=True,
        copy=False,
        help="The day after the last one for an answer of whose turn it is.",
    )
    remind_on = fields.Date(
        "Reminder On",
        compute="_compute_terms",
        store=True,
        copy=False,
        help="The day on which whose turn it is is reminded.",
    )
    answer_ids = fields.One2many("billing.acceptance.answer", "acceptance_id", "Answers", readonly=True, copy=False)
    answers = fields.Integer(readonly=True, copy=False)
    percent_accepted = fields.Float(
        "Accepted (cumulative %)", digits=(16, 6), readonly=True, copy=False, help="What was accepted in all."
    )
    accepted_on = fields.Date(readonly=True, copy=False, help="The day from which the acceptance holds.")
    closed_on = fields.Datetime(readonly=True, copy=False, help="When the last answer came, or it was withdrawn.")
    withdrawn_because = fields.Selection(WITHDRAWN, readonly=True, copy=False, help="Why it was withdrawn.")
    pdf_id = fields.Many2one(
        "ir.attachment",
        "Signed Page",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="What was asked, and each answer with its signature, as a PDF.",
    )
    waits_for = fields.Many2one("billing.acceptance.approver", compute="_compute_waits_for", help="Whose turn it is.")
    possible_task_ids = fields.Many2many(
        "project.task", compute="_compute_possible", help="Tasks of the order's projects, which may be shown."
    )
    possible_file_ids = fields.Many2many(
        "ir.attachment", compute="_compute_possible", help="Files of these tasks, their projects and the order."
    )
    days_left = fields.Integer(
        compute="_compute_days_left", help="Calendar days until the last one for an answer, in the company's time zone."
    )
    outcome = fields.Text(compute="_compute_outcome", help="What the customer said, and what he still expects.")

    _round_unique = models.UniqueIndex(
        "(milestone_id, round) WHERE milestone_id IS NOT NULL", "Each round of a milestone is there once."
    )
    _open_unique = models.UniqueIndex(
        "(milestone_id) WHERE milestone_id IS NOT NULL AND state IN ('draft', 'open')",
        "Acceptance of this milestone is asked for already.",
    )
    _key_unique = models.UniqueIndex("(company_id, key) WHERE key IS NOT NULL", "This request was made already.")

    _kept_fields = frozenset({"answer_ids"})

    def init(self):
        """Have the database keep what was asked, once it is sent, and every request."""
        _protect_sent(self.env.cr, self._table)
        _protect_files(self.env.cr)
        return super().init()

    # === COMPUTE METHODS === #

    @api.depends("milestone_id")
    def _compute_name(self):
        for acceptance in self:
            acceptance.name = acceptance.milestone_id.name or acceptance.name

    @api.depends("round", "name", "order_id.name")
    def _compute_display_name(self):
        for acceptance in self:
            name = f"{acceptance.sudo().order_id.name or ''} · {acceptance.name or ''}"
            acceptance.display_name = f"{name} ({acceptance.round})" if acceptance.round > 1 else name

    @api.depends("state", "approver_ids.sent_on", "approver_ids.answer_ids")
    def _compute_waits_for(self):
        for acceptance in self:
            acceptance.waits_for = acceptance.state == "open" and acceptance._whose_turn()

    @api.depends("approver_ids.sent_on", *(f"approver_ids.{name}" for name in TERMS))
    def _compute_terms(self):
        """Tell until when who was asked last may answer: it is his turn, or was when the request was closed."""
        for acceptance in self:
            asked = acceptance.approver_ids.filtered("sent_on").sorted(lambda row: (row.sequence, row.id))[-1:]
            for name in TERMS:
                acceptance[name] = asked[name]

    @api.depends("state", "answer_until")
    def _compute_days_left(self):
        for acceptance in self:
            waits = acceptance.state == "open" and acceptance.answer_until
            acceptance.days_left = (waits - acceptance.company_id._billing_today()).days if waits else 0

    @api.depends("milestone_id", "order_id")
    def _compute_possible(self):
        """Propose tasks and files that whoever prepares the request may read."""
        for acceptance in self:
            tasks = acceptance.sudo()._possible_tasks().sudo(self.env.su)._filtered_access("read")
            places = {
                "project.task": tasks.ids,
                "project.project": tasks.project_id.ids,
                "sale.order": acceptance.order_id.ids,
            }
            domain = Domain.OR(
                Domain("res_model", "=", model) & Domain("res_id", "in", ids) for model, ids in places.items()
            )
            acceptance.possible_task_ids = tasks
            acceptance.possible_file_ids = (
                self.env["ir.attachment"].search(domain & Domain("res_field", "=", False))
                if acceptance.state == "draft"
                else False
            )

    # === CRUD METHODS === #

    def write(self, vals):
        if vals.keys() & PREPARED and not self._is_flagged("acceptance_freezing"):
            self._check_draft()
        result = super().write(vals)
        if "file_ids" in vals:
            self._check_files()
        if "task_ids" in vals:
            self._check_tasks()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("What a customer was asked to accept stays on record. Withdraw the request instead.")
        )

    def _check_draft(self):
        """Refuse to change what was sent.

        :raises UserError: naming the request and the remedy
        """
        for acceptance in self.filtered(lambda row: row.state != "draft"):
            raise UserError(
                self.env._("%s was sent, so what it asks stays. Withdraw it, and ask again.", acceptance.display_name)
            )

    def _check_files(self):
        """Refuse files that whoever chooses them may not read: the customer would."""
        if not self.env.su:
            self.sudo().file_ids.sudo(False).check_access("read")

    def _check_tasks(self):
        """Refuse tasks of other orders, and those that whoever chooses them may not read.

        :raises UserError: naming the task
        """
        for acceptance in self:
            tasks = acceptance.task_ids
            if not self.env.su:
                tasks.sudo(False).check_access("read")
            foreign = tasks.sudo() - acceptance.sudo()._possible_tasks()
            if foreign:
                raise UserError(
                    self.env._(
                        "%(task)s is no task of a project of %(order)s: the customer sees only what is his.",
                        task=foreign[0].name,
                        order=acceptance.sudo().order_id.name,
                    )
                )

    def _possible_tasks(self):
        """Return the tasks that may be shown as deliverables: those of the order, and of its milestone."""
        self.ensure_one()
        milestone = self.milestone_id
        projects = milestone.project_id | self.order_id.project_ids
        domain = [("project_id", "in", projects.ids), ("has_template_ancestor", "=", False)]
        mine = (
            self.env["project.task"]
            .with_context(active_test=False)
            .search([*domain, "|", ("sale_order_id", "=", self.order_id.id), ("sale_order_id", "=", False)])
        )
        return mine | milestone.task_ids

    # === RIGHTS === #

    def _check_may_ask(self):
        """Check that the user may ask customers for acceptance, and withdraw what was asked: billing users.

        :raises AccessError: otherwise
        """
        if not self.env.su and not self.env.user.has_group("milestone_billing.group_billing_user"):
            raise AccessError(self.env._("Asking customers for acceptance is for project managers. Ask one of them."))
        self.check_access("read")

    @api.model
    def _check_may_record(self):
        """Check that the user may record what was answered on paper: billing managers.

        :raises AccessError: otherwise
        """
        if not self.env.su and not self.env.user.has_group("milestone_billing.group_billing_manager"):
            raise AccessError(
                self.env._("Recording an acceptance given on paper is for billing managers. Ask one of them.")
            )

    # === ACTIONS === #

    def action_send(self):
        """Send these requests: what they ask is fixed from now on, and the first contact gets his mail.

        :return: True
        :raises AccessError: for anybody but billing users
        :raises UserError: when one cannot be sent, naming why and the remedy
        """
        self._check_may_ask()
        for acceptance in self:
            acceptance.sudo()._lock()
            refusal = acceptance.sudo()._send_refusal()
            if refusal:
                raise UserError(refusal)
            acceptance.sudo()._send(self.env.user)
        return True

    def action_withdraw(self):
        """Withdraw these requests: their links say so, and whoever got a mail is told.

        :return: True
        :raises AccessError: for anybody but billing users
        :raises UserError: when one was answered already
        """
        self._check_may_ask()
        for acceptance in self:
            acceptance.sudo()._lock()
            if acceptance.state not in OPEN:
                raise UserError(
                    self.env._("%s was answered or withdrawn already: it stays on record.", acceptance.display_name)
                )
            acceptance.sudo()._withdraw("by_hand")
        return True

    def action_open_milestone(self):
        """Open the milestone.

        :return: a window action
        """
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "billing.milestone",
            "res_id": self.milestone_id.id,
            "views": [(False, "form")],
        }

    # === PRIVATE BUSINESS === #

    @api.model
    def _load_demo(self):
        """Ask and answer in a firm of the demo (called by the demo data)."""
        load(self.env)

    def _lock(self):
        """Wait for whoever has this request in hand, and hold it until the end of this transaction."""
        self.ensure_one()
        self.env.flush_all()
        self.env.cr.execute("SELECT id FROM billing_acceptance WHERE id = %s FOR UPDATE", [self.id])
        self.invalidate_recordset()

    def _whose_turn(self):
        """Return the first of the contacts who has not answered (``billing.acceptance.approver``, maybe none)."""
        self.ensure_one()
        return (
            self.sudo()
            .approver_ids.sorted(lambda row: (row.sequence, row.id))
            .filtered(lambda row: not row.answer_ids)[:1]
        )

    def _withdraw(self, because):
        """Withdraw these requests that are open; whoever got a mail is told.

        :param str because: of ``WITHDRAWN``
        """
        for acceptance in self.filtered(lambda row: row.state in OPEN):
            was_sent = acceptance.state == "open"
            acceptance.write(
                {
                    "state": "withdrawn",
                    "to_send": False,
                    "withdrawn_because": because,
                    "closed_on": fields.Datetime.now(),
                }
            )
            if was_sent:
                acceptance._log_withdrawn()
                acceptance.approver_ids.filtered("sent_on")._mail("withdrawn")
        self.milestone_id._stop_asking_for_acceptance()


def _protect_sent(cr, table):
    """Have the database keep requests, and what they asked once they are sent."""
    protect(cr, table, ["create_uid", "create_date", "company_id"])
    make_trigger(
        cr,
        table,
        "sent",
        SQL(
            "BEFORE UPDATE ON %s FOR EACH ROW WHEN (OLD.sent_on IS NOT NULL AND %s)",
            SQL.identifier(table),
            changed(FACTS),
        ),
        "record_refuse_change",
    )


def _protect_files(cr):
    """Have the database keep which files a request showed, once it is sent."""
    cr.execute(
        """
        CREATE OR REPLACE FUNCTION billing_acceptance_keep_files() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (
                SELECT FROM billing_acceptance
                WHERE id IN (NEW.billing_acceptance_id, OLD.billing_acceptance_id) AND sent_on IS NOT NULL
            ) THEN
                RAISE EXCEPTION 'The files of a request that was sent stay on record.'
                    USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
            END IF;
            IF TG_OP = 'DELETE' THEN
                RETURN OLD;
            END IF;
            RETURN NEW;
        END $$
        """
    )
    table = "billing_acceptance_file_rel"
    make_trigger(
        cr,
        table,
        "files",
        SQL("BEFORE INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW", SQL.identifier(table)),
        "billing_acceptance_keep_files",
    )
