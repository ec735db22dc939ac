from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestPortalList(BillingCommon, HttpCase):
    """All the plans of a customer on one page: his own, with the amounts of the page of each order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal = cls._portal_user("plans_customer")
        cls.portal.partner_id.parent_id = cls.customer
        cls.stranger = cls._portal_user("plans_stranger")
        cls.order = cls._running_order()

    @classmethod
    def _portal_user(cls, login):
        return new_test_user(
            cls.env,
            login,
            "base.group_portal",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    @classmethod
    def _running_order(cls, **values):
        order = cls._make_order(1000.0, **values)
        cls._make_schedule(
            order,
            {"name": "Deposit", "due_on": "confirmation", "percent": 30},
            {"name": "Later works", "due_on": "manual", "percent": 50, "planned_date": "2031-05-01"},
            {"name": "Next works", "due_on": "manual", "amount_type": "balance", "planned_date": "2031-03-01"},
        )
        order.action_confirm()
        cls._drain()
        return order

    def _page(self, login="plans_customer", query=""):
        self.authenticate(login, login)
        return self.url_open(f"/my/billing_plans{query}").text

    def _counter(self, login):
        self.authenticate(login, login)
        answer = self.make_jsonrpc_request("/my/counters", {"counters": ["billing_plan_count"]})
        return answer["billing_plan_count"]

    def _overview(self, order):
        [overview] = order._billing_plan_overviews()
        return {name: overview[name] for name in ("amount", "invoiced", "paid")}

    def _pay(self, move, **values):
        wizard = self.env["account.payment.register"].with_context(active_model="account.move", active_ids=move.ids)
        wizard.create(values)._create_payments()

    def test_list_says_where_each_plan_stands(self):
        self._pay(self.order.invoice_ids)
        page = self._page()
        for words in (self.order.name, "Next works", "03/01/2031", "30 % invoiced, 30 % paid", "#billing_plan"):
            self.assertIn(words, page)
        self.assertNotIn("Later works", page)
        self.assertEqual(self._overview(self.order), {"amount": 1000.0, "invoiced": 300.0, "paid": 300.0})
        self.assertEqual(self._counter("plans_customer"), 1)

    def test_stranger_sees_nothing_and_is_told_what_would_be_there(self):
        page = self._page("plans_stranger")
        self.assertNotIn(self.order.name, page)
        self.assertIn("There are currently no billing schedules", page)
        self.assertEqual(self._counter("plans_stranger"), 0)

    def test_only_running_orders_with_a_plan_for_the_customer(self):
        bare, hidden, offer, gone = (self._make_order(500.0) for _number in range(4))
        for order in (hidden, offer, gone):
            self._make_schedule(order, 100, show_to_customer=order != hidden)
        (bare + hidden + gone).action_confirm()
        gone._action_cancel()
        offer.action_quotation_sent()
        page = self._page()
        self.assertIn(self.order.name, page)
        for order in (bare, hidden, offer, gone):
            self.assertNotIn(order.name, page)

    def test_projects_are_named_to_whom_they_are_open(self):
        project = self.order.billing_milestone_ids.project_id
        project.privacy_visibility = "employees"
        link = f'href="/my/projects/{project.id}"'
        self.assertNotIn(link, self._page())
        project.privacy_visibility = "portal"
        project.message_subscribe(self.portal.partner_id.ids)
        self.assertIn(link, self._page())

    def test_credit_notes_are_not_payments(self):
        move = self.order.invoice_ids
        self._pay(move, amount=100.0)
        refund = move._reverse_moves([{"invoice_date": move.invoice_date}])
        refund.invoice_line_ids.price_unit = 120.0
        refund.action_post()
        (move + refund).line_ids.filtered(lambda line: line.account_type == "asset_receivable").reconcile()
        self.assertEqual(move.amount_residual, 80.0)
        expected = {"amount": 1000.0, "invoiced": 180.0, "paid": 100.0}
        self.assertEqual(self._overview(self.order), expected)

    def test_invoice_in_another_currency_is_told_in_the_orders(self):
        other = self._make_pricelist("EUR", rate=2.0).currency_id
        order = self._make_order(1000.0)
        self._make_schedule(order, 50, 50, invoice_policy="draft")
        order.action_confirm()
        order.billing_milestone_ids[0].action_attain()
        self._drain()
        move = order.invoice_ids
        move.currency_id = other
        move.invoice_line_ids.price_unit = 900.0
        move.action_post()
        self._pay(move)
        self.assertEqual(self._overview(order), {"amount": 1000.0, "invoiced": 450.0, "paid": 450.0})

    def test_amounts_are_those_of_the_page_of_the_order(self):
        self.order.billing_milestone_ids[1]._attain(40.0, self.order.date_order.date(), "manual")
        self._drain()
        self._pay(self.order.invoice_ids[:1], amount=33.33)
        plan = self.order._billing_plans()
        self.assertEqual(self._overview(self.order), {name: plan[name] for name in ("amount", "invoiced", "paid")})

    def test_sorted_and_in_pages(self):
        second = self._running_order()
        second.write({"name": "A first by name", "date_order": "2020-01-01"})
        by_day, by_name = self._page(), self._page(query="?sortby=name")
        self.assertLess(by_day.index(self.order.name), by_day.index(second.name))
        self.assertLess(by_name.index(second.name), by_name.index(self.order.name))
        self.assertIn(self.order.name, self._page(query="/page/9?sortby=nonsense"))

    def test_as_many_queries_for_many_milestones(self):
        second = self._running_order()
        orders = self.order + second

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            orders.with_user(self.portal)._billing_plan_overviews()
            return self.env.cr.sql_log_count - before

        count()
        few = count()
        for order in orders:
            order.billing_schedule_ids.write(
                {"milestone_ids": [Command.create({"name": f"More {number}", "percent": 0}) for number in range(30)]}
            )
        self.assertEqual(count(), few)
