from odoo.fields import Command
from odoo.tests import tagged

from .concession_common import ConcessionCommon


@tagged("post_install", "-at_install")
class TestQuantityThenCredit(ConcessionCommon):
    """A change of a quantity that was applied is not proposed again with what happens afterwards."""

    def _two_lines(self, policy, **values):
        """Confirm an order of 8,325.00 and of 3 x 333.33, and make its contract active."""
        product = self._make_product("Counted", policy)
        self._make_ssp(self.support, 9000)
        self._make_ssp(product, 320)
        days = {"revenue_start": "2026-01-01", "revenue_end": "2026-03-31"}
        order = self._make_order(
            (self.support, 9000, {"discount": 7.5, **days}),
            (product, 333.33, {"product_uom_qty": 3, **days, **values}),
            date_order="2026-01-01 12:00:00",
        )
        order.action_confirm()
        order.revenue_contract_id.date = "2026-01-01"
        order.revenue_contract_id.sudo().state = "active"
        return order, order.revenue_contract_id

    def _credit_tenth(self, invoice):
        """Credit 10 % of the first line by hand: 900, less its discount."""
        return self._credit(invoice, 900)

    def _check_nothing_but_the_concession(self, order, contract):
        invoice = self._invoice(order, "2026-01-05")
        self.assertEqual(self._deltas(contract=contract), [])
        credit = self._credit_tenth(invoice)
        self.assertEqual(self._deltas(contract=contract), [-832.5])
        credit.button_draft()
        credit.button_cancel()
        self.assertEqual(self._deltas(contract=contract), [])

    def _change(self, contract, line, quantity, treatment):
        line.product_uom_qty = quantity
        waiting = contract.modification_ids.filtered(lambda one: one.state == "proposed")
        waiting.treatment = treatment
        waiting.action_apply()

    def test_each_measure_and_treatment(self):
        """Whatever measures the line, and however the change was treated."""
        for policy in ("subscription", "milestones"):
            for treatment in ("catch_up", "prospective"):
                with self.subTest(policy=policy, treatment=treatment), self.env.cr.savepoint() as savepoint:
                    order, contract = self._two_lines(policy)
                    self._change(contract, order.order_line[1], 2, treatment)
                    self._check_nothing_but_the_concession(order, contract)
                    savepoint.rollback()
                    self.env.invalidate_all()

    def test_changed_twice(self):
        """Down and up again, beyond what was ordered first."""
        for policy in ("one_time", "goods"):
            with self.subTest(policy=policy), self.env.cr.savepoint() as savepoint:
                order, contract = self._two_lines(policy)
                for quantity in (2, 7, 6):
                    self._change(contract, order.order_line[1], quantity, "catch_up")
                self._check_nothing_but_the_concession(order, contract)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_split_product(self):
        """Of a product that is split into several obligations, its parts."""
        parts = [self._policy("subscription"), self._policy("one_time")]
        policy = self._make_policy(
            "Two Parts",
            method="split",
            component_ids=[
                Command.create({"name": "Months", "policy_id": parts[0].id, "share": 70}),
                Command.create({"name": "At once", "policy_id": parts[1].id, "share": 30}),
            ],
        )
        order, contract = self._two_lines(policy)
        self._change(contract, order.order_line[1], 2, "catch_up")
        self._check_nothing_but_the_concession(order, contract)
