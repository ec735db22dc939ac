from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tools import SQL

from .common import BillingBaseCommon


def told_by_others(lines):
    """Return the order lines of ``lines`` that another source forecasts: as the query has it, and as a line says."""
    lines.env.flush_all()
    others = [SQL("line.display_type IS NOT NULL"), *lines.env["billing.source.order.line"]._other_sources()]
    condition = SQL(" OR ").join(SQL("(%s)", other) for other in others)
    query = SQL("SELECT line.id FROM sale_order_line line WHERE line.id = ANY(%s) AND (%s)", lines.ids, condition)
    found = {line for (line,) in lines.env.execute_query(query)}
    return (
        lines.filtered(lambda line: line.id in found),
        lines.filtered(lambda line: line._billing_has_other_source()),
    )


class ForecastCommon(BillingBaseCommon):
    """Shortcuts to forecasts of what the tests make."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.forecasts = cls.env["billing.forecast"]
        cls.month = cls.env["account.payment.term"].create(
            {"name": "A month", "line_ids": [Command.create({"value": "percent", "value_amount": 100, "nb_days": 30})]}
        )

    def _get(self, orders=None, by="month", **values):
        """Return the forecast of some orders, or of the customer's."""
        self.env.flush_all()
        domain = [("id", "in", orders.ids)] if orders is not None else [("partner_id", "=", self.customer.id)]
        return self.forecasts.get(domain, by=by, **values)

    def _flows(self, orders, scenario=None, company=None):
        """Return (kind, day, units, certainty) of what is expected of orders, in the order of their days."""
        self.env.flush_all()
        company = company or self.company
        until = self.today + timedelta(days=400)
        found = self.forecasts.sudo()._flows(company, set(orders.ids), until, scenario)
        rows = [(flow.kind, flow.day, flow.units, flow.plan.certainty) for flow in found]
        return sorted(rows, key=lambda row: (row[1] or self._day("2999-01-01"), row[0], row[2]))

    def _in(self, days):
        return self.today + timedelta(days=days)

    @classmethod
    def _invoice(cls, amount, partner=None, day=None, due=None, **values):
        """Return a posted invoice without an order."""
        move = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": (partner or cls.customer).id,
                "invoice_date": day or cls.today,
                "invoice_date_due": due or day or cls.today,
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {"name": "By hand", "price_unit": amount, "quantity": 1, "tax_ids": [Command.clear()]}
                    )
                ],
                **values,
            }
        )
        move.action_post()
        return move

    @classmethod
    def _pay(cls, moves, day, amount=None):
        """Pay invoices on a day, whole or an amount of them."""
        values = {"payment_date": fields.Date.to_string(day), "group_payment": False}
        if amount:
            values["amount"] = amount
        wizard = cls.env["account.payment.register"].with_context(active_model="account.move", active_ids=moves.ids)
        wizard.create(values).action_create_payments()

    @classmethod
    def _pay_late(cls, days, count=3, partner=None):
        """Have a customer pay invoices so many days late."""
        for number in range(count):
            due = cls.today - timedelta(days=200 - number)
            cls._pay(cls._invoice(100.0, partner, day=due), due + timedelta(days=days))
        cls.env.flush_all()
