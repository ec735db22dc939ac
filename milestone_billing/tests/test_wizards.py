from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestWizards(BillingCommon):
    """Attaining on another day or in part, and moving dates when the project runs late."""

    def _wizard(self, name, milestones, user=None):
        wizards = self.env[name].with_user(user or self.env.user)
        return Form(wizards.with_context(active_model="billing.milestone", active_ids=milestones.ids))

    def test_attain_in_part_on_an_earlier_day(self):
        order = self._make_order(1000.0)
        milestone = self._make_schedule(order, 100).milestone_ids
        order.action_confirm()
        day = fields.Date.today() - timedelta(days=3)
        user = new_test_user(self.env, "site_manager", "project.group_project_user")
        form = self._wizard("billing.attain.wizard", milestone, user)
        form.percent, form.date, form.note = 40, day, "Certificate 7"
        form.save().action_attain()
        self.assertRecordValues(
            milestone.attainment_ids,
            [{"percent": 40.0, "date": day, "note": "Certificate 7", "source": "manual", "user_id": user.id}],
        )
        self.assertEqual(self._wizard("billing.attain.wizard", milestone).attained_percent, 40.0)

    def test_attain_wizard_refuses_all_or_none(self):
        order = self._make_order(1000.0)
        milestones = self._make_schedule(order, 40, 60).milestone_ids
        order.action_confirm()
        milestones[1].action_attain()
        wizard = self._wizard("billing.attain.wizard", milestones).save()
        with self.assertRaisesRegex(UserError, "Milestone 2"):
            wizard.action_attain()
        self.assertFalse(milestones[0].attainment_ids)

    def _late_project(self):
        order = self._make_order(1000.0)
        start = fields.Date.today()
        schedule = self._make_schedule(
            order,
            {"name": "Design", "due_on": "task", "percent": 30, "planned_date": start + timedelta(days=10)},
            {"name": "Site", "due_on": "date", "percent": 30, "date": start + timedelta(days=20)},
            {"name": "Month after", "due_on": "offset", "offset_number": 30, "percent": 20},
            {"name": "Rest", "due_on": "manual", "amount_type": "balance"},
        )
        site, after = schedule.milestone_ids[1:3]
        after.write({"offset_from": "milestone", "offset_milestone_id": site.id})
        order.action_confirm()
        return start, schedule.milestone_ids

    def test_move_dates_with_what_comes_after(self):
        start, milestones = self._late_project()
        amounts = milestones.mapped("amount")
        form = self._wizard("billing.shift.wizard", milestones[0])
        form.number, form.unit = 7, "days"
        form.save().action_shift()
        self.assertEqual([day and (day - start).days for day in milestones.mapped("planned_date")], [17, 27, 57, False])
        self.assertEqual(milestones[0].project_milestone_id.deadline, start + timedelta(days=17))
        self.assertEqual(milestones[1].due_date, start + timedelta(days=27))
        self.assertEqual(milestones.mapped("amount"), amounts)
        note = milestones.order_id.message_ids[0].body
        self.assertTrue(all(name in note for name in ("Design", "Site", "Month after")))

    def test_move_dates_of_one_moves_only_its_dependants(self):
        start, milestones = self._late_project()
        form = self._wizard("billing.shift.wizard", milestones[1])
        form.number, form.unit, form.followers = -5, "days", False
        form.save().action_shift()
        self.assertEqual([day and (day - start).days for day in milestones.mapped("planned_date")], [10, 15, 45, False])

    def test_move_dates_in_another_unit(self):
        start, milestones = self._late_project()
        form = self._wizard("billing.shift.wizard", milestones[2])
        form.number, form.unit = 2, "business_days"
        form.save().action_shift()
        self.assertIn((milestones[2].planned_date - start).days, (52, 53, 54))
        self.assertEqual(milestones[2].offset_unit, "days")

    def test_attained_milestones_keep_their_date(self):
        _start, milestones = self._late_project()
        milestones[1].action_attain()
        wizard = self._wizard("billing.shift.wizard", milestones[1])
        wizard.followers = False
        with self.assertRaises(UserError):
            wizard.save().action_shift()

    def test_project_users_do_not_move_dates(self):
        user = new_test_user(self.env, "mover", "project.group_project_user")
        with self.assertRaises(AccessError):
            self._late_project()[1].with_user(user)._shift_dates(1, "days", True)
