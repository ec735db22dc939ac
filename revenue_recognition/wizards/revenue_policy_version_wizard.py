from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class RevenuePolicyVersionWizard(models.TransientModel):
    """Copy the terms of a policy into a version that holds from a day on."""

    _name = "revenue.policy.version.wizard"
    _description = "New Version of a Policy"

    policy_id = fields.Many2one("revenue.policy", required=True, readonly=True)
    date_from = fields.Date(
        string="For Contracts Made from",
        required=True,
        default=lambda self: self.env.company._revenue_today(),
        help="Contracts made before keep the terms of the version they follow.",
    )
    version_id = fields.Many2one("revenue.policy.version", string="Starts as a Copy of", compute="_compute_version_id")

    @api.depends("policy_id", "date_from")
    def _compute_version_id(self):
        for wizard in self:
            known = wizard.policy_id.version_ids.sorted("date_from")
            held = wizard.policy_id._version_on(wizard.date_from) if wizard.policy_id and wizard.date_from else None
            wizard.version_id = held or known[:1]

    def action_create_version(self):
        """Copy the version that holds on the day, and open the copy.

        :return: an action that opens the new version
        :raises UserError: when a version begins on that very day
        """
        self.ensure_one()
        if self.date_from in self.policy_id.version_ids.mapped("date_from"):
            raise UserError(
                self.env._(
                    "%(policy)s has a version from %(date)s already: change that one, or choose another day.",
                    policy=self.policy_id.name,
                    date=format_date(self.env, self.date_from),
                )
            )
        version = self.version_id.copy({"date_from": self.date_from})
        return {
            "type": "ir.actions.act_window",
            "res_model": "revenue.policy.version",
            "res_id": version.id,
            "view_mode": "form",
        }
