from odoo.fields import Command
from odoo.tests import tagged

from .close_common import CloseCommon


@tagged("post_install", "-at_install")
class TestCurrency(CloseCommon):
    """A contract in another currency: what is billed keeps its rate, what is earned ahead takes that of its month."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.env.ref("base.EUR")
        cls.euro.active = True
        cls.euro.rate_ids.unlink()
        cls.support = cls._make_product("Support", "subscription")
        cls.setup = cls._make_product("Setup", cls._make_policy("Dated", method="point_in_time", trigger="date"))
        cls._make_ssp(cls.setup, 450, currency_id=cls.euro.id)
        cls._make_ssp(cls.support, 550, currency_id=cls.euro.id)
        cls.pricelist = cls.env["product.pricelist"].create({"name": "EUR", "currency_id": cls.euro.id})

    def _rate(self, day, company_per_euro):
        self.env["res.currency.rate"].create(
            {
                "name": day,
                "currency_id": self.euro.id,
                "company_id": self.company.id,
                "inverse_company_rate": company_per_euro,
            }
        )

    def _order(self, *lines, day):
        order = self._make_order(*lines, pricelist_id=self.pricelist.id)
        order.action_confirm()
        order.date_order = f"{day} 12:00:00"
        order.revenue_contract_id.date = day
        order.revenue_contract_id.action_review()
        return order

    def _pay(self, invoice, day):
        wizard = self.env["account.payment.register"].with_context(active_model="account.move", active_ids=invoice.ids)
        wizard.create({"payment_date": day})._create_payments()

    def test_advance_for_the_first_of_two_products(self):
        """IFRIC 22 Illustrative Example 4: 200 of 1,000 at 1.5, 250 at 1.7, 550 at 1.9."""
        for day, rate in (("2024-01-31", 1.5), ("2024-03-01", 1.7), ("2024-06-01", 1.9)):
            self._rate(day, rate)
        second = self._make_product("Second", "activation_fee")
        second.revenue_policy_id = self.setup.revenue_policy_id
        self._make_ssp(second, 550, currency_id=self.euro.id)
        order = self._order(
            (self.setup, 450, {"revenue_start": "2024-03-01"}),
            (second, 550, {"revenue_start": "2024-06-01"}),
            day="2024-01-31",
        )
        self.assertEqual(order.revenue_contract_id.state, "active")
        advance = self._advance(order, 200, "2024-01-31")
        self._pay(advance, "2024-01-31")
        self.assertEqual(self._close("2024-01-31").difference, 0)
        self.assertEqual(self._balance("contract_liability"), 300)

        first = self._bill(order, order.order_line[0], advance, 450, -200, "2024-03-01")
        self.assertEqual(self._close("2024-03-31").difference, 0)
        self.assertEqual(self._balance("revenue"), 725)
        self.assertEqual(self._balance("contract_liability"), 0)
        receivable = first.line_ids.filtered(lambda line: line.display_type == "payment_term")
        self.assertEqual(receivable.balance, 425)

        last = self._bill(order, order.order_line[1], advance, 550, 0, "2024-06-01")
        self._pay(first | last, "2024-06-01")
        self.assertEqual(self._close("2024-06-30").difference, 0)
        self.assertEqual(self._balance("revenue"), 1770)
        self.assertEqual(self._balance("contract_liability"), 0)
        gain = self.company.income_currency_exchange_account_id
        items = self.env["account.move.line"].search([("account_id", "=", gain.id), ("parent_state", "=", "posted")])
        self.assertEqual(-sum(items.mapped("balance")), 50)

    def _advance(self, order, amount, day):
        wizard = self.env["sale.advance.payment.inv"].with_context(active_ids=order.ids, active_model="sale.order")
        wizard.create({"advance_payment_method": "fixed", "fixed_amount": amount}).create_invoices()
        invoice = order.invoice_ids
        invoice.invoice_date = day
        invoice.action_post()
        self.assertEqual(invoice.invoice_line_ids.account_id, self.accounts["contract_liability"])
        return invoice

    def _bill(self, order, line, advance, amount, deducted, day):
        """Bill one line of an order, less an advance."""
        rows = [{"product_id": line.product_id.id, "price_unit": amount, "sale_line_ids": [Command.link(line.id)]}]
        if deducted:
            prepaid = advance.invoice_line_ids.sale_line_ids
            rows.append({"name": "Advance", "price_unit": deducted, "sale_line_ids": [Command.link(prepaid.id)]})
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": order.partner_id.id,
                "currency_id": order.currency_id.id,
                "invoice_date": day,
                "invoice_line_ids": [Command.create({"tax_ids": [Command.clear()], **row}) for row in rows],
            }
        )
        invoice.action_post()
        return invoice

    def test_earned_ahead_takes_the_rate_of_its_month(self):
        """Billed later at another rate, the contract asset's difference is one of exchange."""
        for day, rate in (("2026-01-01", 1.1), ("2026-02-01", 1.2), ("2026-03-01", 1.5)):
            self._rate(day, rate)
        order = self._order(
            (self.support, 360, {"revenue_start": "2026-01-01", "revenue_end": "2026-03-01"}), day="2026-01-01"
        )
        self._close("2026-01-31")
        self.assertEqual(self._balance("revenue"), 204.6)
        self.assertEqual(self._balance("contract_asset"), -204.6)
        self._close("2026-02-28")
        self.assertEqual(self._balance("revenue"), 406.2)
        self._invoice(order, "2026-03-01")
        close = self._close("2026-03-31")
        self.assertEqual(self._balance("contract_liability"), 0)
        self.assertEqual(self._balance("contract_asset"), 0)
        self.assertEqual(self._balance("revenue"), 406.2 + 9)
        exchange = close.posting_ids.filtered(lambda one: one.kind == "exchange")
        self.assertRecordValues(exchange, [{"amount": 0.0, "company_amount": 540 - 415.2}])
        self.assertEqual(close.difference, 0)

    def test_missing_rate_is_an_exception(self):
        """Odoo would take 1, or a later rate; the contract is left out by name."""
        self._rate("2026-02-01", 1.2)
        order = self._order(
            (self.support, 360, {"revenue_start": "2026-01-01", "revenue_end": "2026-03-01"}), day="2026-01-01"
        )
        close = self.env["revenue.close"].create({"date": "2026-01-31"})
        close.action_compute()
        self.assertRecordValues(
            close.exception_ids, [{"kind": "rate", "contract_id": order.revenue_contract_id.id, "blocking": True}]
        )
        self.assertFalse(close.entry_ids)
