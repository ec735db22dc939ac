from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .rules_common import RulesCommon


@tagged("post_install", "-at_install")
class TestRules(RulesCommon):
    """Rules choose the plan of an order; what a person chose stands."""

    def _confirm(self, *prices, **values):
        order = self._make_order(*(prices or (1000.0,)), **values)
        order.action_confirm()
        return order.billing_schedule_ids

    def test_without_a_rule_there_is_no_schedule(self):
        self.assertFalse(self._confirm())

    def test_rule_gives_the_plan_of_its_template(self):
        rule = self._make_rule(self.halves)
        schedule = self._confirm()
        self.assertRecordValues(schedule, [{"template_id": self.halves.id, "rule_id": rule.id, "state": "running"}])
        self.assertEqual(schedule.amount_difference, 0.0)
        self.assertEqual(schedule.milestone_ids.mapped("amount"), [500.0, 500.0])

    def test_first_by_sequence_that_fits(self):
        self._make_rule(self.halves, sequence=20)
        self._make_rule(self.thirds, sequence=10, amount_min=5000.0)
        self.assertEqual(self._confirm(1000.0).template_id, self.halves)
        self.assertEqual(self._confirm(6000.0).template_id, self.thirds)

    def test_customer_and_its_contacts(self):
        self._make_rule(self.halves, partner_ids=[Command.set(self.customer.ids)])
        contact = self.env["res.partner"].create({"name": "Site office", "parent_id": self.customer.id})
        stranger = self.env["res.partner"].create({"name": "Somebody else"})
        self.assertTrue(self._confirm(partner_id=contact.id))
        self.assertFalse(self._confirm(partner_id=stranger.id))

    def test_category_and_those_below(self):
        parent = self.env["product.category"].create({"name": "Works"})
        child = self.env["product.category"].create({"name": "Civil works", "parent_id": parent.id})
        self._make_rule(self.halves, category_ids=[Command.set(parent.ids)])
        civil = self._make_service("Bridge", "no", categ_id=child.id)
        self.assertTrue(self._confirm({"price_unit": 5.0, "product_id": civil.id}))
        self.assertFalse(self._confirm())

    def test_band_of_amounts_and_currency(self):
        pricelist = self._make_pricelist("CHF")
        self._make_rule(self.halves, amount_min=100.0, amount_max=1000.0, currency_id=pricelist.currency_id.id)
        for price, fits in ((99.99, False), (100.0, True), (1000.0, True), (1000.01, False)):
            self.assertEqual(bool(self._confirm(price, pricelist_id=pricelist.id)), fits, price)
        self.assertFalse(self._confirm(500.0), "amounts in francs say nothing about another currency")

    def test_rule_of_another_company_does_not_apply(self):
        other = self.setup_other_company()["company"]
        self._make_rule(self.halves, company_id=other.id)
        self.assertFalse(self._confirm())

    def test_archived_rule_does_not_apply(self):
        self._make_rule(self.halves).active = False
        self.assertFalse(self._confirm())

    def test_schedule_of_a_person_is_left_alone(self):
        self._make_rule(self.halves)
        order = self._make_order(1000.0)
        schedule = self._make_schedule(order, 100)
        order.action_confirm()
        self.assertEqual(order.billing_schedule_ids, schedule)
        self.assertFalse(schedule.template_id)

    def test_template_says_how_its_schedules_bill(self):
        ways = {
            "invoice_policy": "draft",
            "grouping": "customer",
            "change_rule": "new",
            "invoice_date_policy": "attained",
        }
        self._make_rule(self._make_template("Own ways", 100, **ways))
        self.assertRecordValues(self._confirm(), [ways])

    def test_other_template_replaces_the_plan_until_something_is_attained(self):
        self._make_rule(self.halves)
        schedule = self._confirm()
        schedule.template_id = self.thirds
        schedule.action_apply_template()
        self.assertEqual(schedule.milestone_ids.mapped("amount"), [300.0, 300.0, 400.0])
        schedule.milestone_ids[0].action_attain()
        schedule.template_id = self.halves
        with self.assertRaisesRegex(UserError, "attained"):
            schedule.action_apply_template()

    def test_later_edit_of_a_template_moves_no_running_plan(self):
        self._make_rule(self.halves)
        schedule = self._confirm()
        self.halves.milestone_ids[0].percent = 10
        self.assertEqual(schedule.milestone_ids.mapped("amount"), [500.0, 500.0])

    def test_patterns_find_lines_and_offsets_find_milestones(self):
        template = self._make_template("Patterns", 100)
        first = template.milestone_ids
        first.line_pattern = "line 1"
        self.env["billing.schedule.template.milestone"].create(
            {
                "template_id": template.id,
                "name": "Later",
                "sequence": 20,
                "line_pattern": "line 2",
                "percent": 100,
                "due_on": "offset",
                "offset_number": 7,
                "offset_from_id": first.id,
            }
        )
        self._make_rule(template)
        schedule = self._confirm(100.0, 200.0)
        started, later = schedule.milestone_ids
        self.assertEqual((started.amount, later.amount), (100.0, 200.0))
        self.assertEqual((later.offset_from, later.offset_milestone_id), ("milestone", started))

    def test_milestone_for_lines_that_the_order_lacks_is_left_out(self):
        template = self._make_template("Licence and rest", 50, 50)
        template.milestone_ids[0].line_pattern = "licence*"
        self._make_rule(template)
        self.assertEqual(len(self._confirm().milestone_ids), 1)
        self.assertEqual(len(self._confirm({"price_unit": 5.0, "name": "Licence, yearly"}).milestone_ids), 2)
