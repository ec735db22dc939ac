from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestSetupTour(HttpCase):
    """Somebody with a company and nothing in it follows the set-up to the first milestone invoice."""

    def test_from_an_empty_company_to_the_first_invoice(self):
        company = self.env["res.company"].create(
            {"name": "Fresh Start", "currency_id": self.env.ref("base.USD").id, "country_id": False}
        )
        # What every company may use is out of the way: this one begins with nothing.
        self.env["billing.schedule.template"].search([]).active = False
        self.env["product.template"].search([("company_id", "=", False)]).sale_ok = False
        # Odoo's settings warn where there are price lists and the feature is off.
        self.env["product.pricelist"].search([]).active = False
        self.env["res.partner"].search(
            [("company_id", "=", False), ("is_company", "=", True), ("ref_company_ids", "=", False)]
        ).is_company = False
        new_test_user(
            self.env,
            "setup_admin",
            "base.group_system,base.group_partner_manager,sales_team.group_sale_manager,account.group_account_manager,"
            "project.group_project_manager",
            company_id=company.id,
            company_ids=company.ids,
        )
        self.start_tour("/odoo/billing-setup", "billing_setup_from_empty", login="setup_admin", timeout=180)
        order = self.env["sale.order"].search([("company_id", "=", company.id)])
        self.assertEqual(order.state, "sale")
        self.env["billing.attainment"]._drain()
        invoice = order.invoice_ids
        self.assertEqual((invoice.state, invoice.amount_untaxed), ("posted", 18000.0))
        self.start_tour("/odoo/billing-setup", "billing_setup_finished", login="setup_admin")
