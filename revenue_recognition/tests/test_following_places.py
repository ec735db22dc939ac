from odoo.fields import Command
from odoo.tests import tagged

from .close_common import CloseCommon


@tagged("post_install", "-at_install")
class TestFollowingPlaces(CloseCommon):
    """Revenue goes where order and product say by then; what is booked stays, and a close says so before posting."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        plan = cls.env["account.analytic.plan"].create({"name": "Departments"})
        cls.north, cls.south = cls.env["account.analytic.account"].create(
            [{"name": name, "plan_id": plan.id, "company_id": cls.company.id} for name in ("North", "South")]
        )
        cls.other_income = cls.accounts["revenue"].copy({"code": "992200", "name": "Other Income"})
        cls.support = cls._make_product("Support", "subscription")
        cls.order, cls.contract = cls._make_contract(cls.support)

    @classmethod
    def _make_contract(cls, *products, **values):
        dates = {"revenue_start": "2026-01-01", "revenue_end": "2026-12-31"}
        on_north = {"analytic_distribution": {str(cls.north.id): 100}}
        lines = [(product, 1200, {**dates, **on_north}) for product in products]
        order = cls._make_order(*lines, date_order="2026-01-01 12:00:00", **values)
        order.action_confirm()
        order.revenue_contract_id.date = "2026-01-01"
        return order, order.revenue_contract_id

    def _on(self, account):
        """Return analytic income of an analytic account."""
        lines = self.env["account.analytic.line"].search([("auto_account_id", "=", account.id)])
        return self.company.currency_id.round(sum(lines.mapped("amount")))

    def _income(self, account):
        lines = self.env["account.move.line"].search(
            [("account_id", "=", account.id), ("parent_state", "=", "posted"), ("revenue_posting_id", "!=", False)]
        )
        return self.company.currency_id.round(-sum(lines.mapped("balance")))

    def _move(self, line, account):
        line.analytic_distribution = {str(account.id): 100}

    # === ANALYTIC DISTRIBUTION === #

    def test_before_anything_is_booked_it_follows(self):
        """Silently: invoice and close say the same."""
        self._move(self.order.order_line, self.south)
        invoice = self._invoice(self.order, "2026-01-05")
        self.assertEqual(invoice.invoice_line_ids.analytic_distribution, {str(self.south.id): 100})
        close = self._close("2026-01-31")
        self.assertEqual((self._on(self.north), self._on(self.south)), (0, 101.92))
        self.assertNotIn("moved", close.exception_ids.mapped("kind"))

    def test_what_is_booked_stays_and_the_rest_follows(self):
        """The close that books elsewhere says so, once; reopened, it is taken back where it was booked."""
        self._close("2026-01-31")
        self._move(self.order.order_line, self.south)
        close = self.env["revenue.close"].with_user(self.preparer).create({"date": "2026-02-28"})
        close.action_compute()
        said = close.exception_ids.filtered(lambda one: one.kind == "moved")
        self.assertRecordValues(said, [{"obligation_id": self.contract.obligation_ids.id, "blocking": False}])
        self.assertRegex(said.message, "booked on .*South from now on.*stays on .*North")
        close.with_user(self.approver).action_approve()
        close.with_user(self.approver).action_post()
        self.assertEqual((self._on(self.north), self._on(self.south)), (101.92, 92.05))
        later = self._close("2026-03-31")
        self.assertNotIn("moved", later.exception_ids.mapped("kind"))
        later.with_user(self.approver).action_reopen("Too early")
        self.assertEqual((self._on(self.north), self._on(self.south)), (101.92, 92.05))

    def test_what_an_accountant_entered_stays(self):
        """Until the order changes."""
        obligation = self.contract.obligation_ids
        obligation.with_user(self.preparer).analytic_distribution = {str(self.south.id): 100}
        self._close("2026-01-31")
        self.assertEqual((self._on(self.north), self._on(self.south)), (0, 101.92))
        self._move(self.order.order_line, self.north)
        self._close("2026-02-28")
        self.assertEqual((self._on(self.north), self._on(self.south)), (0, 193.97))
        self._move(self.order.order_line, self.south)
        self._move(self.order.order_line, self.north)
        self._close("2026-03-31")
        self.assertEqual(self._on(self.north), 101.92)

    def test_written_past_the_orm(self):
        """An import, a merge, a computed field: the close looks for itself."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order_line SET analytic_distribution = jsonb_build_object(%s, 100) WHERE id = %s",
            [str(self.south.id), self.order.order_line.id],
        )
        self.env.invalidate_all()
        self._close("2026-01-31")
        self.assertEqual((self._on(self.north), self._on(self.south)), (0, 101.92))

    def test_parts_of_a_product_follow_too(self):
        """Obligations that share an order line share its distribution."""
        parts = self._make_policy(
            "Bundle",
            method="split",
            component_ids=[
                Command.create({"name": name, "share": 50, "policy_id": self._policy("subscription").id})
                for name in ("One", "Two")
            ],
        )
        bundle = self._make_product("Bundle", parts)
        order, contract = self._make_contract(bundle)
        self.assertEqual(len(contract.obligation_ids), 2)
        self._move(order.order_line, self.south)
        south = {str(self.south.id): 100}
        self.assertEqual(contract.obligation_ids.mapped("analytic_distribution"), [south, south])

    # === INCOME ACCOUNT === #

    def test_income_account_of_the_product(self):
        """What is booked stays on the account of before."""
        self.support.property_account_income_id = self.other_income
        self._close("2026-01-31")
        self.assertEqual((self._income(self.accounts["revenue"]), self._income(self.other_income)), (0, 101.92))
        self.support.property_account_income_id = self.accounts["revenue"]
        close = self._close("2026-02-28")
        self.assertEqual((self._income(self.accounts["revenue"]), self._income(self.other_income)), (92.05, 101.92))
        self.assertRegex(
            close.exception_ids.filtered(lambda one: one.kind == "moved").message, "stays on .*Other Income"
        )
        self.assertEqual(close.difference, 0)

    def test_income_account_of_the_category(self):
        """Of a product without one of its own."""
        category = self.env["product.category"].create({"name": "Services"})
        self.support.write({"property_account_income_id": False, "categ_id": category.id})
        category.property_account_income_categ_id = self.other_income
        self._close("2026-01-31")
        self.assertEqual(self._income(self.other_income), 101.92)

    # === PROJECT === #

    def _projects(self):
        return self.env["project.project"].create(
            [{"name": name, "allow_billable": True, "company_id": self.company.id} for name in ("One", "Two")]
        )

    def test_project_swapped(self):
        """Before anything is booked it follows; afterwards a person decides, since its facts would change."""
        one, two = self._projects()
        order, contract = self._make_contract(self.support, project_id=one.id)
        self.assertEqual(contract.obligation_ids.project_id, one)
        order.project_id = two
        self.assertEqual(contract.obligation_ids.project_id, two)
        self._close("2026-01-31")
        order.project_id = one
        self.assertEqual(contract.obligation_ids.project_id, two)
        close = self._close("2026-02-28")
        hint = close.exception_ids.filtered(lambda one: one.kind == "project")
        self.assertRecordValues(hint, [{"blocking": False, "contract_id": contract.id, "remedy": "project"}])
        self.assertIn("delivered in One by now; its progress is read from Two", hint.message)
        hint.with_user(self.preparer).action_remedy()
        self.assertEqual(contract.obligation_ids.project_id, one)
        self.assertNotIn("project", self._close("2026-03-31").exception_ids.mapped("kind"))
