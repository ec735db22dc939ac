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


@tagged("post_install", "-at_install")
class TestShareOfWhatIsOrderedNow(ConcessionCommon):
    """Progress is a share of what the order promises now, not of what it promised at first (ASC 606-10-25-30)."""

    def _order(self, policy, quantity=10, price=100, **values):
        order = self._make_order(
            (self._make_product("Counted", policy, **values), price, {"product_uom_qty": quantity})
        )
        order.action_confirm()
        return order, order.revenue_contract_id, order.order_line

    def _change(self, contract, line, **values):
        line.write(values)
        contract.modification_ids.filtered(lambda one: one.state == "proposed").treatment = "catch_up"
        self._apply_all(contract)

    def _check(self, contract, revenue, liability=0.0):
        position = contract._position_at(self.company._revenue_today())
        self.assertEqual((position["revenue"], position["contract_liability"]), (revenue, liability))

    def _on_invoice(self):
        return self._make_policy("On Invoice", method="point_in_time", trigger="invoice")

    def test_delivered_of_fewer(self):
        order, contract, line = self._order("one_time")
        self._change(contract, line, product_uom_qty=4)
        line.qty_delivered = 4
        self._invoice(order, self.company._revenue_today())
        self._check(contract, 400.0)

    def test_delivered_of_more(self):
        """The other ten are recorded once they are delivered, too."""
        _order, contract, line = self._order("one_time")
        line.qty_delivered = 10
        self._change(contract, line, product_uom_qty=20)
        self._check(contract, 1000.0)
        line.qty_delivered = 20
        self._check(contract, 2000.0)
        self.assertFalse(self.env["sale.order.line"]._revenue_differing_delivered(self.company) & line)

    def test_hours_of_fewer(self):
        hour = self.env.ref("uom.product_uom_hour")
        _order, contract, line = self._order("hours", uom_id=hour.id)
        self._change(contract, line, product_uom_qty=4)
        project = self.env["project.project"].create({"name": "Site", "allow_timesheets": True})
        contract.obligation_ids.project_id = project
        worker = self.env["hr.employee"].sudo().create({"name": "Worker", "company_id": self.company.id})
        self.env["account.analytic.line"].create(
            {"name": "Work", "project_id": project.id, "employee_id": worker.id, "unit_amount": 4.0, "so_line": False}
        )
        self._check(contract, 400.0)

    def test_invoiced_of_less(self):
        order, contract, line = self._order(self._on_invoice(), quantity=1, price=1000)
        self._change(contract, line, price_unit=800)
        self._invoice(order, self.company._revenue_today())
        self._check(contract, 800.0)

    def test_invoiced_and_a_concession(self):
        """A credit note that lowers the price leaves nothing to be invoiced: all is earned, half of it by half."""
        order, contract, line = self._order(self._on_invoice(), quantity=1, price=1000)
        invoice = self._invoice(order, "2026-01-10")
        self._credit(invoice, 100)
        self._check(contract, 900.0)
        contract.modification_ids.treatment = "catch_up"
        self._apply_all(contract)
        self._check(contract, 900.0)
        self._change(contract, line, price_unit=1200)
        self._check(contract, 900.0)

    def test_invoiced_below_the_order(self):
        order, contract, _line = self._order(self._on_invoice(), quantity=1, price=1000)
        invoice = order._create_invoices()
        invoice.invoice_line_ids.price_unit = 900
        invoice.action_post()
        contract.modification_ids.treatment = "catch_up"
        self._apply_all(contract)
        self.assertEqual(self._price(contract), 900.0)
        self._check(contract, 900.0)

    def test_down_payment_is_not_earned_as_it_is_invoiced(self):
        """The work is: what is earned as invoiced corresponds to what was transferred (ASC 606-10-55-18)."""
        order, contract, _line = self._order("time_material", quantity=1, price=1000)
        wizard = self.env["sale.advance.payment.inv"].with_context(active_model="sale.order", active_ids=order.ids)
        wizard.create({"advance_payment_method": "percentage", "amount": 30}).create_invoices()
        order.invoice_ids.action_post()
        self._check(contract, 0.0, 300.0)
        order._create_invoices(final=True).action_post()
        self._check(contract, 1000.0)
