from odoo import http
from odoo.http import content_disposition, request

#: Reports that are workbooks, by the name in their address.
REPORTS = {"waterfall": "revenue.waterfall", "balances": "revenue.rollforward"}


class RevenueReports(http.Controller):
    """Reports to download."""

    @http.route(
        "/revenue/report/<any(waterfall,balances):name>/<int:report_id>", type="http", auth="user", methods=["GET"]
    )
    def workbook(self, name, report_id):
        """Return a report as XLSX, as its form asks for it.

        :raises NotFound: where it is somebody else's, or gone
        """
        report = request.env[REPORTS[name]].search([("id", "=", report_id)])
        if not report:
            raise request.not_found()
        content = report._workbook()
        headers = [
            ("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            ("Content-Length", len(content)),
            ("Content-Disposition", content_disposition(report._filename())),
        ]
        return request.make_response(content, headers)
