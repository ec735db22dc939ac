from odoo import api, models
from odoo.tools import SQL


class BillingSourceCharge(models.AbstractModel):
    """What a forecast is told of subscriptions: what is due, and the periods to come."""

    _inherit = "billing.source.charge"

    @api.model
    def _forecast(self, company, orders, until):
        """Return what is to be billed of charges by a day: what is agreed, by the function that bills.

        Nobody knows usage to come: of each period the mean of the last ones that were billed is expected, less what
        prepaid funds pay of it.
        """
        domain = [("company_id", "=", company.id), ("state", "=", "running"), ("order_id.state", "=", "sale")]
        if orders is not None:
            domain.append(("order_id", "in", list(orders)))
        charges = self.env["subscription.charge"].search(domain)
        stands, taxes, found = charges._stands(), {}, []
        for charge in charges:
            key = charge.line_id.tax_ids, charge.currency_id
            if key not in taxes:
                taxes[key] = charge._forecast_taxes()
            found += charge._forecast(stands.get(charge, {}), until, *taxes[key])
        for funds in charges.filtered(lambda row: row.kind == "prepaid").grouped("order_id").values():
            own = {charge: taxes[charge.line_id.tax_ids, charge.currency_id] for charge in funds}
            found += funds._forecast_draws(stands, until, own)
        return found


class BillingSourceOrderLine(models.AbstractModel):
    _inherit = "billing.source.order.line"

    @api.model
    def _other_sources(self):
        running = SQL(
            "EXISTS (SELECT FROM subscription_charge own WHERE own.line_id = line.id AND own.state = 'running')"
        )
        return [*super()._other_sources(), running, SQL("line.subscription_term_id IS NOT NULL")]
