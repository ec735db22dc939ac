from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.billing_milestone import OFFSET_UNITS


class BillingShiftWizard(models.TransientModel):
    """Move the dates of a milestone, and of what comes after it. Amounts stay."""

    _name = "billing.shift.wizard"
    _description = "Move Milestone Dates"

    milestone_ids = fields.Many2many("billing.milestone", string="Milestones", required=True)
    number = fields.Integer("Move by", required=True, default=1, help="Below zero: earlier.")
    unit = fields.Selection(OFFSET_UNITS, required=True, default="days")
    followers = fields.Boolean(
        "Also what comes after",
        default=True,
        help="All milestones of the same schedule planned later and not yet attained.",
    )

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if "milestone_ids" in fields and self.env.context.get("active_model") == "billing.milestone":
            values.setdefault("milestone_ids", [(6, 0, self.env.context.get("active_ids", []))])
        return values

    def action_shift(self):
        """Move the dates.

        :return: an action that closes the dialog
        :raises AccessError: without the right to plan milestones.
        :raises UserError: when nothing moves: no date, or attained already.
        """
        self.ensure_one()
        moved = self.milestone_ids._shift_dates(self.number, self.unit, self.followers)
        if not moved:
            raise UserError(
                self.env._("Nothing to move: these milestones have no date of their own, or were attained already.")
            )
        return {"type": "ir.actions.act_window_close"}
