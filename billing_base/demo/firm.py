"""A firm of a demo: a company with its books, and shortcuts to tell the story of its orders."""

from datetime import timedelta

from odoo.fields import Command


class Firm:
    """A company of its own, with a chart of accounts, customers, products and orders.

    Everything after the company itself goes through the product's own methods, as a user would have done it.
    """

    def __init__(self, env, key, tax=None, **values):
        """Create the company and its books.

        :param str key: its external id, in the namespace ``__demo__``
        :param float tax: the rate of its sales tax, None for none
        :param values: of the company: ``name``, ``country`` (code), ``currency`` (code), ``city``, …
        """
        country, currency = values.pop("country"), values.pop("currency")
        currency = env["res.currency"].with_context(active_test=False).search([("name", "=", currency)])
        currency.active = True
        country = env["res.country"].search([("code", "=", country)])
        # The chart is the generic one: without this, Odoo would install the country's own localisation.
        companies = env["res.company"].with_context(install_mode=True)
        company = companies.create({**values, "country_id": country.id, "currency_id": currency.id}).with_env(env)
        env["ir.model.data"]._update_xmlids([{"xml_id": f"__demo__.{key}", "record": company, "noupdate": True}])
        env.ref("base.user_admin").company_ids |= company
        env["account.chart.template"]._load("generic_coa", company, install_demo=False)
        company.currency_id = currency
        context = {**env.context, "allowed_company_ids": company.ids}
        self.env = env(user=env.ref("base.user_admin").id, su=True, context=context)
        self.company = company.with_env(self.env)
        self.today = self.company._billing_today()
        self.tax = self._make_tax(tax)

    def _make_tax(self, rate):
        # The generic chart is an American one: its positions would make every customer here a foreign one.
        self.env["account.fiscal.position"].search([("company_id", "=", self.company.id)]).active = False
        tax = self.company.account_sale_tax_id
        if rate is None:
            return tax.browse()
        tax.write({"name": f"{rate:g}%", "amount": rate})
        tax.tax_group_id.name = f"Tax {rate:g}%"
        return tax

    def day(self, number):
        """Return the day so many days from today; below zero: ago."""
        return self.today + timedelta(days=number)

    # === MASTER DATA === #

    def customer(self, name, **values):
        """Create a customer of this company (``res.partner``)."""
        country = self.env["res.country"].search([("code", "=", values.pop("country"))])
        return self.env["res.partner"].create(
            {"name": name, "is_company": True, "company_id": self.company.id, "country_id": country.id, **values}
        )

    def service(self, name, price, **values):
        """Create a service that is billed as ordered (``product.product``)."""
        return self.env["product.product"].create(
            {
                "name": name,
                "type": "service",
                "company_id": self.company.id,
                "invoice_policy": "order",
                "list_price": price,
                "taxes_id": [Command.set(self.tax.ids)],
                "supplier_taxes_id": [Command.clear()],
                **values,
            }
        )

    # === ORDERS === #

    def quotation(self, customer, *lines, **values):
        """Create a quotation; a line is a product, with its price where it is not the list price, or its values."""
        return self.env["sale.order"].create(
            {
                "partner_id": customer.id,
                "user_id": self.env.ref("base.user_admin").id,
                "company_id": self.company.id,
                "order_line": [Command.create({"product_uom_qty": 1.0, **_line(line)}) for line in lines],
                **values,
            }
        )

    # === BILLING === #

    def run(self, day, *customers):
        """Bill what is due by a day (date) of these customers, by an invoice run."""
        partners, runs = self.env["res.partner"].union(*customers), self.env["billing.run"]
        number = runs.search_count([("company_id", "=", self.company.id)])
        run = runs._begin(day, partners, f"demo/{number}")
        run.invoice_ids.filtered(lambda row: row.state == "to_bill")._bill_safely()
        run._finish()
        return run

    def pay(self, *records):
        """Receive the payment of the posted invoices of these milestones or orders."""
        for record in records:
            for move in record.invoice_ids.filtered(lambda move: move.state == "posted" and move.amount_residual):
                wizard = self.env["account.payment.register"].with_context(
                    active_model="account.move", active_ids=move.ids
                )
                wizard.create(
                    {"payment_date": min(self.today, move.invoice_date + timedelta(days=14))}
                )._create_payments()


def _line(line):
    """Return the values of an order line of the story: of a product, a product and its price, or values."""
    if isinstance(line, dict):
        return line
    product, price = line if isinstance(line, tuple) else (line, line.list_price)
    return {"product_id": product.id, "price_unit": price}
