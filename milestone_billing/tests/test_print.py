import io

from lxml import html

from odoo import fields
from odoo.tests import new_test_user, tagged
from odoo.tools.pdf import PdfFileReader

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestPrint(BillingCommon):
    """What the printed quotation, order and invoice say of the plan."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._make_order(60000.0, 40000.0)
        cls.schedule = cls._make_schedule(
            cls.order,
            {"name": "Deposit", "due_on": "confirmation", "percent": 30},
            {"name": "Works", "due_on": "manual", "percent": 50},
            {"name": "Warranty", "due_on": "offset", "offset_number": 3, "offset_unit": "months", "percent": 20},
        )
        warranty = cls.schedule.milestone_ids[2]
        warranty.write({"offset_from": "milestone", "offset_milestone_id": cls.schedule.milestone_ids[1].id})

    def _text(self, report, record):
        """Return the words of the printed ``report`` of ``record``, spaces made one."""
        body, _kind = self.env["ir.actions.report"]._render_qweb_html(report, record.ids)
        return " ".join(html.fromstring(body).text_content().split())

    def _attain_works(self, percent):
        works = self.schedule.milestone_ids[1]
        works._attain(percent, fields.Date.today(), "manual")
        self._drain()
        return works.invoice_ids.sorted("id")[-1:]

    def test_quotation_shows_the_plan(self):
        text = self._text("sale.report_saleorder", self.order)
        self.assertIn("Billing Schedule", text)
        self.assertIn("Deposit On order 30 % $ 30,000.00", text.replace("\xa0", " "))
        self.assertIn("Works As agreed 50 %", text)
        self.assertIn("Warranty 3 months after Works 20 %", text)
        self.assertIn("Total, without taxes $ 100,000.00", text)
        self.assertNotIn("Planned", text)

    def test_order_without_a_plan_is_printed_as_before(self):
        text = self._text("sale.report_saleorder", self._make_order(1000.0))
        self.assertNotIn("Billing Schedule", text)

    def test_confirmed_order_says_where_each_milestone_stands(self):
        self.order.action_confirm()
        self._drain()
        self._attain_works(40.0)
        text = self._text("sale.report_saleorder", self.order)
        self.assertRegex(text, r"Deposit \S+ Invoiced 30 %")
        self.assertIn("In progress, 40 % done", text)
        # Works are done in part only: nobody knows yet when the three months begin.
        self.assertIn("Warranty 3 months after Works Planned 20 %", text)

    def test_several_plans_and_what_none_covers(self):
        order = self._make_order(60000.0, 40000.0, 5000.0, pricelist_id=self._make_pricelist("EUR").id)
        for line, name in zip(order.order_line[:2], ("Software", "Training"), strict=True):
            self._make_schedule(order, 50, 50, name=name, cover_all=False).line_ids = line
        text = self._text("sale.report_saleorder", order).replace("\xa0", " ")
        self.assertIn("Software", text)
        self.assertIn("Total, without taxes 60,000.00 €", text)
        self.assertIn("Total, without taxes 40,000.00 €", text)
        self.assertIn("All schedules: 100,000.00 €", text)
        self.assertIn("Not in this schedule: 5,000.00 €", text)

    def test_invoice_names_milestone_percent_and_what_remains(self):
        self.order.action_confirm()
        self._drain()
        first = self._attain_works(40.0)
        second = self._attain_works(100.0)
        self.assertNotEqual(first, second)
        for invoice, row, whole in (
            (first, "Works $ 20,000.00 40 % $ 20,000.00 40 % $ 50,000.00", ("20,000.00 20", "50,000.00 50", "50")),
            (second, "Works $ 30,000.00 60 % $ 50,000.00 100 % $ 50,000.00", ("30,000.00 30", "80,000.00 80", "20")),
        ):
            text = self._text("account.report_invoice", invoice).replace("\xa0", " ")
            self.assertIn(f"Milestones of {self.order.name}", text)
            self.assertIn(row, text)
            self.assertIn(f"Whole plan $ {whole[0]} % $ {whole[1]} % $ 100,000.00", text)
            self.assertIn(f"Remaining after this document $ {whole[2]},000.00", text)

    def test_invoices_are_found_by_milestone(self):
        self.order.action_confirm()
        self._drain()
        invoice = self._attain_works(100.0)
        self.assertEqual(invoice.billing_milestone_names, "Works")
        found = self.env["account.move"].search([("invoice_line_ids.billing_milestone_id.name", "ilike", "works")])
        self.assertEqual(found, invoice)
        views = self.env["account.move"].get_view(self.env.ref("account.view_out_invoice_tree").id, "list")
        self.assertIn("billing_milestone_names", views["arch"])

    def test_credit_note_gives_back(self):
        self.order.action_confirm()
        self._drain()
        invoice = self._attain_works(100.0)
        credit = invoice._reverse_moves()
        [summary] = credit._billing_summary()
        self.assertEqual(summary["rows"][0]["amount"], -50000.0)
        self.assertEqual((summary["whole"]["total"], summary["remaining"]), (30000.0, 70000.0))

    def test_other_invoices_are_printed_as_before(self):
        invoice = self.init_invoice("out_invoice", products=self.plain, post=True)
        self.assertNotIn("Whole plan", self._text("account.report_invoice", invoice))

    def test_salesman_prints_without_rights_on_invoices(self):
        salesman = new_test_user(self.env, "paper_salesman", "sales_team.group_sale_salesman")
        self.order.user_id = salesman
        self.order.action_confirm()
        self._drain()
        self.env.invalidate_all()
        body, _kind = (
            self.env["ir.actions.report"].with_user(salesman)._render_qweb_html("sale.report_saleorder", self.order.ids)
        )
        self.assertIn("Deposit", html.fromstring(body).text_content())

    def test_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        self.schedule.milestone_ids[0].percent = 17.5
        self.schedule.milestone_ids[1].percent = 62.5
        text = self._text("sale.report_saleorder", self.order)
        self.assertIn("17,5 %", text)

    def test_real_pdf(self):
        # Nothing answers there, whatever else runs on this machine: a demo would send styles of its own.
        self.env["ir.config_parameter"].set_param("report.url", "http://127.0.0.1:1")
        reports = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        content, kind = reports._render_qweb_pdf("sale.action_report_saleorder", self.order.ids)
        self.assertEqual(kind, "pdf")
        pages = PdfFileReader(io.BytesIO(content)).pages
        text = " ".join(" ".join(page.extract_text() for page in pages).split())
        self.assertIn("Billing Schedule", text)
        self.assertIn("Warranty", text)
