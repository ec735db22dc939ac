from odoo.tests import TransactionCase, tagged

from ..demo import cloud, story


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """The demo tells what it is meant to tell; Odoo would only log that it does not load."""

    def test_a_software_house_with_months_of_life(self):
        story.load(self.env)
        firm = self.env.ref("__demo__.subscription_software")
        rows = self.env["billing.run.invoice"].search([("company_id", "=", firm.id)])
        self.assertEqual(set(rows.mapped("state")), {"billed"}, rows.mapped("reason"))
        self.assertEqual(set(rows.move_id.mapped("state")), {"posted"})
        self.assertLessEqual({"out_invoice", "out_refund"}, set(rows.move_id.mapped("move_type")))
        moves = {name: rows.filtered(lambda row, name=name: row.partner_id.name == name).move_id for name in NAMES}
        for name, count in NAMES.items():
            self.assertGreaterEqual(len(moves[name]), count, name)
        first = moves["Fjord Analytics"].sorted("invoice_date")[0]
        self.assertLessEqual({"Activation", "Seats"}, set(first.invoice_line_ids.product_id.mapped("name")))
        licences = moves["Skagen Studio"].sorted("invoice_date").mapped("amount_untaxed")
        self.assertEqual(licences, [1200.0, 1236.0])
        [seats] = self.env["subscription.charge"].search([("quantity", "=", 15.0), ("company_id", "=", firm.id)])
        self.assertIn("Three colleagues joined the team", seats.version_ids.mapped("note"))
        kinds = self.env["subscription.movement"].search([("company_id", "=", firm.id)]).mapped("kind")
        self.assertLessEqual({"new", "expansion", "contraction", "churn"}, set(kinds))
        stages = self.env["subscription.charge"].search([("company_id", "=", firm.id)]).mapped("stage")
        self.assertLessEqual({"upcoming", "running", "ending", "ended"}, set(stages))
        due = self.env["subscription.charge"].search([("company_id", "=", firm.id), ("next_due", "!=", False)])
        today = firm._billing_today()
        self.assertFalse(due.filtered(lambda charge: charge.next_due <= today), "all that is due is billed")

        count = self.env["res.company"].search_count([])
        story.load(self.env)
        self.assertEqual(self.env["res.company"].search_count([]), count, "loaded once")

    def test_a_cloud_firm_that_bills_by_usage(self):
        cloud.load(self.env, most_rows=8_000)
        firm = self.env.ref("__demo__.subscription_cloud")
        rows = self.env["billing.run.invoice"].search([("company_id", "=", firm.id)])
        self.assertEqual(set(rows.mapped("state")), {"billed"}, rows.mapped("reason"))
        lines = rows.move_id.invoice_line_ids
        self.assertTrue(lines.filtered("subscription_pays_id"), "prepaid credit pays")
        promised = self.env["subscription.charge"].search([("kind", "=", "commitment"), ("company_id", "=", firm.id)])
        self.assertTrue(promised.invoice_line_ids, "less was used than promised")
        orders = self.env["sale.order"].search([("company_id", "=", firm.id)])
        self.assertIn("to invoice", orders.mapped("invoice_status"), "late usage waits for the next invoice")
        self.assertTrue(self.env["subscription.usage.aside"].search([("company_id", "=", firm.id)]))

        count = self.env["res.company"].search_count([])
        cloud.load(self.env)
        self.assertEqual(self.env["res.company"].search_count([]), count, "loaded once")


#: The customers, and how many invoices each has at least.
NAMES = {"Fjord Analytics": 5, "Skagen Studio": 2, "Amrum Hotels": 3, "Husum Logistics": 12, "Föhr Ferries": 4}
