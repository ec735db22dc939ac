from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .forecast_common import ForecastCommon


@tagged("post_install", "-at_install")
class TestForecast(ForecastCommon):
    """What is expected of orders and invoices: when, how much, and how sure."""

    def test_what_is_ready_is_invoiced_today_and_paid_by_its_terms(self):
        tax = self._make_tax(21)
        order = self._make_order({"price_unit": 100.0, "tax_ids": tax.ids}, 50.0, payment_term_id=self.month.id)
        found = self._flows(order)
        self.assertEqual(
            found,
            [
                ("invoice", self.today, 5000, "due"),
                ("invoice", self.today, 12100, "due"),
                ("receipt", self._in(30), 5000, "due"),
                ("receipt", self._in(30), 12100, "due"),
            ],
        )
        answer = self._get(order, by="customer")
        self.assertEqual(
            answer["rows"],
            [
                {
                    "period": "Harbour Works",
                    "id": self.customer.id,
                    "invoices": 171.0,
                    "receipts": 171.0,
                    "overdue": 0.0,
                    "weighted": 153.9,
                    "currency": self.company.currency_id.name,
                }
            ],
        )
        for by in ("week", "month"):
            rows = self._get(order, by=by)["rows"]
            self.assertEqual(sum(row["invoices"] for row in rows), 171.0)
            self.assertEqual(sum(row["receipts"] for row in rows), 171.0)
            self.assertEqual([row["from"] for row in rows], sorted(row["from"] for row in rows))

    def test_receipts_are_those_of_the_invoice_that_odoo_makes(self):
        lines = [
            {"value": "percent", "value_amount": 33.33, "nb_days": 0},
            {"value": "fixed", "value_amount": 20.0, "nb_days": 10},
            {"value": "percent", "value_amount": 66.67, "delay_type": "days_after_end_of_next_month", "nb_days": 5},
        ]
        terms = self.env["account.payment.term"].create(
            {"name": "Thirds", "line_ids": [Command.create(line) for line in lines]}
        )
        order = self._make_order({"price_unit": 99.99, "tax_ids": self._make_tax(7).ids}, payment_term_id=terms.id)
        expected = [(day, units) for kind, day, units, _stands in self._flows(order) if kind == "receipt"]
        move = order._create_invoices()
        move.invoice_date = self.today
        move.action_post()
        items = move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        made = sorted((item.date_maturity, round(item.amount_currency * 100)) for item in items)
        self.assertEqual(expected, made)
        owed = [(day, units) for _kind, day, units, _stands in self._flows(order)]
        self.assertEqual(owed, made, "and they stay when it is posted")

    def test_what_is_not_delivered_waits_for_its_date(self):
        product = self._make_service("By delivery", "delivery")
        order = self._make_order(80.0, product=product)
        self.assertEqual(self._flows(order), [("invoice", None, 8000, "planned"), ("receipt", None, 8000, "planned")])
        undated = self._get(order)["undated"]
        self.assertEqual((undated["invoices"], undated["receipts"], undated["weighted"]), (80.0, 80.0, 16.0))
        self.assertEqual([(item["amount"], item["order"]) for item in undated["items"]], [(80.0, order.id)])
        order.commitment_date = self._in(40)
        self.assertEqual(self._flows(order)[0], ("invoice", self._in(40), 8000, "planned"))
        order.order_line.qty_delivered = 1.0
        self.assertEqual(self._flows(order)[0], ("invoice", self.today, 8000, "due"))

    def test_from_draft_to_paid_it_is_counted_once(self):
        order = self._make_order(100.0, payment_term_id=self.month.id)
        move = order._create_invoices()
        self.assertEqual(
            self._flows(order),
            [("invoice", self.today, 10000, "drafted"), ("receipt", self._in(30), 10000, "drafted")],
        )
        move.invoice_date = self.today
        move.action_post()
        self.assertEqual(self._flows(order), [("receipt", self._in(30), 10000, "invoiced")])
        self._pay(move, self.today, 30.0)
        self.assertEqual(self._flows(order), [("receipt", self._in(30), 7000, "invoiced")])
        credit = move._reverse_moves([{"invoice_date": self.today}])
        credit.invoice_line_ids.price_unit = 20.0
        credit.action_post()
        # Odoo calls the line ready to invoice again: the forecast says so, beside what is owed.
        found = self._flows(order)
        self.assertEqual(sum(row[2] for row in found if row[3] == "invoiced"), 5000)
        self.assertEqual(sum(row[2] for row in found if row[0] == "invoice"), 10000)

    def test_cancelled_orders_and_quotations_are_not_expected(self):
        quotation = self._make_order(100.0, confirm=False)
        order = self._make_order(100.0)
        order._action_cancel()
        self.assertEqual(self._flows(quotation | order), [])

    def test_down_payments_reduce_what_is_to_come(self):
        order = self._make_order({"price_unit": 100.0, "tax_ids": self._make_tax(20).ids})
        advance = self._advance(order, 48.0)
        found = self._flows(order)
        self.assertEqual(
            sorted((kind, units) for kind, _day, units, _stands in found),
            [("invoice", 7200), ("receipt", 4800), ("receipt", 7200)],
        )
        self._pay(advance, self.today)
        self.assertEqual([units for kind, _day, units, _stands in self._flows(order) if kind != "invoice"], [7200])

    def test_lines_added_and_prices_changed_show_at_once(self):
        order = self._make_order(100.0)
        order.order_line.price_unit = 60.0
        order.order_line = [
            Command.create({"product_id": self.service.id, "price_unit": 5.0, "tax_ids": [Command.clear()]})
        ]
        invoices = [units for kind, _day, units, _stands in self._flows(order) if kind == "invoice"]
        self.assertEqual(sorted(invoices), [500, 6000])

    def test_what_is_overdue_is_told_apart(self):
        self._invoice(100.0, day=self._in(-50), due=self._in(-40))
        answer = self.forecasts.get(by="customer")
        [row] = [row for row in answer["rows"] if row["id"] == self.customer.id]
        self.assertEqual((row["receipts"], row["overdue"], row["weighted"], row["invoices"]), (100.0, 100.0, 50.0, 0.0))

    def test_an_invoice_of_two_orders_is_each_of_theirs_in_part(self):
        first, second = self._make_order(10.0), self._make_order(20.0)
        move = (first | second)._create_invoices()
        self.assertEqual(len(move), 1)
        move.action_post()
        self.assertEqual(self._flows(second), [("receipt", self.today, 2000, "invoiced")])
        self.assertEqual([units for _kind, _day, units, _stands in self._flows(first | second)], [1000, 2000])

    def test_other_currencies_are_told_in_the_companys(self):
        currency = self.setup_other_currency("CHF", rates=[("2016-01-01", 3.0)])
        pricelist = self.env["product.pricelist"].create({"name": "CHF", "currency_id": currency.id})
        order = self._make_order(100.0, pricelist_id=pricelist.id)
        self.assertEqual(order.currency_id, currency)
        self.assertEqual([units for _kind, _day, units, _stands in self._flows(order)], [3333, 3333])

    def test_other_companies_are_apart(self):
        order = self._make_order(100.0)
        other = self.setup_other_company()["company"]
        self.assertEqual(self._flows(order, company=other), [])
        self.assertEqual(
            self.forecasts.with_company(other).with_context(allowed_company_ids=other.ids).get()["rows"], []
        )

    def test_a_week_is_an_iso_week_and_what_is_beyond_is_left_out(self):
        self._make_order(100.0, payment_term_id=self.month.id)
        answer = self._get(by="week", **{"from": str(self.today), "to": str(self._in(7))})
        [row] = answer["rows"]
        year, week, _day = self.today.isocalendar()
        self.assertEqual((row["period"], row["receipts"], row["invoices"]), (f"{year}-W{week:02d}", 0.0, 100.0))

    # === WHAT IT WAITS FOR === #

    def test_it_waits_for_billing_days_and_the_rules_say_which(self):
        days = self.env["billing.calendar"].create({"name": "End of month", "days_of_month": "last"})
        order = self._make_order(100.0)
        for record in (self.company, self.customer, order):
            record.write({"billing_when": "days", "billing_calendar_id": days.id})
            self.assertEqual(self._flows(order)[0][1], days._billing_days().next_day(self.today), record._name)
            for level in (order, self.customer, self.company):
                level.write({"billing_when": False, "billing_calendar_id": False})
        self.company.write({"billing_when": "days", "billing_calendar_id": days.id})
        order.billing_when = "due"
        self.assertEqual(self._flows(order)[0][1], self.today)
        self.assertEqual(order._billing_rules()[order]["billing_when"].value, "due")

    def test_a_hold_moves_it_and_one_without_an_end_takes_its_date(self):
        order = self._make_order(100.0)
        hold = self.env["billing.hold"].create({"order_id": order.id, "reason": "Wait", "date_to": self._in(20)})
        self.assertEqual(self._flows(order)[0], ("invoice", self._in(21), 10000, "held"))
        hold.action_release()
        self.assertEqual(self._flows(order)[0], ("invoice", self.today, 10000, "due"))
        self.env["billing.hold"].create({"partner_id": self.customer.id, "reason": "Wait"})
        self.assertEqual(self._flows(order)[0], ("invoice", None, 10000, "held"))

    def test_an_archived_customer_is_expected_all_the_same(self):
        order = self._make_order(100.0)
        self.customer.active = False
        self.assertEqual(self._flows(order)[0][2], 10000)
        self.assertEqual([row["period"] for row in self._get(order, by="customer")["rows"]], ["Harbour Works"])

    # === SCENARIOS === #

    def test_a_scenario_shifts_what_is_planned_and_leaves_the_plan(self):
        product = self._make_service("By delivery", "delivery")
        order = self._make_order(80.0, product=product, commitment_date=self._in(10))
        agreed = self._make_order(20.0)
        later = self.env["billing.forecast.scenario"].create({"name": "Later", "shift_number": 2, "late_days": 3})
        both = order | agreed
        self.assertEqual(
            self._flows(both, later),
            [
                ("invoice", self.today, 2000, "due"),
                ("receipt", self._in(3), 2000, "due"),
                ("invoice", self._in(24), 8000, "planned"),
                ("receipt", self._in(27), 8000, "planned"),
            ],
        )
        later.order_ids = agreed
        self.assertEqual(self._flows(both, later)[2][1], self._in(10))
        later.write(
            {"order_ids": [Command.clear()], "partner_ids": [Command.link(self.customer.id)], "is_left_out": True}
        )
        self.assertEqual(self._flows(both, later), [])
        self.assertEqual(order.commitment_date.date(), self._in(10))
        answer = self._get(both, scenario="Later")
        self.assertEqual(answer["rows"], [])
        with self.assertRaisesRegex(UserError, "scenario"):
            self._get(both, scenario="Nobody's")

    def test_a_scenario_of_one_company_leaves_the_others_as_planned(self):
        other = self.setup_other_company()["company"]
        theirs = self.init_invoice("out_invoice", self.customer, self.today, True, amounts=[50.0], company=other)
        self._make_order(100.0, partner_id=self.customer.id)
        scenario = self.env["billing.forecast.scenario"].create({"name": "Ours later", "late_days": 3})
        self.assertEqual(scenario.company_id, self.company)
        self.env.flush_all()
        both = scenario.with_context(allowed_company_ids=(self.company | other).ids)
        action = both.action_compare()
        rows = self.env["billing.forecast.line"].search([*action["domain"], ("kind", "!=", "invoice")])
        rows = rows.filtered(lambda row: row.partner_id == self.customer)
        for supposed, late in ((rows.scenario_id.browse(), 0), (scenario, 3)):
            own = rows.filtered(lambda row, supposed=supposed: row.scenario_id == supposed)
            self.assertEqual(own.company_id, self.company | other, "each has the receipts of both")
            self.assertEqual(own.filtered(lambda row: row.company_id == self.company).day, self._in(late))
            self.assertEqual(own.filtered(lambda row: row.res_id == theirs.id).day, self.today)
        rows = both.env["billing.forecast"].get(scenario=scenario.id, by="customer")["rows"]
        self.assertTrue(rows)
        until = self._in(400)
        found = self.forecasts.sudo()._flows(other, None, until, scenario)
        self.assertEqual(found, self.forecasts.sudo()._flows(other, None, until))

    def test_a_scenario_about_a_customer_moves_his_invoices_without_an_order(self):
        mine, another = self._invoice(100.0), self._invoice(100.0, self.env["res.partner"].create({"name": "Other"}))
        scenario = self.env["billing.forecast.scenario"].create({"name": "Slow", "late_days": 3})
        scenario.partner_ids = self.customer
        self.env.flush_all()
        found = self.forecasts.sudo()._flows(self.company, None, self._in(400), scenario)
        days = {flow.plan.expected.record: flow.day for flow in found if flow.kind == "receipt"}
        self.assertEqual((days[mine.id], days[another.id]), (self._in(3), self.today))

    # === RIGHTS AND ARGUMENTS === #

    def test_everybody_sees_what_he_may_read(self):
        seller = new_test_user(self.env, "seller", "sales_team.group_sale_salesman")
        clerk = new_test_user(self.env, "clerk", "account.group_account_invoice")
        mine, theirs = self._make_order(10.0, user_id=seller.id), self._make_order(20.0)
        by_hand = self._invoice(7.0)
        self.env.flush_all()

        def seen(user, domain=None):
            self.env.invalidate_all()
            [row] = [
                row
                for row in self.forecasts.with_user(user).get(domain, by="customer")["rows"]
                if row["id"] == self.customer.id
            ]
            return row["receipts"]

        self.assertEqual(seen(seller), 10.0)
        self.assertEqual(seen(clerk), 37.0)
        self.assertEqual(seen(clerk, [("id", "in", (mine | theirs).ids)]), 30.0)
        self.assertEqual(by_hand.amount_residual, 7.0)
        with self.assertRaises(AccessError):
            self.forecasts.with_user(new_test_user(self.env, "nobody", "base.group_user")).get()

    def test_arguments_are_read(self):
        for values, place in (
            ({"by": "year"}, "by"),
            ({"from": "soon"}, "from"),
            ({"to": "1999-01-01"}, "to"),
            ({"to": "2999-01-01"}, "to"),
            ({"until": "2026-01-01"}, "until"),
        ):
            with self.assertRaisesRegex(UserError, place):
                self.forecasts.get([], **values)
        with self.assertRaisesRegex(UserError, "domain"):
            self.forecasts.get([("no_such_field", "=", 1)])
        self.assertEqual(self.forecasts.get([], str(self.today), str(self._in(5)), "week")["to"], str(self._in(5)))
