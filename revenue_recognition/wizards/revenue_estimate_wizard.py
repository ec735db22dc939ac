from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..models.evidence_kinds import ESTIMATES


class RevenueEstimateWizard(models.TransientModel):
    """Update estimates at completion, and see at once what that does to revenue.

    Project managers have no right to see contracts: here they see the figures of their own projects, and no more. All
    checks are on what the database says of an obligation, never on what the dialog sends back.
    """

    _name = "revenue.estimate.wizard"
    _description = "Estimates at Completion"

    date = fields.Date(
        required=True,
        default=lambda self: self.env.company._revenue_today(),
        help="From this day on the estimate holds.",
    )
    reason = fields.Char(help="What changed, for whoever audits the estimate.")
    line_ids = fields.One2many("revenue.estimate.wizard.line", "wizard_id")
    late = fields.Boolean(compute="_compute_late")

    @api.depends("date", "line_ids")
    @api.depends_context("uid")
    def _compute_late(self):
        for wizard in self:
            locks = wizard.line_ids._allowed().company_id.mapped("revenue_lock_date")
            wizard.late = any(lock and wizard.date and wizard.date <= lock for lock in locks)

    # === ACTIONS === #

    @api.model
    def _open(self, obligations):
        """Return the action that opens the dialog for some obligations.

        :param obligations: in superuser mode
        :raises AccessError: when the user may not estimate one of them
        :raises UserError: when none of them is measured by cost or hours
        """
        wanted = obligations.filtered(
            lambda obligation: (
                obligation.measure in ESTIMATES
                and obligation.contract_id.state != "cancelled"
                and obligation.modification_id.state != "rejected"
            )
        )
        if not wanted:
            raise UserError(self.env._("Nothing here is measured by cost or hours: there is nothing to estimate."))
        self._check_may_estimate(wanted)
        wizard = self.sudo().create({"line_ids": [Command.create({"obligation_id": one.id}) for one in wanted]})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Estimates at Completion"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    @api.model
    def _check_may_estimate(self, obligations):
        """Let accountants pass, and managers of the projects.

        :raises AccessError: for anybody else
        """
        for obligation in obligations:
            if not obligation._may_estimate(self.env.user):
                raise AccessError(
                    self.env._("Estimates at completion are for revenue accountants and the managers of the project.")
                )

    def action_save(self):
        """Record the new estimates as evidence.

        :return: an action that closes the dialog
        :raises AccessError: for anybody but revenue accountants and the managers of the projects
        :raises UserError: without a reason, or when no estimate is new
        :raises ValidationError: when an estimate cannot be
        """
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line.new_estimate)
        obligations = lines.sudo().obligation_id
        self._check_may_estimate(obligations)
        if not lines:
            raise UserError(self.env._("Enter a new estimate first."))
        if not self.reason or not self.reason.strip():
            raise UserError(self.env._("Say why the estimate changes: auditors will ask."))
        self.env["revenue.evidence"].sudo().create(
            [
                {
                    "key": f"estimate/{uuid4()}",
                    "obligation_id": line.sudo().obligation_id.id,
                    "date": self.date,
                    "kind": ESTIMATES[line.sudo().obligation_id.measure],
                    "value": line.new_estimate,
                    "source": self.env._("Project"),
                    "note": self.reason.strip(),
                }
                for line in lines
            ]
        )
        return {"type": "ir.actions.act_window_close"}


class RevenueEstimateWizardLine(models.TransientModel):
    """The estimate of one obligation."""

    _name = "revenue.estimate.wizard.line"
    _description = "Estimate at Completion"

    wizard_id = fields.Many2one("revenue.estimate.wizard", required=True, ondelete="cascade", index=True)
    obligation_id = fields.Many2one("revenue.obligation", required=True, ondelete="cascade", readonly=True)
    name = fields.Char(compute="_compute_progress_to_date")
    measure = fields.Char(compute="_compute_progress_to_date", help="How its progress is measured (ASC 606-10-25-31).")
    currency_id = fields.Many2one("res.currency", compute="_compute_progress_to_date")
    estimate = fields.Float(
        string="Current Estimate",
        compute="_compute_progress_to_date",
        digits=(16, 2),
        help="What was expected by completion until now.",
    )
    done = fields.Float(
        string="To Date", compute="_compute_progress_to_date", digits=(16, 2), help="What is worked or spent by now."
    )
    progress = fields.Float(compute="_compute_progress_to_date", help="The fraction earned by now.")
    new_estimate = fields.Float(digits=(16, 2), help="All that is expected by completion, what is done included.")
    new_progress = fields.Float(compute="_compute_effect", help="The fraction earned with the new estimate.")
    effect = fields.Monetary(
        string="Effect on Revenue",
        compute="_compute_effect",
        help="What the next close recognises more, or takes back, because of the new estimate.",
    )
    overrun = fields.Boolean(compute="_compute_effect")

    @api.depends("obligation_id", "wizard_id.date")
    @api.depends_context("uid")
    def _compute_progress_to_date(self):
        for line in self:
            one = line._allowed()
            outlook = line._outlook(0.0) if one else {}
            line.name = one.name
            line.measure = dict(one._fields["measure"]._description_selection(self.env)).get(one.measure)
            line.currency_id = one.currency_id
            line.estimate = outlook.get("estimate") or 0.0
            line.done = outlook.get("done") or 0.0
            line.progress = outlook.get("progress") or 0.0

    @api.depends("obligation_id", "new_estimate", "wizard_id.date")
    @api.depends_context("uid")
    def _compute_effect(self):
        for line in self:
            before, after = line._effect()
            line.new_progress = after.get("progress") or 0.0
            line.effect = (after.get("revenue") or 0.0) - (before.get("revenue") or 0.0)
            line.overrun = bool(line.new_estimate) and line.new_estimate < (after.get("done") or 0.0)

    def _effect(self):
        """Return the outlook before and after the new estimate."""
        self.ensure_one()
        if not self._allowed() or self.new_estimate <= 0:
            return {}, {}
        return self._outlook(0.0), self._outlook(self.new_estimate)

    def _outlook(self, estimate):
        day = self.wizard_id.date or self.obligation_id.company_id._revenue_today()
        return self._allowed()._estimate_effect(estimate, day)

    def _allowed(self):
        """Return the obligations whose estimates the user may see, in superuser mode."""
        return self.sudo().obligation_id.filtered(lambda one: one._may_estimate(self.env.user))
