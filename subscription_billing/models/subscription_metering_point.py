from odoo import api, fields, models
from odoo.addons.base.models.res_partner import _tz_get
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..ingest import rollups


class SubscriptionMeteringPoint(models.Model):
    """Where a meter counts: a customer, an account or a device, as the metering system calls it.

    Records and their sums belong to the point. Of a day they belong to whichever subscription of the point covers it.
    """

    _name = "subscription.metering.point"
    _description = "Metering Point"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "name, id"

    name = fields.Char(
        "Subject", required=True, readonly=True, help="How the metering system calls the customer, account or device."
    )
    meter_id = fields.Many2one(
        "subscription.meter", required=True, readonly=True, index=True, ondelete="restrict", help="What is counted."
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
        help="Whose usage it is.",
    )
    tz = fields.Selection(
        _tz_get,
        "Time Zone",
        required=True,
        compute="_compute_tz",
        store=True,
        readonly=False,
        precompute=True,
        help="Its days begin at midnight of this zone. Another one works the sums of all its days out anew.",
    )
    last_batch = fields.Integer("Latest Batch", readonly=True, help="The latest batch with records of it.")
    day_ids = fields.One2many("subscription.usage.day", "point_id", "Usage by Day", readonly=True)

    _once_fields = frozenset({"name", "meter_id", "company_id"})
    _name_unique = models.UniqueIndex("(meter_id, company_id, name)", "There is this metering point already.")

    @api.depends("company_id")
    def _compute_tz(self):
        for point in self:
            point.tz = point.tz or point.company_id._billing_zone()

    @api.constrains("meter_id", "company_id")
    def _check_meter_company(self):
        for point in self:
            company = point.meter_id.company_id
            if company and company != point.company_id:
                raise UserError(self.env._("%s is a meter of another company.", point.meter_id.name))

    def write(self, vals):
        zones = {point.id: point.tz for point in self}
        result = super().write(vals)
        if "tz" in vals:
            self.filtered(lambda point: point.tz != zones[point.id])._rebuild_days()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for point in self:
            if self.env.execute_query(SQL("SELECT FROM subscription_usage_day WHERE point_id = %s LIMIT 1", point.id)):
                raise UserError(self.env._("%s has usage: it stays.", point.name))

    def _rebuild_days(self):
        """Work the sums of all days of these points out of their records anew."""
        self.env.flush_all()
        # A batch marks its points: Odoo begins this transaction anew when one was stored meanwhile.
        self.env.execute_query(
            SQL("SELECT FROM subscription_metering_point WHERE id = ANY(%s) ORDER BY id FOR UPDATE", self.ids)
        )
        rollups.rebuild_points(self.env.cr, {point.id: point.tz for point in self})
        self.env.invalidate_all()
