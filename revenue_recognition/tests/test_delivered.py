from unittest.mock import patch

from odoo.fields import Command, Date
from odoo.tests import new_test_user

from .evidence_common import EvidenceCommon


class TestDelivered(EvidenceCommon):
    """Each change of a delivered quantity is kept as evidence, whoever makes it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pipes = cls.contract.obligation_ids.filtered(lambda one: one.key == "PIPES")
        product = cls._make_product("Pipe", None)
        cls.order = cls._make_order((product, 100.0, {"product_uom_qty": 10.0}))
        cls.order.action_confirm()
        cls.line = cls.order.order_line
        cls.pipes.sale_line_ids = cls.line
        cls.env.flush_all()

    def _facts(self):
        return [(row.key, row.value) for row in self.pipes.env["revenue.evidence"].search([("kind", "=", "units")])][
            ::-1
        ]

    def test_written_by_hand(self):
        seller = new_test_user(self.env, "deliverer", groups="base.group_user,sales_team.group_sale_salesman_all_leads")
        line = self.line.with_user(seller).with_context(tz="America/Los_Angeles")
        self.company.partner_id.tz = "Pacific/Auckland"
        for quantity in (4.0, 4.0, 10.0, 7.5):
            line.write({"qty_delivered": quantity})
        name = f"auto/qty-{self.line.id}-{self.pipes.id}"
        self.assertEqual(self._facts(), [(f"{name}-1", 4.0), (f"{name}-2", 6.0), (f"{name}-3", -2.5)])
        rows = self.contract.evidence_ids
        self.assertEqual(rows.user_id, seller)
        self.assertEqual(set(rows.mapped("date")), {self.company._revenue_today()})
        self.assertEqual(set(rows.mapped("source")), {f"Order {self.order.name}"})

    def test_computed(self):
        product = self._make_product("Phase", None, invoice_policy="delivery", service_type="milestones")
        order = self._make_order((product, 100.0, {"product_uom_qty": 10.0}))
        order.action_confirm()
        self.pipes.sale_line_ids = order.order_line
        project = self.env["project.project"].create({"name": "Site", "allow_milestones": True})
        milestone = self.env["project.milestone"].create(
            {
                "name": "First half",
                "project_id": project.id,
                "sale_line_id": order.order_line.id,
                "quantity_percentage": 0.5,
                "is_reached": True,
            }
        )
        self.env.cr.flush()
        self.assertEqual(order.order_line.qty_delivered, 5.0)
        self.assertEqual([value for _key, value in self._facts()], [5.0])
        milestone.is_reached = False
        self.env.cr.flush()
        self.assertEqual([value for _key, value in self._facts()], [5.0, -5.0])

    def test_what_slipped_through_is_found(self):
        self.env.cr.execute("UPDATE sale_order_line SET qty_delivered = 3 WHERE id = %s", [self.line.id])
        self.env.invalidate_all()
        lines = self.env["sale.order.line"]
        self.assertEqual(lines._revenue_differing_delivered(self.company), self.line)
        self.assertEqual(lines._revenue_sync_all_delivered(self.company), 1)
        self.assertEqual(lines._revenue_sync_all_delivered(self.company), 0)
        self.assertEqual([value for _key, value in self._facts()], [3.0])
        self.assertFalse(lines._revenue_differing_delivered(self.company))

    def test_more_than_promised_waits_for_a_modification(self):
        self.line.qty_delivered = 12.0
        self.assertEqual([value for _key, value in self._facts()], [10.0])
        self.pipes.quantity = 12.0
        self.env["sale.order.line"]._revenue_sync_all_delivered(self.company)
        self.assertEqual([value for _key, value in self._facts()], [10.0, 2.0])

    def test_delivered_quantities_come_from_one_place(self):
        self.assertEqual(self._record_one("E1", "PIPES", "units", 2)["status"], "recorded")
        self.line.qty_delivered = 5.0
        self.assertEqual([value for _key, value in self._facts()], [2.0])

    def test_and_not_from_elsewhere_once_the_order_told_them(self):
        self.line.qty_delivered = 5.0
        self.assertRefused(self._record_one("E1", "PIPES", "units", 2), "kind", "come from the delivered quantity")

    def test_what_begins_later_is_not_recorded_and_stops_nobody(self):
        self.contract.date = Date.add(Date.today(), days=30)
        self.line.qty_delivered = 5.0
        self.assertEqual((self._facts(), self.line.qty_delivered), ([], 5.0))

    def test_several_lines_and_obligations(self):
        whole = self._make_obligation(
            self.contract, "WHOLE", measure="point_in_time", trigger="delivered", quantity=20.0
        )
        self.order.order_line = [Command.create({"product_id": self.line.product_id.id, "product_uom_qty": 10.0})]
        second = self.order.order_line[1]
        whole.sale_line_ids = self.order.order_line
        self.order.order_line.write({"qty_delivered": 6.0})
        found = {(row.obligation_id.key, row.key): row.value for row in self.contract.evidence_ids}
        wanted = [(self.line, self.pipes), (self.line, whole), (second, whole)]
        self.assertEqual(found, {(one.key, f"auto/qty-{line.id}-{one.id}-1"): 6.0 for line, one in wanted})

    def test_the_cron(self):
        self.env.cr.execute("UPDATE sale_order_line SET qty_delivered = 3 WHERE id = %s", [self.line.id])
        self.env.invalidate_all()
        with self.enter_registry_test_mode():
            self.env.ref("revenue_recognition.ir_cron_sync_delivered").method_direct_trigger()
        self.assertEqual([value for _key, value in self._facts()], [3.0])

    def test_the_cron_ends_in_time_and_goes_on_by_itself(self):
        cron = self.env.ref("revenue_recognition.ir_cron_sync_delivered")
        before = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        self.env.cr.execute("UPDATE sale_order_line SET qty_delivered = 3 WHERE id = %s", [self.line.id])
        self.env.invalidate_all()
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", return_value=0.0):
            self.env["sale.order.line"]._revenue_cron_sync_delivered()
            self.assertEqual([value for _key, value in self._facts()], [3.0])
            self.assertEqual(self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]), before + 1)
            self.env["sale.order.line"]._revenue_cron_sync_delivered()
        self.assertEqual(self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]), before + 1)


class TestCostKind(EvidenceCommon):
    """What a vendor bill says about its cost reaches the analytic lines."""

    def test_carried_when_posted(self):
        plan = self.env["account.analytic.plan"].create({"name": "Sites"})
        account = self.env["account.analytic.account"].create({"name": "Bridge", "plan_id": plan.id})
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-01-31",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": kind or "unsaid",
                            "price_unit": 100.0,
                            "revenue_cost_kind": kind,
                            "analytic_distribution": {str(account.id): 100},
                            "tax_ids": [Command.clear()],
                        }
                    )
                    for kind in ("uninstalled", "wasted", False)
                ],
            }
        )
        bill.action_post()
        lines = self.env["account.analytic.line"].search([(plan._column_name(), "=", account.id)], order="id")
        self.assertEqual(
            [(line.name, line.revenue_cost_kind) for line in lines.sorted("name")],
            [("uninstalled", "uninstalled"), ("unsaid", "normal"), ("wasted", "wasted")],
        )
