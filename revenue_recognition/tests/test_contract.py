from odoo.fields import Command, Date
from odoo.tests import tagged

from .common import RevenueCommon


@tagged("post_install", "-at_install")
class TestContract(RevenueCommon):
    """An order becomes a contract by policy; its invoices go to contract liability."""

    def test_order_becomes_a_contract(self):
        """One obligation a line, the price of the order, accounts of the company."""
        licence = self._make_product("Licence", "one_time")
        support = self._make_product("Support", "subscription")
        self._make_ssp(licence, 800)
        self._make_ssp(support, 400)
        order = self._make_order((licence, 1000), (support, 200), date_order="2026-01-10 12:00:00")
        order.action_confirm()
        order.date_order = "2026-01-10 12:00:00"
        contract = order.revenue_contract_id
        self.assertRecordValues(
            contract,
            [
                {
                    "name": order.name,
                    "state": "active",
                    "fixed": 1200.0,
                    "liability_account_id": self.accounts["contract_liability"].id,
                    "partner_id": self.customer.id,
                }
            ],
        )
        self.assertRecordValues(
            contract.obligation_ids,
            [
                {"name": "Licence", "measure": "point_in_time", "price": 1000.0, "ssp": 800.0},
                {"name": "Support", "measure": "straight_line", "price": 200.0, "ssp": 400.0},
            ],
        )
        self.assertEqual(order.order_line.revenue_contract_id, contract)

    def test_order_without_policy_stays_as_it_was(self):
        """No policy, no contract, and the invoice goes to income."""
        plain = self._make_product("Advice")
        order = self._make_order((plain, 500))
        order.action_confirm()
        self.assertFalse(order.revenue_contract_id)
        invoice = order._create_invoices()
        self.assertEqual(invoice.invoice_line_ids.account_id, self.accounts["revenue"])

    def test_invoice_goes_to_contract_liability(self):
        """Whoever makes the invoice, and the credit note too."""
        order = self._make_order((self._make_product("Setup", "activation_fee"), 500))
        order.action_confirm()
        invoice = order._create_invoices()
        self.assertEqual(invoice.invoice_line_ids.account_id, self.accounts["contract_liability"])
        self.assertEqual(invoice.invoice_line_ids.revenue_contract_id, order.revenue_contract_id)
        invoice.action_post()
        credit = invoice._reverse_moves()
        self.assertEqual(credit.invoice_line_ids.account_id, self.accounts["contract_liability"])

    def test_invoice_made_by_another_system(self):
        """A line that names its order line needs no account of its own."""
        order = self._make_order((self._make_product("Setup", "activation_fee"), 500))
        order.action_confirm()
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": order.order_line.product_id.id,
                            "price_unit": 500,
                            "sale_line_ids": [Command.link(order.order_line.id)],
                        }
                    )
                ],
            }
        )
        self.assertEqual(invoice.invoice_line_ids.account_id, self.accounts["contract_liability"])

    def test_missing_selling_price_is_an_exception(self):
        """No guess: the contract stays a draft until the book has the price."""
        licence = self._make_product("Licence", "one_time")
        support = self._make_product("Support", "subscription")
        self._make_ssp(licence, 800)
        order = self._make_order((licence, 1000), (support, 200))
        order.action_confirm()
        contract = order.revenue_contract_id
        self.assertEqual(contract.state, "draft")
        self.assertRecordValues(
            contract.exception_ids,
            [{"kind": "ssp", "obligation_id": contract.obligation_ids[1].id, "blocking": True}],
        )
        self._make_ssp(support, 400)
        contract.action_review()
        self.assertEqual(contract.state, "active")
        self.assertFalse(contract.exception_ids)
        self.assertEqual(contract.obligation_ids[1].ssp, 400.0)

    def test_dates_of_the_order_line(self):
        """A service runs for the dates on its line, or so many months from confirmation."""
        support = self._make_product("Support", "subscription")
        order = self._make_order(
            (support, 100, {"revenue_start": "2026-02-01", "revenue_end": "2026-07-31"}),
            (support, 100),
        )
        order.action_confirm()
        dated, plain = order.revenue_contract_id.obligation_ids
        self.assertEqual((dated.date_start, dated.date_end), (Date.to_date("2026-02-01"), Date.to_date("2026-07-31")))
        self.assertEqual(plain.duration_months, 12)
