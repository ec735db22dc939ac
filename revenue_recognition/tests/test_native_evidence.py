from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .close_common import CloseCommon


@tagged("post_install", "-at_install")
class TestNativeEvidence(CloseCommon):
    """From a row of the subledger to the records of Odoo that its progress follows from, as an auditor reads them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.auditor = new_test_user(
            cls.env, "evidence_reader", groups="revenue_recognition.group_revenue_auditor", company_id=cls.company.id
        )

    def _row(self, order):
        """Close January; return the row of revenue of an order's contract, as the auditor sees it."""
        close = self._close("2026-01-31")
        entry = close.entry_ids.filtered(
            lambda one: one.contract_id == order.revenue_contract_id and one.kind == "revenue"
        )
        return entry.with_user(self.auditor)

    def _evidence(self, entry):
        """Return the records that the button shows the auditor."""
        action = entry.action_open_evidence()
        self.assertFalse(action["context"].get("create"))
        return self.env[action["res_model"]].with_user(self.auditor).search(action["domain"])

    def _project(self, product, price=1000, **values):
        order = self._make_order((product, price, values))
        self._confirm(order, "2026-01-01")
        project = order.order_line.project_id
        project.privacy_visibility = "followers"
        return order, project

    def _on_day(self, table, column, records, day="2026-01-20"):
        self.env.flush_all()
        self.env.cr.execute(f"UPDATE {table} SET {column} = %s WHERE id = ANY(%s)", [day, records.ids])
        self.env.invalidate_all()

    def test_milestones(self):
        """All that count for the obligation, also of a private project; nothing of them may be written."""
        order, project = self._project(self._make_product("Build", "milestones", service_tracking="project_only"))
        milestones = self.env["project.milestone"].create(
            [{"name": name, "project_id": project.id} for name in ("Design", "Handover")]
        )
        milestones[0].is_reached = True
        self._on_day("project_milestone", "reached_date", milestones[0])
        entry = self._row(order)
        found = self._evidence(entry)
        self.assertEqual(found, milestones)
        self.assertEqual(found.mapped("is_reached"), [True, False])
        with self.assertRaises(AccessError):
            found[0].name = "Else"

    def test_hours(self):
        """Timesheets of others, though the auditor enters none."""
        product = self._make_product("Work", "hours", service_tracking="task_in_project")
        order, project = self._project(
            product, product_uom_qty=10, product_uom_id=self.env.ref("uom.product_uom_hour").id
        )
        employee = self.env["hr.employee"].sudo().create({"name": "Worker", "company_id": self.company.id})
        values = {"name": "Work", "project_id": project.id, "employee_id": employee.id, "unit_amount": 4}
        lines = self.env["account.analytic.line"].create(
            [{**values, "date": day, "task_id": order.order_line.task_id.id} for day in ("2026-01-10", "2026-02-10")]
        )
        found = self._evidence(self._row(order))
        self.assertEqual(found, lines[0])
        with self.assertRaises(AccessError):
            found.unit_amount = 1

    def test_cost(self):
        """What was charged to the project."""
        order, project = self._project(self._make_product("Plant", "cost_to_cost", service_tracking="project_only"))
        obligation = order.revenue_contract_id.obligation_ids
        fact = {"key": "first", "obligation_id": obligation.id, "kind": "estimate_cost", "value": 800}
        fact["date"] = "2026-01-01"
        self.env["revenue.evidence"].with_user(self.preparer).create(fact)
        cost = self.env["account.analytic.line"].create(
            {
                "name": "Steel",
                "account_id": project.account_id.id,
                "amount": -200,
                "date": "2026-01-15",
                "company_id": self.company.id,
            }
        )
        self.assertEqual(self._evidence(self._row(order)), cost)

    def test_invoices(self):
        """Of what is earned as invoiced."""
        order = self._make_order((self._make_product("Hours sold", "time_material"), 500))
        self._confirm(order, "2026-01-01")
        invoice = self._invoice(order, "2026-01-05")
        self.assertEqual(self._evidence(self._row(order)).move_id, invoice)
