from odoo.tests import tagged

from .concession_common import ConcessionCommon


@tagged("post_install", "-at_install")
class TestOrderCents(ConcessionCommon):
    """A company that rounds over all lines of a document: order, contract and ledger agree to the cent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.tax_calculation_rounding_method = "round_globally"
        cls._make_ssp(cls.support, 20)
        cls.order._action_cancel()
        cls.order, cls.contract = cls._make_lines(20)

    @classmethod
    def _make_lines(cls, count, **values):
        """Confirm an order of lines of 16.9915."""
        days = {"revenue_start": "2026-01-01", "revenue_end": "2026-03-31"}
        order = cls._make_order(
            *[(cls.support, 19.99, {"discount": 15, **days, **values})] * count, date_order="2026-01-01 12:00:00"
        )
        order.action_confirm()
        order.revenue_contract_id.date = "2026-01-01"
        return order, order.revenue_contract_id

    def _check_agree(self, amount):
        """Order, contract and ledger say the same, all of it is earned, and nobody is asked anything."""
        self.assertEqual(self.order.amount_untaxed, amount)
        self.assertEqual(self._deltas(), [])
        self.assertFalse(self.contract.todo_count)
        self._check_books(amount)

    def test_invoiced_as_ordered(self):
        self.assertEqual(self._price(), 339.83)
        invoice = self._invoice(self.order, "2026-01-05")
        self.assertEqual(invoice.amount_untaxed, 339.83)
        self._check_agree(339.83)

    def test_changed_order(self):
        """Another price of some lines, applied before it is invoiced."""
        self.order.order_line[:3].discount = 5
        self._apply_all()
        self._invoice(self.order, "2026-01-05")
        self._check_agree(self.order.amount_untaxed)

    def test_added_line(self):
        """At a price of whole cents."""
        licence = self._make_product("Licence", "one_time")
        self._make_ssp(licence, 100)
        row = {"product_id": licence.id, "price_unit": 100, "tax_ids": False}
        line = self.order.order_line.create({"order_id": self.order.id, **row})
        self.assertEqual(self.contract.modification_ids.decided, "separate")
        self._apply_all()
        self._invoice(self.order, self.company._revenue_today())
        self.assertEqual((self._price(), self.order.amount_untaxed), (439.83, 439.83))
        self.assertEqual((self._deltas(), self.contract.todo_count), ([], 0))
        self.assertTrue(line.revenue_obligation_ids)

    def test_whole_credit_note(self):
        """Taken back wholly, nothing is conceded."""
        invoice = self._invoice(self.order, "2026-01-05")
        credit = invoice._reverse_moves([{"invoice_date": "2026-01-20", "date": "2026-01-20"}])
        credit.action_post()
        self.assertEqual(self._deltas(), [])

    def test_credit_of_one_line(self):
        """A concession is what the credit note's items say."""
        invoice = self._invoice(self.order, "2026-01-05")
        credit = self._credit(invoice, 10)
        self.assertEqual(self._deltas(), [-credit.amount_untaxed])
        credit.button_draft()
        credit.button_cancel()
        self.assertEqual(self._deltas(), [])

    def test_draft_follows(self):
        """Until it begins, the contract has the order's amount."""
        product = self._make_product("Unpriced", "subscription")
        order = self._make_order((product, 19.99, {"discount": 15, "product_uom_qty": 1}), (product, 19.99, {}))
        order.order_line[1].discount = 15
        order.action_confirm()
        order.order_line[0].discount = 25
        contract = order.revenue_contract_id
        self.assertEqual((contract.state, contract.fixed), ("draft", order.amount_untaxed))
