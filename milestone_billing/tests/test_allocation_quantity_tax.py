from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestAllocationQuantityTax(BillingCommon):
    """Taxes that hang on the quantity: all invoices of a plan together bear those of the order, to the cent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vat = cls._make_tax(21.0, sequence=20)
        cls.fee = cls._make_tax(2.0, amount_type="fixed", name="Fee a unit", sequence=10)

    def _order(self, *taxes, price=100.0, quantity=10.0, **values):
        line = {"price_unit": price, "product_uom_qty": quantity, "tax_ids": [Command.set([tax.id for tax in taxes])]}
        return self._make_order({**line, **values})

    def _posted(self, order):
        return order.invoice_ids.filtered(lambda move: move.state == "posted").sorted("id")

    def _taxes(self, order):
        """Return what the posted invoices of ``order`` have of each tax, less credit notes: ``{name: amount}``."""
        found = {}
        for line in self._posted(order).line_ids.filtered("tax_line_id"):
            found[line.tax_line_id.name] = found.get(line.tax_line_id.name, 0.0) - line.amount_currency
        return {name: order.currency_id.round(amount) for name, amount in found.items()}

    def _net(self, order, field="amount_total"):
        return order.currency_id.round(sum(-move.direction_sign * move[field] for move in self._posted(order)))

    def _bill(self, order, *percents, **values):
        schedule = self._make_schedule(order, *percents, **values)
        self._bill_all(order)
        return schedule

    def _check(self, order, **taxes):
        for field in ("amount_untaxed", "amount_tax", "amount_total"):
            self.assertEqual(self._net(order, field), order[field], field)
        if taxes:
            self.assertEqual(self._taxes(order), taxes)
        self.assertEqual(order.amount_to_invoice, 0.0)
        self.assertEqual(order.order_line.mapped("qty_invoiced"), order.order_line.mapped("product_uom_qty"))

    def test_fixed_tax_beside_a_percentage(self):
        order = self._order(self.fee, self.vat)
        self._bill(order, 50, 50)
        self._check(order, **{self.vat.name: 210.0, self.fee.name: 20.0})
        self.assertEqual(self._posted(order).mapped("amount_tax"), [115.0, 115.0])
        self.assertEqual(self._posted(order).invoice_line_ids.mapped("quantity"), [1.0, 1.0])
        self.assertEqual(self._posted(order).invoice_line_ids.mapped("price_unit"), [500.0, 500.0])

    def test_one_unit_in_three_parts(self):
        order = self._order(self.fee, price=99.99, quantity=1.0)
        self._bill(order, 33.333333, 33.333333, 33.333334)
        self._check(order, **{self.fee.name: 2.0})
        self.assertEqual(self._posted(order).mapped("amount_tax"), [0.67, 0.67, 0.66])

    def test_fixed_tax_in_the_base_of_another(self):
        self.fee.include_base_amount = True
        order = self._order(self.fee, self.vat)
        self.assertEqual(order.amount_tax, 234.2)
        self._bill(order, 30, 45, 25)
        self._check(order, **{self.vat.name: 214.2, self.fee.name: 20.0})
        bases = self._posted(order).line_ids.filtered(lambda line: line.tax_line_id == self.vat)
        self.assertEqual(abs(sum(bases.mapped("tax_base_amount"))), 1020.0)

    def test_fixed_tax_in_the_price(self):
        self.fee.price_include_override = "tax_included"
        self.vat.price_include_override = "tax_included"
        order = self._order(self.fee, self.vat)
        self._bill(order, 50, 20, 30)
        self._check(order)
        self.assertEqual(self._taxes(order)[self.fee.name], 20.0)

    def test_discount(self):
        order = self._order(self.fee, self.vat, discount=15.0)
        self._bill(order, 33.33, 33.33, 33.34)
        self._check(order)

    def test_rounding_per_line_and_globally_with_several_lines(self):
        for method in ("round_per_line", "round_globally"):
            with self.subTest(method=method):
                self.company.tax_calculation_rounding_method = method
                order = self._order(self.fee, self.vat, price=33.33, quantity=3.0)
                order.order_line = [
                    Command.create(
                        {
                            "product_id": self.plain.id,
                            "price_unit": 17.77,
                            "product_uom_qty": 7.0,
                            "tax_ids": [Command.set((self.fee | self.vat).ids)],
                        }
                    )
                ]
                self._bill(order, 33.33, 33.33, 33.34, grouping="order")
                self.assertEqual(self._net(order, "amount_untaxed"), order.amount_untaxed)
                self.assertEqual(self._taxes(order)[self.fee.name], 20.0)
                self.assertAlmostEqual(self._net(order), order.amount_total, delta=0.011)

    def test_milestones_attained_in_any_order_in_parts_and_together(self):
        order = self._order(self.fee, self.vat, price=33.33)
        first, second, third = self._make_schedule(order, 30, 30, 40).milestone_ids
        order.action_confirm()
        for milestones, percent in ((third, 50.0), (first | second, 33.0), (second, 100.0), (first | third, 100.0)):
            milestones._attain(percent, fields.Date.today(), "manual")
            self._drain()
        self._check(order)

    def test_foreign_currency(self):
        order = self._order(self.fee, self.vat, price=33.33)
        order.pricelist_id = self._make_pricelist("CHF", 3.0)
        order.order_line.price_unit = 33.33
        self._bill(order, 33.33, 33.33, 33.34)
        self.assertEqual(self._posted(order).currency_id, order.currency_id)
        self._check(order)
        for move in self._posted(order):
            self.assertAlmostEqual(sum(move.line_ids.mapped("balance")), 0.0)

    def test_negative_quantity(self):
        order = self._order(self.fee, self.vat)
        order.order_line = [
            Command.create(
                {
                    "product_id": self.plain.id,
                    "price_unit": 30.0,
                    "product_uom_qty": -2.0,
                    "tax_ids": [Command.set((self.fee | self.vat).ids)],
                }
            )
        ]
        self._bill(order, 50, 50)
        self._check(order)

    def test_tax_that_cancels_out(self):
        repartition = [
            Command.clear(),
            Command.create({"repartition_type": "base", "document_type": "invoice"}),
            Command.create({"repartition_type": "tax", "factor_percent": 100.0, "document_type": "invoice"}),
            Command.create({"repartition_type": "tax", "factor_percent": -100.0, "document_type": "invoice"}),
            Command.create({"repartition_type": "base", "document_type": "refund"}),
            Command.create({"repartition_type": "tax", "factor_percent": 100.0, "document_type": "refund"}),
            Command.create({"repartition_type": "tax", "factor_percent": -100.0, "document_type": "refund"}),
        ]
        reverse = self._make_tax(19.0, name="Reverse charge", sequence=30, repartition_line_ids=repartition)
        order = self._order(self.fee, reverse)
        self._bill(order, 50, 50)
        self._check(order)
        charged = self._posted(order).line_ids.filtered(lambda line: line.tax_line_id == reverse)
        self.assertEqual(sorted(charged.mapped("balance")), [-95.0, -95.0, 95.0, 95.0])

    def test_change_orders(self):
        for change, fee in (({"product_uom_qty": 20.0}, 40.0), ({"price_unit": 200.0}, 20.0), ({"discount": 50}, 20.0)):
            with self.subTest(change=change):
                order = self._order(self.fee, self.vat)
                first, _second = self._make_schedule(order, 40, 60).milestone_ids
                order.action_confirm()
                first.action_attain()
                self._drain()
                order.order_line.write(change)
                self._bill_all(order)
                self._check(order)
                self.assertEqual(self._taxes(order)[self.fee.name], fee)

    def test_other_tax_on_what_is_left(self):
        other = self._make_tax(3.0, amount_type="fixed", name="Another fee", sequence=10)
        order = self._order(self.fee)
        first, _second = self._make_schedule(order, 40, 60).milestone_ids
        order.action_confirm()
        first.action_attain()
        self._drain()
        order.order_line.tax_ids = other
        self._bill_all(order)
        self.assertEqual(self._taxes(order), {self.fee.name: 8.0, "Another fee": 18.0})

    def test_credit_note_of_a_part_and_billed_again(self):
        order = self._order(self.fee, self.vat)
        milestone = self._make_schedule(order, 100).milestone_ids
        self._bill_all(order)
        milestone._attain(70.0, fields.Date.today(), "manual")
        self._drain()
        milestone.action_credit()
        refund = order.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
        self.assertRecordValues(refund, [{"amount_untaxed": 300.0, "amount_tax": 69.0}])
        refund.action_post()
        self._drain()
        self.assertEqual(self._taxes(order), {self.vat.name: 147.0, self.fee.name: 14.0})
        milestone._attain(100.0, fields.Date.today(), "manual")
        self._drain()
        self._check(order, **{self.vat.name: 210.0, self.fee.name: 20.0})

    def test_ordinary_percentages_are_left_to_odoo(self):
        order = self._order(self.vat)
        self._bill(order, 50, 50)
        self._check(order)
        self.assertFalse(any(self._posted(order).invoice_line_ids.mapped("extra_tax_data")))
