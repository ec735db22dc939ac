from unittest.mock import patch

from odoo import fields
from odoo.addons.revenue_recognition.tests.close_common import CloseCommon
from odoo.addons.subscription_billing.tests.common import SubscriptionCommon
from odoo.tests import tagged

LAST_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
#: The last days of the months of a year.
MONTHS = [f"2026-{month:02}-{day}" for month, day in enumerate(LAST_DAYS, 1)]


@tagged("post_install", "-at_install")
class SubscriptionRevenueCommon(SubscriptionCommon, CloseCommon):
    """A company that bills subscriptions by the clock, posts their invoices, and closes its months.

    Products are earned by months, so that a whole month earns a twelfth of a year; ``self.daily`` by days.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.billing_invoices = "post"
        cls.by_months = cls._make_policy("By Months", **cls._time(proration="monthly"))
        cls.by_days = cls._make_policy("By Days", **cls._time())
        cls.support = cls._make_product("Support", cls.by_months)
        cls.hosting = cls._make_product("Hosting", cls.by_days)
        cls.yearly_term = {"term_count": 1, "term_unit": "years"}
        cls.termed = cls._make_plan("Monthly, for a year", **cls.yearly_term)

    @classmethod
    def _time(cls, **values):
        terms = {"method": "over_time", "measure": "time", "trigger": "confirmation", "ssp_source": "price"}
        return {**terms, **values}

    def _on(self, day):
        result = super()._on(day)
        today = fields.Date.to_date(day)
        self._revenue_patch = getattr(self, "_revenue_patch", None)
        if self._revenue_patch:
            self._revenue_patch.stop()
        self._revenue_patch = patch.object(type(self.company), "_revenue_today", lambda company: today)
        self._revenue_patch.start()
        return result

    def tearDown(self):
        if getattr(self, "_revenue_patch", None):
            self._revenue_patch.stop()
        super().tearDown()

    def _sell(self, price, plan, day, product=None, **values):
        """Return a confirmed order of one subscription, sold on a day from which it starts."""
        self._on(day)
        values.setdefault("start", day)
        return self._subscribe(price, plan, product_id=(product or self.support).id, **values)

    def _contract(self, order):
        contract = order.revenue_contract_id
        self.assertEqual(contract.state, "active", contract.exception_ids.mapped("message"))
        return contract

    def _position(self, contract, day):
        """Return transaction price, billed and revenue of a contract at the end of a day."""
        self.env.flush_all()
        [found] = self.env["revenue.contract"].get_position([contract.id], day)
        self.assertFalse(found["problems"])
        return found["transaction_price"], found["billed"], found["revenue"]

    def _live(self, months):
        """Live through months: bill on every day on which something is due, and close each month.

        :param months: the last days of months
        """
        for last in months:
            first = f"{last[:8]}01"
            self._bill(first)
            self._on(last)
            self._close(last)

    def _check_books(self, contract, day, price, billed, revenue):
        """Check the position of a contract at the end of a day that was closed, and the ledger with it."""
        self.assertEqual(self._position(contract, day), (price, billed, revenue))
        net = self.company.currency_id.round(billed - revenue)
        ledger = [self._balance(role, day) for role in ("revenue", "contract_liability", "contract_asset")]
        self.assertEqual(ledger, [revenue, max(net, 0.0), min(net, 0.0)])

    def _check_tied(self):
        """Check that subledger and ledger say the same, account by account, after the last close."""
        close = self.env["revenue.close"].search([("company_id", "=", self.company.id)], order="date desc", limit=1)
        self.assertEqual((close.state, close.difference), ("posted", 0.0))
