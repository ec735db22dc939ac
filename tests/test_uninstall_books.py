"""Milestone Billing goes while contracts of its orders are running: their books see nothing of it."""

from odoo.addons.milestone_billing.tests.common import BillingCommon
from odoo.addons.milestone_billing.uninstall import leave_orders_to_odoo
from odoo.addons.revenue_recognition.tests.close_common import CloseCommon
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestUninstallBooks(BillingCommon, CloseCommon):
    """What a contract is worth, what is billed of it and what is earned stay as they are, and Odoo bills the rest."""

    def _start(self, *lines, percents=(30, 70), attained=1):
        support = self._make_product("Support", "subscription")
        if len(lines) > 1:
            self._make_ssp(support, 1000.0)
        dates = {"revenue_start": "2026-01-01", "revenue_end": "2026-12-31"}
        order = BillingCommon._make_order.__func__(type(self), *({**dates, **line} for line in lines), product=support)
        schedule = self._make_schedule(order, *percents, invoice_date_policy="attained")
        contract = self._confirm(order, "2026-01-01")
        for milestone in schedule.milestone_ids[:attained]:
            milestone._attain(100.0, "2026-03-15", "manual")
            self._drain()
        self._close("2026-03-31")
        return order, contract

    def _position(self, contract, day):
        [position] = self.env["revenue.contract"].get_position([contract.id], day)
        return {name: position[name] for name in ("transaction_price", "billed", "revenue", "contract_liability")}

    def _remove(self, contract):
        before = self._position(contract, "2026-03-31")
        leave_orders_to_odoo(self.env)
        self.env.invalidate_all()
        self.assertEqual(self._position(contract, "2026-03-31"), before)
        self.assertFalse(contract.modification_ids, "nothing is proposed")
        self.assertFalse(contract.exception_ids)

    def _check_end(self, contract, net):
        close = self._close("2026-05-31")
        self.assertEqual(close.difference, 0.0)
        position = self._position(contract, "2026-05-31")
        self.assertEqual(position["billed"], net)
        self.assertEqual(self._balance("contract_liability"), position["contract_liability"])
        self.assertEqual(self._balance("revenue"), position["revenue"])
        self.assertFalse(contract.modification_ids)

    def test_half_billed(self):
        order, contract = self._start({"price_unit": 1200.0})
        self._remove(contract)
        self.assertEqual(self._invoice(order, "2026-05-05").amount_untaxed, 840.0)
        self._check_end(contract, 1200.0)

    def test_two_lines_of_one_product(self):
        order, contract = self._start({"price_unit": 1200.0}, {"price_unit": 600.0})
        self._remove(contract)
        self.assertEqual([len(one.sale_line_ids) for one in contract.obligation_ids], [2, 2])
        self.assertEqual(self._invoice(order, "2026-05-05").amount_untaxed, 1260.0)
        self._check_end(contract, 1800.0)

    def test_all_billed_in_more_units_than_invoices(self):
        line = {"price_unit": 100.0, "product_uom_qty": 10.0}
        order, contract = self._start(line, percents=(50, 50), attained=2)
        self._remove(contract)
        self.assertEqual(order.invoice_status, "invoiced")
        self._check_end(contract, 1000.0)

    def test_all_billed_in_more_units_than_invoices_beside_another_line(self):
        """Its standalone selling price and its units stay those of the ten that were promised."""
        line = {"price_unit": 100.0, "product_uom_qty": 10.0}
        order, contract = self._start(line, {"price_unit": 600.0}, percents=(50, 50), attained=2)
        self._remove(contract)
        contract.sudo()._follow_orders()
        self.assertFalse(contract.modification_ids)
        order.order_line[0].product_uom_qty = 3.0
        [change] = contract.modification_ids.line_ids
        self.assertEqual(change.terms, {"price": 1500.0, "ssp": 15000.0})

    def test_units_that_are_counted(self):
        """What is earned by units delivered still counts ten of them."""
        calls = self._make_product("Calls", self._make_policy("Calls", method="over_time", measure="delivered"))
        order = BillingCommon._make_order.__func__(
            type(self), {"price_unit": 100.0, "product_uom_qty": 10.0}, product=calls
        )
        schedule = self._make_schedule(order, 50, 50)
        contract = self._confirm(order, "2026-01-01")
        for milestone in schedule.milestone_ids:
            milestone._attain(100.0, "2026-03-15", "manual")
            self._drain()
        self._remove(contract)
        contract.sudo()._follow_orders()
        self.assertFalse(contract.modification_ids)

    def test_invoice_credited_afterwards(self):
        order, contract = self._start({"price_unit": 1200.0})
        self._remove(contract)
        [invoice] = order.invoice_ids
        invoice._reverse_moves([{"invoice_date": "2026-05-04"}]).action_post()
        self.assertEqual(self._position(contract, "2026-05-31")["billed"], 0.0)
