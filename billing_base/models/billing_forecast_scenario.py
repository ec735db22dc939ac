from odoo import api, fields, models
from odoo.addons.record_protection.reading import values
from odoo.addons.record_protection.refusals import read_argument
from odoo.exceptions import UserError, ValidationError

from ..engine.forecast import DAYS_IN_WEEK, Scenario

UNITS = [("days", "Days"), ("weeks", "Weeks")]
#: Ten years: more is a typing error.
MOST_DAYS = 3650


class BillingForecastScenario(models.Model):
    """What to suppose of the plan: a forecast shows it beside the plan as it is. Nothing of the plan changes."""

    _name = "billing.forecast.scenario"
    _description = "Forecast Scenario"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True, help="What is supposed, such as “All two weeks later”.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, default=lambda self: self.env.company, help="Left empty, it is for all companies."
    )
    shift_number = fields.Integer(
        "Later by", help="By how much what is planned comes later; below zero, earlier. What is agreed by time stays."
    )
    shift_unit = fields.Selection(UNITS, "Unit", required=True, default="weeks", help="The unit of that time.")
    late_days = fields.Integer(
        "Paid Later by (Days)", help="How many days later than they do customers pay; below zero, earlier."
    )
    is_left_out = fields.Boolean("Leave Out", help="What it is about does not come at all, but for what is invoiced.")
    partner_ids = fields.Many2many(
        "res.partner", string="Customers", help="It is about what they are invoiced; empty for all."
    )
    order_ids = fields.Many2many("sale.order", string="Orders", help="It is about these orders; empty for all.")

    @api.constrains("shift_number", "shift_unit", "late_days")
    def _check_days(self):
        for scenario in self:
            if max(abs(scenario._days()), abs(scenario.late_days)) > MOST_DAYS:
                raise ValidationError(
                    self.env._("%(name)s: at most %(most)s days are supposed.", name=scenario.name, most=MOST_DAYS)
                )

    def _days(self):
        self.ensure_one()
        return self.shift_number * (DAYS_IN_WEEK if self.shift_unit == "weeks" else 1)

    def _is_for(self, company):
        """Return whether this is supposed of a company."""
        self.ensure_one()
        return not self.company_id or self.company_id == company

    def _supposed(self):
        """Return this scenario as the engine takes it (``engine.forecast.Scenario``)."""
        self.ensure_one()
        return Scenario(
            days=self._days(),
            late=self.late_days,
            leaves_out=self.is_left_out,
            orders=self._supposed_orders(),
            records=self._supposed_records(),
            customers=set(self.partner_ids.commercial_partner_id.ids) or None,
        )

    def _supposed_orders(self):
        """Return the ids of the orders that this is about; None for all."""
        domain = self._orders_domain()
        return set(self.env["sale.order"].sudo().search(domain).ids) if domain else None

    def _orders_domain(self):
        """Return the domain of the orders that this is about; empty for all."""
        domain = []
        if self.order_ids:
            domain.append(("id", "in", self.order_ids.ids))
        return domain

    def _supposed_records(self):
        """Return what of these orders this is about: {(model, id)}; None for all of them."""
        return

    @api.model
    def _read_scenario(self, value):
        """Return the scenario of an id or an exact name; none for nothing.

        :raises UserError: where there is none of it
        """
        if value is None or value is False:
            return self.browse()
        value = read_argument(self.env, "scenario", values.ref, value)
        found = self.search([("id" if isinstance(value, int) else "name", "=", value)], limit=1)
        if not found:
            raise UserError(self.env._("scenario: there is none of “%s”.", value))
        return found

    def action_compare(self):
        """Show the receipts of these scenarios beside those of the plan as it is.

        :return: a window action
        :raises AccessError: for who neither sells, bills nor audits
        """
        self.check_access("read")
        return self.env["billing.forecast"]._open(self)
