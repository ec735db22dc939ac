from dataclasses import replace
from datetime import date

from odoo import api, models
from odoo.addons.billing_base.engine.due import Answer, Due
from odoo.addons.billing_base.engine.units import to_units
from odoo.fields import Domain
from odoo.tools import SQL

from .subscription_plan import OF_USAGE


class BillingSourceCharge(models.AbstractModel):
    """Charges as a source of an invoice run: of each period what should have been billed, less what stands.

    The lines are those that *Create Invoice* makes.
    """

    _name = "billing.source.charge"
    _inherit = "billing.source"
    _description = "Subscription Periods"

    _by_itself = True
    _credits_by_itself = True

    @api.model
    def _find_orders(self, company, day, customers):
        self.env["subscription.charge"].flush_model(["next_due", "company_id", "order_id", "kind", "tz"])
        self.env["sale.order"].flush_model(["state", "partner_invoice_id"])
        query = SQL(
            """
            SELECT DISTINCT charge.order_id
              FROM subscription_charge charge
              JOIN sale_order orders ON orders.id = charge.order_id AND orders.state = 'sale'
              JOIN res_partner address ON address.id = orders.partner_invoice_id
             WHERE charge.next_due <= %s AND charge.company_id = %s %s
               AND (charge.kind NOT IN %s OR charge.next_due <= %s OR %s > %s)
            """,
            day,
            company.id,
            self._of_customers(customers),
            OF_USAGE,
            self.env["subscription.charge"]._today_sql(SQL("charge.tz")),
            day,
            company._billing_today(),
        )
        return {order for [order] in self.env.execute_query(query)}

    @api.model
    def _due(self, orders, day):
        running = orders.filtered(lambda order: order.state == "sale")
        domain = [("order_id", "in", running.ids), ("state", "=", "running")]
        domain = Domain(domain) & (Domain("next_due", "<=", day) | Domain("kind", "!=", "recurring"))
        charges = self.env["subscription.charge"].search(domain).sorted(lambda row: (row.line_id.sequence, row.id))
        stands, going_on, draws, found = charges._stands(), self._going_on(running, day), {}, {}
        for _order, own in charges.filtered(lambda row: row.kind == "prepaid").grouped("order_id").items():
            draws.update(own._open_draws(day))
        for charge in charges:
            dues = [self._one_due(charge, one) for one in charge._open(stands.get(charge, {}), day)]
            dues += [self._draw_due(charge, one) for one in draws.get(charge, ())]
            for due in dues:
                # What is given back waits for the next invoice, where there will be one; of usage it has waited.
                waits = due.amount < 0 and charge.kind == "recurring" and charge.order_id in going_on
                due = replace(due, comes_off=waits)
                found.setdefault(charge.order_id, []).append(due)
        return {order: Answer(tuple(dues)) for order, dues in found.items()}

    @api.model
    def _going_on(self, orders, day):
        """Return those of some orders (``sale.order``) of which further periods are due after a day."""
        domain = Domain("order_id", "in", orders.ids) & Domain("state", "=", "running")
        ends = Domain("last_day", "=", False) | Domain("last_day", ">=", day)
        charges = self.env["subscription.charge"].search(domain & ends)
        return charges.filtered(lambda charge: charge._bills_after(day)).order_id

    @api.model
    def _heading(self):
        return self.env._("Subscriptions")

    @api.model
    def _find_billed(self, lines):
        return {line: line.subscription_charge_id for line in lines if line.subscription_charge_id}

    @api.model
    def _one_due(self, charge, one):
        """Return what is open of a period as what is due (``engine.Due``)."""
        line = self._line_ahead(charge)
        return self._as_due(charge, line, charge._invoice_line(line, one), date.fromordinal(one.since))

    @api.model
    def _draw_due(self, charge, one):
        """Return what funds pay of a period as what is due (``engine.Due``), below zero."""
        line = self._line_ahead(charge)
        since = max(one.since, charge.first_day)
        return self._as_due(charge, line, charge._draw_line(line, one), since)

    @api.model
    def _line_ahead(self, charge):
        """Return the order line of a charge in the language, the company and the round of the next invoice."""
        order = charge.order_id.with_company(charge.company_id)
        order = order.with_context(lang=order.partner_invoice_id.lang or self.env.lang)
        return charge.line_id.with_env(order._flagged(billing_rounds_ahead=1).env)

    @api.model
    def _as_due(self, charge, line, values, since):
        """Return an invoice line to be made as what is due (``engine.Due``).

        :param dict values: of the line
        :param since: date
        """
        order = line.order_id
        base_line = order._billing_base_line(values)
        self.env["account.tax"]._add_tax_details_in_base_line(base_line, charge.company_id)
        amount = base_line["tax_details"]["raw_total_excluded_currency"]
        return Due(
            order=order.id,
            line=line.id,
            key=values["billing_key"],
            amount=to_units(amount, order.currency_id.rounding),
            text=values["name"],
            since=since,
            values=values,
            source=self._name,
            by_itself=True,
        )
