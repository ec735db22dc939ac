import csv
import io

from odoo import http
from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.exceptions import AccessError, MissingError
from odoo.http import request


class UsagePortal(CustomerPortal):
    """What usage an invoice line is made of, as a file for its customer."""

    @http.route(
        "/my/invoices/<int:invoice_id>/usage/<int:line_id>.csv", type="http", auth="public", website=True, sitemap=False
    )
    def portal_invoice_usage(self, invoice_id, line_id, access_token=None, **_kwargs):
        """Send the records of a line of usage, as they were known when it was made.

        :param int invoice_id: of the invoice
        :param int line_id: of its line
        :param str access_token: of the invoice, for who is not logged in
        """
        try:
            invoice = self._document_check_access("account.move", invoice_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        line = invoice.sudo().invoice_line_ids.filtered(lambda row: row.id == line_id and row.subscription_has_usage)
        if not line:
            return request.redirect(f"/my/invoices/{invoice_id}")
        return send_table(*line._usage_table(), f"{line.subscription_from}-{line.subscription_to}")


def send_table(head, rows, name):
    """Return a response that downloads a table as a file of comma-separated values.

    :param list head: names of its columns
    :param list rows: lists of texts
    :param str name: of the file, without its ending
    """
    written = io.StringIO()
    csv.writer(written).writerows([head, *rows])
    headers = [
        ("Content-Type", "text/csv; charset=utf-8"),
        ("Content-Disposition", http.content_disposition(f"usage-{name}.csv")),
    ]
    return request.make_response("\ufeff" + written.getvalue(), headers)
