from odoo.tests import HttpCase, new_test_user, tagged

from .close_common import CloseCommon


@tagged("post_install", "-at_install")
class TestScreenTours(CloseCommon, HttpCase):
    """Screens of revenue in a browser, each as the least privileged person who may."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for role in ("auditor", "accountant", "controller"):
            new_test_user(
                cls.env,
                f"screen_{role}",
                f"revenue_recognition.group_revenue_{role}",
                company_id=cls.company.id,
                company_ids=cls.company.ids,
            )
        cls.support = cls._make_product("Support", "subscription")
        cls.licence = cls._make_product("Licence", "one_time")
        cls._make_ssp(cls.support, 1200)
        cls._make_ssp(cls.licence, 400)
        cls.order = cls._make_order(
            (cls.support, 1200, {"revenue_start": "2026-01-01", "revenue_end": "2026-12-31"}),
            (cls.licence, 240),
        )
        cls.contract = cls._confirm(cls.order, "2026-01-01")
        cls._invoice(cls.order, "2026-01-05")
        cls.env["revenue.evidence"].with_user(cls.preparer).create(
            {
                "key": "screens",
                "obligation_id": cls.contract.obligation_ids.filtered(lambda one: one.product_id == cls.licence).id,
                "date": "2026-01-10",
                "kind": "units",
                "value": 1,
                "source": "Portal",
            }
        )

    def _tour(self, path, name, role):
        self.start_tour(f"/odoo/{path}", name, login=f"screen_{role}", timeout=180)

    def test_auditor_asks_why(self):
        """Allocation and evidence, from the contract; its timeline."""
        path = f"action-revenue_recognition.action_revenue_contract/{self.contract.id}"
        self._tour(path, "revenue_contract_explained", "auditor")

    def test_accountant_compares_and_applies(self):
        """The proposed treatment of a change."""
        self.order.order_line[0].price_unit = 900
        self.contract.modification_ids.date = "2026-03-01"
        self._tour(
            "action-revenue_recognition.action_revenue_modification", "revenue_modification_compared", "accountant"
        )
        self.assertRecordValues(
            self.contract.modification_ids,
            [{"state": "applied", "treatment": "prospective", "applied_by_id": self._user("accountant").id}],
        )

    def _user(self, role):
        return self.env["res.users"].search([("login", "=", f"screen_{role}")])

    def test_auditor_goes_from_item_to_evidence(self):
        """In three clicks."""
        close = self._close("2026-01-31")
        entry = close.entry_ids.filtered(lambda one: one.obligation_id.product_id == self.licence)
        line = entry.posting_id.line_ids[0]
        self._tour(f"m-account.move.line/{line.id}", "revenue_item_to_evidence", "auditor")

    def test_controller_begins_with_the_dashboard(self):
        """From the exceptions to the remedy of one."""
        self._close("2026-01-31")
        other = self._make_product("Other", "one_time")
        self._confirm(self._make_order((other, 10), (self.support, 10)), "2026-02-10")
        self._tour("revenue-dashboard", "revenue_dashboard", "controller")
