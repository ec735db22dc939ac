from datetime import date

from freezegun import freeze_time

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestCopy(BillingCommon):
    """A duplicated order has the plan of its original once, in its own currency, and with days of its own."""

    def _template(self):
        return self.env["billing.schedule.template"].create(
            {
                "name": "Half and half",
                "milestone_ids": [
                    Command.create({"name": "Deposit", "due_on": "confirmation", "percent": 50}),
                    Command.create({"name": "Handover", "due_on": "manual", "percent": 50, "sequence": 20}),
                ],
            }
        )

    def _names(self, order):
        return order.billing_schedule_ids.milestone_ids.mapped("name")

    # === MILESTONES === #

    def test_plan_of_a_template_is_copied_once(self):
        order = self._make_order(1000.0)
        self.env["billing.schedule"].create({"order_id": order.id, "template_id": self._template().id})
        copied = order.copy()
        again = copied.copy()
        for copy in (copied, again):
            self.assertEqual(self._names(copy), ["Deposit", "Handover"])
            self.assertEqual(copy.billing_schedule_ids.milestone_ids.mapped("amount"), [500.0, 500.0])
            self.assertEqual(copy.billing_schedule_ids.template_id, order.billing_schedule_ids.template_id)
        again.action_confirm()
        self._drain()
        self.assertEqual(again.invoice_ids.mapped("amount_untaxed"), [500.0])

    def test_plan_chosen_by_rule_is_copied_once(self):
        self.env["billing.schedule.rule"].create({"name": "All", "template_id": self._template().id})
        order = self._make_order(1000.0)
        order.action_confirm()
        copied = order.copy()
        copied.action_confirm()
        self._drain()
        self.assertEqual(self._names(copied), ["Deposit", "Handover"])
        self.assertEqual(copied.invoice_ids.mapped("amount_untaxed"), [500.0])

    def test_duplicate_of_the_screen_carries_its_context_nowhere(self):
        order = self._make_order(1000.0)
        self.env["billing.schedule"].create({"order_id": order.id, "template_id": self._template().id})
        context = {
            "default_schedule_id": order.billing_schedule_ids.id,
            "default_template_id": self._template().id,
            "default_due_on": "confirmation",
            "default_order_id": order.id,
        }
        copied = order.with_context(**context).copy()
        self.assertEqual(self._names(copied), ["Deposit", "Handover"])
        self.assertEqual(self._names(order), ["Deposit", "Handover"])

    def test_plan_that_left_its_template_is_copied_as_it_is(self):
        order = self._make_order(1000.0)
        schedule = self.env["billing.schedule"].create({"order_id": order.id, "template_id": self._template().id})
        schedule.milestone_ids[0].unlink()
        schedule.milestone_ids.percent = 100
        copied = order.copy()
        self.assertEqual(self._names(copied), ["Handover"])
        schedule.milestone_ids.unlink()
        self.assertFalse(self._names(order.copy()))

    def test_schedule_copied_by_itself_keeps_what_its_milestones_count_from(self):
        order = self._make_order(1000.0)
        schedule = self._make_schedule(order, 50, 50, template_id=self._template().id)
        first, second = schedule.milestone_ids
        second.write({"due_on": "offset", "offset_from": "milestone", "offset_milestone_id": first.id})
        other = self._make_order(2000.0)
        copied = schedule.copy({"order_id": other.id})
        self.assertEqual(copied.milestone_ids.mapped("amount"), [1000.0, 1000.0])
        self.assertEqual(copied.milestone_ids[1].offset_milestone_id, copied.milestone_ids[0])
        self.assertEqual(schedule.milestone_ids, first | second)

    def test_what_change_orders_moved_is_copied_with_its_amounts(self):
        for rule, amounts in (("pro_rata", [500.0, 700.0]), ("new", [500.0, 500.0, 200.0])):
            with self.subTest(rule=rule):
                order = self._make_order(1000.0)
                schedule = self._make_schedule(order, 50, 50, change_rule=rule)
                order.action_confirm()
                schedule.milestone_ids[0].action_attain()
                self._drain()
                order.order_line.price_unit = 1200.0
                copied = order.copy()
                plan = copied.billing_schedule_ids
                self.assertEqual(plan.milestone_ids.mapped("amount"), amounts)
                self.assertEqual(plan.amount_difference, 0.0)

    def test_milestone_of_lines_that_are_not_copied_stays_behind(self):
        order = self._make_order(600.0, 400.0)
        self._make_schedule(
            order,
            {"name": "First", "percent": 100, "line_ids": [Command.set(order.order_line[0].ids)]},
            {"name": "Second", "percent": 100, "line_ids": [Command.set(order.order_line[1].ids)]},
        )
        line = {"product_id": self.service.id, "price_unit": 600.0, "tax_ids": [Command.clear()]}
        copied = order.copy({"order_line": [Command.create(line)]})
        self.assertEqual(self._names(copied), ["First"])
        self.assertEqual(copied.billing_schedule_ids.milestone_ids.mapped("amount"), [600.0])

    # === DAYS === #

    def _dated(self, *days, **values):
        with freeze_time("2025-01-10 12:00:00"):
            order = self._make_order(1000.0)
            share = 100 / len(days)
            rows = [{"name": f"{day}", "due_on": "date", "date": day, "percent": share} for day in days]
            self._make_schedule(order, *rows, **values)
            order.action_confirm()
            order.date_order = fields.Datetime.now()
        return order

    def test_past_days_of_the_original_keep_their_distance_to_the_order(self):
        order = self._dated(date(2025, 2, 10), date(2025, 6, 10), invoice_date_policy="attained")
        with freeze_time("2026-01-10 12:00:00"):
            copied = order.copy()
            plan = copied.billing_schedule_ids.milestone_ids
            self.assertEqual(plan.mapped("date"), [date(2026, 2, 10), date(2026, 6, 10)])
            self.assertEqual(plan.mapped("planned_date"), [date(2026, 2, 10), date(2026, 6, 10)])
            copied.action_confirm()
            self._drain()
            self.assertFalse(copied.invoice_ids)
            self.assertIn("02/10/2026", "".join(copied.message_ids.mapped("body")))

    def test_days_to_come_are_copied_as_they_are(self):
        order = self._dated(date(2025, 2, 10), date(2025, 6, 10))
        with freeze_time("2025-01-20 12:00:00"):
            copied = order.copy()
        self.assertEqual(
            copied.billing_schedule_ids.milestone_ids.mapped("date"), [date(2025, 2, 10), date(2025, 6, 10)]
        )

    def test_day_before_its_own_order_is_left_open_and_asked_for(self):
        order = self._dated(date(2024, 5, 1), date(2025, 6, 10), invoice_date_policy="attained")
        with freeze_time("2026-01-10 12:00:00"):
            copied = order.copy()
            past, coming = copied.billing_schedule_ids.milestone_ids
            self.assertRecordValues(past, [{"due_on": "manual", "date": False, "planned_date": False}])
            self.assertEqual(coming.date, date(2026, 6, 10))
            self.assertIn(past.name, "".join(copied.activity_ids.mapped("summary")))
            copied.action_confirm()
            self._drain()
            self.assertFalse(copied.invoice_ids)

    def test_planned_days_move_with_the_order_too(self):
        with freeze_time("2025-01-10 12:00:00"):
            order = self._make_order(1000.0)
            plan = self._make_schedule(order, 50, 50).milestone_ids
            plan[0].planned_date = date(2025, 3, 10)
        with freeze_time("2026-01-10 12:00:00"):
            copied = order.copy()
        self.assertEqual(copied.billing_schedule_ids.milestone_ids.mapped("planned_date"), [date(2026, 3, 10), False])

    # === MONEY === #

    def test_fixed_amounts_are_converted_for_another_currency(self):
        order = self._make_order(1000.0)
        rows = ({"amount_type": "fixed", "amount_fixed": 300.0, "percent": 0}, {"amount_type": "balance", "percent": 0})
        schedule = self._make_schedule(order, *rows)
        pricelist = self._make_pricelist("GBP", 2.0)
        copied = order.copy({"pricelist_id": pricelist.id})
        self.assertEqual(copied.currency_id, pricelist.currency_id)
        self.assertEqual(copied.billing_schedule_ids.milestone_ids[0].amount_fixed, 600.0)
        self.assertEqual(schedule.milestone_ids[0].amount_fixed, 300.0)
        self.assertIn("600.00", "".join(copied.message_ids.mapped("body")))

    def test_fixed_amounts_follow_the_currency_of_their_quotation(self):
        order = self._make_order(1000.0)
        rows = ({"amount_type": "fixed", "amount_fixed": 300.0, "percent": 0}, {"amount_type": "balance", "percent": 0})
        schedule = self._make_schedule(order, *rows)
        order.pricelist_id = self._make_pricelist("GBP", 2.0)
        self.assertEqual(schedule.milestone_ids[0].amount_fixed, 600.0)
        self.assertEqual(schedule.milestone_ids.mapped("amount"), [600.0, 400.0])
        self.assertIn("600.00", "".join(order.message_ids.mapped("body")))
        order.pricelist_id = False
        self.assertEqual(schedule.milestone_ids[0].amount_fixed, 300.0)

    def test_own_lines_that_are_deleted_take_their_milestone_along(self):
        order = self._make_order(600.0, 400.0)
        first, second = order.order_line
        schedule = self._make_schedule(
            order,
            {"name": "First", "percent": 100, "line_ids": [Command.set(first.ids)]},
            {"name": "Second", "percent": 100, "line_ids": [Command.set(second.ids)]},
        )
        second.unlink()
        self.assertRecordValues(schedule.milestone_ids, [{"name": "First", "amount": 600.0}])
        self.assertEqual(schedule.amount_difference, 0.0)
        self.assertIn("Second", "".join(order.message_ids.mapped("body")))

    def test_quotation_of_another_company_leaves_its_terms_behind(self):
        other = self.setup_other_company()["company"]
        self.env.user.company_ids |= other
        terms = self.env["account.payment.term"].create({"name": "Ours", "company_id": self.company.id})
        product = self._make_service("Shared", "no", property_account_income_id=False)
        order = self._make_order(1000.0, product=product)
        schedule = self._make_schedule(order, {"percent": 100, "payment_term_id": terms.id}, payment_term_id=terms.id)
        for plan in (order.copy({"company_id": other.id}).billing_schedule_ids, schedule):
            if plan == schedule:
                order.write({"company_id": other.id})
            self.assertRecordValues(plan, [{"company_id": other.id, "payment_term_id": False}])
            self.assertFalse(plan.milestone_ids.payment_term_id)
