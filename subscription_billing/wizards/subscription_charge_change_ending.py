from odoo import api, fields, models
from odoo.tools import format_date

from ..models.subscription_charge_ending import WHEN


class SubscriptionChargeChange(models.TransientModel):
    """When it ends, in words; and whether that is earlier than notice and minimum term allow."""

    _inherit = "subscription.charge.change"

    end_when = fields.Selection(WHEN, "Ends", store=False, help="Fills in the end; leave it empty to enter a day.")
    last_day = fields.Date(compute="_compute_last_day", store=True, readonly=False)
    end_warning = fields.Char(compute="_compute_end_warning", help="Whether it may end that early.")

    @api.depends("end_when")
    def _compute_last_day(self):
        for change in self:
            if change.end_when:
                change.charge_id.sudo(False).check_access("read")
                change.last_day = change.charge_id._end_when(change.end_when)
            else:
                change.last_day = change.last_day

    @api.depends("last_day")
    def _compute_end_warning(self):
        for change in self:
            charge = change.charge_id
            charge.check_access("read")
            early = charge and charge.sudo()._ends_too_early(change.last_day)
            change.end_warning = early and self.env._(
                "Notice and minimum term allow %s at the earliest. Sales managers may end it before.",
                format_date(self.env, charge.sudo()._earliest_end()),
            )
