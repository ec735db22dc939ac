from odoo.fields import Command
from odoo.tests import tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestCreditNote(BillingCommon):
    """The button credits what was billed, as it was billed: with the price, taxes and accounts of its invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vat = cls._make_tax(21.0)

    def _start(self, *percents, taxes=None, **line):
        taxes = self.vat if taxes is None else taxes
        values = {"price_unit": 1000.0, "tax_ids": [Command.set(taxes.ids)], **line}
        order = self._make_order(values)
        milestones = self._make_schedule(order, *(percents or (50, 50))).milestone_ids
        order.action_confirm()
        milestones[0].action_attain()
        self._drain()
        return order, milestones

    def _credit(self, order, milestone):
        before = order.invoice_ids
        milestone.action_credit()
        refunds = (order.invoice_ids - before).sorted("id")
        self.assertEqual(set(refunds.mapped("state")), {"draft"})
        refunds.action_post()
        self._drain()
        return refunds

    def test_a_debit_note_is_no_second_bill_of_its_milestone(self):
        order, milestones = self._start()
        copied = order.invoice_ids.with_context(include_business_fields=True)
        links = {"billing_allocation_id", "sale_line_ids"}
        for default, linked in (({"debit_origin_id": order.invoice_ids.id}, False), ({}, True)):
            rows = [values for _kind, _id, values in copied.copy_data(default)[0]["line_ids"]]
            [line] = [values for values in rows if values.get("display_type") == "product"]
            self.assertEqual(links <= line.keys(), linked)
            self.assertEqual(bool(links & line.keys()), linked)

    def test_line_that_is_worth_nothing_now(self):
        for change in ({"price_unit": 0.0}, {"product_uom_qty": 0.0}, {"discount": 100.0}):
            for undo in (True, False):
                with self.subTest(change=change, undone=undo):
                    order, milestones = self._start()
                    order.order_line.write(change)
                    if undo:
                        milestones[0].action_undo()
                    self._drain()
                    self.assertEqual(milestones[0].state, "blocked")
                    refund = self._credit(order, milestones[0])
                    self.assertRecordValues(refund, [{"amount_untaxed": 500.0, "amount_total": 605.0}])
                    self.assertEqual(milestones[0].state, "credited")
                    self.assertEqual(milestones[0].to_bill_amount, 0.0)
                    self.assertFalse(order.activity_ids)
                    self.assertEqual(order.order_line.untaxed_amount_to_invoice, 0.0)

    def test_back_from_nothing(self):
        order, milestones = self._start()
        order.order_line.price_unit = 0.0
        self._drain()
        self._credit(order, milestones[0])
        order.order_line.price_unit = 800.0
        self._bill_all(order)
        signed = sum(-move.direction_sign * move.amount_total for move in order.invoice_ids)
        self.assertEqual(order.currency_id.round(signed), order.amount_total)
        self.assertEqual(order.order_line.qty_invoiced, 1.0)

    def test_half_billed_milestone_is_billed_again_when_the_order_is_worth_it_again(self):
        for rule in ("keep", "pro_rata", "last", "new"):
            for low in (0.0, 300.0):
                with self.subTest(rule=rule, low=low):
                    order, milestones = self._start()
                    milestones.schedule_id.change_rule = rule
                    milestones[1]._attain(50.0, self.env.cr.now().date(), "manual")
                    self._drain()
                    order.order_line.price_unit = low
                    self._drain()
                    self._credit(order, milestones.filtered(lambda milestone: milestone._credit_owed()))
                    order.order_line.price_unit = 1000.0
                    self._drain()
                    self.assertFalse(order.order_line.qty_to_invoice, "what is attained of it is billed at once")
                    self._bill_all(order)
                    signed = sum(-move.direction_sign * move.amount_total for move in order.invoice_ids)
                    self.assertEqual(order.currency_id.round(signed), 1210.0)
                    self.assertEqual(order.invoice_status, "invoiced")
                    self.assertEqual(order.currency_id.round(order.amount_to_invoice), 0.0)

    def test_cheaper_after_the_order_was_cancelled_and_is_confirmed_again(self):
        order, milestones = self._start()
        milestones[1]._attain(50.0, self.env.cr.now().date(), "manual")
        self._drain()
        order._action_cancel()
        order.action_draft()
        order.order_line.price_unit = 800.0
        order.action_confirm()
        self.assertEqual(milestones.mapped("amount"), [500.0, 300.0])
        self._bill_all(order)
        self.assertEqual(sum(order.invoice_ids.mapped("amount_total")), 968.0)
        self.assertEqual(order.invoice_status, "invoiced")

    def test_back_from_nothing_before_anything_is_credited(self):
        order, milestones = self._start()
        order.order_line.product_uom_qty = 0.0
        order.order_line.product_uom_qty = 1.0
        self._drain()
        self.assertEqual(milestones.mapped("amount"), [500.0, 500.0])
        self._bill_all(order)
        self.assertEqual(sum(order.invoice_ids.mapped("amount_total")), 1210.0)

    def test_other_tax_discount_and_account_on_the_order_since(self):
        order, milestones = self._start(discount=10.0)
        invoice = order.invoice_ids
        account = self.company_data["default_account_revenue"].copy()
        self.service.property_account_income_id = account
        order.order_line.write({"tax_ids": [Command.set(self._make_tax(9.0).ids)], "discount": 40.0})
        milestones[0].action_undo()
        self._drain()
        refund = self._credit(order, milestones[0])
        self.assertRecordValues(refund, [{"amount_untaxed": 450.0, "amount_total": 544.5}])
        self.assertRecordValues(
            refund.invoice_line_ids,
            [
                {
                    "tax_ids": self.vat.ids,
                    "discount": 10.0,
                    "account_id": invoice.invoice_line_ids.account_id.id,
                    "sale_line_ids": order.order_line.ids,
                }
            ],
        )
        self.assertEqual(refund.reversed_entry_id, invoice)

    def test_part_of_a_line_with_the_tax_in_its_price(self):
        included = self._make_tax(19.0, price_include_override="tax_included")
        order, milestones = self._start(100, taxes=included, price_unit=999.99)
        milestone = milestones[0]
        for percent in (66.6, 33.3, 0.0):
            milestone._attain(percent, self.env.cr.now().date(), "manual")
            self._drain()
            self._credit(order, milestone)
        signed = sum(-move.direction_sign * move.amount_total for move in order.invoice_ids)
        self.assertEqual((order.currency_id.round(signed), milestone.billed_amount), (0.0, 0.0))

    def test_each_invoice_gets_its_own_credit_note(self):
        order = self._make_order({"price_unit": 1000.0, "tax_ids": [Command.set(self.vat.ids)]})
        milestone = self._make_schedule(order, 100).milestone_ids
        order.action_confirm()
        for percent in (30.0, 60.0, 100.0):
            milestone._attain(percent, self.env.cr.now().date(), "manual")
            self._drain()
        first, second, third = order.invoice_ids.sorted("id")
        milestone._attain(45.0, self.env.cr.now().date(), "manual")
        self._drain()
        refunds = self._credit(order, milestone)
        self.assertRecordValues(
            refunds,
            [
                {"reversed_entry_id": third.id, "amount_untaxed": 400.0},
                {"reversed_entry_id": second.id, "amount_untaxed": 150.0},
            ],
        )
        milestone.action_undo()
        self._drain()
        refunds = self._credit(order, milestone)
        self.assertRecordValues(
            refunds,
            [
                {"reversed_entry_id": second.id, "amount_untaxed": 150.0},
                {"reversed_entry_id": first.id, "amount_untaxed": 300.0},
            ],
        )
        self.assertEqual(milestone.state, "credited")

    def test_negative_line(self):
        order = self._make_order(
            {"price_unit": 1000.0, "tax_ids": [Command.set(self.vat.ids)]},
            {"price_unit": -200.0, "tax_ids": [Command.set(self.vat.ids)]},
        )
        milestone = self._make_schedule(order, 100).milestone_ids
        order.action_confirm()
        milestone.action_attain()
        self._drain()
        order.write({"order_line": [Command.update(line.id, {"price_unit": 0.0}) for line in order.order_line]})
        self._drain()
        refund = self._credit(order, milestone)
        self.assertRecordValues(refund, [{"amount_untaxed": 800.0, "amount_total": 968.0}])
        self.assertEqual(milestone.billed_amount, 0.0)

    def test_invoice_in_another_currency_than_the_orders(self):
        order = self._make_order({"price_unit": 1000.0, "tax_ids": [Command.set(self.vat.ids)]})
        milestone = self._make_schedule(order, 100, invoice_policy="draft").milestone_ids
        order.action_confirm()
        milestone.action_attain()
        self._drain()
        other = self._make_pricelist("CHF", 2.0).currency_id
        order.invoice_ids.currency_id = other
        order.invoice_ids.invoice_line_ids.price_unit = 2000.0
        order.invoice_ids.action_post()
        self.assertEqual(milestone.billed_amount, 1000.0)
        milestone.action_undo()
        self._drain()
        refund = self._credit(order, milestone)
        self.assertRecordValues(refund, [{"currency_id": other.id, "amount_untaxed": 2000.0, "amount_total": 2420.0}])
        self.assertEqual((milestone.billed_amount, milestone.state), (0.0, "credited"))
