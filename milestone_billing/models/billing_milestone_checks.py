from odoo import api, models
from odoo.exceptions import ValidationError

#: Fixed amounts stay below this: no order is worth more, and a slip of the keyboard is.
TOO_LARGE = 10**13


class BillingMilestone(models.Model):
    """Checks of what a milestone waits for, bills and refers to, on the screen and by the API alike.

    They matter: attaining a milestone marks its tasks' project milestone as reached, in superuser mode.
    """

    _inherit = "billing.milestone"

    @api.constrains("due_on", "date", "offset_from", "offset_milestone_id")
    def _check_due(self):
        for milestone in self:
            if milestone.due_on == "date" and not milestone.date:
                raise ValidationError(self.env._("Milestone %s is due on a date: say which.", milestone.name))
            if (
                milestone.due_on == "offset"
                and milestone.offset_from == "milestone"
                and not milestone.offset_milestone_id
            ):
                raise ValidationError(
                    self.env._("Milestone %s is counted from another milestone: say which.", milestone.name)
                )
            if milestone.offset_milestone_id.schedule_id not in (milestone.schedule_id, self.env["billing.schedule"]):
                raise ValidationError(
                    self.env._("Milestone %s is counted from a milestone of another schedule.", milestone.name)
                )
        if self._has_cycle("offset_milestone_id"):
            raise ValidationError(self.env._("Milestones cannot wait for each other in a circle."))

    @api.constrains("amount_type", "amount_fixed", "line_ids")
    def _check_amount_fixed(self):
        for milestone in self.filtered(lambda milestone: milestone.amount_type == "fixed"):
            if abs(milestone.amount_fixed) >= TOO_LARGE:
                raise ValidationError(
                    self.env._(
                        "Milestone %(name)s: %(amount)s is no amount of an order. Give one below %(most)s.",
                        name=milestone.name,
                        amount=f"{milestone.amount_fixed:g}",
                        most=f"{TOO_LARGE:,}",
                    )
                )
            if milestone.amount_fixed < 0 and not milestone._may_be_negative():
                raise ValidationError(self._negative_refusal(milestone.name))

    def _may_be_negative(self):
        """Return whether this milestone may credit: it covers a discount, or takes what a change order took away."""
        self.ensure_one()
        return self.is_change_order or (self.line_ids or self.order_id.order_line)._has_discount()

    @api.model
    def _negative_refusal(self, name):
        """Return why the milestone of this name cannot credit an amount, and what to do."""
        return self.env._(
            "Milestone %s credits an amount although none of its order lines is negative. Give a positive amount; what "
            "is billed already is credited by undoing its milestone.",
            name,
        )

    @api.constrains("line_ids", "schedule_id")
    def _check_own_lines(self):
        for milestone in self.sudo():
            foreign = milestone.line_ids.filtered(lambda line, order=milestone.order_id: line.order_id != order)
            if foreign:
                raise ValidationError(
                    self.env._(
                        "Milestone %(milestone)s bills lines of %(order)s: choose none of another order.",
                        milestone=milestone.name,
                        order=milestone.order_id.name,
                    )
                )

    @api.constrains("task_ids", "project_milestone_id", "schedule_id")
    def _check_reach(self):
        """Refuse tasks and project milestones that are of another order and that the user may not change."""
        if self.env.su:
            return
        for milestone in self.sudo():
            named = milestone._foreign_to_order("task_ids"), milestone._foreign_to_order("project_milestone_id")
            if not all(self._may_change(records.with_env(self.env)) for records in named if records):
                raise ValidationError(
                    self.env._(
                        "Milestone %(milestone)s waits for something that is not of %(order)s, and that you may not "
                        "change. Choose tasks and milestones of the order's own projects.",
                        milestone=milestone.name,
                        order=milestone.order_id.name,
                    )
                )

    @api.model
    def _may_change(self, records):
        # Odoo's own rights let people who see no project write its milestones.
        return records.has_access("write") and records.sudo().project_id.with_env(self.env).has_access("read")

    def _foreign_to_order(self, name):
        """Return the tasks or project milestones that this milestone names and that are of no project of its order."""
        self.ensure_one()
        order = self.order_id
        projects = order.project_id | order.order_line.project_id | order.order_line.task_id.project_id
        return self[name].filtered(
            lambda record: record.project_id not in projects and record.project_id.sale_order_id != order
        )


class SaleOrderLine(models.Model):
    """What the lines that a milestone covers allow it to bill."""

    _inherit = "sale.order.line"

    def _has_discount(self):
        """Return whether one of these lines takes something off."""
        return any(line.price_subtotal < 0 for line in self)
