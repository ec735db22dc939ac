from datetime import date

from freezegun import freeze_time

from odoo.tests import tagged

from .close_common import CloseCommon
from .papers import Papers


@freeze_time("2026-01-20 12:00:00")
@tagged("post_install", "-at_install")
class TestPayments(CloseCommon):
    """What was paid counts up to what is billed; above that it is the customer's, and stays on the receivable."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.papers = Papers(cls)
        support = cls._make_product("Support", "subscription")
        cls.order = cls._make_order((support, 1200, {"revenue_start": "2026-01-01", "revenue_end": "2026-12-31"}))
        cls.order.action_confirm()
        cls.contract = cls.order.revenue_contract_id
        cls.papers.pay(cls.papers.bill(cls.order))

    def _credit(self):
        return self.papers.bill(self.order, {self.order.order_line: 1150}, kind="out_refund")

    def test_credited_after_it_was_paid(self):
        """The position is what the close books: a contract asset beside the customer's credit."""
        self._credit()
        with freeze_time("2026-01-31 12:00:00"):
            self._close("2026-01-31")
        found = self.contract._position_at(date(2026, 1, 31))
        self.assertEqual([found[key] for key in ("billed", "paid", "contract_liability")], [50, 50, 0])
        self.assertEqual(found["contract_asset"], 51.92)
        self.assertEqual(self._balance("contract_asset"), -51.92)
        self.assertEqual(self._balance("contract_liability"), 0)

    def test_with_interest(self):
        """A close reads payments where money bears interest; the account never gets the wrong side."""
        self.contract.financing_rate = 6.0
        self._credit()
        with freeze_time("2026-01-31 12:00:00"):
            self._close("2026-01-31")
        self.assertEqual(self._balance("contract_liability"), 0)
        self.assertLess(self._balance("contract_asset"), 0)

    def test_paid_back(self):
        """Money that goes back for the credit note changes nothing any more."""
        credit = self._credit()
        self.papers.pay(credit)
        found = self.contract._position_at(date(2026, 1, 31))
        self.assertEqual([found[key] for key in ("billed", "paid", "receivable")], [50, 50, 0])
