"""What happens to contracts, as documents of Odoo: each is dated today, so a test moves the clock."""

from odoo.fields import Command, Date


class Papers:
    """Makes documents for the fixtures of a test.

    :param test: the test, or its class
    """

    def __init__(self, test):
        self.test = test
        self.env = test.env

    def commit(self):
        """Have Odoo do what it does when a transaction is committed."""
        self.env.cr.flush()

    def evidence(self, obligation, kind, value=None, day=None):
        """Record a fact of which Odoo has no record, as another system does.

        :param day: when it happened; today when left out
        :return: the result of the call
        """
        day = Date.to_string(day or Date.today())
        fact = {
            "key": f"{obligation.id}-{kind}-{day}",
            "contract": obligation.contract_id.id,
            "obligation": obligation.key,
            "date": day,
            "kind": kind,
        }
        if value is not None:
            fact["value"] = float(value)
        [result] = self.env["revenue.evidence"].with_user(self.test.preparer).record([fact])
        if result["status"] != "recorded":
            raise AssertionError(result)
        return result

    def expect(self, contract, name, amount, constrained=False, obligations=()):
        """Estimate a variable amount."""
        self.env["revenue.price.change"].with_user(self.test.preparer).create(
            {
                "contract_id": contract.id,
                "name": name,
                "amount": float(amount),
                "constrained": constrained,
                "obligation_ids": [Command.set([one.id for one in obligations])],
                "reason": "What is known today",
            }
        )

    def commission(self, contract, amount, obligations=()):
        """Capitalise what it cost to obtain a contract."""
        self.env["revenue.contract.cost"].with_user(self.test.preparer).create(
            {
                "contract_id": contract.id,
                "amount": float(amount),
                "obligation_ids": [Command.set([one.id for one in obligations])],
                "reason": "Commission",
            }
        )

    def plan(self, line, weights):
        """Put milestones into the project of a line, in place of the one that Odoo makes for all of it.

        :return: the milestones by name
        """
        line.project_id.milestone_ids.unlink()
        return {
            name: self.env["project.milestone"].create(
                {
                    "name": name,
                    "project_id": line.project_id.id,
                    "sale_line_id": line.id,
                    "quantity_percentage": float(weight),
                }
            )
            for name, weight in weights.items()
        }

    def work(self, line, hours):
        """Enter hours into the timesheet."""
        employee = self.env["hr.employee"].sudo().create({"name": "Worker", "company_id": self.test.company.id})
        self.env["account.analytic.line"].create(
            {
                "name": "Work",
                "project_id": line.project_id.id,
                "task_id": line.task_id.id,
                "employee_id": employee.id,
                "unit_amount": float(hours),
                "date": Date.today(),
            }
        )

    def spend(self, line, amount, kind="normal"):
        """Post a vendor bill that is charged to the project of a line."""
        row = {
            "name": "Work and materials",
            "price_unit": float(amount),
            "account_id": self.test.company_data["default_account_expense"].id,
            "revenue_cost_kind": kind,
            "analytic_distribution": {str(line.project_id.account_id.id): 100},
        }
        self.move("in_invoice", self.test.partner_a, self.test.company.currency_id, [row]).action_post()

    def move(self, kind, partner, currency, rows):
        """Return an invoice, a credit note or a bill of today, without taxes."""
        return self.env["account.move"].create(
            {
                "move_type": kind,
                "partner_id": partner.id,
                "currency_id": currency.id,
                "invoice_date": Date.today(),
                "date": Date.today(),
                "invoice_line_ids": [Command.create({"tax_ids": [Command.clear()], **row}) for row in rows],
            }
        )

    def bill(self, order, amounts=None, kind="out_invoice", extra=()):
        """Post an invoice: by Odoo's own button, or of amounts by order line.

        :param dict amounts: by order line; all that Odoo would invoice when left out
        :return: the invoice
        """
        if amounts is None:
            invoice = order._create_invoices()
            invoice.invoice_date = Date.today()
        else:
            rows = [
                {
                    "product_id": line.product_id.id,
                    "quantity": 1,
                    "price_unit": amount,
                    "sale_line_ids": [Command.link(line.id)],
                }
                for line, amount in amounts.items()
            ]
            invoice = self.move(kind, order.partner_id, order.currency_id, [*rows, *extra])
        invoice.action_post()
        return invoice

    def advance(self, order, amount):
        """Post an invoice of a down payment."""
        before = order.invoice_ids
        wizard = self.env["sale.advance.payment.inv"].with_context(active_ids=order.ids, active_model="sale.order")
        wizard.create({"advance_payment_method": "fixed", "fixed_amount": amount}).create_invoices()
        invoice = order.invoice_ids - before
        invoice.invoice_date = Date.today()
        invoice.action_post()
        return invoice

    def deduct(self, order, amount):
        """Return the invoice line that takes a down payment off."""
        prepaid = order.order_line.filtered("is_downpayment")
        return {"name": "Advance", "price_unit": -amount, "sale_line_ids": [Command.set(prepaid.ids)]}

    def pay(self, invoice, amount=None):
        """Pay an invoice, all of it or a part."""
        values = {"payment_date": Date.today(), **({"amount": amount} if amount else {})}
        wizard = self.env["account.payment.register"].with_context(active_model="account.move", active_ids=invoice.ids)
        wizard.create(values)._create_payments()

    def rate(self, currency, day, rate):
        """Enter what one unit of a currency is worth in the company's, from a day on."""
        self.env["res.currency.rate"].create(
            {
                "name": day,
                "currency_id": currency.id,
                "company_id": self.test.company.id,
                "inverse_company_rate": float(rate),
            }
        )
