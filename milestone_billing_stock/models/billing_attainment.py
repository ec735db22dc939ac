from odoo import api, fields, models
from odoo.addons.record_protection.models.append_only import changed, make_trigger
from odoo.exceptions import UserError
from odoo.tools import SQL


class BillingAttainment(models.Model):
    """What was delivered of each order line is a part of the fact, and never changes either."""

    _inherit = "billing.attainment"

    delivered = fields.Json(
        readonly=True,
        export_string_translation=False,
        help="What was delivered by then of each order line, by its id and in its unit of measure.",
    )

    def init(self):
        """Make the trigger that keeps what was delivered anew."""
        result = super().init()
        when = SQL("BEFORE UPDATE ON %s FOR EACH ROW WHEN (%s)", SQL.identifier(self._table), changed(["delivered"]))
        make_trigger(self.env.cr, self._table, "delivered", when, "record_refuse_change")
        return result

    @api.model
    def _further_facts(self, vals):
        # OVERRIDE: what was delivered.
        facts = super()._further_facts(vals)
        return {**facts, "delivered": vals["delivered"]} if vals.get("delivered") else facts

    def write(self, vals):
        if "delivered" in vals:
            raise UserError(self.env._("What was delivered of an attainment is never changed. Record a new one."))
        return super().write(vals)
