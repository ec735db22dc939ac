import logging

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

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
        begun = Domain("subscription_milestone_id.attained_percent", "<", 100)
        for line in self.search(domain & begun & ~waiting & Domain("subscription_charge_ids.state", "=", "running")):
            line._subscription_try(line._subscription_wait_again)

    def _subscription_try(self, act):
        try:
            with self.env.cr.savepoint():
                act()
        except Exception as error:  # noqa: BLE001 - whatever fails of one line, the others go on
            _logger.warning("%s does not follow its milestone: %s", self.display_name, error)
            self._subscription_ask(
                self.env._(
                    "%(line)s could not follow milestone %(milestone)s: %(reason)s Enter its start on the order line.",
                    line=self.name,
                    milestone=self.subscription_milestone_id.name,
                    reason=error,
                )
            )

    def _subscription_start_with_milestone(self):
        """Start on the day on which the milestone was attained."""
        if self._subscription_is_waiting():
            day = self.subscription_milestone_id.attained_date
            self._flagged("subscription_telling").subscription_start = day

    def _subscription_wait_again(self):
        """Wait again, as the milestone is attained no more; what is invoiced a person is asked to end."""
        charges = self._subscription_running()
        if not charges.invoice_line_ids:
            charges.state = "cancelled"
            self._flagged("subscription_telling").write({"subscription_start": False, "subscription_end": False})
        elif any(not charge.last_day for charge in charges):
            self._subscription_ask(
                self.env._(
                    "%(line)s started with milestone %(milestone)s, which is attained no more, and is invoiced. "
                    "End it in its subscription, or attain the milestone again.",
                    line=self.name,
                    milestone=self.subscription_milestone_id.name,
                )
            )

    def _subscription_ask(self, note):
        """Ask who sells this order, once, until he is done with it."""
        order, summary = self.order_id, self.env._("Subscription and milestone")
        person = order.user_id or self.env.user
        if not order.activity_ids.filtered(lambda row: row.summary == summary and row.user_id == person):
            order.activity_schedule("mail.mail_activity_data_todo", summary=summary, note=note, user_id=person.id)
