from odoo.tests import Form, tagged

from .close_common import CloseCommon


@tagged("post_install", "-at_install")
class TestCostShared(CloseCommon):
    """Two orders of one project, both measured by cost: what names no order line is asked for, and can be said."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.preparer.group_ids |= cls.env.ref("hr_timesheet.group_hr_timesheet_approver")
        cls.plant = cls._make_product("Plant", "cost_to_cost", service_tracking="project_only")
        cls.pipes = cls._make_product("Pipes", "cost_to_cost")
        cls._make_ssp(cls.plant, 1000.0)
        cls._make_ssp(cls.pipes, 500.0)
        orders = [cls._make_order((cls.plant, 1000)), cls._make_order((cls.pipes, 500))]
        cls.contracts = cls.env["revenue.contract"]
        for order in orders:
            order.action_confirm()
            order.date_order = "2026-01-01 12:00:00"
            order.revenue_contract_id.date = "2026-01-01"
            cls.contracts |= order.revenue_contract_id
        cls.lines = orders[0].order_line | orders[1].order_line
        cls.project = orders[0].project_ids
        cls.contracts.obligation_ids.project_id = cls.project
        cls.env["revenue.evidence"].with_user(cls.preparer).create(
            [
                {
                    "key": f"estimate {one.id}",
                    "obligation_id": one.id,
                    "kind": "estimate_cost",
                    "value": 400,
                    "date": "2026-01-01",
                }
                for one in cls.contracts.obligation_ids
            ]
        )

    def _spend(self, amount):
        return self.env["account.analytic.line"].create(
            {
                "name": "Steel",
                "account_id": self.project.account_id.id,
                "amount": -amount,
                "date": "2026-01-15",
                "company_id": self.company.id,
            }
        )

    def test_cost_is_given_its_order_line(self):
        lines = self._spend(100) | self._spend(40)
        self.contracts.with_user(self.preparer).action_review()
        asked = self.contracts.exception_ids.filtered(lambda one: one.kind == "shared")[:1].with_user(self.preparer)
        self.assertTrue(asked.blocking, self.contracts.exception_ids.mapped("message"))
        self.assertEqual(asked.remedy, "cost")
        action = asked.action_remedy()
        costs = self.env["account.analytic.line"].with_user(self.preparer).with_context(**action["context"])
        self.assertEqual(costs.search(action["domain"]), lines)
        self.assertEqual({*action["context"]["revenue_lines"]}, {*self.lines.ids})
        view = self.env.ref("revenue_recognition.view_account_analytic_line_cost_list")
        for line, own in zip(lines, self.lines, strict=True):
            with Form(costs.browse(line.id), view=view) as form:
                form.so_line = own
        self.contracts.with_user(self.preparer).action_review()
        self.assertFalse(self.contracts.exception_ids)
        positions = self.env["revenue.contract"].get_position(self.contracts.ids, "2026-01-31")
        self.assertEqual([position["revenue"] for position in positions], [250.0, 50.0])
