from psycopg2.errors import UniqueViolation

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .advance_common import AdvanceCommon


@tagged("post_install", "-at_install")
class TestAdvances(AdvanceCommon):
    """What a customer paid in advance comes off what the plan bills: in all he is asked for the order, once."""

    def test_comes_off_the_next_invoice(self):
        order, (first, second) = self._start()
        advance = self._pay_in_advance(order)
        invoices = self._bill(first, second)
        self.assertEqual(self._totals([advance, *invoices]), [363.0, 242.0, 605.0])
        self.assertRecordValues(
            invoices[0].invoice_line_ids.sorted("sequence")[1:],
            [
                {"display_type": "line_section", "price_subtotal": 0.0},
                {"display_type": "product", "price_subtotal": -300.0},
            ],
        )
        self.assertEqual(invoices[0].amount_tax, 42.0)
        self.assertSettled(order)

    def test_made_before_confirmation(self):
        order = self._make_order(self._taxed(1000.0))
        schedule = self._make_schedule(order, 50, 50)
        advance = self._pay_in_advance(order)
        order.action_confirm()
        self.assertEqual(self._totals([advance, *self._bill(*schedule.milestone_ids)]), [363.0, 242.0, 605.0])
        self.assertSettled(order)

    def test_made_between_milestones(self):
        order, (first, second) = self._start()
        invoices = self._bill(first)
        self._pay_in_advance(order)
        self.assertEqual(self._totals(invoices + self._bill(second)), [605.0, 242.0])
        self.assertSettled(order)

    def test_larger_than_a_milestone_goes_on_to_the_next(self):
        order, milestones = self._start(10, 30, 60)
        self._pay_in_advance(order)
        invoices = self._bill(*milestones)
        self.assertEqual(self._totals(invoices), [0.0, 121.0, 726.0])
        self.assertEqual(invoices[0].payment_state, "paid")
        self.assertEqual(milestones[0].state, "paid")
        self.assertSettled(order)

    def test_pro_rata(self):
        order, milestones = self._start(20, 30, 50, schedule={"advance_policy": "pro_rata"})
        self._pay_in_advance(order)
        self.assertEqual(self._totals(self._bill(*milestones)), [169.4, 254.1, 423.5])
        self.assertSettled(order)

    def test_pro_rata_to_the_cent(self):
        order, milestones = self._start(30, 30, 40, schedule={"advance_policy": "pro_rata"})
        self._pay_in_advance(order, 100.01)
        self.assertEqual(self._totals(self._bill(*milestones)), [333.0, 333.0, 443.99])
        self.assertSettled(order)

    def test_last(self):
        order, milestones = self._start(20, 30, 50, schedule={"advance_policy": "last"})
        self._pay_in_advance(order)
        self.assertEqual(self._totals(self._bill(*milestones)), [242.0, 363.0, 242.0])
        self.assertSettled(order)

    def test_last_begins_earlier_when_the_last_is_too_small(self):
        order, milestones = self._start(50, 40, 10, schedule={"advance_policy": "last"})
        self._pay_in_advance(order)
        self.assertEqual(self._totals(self._bill(*milestones)), [605.0, 242.0, 0.0])
        self.assertSettled(order)

    def test_percentage(self):
        order, milestones = self._start()
        advance = self._pay_in_advance(order, percent=20)
        self.assertEqual(self._totals([advance, *self._bill(*milestones)]), [242.0, 363.0, 605.0])
        self.assertSettled(order)

    def test_several(self):
        order, (first, second) = self._start()
        self._pay_in_advance(order, 363.0)
        self._pay_in_advance(order, 121.0)
        invoices = self._bill(first)
        self._pay_in_advance(order, 242.0)
        self.assertEqual(self._totals(invoices + self._bill(second)), [121.0, 363.0])
        self.assertSettled(order)

    def test_several_that_cover_an_invoice_together(self):
        for policy, advances, expected in (
            ("next", (121.0, 121.0), [0.0, 968.0]),
            ("next", (121.0, 363.0), [0.0, 726.0]),
            ("pro_rata", (363.0, 847.0), [0.0, 0.0]),
            ("last", (726.0, 242.0), [242.0, 0.0]),
        ):
            with self.subTest(policy=policy, advances=advances):
                order, milestones = self._start(20, 80, schedule={"advance_policy": policy})
                paid = [self._pay_in_advance(order, amount) for amount in advances]
                self.assertEqual(self._totals(self._bill(*milestones)), expected)
                self.assertEqual(sum(self._totals(paid)) + sum(expected), 1210.0)
                self.assertSettled(order)

    def test_several_that_cover_invoices_of_several_taxes_together(self):
        lines = [self._taxed(333.33), self._taxed(66.67, self.low_vat)]
        order, milestones = self._start(33.33, 33.33, 33.34, lines=lines)
        for percent in (10, 60, 30):
            self._pay_in_advance(order, percent=percent)
        self.assertEqual(self._totals(self._bill(*milestones)), [0.0, 0.0, 0.0])
        self.assertSettled(order)

    def test_attained_in_parts(self):
        order, (first, second) = self._start()
        self._pay_in_advance(order)
        for percent in (20.0, 60.0, 100.0):
            first._attain(percent, self.env.cr.now().date(), "manual")
            self._drain()
        self._bill(second)
        invoices = first.invoice_ids.sorted("id")
        self.assertEqual(self._totals(invoices), [0.0, 0.0, 242.0])
        self.assertSettled(order)

    def test_several_tax_rates(self):
        lines = [self._taxed(1000.0), self._taxed(500.0, self.low_vat)]
        order, milestones = self._start(lines=lines)
        self._pay_in_advance(order, percent=30)
        invoices = self._bill(*milestones)
        # 30 % of 1,740.00 comes off 870.00, by rate: 363.00 of 605.00 and 159.00 of 265.00.
        self.assertEqual(self._totals(invoices), [348.0, 870.0])
        self.assertEqual(invoices[0].amount_tax, 105.0 + 15.0 - 63.0 - 9.0)
        self.assertSettled(order)

    def test_each_rate_comes_off_its_own_lines(self):
        lines = [self._taxed(1000.0), self._taxed(500.0, self.low_vat)]
        order = self._make_order(*lines)
        rows = [{"percent": 100, "due_on": "manual", "line_ids": [line.id]} for line in order.order_line]
        schedule = self._make_schedule(order, *rows)
        order.action_confirm()
        self._pay_in_advance(order, percent=30)
        invoices = self._bill(*schedule.milestone_ids)
        self.assertEqual(self._totals(invoices), [847.0, 371.0])
        self.assertSettled(order)

    def test_taxes_in_the_price(self):
        included = self._make_tax(21.0, price_include_override="tax_included")
        for policy in ("next", "pro_rata", "last"):
            with self.subTest(policy=policy):
                order, milestones = self._start(
                    33.33, 33.33, 33.34, lines=[self._taxed(999.99, included)], schedule={"advance_policy": policy}
                )
                self._pay_in_advance(order, 333.33)
                invoices = self._bill(*milestones)
                self.assertEqual(order.currency_id.round(sum(self._totals(invoices))), 666.66)
                self.assertSettled(order)

    def test_fixed_tax_that_comes_off_without_tax(self):
        fixed = self._make_tax(2.0, amount_type="fixed")
        order, milestones = self._start(100, lines=[self._taxed(100.0, self.vat, fixed, product_uom_qty=10)])
        advance = self._pay_in_advance(order, percent=30)
        self.assertEqual(len(order._billing_advances()), 2, "Odoo takes an advance on a fixed tax without tax")
        [invoice] = self._bill(*milestones)
        charges = invoice.invoice_line_ids.filtered(lambda row: not row.is_downpayment)
        self.assertAlmostEqual(invoice.amount_total, sum(charges.mapped("price_total")) - advance.amount_total)
        self.assertFalse(order._billing_advances())

    def test_other_currency_than_the_companys(self):
        order, milestones = self._start(pricelist_id=self._make_pricelist("GBP").id)
        advance = self._pay_in_advance(order)
        self.assertEqual(advance.currency_id.name, "GBP")
        self.assertEqual(self._totals(self._bill(*milestones)), [242.0, 605.0])
        self.assertSettled(order)
        account = advance.invoice_line_ids.account_id
        rows = order.invoice_ids.invoice_line_ids.filtered(lambda row: row.is_downpayment and row.account_id == account)
        self.assertEqual(sum(rows.mapped("balance")), 0.0)

    def test_yen_with_taxes_in_the_price(self):
        included = self._make_tax(5.0, price_include_override="tax_included")
        order, milestones = self._start(
            30, 30, 40, lines=[self._taxed(10001.0, included)], pricelist_id=self._make_pricelist("JPY").id
        )
        self._pay_in_advance(order, 3333.0)
        self.assertEqual(sum(self._totals(self._bill(*milestones))), 6668.0)
        self.assertSettled(order)

    def test_taxes_rounded_over_the_whole_invoice(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        lines = [self._taxed(price) for price in (33.33, 33.33, 33.35)]
        order, milestones = self._start(lines=lines, schedule={"advance_policy": "pro_rata"})
        advance = self._pay_in_advance(order, 40.01)
        self._bill(*milestones)
        self.assertFalse(order._billing_advances())
        rows = order.invoice_ids.invoice_line_ids.filtered("is_downpayment")
        self.assertEqual(order.currency_id.round(sum(rows.mapped("price_total"))), 0.0)
        self.assertEqual(advance.amount_total, 40.01)

    def test_no_deduction_is_made_twice_whatever_the_code_does(self):
        order, milestones = self._start(20, 80)
        self._pay_in_advance(order)
        row = self._bill(milestones[0])[0].invoice_line_ids.filtered("is_downpayment")
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            row.sudo().copy({"move_id": row.move_id.id, "billing_key": row.billing_key})
            self.env.flush_all()

    def test_in_another_currency_than_the_order_waits(self):
        order, (first, _second) = self._start()
        advance = self._pay_in_advance(order, post=False)
        advance.currency_id = self.setup_other_currency("GBP", rates=[("2016-01-01", 2.0)])
        advance.action_post()
        first.action_attain()
        self.assertEqual(self._drain()["failed"], 1)
        self.assertIn("another currency", first.block_reason)
        with self.assertRaisesRegex(UserError, "another currency"):
            self._create_invoice(order)
        self._credit(advance)
        first.attainment_ids._set_state("pending")
        self._drain()
        self.assertEqual(self._totals(first.invoice_ids), [605.0])

    # === DRAFT, CANCELLED, CREDITED === #

    def test_draft_comes_off_once_it_is_posted(self):
        order, (first, second) = self._start()
        advance = self._pay_in_advance(order, post=False)
        invoices = self._bill(first)
        advance.action_post()
        self.assertEqual(self._totals(invoices + self._bill(second)), [605.0, 242.0])
        self.assertSettled(order)

    def test_cancelled_does_not_come_off(self):
        order, milestones = self._start()
        advance = self._pay_in_advance(order)
        advance.button_draft()
        advance.button_cancel()
        self.assertEqual(self._totals(self._bill(*milestones)), [605.0, 605.0])
        self.assertEqual(order.invoice_status, "invoiced")

    def test_credited_in_full_and_in_part(self):
        order, (first, second) = self._start()
        self._credit(self._pay_in_advance(order, 121.0))
        refund = self._pay_in_advance(order, 363.0)._reverse_moves([{}])
        refund.invoice_line_ids.price_unit = 100.0
        refund.invoice_date = self.env.cr.now().date()
        refund.action_post()
        self.assertEqual(refund.amount_total, 121.0)
        self.assertEqual(self._totals(self._bill(first, second)), [363.0, 605.0])
        self.assertSettled(order)

    def test_credited_after_it_came_off_is_billed_with_the_next(self):
        order, (first, second) = self._start()
        advance = self._pay_in_advance(order)
        invoices = self._bill(first)
        self._credit(advance)
        self.assertEqual(self._totals(invoices + self._bill(second)), [242.0, 968.0])
        self.assertSettled(order)

    def test_reset_for_a_correction_after_it_came_off_changes_nothing(self):
        order, (first, second) = self._start()
        advance = self._pay_in_advance(order)
        self._bill(first)
        advance.button_draft()
        invoices = self._bill(second)
        advance.action_post()
        self.assertEqual(self._totals(invoices), [605.0])
        self.assertSettled(order)

    # === ODOO'S OWN BUTTON === #

    def test_create_invoice_makes_the_invoice_of_the_queue(self):
        order, (first, second) = self._start()
        self._pay_in_advance(order)
        first.action_attain()
        invoice = self._create_invoice(order)
        invoice.action_post()
        self.assertEqual(invoice.amount_total, 242.0)
        self.assertEqual(self._totals(self._bill(second)), [605.0])
        self.assertSettled(order)

    def test_create_invoice_without_deduction_leaves_it_to_the_next(self):
        order, (first, second) = self._start()
        self._pay_in_advance(order)
        first.action_attain()
        invoice = self._create_invoice(order, deduct=False)
        invoice.action_post()
        self.assertEqual(self._totals([invoice, *self._bill(second)]), [605.0, 242.0])
        self.assertSettled(order)

    def test_nothing_is_offered_before_a_milestone_is_due(self):
        order, _milestones = self._start()
        self._pay_in_advance(order)
        with self.assertRaisesRegex(UserError, "Cannot create an invoice"):
            self._create_invoice(order)

    def test_more_than_is_left_waits_and_odoo_drafts_the_credit(self):
        order, milestones = self._start()
        self._bill(milestones[0])
        self._pay_in_advance(order, 800.0)
        invoices = self._bill(milestones[1])
        self.assertEqual(self._totals(invoices), [0.0])
        credit = self._create_invoice(order)
        self.assertRecordValues(credit, [{"move_type": "out_refund", "amount_total": 195.0}])
        credit.action_post()
        self.assertSettled(order)

    # === WITH OTHERS === #

    def test_one_invoice_for_a_customers_orders(self):
        schedule = {"grouping": "customer"}
        paid, mine = self._start(schedule=schedule)
        other, others = self._start(schedule=schedule)
        self._pay_in_advance(paid)
        (mine[0] | others[0]).action_attain()
        self._drain()
        self.assertEqual(mine[0].invoice_ids, others[0].invoice_ids)
        self.assertEqual(mine[0].invoice_ids.amount_total, 847.0)
        (mine[1] | others[1]).action_attain()
        self._drain()
        self.assertEqual(sum(self._totals((paid | other).invoice_ids)), 2420.0)
        self.assertFalse(paid._billing_advances())

    def test_two_invoices_of_one_batch_share_it(self):
        order, milestones = self._start(10, 30, 60)
        self._pay_in_advance(order)
        milestones.action_attain()
        self._drain()
        self.assertEqual(sorted(self._totals(milestones.invoice_ids)), [0.0, 121.0, 726.0])
        self.assertSettled(order)

    def test_invoices_of_one_batch_come_one_after_the_other(self):
        for policy, expected in (("pro_rata", [169.4, 254.1, 423.5]), ("last", [242.0, 363.0, 242.0])):
            with self.subTest(policy=policy):
                order, milestones = self._start(20, 30, 50, schedule={"advance_policy": policy})
                self._pay_in_advance(order)
                milestones.action_attain()
                self._drain()
                self.assertEqual([milestone.invoice_ids.amount_total for milestone in milestones], expected)
                self.assertSettled(order)

    def test_lines_outside_the_plan(self):
        order = self._make_order(self._taxed(1000.0), self._taxed(500.0))
        schedule = self._make_schedule(order, 100, cover_all=False, line_ids=[order.order_line[0].id])
        order.action_confirm()
        self._pay_in_advance(order, 726.0)
        own = self._create_invoice(order)
        own.action_post()
        self.assertEqual(self._totals([own, *self._bill(schedule.milestone_ids)]), [0.0, 1089.0])
        self.assertSettled(order)
