import logging

from psycopg2 import OperationalError
from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, format_date, plaintext2html

_logger = logging.getLogger(__name__)


class SaleOrderLine(models.Model):
    """A subscription starts with a milestone of its order."""

    _inherit = "sale.order.line"

    subscription_milestone_id = fields.Many2one(
        "billing.milestone",
        "Starts With",
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The milestone of this order with which the subscription starts, once it is attained in full.",
    )
    subscription_started_by_id = fields.Many2one(
        "billing.milestone",
        "Started By",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The milestone whose attainment started the subscription.",
    )
    subscription_waits = fields.Boolean(
        compute="_compute_subscription_waits", store=True, readonly=False, precompute=True
    )

    @api.depends("subscription_milestone_id")
    def _compute_subscription_waits(self):
        for line in self:
            line.subscription_waits = line.subscription_waits or bool(line.subscription_milestone_id)

    @api.constrains("subscription_milestone_id", "order_id")
    def _check_subscription_milestone(self):
        for line in self:
            milestone = line.subscription_milestone_id
            if milestone and milestone.order_id != line.order_id:
                raise ValidationError(
                    self.env._(
                        "%(line)s starts with a milestone of its own order: %(milestone)s is of another one.",
                        line=line.display_name,
                        milestone=milestone.display_name,
                    )
                )

    #: Said when it starts.
    _kept_fields = frozenset({"subscription_started_by_id"})

    def _get_protected_fields(self):
        names = super()._get_protected_fields()
        return names and [*names, "subscription_milestone_id"]

    def write(self, vals):
        if "subscription_milestone_id" in vals and not self._is_flagged("subscription_telling"):
            self._check_milestone_open(vals)
        return super().write(vals)

    def _check_milestone_open(self, vals):
        """Refuse another milestone once the subscription started.

        :raises UserError: naming the line and what to do
        """
        for line in self.filtered(lambda line: line._subscription_running()):
            if line._changed_fields(vals, {"subscription_milestone_id"}):
                raise UserError(
                    self.env._(
                        "%s started already: no milestone starts it. End it in its subscription.", line.display_name
                    )
                )

    # === FOLLOWING MILESTONES === #

    @api.model
    def _subscription_follow_milestones(self, company):
        """Start what starts with milestones of a company that are attained, and stop what started too early.

        Each line for itself: one that fails is left to the next time, and the person responsible is asked.
        """
        domain = Domain("company_id", "=", company.id) & Domain("state", "=", "sale")
        attained = Domain("subscription_milestone_id.attained_percent", ">=", 100)
        waiting = Domain("subscription_waits", "=", True) & Domain("subscription_start", "=", False)
        for line in self.search(domain & attained & waiting):
            line._subscription_try(line._subscription_start_with_milestone)
        undone = Domain("subscription_started_by_id.attained_percent", "<", 100)
        for line in self.search(domain & undone & Domain("subscription_charge_ids.state", "=", "running")):
            line._subscription_try(line._subscription_wait_again)
        for line in self._subscription_started_elsewhen(company):
            line._subscription_try(line._subscription_start_anew)

    @api.model
    def _subscription_started_elsewhen(self, company):
        """Return the lines of a company that started with a milestone which is attained on another day now."""
        self.flush_model(["subscription_started_by_id", "subscription_start", "state"])
        self.env["billing.milestone"].flush_model(["attained_date", "attained_percent"])
        query = SQL(
            """
            SELECT line.id
              FROM sale_order_line line
              JOIN billing_milestone milestone ON milestone.id = line.subscription_started_by_id
             WHERE line.company_id = %s AND line.state = 'sale' AND milestone.attained_percent >= 100
               AND milestone.attained_date <> line.subscription_start
            """,
            company.id,
        )
        lines = self.browse(number for [number] in self.env.execute_query(query))
        return lines.filtered(lambda line: line._subscription_running())

    def _subscription_try(self, act):
        """Do something with this line, or leave nothing of it; the others go on."""
        try:
            with self.env.cr.savepoint():
                act()
        except (UniqueViolation, OperationalError) as error:
            _logger.info("Another transaction starts or stops %s: %s", self, error)
        except Exception as error:
            _logger.warning("%s does not follow its milestone: %s", self, error, exc_info=True)
            reason = (
                str(error) if isinstance(error, UserError) else self.env._("Ask an administrator: the log says why.")
            )
            self._subscription_ask(
                self.env._(
                    "%(line)s could not follow milestone %(milestone)s: %(reason)s Enter its start on the order line.",
                    line=self.name,
                    milestone=self.subscription_milestone_id.name,
                    reason=reason,
                )
            )

    def _subscription_start_with_milestone(self):
        """Start on the day on which the milestone was attained."""
        if self._subscription_is_waiting():
            milestone = self.subscription_milestone_id
            said = {"subscription_start": milestone.attained_date, "subscription_started_by_id": milestone.id}
            self._flagged("subscription_telling").write(said)

    def _subscription_end_by_hand(self):
        """Return the end that somebody agreed, which holds for the next start too; False where the plan says it."""
        first, end = self._subscription_charging()[:1], self._subscription_last().last_day
        by_plan = self._subscription_end_of_term(first.plan_id, first.first_day.toordinal())
        return end if end and end != by_plan else False

    def _subscription_wait_again(self):
        """Wait again, as the milestone is attained no more; what is invoiced a person is asked to end."""
        charges = self._subscription_running()
        if not charges.invoice_line_ids:
            end = self._subscription_end_by_hand()
            charges.state = "cancelled"
            said = {"subscription_start": False, "subscription_end": end, "subscription_started_by_id": False}
            self._flagged("subscription_telling").write(said)
        elif any(not charge.last_day for charge in charges):
            self._subscription_ask(
                self.env._(
                    "%(line)s started with milestone %(milestone)s, which is attained no more, and is invoiced. "
                    "End it in its subscription, or attain the milestone again.",
                    line=self.name,
                    milestone=self.subscription_started_by_id.name,
                )
            )

    def _subscription_start_anew(self):
        """Start on the day on which the milestone is attained now; what is invoiced of days before is asked about."""
        charges, milestone = self._subscription_running(), self.subscription_started_by_id
        if not charges.invoice_line_ids:
            self._subscription_wait_again()
            self._subscription_start_with_milestone()
            return
        first, day = self._subscription_charging()[:1], milestone.attained_date
        if day > first.first_day and not first._is_paused_on(first.first_day) and not first.last_day:
            self._subscription_ask(
                self.env._(
                    "%(line)s started on %(first)s with milestone %(milestone)s, which is attained on %(day)s now, "
                    "and is invoiced. Pause it from %(first)s to the day before in its subscription: what was billed "
                    "of these days comes back.",
                    line=self.name,
                    milestone=milestone.name,
                    first=format_date(self.env, first.first_day),
                    day=format_date(self.env, day),
                )
            )

    def _subscription_ask(self, note):
        """Ask who sells this order, once, until he is done with it; where nobody does, the order's history says it.

        :param str note: plain text
        """
        order, summary = self.order_id, self.env._("Subscription and milestone")
        person = order.user_id or order.team_id.user_id
        if not person.active:
            if not order.message_ids.filtered(lambda message: plaintext2html(note) == message.body):
                order.message_post(body=plaintext2html(note))
        elif not order.activity_ids.filtered(lambda row: row.summary == summary and row.user_id == person):
            order._without_defaults().activity_schedule(
                "mail.mail_activity_data_todo", summary=summary, note=plaintext2html(note), user_id=person.id
            )
