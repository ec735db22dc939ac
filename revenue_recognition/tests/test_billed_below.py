from odoo.fields import Command
from odoo.tests import tagged

from .close_common import CloseCommon


@tagged("post_install", "-at_install")
class TestBilledBelow(CloseCommon):
    """An invoice below the order's price is a price concession, once the order has nothing left to invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.support = cls._make_product("Support", "subscription")
        line = (cls.support, 1000, {"revenue_start": "2026-01-01", "revenue_end": "2026-03-31"})
        cls.order = cls._make_order(line, date_order="2026-01-01 12:00:00")
        cls.order.action_confirm()
        cls.contract = cls.order.revenue_contract_id
        cls.contract.date = "2026-01-01"
        cls.invoice = cls.order._create_invoices()
        cls.invoice.invoice_date = "2026-01-05"

    def _post_at(self, price):
        self.invoice.invoice_line_ids.price_unit = price
        self.invoice.action_post()

    def _deltas(self, state="proposed"):
        changes = self.contract.modification_ids.filtered(lambda one: one.state == state)
        return changes.sorted("id").mapped("fixed_delta")

    def _apply_all(self):
        for change in self.contract.modification_ids.filtered(lambda one: one.state == "proposed").sorted("id"):
            change.action_apply()

    def _invoice_rest(self, amount):
        line = self.order.order_line._prepare_invoice_line(quantity=0, price_unit=amount)
        values = {**self.order._prepare_invoice(), "invoice_date": "2026-02-01"}
        values["invoice_line_ids"] = [Command.create({**line, "quantity": 1})]
        self.env["account.move"].create(values).action_post()

    def _check_books(self, price):
        self._apply_all()
        self.assertEqual(self.contract._position_at(self.company._revenue_today())["transaction_price"], price)
        self._close(self.company._revenue_today())
        self.assertEqual(self._balance("revenue"), price)
        self.assertEqual(self._balance("contract_liability"), 0)
        self.assertEqual(self._balance("contract_asset"), 0)

    def test_draft_lowered_and_posted(self):
        self._post_at(800)
        self.assertEqual(self.order.invoice_status, "invoiced")
        self.assertEqual(self._deltas(), [-200.0])
        self.assertIn("below the order's price", self.contract.modification_ids.name)
        self._check_books(800)

    def test_reset_lowered_and_posted_again(self):
        self._post_at(1000)
        self.assertEqual(self._deltas(), [])
        self.invoice.button_draft()
        self._post_at(800)
        self.assertEqual(self._deltas(), [-200.0])
        self._check_books(800)

    def test_order_says_the_same_afterwards(self):
        for applied in (False, True):
            with self.subTest(applied=applied):
                if self.invoice.state == "posted":
                    self.order.order_line.price_unit = 1000
                    self._apply_all()
                else:
                    self._post_at(800)
                if applied:
                    self._apply_all()
                self.order.order_line.price_unit = 800
                self._apply_all()
                self.assertEqual(self._price(), 800)

    def _price(self):
        return self.contract._position_at(self.company._revenue_today())["transaction_price"]

    def test_with_a_credit_note_it_is_not_counted_twice(self):
        self._post_at(800)
        self._apply_all()
        credit = self.invoice._reverse_moves([{"invoice_date": "2026-01-20", "date": "2026-01-20"}])
        credit.invoice_line_ids.write({"price_unit": 100, "quantity": 1})
        credit.action_post()
        self.assertEqual(self._deltas(), [-100.0])
        self._check_books(700)

    def test_billed_later_it_is_taken_back(self):
        for applied in (False, True):
            with self.subTest(applied=applied), self.env.cr.savepoint() as savepoint:
                self._post_at(800)
                if applied:
                    self._apply_all()
                self._invoice_rest(200)
                self.assertEqual(self._deltas(), [200.0] if applied else [])
                self._apply_all()
                self.assertEqual(self._price(), 1000)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_reset_after_the_answer(self):
        self._post_at(800)
        self._apply_all()
        self.invoice.button_draft()
        self.assertEqual(self._deltas(), [200.0])

    def test_rejected_the_price_stays(self):
        self._post_at(800)
        self.contract.modification_ids.action_reject("Billed by hand next month")
        self.contract.sudo()._follow_documents()
        self.assertEqual(self._deltas(), [])

    def test_a_part_invoiced_is_no_concession(self):
        self.order.order_line.product_uom_qty = 2
        self._apply_all()
        self._post_at(800)
        self.assertEqual(self._deltas(), [])

    def test_an_order_raised_after_its_invoice_waits_for_the_next(self):
        self._post_at(1000)
        self.order.order_line.price_unit = 1200
        self.assertEqual(self._deltas(), [200.0])
        self._apply_all()
        self.contract.sudo()._follow_documents()
        self.assertEqual(self._deltas(), [])

    # === RAISED AGAIN === #

    def test_raised_again(self):
        """Lowered to what was invoiced, and raised again."""
        self._post_at(800)
        self._apply_all()
        self.order.order_line.price_unit = 800
        self.order.order_line.price_unit = 900
        self.assertEqual(self._deltas(), [100.0])
        self._apply_all()
        self.contract.sudo()._follow_documents()
        self.assertEqual((self._deltas(), self._price()), ([], 900))
        self._invoice_rest(100)
        self.assertEqual(self._deltas(), [])
        self._check_books(900)

    def test_raised_again_and_invoiced_before_the_answer(self):
        """It counts once."""
        self._post_at(800)
        self._apply_all()
        self.order.order_line.price_unit = 800
        self.order.order_line.price_unit = 900
        self._invoice_rest(100)
        self.assertEqual(self._deltas(), [100.0])
        self._check_books(900)

    def test_raised_from_its_own_price(self):
        """The concession stays beside the rise."""
        self._post_at(800)
        self._apply_all()
        self.order.order_line.price_unit = 1200
        self.assertEqual(self._deltas(), [200.0])
        self._apply_all()
        self.contract.sudo()._follow_documents()
        self.assertEqual((self._deltas(), self._price()), ([], 1000))
