import random

from odoo.addons.record_protection.reading.tests.payloads import fuzz
from odoo.tests import tagged

from .common import RevenueCommon


@tagged("post_install", "-at_install")
class TestFuzz(RevenueCommon):
    """Whatever other systems send, revenue answers, or refuses in a sentence."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.support = cls._make_product("Support", "subscription")
        cls.order = cls._make_order((cls.support, 1200))
        cls.order.action_confirm()
        cls.contract = cls.order.revenue_contract_id

    def setUp(self):
        super().setUp()
        self.random = random.Random(606)

    def test_positions_and_scenarios(self):
        contracts = self.env["revenue.contract"]
        refs = [self.contract.id, {"order": self.order.name}, {"contract": self.contract.name}, "nobody"]
        for call in (contracts.get_position, contracts.get_scenario):
            self.assertTrue(fuzz(self, self.random, 80, call, refs, "2026-01-31"))
        [scenario] = contracts.get_scenario(self.contract.ids, "2026-01-31")
        fuzz(self, self.random, 100, contracts.simulate, scenario)

    def test_reasons_and_months(self):
        for record in (self.contract, self.contract.obligation_ids[:1]):
            fuzz(self, self.random, 40, record.get_reasons, "allocated", "2026-01-31")
        domain = [["partner_id", "=", self.order.partner_id.id]]
        waterfall = self.env["revenue.contract"].get_waterfall
        fuzz(self, self.random, 60, waterfall, domain, "2026-01-01", "2026-12-31", "customer", "2026-06-30")
        for call in (self.env["revenue.close"].get_ledger_status, self.env["revenue.close"].get_forecast):
            fuzz(self, self.random, 25, call, self.company.id)

    def test_evidence_and_prices(self):
        items = [
            {"key": "a", "order": self.order.name, "date": "2026-01-31", "kind": "progress", "value": 0.5, "note": "x"},
            {"key": "b", "contract": self.contract.id, "date": "2026-01-31", "kind": "start", "source": "y"},
        ]
        self.assertTrue(fuzz(self, self.random, 100, self.env["revenue.evidence"].record, items, True))
        rows = [{"product": "A", "currency": "EUR", "date_from": "2026-01-01", "amount": 5.0, "note": "list"}]
        self.assertTrue(fuzz(self, self.random, 100, self.env["revenue.ssp"].import_rows, rows, True))

    def test_closes(self):
        arguments = (self.company.id, "2026-01-31", "compute", "Because")
        fuzz(self, self.random, 40, self.env["revenue.close"].run, *arguments)
        close = self.env["revenue.close"].create({"company_id": self.company.id, "date": "2026-01-31"})
        for call in (close.action_reopen, close.action_explain_exceptions):
            fuzz(self, self.random, 15, call, "Because")
