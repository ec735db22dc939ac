"""The books of a firm of the demo: shortcuts to sell, deliver, bill and close, month after month."""

from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from .people import people


class Books:
    """A company whose revenue is set up, by its controller and its accountant, and what happens to it.

    Orders and policies come first. What happens is noted with its day (:meth:`at`) and comes about in the order of
    time, with the closes in between (:meth:`live`): so what a close sees is what was there then.
    """

    def __init__(self, env, company):
        self.accountant, self.controller = people(env)
        (self.accountant | self.controller).write({"company_ids": [Command.link(company.id)]})
        context = {**env.context, "allowed_company_ids": company.ids, "tz": "UTC"}
        self.env = env(user=env.ref("base.user_admin").id, su=True, context=context)
        self.company = company.with_env(self.env)
        # As the demo of billing counts, whose firms this one continues: days from now are those of the company.
        self.today = self.company._revenue_today()
        products = self.env["product.product"].search([("company_id", "=", company.id)])
        self.products = {product.name: product for product in products}
        self.following = []
        self.agenda = []

    def ask(self, user, record):
        """Return a record or a model as one of the two people sees it."""
        return record.with_env(self.env(user=user.id, su=False))

    # === DAYS === #

    def ago(self, number):
        """Return the day so many days ago."""
        return self.today - timedelta(days=number)

    def day(self, months, number):
        """Return a day of the month that was so many months ago."""
        first = fields.Date.subtract(fields.Date.start_of(self.today, "month"), months=months)
        return first + timedelta(days=number - 1)

    def end(self, months):
        """Return the last day of the month that was so many months ago."""
        return fields.Date.end_of(self.day(months, 1), "month")

    def sold(self, order):
        """Return the day of an order, where the company is."""
        return self.company._revenue_day_of(order.date_order)

    # === SETTING UP === #

    def follow(self, policy, *holders):
        """Note that products or categories follow a policy, a record or the name of a ready-made one."""
        if isinstance(policy, str):
            policy = self.env.ref(f"revenue_recognition.policy_{policy}")
        self.following += [(policy, holder) for holder in holders]

    def set_up(self, granularity="summary"):
        """Begin with revenue: accounts by the controller, policies by the accountant, contracts of what is sold."""
        wizard = self.ask(self.controller, self.env["revenue.accounts.wizard"]).create({})
        wizard.granularity = granularity
        wizard.action_confirm()
        for policy, holder in self.following:
            template = holder.product_tmpl_id if holder._name == "product.product" else holder
            self.ask(self.accountant, template).revenue_policy_id = policy.id
        self.orders()._make_revenue_contracts()

    def policy(self, name, note, **version):
        """Create a policy of this company with one version."""
        policies = self.ask(self.accountant, self.env["revenue.policy"])
        return policies.create(
            {
                "name": name,
                "note": note,
                "company_id": self.company.id,
                "version_ids": [Command.create({"trigger": False, **version})],
            }
        )

    def price(self, name, **values):
        """Enter the standalone selling price of a product for the last year, as the accountant."""
        self.ask(self.accountant, self.env["revenue.ssp"]).create(
            {
                "product_id": self.products[name].id,
                "company_id": self.company.id,
                "currency_id": self.company.currency_id.id,
                "date_from": self.day(12, 1),
                **values,
            }
        )

    def product(self, name, price, tracking="no", **values):
        """Create a service without taxes (``product.product``)."""
        self.products[name] = self.env["product.product"].create(
            {
                "name": name,
                "type": "service",
                "company_id": self.company.id,
                "invoice_policy": "order",
                "service_tracking": tracking,
                "list_price": price,
                "taxes_id": [Command.clear()],
                "supplier_taxes_id": [Command.clear()],
                **values,
            }
        )
        return self.products[name]

    def customer(self, name, **values):
        """Create a customer of this company (``res.partner``)."""
        return self.env["res.partner"].create(
            {
                "name": name,
                "is_company": True,
                "company_id": self.company.id,
                "country_id": self.company.country_id.id,
                "email": f"accounts@{name.split()[0].lower()}.example",
                **values,
            }
        )

    # === ORDERS === #

    def order(self, customer, day, *lines, **values):
        """Sell: confirm an order as of a day. A line is ``(product, price)`` or ``(product, price, values)``.

        To be called before there are policies: the contract is made with them, of the day of the order.
        """
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer(customer).id if isinstance(customer, str) else customer.id,
                "user_id": self.env.uid,
                "company_id": self.company.id,
                "order_line": [
                    Command.create(
                        {"product_id": product.id, "product_uom_qty": 1.0, "price_unit": price, **(rest or [{}])[0]}
                    )
                    for product, price, *rest in lines
                ],
                **values,
            }
        )
        order.action_confirm()
        order.date_order = fields.Datetime.to_datetime(day) + timedelta(hours=9)
        return order

    def orders(self, customer=None):
        """Return the confirmed orders of this company, or of one customer of it by name; there may be none."""
        domain = [("company_id", "=", self.company.id), ("state", "=", "sale")]
        return self.env["sale.order"].search(domain + ([("partner_id.name", "=", customer)] if customer else []))

    # === WHAT HAPPENS === #

    def at(self, day, happens, *arguments, **values):
        """Note that something happens on a day; it is called with the day first. What is still to come is left out."""
        if day <= self.today:
            self.agenda.append((day, happens, arguments, values))

    def live(self, **closes):
        """Let everything noted happen, in the order of time.

        :param closes: ``m5``, ``m4``, …: a function to be called when the month so many months ago has ended
        """
        for month, close in closes.items():
            self.at(self.end(int(month[1:])), close)
        for day, happens, arguments, values in sorted(self.agenda, key=lambda one: one[0]):
            happens(day, *arguments, **values)
        drafts = self.orders().revenue_contract_id.filtered(lambda contract: contract.state == "draft")
        self.ask(self.accountant, drafts).action_review()

    def invoice(self, day, order):
        """Invoice what can be invoiced of an order, and post it."""
        invoice = order._create_invoices()
        invoice.invoice_date = day
        invoice.action_post()
        return invoice

    def evidence(self, day, order, kind, value=None, product=None, note=None):
        """Record a fact about the obligation of an order that a product promises, as the accountant."""
        obligations = order.revenue_contract_id.obligation_ids
        if product:
            obligations = obligations.filtered(lambda one: product in one.sale_line_ids.product_id)
        fact = {
            "key": f"{order.name}-{kind}-{obligations[0].key}-{day}",
            "order": order.id,
            "obligation": obligations[0].key,
            "date": str(day),
            "kind": kind,
            "source": "Demo",
            "note": note or "",
        }
        if value is not None:
            fact["value"] = value
        for result in self.ask(self.accountant, self.env["revenue.evidence"]).record([fact]):
            if result["status"] != "recorded":
                raise ValueError(f"{fact['key']}: {result}")

    def expect(self, day, order, name, amount, reason, constrained=False):
        """Estimate variable consideration, as the accountant."""
        self.ask(self.accountant, self.env["revenue.price.change"]).create(
            {
                "contract_id": order.revenue_contract_id.id,
                "name": name,
                "date": day,
                "amount": amount,
                "constrained": constrained,
                "reason": reason,
            }
        )

    def commission(self, day, order, amount, reason):
        """Pay a commission, an expense at first, and capitalise it as a cost of obtaining a contract."""
        expense = self.company.revenue_amortisation_account_id
        self._bill(day, "Coastal Sales Agents", {"name": reason, "price_unit": amount, "account_id": expense.id})
        self.ask(self.accountant, self.env["revenue.contract.cost"]).create(
            {"contract_id": order.revenue_contract_id.id, "date": day, "amount": amount, "reason": reason}
        )

    def buy(self, day, order, supplier, what, amount, kind="normal"):
        """Post a vendor bill that is charged to the project of an order."""
        line = {
            "name": what,
            "price_unit": amount,
            "revenue_cost_kind": kind,
            "analytic_distribution": {str(self.project(order).account_id.id): 100},
        }
        self._bill(day, supplier, line)

    def _bill(self, day, supplier, line):
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self._supplier(supplier).id,
                "invoice_date": day,
                "date": day,
                "invoice_line_ids": [Command.create({"quantity": 1.0, "tax_ids": [Command.clear()], **line})],
            }
        )
        bill.action_post()

    def _supplier(self, name):
        partners = self.env["res.partner"]
        found = partners.search([("name", "=", name), ("company_id", "=", self.company.id)], limit=1)
        return found or self.customer(name, supplier_rank=1)

    def work(self, day, order, hours, employee, what):
        """Enter hours into the timesheet of the project of an order."""
        task = order.tasks_ids[:1]
        self.env["account.analytic.line"].create(
            {
                "project_id": self.project(order).id,
                "task_id": task.id,
                "employee_id": employee.id,
                "date": day,
                "unit_amount": hours,
                "name": what,
            }
        )

    def employee(self, name, hourly_cost):
        """Create an employee of this company (``hr.employee``)."""
        return self.env["hr.employee"].create({"name": name, "company_id": self.company.id, "hourly_cost": hourly_cost})

    def project(self, order):
        """Return the project in which an order is delivered (``project.project``)."""
        return (order.order_line.project_id | order.tasks_ids.project_id | order.project_id)[:1]

    # === MODIFICATIONS === #

    def change(self, day, line, answer=None, **values):
        """Change a confirmed order line as of a day, and let the accountant answer what is proposed.

        :param answer: ``apply``, ``reject`` or nothing: then it waits
        """
        line.write(values)
        proposed = line.order_id.revenue_contract_id.modification_ids.filtered(lambda one: one.state == "proposed")
        proposed = self.ask(self.accountant, proposed)
        proposed.date = day
        if answer:
            getattr(proposed, f"action_{answer}")()

    # === CLOSES === #

    def compute(self, day):
        """Have the accountant prepare the close of a day."""
        close = self.ask(self.accountant, self.env["revenue.close"]).create(
            {"date": day, "company_id": self.company.id}
        )
        close.action_compute()
        return self.ask(self.controller, close)

    def approve(self, day, note=None):
        """Have the controller approve what the accountant prepared."""
        close = self.compute(day)
        close.run(self.company.id, str(day), "approve", note)
        return close

    def post(self, day):
        """Have the controller post the close of a day."""
        close = self.approve(day)
        close.action_post()
        return close

    def lock(self, day):
        """Close a month from the first to the last step."""
        close = self.post(day)
        close.action_lock()
        return close

    def give_up(self, day):
        """Compute a close, and cancel it."""
        self.ask(self.accountant, self.compute(day)).action_cancel()
