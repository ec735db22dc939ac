from odoo import http
from odoo.http import content_disposition, request

from ..report.workbook import TYPE

#: Whose rows are downloaded, by the name in the address.
MODELS = {"run": "billing.run", "day": "billing.day", "forecast": "billing.forecast"}


class BillingWorkbooks(http.Controller):
    """What a run billed, or would bill, and what a forecast shows, to download."""

    @http.route("/billing/<any(run,day,forecast):name>/<int:record_id>.xlsx", type="http", auth="user", methods=["GET"])
    def workbook(self, name, record_id):
        """Return the rows of a run, of what is shown of a billing day, or of a forecast, as XLSX.

        :raises NotFound: where it is somebody else's, or gone
        :raises AccessError: for who may not bill, or see a forecast
        """
        if name != "forecast":
            request.env["billing.run"]._check_may_bill()
        record = request.env[MODELS[name]].search([("id", "=", record_id)])
        if not record:
            raise request.not_found()
        record._check_workbook()
        content = record._workbook()
        headers = [
            ("Content-Type", TYPE),
            ("Content-Length", len(content)),
            ("Content-Disposition", content_disposition(record._workbook_name())),
        ]
        return request.make_response(content, headers)
