from odoo.fields import Command
from odoo.tests import tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestNativeMilestones(BillingCommon):
    """Odoo's milestone of a deliverable says which order line it delivers, and how much of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("project.group_project_milestone")
        values = {"invoice_policy": "delivery", "service_type": "milestones"}
        cls.phases = cls._make_service("Phases", "task_in_project", **values)
        cls.extras = cls._make_service("Extras", "project_only", **values)

    def _start(self, order, *milestones, **values):
        schedule = self._make_schedule(order, *milestones, **values)
        order.action_confirm()
        return schedule.milestone_ids

    def _natives(self, milestones):
        return milestones.project_milestone_id.sorted("sequence")

    def test_plan_of_one_line(self):
        """It names the line that is delivered by milestones; what is due on confirmation delivers nothing."""
        deposit = {"due_on": "confirmation", "percent": 20}
        plan = [deposit, {"due_on": "manual", "percent": 20}, {"due_on": "task", "percent": 60}]
        for product, named in ((self.phases, True), (self.service, False)):
            order = self._make_order(1000, product=product)
            milestones = self._start(order, *plan)
            line = order.order_line if named else order.order_line.browse()
            self.assertRecordValues(
                self._natives(milestones),
                [
                    {"sale_line_id": line.id, "quantity_percentage": 0.25},
                    {"sale_line_id": line.id, "quantity_percentage": 0.75},
                ],
            )
            self.assertEqual(order.project_ids.milestone_ids, milestones.project_milestone_id)

    def test_project_of_another_order(self):
        """There the line is named: else nobody knows whose milestone it is."""
        project = self._make_order(1000)
        project.action_confirm()
        order = self._make_order(1000, project_id=project.project_ids.id, product=self.plain)
        milestones = self._start(order, 50, 50)
        self.assertEqual(milestones.project_milestone_id.sale_line_id, order.order_line)

    def test_plan_of_several_lines_names_none(self):
        """The share is that of the plan; each line is delivered by its own part of each milestone."""
        order = self._make_order(
            {"product_id": self.phases.id, "price_unit": 1000}, {"product_id": self.extras.id, "price_unit": 3000}
        )
        milestones = self._start(order, 40, 60)
        natives = self._natives(milestones)
        self.assertRecordValues(
            natives,
            [
                {"sale_line_id": False, "quantity_percentage": 0.4},
                {"sale_line_id": False, "quantity_percentage": 0.6},
            ],
        )
        self.assertEqual(order.project_ids.milestone_ids, natives, "Odoo's own would deliver the lines once more")
        milestones[0].action_attain()
        self.assertEqual(order.order_line.mapped("qty_delivered"), [0.4, 0.4])
        milestones[0].action_undo()
        self.assertEqual(order.order_line.mapped("qty_delivered"), [0.0, 0.0])
        milestones[0].action_attain()
        milestones[1].action_attain()
        self.assertEqual(order.order_line.mapped("qty_delivered"), [1.0, 1.0])

    def test_milestones_of_some_lines(self):
        """One that covers a line of its own names it beside one that covers both."""
        order = self._make_order(
            {"product_id": self.phases.id, "price_unit": 1000}, {"product_id": self.extras.id, "price_unit": 1000}
        )
        first = order.order_line[0]
        milestones = self._start(
            order,
            {"due_on": "manual", "percent": 40, "line_ids": [Command.set(first.ids)]},
            {"due_on": "manual", "amount_type": "balance"},
        )
        self.assertRecordValues(
            self._natives(milestones),
            [
                {"sale_line_id": first.id, "quantity_percentage": 0.4},
                {"sale_line_id": False, "quantity_percentage": 0.8},
            ],
        )
        milestones[0].action_attain()
        self.assertEqual(order.order_line.mapped("qty_delivered"), [0.4, 0.0])
        milestones[1].action_attain()
        self.assertEqual(order.order_line.mapped("qty_delivered"), [1.0, 1.0])

    def test_change_order_adds_a_service(self):
        """What is billed stays with its line; what remains is of both, and nothing of it is counted twice."""
        order = self._make_order(1000, product=self.phases)
        milestones = self._start(order, 40, 60)
        milestones[0].action_attain()
        self._drain()
        order.order_line = [Command.create({"product_id": self.extras.id, "price_unit": 1000, "tax_ids": False})]
        first, second = order.order_line
        natives = self._natives(milestones)
        self.assertEqual(natives.mapped("sale_line_id"), first)
        self.assertEqual(natives[0].sale_line_id, first)
        self.assertFalse(natives[1].sale_line_id)
        self.assertEqual(order.project_ids.milestone_ids, natives)
        self.assertEqual((first.qty_delivered, second.qty_delivered), (0.4, 0.0))
        milestones[1].action_attain()
        self.assertEqual((first.qty_delivered, second.qty_delivered), (1.0, 1.0))

    def test_change_order_with_a_milestone_of_its_own(self):
        """It delivers the new line, and no part of those that others deliver already."""
        order = self._make_order(1000)
        milestones = self._start(order, 40, 60, change_rule="new")
        order.order_line = [Command.create({"product_id": self.extras.id, "price_unit": 500, "tax_ids": False})]
        added = order.billing_schedule_ids.milestone_ids - milestones
        self.assertEqual(added.project_milestone_id.sale_line_id, order.order_line[1])
        self.assertEqual(added.project_milestone_id.quantity_percentage, 1)
        self.assertEqual(milestones.project_milestone_id.sale_line_id, order.order_line[0])
        order.order_line[0].price_unit = 1200
        more = order.billing_schedule_ids.milestone_ids - milestones - added
        self.assertFalse(more.project_milestone_id, "what is dearer has no more to deliver")

    def test_service_outside_the_plan_leaves_its_milestones_alone(self):
        """Odoo would take those that name no line for the new one."""
        order = self._make_order(1000, 1000)
        milestones = self._start(order, 50, 50, cover_all=False, line_ids=[Command.set(order.order_line.ids)])
        project = order.project_ids
        row = {"product_id": self.phases.id, "price_unit": 500, "tax_ids": False, "project_id": project.id}
        order.order_line = [Command.create(row)]
        line = order.order_line[-1]
        self.assertFalse(milestones.project_milestone_id.sale_line_id)
        own = project.milestone_ids - milestones.project_milestone_id
        self.assertRecordValues(own, [{"sale_line_id": line.id, "quantity_percentage": 1}])

    def test_weights_follow_the_plan(self):
        """Edited, extended, shortened, or moved by a change order: Odoo delivers by the plan as it is."""
        order = self._make_order(1000, product=self.phases)
        milestones = self._start(order, 50, 50)

        def weights():
            return self._natives(order.billing_milestone_ids).mapped("quantity_percentage")

        self.assertEqual(weights(), [0.5, 0.5])
        schedule = milestones.schedule_id
        schedule.milestone_ids = [
            Command.update(milestones[0].id, {"percent": 20}),
            Command.update(milestones[1].id, {"percent": 80}),
        ]
        self.assertEqual(weights(), [0.2, 0.8])
        milestones[0].action_attain()
        self.assertEqual(order.order_line.qty_delivered, 0.2)
        schedule.milestone_ids = [
            Command.update(milestones[1].id, {"percent": 50}),
            Command.create({"name": "Handover", "due_on": "manual", "percent": 30, "sequence": 99}),
        ]
        self.assertEqual(weights(), [0.2, 0.5, 0.3])
        schedule.milestone_ids = [
            Command.delete(schedule.milestone_ids[2].id),
            Command.update(milestones[1].id, {"percent": 80}),
        ]
        self.assertEqual(weights(), [0.2, 0.8])
        self._drain()
        order.order_line.price_unit = 2000
        self.assertEqual(weights(), [0.1, 0.9])
        self.assertEqual(order.order_line.qty_delivered, 0.1)
