from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .rules_common import RulesCommon


@tagged("post_install", "-at_install")
class TestRulesOnQuotation(RulesCommon):
    """The plan is there from the first line of the quotation, and follows it until somebody makes it his own."""

    def _plan(self, order):
        milestones = order.billing_schedule_ids.milestone_ids
        return dict(zip(milestones.mapped("name"), milestones.mapped("amount"), strict=True))

    def test_plan_is_there_from_the_first_line(self):
        rule = self._make_rule(self.halves)
        order = self._make_order()
        self.assertFalse(order.billing_schedule_ids)
        order.order_line = [Command.create({"product_id": self.service.id, "price_unit": 1000.0, "tax_ids": False})]
        self.assertRecordValues(order.billing_schedule_ids, [{"rule_id": rule.id, "state": "draft"}])
        self.assertEqual(self._plan(order), {"Halves 0": 500.0, "Halves 1": 500.0})
        order.order_line.price_unit = 1200.0
        self.assertEqual(self._plan(order), {"Halves 0": 600.0, "Halves 1": 600.0})

    def test_line_created_on_its_own_starts_the_plan(self):
        self._make_rule(self.halves)
        order = self._make_order()
        self.env["sale.order.line"].create({"order_id": order.id, "product_id": self.plain.id, "price_unit": 10.0})
        self.assertTrue(order.billing_schedule_ids)
        order.order_line.unlink()
        self.assertFalse(order.billing_schedule_ids, "nothing is left to plan")

    def test_rule_follows_amount_customer_and_currency(self):
        other = self.env["res.partner"].create({"name": "Somebody else"})
        francs = self._make_pricelist("CHF")
        self._make_rule(self.thirds, amount_min=5000.0, sequence=1)
        self._make_rule(
            self.halves, partner_ids=[Command.set(self.customer.ids)], currency_id=self.company.currency_id.id
        )
        order = self._make_order(1000.0)
        self.assertEqual(order.billing_schedule_ids.template_id, self.halves)
        order.order_line.price_unit = 6000.0
        self.assertEqual(order.billing_schedule_ids.template_id, self.thirds)
        self.assertEqual(self._plan(order), {"Thirds 0": 1800.0, "Thirds 1": 1800.0, "Thirds 2": 2400.0})
        order.order_line.price_unit = 1000.0
        order.partner_id = other
        self.assertFalse(order.billing_schedule_ids)
        order.partner_id = self.customer
        self.assertEqual(order.billing_schedule_ids.template_id, self.halves)
        order.pricelist_id = francs
        self.assertFalse(order.billing_schedule_ids)

    def test_limits_are_exact_to_the_cent(self):
        self._make_rule(self.halves, amount_min=0.3)
        self.assertTrue(self._make_order(0.1, 0.2).billing_schedule_ids)
        self.assertFalse(self._make_order(0.29).billing_schedule_ids)

    def test_line_of_another_kind_brings_its_milestone(self):
        template = self._make_template("Licence and rest", 50, 50)
        template.milestone_ids[0].line_pattern = "licence*"
        self._make_rule(template)
        order = self._make_order(1000.0)
        self.assertEqual(len(order.billing_milestone_ids), 1)
        order.order_line = [
            Command.create(
                {"product_id": self.plain.id, "name": "Licence, yearly", "price_unit": 10.0, "tax_ids": False}
            )
        ]
        self.assertEqual(order.billing_milestone_ids.line_ids, order.order_line[1])
        order.order_line[1].unlink()
        self.assertEqual(len(order.billing_milestone_ids), 1)

    def test_plan_that_a_person_edits_is_kept(self):
        self._make_rule(self.thirds, amount_min=5000.0, sequence=1)
        self._make_rule(self.halves)
        for edit in (
            lambda order: order.billing_milestone_ids[0].write({"percent": 40}),
            lambda order: order.billing_milestone_ids[1].unlink(),
            lambda order: order.billing_schedule_ids.write({"invoice_policy": "draft"}),
            lambda order: order.write(
                {"billing_milestone_ids": [Command.update(order.billing_milestone_ids[0].id, {"name": "Mine"})]}
            ),
        ):
            order = self._make_order(1000.0)
            edit(order)
            schedule, plan = order.billing_schedule_ids, list(self._plan(order))
            order.order_line.price_unit = 6000.0
            self.assertEqual((order.billing_schedule_ids, list(self._plan(order))), (schedule, plan))

    def test_plan_that_a_person_makes_takes_the_place_of_the_rules(self):
        self._make_rule(self.halves)
        order = self._make_order(1000.0)
        schedule = self._make_schedule(order, 100)
        self.assertEqual(order.billing_schedule_ids, schedule)
        order.action_confirm()
        self.assertEqual(order.billing_schedule_ids, schedule)

    def test_plan_that_another_system_sends_takes_the_place_of_the_rules(self):
        self._make_rule(self.halves)
        order = self._make_order(1000.0)
        milestone = {"external_key": "1", "name": "All", "percent": 100, "due": {"on": "manual"}}
        entry = {"external_key": "E", "order": order.id, "milestones": [milestone]}
        [result] = self.env["billing.schedule"].import_schedules([entry], dry_run=True)
        self.assertEqual((result["status"], len(order.billing_milestone_ids)), ("created", 2))
        [result] = self.env["billing.schedule"].import_schedules([entry])
        self.assertEqual(order.billing_schedule_ids.id, result["schedule_id"])
        order.order_line.price_unit = 10.0
        self.assertEqual(self._plan(order), {"All": 10.0})

    def test_removed_plan_does_not_come_back(self):
        self._make_rule(self.halves)
        order = self._make_order(1000.0)
        order.billing_schedule_ids.unlink()
        order.order_line.price_unit = 10.0
        self.assertFalse(order.billing_schedule_ids)
        order.action_confirm()
        self.assertFalse(order.billing_schedule_ids)

    def test_removed_plan_comes_back_when_asked_for(self):
        self._make_rule(self.halves)
        order = self._make_order(1000.0)
        order.billing_schedule_ids.unlink()
        order.action_create_billing_schedule()
        order.order_line.price_unit = 10.0
        self.assertEqual(self._plan(order), {"Halves 0": 5.0, "Halves 1": 5.0})

    def test_confirmed_plan_is_the_one_of_the_quotation(self):
        self._make_rule(self.halves)
        order = self._make_order(1000.0)
        schedule = order.billing_schedule_ids
        self._make_rule(self.thirds, sequence=1)
        order.action_confirm()
        self.assertEqual(order.billing_schedule_ids, schedule)
        order._action_cancel()
        order.action_draft()
        order.order_line.price_unit = 10.0
        self.assertEqual(order.billing_schedule_ids, schedule, "what was confirmed once is a plan of its own")

    def test_copy_of_a_quotation_is_chosen_for_as_well(self):
        self._make_rule(self.thirds, amount_min=5000.0, sequence=1)
        self._make_rule(self.halves)
        copied = self._make_order(1000.0).copy()
        self.assertEqual(self._plan(copied), {"Halves 0": 500.0, "Halves 1": 500.0})
        copied.order_line.price_unit = 6000.0
        self.assertEqual(copied.billing_schedule_ids.template_id, self.thirds)

    def test_quotation_template_carries_a_plan(self):
        self._make_rule(self.halves)
        quotation = self.env["sale.order.template"].create({"name": "Office", "billing_template_id": self.thirds.id})
        order = self._make_order(1000.0, sale_order_template_id=quotation.id)
        self.assertRecordValues(order.billing_schedule_ids, [{"template_id": self.thirds.id, "rule_id": False}])
        order.sale_order_template_id = False
        self.assertEqual(order.billing_schedule_ids.template_id, self.halves)
        order.sale_order_template_id = quotation
        order.action_confirm()
        self.assertEqual(order.billing_schedule_ids.template_id, self.thirds)

    def test_sent_quotation_says_that_its_plan_changed(self):
        self._make_rule(self.thirds, amount_min=5000.0, sequence=1)
        self._make_rule(self.halves)
        order = self._make_order(1000.0)
        order.action_quotation_sent()
        order.order_line.price_unit = 6000.0
        self.assertIn("Thirds", order.message_ids[0].body)

    def test_salesperson_without_rights_on_rules_gets_the_plan(self):
        self._make_rule(self.halves)
        seller = self.env["res.users"].create(
            {
                "name": "Seller",
                "login": "seller_of_rules",
                "group_ids": [Command.set(self.env.ref("sales_team.group_sale_salesman").ids)],
                "company_id": self.company.id,
                "company_ids": [Command.set(self.company.ids)],
            }
        )
        order = self._make_order(1000.0, user_id=seller.id).with_user(seller)
        order.order_line.price_unit = 2000.0
        self.assertEqual(order.billing_milestone_ids.mapped("amount"), [1000.0, 1000.0])
        self.assertFalse(order.billing_plan_by_hand)

    def test_plan_of_a_rule_stays_where_somebody_without_rights_makes_another(self):
        self._make_rule(self.halves)
        order = self._make_order(1000.0, user_id=self.env.ref("base.user_admin").id)
        chosen = order.billing_schedule_ids
        for group in ("account.group_account_invoice", "sales_team.group_sale_salesman"):
            user = self.env["res.users"].create(
                {
                    "name": group,
                    "login": group,
                    "group_ids": [Command.set(self.env.ref(group).ids)],
                    "company_id": self.company.id,
                    "company_ids": [Command.set(self.company.ids)],
                }
            )
            with self.subTest(group=group):
                # Not inside assertRaises, which would take back what was done until then.
                refused = False
                try:
                    self.env["billing.schedule"].with_user(user).create({"order_id": order.id, "name": "Mine"})
                except AccessError:
                    refused = True
                self.assertTrue(refused)
                self.assertEqual(order.billing_schedule_ids, chosen)

    def test_order_not_saved_yet_shows_the_plan_to_come(self):
        self._make_rule(self.halves)
        form = Form(self.env["sale.order"])
        form.partner_id = self.customer
        self.assertFalse(form.billing_preview)
        with form.order_line.new() as line:
            line.product_id = self.plain
            line.price_unit = 700.0
            line.tax_ids.clear()
        self.assertIn("Halves 0", form.billing_preview)
        self.assertIn("350.00", form.billing_preview)
        order = form.save()
        self.assertFalse(order.billing_preview)
        with Form(order) as form, form.order_line.edit(0) as line:
            line.price_unit = 800.0
        self.assertEqual(order.billing_milestone_ids.mapped("amount"), [400.0, 400.0])

    def test_few_queries_more_whatever_the_number_of_lines(self):
        self._make_rule(self.thirds, amount_min=1e9)
        order = self._make_order(*[10.0] * 30)
        self.env.flush_all()
        self.env.invalidate_all()
        order.order_line.mapped("price_subtotal")
        order.write({"client_order_ref": "PO"})
        with self.assertQueryCount(8):
            order._billing_follow_lines()
