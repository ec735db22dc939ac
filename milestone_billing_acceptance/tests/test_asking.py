from psycopg2 import IntegrityError

from odoo.addons.milestone_billing.tests.common import tagged
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tools import mute_logger

from .common import AcceptanceCommon


@tagged("post_install", "-at_install")
class TestAsking(AcceptanceCommon):
    """What makes a milestone due makes it ready for acceptance: nothing but the customer attains it."""

    def test_a_done_task_makes_it_ready(self):
        milestone = self._start(due_on="task")
        milestone.task_ids.state = "1_done"
        self.assertFalse(milestone.attainment_ids)
        self.assertFalse(milestone.project_milestone_id.is_reached)
        self.assertRecordValues(milestone.acceptance_ids, [{"state": "draft", "to_send": False, "round": 1}])
        [activity] = milestone.order_id.activity_ids.filtered(lambda row: row.billing_request == "acceptance")
        self.assertIn("Ask for acceptance", activity.summary)
        self.assertEqual(milestone.acceptance_ids.task_ids, milestone.task_ids)
        self.assertIn("Ready for acceptance", milestone.block_help)
        self._drain()
        self.assertFalse(milestone.attainment_ids)

    def test_what_is_ready_is_sent_by_itself(self):
        milestone = self._start(due_on="task", acceptance_sending="auto")
        milestone.task_ids.state = "1_done"
        self.assertTrue(milestone.acceptance_ids.to_send)
        self._follow()
        self.assertEqual(milestone.acceptance_state, "open")
        self.assertEqual(len(self._mails_to(self.customer)), 1)
        self._follow()
        self.assertEqual(len(self._mails_to(self.customer)), 1)

    def test_a_task_taken_up_again_withdraws_the_request(self):
        milestone = self._start(due_on="task", acceptance_sending="auto")
        milestone.task_ids.state = "1_done"
        self._follow()
        milestone.task_ids.state = "01_in_progress"
        self.assertRecordValues(milestone.acceptance_ids, [{"state": "withdrawn", "withdrawn_because": "not_ready"}])
        self.assertFalse(milestone.acceptance_ready_percent)
        milestone.task_ids.state = "1_done"
        self.assertEqual(sorted(milestone.acceptance_ids.mapped("round")), [1, 2])

    def test_no_button_goes_round_the_customer(self):
        milestone = self._start()
        with self.assertRaisesRegex(UserError, "acceptance"):
            milestone.action_attain()
        wizard = self.env["billing.attain.wizard"].create({"milestone_ids": milestone.ids, "percent": 40.0})
        with self.assertRaisesRegex(UserError, "acceptance"):
            wizard.action_attain()
        [result] = milestone.attain([{"key": "k", "milestone": milestone.id}])
        self.assertEqual(result["status"], "refused")
        self.assertIn("acceptance", result["reason"])
        self.assertFalse(milestone.attainment_ids)

    def test_a_ticked_project_milestone_asks_instead(self):
        milestone = self._start(due_on="milestone")
        milestone.project_milestone_id.is_reached = True
        self.assertFalse(milestone.project_milestone_id.is_reached)
        self.assertEqual(milestone.acceptance_state, "draft")
        self._answer(self._ask(milestone))
        self.assertTrue(milestone.project_milestone_id.is_reached)

    def test_a_day_that_comes_asks_once(self):
        milestone = self._start(due_on="date", date="2020-01-31", product=self.plain)
        self._drain()
        self._drain()
        self.assertEqual(len(milestone.acceptance_ids), 1)
        self.assertFalse(milestone.attainment_ids)

    def test_what_was_sent_stays(self):
        acceptance = self._ask(self._start())
        self.assertEqual(len(acceptance.fingerprint), 64)
        for values in ({"message": "Else"}, {"file_ids": [Command.clear()]}, {"approver_ids": [Command.clear()]}):
            with self.assertRaises(UserError):
                acceptance.write(values)
        with self.assertRaises(AccessError):
            acceptance.with_user(self.manager).write({"percent_asked": 1.0})
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.env.cr.execute("UPDATE billing_acceptance SET content = 'x' WHERE id = %s", [acceptance.id])
        with self.assertRaises(UserError):
            acceptance.unlink()

    def test_a_withdrawn_request_is_told(self):
        milestone = self._start()
        acceptance = self._ask(milestone, self.anna)
        acceptance.with_user(self.manager).action_withdraw()
        self.assertEqual(acceptance.state, "withdrawn")
        self.assertEqual(len(self._mails_to(self.anna)), 2)
        self.assertIn("withdrawn", self._answer(acceptance))
        self.assertFalse(milestone.attainment_ids)
        self.assertEqual(self._ask(milestone).round, 2)

    def test_only_files_that_one_may_read_are_chosen(self):
        acceptance = self._start()._ask_for_acceptance().with_user(self.manager)
        secret = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": "Salaries",
                    "raw": b"x",
                    "res_model": "account.move",
                    "res_id": self.init_invoice("out_invoice").id,
                }
            )
        )
        with self.assertRaises(AccessError):
            acceptance.write({"file_ids": [Command.link(secret.id)]})

    def test_tasks_of_others_are_not_shown(self):
        acceptance = self._start()._ask_for_acceptance()
        other = self._start(due_on="task")
        with self.assertRaisesRegex(UserError, "no task"):
            acceptance.write({"task_ids": [Command.link(other.task_ids.id)]})

    def test_who_has_no_address_is_not_asked(self):
        milestone = self._start()
        self.customer.email = False
        acceptance = milestone._ask_for_acceptance()
        with self.assertRaisesRegex(UserError, "email"):
            acceptance.action_send()

    def test_none_of_us_accepts(self):
        ours = [Command.create({"partner_id": self.manager.partner_id.id})]
        with self.assertRaisesRegex(ValidationError, "one of us"):
            self._start(acceptance_contact_ids=ours)
        acceptance = self._start()._ask_for_acceptance()
        acceptance.approver_ids.partner_id = self.manager.partner_id
        with self.assertRaisesRegex(UserError, "one of us"):
            acceptance.action_send()

    def test_nobody_who_accepts_is_left_out_of_what_was_sent(self):
        acceptance = self._ask(self._start(), self.anna, self.bert)
        self.assertEqual([row["id"] for row in acceptance._content()["approvers"]], [self.anna.id, self.bert.id])
        with self.assertRaisesRegex(UserError, "was sent"):
            acceptance.approver_ids[1].unlink()

    def _deliver(self, milestone, quantity):
        milestone.order_id.order_line.qty_delivered = quantity
        self._drain()

    def test_goods_that_came_back_are_not_accepted_by_silence(self):
        milestone = self._start(due_on="delivery", product=self.plain)
        line = milestone.order_id.order_line
        line.product_uom_qty = 10
        self._deliver(milestone, 10)
        self.assertEqual(milestone.acceptance_ready_percent, 100)
        self._ask(milestone)
        self._deliver(milestone, 0)
        self.assertFalse(milestone.acceptance_ready_percent)
        self.assertRecordValues(milestone.acceptance_ids, [{"state": "withdrawn", "withdrawn_because": "not_ready"}])
        self._deliver(milestone, 6)
        self.assertEqual(milestone.acceptance_ready_percent, 60)
        opened = milestone._open_acceptance()
        self._ask(milestone)
        self.assertRecordValues(opened, [{"state": "open", "percent_asked": 60.0}])
        self._deliver(milestone, 4)
        self.assertEqual(opened.state, "withdrawn")
        self.assertRecordValues(milestone._open_acceptance(), [{"state": "draft", "percent_asked": 40.0}])
        self._answer(self._ask(milestone))
        self._deliver(milestone, 0)
        self.assertEqual(milestone.attained_percent, 40)

    def test_acceptance_is_dropped_by_a_manager_alone(self):
        milestone = self._start(due_on="task")
        milestone.task_ids.state = "1_done"
        with self.assertRaises(AccessError):
            milestone.with_user(self.manager).needs_acceptance = False
        milestone.needs_acceptance = False
        self.assertEqual(milestone.attained_percent, 100)
        self.assertEqual(milestone.acceptance_ids.state, "withdrawn")

    def test_templates_and_imports_say_so(self):
        template = self.env["billing.schedule.template"].create(
            {
                "name": "With acceptance",
                "milestone_ids": [
                    Command.create({"name": "All", "percent": 100, "needs_acceptance": True, "acceptance_days": 7})
                ],
            }
        )
        order = self._make_order(1000.0)
        schedule = self.env["billing.schedule"].create({"order_id": order.id, "template_id": template.id})
        self.assertRecordValues(schedule.milestone_ids, [{"needs_acceptance": True, "acceptance_days": 7}])
        entry = {
            "order": self._make_order(1000.0).id,
            "external_key": "imported",
            "milestones": [
                {
                    "external_key": "a",
                    "name": "All",
                    "percent": 100,
                    "due": {"on": "manual"},
                    "acceptance": {"days": 5, "sending": "auto", "contacts": [self.bert.id, self.anna.id]},
                }
            ],
        }
        [result] = self.env["billing.schedule"].import_schedules([entry])
        self.assertEqual(result["status"], "created", result)
        milestone = self.env["billing.milestone"].browse(result["milestones"]["a"])
        self.assertRecordValues(
            milestone, [{"needs_acceptance": True, "acceptance_days": 5, "acceptance_sending": "auto"}]
        )
        self.assertEqual(milestone._acceptance_contacts().ids, [self.bert.id, self.anna.id])
        entry["milestones"][0]["acceptance"] = {"days": -1, "who": 1}
        [result] = self.env["billing.schedule"].import_schedules([dict(entry, external_key="other")])
        self.assertEqual(
            [row["path"] for row in result["errors"]],
            ["payload[0].milestones[0].acceptance.who", "payload[0].milestones[0].acceptance.days"],
        )

    def test_the_customer_and_the_company_say_the_days(self):
        self.company.billing_acceptance_days = 10
        self.assertEqual(self._start().acceptance_days, 10)
        self.customer.billing_acceptance_days = 15
        self.assertEqual(self._start().acceptance_days, 15)
        self.customer.billing_acceptance_never = True
        self.assertEqual(self._start().acceptance_days, 0)
        self.assertEqual(self._start(acceptance_days=3).acceptance_days, 3)

    def test_days_of_a_template_do_not_overrule_the_customer(self):
        template = self.env["billing.schedule.template"].create(
            {
                "name": "With days",
                "milestone_ids": [
                    Command.create({"name": "All", "percent": 100, "needs_acceptance": True, "acceptance_days": 7})
                ],
            }
        )

        def plan():
            order = self._make_order(1000.0)
            schedule = self.env["billing.schedule"].create({"order_id": order.id, "template_id": template.id})
            order.action_confirm()
            return schedule.milestone_ids

        before = plan()
        self.assertRecordValues(before, [{"acceptance_days": 7, "acceptance_days_agreed": False}])
        self.customer.billing_acceptance_days = 15
        self.assertEqual(plan().acceptance_days, 15)
        self.customer.billing_acceptance_never = True
        self.assertEqual(plan().acceptance_days, 0)
        self.assertFalse(self._ask(before).deemed_on)
        self.assertTrue(self._ask(self._start(acceptance_days=3)).deemed_on)

    def test_imported_again_without_acceptance_it_stays(self):
        order = self._make_order(1000.0)
        planned = {"external_key": "a", "name": "All", "percent": 100, "due": {"on": "manual"}}
        entry = {"order": order.id, "external_key": "again", "milestones": [planned]}

        def play(**values):
            again = dict(entry, milestones=[{**planned, **values}])
            [result] = self.env["billing.schedule"].import_schedules([again])
            self.assertFalse(result["errors"], result)
            return self.env["billing.milestone"].browse(result["milestones"]["a"])

        self.assertTrue(play(acceptance={}).needs_acceptance)
        self.assertTrue(play(name="Everything").needs_acceptance)
        self.assertFalse(play(acceptance=False).needs_acceptance)
