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

    effect = fields.Html(
        "Receipts by Month",
        compute="_compute_effect",
        compute_sudo=False,
        sanitize=False,
        help="Which months' receipts move, by the cash-flow forecast: with taxes, of the orders that you may see.",
    )

    @api.depends("milestone_ids", "number", "unit", "followers")
    def _compute_effect(self):
        forecasts = self.env["billing.forecast"]
        for wizard in self:
            milestones = wizard.milestone_ids._origin._filtered_access("read")
            shown = milestones and wizard.unit and forecasts._may_forecast()
            wizard.effect = wizard._tell_effect(milestones) if shown else False

    def _tell_effect(self, milestones):
        """Return which months' receipts moving milestones changes, as a small table; empty for none."""
        try:
            days = milestones.sudo()._days_shifted(self.number, self.unit, self.followers)
        except OverflowError:
            return False
        orders = [("id", "in", milestones.sudo().order_id.ids)]

        def changed(row):
            moves = row.moves and row.model == "billing.milestone" and row.record in days
            return row._replace(day=days[row.record]) if moves else row

        return self.env["billing.forecast"]._effect(milestones.sudo().company_id[:1], orders, changed)

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
