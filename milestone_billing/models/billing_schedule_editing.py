from odoo import api, models
from odoo.addons.billing_base.engine.units import from_units, to_fraction, to_units

from ..engine.plan import Item, Line, PlanError, allocate

#: By how much the sequence of a milestone that is added exceeds that of the last.
STEP = 10


class BillingSchedule(models.Model):
    """Amounts of a plan while it is typed: worked out in memory, stored when it is saved."""

    _inherit = "billing.schedule"

    @api.onchange("milestone_ids", "template_id", "cover_all", "line_ids")
    def _onchange_milestone_ids(self):
        for schedule in self:
            schedule.milestone_ids._show_amounts(schedule.line_ids)


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @api.onchange("billing_milestone_ids", "order_line")
    def _onchange_billing_milestone_ids(self):
        for order in self.filtered("billing_milestone_ids"):
            for schedule, milestones in order.billing_milestone_ids.grouped("schedule_id").items():
                saved = schedule._origin
                lines = order.order_line.filtered(
                    lambda line, saved=saved: (
                        line._is_schedulable()
                        and (line._origin.billing_schedule_id == saved or saved.cover_all and not line._origin)
                    )
                )
                milestones._show_amounts(lines)


class BillingMilestone(models.Model):
    _inherit = "billing.milestone"

    def _show_amounts(self, lines):
        """Show what these milestones, all of one plan that is being edited, come to; nothing is stored.

        Not once something is billed: the change rule then decides the amounts, when the plan is saved.

        :param lines: the order lines that the plan covers, as they are on the screen
        """
        if any(milestone._origin and milestone._origin._is_frozen() for milestone in self):
            return
        rounding = self.currency_id[:1].rounding or lines.currency_id[:1].rounding or 0.01
        keys = {line.id: line._origin.id or -place for place, line in enumerate(lines, 1)}
        milestones = dict(enumerate(self.sorted(lambda row: (row.sequence, row._origin.id or float("inf"))), 1))
        items = [milestone._shown_item(key, rounding) for key, milestone in milestones.items()]
        try:
            plan = allocate([Line(keys[line.id], to_units(line.price_subtotal, rounding)) for line in lines], items)
        except PlanError:
            # The error is raised when the plan is saved.
            return
        for key, milestone in milestones.items():
            milestone.amount = from_units(plan.amount(key), rounding)

    def _shown_item(self, key, rounding):
        """Return this milestone, as it is on the screen, as the engine's ``Item`` of this ``key``."""
        self.ensure_one()
        return Item(
            key=key,
            kind=self.amount_type or "percent",
            percent=to_fraction(self.percent or 0.0),
            amount=to_units(self.amount_fixed or 0.0, rounding),
            lines=frozenset(self.line_ids.ids) if self.line_ids else None,
        )

    @api.model
    def _next_sequence(self):
        """Return the sequence of a milestone added on a screen: after those its plan has, as it was entered."""
        schedule = self.env.context.get("default_schedule_id")
        if not isinstance(schedule, int):
            return STEP
        last = self.search([("schedule_id", "=", schedule)], order="sequence desc", limit=1)
        return last.sequence + STEP if last else STEP
