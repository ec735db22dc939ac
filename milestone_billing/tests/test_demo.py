from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """The demo tells what it is meant to tell; Odoo would only log that it does not load."""

    def test_three_firms_with_orders_at_every_stage(self):
        self.env["billing.schedule.template"]._load_demo()
        firms = {key: self.env.ref(f"__demo__.billing_{key}") for key in ("engineering", "construction", "software")}
        self.assertEqual([firm.currency_id.name for firm in firms.values()], ["EUR", "KWD", "USD"])
        milestones = self.env["billing.milestone"].search([("company_id", "in", [firm.id for firm in firms.values()])])
        self.assertLessEqual(
            {"planned", "blocked", "failed", "partial", "drafted", "invoiced", "paid", "credited"},
            set(milestones.mapped("state")),
        )
        self.assertLessEqual({"draft", "running", "done"}, set(milestones.schedule_id.mapped("state")))
        self.assertFalse(milestones.attainment_ids.filtered("to_tell"), "nobody is mailed about the past")
        self.assertTrue(milestones.filtered("is_change_order"))
        kept = milestones.attainment_ids.filtered(lambda row: row._is_kept_by_rule())
        self.assertEqual(
            sorted((row.partner_id.name, row.state) for row in kept),
            [
                ("Baltic Ferries", "run"),
                ("Hanse Shipyard", "blocked"),
                ("Marina Towers", "blocked"),
                ("Trave Utilities", "blocked"),
            ],
            "billing days, two holds, and an order number that is asked for",
        )
        first = milestones.filtered(lambda row: row.order_id.client_order_ref == "HW-2207").sorted("sequence")
        self.assertRecordValues(
            first, [{"state": state, "company_id": firms["engineering"].id} for state in ("paid", "planned", "planned")]
        )
        self.assertEqual(first.order_id.invoice_ids.amount_total, 35700.0, "30 % of 100,000 and 19 % tax")
        self.assertEqual(set(first[1].task_ids.mapped("state")), {"01_in_progress"})

        count = self.env["res.company"].search_count([])
        self.env["billing.schedule.template"]._load_demo()
        self.assertEqual(self.env["res.company"].search_count([]), count, "loaded once")
