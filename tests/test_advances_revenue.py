"""Down payments that come off a plan, and the contract's books beside them."""

from odoo.addons.milestone_billing.tests.advance_common import AdvanceCommon
from odoo.addons.revenue_recognition.tests.close_common import CloseCommon
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestAdvancesRevenue(AdvanceCommon, CloseCommon):
    """An advance is contract liability until it is earned; taking it off the next invoices changes nothing of that."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.support = cls._make_product("Support", "subscription")
        repartition = cls.vat.invoice_repartition_line_ids | cls.vat.refund_repartition_line_ids
        taxes = repartition.filtered(lambda row: row.repartition_type == "tax")
        taxes.account_id = cls.company_data["default_account_tax_sale"]

    def _quote(self):
        line = self._taxed(1200.0, revenue_start="2026-01-01", revenue_end="2026-12-31")
        order = self._make_order(line, product=self.support)
        schedule = self._make_schedule(order, 50, 50, invoice_date_policy="attained", advance_policy="pro_rata")
        return order, schedule.milestone_ids

    def _advance(self, order, day):
        invoice = self._pay_in_advance(order, percent=20, post=False)
        invoice.invoice_date = day
        invoice.action_post()

    def _attain(self, milestone, day):
        milestone._attain(100.0, day, "manual")
        self._drain()

    def _check_books(self, contract, day, billed, revenue):
        self._close(day)
        [position] = self.env["revenue.contract"].get_position([contract.id], day)
        self.assertEqual((position["billed"], position["revenue"]), (billed, revenue))
        self.assertEqual(self._balance("revenue", day), revenue)
        net = self.company.currency_id.round(billed - revenue)
        self.assertEqual(self._balance("contract_liability", day), max(net, 0.0))
        self.assertEqual(self._balance("contract_asset", day), min(net, 0.0))

    def test_advance_off_two_milestones(self):
        order, (first, second) = self._quote()
        contract = self._confirm(order, "2026-01-01")
        self._advance(order, "2026-01-10")
        self._check_books(contract, "2026-01-31", 240.0, 101.92)
        self._attain(first, "2026-03-15")
        self.assertEqual(first.invoice_ids.amount_untaxed, 480.0)
        self._check_books(contract, "2026-03-31", 720.0, 295.89)
        self._attain(second, "2026-05-15")
        self._check_books(contract, "2026-05-31", 1200.0, 496.44)
        self.assertSettled(order)

    def test_advance_made_before_the_contract(self):
        order, (first, second) = self._quote()
        self._advance(order, "2026-01-01")
        contract = self._confirm(order, "2026-01-01")
        self._attain(first, "2026-03-15")
        self._check_books(contract, "2026-03-31", 720.0, 295.89)
        self._attain(second, "2026-05-15")
        self._check_books(contract, "2026-05-31", 1200.0, 496.44)
        self.assertSettled(order)

    def test_tax_without_an_account_stays_off_contract_liability(self):
        repartition = self.vat.invoice_repartition_line_ids | self.vat.refund_repartition_line_ids
        repartition.account_id = False
        order, (first, second) = self._quote()
        self._confirm(order, "2026-01-01")
        self._advance(order, "2026-01-10")
        self.assertEqual(self._balance("contract_liability"), 240.0)
        self._attain(first, "2026-03-15")
        self.assertEqual(self._balance("contract_liability"), 720.0)
        self._attain(second, "2026-05-15")
        self.assertEqual(self._balance("contract_liability"), 1200.0)
        self.assertSettled(order)
