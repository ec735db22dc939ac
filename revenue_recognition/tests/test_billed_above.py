from odoo.tests import tagged

from .concession_common import ConcessionCommon


@tagged("post_install", "-at_install")
class TestBilledAbove(ConcessionCommon):
    """What is billed above the price for good is asked about, and no contract that is billed in advance is."""

    def _hints(self, contract=None):
        hints = (contract or self.contract).exception_ids.filtered(lambda one: one.kind == "billed_above")
        self.assertFalse(any(hints.mapped("blocking")))
        return [one.split(" ")[0] for one in hints.mapped("message")]

    def _post_at(self, price):
        invoice = self.order._create_invoices()
        invoice.invoice_date = "2026-01-05"
        invoice.invoice_line_ids[0].price_unit = price
        invoice.action_post()
        return invoice

    def test_invoiced_above(self):
        """Until it is credited; looking the contract through again keeps it."""
        invoice = self._post_at(1100)
        self.assertEqual(self._hints(), ["100.00"])
        self.assertEqual(self.contract.todo_count, 1)
        self.contract.action_review()
        self.assertEqual(self._hints(), ["100.00"])
        hint = self.contract.exception_ids
        self.contract.sudo()._follow_documents()
        self.assertEqual(self.contract.exception_ids, hint, "the row stays")
        self.assertEqual(hint.with_user(self.preparer).action_remedy()["res_id"], invoice.id)
        credit = self._credit(invoice, 100)
        self.assertEqual((self._hints(), self._deltas()), ([], []))
        credit.button_draft()
        credit.button_cancel()
        self.assertEqual((self._hints(), self._deltas()), (["100.00"], []))

    def test_reset_it_is_gone(self):
        """A draft may yet be changed."""
        invoice = self._post_at(1100)
        invoice.button_draft()
        self.assertEqual(self._hints(), [])
        invoice.action_post()
        self.assertEqual(self._hints(), ["100.00"])

    def test_raised_order(self):
        """The order says it, and the change waits for its own answer first."""
        self._post_at(1100)
        self.order.order_line.price_unit = 1100
        self.assertEqual((self._hints(), self._deltas()), ([], [100.0]))
        self.contract.modification_ids.action_reject("It was not agreed")
        self.assertEqual(self._hints(), ["100.00"])
        self.order.order_line.price_unit = 1000
        self.order.order_line.price_unit = 1100
        self._check_books(1100)
        self.assertEqual(self._hints(), [])

    def test_lowered_order(self):
        """What was billed above the lower price, until it is given back."""
        invoice = self._post_at(1000)
        self.order.order_line.price_unit = 900
        self._apply_all()
        self.assertEqual(self._hints(), ["100.00"])
        self._credit(invoice, 100)
        self.assertEqual((self._hints(), self._deltas()), ([], []))
        self._check_books(900)

    def test_credited_part_that_odoo_bills_again(self):
        """The story of the order that is lowered by what was credited, and then by a line."""
        self.order, self.contract = self._make_contract((self.support, 1000, {"product_uom_qty": 2}))
        first, second = self.order.order_line
        first.price_unit, first.discount = 9000, 7.5
        self._apply_all()
        invoice = self._post_at(9000)
        credit = invoice._reverse_moves([{"invoice_date": "2026-01-20", "date": "2026-01-20"}])
        credit.invoice_line_ids[1:].unlink()
        credit.invoice_line_ids.quantity = 0.1
        credit.action_post()
        self._apply_all()
        first.discount = 16.75
        self._apply_all()
        second.product_uom_qty = 0
        self._apply_all()
        self.assertEqual(self._hints(), [], "there is something to invoice")
        self._invoice(self.order, "2026-01-25")
        self._apply_all()
        self.assertEqual(self._price(), 7492.5)
        self.assertEqual(self._hints(), ["749.25"])

    # === ORDINARY CONTRACTS === #

    def test_billed_in_advance(self):
        """With a down payment, and at the order's price."""
        wizard = self.env["sale.advance.payment.inv"].with_context(active_ids=self.order.ids)
        wizard.create({"advance_payment_method": "percentage", "amount": 100}).create_invoices()
        self.order.invoice_ids.invoice_date = "2026-01-05"
        self.order.invoice_ids.action_post()
        self.assertEqual(self._hints(), [])
        final = self.order._create_invoices(final=True)
        final.invoice_date = "2026-01-06"
        self.assertEqual(self._hints(), [])
        final.action_post()
        self.assertEqual(self._hints(), [])

    def test_variable_consideration(self):
        """A bonus that is billed, before or after it is expected."""
        self._post_at(1050)
        self.assertEqual(self._hints(), ["50.00"])
        self.env["revenue.price.change"].create(
            {"contract_id": self.contract.id, "name": "Bonus", "date": "2026-01-31", "amount": 50, "reason": "Agreed"}
        )
        self.assertEqual(self._hints(), [])

    def test_as_invoiced(self):
        """What is earned as it is invoiced is worth what is invoiced; the rest is looked at by itself."""
        hours = self._make_product("Hours", "time_material")
        self.order, self.contract = self._make_contract((hours, 100, {"product_uom_qty": 2}))
        self.order.order_line[1].qty_delivered = 2
        invoice = self.order._create_invoices()
        invoice.invoice_date = "2026-01-05"
        invoice.invoice_line_ids[1].price_unit = 150
        invoice.action_post()
        self.assertEqual(self._hints(), [])

    def test_rounding(self):
        """Parts that are invoiced one by one round by themselves."""
        self.order, self.contract = self._make_contract()
        self.order.order_line.write({"price_unit": 10.005, "product_uom_qty": 3})
        for _number in range(3):
            invoice = self.order._create_invoices()
            invoice.invoice_date = "2026-01-05"
            invoice.invoice_line_ids.quantity = 1
            invoice.action_post()
        self._apply_all()
        self.assertEqual(self._hints(), [])

    def test_end_of_a_contract(self):
        """What is billed above what was earned goes back by the contract's end itself."""
        self._post_at(1100)
        self.order._action_cancel()
        self.assertEqual(self._hints(), [])
        self._apply_all()
        self.assertEqual(self._hints(), [])
