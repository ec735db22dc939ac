import base64

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import BillingCommon

PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


@tagged("post_install", "-at_install")
class TestSigned(BillingCommon, HttpCase):
    """The plan is signed with the quotation: it is on what the customer reads, and what differs later is said."""

    def _signed(self, *percents):
        order = self._make_order(1000.0)
        self._make_schedule(order, *percents)
        order.state = "sent"
        order.write({"signed_by": "Ada Quay", "signed_on": fields.Datetime.now(), "signature": base64.b64encode(PIXEL)})
        return order

    def test_plan_of_a_rule_is_on_the_portal_before_anybody_confirms(self):
        template = self.env["billing.schedule.template"].create(
            {"name": "Halves", "milestone_ids": [Command.create({"name": "Half of it", "percent": 100})]}
        )
        self.env["billing.schedule.rule"].create({"name": "All", "template_id": template.id, "sequence": 0})
        order = self._make_order(1000.0)
        order.action_quotation_sent()
        self.assertIn("Half of it", self.url_open(order.get_portal_url()).text)
        html = self.env["ir.actions.report"]._render_qweb_html("sale.action_report_saleorder", order.ids)[0]
        self.assertIn("Half of it", html.decode())

    def test_what_was_signed_is_kept(self):
        order = self._signed(40, 60)
        self.assertEqual([name for name, _when, _amount in order.billing_signed_plan], ["Milestone 1", "Milestone 2"])
        self.assertFalse(order.billing_signed_changes)

    def test_plan_that_is_not_the_signed_one_says_so(self):
        order = self._signed(40, 60)
        first, second = order.billing_milestone_ids
        first.percent = 50
        second.percent = 50
        self.assertIn("400.00", order.billing_signed_changes)
        self.assertIn("500.00", order.billing_signed_changes)
        order.action_confirm()
        told = order.message_ids.filtered(lambda message: "Ada Quay" in (message.body or ""))
        self.assertIn("500.00", told[:1].body)

    def test_rules_leave_a_signed_quotation_alone(self):
        order = self._make_order(1000.0)
        order.state = "sent"
        order.write({"signed_by": "Ada Quay", "signature": base64.b64encode(PIXEL)})
        template = self.env["billing.schedule.template"].create(
            {"name": "Halves", "milestone_ids": [Command.create({"name": "Half of it", "percent": 100})]}
        )
        self.env["billing.schedule.rule"].create({"name": "All", "template_id": template.id, "sequence": 0})
        order.order_line.price_unit = 10.0
        self.assertFalse(order.billing_schedule_ids)
        order.action_confirm()
        self.assertIn("did not show it", " ".join(order.message_ids.mapped("body")))

    def test_back_to_draft_nothing_is_signed(self):
        order = self._signed(40, 60)
        order.action_draft()
        self.assertFalse(order.billing_signed_plan)
