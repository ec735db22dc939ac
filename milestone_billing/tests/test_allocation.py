from odoo.fields import Command
from odoo.tests import tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestAllocation(BillingCommon):
    """Whatever the currency, the discounts and the signs: the posted invoices come to the order, to the cent."""

    def assertBilledExactly(self, order, taxes=False):
        """Check that the posted invoices of ``order`` total it, and that Odoo sees it fully invoiced."""
        invoices = order.invoice_ids
        self.assertEqual(set(invoices.mapped("state")), {"posted"})
        currency = order.currency_id
        self.assertEqual(invoices.currency_id, currency)
        names = ("amount_untaxed", "amount_tax", "amount_total") if taxes else ("amount_untaxed",)
        for name in names:
            total = sum(move.direction_sign * -move[name] for move in invoices)
            self.assertEqual(currency.round(total), currency.round(order[name]), name)
        for line in order.order_line.filtered(lambda line: not line.display_type):
            billed = sum(-row.move_id.direction_sign * row.price_subtotal for row in line.invoice_lines)
            self.assertEqual(currency.round(billed), line.price_subtotal, line.name)
            self.assertEqual(line.qty_invoiced, line.product_uom_qty, line.name)
            self.assertEqual(line.qty_to_invoice, 0.0)
            self.assertEqual(line.untaxed_amount_to_invoice, 0.0)
        self.assertEqual(order.invoice_status, "invoiced")

    def test_three_thirds_and_a_balance_total_exactly(self):
        order = self._make_order(100000.0)
        third = {"percent": 33.33, "due_on": "manual"}
        schedule = self._make_schedule(order, third, third, third, {"amount_type": "balance", "due_on": "manual"})
        self.assertEqual(schedule.milestone_ids.mapped("amount"), [33330.0, 33330.0, 33330.0, 10.0])
        self.assertEqual(schedule.amount_difference, 0.0)
        invoices = self._bill_all(order)
        self.assertEqual(invoices.sorted("id").mapped("amount_untaxed"), [33330.0, 33330.0, 33330.0, 10.0])
        self.assertBilledExactly(order)

    def test_dinar_has_three_decimals(self):
        pricelist = self._make_pricelist("KWD")
        self.assertEqual(pricelist.currency_id.rounding, 0.001)
        order = self._make_order(1000.0, {"price_unit": 0.1, "product_uom_qty": 7}, pricelist_id=pricelist.id)
        schedule = self._make_schedule(order, 33.333333, 33.333333, 33.333334)
        self.assertEqual(schedule.amount_difference, 0.0)
        invoices = self._bill_all(order)
        self.assertEqual(sorted(invoices.mapped("amount_untaxed")), [333.566, 333.567, 333.567])
        self.assertBilledExactly(order)

    def test_yen_has_no_decimals(self):
        pricelist = self._make_pricelist("JPY")
        self.assertEqual(pricelist.currency_id.rounding, 1.0)
        order = self._make_order(100001.0, {"price_unit": 333.0, "product_uom_qty": 3}, pricelist_id=pricelist.id)
        self._make_schedule(order, 33.33, 33.33, {"amount_type": "balance", "due_on": "manual"})
        invoices = self._bill_all(order)
        self.assertEqual(sum(invoices.mapped("amount_untaxed")), 101000.0)
        self.assertBilledExactly(order)

    def test_foreign_currency_is_converted_on_the_day_of_the_invoice(self):
        pricelist = self._make_pricelist("CHF", rate=2.0)
        order = self._make_order(1000.0, 500.01, pricelist_id=pricelist.id)
        self._make_schedule(order, 50, 50)
        invoices = self._bill_all(order)
        first = invoices.sorted("id")[0]
        self.assertRecordValues(
            first, [{"currency_id": pricelist.currency_id.id, "amount_untaxed": first.amount_untaxed}]
        )
        self.assertAlmostEqual(first.amount_untaxed_signed, first.amount_untaxed / 2, delta=0.01)
        self.assertBilledExactly(order)

    def test_several_taxes_on_top_are_those_of_the_order(self):
        taxes = self._make_tax(15.0) | self._make_tax(4.5)
        order = self._make_order({"price_unit": 1000.0, "tax_ids": [Command.set(taxes.ids)]}, 333.33)
        self._make_schedule(order, 30, 30, 40)
        invoices = self._bill_all(order)
        taxed = invoices.invoice_line_ids.filtered("tax_ids")
        self.assertEqual(len(taxed), 3)
        for line in taxed:
            self.assertEqual(line.tax_ids, taxes)
        self.assertBilledExactly(order, taxes=True)

    def test_discounts(self):
        for discount in (10.0, 33.33, 99.99):
            with self.subTest(discount=discount):
                order = self._make_order(
                    {"price_unit": 99999.99, "discount": discount}, {"price_unit": 0.07, "discount": discount}, 10.0
                )
                self._make_schedule(order, 33.33, 33.33, 33.34)
                self._bill_all(order)
                kept = order.order_line[0].invoice_lines
                self.assertEqual(set(kept.mapped("discount")), {discount})
                self.assertBilledExactly(order)

    def test_free_lines_reach_the_invoice_once(self):
        order = self._make_order(
            1000.0,
            {"price_unit": 50.0, "discount": 100.0, "product_uom_qty": 4},
            {"price_unit": 0.0, "product_uom_qty": 2},
        )
        self._make_schedule(order, 50, 50)
        invoices = self._bill_all(order)
        gift, free = order.order_line[1:]
        self.assertRecordValues(gift.invoice_lines, [{"quantity": 4.0, "price_unit": 50.0, "discount": 100.0}])
        self.assertRecordValues(free.invoice_lines, [{"quantity": 2.0, "price_unit": 0.0}])
        self.assertEqual((gift | free).invoice_lines.move_id, invoices.sorted("id")[-1])
        self.assertBilledExactly(order)

    def test_order_of_free_lines_only_is_invoiced(self):
        order = self._make_order(0.0)
        self._make_schedule(order, 50, 50)
        self._bill_all(order)
        self.assertEqual(order.order_line.qty_invoiced, 1.0)
        self.assertEqual(order.billing_schedule_ids.milestone_ids.mapped("state"), ["invoiced", "paid"])
        self.assertEqual(order.billing_schedule_ids.state, "done")

    def test_negative_price_and_negative_quantity_reduce_each_invoice(self):
        order = self._make_order(
            1000.0, {"price_unit": -100.01, "name": "Rebate"}, {"price_unit": 50.0, "product_uom_qty": -1}
        )
        schedule = self._make_schedule(order, 50, 50)
        self.assertEqual(sum(schedule.milestone_ids.mapped("amount")), 849.99)
        invoices = self._bill_all(order)
        self.assertEqual(set(invoices.mapped("move_type")), {"out_invoice"})
        self.assertEqual(sorted(invoices.mapped("amount_untaxed")), [424.99, 425.0])
        self.assertBilledExactly(order)

    def test_any_quantity_is_invoiced_in_full(self):
        order = self._make_order(
            {"price_unit": 33.33, "product_uom_qty": 7}, {"price_unit": 0.01, "product_uom_qty": 1234.56}
        )
        self._make_schedule(order, 12.5, 12.5, 75)
        self._bill_all(order)
        self.assertBilledExactly(order)

    def test_milestone_on_its_own_lines_leaves_the_others_alone(self):
        order = self._make_order(700.0, 300.0)
        first, second = order.order_line
        own = {"line_ids": [Command.set(first.ids)], "percent": 100, "due_on": "manual"}
        rest = {"line_ids": [Command.set(second.ids)], "percent": 100, "due_on": "manual"}
        schedule = self._make_schedule(order, own, rest)
        self.assertEqual(schedule.milestone_ids.mapped("amount"), [700.0, 300.0])
        order.action_confirm()
        schedule.milestone_ids[0].action_attain()
        self._drain()
        self.assertEqual(order.order_line.mapped("qty_invoiced"), [1.0, 0.0])
        self._bill_all(order)
        self.assertBilledExactly(order)

    def test_fixed_percent_and_balance_mix(self):
        order = self._make_order(600.0, 400.01)
        schedule = self._make_schedule(
            order,
            {"amount_type": "fixed", "amount_fixed": 123.45, "due_on": "manual"},
            {"percent": 50, "due_on": "manual"},
            {"amount_type": "balance", "due_on": "manual"},
        )
        self.assertEqual(schedule.milestone_ids.mapped("amount"), [123.45, 500.01, 376.55])
        self._bill_all(order)
        self.assertBilledExactly(order)

    def test_difference_is_shown_and_said_at_confirmation(self):
        order = self._make_order(1000.0)
        schedule = self._make_schedule(order, 50, 40)
        self.assertEqual((schedule.amount_difference, order.billing_difference), (100.0, 100.0))
        order.action_confirm()
        said = order.message_ids.filtered(lambda message: "not planned" in (message.body or ""))
        self.assertEqual(len(said), 1)
        self.assertIn("100.00", said.body)
        self._bill_all(order)
        self.assertEqual(sum(order.invoice_ids.mapped("amount_untaxed")), 900.0)
        self.assertEqual(order.order_line.untaxed_amount_to_invoice, 100.0)

    def test_plan_that_fits_is_confirmed_without_a_word(self):
        order = self._make_order(1000.0)
        self._make_schedule(order, 50, 50)
        order.action_confirm()
        self.assertFalse(order.message_ids.filtered(lambda message: "not planned" in (message.body or "")))

    def test_sections_and_notes_stay_out_of_the_plan(self):
        order = self._make_order(300.0, 700.0)
        order.write(
            {
                "order_line": [
                    Command.create({"display_type": "line_section", "name": "Phase", "sequence": 1}),
                    Command.create({"display_type": "line_note", "name": "Read me", "sequence": 99}),
                ]
            }
        )
        schedule = self._make_schedule(order, 50, 50)
        self.assertEqual(schedule.line_ids, order.order_line.filtered(lambda line: not line.display_type))
        self._bill_all(order)
        self.assertBilledExactly(order)

    def test_two_schedules_share_the_lines_of_one_order(self):
        order = self._make_order(1000.0, 500.0)
        first, second = order.order_line
        design = self._make_schedule(order, 50, 50, cover_all=False, line_ids=[Command.set(first.ids)])
        support = self._make_schedule(order, 100, cover_all=False, line_ids=[Command.set(second.ids)])
        self.assertEqual((design.amount_planned, support.amount_planned), (1000.0, 500.0))
        self._bill_all(order)
        self.assertBilledExactly(order)

    def test_order_that_is_a_credit_gives_a_credit_note(self):
        order = self._make_order({"price_unit": -500.0})
        self._make_schedule(order, 40, 60)
        moves = self._bill_all(order)
        self.assertEqual(sum(moves.mapped("amount_untaxed_signed")), -500.0)
        self.assertEqual(set(moves.mapped("move_type")), {"out_refund"})
        self.assertEqual(order.billing_schedule_ids.milestone_ids.mapped("billed_amount"), [-200.0, -300.0])
        self.assertEqual(self._drain()["invoices"], 0)
