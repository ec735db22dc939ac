from datetime import timedelta

from psycopg2.errors import RestrictViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .. import uninstall_hook
from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestAttainment(BillingCommon):
    """What makes a milestone attained: tasks, native milestones, deliveries, people; and what does not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.today()

    def _start(self, *milestones, product=None, prices=(1000.0,), **values):
        order = self._make_order(*prices, product=product)
        schedule = self._make_schedule(order, *milestones, **values)
        order.action_confirm()
        return schedule.milestone_ids

    def _task_milestone(self, tasks=1):
        """Return a running milestone that waits for so many tasks."""
        milestone = self._start({"due_on": "task", "percent": 100, "name": "Build"})
        project = milestone.project_milestone_id.project_id
        for number in range(1, tasks):
            task = self.env["project.task"].create({"name": f"More {number}", "project_id": project.id})
            milestone.task_ids |= task
        return milestone

    # === TASKS === #

    def test_last_of_several_tasks_attains(self):
        milestone = self._task_milestone(tasks=3)
        for task in milestone.task_ids:
            self.assertFalse(milestone.attained_percent)
            task.state = "1_done"
        self.assertRecordValues(milestone.attainment_ids, [{"percent": 100.0, "source": "task", "date": self.today}])
        self.assertTrue(milestone.project_milestone_id.is_reached)

    def test_mass_edit_attains_each_milestone_once(self):
        order = self._make_order(600.0, 400.0)
        lines = order.order_line
        schedule = self._make_schedule(
            order,
            *(
                {"due_on": "task", "percent": 100, "name": line.name, "line_ids": [Command.set(line.ids)]}
                for line in lines
            ),
        )
        order.action_confirm()
        schedule.milestone_ids.task_ids.write({"state": "1_done"})
        self.assertEqual(schedule.milestone_ids.mapped("attained_percent"), [100.0, 100.0])
        self.assertEqual(len(schedule.milestone_ids.attainment_ids), 2)

    def test_stage_alone_does_not_attain(self):
        milestone = self._task_milestone()
        done = self.env["project.task.type"].create({"name": "Done", "fold": True})
        milestone.task_ids.project_id.type_ids |= done
        milestone.task_ids.stage_id = done
        self.assertFalse(milestone.attainment_ids)

    def test_cancelled_tasks_do_not_count_as_done(self):
        milestone = self._task_milestone(tasks=2)
        first, second = milestone.task_ids
        first.state = "1_canceled"
        self.assertFalse(milestone.attainment_ids)
        second.state = "1_canceled"
        self.assertFalse(milestone.attainment_ids, "no task is left, so nothing was delivered")
        second.state = "1_done"
        self.assertEqual(milestone.attained_percent, 100.0)

    def test_cancelling_the_last_open_task_attains_what_the_others_delivered(self):
        milestone = self._task_milestone(tasks=2)
        first, second = milestone.task_ids
        first.state = "1_done"
        second.state = "1_canceled"
        self.assertEqual(milestone.attained_percent, 100.0)

    def test_reopened_task_takes_back(self):
        milestone = self._task_milestone()
        milestone.task_ids.state = "1_done"
        milestone.task_ids.state = "01_in_progress"
        self.assertEqual(milestone.attainment_ids.sorted("id").mapped("percent"), [100.0, 0.0])
        self.assertFalse(milestone.attained_percent)
        self.assertFalse(milestone.project_milestone_id.is_reached)
        self.assertEqual(self._drain()["invoices"], 0)
        milestone.task_ids.state = "1_done"
        self._drain()
        self.assertEqual(milestone.billed_amount, 1000.0)

    def test_deleted_task_no_longer_counts(self):
        milestone = self._task_milestone(tasks=2)
        first, second = milestone.task_ids
        first.state = "1_done"
        second.unlink()
        self.assertEqual(milestone.attained_percent, 100.0)

    def test_only_task_deleted_attains_nothing(self):
        milestone = self._task_milestone()
        milestone.task_ids.unlink()
        self._drain()
        self.assertFalse(milestone.attainment_ids)

    def test_archived_done_task_stays_done(self):
        milestone = self._task_milestone()
        task = milestone.task_ids
        task.state = "1_done"
        self._drain()
        task.active = False
        self._drain()
        self.assertEqual(milestone.attained_percent, 100.0)
        task.active = True
        task.project_id.active = False
        self._drain()
        self.assertEqual(milestone.attained_percent, 100.0)
        self.assertEqual(milestone.state, "invoiced")

    def test_archived_open_task_keeps_the_milestone_waiting_for_the_rest(self):
        milestone = self._task_milestone(tasks=2)
        first, second = milestone.task_ids
        first.active = False
        self.assertFalse(milestone.attainment_ids)
        second.state = "1_done"
        self.assertEqual(milestone.attained_percent, 100.0, "an archived task is out of the plan")

    def test_archived_project_attains_nothing_by_itself(self):
        milestone = self._task_milestone(tasks=2)
        milestone.task_ids[0].state = "1_done"
        milestone.task_ids.project_id.active = False
        self._drain()
        self.assertFalse(milestone.attainment_ids)

    def test_task_done_before_confirmation_attains_with_its_day(self):
        order = self._make_order(1000.0)
        project = self.env["project.project"].create({"name": "Ready", "allow_billable": True})
        task = self.env["project.task"].create({"name": "Ready", "project_id": project.id, "state": "1_done"})
        schedule = self._make_schedule(order, {"due_on": "task", "percent": 100, "task_ids": [Command.set(task.ids)]})
        order.action_confirm()
        self.assertEqual(schedule.milestone_ids.attained_percent, 100.0)

    def test_task_moved_to_another_native_milestone_follows(self):
        first, second = self._start(
            {"due_on": "task", "percent": 50, "name": "One"}, {"due_on": "task", "percent": 50, "name": "Two"}
        )
        task = first.task_ids
        extra = self.env["project.task"].create({"name": "Extra", "project_id": task.project_id.id})
        extra.milestone_id = first.project_milestone_id
        self.assertEqual(first.task_ids, task | extra)
        task.milestone_id = second.project_milestone_id
        self.assertEqual(first.task_ids, extra)
        self.assertIn(task, second.task_ids)
        extra.state = "1_done"
        self.assertEqual((first.attained_percent, second.attained_percent), (100.0, 0.0))

    def test_done_task_added_to_an_open_milestone_does_not_finish_it_early(self):
        milestone = self._task_milestone()
        project = milestone.task_ids.project_id
        native = milestone.project_milestone_id.id
        self.env["project.task"].create(
            {"name": "Quick", "project_id": project.id, "milestone_id": native, "state": "1_done"}
        )
        self._drain()
        self.assertFalse(milestone.attainment_ids)
        milestone.task_ids.filtered(lambda task: task.state != "1_done").state = "1_done"
        self.assertEqual(milestone.attained_percent, 100.0)

    def test_portal_user_finishes_a_task(self):
        milestone = self._task_milestone()
        task = milestone.task_ids
        portal = new_test_user(self.env, "billing-portal", groups="base.group_portal")
        task.project_id.privacy_visibility = "portal"
        task.project_id.collaborator_ids = [Command.create({"partner_id": portal.partner_id.id})]
        task.message_subscribe(portal.partner_id.ids)
        task.with_user(portal).write({"state": "1_done"})
        self.assertRecordValues(milestone.attainment_ids, [{"user_id": portal.id, "source": "task"}])
        self._drain()
        self.assertEqual(milestone.state, "invoiced")

    def test_project_user_attains_and_gains_no_other_right(self):
        worker = new_test_user(self.env, "billing-worker", groups="base.group_user,project.group_project_user")
        first, second = self._start({"due_on": "task", "percent": 50}, 50)
        first.task_ids.with_user(worker).write({"state": "1_done"})
        second.with_user(worker).action_attain()
        self.assertEqual(set((first | second).attainment_ids.user_id.ids), {worker.id})
        with self.assertRaises(AccessError):
            self.attainments.with_user(worker).run_pending()
        with self.assertRaises(AccessError):
            first.with_user(worker).write({"percent": 60})
        with self.assertRaises(AccessError):
            first.attainment_ids.with_user(worker).action_retry()
        self._drain()
        with self.assertRaises(AccessError):
            first.invoice_ids.with_user(worker).read(["amount_total"])

    # === NATIVE MILESTONES, DELIVERY === #

    def test_native_milestone_toggled_attains_and_undoes(self):
        milestone = self._start({"due_on": "milestone", "percent": 100})
        native = milestone.project_milestone_id
        native.toggle_is_reached(True)
        self.assertRecordValues(milestone.attainment_ids, [{"percent": 100.0, "source": "milestone"}])
        native.toggle_is_reached(False)
        self.assertFalse(milestone.attained_percent)
        self.assertEqual(self._drain()["invoices"], 0)

    def test_delivered_quantity_attains_in_proportion(self):
        product = self._make_service("Reports", "no", invoice_policy="delivery", service_type="manual")
        milestone = self._start(
            {"due_on": "delivery", "percent": 100}, product=product, prices=({"price_unit": 100, "product_uom_qty": 3},)
        )
        line = milestone.order_id.order_line
        line.qty_delivered = 1.0
        self._drain()
        self.assertRecordValues(milestone, [{"billed_amount": 100.0, "state": "partial"}])
        line.qty_delivered = 3.0
        self._drain()
        self.assertRecordValues(milestone, [{"billed_amount": 300.0, "state": "invoiced"}])
        self.assertEqual(line.qty_invoiced, 3.0)
        line.qty_delivered = 5.0
        self.assertEqual(self._drain()["invoices"], 0, "more than ordered is not in the plan")

    def test_delivered_milestones_product_is_delivered_by_its_milestones(self):
        self.env.user.group_ids |= self.env.ref("project.group_project_milestone")
        product = self._make_service("Phases", "task_in_project", invoice_policy="delivery", service_type="milestones")
        first, second = self._start(
            {"due_on": "manual", "percent": 40}, {"due_on": "manual", "percent": 60}, product=product
        )
        line = first.order_id.order_line
        self.assertEqual(first.project_milestone_id.quantity_percentage, 0.4)
        first.action_attain()
        self.assertEqual(line.qty_delivered, 0.4)
        self._drain()
        self.assertEqual(line.qty_invoiced, 0.4)
        second.action_attain()
        self._drain()
        self.assertEqual((line.qty_delivered, line.qty_invoiced), (1.0, 1.0))
        self.assertEqual(first.order_id.invoice_status, "invoiced")

    # === PERCENTAGES AND HISTORY === #

    def test_older_lower_percentage_changes_nothing(self):
        milestone = self._start(100)
        milestone._attain(60.0, self.today, "api")
        milestone._attain(40.0, self.today - timedelta(days=5), "api")
        self.assertEqual(milestone.attained_percent, 60.0)
        self._drain()
        self.assertEqual(milestone.billed_amount, 600.0)

    def test_cumulative_percentages_in_one_drain_bill_once(self):
        milestone = self._start(100)
        for percent in (10.0, 25.0, 80.0):
            milestone._attain(percent, self.today, "api")
        self.assertEqual(self._drain()["invoices"], 1)
        self.assertEqual(milestone.billed_amount, 800.0)
        self.assertEqual(set(milestone.attainment_ids.mapped("state")), {"billed"})

    def test_history_is_append_only_for_everybody(self):
        milestone = self._start(100)
        milestone.action_attain()
        self.env.user.group_ids |= self.env.ref("base.group_system")
        for records in (milestone.attainment_ids, milestone.attainment_ids.sudo()):
            for vals in ({"percent": 10.0}, {"date": "2020-01-01"}, {"key": "x"}, {"milestone_id": milestone.id}):
                with self.assertRaises(UserError):
                    records.write(vals)
            with self.assertRaises(UserError):
                records.unlink()
        with self.assertRaises(UserError):
            milestone.unlink()
        with self.assertRaises(UserError):
            milestone.schedule_id.unlink()

    def test_the_database_keeps_what_was_attained(self):
        milestone, other = self._start(60, 40)
        milestone.action_attain()
        self.env.flush_all()
        for statement in (
            "UPDATE billing_attainment SET percent = 10",
            "UPDATE billing_attainment SET date = date - 1, state = 'pending'",
            f"UPDATE billing_attainment SET milestone_id = {other.id}",
            "UPDATE billing_attainment SET source = 'api'",
            "UPDATE billing_attainment SET key = 'x'",
            "UPDATE billing_attainment SET note = 'x'",
            "UPDATE billing_attainment SET user_id = NULL",
            "UPDATE billing_attainment SET create_date = now() - interval '1 day'",
            "UPDATE billing_attainment SET create_uid = NULL",
            "DELETE FROM billing_attainment",
            "TRUNCATE billing_attainment CASCADE",
        ):
            refused = self.assertRaises(RestrictViolation)
            with self.subTest(statement), mute_logger("odoo.sql_db"), refused, self.env.cr.savepoint():
                self.env.cr.execute(statement)
        self._drain()
        self.assertEqual(milestone.attainment_ids.state, "billed")

    def test_an_order_that_was_never_attained_can_go(self):
        order = self._make_order(1000.0)
        plan = self._make_schedule(order, 60, 40)
        order.unlink()
        self.assertFalse(plan.exists())

    def test_customers_of_attained_milestones_can_be_merged(self):
        milestone = self._start(100)
        milestone.action_attain()
        twin = self.env["res.partner"].create({"name": "Harbour Works Ltd"})
        self.env["base.partner.merge.automatic.wizard"].create({})._merge((self.customer | twin).ids, twin)
        self.env.invalidate_all()
        self.assertEqual(milestone.attainment_ids.partner_id, twin)

    def test_uninstalled_the_history_goes(self):
        milestone = self._start(100)
        milestone.action_attain()
        self.env.flush_all()
        uninstall_hook(self.env)
        self.env.cr.execute("DELETE FROM billing_attainment WHERE milestone_id = %s", [milestone.id])
        self.assertEqual(self.env.cr.rowcount, 1)

    def test_button_refuses_what_makes_no_sense(self):
        order = self._make_order(1000.0)
        milestone = self._make_schedule(order, 100).milestone_ids
        with self.assertRaisesRegex(UserError, "not confirmed"):
            milestone.action_attain()
        with self.assertRaisesRegex(UserError, "not attained"):
            milestone.action_undo()
        order.action_confirm()
        milestone.action_attain()
        with self.assertRaisesRegex(UserError, "already"):
            milestone.action_attain()
