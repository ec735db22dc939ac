from odoo.fields import Command
from odoo.tests import tagged

from .concession_common import ConcessionCommon


@tagged("post_install", "-at_install")
class TestRaisedAfterConcession(ConcessionCommon):
    """An order that said a concession too, and is raised again, says a new price: proposed when it is raised."""

    def _concede(self, lowered=900):
        """Have 100 credited and applied, and the order lowered."""
        self.invoice = self._invoice(self.order, "2026-01-05")
        self._credit(self.invoice, 100)
        self._apply_all()
        self.order.order_line.price_unit = lowered

    def test_raised_again_in_part(self):
        """What the order says beyond the concession is proposed, and once only when it is invoiced."""
        self._concede()
        self.assertEqual(self._deltas(), [])
        self.order.order_line.price_unit = 950
        self.assertEqual(self._deltas(), [50.0])
        self._invoice_amount(self.order, 50)
        self.assertEqual(self._deltas(), [50.0])
        self._apply_all()
        self.contract.sudo()._follow_documents()
        self._check_books(950)

    def test_raised_again_wholly_then_invoiced_after_the_answer(self):
        """Back at the first price, and beyond it."""
        self._concede()
        for price, delta in ((1000, 100.0), (1050, 150.0)):
            self.order.order_line.price_unit = price
            self.assertEqual(self._deltas(), [delta])
        self._apply_all()
        self.assertEqual(self._price(), 1050)
        self.order.order_line.name = "Support, renamed"
        self.assertEqual(self._deltas(), [])
        self._invoice_amount(self.order, 150)
        self._check_books(1050)

    def test_raised_and_lowered_again(self):
        """An order that is raised for a moment only proposes nothing in the end."""
        self._concede()
        self.order.order_line.price_unit = 1000
        self.order.order_line.price_unit = 900
        self.assertEqual(self._deltas(), [])
        self._check_books(900)

    def test_lowered_while_the_concession_waited(self):
        """The order was lowered first, and the accountant answered then."""
        self._credit(self._invoice(self.order, "2026-01-05"), 100)
        self.order.order_line.price_unit = 900
        self._apply_all()
        self.order.order_line.price_unit = 1000
        self.assertEqual(self._deltas(), [100.0])
        self._apply_all()
        self.assertEqual(self._price(), 1000)

    def test_never_lowered_it_stays_a_concession(self):
        """An order that is edited otherwise, or raised from its own price, keeps the concession."""
        self._concede(lowered=1000)
        self.assertEqual(self._deltas(), [])
        self.order.order_line.price_unit = 1100
        self.assertEqual(self._deltas(), [100.0])
        self._apply_all()
        self.assertEqual(self._price(), 1000)

    def test_lowered_below_the_concession_then_raised(self):
        """A proposal that waits for less follows the order up again."""
        self._concede(lowered=850)
        self.assertEqual(self._deltas(), [-50.0])
        self.order.order_line.price_unit = 950
        self.assertEqual(self._deltas(), [50.0])
        self._check_raised(950)

    def _check_raised(self, price):
        self._apply_all()
        self.assertEqual(self._price(), price)
        self.contract.sudo()._follow_documents()
        self.assertEqual(self._deltas(), [])

    def test_a_letter_that_the_order_said_too(self):
        """So it is of a change by hand."""
        letter = self.env["revenue.modification"].create(
            {"contract_id": self.contract.id, "name": "Letter", "date": "2026-01-10", "fixed_delta": -100}
        )
        letter.action_apply()
        self.order.order_line.price_unit = 900
        self.assertEqual(self._deltas(), [])
        self.order.order_line.price_unit = 960
        self.assertEqual(self._deltas(), [60.0])
        self._check_raised(960)

    def test_a_rise_by_hand_that_the_order_said_too_and_takes_back(self):
        """And of one that raised the price, the other way round."""
        letter = self.env["revenue.modification"].create(
            {"contract_id": self.contract.id, "name": "Letter", "date": "2026-01-10", "fixed_delta": 100}
        )
        letter.action_apply()
        self.order.order_line.price_unit = 1100
        self.assertEqual(self._deltas(), [])
        self.order.order_line.price_unit = 1000
        self.assertEqual(self._deltas(), [-100.0])
        self._check_raised(1000)

    def test_discount_that_said_it_is_taken_back(self):
        """The order said it as a discount of the line."""
        self._concede(lowered=1000)
        self.order.order_line.discount = 10
        self.assertEqual(self._deltas(), [])
        self.order.order_line.discount = 0
        self.assertEqual(self._deltas(), [100.0])
        self._check_raised(1000)

    def test_credit_note_lowered_after_both_said_it(self):
        """What the credit note does not say any more, the order still says."""
        self._concede()
        credit = self.contract.modification_ids.move_id
        credit.button_draft()
        credit.invoice_line_ids.price_unit = 60
        credit.action_post()
        self._apply_all()
        self.assertEqual(self._price(), 900)

    def test_credited_again_after_the_rise(self):
        """A second credit note is a second concession."""
        self._concede()
        self.order.order_line.price_unit = 1000
        self._apply_all()
        self._invoice_amount(self.order, 100)
        self._credit(self.invoice, 30)
        self.assertEqual(self._deltas(), [-30.0])
        self._check_books(970)

    def test_a_credit_note_of_what_the_order_lowered_before(self):
        """The order was lowered first, and the credit note gave back what was billed above it: no concession."""
        self.invoice = self._invoice(self.order, "2026-01-05")
        self.order.order_line.price_unit = 900
        self._apply_all()
        self._credit(self.invoice, 100)
        self.assertEqual(self._deltas(), [])
        self.order.order_line.price_unit = 1000
        self.assertEqual(self._deltas(), [100.0])
        self._apply_all()
        self._invoice_amount(self.order, 100)
        self._check_books(1000)

    def test_a_credit_note_of_what_a_discount_line_lowered_before(self):
        """So it is of a discount of the whole order."""
        self.invoice = self._invoice(self.order, "2026-01-05")
        discount = self._make_product("Discount")
        values = {"product_id": discount.id, "price_unit": -100, "tax_ids": [Command.clear()]}
        self.order.order_line = [Command.create(values)]
        self._apply_all()
        self._credit(self.invoice, 100)
        self.assertEqual((self._deltas(), self._price()), ([], 900))
        self.order.order_line[1].price_unit = 0
        self.assertEqual(self._deltas(), [100.0])
        self._check_raised(1000)

    def test_concessions_of_before_an_update_stay(self):
        """What was not remembered then is no reason to take a concession back."""
        self._concede()
        self.contract.sudo().write({"said_by_order": False, "credits_of_lowering": False})
        self.contract.sudo()._set_against_order()
        self.order.order_line.price_unit = 950
        self.assertEqual(self._deltas(), [50.0])
        self._check_raised(950)
