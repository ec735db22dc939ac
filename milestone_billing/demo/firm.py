"""A firm of the demo: a company with its books, and shortcuts to tell the story of its orders."""

from datetime import timedelta

from odoo.fields import Command

#: How many are billed at once.
BATCH = 40


class Firm:
    """A company of its own, with a chart of accounts, templates, customers, products and orders.

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
        company.write({"currency_id": currency.id, "billing_manager_id": env.ref("base.user_admin").id})
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

    def service(self, name, price, tracking="task_in_project", **values):
        """Create a service that is billed as ordered (``product.product``)."""
        return self.env["product.product"].create(
            {
                "name": name,
                "type": "service",
                "company_id": self.company.id,
                "invoice_policy": "order",
                "service_tracking": tracking,
                "list_price": price,
                "taxes_id": [Command.set(self.tax.ids)],
                "supplier_taxes_id": [Command.clear()],
                **values,
            }
        )

    def template(self, name, note, *milestones, rule=None, **values):
        """Create a template of these milestones (dictionaries), and a rule that picks it when given (a dictionary)."""
        template = self.env["billing.schedule.template"].create(
            {
                "name": name,
                "note": note,
                "company_id": self.company.id,
                "milestone_ids": [
                    Command.create({"sequence": 10 * (index + 1), **row}) for index, row in enumerate(milestones)
                ],
                **values,
            }
        )
        if rule:
            self.env["billing.schedule.rule"].create(
                {"template_id": template.id, "company_id": self.company.id, **rule}
            )
        return template

    # === ORDERS === #

    def quotation(self, customer, *lines, **values):
        """Create a quotation; a line is a product, with its price where it is not the list price."""
        pairs = [line if isinstance(line, tuple) else (line, line.list_price) for line in lines]
        return self.env["sale.order"].create(
            {
                "partner_id": customer.id,
                "user_id": self.env.ref("base.user_admin").id,
                "company_id": self.company.id,
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": 1.0, "price_unit": price})
                    for product, price in pairs
                ],
                **values,
            }
        )

    def plan(self, order, template=None, milestones=(), **values):
        """Give a quotation a schedule, from a template or of these milestones (dictionaries)."""
        rows = [Command.create({"sequence": 10 * (index + 1), **row}) for index, row in enumerate(milestones)]
        name = template.name if template else "As agreed"
        return self.env["billing.schedule"].create(
            {
                "order_id": order.id,
                "name": name,
                "template_id": template.id if template else False,
                **({"milestone_ids": rows} if rows else {}),
                **values,
            }
        )

    def confirm(self, order, ago=0):
        """Confirm an order, so many days ago."""
        order.action_confirm()
        if ago:
            order.date_order -= timedelta(days=ago)
        return order.billing_milestone_ids.sorted(lambda milestone: (milestone.sequence, milestone.id))

    def attain_all(self, milestones, *days):
        """Attain milestones, each on its day, counted from today."""
        for milestone, day in zip(milestones, days, strict=True):
            milestone._attain(100.0, self.day(day), "manual")

    # === BILLING === #

    def bill(self):
        """Bill what is due, as the clock does, but inside the transaction that installs the demo."""
        attainments = self.env["billing.attainment"].sudo()
        attainments._sweep()
        while batch := attainments._lock_batch(BATCH):
            batch._bill_safely()
        self.env.flush_all()
        # Nobody has to be told by mail what happened before the demo began.
        attainments.search([("to_tell", "=", True)]).to_tell = False

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

    def hold(self, reason, **target):
        """Hold a customer, an order or a milestone."""
        self.env["billing.hold"].create({"reason": reason, **{name: record.id for name, record in target.items()}})
