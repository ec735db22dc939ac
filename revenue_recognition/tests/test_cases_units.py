from .cases_common import CaseCommon


class TestCasesUnits(CaseCommon):
    """What is counted: delivered, returned, rebated, worked by the hour."""

    def test_ex05a(self):
        self._live("ex05a")

    def test_ex22(self):
        self._live("ex22")

    def test_ex24(self):
        """An order line has a quantity, where the example leaves it open: what is not delivered yet is promised."""
        self._live("ex24", apart=("transaction_price", "obligations", "rpo"))

    def test_rti_chk014(self):
        """The hours are timesheets; they make the delivered quantity of the order line."""
        hour = self.env.ref("uom.product_uom_hour").id
        self._live(
            "rti-chk014",
            {
                "HOURS": {
                    "uom_id": hour,
                    "invoice_policy": "delivery",
                    "service_type": "timesheet",
                    "service_tracking": "task_in_project",
                }
            },
        )
