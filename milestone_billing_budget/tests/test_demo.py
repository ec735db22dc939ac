from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """The demo shows a project that runs into its budget beside one that goes well."""

    def test_two_budgeted_projects_of_the_software_house(self):
        self.env["billing.schedule.template"]._load_demo()
        budgets = self.env["project.budget"]
        budgets._load_demo()
        company = self.env.ref("__demo__.billing_software")
        projects = self.env["project.project"].search([("company_id", "=", company.id), ("budget_id", "!=", False)])
        ahead = self.env.ref("__demo__.budget_ahead")
        [well] = projects - ahead
        self.assertEqual((ahead.budget_id.number, well.budget_id.number), (2, 1))
        self.assertEqual(
            set(ahead.budget_alert_ids.mapped("cause")), {"ahead", "unplanned"}, "spending and wishes are told"
        )
        self.assertFalse(well.budget_alert_ids)
        change = self.env["sale.order"].search([("budget_project_id", "=", ahead.id)])
        self.assertRecordValues(change, [{"state": "draft", "amount_untaxed": 40 * 145.0}])
        panel = ahead.get_budget_panel()["total"]
        self.assertEqual(panel["cost"]["spent"], 62 * 58.0 + 24 * 8 * 66.0 + 3400.0)
        self.assertEqual(panel["revenue"]["billed"], 320 * 145.0 * 0.3)
        self.assertFalse(company._billing_today() < max(ahead.timesheet_ids.mapped("date")), "nobody worked tomorrow")
        count = budgets.search_count([])
        budgets._load_demo()
        self.assertEqual(budgets.search_count([]), count, "loaded once")
