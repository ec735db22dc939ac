from fractions import Fraction

from odoo import api, fields, models

from .billing_milestone import DELIVERABLE


class BillingMilestone(models.Model):
    """The order line, and the part of it, that Odoo's own milestone (``project.milestone``) of a deliverable delivers.

    ``sale_line_id`` of a native milestone holds one order line at most. Where the billing milestone covers several
    lines it stays empty, and the percentage is that of the plan. Where it covers a single line, the line is set if
    Odoo counts it by milestones, or if the order or the project has other lines too. Otherwise it stays empty as
    well: Odoo recomputes a line at each of its milestones, in the transaction in which a task is marked done.
    """

    _inherit = "billing.milestone"

    delivers_quantities = fields.Boolean(
        compute="_compute_delivers_quantities",
        store=True,
        help="Whether Odoo counts what is delivered of one of its lines by milestones.",
    )

    @api.depends("allocation_ids.line_id.qty_delivered_method")
    def _compute_delivers_quantities(self):
        for milestone in self:
            methods = milestone.sudo().allocation_ids.line_id.mapped("qty_delivered_method")
            milestone.delivers_quantities = "milestones" in methods

    def _single_line(self):
        """Return the order line that this milestone covers if it covers one only (``sale.order.line``)."""
        self.ensure_one()
        lines = self.allocation_ids.filtered("amount").line_id
        return lines if len(lines) == 1 else lines.browse()

    def _native_line(self, project):
        """Return the order line that the native milestone in ``project`` names (``sale.order.line``, maybe none)."""
        line = self._single_line()
        if not line or line.qty_delivered_method == "milestones":
            return line
        others = self.order_id.order_line.filtered("product_id") - line
        owner = project.reinvoiced_sale_order_id or project.sale_order_id
        return line if others.filtered(lambda one: not one.is_downpayment) or owner - self.order_id else line.browse()

    def _delivered_weights(self, line=None):
        """Return which part of a line, or of their plan, each of these milestones delivers (0 to 1).

        What is due on confirmation or on a date delivers nothing, so the others deliver the whole.

        :param line: an order line, or none for the whole plan
        :return: ``{milestone: Fraction}``
        """
        weights = {}
        for schedule, milestones in self.grouped("schedule_id").items():
            deliverables = schedule.milestone_ids.filtered(lambda milestone: milestone.due_on in DELIVERABLE)
            total = sum((milestone._amount_on(line) for milestone in deliverables), Fraction(0))
            for milestone in milestones:
                weights[milestone] = milestone._amount_on(line) / total if total else Fraction(0)
        return weights

    def _amount_on(self, line):
        rows = self.allocation_ids
        if line:
            rows = rows.filtered(lambda row: row.line_id == line)
        return sum((Fraction(str(row.amount)) for row in rows), Fraction(0))

    def _name_native_lines(self):
        """Set the order line of the native milestones anew, after a change order added lines."""
        for milestone in self.filtered("project_milestone_id"):
            native = milestone.project_milestone_id
            if native.billing_milestone_ids != milestone or milestone.due_on not in ("task", "manual"):
                continue
            line = milestone._native_line(native.project_id)
            if native.sale_line_id != line:
                native.sale_line_id = line

    def _link_new_deliverables(self):
        """Make native milestones of those that deliver what a change order added and none delivers yet."""
        for milestone in self:
            others = milestone.schedule_id.milestone_ids - milestone
            delivered = others.filtered("project_milestone_id").allocation_ids.filtered("amount").line_id
            if milestone.allocation_ids.filtered("amount").line_id - delivered:
                milestone._link_deliverables()
