from odoo.fields import Command
from odoo.tests import tagged

from .advance_common import AdvanceCommon

TOTALS = ("amount_untaxed", "amount_tax", "amount_total")


@tagged("post_install", "-at_install")
class TestCents(AdvanceCommon):
    """The totals of an invoice are those of its lines, and all invoices together those of the order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.included = cls._make_tax(19.0, price_include_override="tax_included")

    def _line(self, quantity, price, *taxes, **values):
        return {
            "product_uom_qty": quantity,
            "price_unit": price,
            "tax_ids": [Command.set([tax.id for tax in taxes])],
            **values,
        }

    def _plan(self, *lines, **schedule):
        """Confirm an order of ``lines`` with a plan of 20 %, 10 % and the balance; return it and the milestones."""
        rows = [20, 10, {"amount_type": "balance", "due_on": "manual"}]
        order = self._make_order(*lines)
        made = self._make_schedule(order, *rows, **schedule)
        order.action_confirm()
        return order, made.milestone_ids

    def _asked(self, order, field):
        standing = order.invoice_ids.filtered(lambda move: move.state != "cancel")
        return order.currency_id.round(sum(-move.direction_sign * move[field] for move in standing))

    def assertOrdered(self, order):
        self.assertEqual([self._asked(order, name) for name in TOTALS], [order[name] for name in TOTALS])

    def assertOfItsLines(self, move):
        """The totals of an invoice are those of its lines."""
        lines = move.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        net, total = (move.currency_id.round(sum(lines.mapped(name))) for name in ("price_subtotal", "price_total"))
        self.assertEqual((move.amount_untaxed, move.amount_total), (net, total))

    # === ROUNDED WITH THE WHOLE ORDER === #

    def test_orders_whose_prices_are_rounded_together(self):
        """Seven times 16.9915 are 118.94, not seven times 16.99: as Odoo's own invoice has it."""
        self.company.tax_calculation_rounding_method = "round_globally"
        many = [self._line(1, 19.99, self.vat, discount=15.0)] * 7
        few = [self._line(1.01, 0.33, self.vat)] * 3
        mixed = [self._line(7, 3.333, self.vat), self._line(1, 10.005), self._line(3, 0.335, self.low_vat)]
        for lines in (many, few, mixed):
            for turn in ((0, 1, 2), (2, 0, 1), None):
                for grouping in ("milestone", "order"):
                    with self.subTest(lines=len(lines), turn=turn, grouping=grouping):
                        order, milestones = self._plan(*lines, grouping=grouping)
                        if turn:
                            self._bill(*(milestones[number] for number in turn))
                        else:
                            milestones.action_attain()
                            self._drain()
                        self.assertOrdered(order)
                        self.assertEqual(set(milestones.mapped("state")), {"invoiced"})
                        self.assertEqual(order.invoice_status, "invoiced")
                        native = self._make_order(*lines)
                        native.action_confirm()
                        self.assertEqual(native._create_invoices().amount_total, order.amount_total)

    def test_what_is_credited_of_prices_rounded_together_is_billed_again_to_the_cent(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        order, milestones = self._plan(*[self._line(1, 19.99, self.vat, discount=15.0)] * 20, grouping="order")
        last = self._bill(*milestones)[-1]
        last._reverse_moves([{"invoice_date": last.invoice_date}]).action_post()
        milestones[-1].action_bill_again()
        self._drain()
        self.assertOrdered(order)

    # === HEADER AND LINES === #

    def test_taxes_in_the_price_of_several_lines(self):
        """Odoo rounds together what several lines leave, where the company rounds globally: not what we bill."""
        for together in (False, True):
            for lines in (
                [self._line(10, 1000.0, self.included, discount=10.0), self._line(10, 0.07)],
                [self._line(3, 33.33, self.included), self._line(3, 1000.0, self.included)],
                [self._line(10, 12.12, self.included, discount=10.0), self._line(3, 27.87, self.included)],
            ):
                with self.subTest(lines=lines, together=together):
                    self.company.tax_calculation_rounding_method = "round_globally"
                    order, milestones = self._plan(*lines, grouping="order", change_rule="keep")
                    if together:
                        milestones.action_attain()
                        self._drain()
                    else:
                        self._bill(*milestones)
                    for move in order.invoice_ids:
                        self.assertOfItsLines(move)
                    self.assertEqual(self._asked(order, "amount_total"), order.amount_total)
                    net = sum(order.order_line.mapped("price_subtotal"))
                    self.assertEqual(self._asked(order, "amount_untaxed"), order.currency_id.round(net))

    # === ALL INVOICES AND THE ORDER === #

    def test_last_invoice_takes_the_cents_of_tax(self):
        """Each invoice has the tax of what it bills; those of all come to that of the order."""
        for method in ("round_per_line", "round_globally"):
            with self.subTest(method=method):
                self.company.tax_calculation_rounding_method = method
                order, milestones = self._plan(self._line(1, 12.12, self.vat))
                moves = self._bill(*milestones)
                self.assertEqual([move.amount_tax for move in moves], [0.51, 0.25, 1.79])
                self.assertOrdered(order)
                self.assertOfItsLines(moves[-1])
                self.assertEqual(order.invoice_status, "invoiced")
                self.assertEqual(order.amount_to_invoice, 0.0)

    def test_two_lines_of_one_tax(self):
        """What one line has too much the other has too little: the order is what counts."""
        self.company.tax_calculation_rounding_method = "round_globally"
        lines = [self._line(3, 0.07, self.vat), self._line(10, 11.61, self.vat)]
        order, milestones = self._plan(*lines, grouping="order")
        self._bill(*milestones)
        self.assertOrdered(order)

    def test_all_at_once(self):
        order, milestones = self._plan(self._line(1, 12.12, self.vat))
        milestones.action_attain()
        self._drain()
        self.assertEqual(len(order.invoice_ids), 3)
        self.assertOrdered(order)

    def test_last_one_billed_by_hand(self):
        order, milestones = self._plan(self._line(1, 12.12, self.vat), invoice_policy="draft")
        milestones.action_attain()
        self._create_invoice(order)
        self.assertOrdered(order)

    def test_last_draft_deleted_and_billed_again(self):
        order, milestones = self._plan(self._line(1, 12.12, self.vat), invoice_policy="draft")
        [*_others, last] = self._bill(*milestones)
        last.unlink()
        self._drain()
        self.assertOrdered(order)

    def test_order_changed_before_the_last(self):
        order, milestones = self._plan(self._line(1, 12.12, self.vat), change_rule="keep")
        self._bill(milestones[0])
        order.order_line.price_unit = 13.37
        self._bill(*milestones[1:])
        self.assertOrdered(order)

    def test_what_was_credited_is_not_billed_as_tax(self):
        """A concession has its own tax, which nobody asks for again."""
        order, milestones = self._plan(self._line(1, 12.12, self.vat))
        [first, _second] = self._bill(*milestones[:2])
        self._credit(first)
        [last] = self._bill(milestones[2])
        self.assertEqual(last.amount_tax, 1.78)

    def test_tax_that_changed_is_no_matter_of_cents(self):
        order, milestones = self._plan(self._line(1, 12.12, self.vat))
        self._bill(*milestones[:2])
        order.order_line.tax_ids = self.low_vat
        [last] = self._bill(milestones[2])
        self.assertEqual(last.amount_tax, 0.51)

    def test_down_payment_beside_it(self):
        order, milestones = self._plan(self._line(1, 12.12, self.vat), advance_policy="pro_rata")
        self._pay_in_advance(order, percent=50)
        self._bill(*milestones)
        self.assertOrdered(order)
        self.assertSettled(order)

    # === DOWN PAYMENTS === #

    def test_invoice_that_an_advance_covers_asks_for_no_tax(self):
        """Net and taxes of the invoice and of what comes off it were rounded apart: nothing of either is left."""
        self.company.tax_calculation_rounding_method = "round_globally"
        order, milestones = self._plan(self._line(1, 1000.0, self.included), advance_policy="last")
        self._pay_in_advance(order, percent=77.7)
        moves = self._bill(*milestones)
        self.assertEqual((moves[-1].amount_untaxed, moves[-1].amount_tax), (0.0, 0.0))
        self.assertOrdered(order)
        self.assertSettled(order)

    def test_two_rates_covered_by_advances(self):
        lines = [self._line(3, 0.07, self.vat), self._line(3, 12.12, self.vat), self._line(10, 0.07, self.low_vat)]
        order, milestones = self._plan(*lines, advance_policy="last")
        self._pay_in_advance(order, percent=77.7)
        for move in self._bill(*milestones):
            self.assertGreaterEqual(move.amount_untaxed * move.amount_tax, 0.0, move.amount_tax)
        self.assertOrdered(order)
        self.assertFalse(order._billing_advances())
        self.assertEqual(order.invoice_status, "invoiced")
