from odoo.fields import Command
from odoo.tests import Form, tagged

from .rules_common import RulesCommon


@tagged("post_install", "-at_install")
class TestEditedPlan(RulesCommon):
    """A plan that bears the name of its template, and is not as it says any more, says so wherever its name is."""

    def setUp(self):
        super().setUp()
        self._make_rule(self.halves)
        self.order = self._make_order(1000.0)
        self.schedule = self.order.billing_schedule_ids

    def test_as_its_template_it_bears_its_name(self):
        self.assertRecordValues(self.schedule, [{"title": "Halves", "is_edited": False}])
        self.order.action_confirm()
        self.schedule.milestone_ids[0].action_attain()
        self._drain()
        self.schedule.milestone_ids[1].planned_date = "2030-01-01"
        self.assertEqual(self.schedule.title, "Halves", "neither billing nor moving days edits it")

    def test_edited_it_says_so_everywhere(self):
        self.schedule.milestone_ids[0].percent = 40.0
        self.schedule.milestone_ids[1].amount_type = "balance"
        self.assertRecordValues(self.schedule, [{"title": "Halves (edited)", "name": "Halves"}])
        self.assertEqual(self.schedule.display_name, f"{self.order.name} · Halves (edited)")
        timeline = self.order.get_billing_timeline()
        self.assertEqual({node["schedule"] for node in timeline["milestones"]}, {"Halves (edited)"})
        copied = self.order.copy().billing_schedule_ids
        self.assertEqual(copied.title, "Halves (edited)")
        self.order.action_confirm()
        self.order.order_line.price_unit = 1200.0
        self.assertIn("the plan Halves (edited) was adjusted", "".join(self.order.message_ids.mapped("body")))

    def test_a_milestone_more_or_less_or_moved(self):
        first = self.schedule.milestone_ids[0]
        added = first.copy({"percent": 0.0})
        self.assertTrue(self.schedule.is_edited)
        added.unlink()
        self.assertFalse(self.schedule.is_edited)
        first.sequence = 99
        self.assertTrue(self.schedule.is_edited)

    def test_put_back_or_taken_anew_it_is_the_template_s_again(self):
        first = self.schedule.milestone_ids[0]
        first.name = "Deposit"
        self.assertEqual(self.schedule.title, "Halves (edited)")
        first.name = "Halves 0"
        self.assertEqual(self.schedule.title, "Halves")
        first.percent = 10.0
        self.schedule.action_apply_template()
        self.assertEqual(self.schedule.title, "Halves")

    def test_a_change_order_adds_a_milestone(self):
        self.schedule.change_rule = "new"
        self.order.action_confirm()
        self.order.order_line.price_unit = 1200.0
        self.assertEqual(self.schedule.title, "Halves (edited)")

    def test_a_template_that_is_edited_later_leaves_plans_as_they_are(self):
        self.env.flush_all()
        self.halves.milestone_ids[0].percent = 30.0
        self.assertEqual(self.schedule.title, "Halves")

    def test_a_name_of_its_own_claims_nothing(self):
        self.schedule.milestone_ids[0].percent = 40.0
        self.schedule.name = "Plan of the harbour"
        self.assertRecordValues(self.schedule, [{"title": "Plan of the harbour", "is_edited": True}])
        self.assertFalse(self._make_schedule(self._make_order(10.0), 100).is_edited, "it has no template")

    def test_lines_found_by_a_pattern_follow_the_order(self):
        pattern = {"name": "Boats", "percent": 100, "due_on": "manual", "line_pattern": "*"}
        self.env["billing.schedule.rule"].search([]).unlink()
        template = self._make_template("By kind", 100)
        template.milestone_ids = [Command.clear(), Command.create(pattern)]
        order = self._make_order(10.0)
        values = {"order_id": order.id, "name": "By kind", "template_id": template.id}
        schedule = self.env["billing.schedule"].create(values)
        self.env.flush_all()
        order.order_line = [Command.create({"product_id": self.plain.id, "price_unit": 5.0})]
        schedule.milestone_ids.modified(["name"])
        self.assertEqual(schedule.title, "By kind")

    def test_on_the_form_while_it_is_typed(self):
        with Form(self.schedule) as form:
            with form.milestone_ids.edit(0) as row:
                row.name = "Deposit"
            self.assertTrue(form.is_edited)
