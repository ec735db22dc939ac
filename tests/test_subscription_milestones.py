"""A subscription and milestones on one order: each line is billed by one of them."""

from odoo.addons.milestone_billing.tests.common import BillingCommon
from odoo.exceptions import ValidationError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestSubscriptionMilestones(BillingCommon):
    """What is charged again and again is under no billing schedule."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.env["subscription.plan"].create({"name": "Monthly"})

    def _quote(self):
        seats = {"price_unit": 30.0, "subscription_plan_id": self.plan.id}
        order = self._make_order(1000.0, seats, product=self.plain)
        return order, self._make_schedule(order, 40, 60, invoice_policy="draft")

    def test_a_milestone_and_a_period_are_on_one_invoice(self):
        order, schedule = self._quote()
        [project, seats] = order.order_line
        self.assertEqual(schedule.line_ids, project)
        order.action_confirm()
        schedule.milestone_ids[0]._attain(100.0, order.company_id._billing_today(), "manual")
        invoice = order._create_invoices(final=True)
        self.assertEqual(invoice.invoice_line_ids.mapped("price_subtotal"), [400.0, 30.0])
        self.assertEqual(invoice.invoice_line_ids.sale_line_ids, project | seats)
        self.assertEqual((seats.qty_to_invoice, project.qty_invoiced), (0.0, 0.4))

    def test_a_line_of_a_schedule_becomes_no_subscription(self):
        order, _schedule = self._quote()
        with self.assertRaisesRegex(ValidationError, "billed by amounts"):
            order.order_line[0].subscription_plan_id = self.plan
