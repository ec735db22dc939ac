from odoo.fields import Command
from odoo.tests import Form, tagged

from .advance_common import AdvanceCommon


@tagged("post_install", "-at_install")
class TestAdvancesShown(AdvanceCommon):
    """What was received in advance, what came off and what is left is said before and after, wherever money is."""

    def assertShown(self, order, received, deducted, left, draft):
        expected = {
            "billing_advance_received": received,
            "billing_advance_deducted": deducted,
            "billing_advance_left": left,
            "billing_advance_draft": draft,
        }
        order.invalidate_recordset(list(expected))
        self.assertRecordValues(order, [expected])
        self.assertRecordValues(order.billing_schedule_ids, [expected])

    def test_on_order_and_schedule(self):
        order, (first, second) = self._start(20, 80)
        self.assertShown(order, 0.0, 0.0, 0.0, 0.0)
        advance = self._pay_in_advance(order, post=False)
        self.assertShown(order, 0.0, 0.0, 0.0, 363.0)
        advance.action_post()
        self.assertShown(order, 363.0, 0.0, 363.0, 0.0)
        self._bill(first)
        self.assertShown(order, 363.0, 242.0, 121.0, 0.0)
        self.assertIn("242.00 of the down payments came off", order.message_ids[0].body.replace("\xa0", ""))
        self._bill(second)
        self.assertShown(order, 363.0, 363.0, 0.0, 0.0)

    def test_before_a_milestone_is_attained(self):
        order, (first, second) = self._start(20, 80)
        self.assertNotIn("down payments", first._describe_effect())
        self._pay_in_advance(order)
        self.assertIn("242.00 of the down payments, taxes included, comes off it.", first._describe_effect())
        self.assertIn("363.00 of the down payments", second._describe_effect())
        self.assertIn("121.00 of the down payments", first._describe_attaining(50.0))
        first.schedule_id.advance_policy = "last"
        self.assertNotIn("down payments", first._describe_effect())

    def test_settings_of_company_template_schedule_and_import(self):
        self.company.billing_advance_policy = "last"
        order = self._make_order(1000.0)
        self.assertEqual(self._make_schedule(order, 100).advance_policy, "last")
        rows = [Command.create({"name": "All", "percent": 100})]
        template = self.env["billing.schedule.template"].create(
            {"name": "Even", "advance_policy": "pro_rata", "milestone_ids": rows}
        )
        other = self.env["billing.schedule"].create({"order_id": self._make_order(5.0).id, "template_id": template.id})
        self.assertEqual(other.advance_policy, "pro_rata")
        row = {"external_key": "M1", "name": "All", "due": {"on": "manual"}, "percent": 100}
        entries = [
            {"order": self._make_order(7.0).id, "external_key": f"S{number}", "milestones": [row], **extra}
            for number, extra in enumerate(({}, {"advance_policy": "next"}, {"advance_policy": "first"}))
        ]
        answers = self.env["billing.schedule"].import_schedules(entries)
        self.assertEqual([answer["status"] for answer in answers], ["created", "created", "refused"])
        made = self.env["billing.schedule"].browse([answer["schedule_id"] for answer in answers[:2]])
        self.assertEqual(made.mapped("advance_policy"), ["last", "next"])
        self.assertEqual(answers[2]["errors"][0]["path"], "payload[2].advance_policy")

    def test_screens_open(self):
        order, _milestones = self._start()
        self._pay_in_advance(order)
        for record in (order, order.billing_schedule_ids, order.billing_milestone_ids[0]):
            self.assertTrue(Form(record).id)
