import re
from datetime import timedelta
from unittest.mock import patch

from lxml import html

from odoo.addons.billing_base.tests.forecast_common import told_by_others
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestForecast(BillingCommon):
    """What is expected of milestones: when they are planned, what moves them, and that nothing is dropped."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._billing_today()
        cls.forecasts = cls.env["billing.forecast"]

    def _in(self, days):
        return self.today + timedelta(days=days)

    def _dated(self, percent, days, **values):
        return {"percent": percent, "due_on": "manual", "planned_date": self._in(days), **values}

    def _planned(self, *milestones, prices=(1000.0,), **values):
        order = self._make_order(*prices, **values)
        self._make_schedule(order, *milestones)
        order.action_confirm()
        return order

    def _flows(self, orders, scenario=None):
        """Return (day, units, certainty) of the invoices that are expected of orders."""
        self.env.flush_all()
        found = self.forecasts.sudo()._flows(self.company, set(orders.ids), self._in(400), scenario)
        self.assertEqual(
            sum(flow.units for flow in found if flow.kind == "invoice"),
            sum(flow.units for flow in found if flow.kind != "invoice" and not flow.plan.expected.is_invoiced),
        )
        rows = [(flow.day, flow.units, flow.plan.certainty) for flow in found if flow.kind == "invoice"]
        return sorted(rows, key=lambda row: (str(row[0] or "9"), row[1]))

    def test_each_is_expected_on_its_date_and_one_without_is_told_apart(self):
        order = self._planned(self._dated(30, 10), self._dated(50, 40), 20)
        self.assertEqual(
            self._flows(order),
            [(self._in(10), 30000, "planned"), (self._in(40), 50000, "planned"), (None, 20000, "planned")],
        )
        undated = self.forecasts.get([("id", "=", order.id)])["undated"]
        self.assertEqual((undated["invoices"], undated["receipts"]), (200.0, 200.0))
        [item] = undated["items"]
        self.assertEqual((item["model"], item["name"]), ("billing.milestone", f"{order.name} · Milestone 3"))

    def test_from_attained_to_posted_it_is_counted_once(self):
        order = self._planned(self._dated(40, 10), self._dated(60, 40), prices=({"price_unit": 999.99},))
        order.billing_schedule_ids.invoice_policy = "draft"
        first = order.billing_milestone_ids[0]
        first.action_attain()
        self.assertEqual(self._flows(order)[0], (self.today, 40000, "due"))
        self._drain()
        self.assertEqual(self._flows(order)[0], (self.today, 40000, "drafted"))
        order.invoice_ids.action_post()
        self.assertEqual(self._flows(order), [(self._in(40), 59999, "planned")])

    def test_with_taxes_they_add_up_to_the_order(self):
        line = {"price_unit": 100.01, "tax_ids": self._make_tax(19).ids}
        sevenths = (self._dated(100 / 7, number) for number in range(1, 7))
        order = self._planned(*sevenths, {"amount_type": "balance", "due_on": "manual"}, prices=(line, line))
        self.assertEqual(len(self._flows(order)), 7)
        self.assertEqual(sum(units for _day, units, _stands in self._flows(order)), round(order.amount_total * 100))

    def test_what_is_attained_in_part_is_due_in_part(self):
        order = self._planned(self._dated(100, 40))
        self.env["billing.milestone"].attain(
            [{"key": "part", "milestone": order.billing_milestone_ids.id, "percent": 30}]
        )
        self.assertEqual(self._flows(order), [(self.today, 30000, "due"), (self._in(40), 70000, "planned")])

    def test_a_date_that_has_passed_is_late(self):
        order = self._planned(self._dated(100, -5))
        self.assertEqual(self._flows(order), [(self.today, 100000, "late")])

    def test_holds_and_what_else_keeps_it_show_at_once(self):
        order = self._planned(self._dated(50, 10), self._dated(50, 20))
        first, second = order.billing_milestone_ids
        holds = self.env["billing.hold"]
        hold = holds.create({"milestone_id": first.id, "reason": "Wait", "date_to": self._in(15)})
        self.assertEqual(self._flows(order)[0], (self._in(16), 50000, "held"))
        hold.action_release()
        holds.create({"milestone_id": second.id, "reason": "Wait"})
        self.assertEqual(self._flows(order), [(self._in(10), 50000, "planned"), (None, 50000, "held")])
        second.hold_ids.action_release()
        second.sudo().trigger_gone = True
        self.assertEqual(self._flows(order)[1], (None, 50000, "blocked"))

    def test_what_an_addon_waits_for_delays_it(self):
        order = self._planned(self._dated(50, 10), self._dated(50, 20))
        first, second = order.billing_milestone_ids

        def delays(milestones):
            return {first.id: 7, second.id: None}

        with patch.object(self.env.registry["billing.milestone"], "_forecast_delays", delays):
            self.assertEqual(self._flows(order), [(self._in(17), 50000, "planned"), (None, 50000, "blocked")])

    def test_terms_of_a_milestone_go_before_those_of_its_order(self):
        terms = self.env["account.payment.term"].create(
            {"name": "A week", "line_ids": [Command.create({"value": "percent", "value_amount": 100, "nb_days": 7})]}
        )
        order = self._planned(self._dated(100, 10, payment_term_id=terms.id))
        self.env.flush_all()
        found = self.forecasts.sudo()._flows(self.company, {order.id}, self._in(400))
        self.assertEqual([flow.day for flow in found if flow.kind == "receipt"], [self._in(17)])

    def test_down_payments_come_off_what_is_to_come(self):
        order = self._planned(self._dated(50, 10), self._dated(50, 20))
        wizard = self.env["sale.advance.payment.inv"].create(
            {"sale_order_ids": order, "advance_payment_method": "fixed", "fixed_amount": 600.0}
        )
        wizard._create_invoices(order).action_post()
        self.assertEqual(self._flows(order), [(self._in(20), 40000, "planned")])

    def test_down_payments_come_off_the_invoices_that_the_schedule_says(self):
        for policy, expected in (
            ("next", [(20, 40000)]),
            ("pro_rata", [(10, 20000), (20, 20000)]),
            ("last", [(10, 40000)]),
        ):
            with self.subTest(policy):
                order = self._planned(self._dated(50, 10), self._dated(50, 20))
                order.billing_schedule_ids.advance_policy = policy
                wizard = self.env["sale.advance.payment.inv"].create(
                    {"sale_order_ids": order, "advance_payment_method": "fixed", "fixed_amount": 600.0}
                )
                wizard._create_invoices(order).action_post()
                self.assertEqual(self._flows(order), [(self._in(days), units, "planned") for days, units in expected])

    # === INVOICED OUTSIDE THE PLAN === #

    def _invoice_by_hand(self, order, amount):
        values = order._prepare_invoice()
        line = order.order_line[0]._prepare_invoice_line(quantity=1.0, price_unit=amount)
        values["invoice_line_ids"] = [Command.create(line)]
        return self.env["account.move"].create(values)

    def test_what_was_invoiced_by_hand_is_not_expected_again(self):
        for policy, expected in (("next", [20000, 50000]), ("pro_rata", [35000, 35000]), ("last", [50000, 20000])):
            with self.subTest(policy):
                order = self._planned(self._dated(50, 10), self._dated(50, 20))
                order.billing_schedule_ids.advance_policy = policy
                self._invoice_by_hand(order, 300.0).action_post()
                found = self._flows(order)
                self.assertEqual([units for _day, units, _stands in found], expected)
                order.billing_milestone_ids[0].action_attain()
                self.assertEqual([units for _day, units, _stands in self._flows(order)], expected, "as it is due")
                self._drain()
                order.invoice_ids.filtered(lambda move: move.state == "draft").action_post()
                self.assertEqual(order.billing_milestone_ids[0].billed_amount, expected[0] / 100, "as it is billed")
                self.assertEqual([units for _day, units, _stands in self._flows(order)], expected[1:])

    def test_by_hand_more_than_the_plan_and_what_is_cancelled(self):
        order = self._planned(self._dated(50, 10), self._dated(50, 20))
        by_hand = self._invoice_by_hand(order, 1200.0)
        self.assertEqual(self._flows(order), [(self.today, 120000, "drafted")])
        by_hand.button_cancel()
        self.assertEqual([units for _day, units, _stands in self._flows(order)], [50000, 50000])

    def test_a_line_of_a_plan_is_expected_of_the_plan_alone(self):
        order = self._planned(self._dated(100, 10))
        plain = self._make_order(100.0)
        plain.action_confirm()
        by_query, by_line = told_by_others((order | plain).order_line)
        self.assertEqual(by_query, by_line)
        self.assertEqual(by_query.filtered("product_id"), order.order_line.filtered("product_id"))

    def test_a_change_order_and_a_cancelled_order_show_at_once(self):
        order = self._planned(self._dated(50, 10), self._dated(50, 20))
        order.order_line.price_unit = 1200.0
        self.assertEqual(sum(units for _day, units, _stands in self._flows(order)), 120000)
        order._action_cancel()
        self.assertEqual(self._flows(order), [])

    # === SHIFTS AND SCENARIOS === #

    def test_what_a_shift_would_do_is_what_it_does(self):
        plans = (
            (self._dated(25, 10), self._dated(25, 20), self._dated(50, 30)),
            (
                {"percent": 50, "due_on": "date", "date": self._in(100)},
                {"percent": 30, "due_on": "offset", "offset_number": 5, "offset_unit": "business_days"},
                self._dated(20, 30),
            ),
        )
        for place, milestones in enumerate(plans):
            for unit in ("days", "business_days", "months"):
                for number, followers in ((3, True), (-2, False), (2, True)):
                    with self.subTest(f"{place} {unit} {number} {followers}"), self.env.cr.savepoint() as savepoint:
                        order = self._planned(*milestones)
                        first, *_rest, last = order.billing_milestone_ids
                        last.write({"due_on": "offset", "offset_from": "milestone", "offset_milestone_id": first.id})
                        last.write({"offset_number": 2, "offset_unit": "business_days"})
                        would = first._days_shifted(number, unit, followers)
                        before = {row.id: row.planned_date for row in order.billing_milestone_ids}
                        first._shift_dates(number, unit, followers)
                        after = {row.id: row.planned_date for row in order.billing_milestone_ids}
                        self.assertEqual(would, {key: day for key, day in after.items() if day != before[key]})
                        savepoint.rollback()
                        self.env.invalidate_all()

    def test_a_shift_moves_the_forecast_and_a_scenario_does_not_move_the_plan(self):
        order = self._planned(self._dated(50, 10), self._dated(50, 20))
        first, second = order.billing_milestone_ids
        scenario = self.env["billing.forecast.scenario"].create({"name": "Late", "shift_number": 2})
        self.assertEqual([row[0] for row in self._flows(order, scenario)], [self._in(24), self._in(34)])
        scenario.milestone_ids = second
        self.assertEqual([row[0] for row in self._flows(order, scenario)], [self._in(10), self._in(34)])
        self.assertEqual(second.planned_date, self._in(20))
        first._shift_dates(7, "days", True)
        self.assertEqual([row[0] for row in self._flows(order)], [self._in(17), self._in(27)])

    def test_a_scenario_is_about_projects(self):
        order, other = (self._planned(self._dated(100, 10)) for _number in range(2))
        scenario = self.env["billing.forecast.scenario"].create({"name": "Off", "is_left_out": True})
        scenario.project_ids = order.project_ids
        self.assertEqual(self._flows(order | other, scenario), [(self._in(10), 100000, "planned")])

    def _months(self, effect):
        """Return what a dialog says of receipts: (now, then, difference) of each month."""
        rows = html.fromstring(effect).findall(".//tbody/tr")
        cells = [[re.sub(r"[^0-9.-]", "", cell.text_content()) for cell in row[1:]] for row in rows]
        return [tuple(float(text) for text in row) for row in cells]

    def test_dialogs_say_which_months_move_before_it_is_done(self):
        order = self._planned(self._dated(40, 1), self._dated(60, 2))
        first, second = order.billing_milestone_ids
        wizard = self.env["billing.shift.wizard"].new(
            {"milestone_ids": first.ids, "number": 2, "unit": "months", "followers": False}
        )
        self.assertEqual(self._months(wizard.effect), [(1000.0, 600.0, -400.0), (0.0, 400.0, 400.0)])
        wizard.followers = True
        self.assertEqual(self._months(wizard.effect)[-1], (0.0, 1000.0, 1000.0))
        self.assertEqual(first.planned_date, self._in(1), "nothing is written")
        hold = self.env["billing.hold"].new({"milestone_id": second.id, "date_from": self.today})
        self.assertEqual(self._months(hold.effect), [(1000.0, 400.0, -600.0), (0.0, 600.0, 600.0)])
        hold = self.env["billing.hold"].new({"partner_id": self.customer.id, "date_from": self._in(30)})
        self.assertFalse(hold.effect, "it begins when all is invoiced")
        seller = new_test_user(self.env, "seller", "sales_team.group_sale_salesman")
        theirs = self.env["billing.hold"].with_user(seller).new({"partner_id": self.customer.id})
        theirs.date_from = self.today
        self.assertFalse(theirs.effect, "of orders that he may see alone")

    def test_the_customer_sees_payment_against_progress(self):
        order = self._planned(self._dated(40, 1), self._dated(60, 2))
        order.billing_schedule_ids.invoice_policy = "draft"
        order.billing_milestone_ids.action_attain()
        self._drain()
        order.billing_milestone_ids[1].action_undo()
        totals = order._billing_plans()
        self.assertEqual(
            [totals[name] for name in ("amount", "attained", "invoiced", "paid")], [1000.0, 400.0, 0.0, 0.0]
        )

    # === WHO SEES WHAT === #

    def test_it_is_told_by_project_to_who_may_see_it(self):
        order, secret = (self._planned(self._dated(100, 10)) for _number in range(2))
        secret.project_ids.privacy_visibility = "followers"
        manager = new_test_user(self.env, "pm", "milestone_billing.group_billing_user")
        self.env.flush_all()
        self.env.invalidate_all()
        forecasts = self.forecasts.with_user(manager)
        rows = forecasts.get([("id", "in", (order | secret).ids)], by="project")["rows"]
        self.assertEqual([(row["id"], row["invoices"]) for row in rows], [(order.project_ids.id, 1000.0)])
        action = forecasts.action_open()
        lines = self.env["billing.forecast.line"].with_user(manager).search(action["domain"])
        self.assertIn(order, lines.order_id)
        self.assertNotIn(secret, lines.order_id)
        row = lines.filtered(lambda line: line.order_id == order)[:1]
        self.assertEqual(row.project_id, order.project_ids)
        self.assertEqual(row.action_open_source()["res_id"], order.billing_milestone_ids.id)
