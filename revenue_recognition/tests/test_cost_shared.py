from odoo import fields
from odoo.fields import Command
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

    def _add_line(self, product, price, **values):
        order = self.contracts[0].order_ids
        row = {"product_id": product.id, "price_unit": price, "tax_ids": [Command.clear()], **values}
        order.order_line = [Command.create(row)]
        return self.contracts[0].modification_ids.filtered(lambda one: one.state == "proposed")

    def _revenue(self):
        """Return what is recognised of the first contract, through today."""
        found = self.contracts[0]._position_at(self.company._revenue_today())
        return found.get("revenue", found)

    def _alone(self, policy):
        """Have only the first order, of 1,000 under a policy by hours or cost, in the project."""
        self.contracts[1].obligation_ids.project_id = False
        self.contracts[0].obligation_ids.policy_version_id = self._policy(policy).version_ids
        self.contracts[0].with_user(self.preparer).action_review()

    def test_added_line_is_a_part_of_what_its_order_promises_together(self):
        """From the proposal on the contract goes on as it was agreed; applied, the price is that of both lines."""
        self._alone("cost_to_cost")
        self._spend(100)
        obligations = self.contracts[0].obligation_ids
        change = self._add_line(self.plant, 100)
        self.assertEqual(self.contracts[0].obligation_ids, obligations)
        self.assertEqual((change.fixed_delta, change.line_ids.mapped("action")), (100.0, ["change"]))
        self.assertEqual((self._revenue(), change.hindrance), (250.0, False))
        change.action_reject()
        self.assertEqual(self._revenue(), 250.0)
        self.contracts[0].sudo()._propose().action_apply()
        self.assertEqual(self._revenue(), 275.0)

    def _propose_another(self, policy):
        """Add a line of the same measure, delivered in the same project; propose it twice, after it was rejected."""
        product = self._make_priced("Advice", policy, 10)
        product.uom_id = self.env.ref("uom.product_uom_hour")
        change = self._add_line(product, 10, product_uom_qty=10)
        change._added_obligations().project_id = self.project
        self.assertEqual(self._revenue(), 500.0)
        change.action_reject()
        self.assertEqual(self._revenue(), 500.0)
        again = self.contracts[0].sudo()._propose()
        again._added_obligations().project_id = self.project
        again.treatment = "separate"
        return again

    def _remove(self, added):
        added.sale_line_ids.product_uom_qty = 0
        self.contracts[0].modification_ids.filtered(lambda one: one.state == "proposed").action_apply()

    def _estimate(self, obligation, day):
        values = {"key": "estimate", "obligation_id": obligation.id, "kind": "estimate_cost", "value": 10, "date": day}
        self.env["revenue.evidence"].sudo().create(values)

    def test_cost_is_shared_by_what_is_agreed_and_not_removed(self):
        self._alone("cost_to_cost")
        cost = self._spend(200)
        change = self._propose_another(self._make_policy("By Line", method="over_time", measure="cost"))
        yesterday = fields.Date.subtract(change.date, days=1)
        change.date = yesterday
        added = change._added_obligations()
        self._estimate(added, yesterday)
        self.assertIn("several obligations share it", change.hindrance)
        cost.so_line = self.lines[0]
        change.action_apply()
        cost.so_line = False
        self.contracts[0].action_review()
        self.assertEqual(set(self.contracts[0].exception_ids.mapped("kind")), {"shared"})
        self._remove(added)
        self.assertEqual(self._revenue(), 500.0)
        self.assertFalse(self.contracts[0].exception_ids)

    def test_hours_are_shared_by_what_is_agreed_and_not_removed(self):
        """Those of several obligations count for none, which is said and stops nobody."""
        hour = self.env.ref("uom.product_uom_hour")
        product = self._make_priced("Work", "hours", 125)
        product.uom_id = hour
        order = self._make_order((product, 125, {"product_uom_qty": 8}))
        order.action_confirm()
        self.contracts = order.revenue_contract_id
        self.contracts.obligation_ids.project_id = self.project
        worker = self.env["hr.employee"].sudo().create({"name": "Worker", "company_id": self.company.id})
        row = {"name": "Work", "project_id": self.project.id, "employee_id": worker.id, "so_line": False}
        hours = self.env["account.analytic.line"].create({**row, "unit_amount": 4.0})
        change = self._propose_another("hours")
        added = change._added_obligations()
        change.action_apply()
        found = self.contracts.exception_ids
        self.assertEqual({(one.kind, one.blocking, one.remedy) for one in found}, {("shared_hours", False, "cost")})
        self.assertEqual(self.env["account.analytic.line"].search(found[0].action_remedy()["domain"]), hours)
        self._remove(added)
        self.assertEqual(self._revenue(), 500.0)
        self.assertFalse(self.contracts.exception_ids)
