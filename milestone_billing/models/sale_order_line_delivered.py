from fractions import Fraction

from odoo import models

from .billing_milestone import DELIVERABLE


class SaleOrderLine(models.Model):
    """Milestones of a plan deliver the lines that Odoo counts by milestones, also where one covers several lines."""

    _inherit = "sale.order.line"

    def _prepare_qty_delivered(self):
        # OVERRIDE: a native milestone delivers the one line it names; one of a plan may cover several.
        shared = self.filtered(
            lambda line: line.qty_delivered_method == "milestones" and line.sudo()._has_shared_milestones()
        )
        quantities = super(SaleOrderLine, self - shared)._prepare_qty_delivered()
        for line in shared.sudo():
            quantities[line.with_env(self.env)] = float(line._milestones_delivered()) * line.product_uom_qty
        return quantities

    def _billing_refresh_delivered(self):
        """Work out anew what reached milestones deliver of those of these lines that are delivered by milestones.

        Called explicitly instead of by a dependency: most lines are delivered in other ways, and marking a task done
        must not wait for locks on their rows.
        """
        counted = self.filtered(lambda line: line.qty_delivered_method == "milestones")
        self.env.add_to_compute(self._fields["qty_delivered"], counted)

    def _has_shared_milestones(self):
        natives = self.billing_allocation_ids.filtered("amount").milestone_id.project_milestone_id
        return any(not native.sale_line_id for native in natives)

    def _milestones_delivered(self):
        """Return which part of this line reached milestones of its plan deliver (``Fraction``, 0 to 1)."""
        reached = self.billing_allocation_ids.milestone_id.filtered(
            lambda milestone: milestone.due_on in DELIVERABLE and milestone.project_milestone_id.is_reached
        )
        return sum(reached._delivered_weights(self).values(), Fraction(0))

    def _handle_milestones(self, project):
        # OVERRIDE: Odoo makes one milestone for all of a line, or takes every milestone of the project that names no
        # line for it. A plan makes those of its lines, and keeps its own.
        if self.sudo()._is_delivered_by_plan():
            return None
        if any(
            milestone.sudo().billing_milestone_ids and not milestone.sale_line_id for milestone in project.milestone_ids
        ):
            project = project.browse()
        return super()._handle_milestones(project)

    def _is_delivered_by_plan(self):
        """Return whether milestones of a plan deliver this line, or will, as soon as the plan covers it."""
        self.ensure_one()
        schedules = self.billing_schedule_id
        if not schedules and self._is_schedulable():
            schedules = self.order_id.billing_schedule_ids.filtered("cover_all")
        return any(milestone.due_on in DELIVERABLE for milestone in schedules.milestone_ids)
