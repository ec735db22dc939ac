from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .concession_common import ConcessionCommon


@tagged("post_install", "-at_install")
class TestConcession(ConcessionCommon):
    """A price concession is one, whether credit note, order or both say so, and in whichever order."""

    # === ONE CONCESSION === #

    def test_credit_note_then_order(self):
        """The order that is lowered to what was credited proposes nothing of its own."""
        self._credit(self._invoice(self.order, "2026-01-05"), 100)
        self.order.order_line.price_unit = 900
        self.assertEqual(self._deltas(), [-100.0])
        self._check_books(900)

    def test_credit_note_applied_then_order(self):
        """Not after the accountant's answer either."""
        self._credit(self._invoice(self.order, "2026-01-05"), 100)
        self._apply_all()
        self.order.order_line.price_unit = 900
        self.assertEqual(self._deltas(), [])
        self._check_books(900)

    def test_order_then_credit_note(self):
        """The credit note of what the order lowered is the same concession."""
        for applied in (False, True):
            with self.subTest(applied=applied):
                order, contract = self._make_contract()
                invoice = self._invoice(order, "2026-01-05")
                order.order_line.price_unit = 900
                if applied:
                    self._apply_all(contract)
                self._credit(invoice, 100)
                self._apply_all(contract)
                self.assertEqual(self._price(contract), 900)
                self.assertEqual(sum(self._deltas("applied", contract)), -100)

    def test_draft_credit_note_beside_the_order(self):
        """A draft says nothing yet; posted, it is what the order said."""
        credit = self._credit(self._invoice(self.order, "2026-01-05"), 100, post=False)
        self.order.order_line.price_unit = 900
        self.assertEqual(self._deltas(), [-100.0])
        self._apply_all()
        credit.action_post()
        self.assertEqual(self._deltas(), [])
        self._check_books(900)

    def test_several_steps(self):
        """Two credit notes, and the order in two steps."""
        invoice = self._invoice(self.order, "2026-01-05")
        self._credit(invoice, 40)
        self.order.order_line.price_unit = 960
        self._apply_all()
        self._credit(invoice, 60)
        self.order.order_line.price_unit = 930
        self.order.order_line.price_unit = 900
        self.assertEqual(self._deltas(), [-60.0])
        self._check_books(900)

    def test_the_order_is_lowered_further(self):
        """What goes beyond the credit note is a proposal of its own; both sum to the order's change."""
        self._credit(self._invoice(self.order, "2026-01-05"), 100)
        self.order.order_line.price_unit = 850
        self.assertEqual(self._deltas(), [-100.0, -50.0])
        self._apply_all()
        self.assertEqual(self._price(), 850)
        self.order.order_line.price_unit = 950
        self.assertEqual(self._deltas(), [100.0])

    def test_more_is_credited_than_the_order_is_lowered(self):
        """What goes beyond the order is a concession of its own."""
        invoice = self._invoice(self.order, "2026-01-05")
        self.order.order_line.price_unit = 900
        self._apply_all()
        self._credit(invoice, 150)
        self.assertEqual(self._deltas(), [-50.0])
        self._check_books(850)

    def test_discount_of_the_order_follows_the_credit_note(self):
        """As a discount of the line, or a line of its own."""
        self._credit(self._invoice(self.order, "2026-01-05"), 100)
        self.order.order_line.discount = 10
        self.assertEqual(self._deltas(), [-100.0])
        self.order.order_line.discount = 0
        discount = self._make_product("Discount")
        self.order.order_line = [
            Command.create({"product_id": discount.id, "price_unit": -100, "tax_ids": [Command.clear()]})
        ]
        self.assertEqual(self._deltas(), [-100.0])
        self._apply_all()
        self.assertEqual(self._price(), 900)

    def test_another_line_is_another_concession(self):
        """A credit note of one line says nothing of the price of the other."""
        setup = self._make_product("Setup", "subscription")
        self._make_ssp(setup, 500)
        self._make_ssp(self.support, 1000)
        dates = {"revenue_start": "2026-01-01", "revenue_end": "2026-03-31"}
        order, contract = self._make_contract((setup, 500, dates))
        self._credit(self._invoice(order, "2026-01-05"), 50, line=1)
        order.order_line[0].price_unit = 900
        self.assertEqual(self._deltas(contract=contract), [-50.0, -100.0])

    def test_billed_at_the_new_price_then_credited(self):
        """What is credited of the lower price comes on top."""
        self.order.order_line.price_unit = 900
        self._credit(self._invoice(self.order, "2026-01-05"), 100)
        self.assertEqual(sum(self._deltas()), -200)
        self._check_books(800)

    def test_change_by_hand_and_then_the_order(self):
        """A letter that the accountant entered is what the order says later."""
        letter = self.env["revenue.modification"].create(
            {"contract_id": self.contract.id, "name": "Letter", "date": "2026-01-10", "fixed_delta": -100}
        )
        self.order.order_line.price_unit = 900
        self.assertEqual(self._deltas(), [-100.0])
        letter.action_apply()
        self.order.order_line.price_unit = 850
        self.assertEqual(self._deltas(), [-50.0])
        self._apply_all()
        self.assertEqual(self._price(), 850)

    def test_in_another_currency(self):
        """A contract in euros has its concession in euros."""
        euro = self.setup_other_currency("EUR", rates=[("2025-01-01", 0.5)])
        pricelist = self.env["product.pricelist"].create({"name": "EUR", "currency_id": euro.id})
        order, contract = self._make_contract(pricelist_id=pricelist.id)
        self.assertEqual(contract.currency_id, euro)
        self._credit(self._invoice(order, "2026-01-05"), 100)
        order.order_line.price_unit = 900
        self.assertEqual(self._deltas(contract=contract), [-100.0])
        self._apply_all(contract)
        self.assertEqual(self._price(contract), 900)

    def test_credited_before_the_contract_was_complete(self):
        """Proposed once a price that was missing is there."""
        licence = self._make_product("Licence", "one_time")
        self._make_ssp(self.support, 1000)
        order, contract = self._make_contract((licence, 500))
        self.assertEqual(contract.state, "draft")
        self._credit(self._invoice(order, "2026-01-05"), 100)
        self._make_ssp(licence, 500)
        contract.action_review()
        self.assertEqual((contract.state, self._deltas(contract=contract)), ("active", [-100.0]))

    # === NO CONCESSION === #

    def test_credited_and_billed_again(self):
        """A proposal that waits goes; one that was applied is proposed back."""
        for applied in (False, True):
            with self.subTest(applied=applied):
                order, contract = self._make_contract()
                self._credit(self._invoice(order, "2026-01-05"), 100)
                if applied:
                    self._apply_all(contract)
                again = self._invoice_amount(order, 100)
                self.assertEqual(self._deltas(contract=contract), [100.0] if applied else [])
                self._apply_all(contract)
                self.assertEqual(self._price(contract), 1000)
                again.button_draft()
                self.assertEqual(self._deltas(contract=contract), [-100.0])

    def test_invoice_taken_back_in_two_credit_notes(self):
        """Together they take the invoice back, which is no concession."""
        invoice = self._invoice(self.order, "2026-01-05")
        self._credit(invoice, 400)
        self.assertEqual(self._deltas(), [-400.0])
        self._credit(invoice, 600)
        self.assertEqual(self._deltas(), [])

    def test_part_of_an_invoice_that_was_a_line_of_it(self):
        """One of two instalments on an invoice is undone."""
        row = {
            "product_id": self.support.id,
            "quantity": 1,
            "price_unit": 500,
            "tax_ids": [Command.clear()],
            "sale_line_ids": [Command.link(self.order.order_line.id)],
        }
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-01-05",
                "invoice_line_ids": [Command.create(row), Command.create({**row, "name": "Second half"})],
            }
        )
        invoice.action_post()
        self._credit(invoice, 500)
        self.assertEqual(self._deltas(), [])

    def test_down_payment_given_back(self):
        """What is given back of an advance is billed at the end."""
        self.env["sale.advance.payment.inv"].with_context(active_ids=self.order.ids, active_model="sale.order").create(
            {"advance_payment_method": "fixed", "fixed_amount": 300}
        ).create_invoices()
        advance = self.order.invoice_ids
        advance.invoice_date = "2026-01-05"
        advance.action_post()
        self._credit(advance, 100)
        self.assertEqual(self._deltas(), [])

    # === TAKEN BACK === #

    @mute_logger("odoo.models.unlink")
    def test_credit_note_reset_before_the_answer(self):
        """The proposal closes itself and says so; posted again, it is there again."""
        credit = self._credit(self._invoice(self.order, "2026-01-05"), 100)
        credit.button_draft()
        self.assertEqual(self._deltas(), [])
        self.assertIn("gone with what it came from", self.order.message_ids[0].body)
        credit.action_post()
        self.assertEqual(self._deltas(), [-100.0])
        credit.button_draft()
        credit.button_cancel()
        self.assertEqual(self._deltas(), [])

    def test_credit_note_reset_after_the_answer(self):
        """What was applied is proposed back, and once only."""
        credit = self._credit(self._invoice(self.order, "2026-01-05"), 100)
        self._apply_all()
        credit.button_draft()
        self.assertEqual(self._deltas(), [100.0])
        self.assertIn("taken back", self.contract.modification_ids.sorted("id")[-1].name)
        credit.button_cancel()
        self.assertEqual(self._deltas(), [100.0])
        self._check_books(1000)

    def test_posted_again_nothing_was_taken_back(self):
        """The proposal to take it back goes."""
        credit = self._credit(self._invoice(self.order, "2026-01-05"), 100)
        self._apply_all()
        credit.button_draft()
        credit.action_post()
        self.assertEqual(self._deltas(), [])
        self._check_books(900)

    def test_credit_note_reset_while_the_order_says_the_same(self):
        """The order carries the price; raised again, it is proposed back."""
        credit = self._credit(self._invoice(self.order, "2026-01-05"), 100)
        self._apply_all()
        self.order.order_line.price_unit = 900
        credit.button_draft()
        credit.button_cancel()
        self.assertEqual(self._deltas(), [])
        self.assertEqual(self._price(), 900)
        self.order.order_line.price_unit = 1000
        self.assertEqual(self._deltas(), [100.0])

    def test_waiting_concession_whose_order_says_the_same(self):
        """Without the credit note, the order proposes it."""
        credit = self._credit(self._invoice(self.order, "2026-01-05"), 100)
        self.order.order_line.price_unit = 900
        credit.button_draft()
        self.assertRecordValues(self.contract.modification_ids, [{"fixed_delta": -100.0, "of_order": True}])

    def test_credit_note_deleted(self):
        """A draft that is deleted leaves what its reset proposed."""
        credit = self._credit(self._invoice(self.order, "2026-01-05"), 100)
        self._apply_all()
        credit.button_draft()
        credit.unlink()
        self.assertEqual(self._deltas(), [100.0])
        self._check_books(1000)

    def test_rejected_is_not_proposed_again(self):
        """The price stays, whatever else happens to documents and order; the order's own change is proposed."""
        invoice = self._invoice(self.order, "2026-01-05")
        credit = self._credit(invoice, 100)
        self.contract.modification_ids.action_reject("Billed again in March")
        self._credit(invoice, 30)
        self.assertEqual(self._deltas(), [-30.0])
        credit.button_draft()
        credit.action_post()
        self.assertEqual(self._deltas(), [-30.0])
        self.order.order_line.price_unit = 900
        self.assertEqual(sum(self._deltas()), -100)

    def test_the_accountants_own_figures_stay(self):
        """Another document of the contract leaves what was written on a proposal."""
        invoice = self._invoice(self.order, "2026-01-05")
        self._credit(invoice, 100)
        concession = self.contract.modification_ids
        concession.write({"fixed_delta": -80, "treatment": "catch_up"})
        self._credit(invoice, 20)
        self.assertRecordValues(
            self.contract.modification_ids.sorted("id"),
            [{"fixed_delta": -80.0, "treatment": "catch_up"}, {"fixed_delta": -20.0, "treatment": "auto"}],
        )
        self._apply_all()
        self.order.order_line.name = "Support, renamed"
        self.assertEqual(self._deltas(), [])
