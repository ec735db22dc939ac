from odoo.addons.milestone_billing.tests.common import tagged
from odoo.tests import HttpCase

from .common import AcceptanceCommon


@tagged("post_install", "-at_install")
class TestSignedPage(HttpCase, AcceptanceCommon):
    """The signed page is a PDF, and goes with the invoice where the company wants that."""

    def test_a_pdf_that_goes_with_the_invoice(self):
        milestone = self._start(400.0, 600.0, product=self.plain)
        acceptance = self._ask(milestone, self.anna).with_context(force_report_rendering=True)
        self._answer(acceptance, "partial", lines=milestone.order_id.order_line[:1].ids, open_points="The second line")
        page = self.url_open(acceptance.approver_ids._url()).text
        self.assertIn("Lines accepted: Line 1", page)
        self.assertEqual(acceptance.pdf_id.raw[:5], b"%PDF-")
        self._drain()
        invoice, send = milestone.order_id.invoice_ids, self.env["account.move.send"]
        self.assertNotIn(acceptance.pdf_id, send._get_invoice_extra_attachments(invoice))
        self.company.billing_acceptance_on_invoice = True
        self.assertIn(acceptance.pdf_id, send._get_invoice_extra_attachments(invoice))
