from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestPortal(BillingCommon, HttpCase):
    """What a customer sees of the plan of his own order, and of nobody else's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal = new_test_user(
            cls.env,
            "portal_customer",
            "base.group_portal",
            name="Harbour Books",
            email="books@harbour.example",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.portal.partner_id.parent_id = cls.customer
        cls.order = cls._confirmed(cls.customer)
        cls.stranger = cls.env["res.partner"].create({"name": "Stranger"})
        cls.foreign = cls._confirmed(cls.stranger)

    @classmethod
    def _confirmed(cls, customer):
        order = cls._make_order(1000.0, partner_id=customer.id)
        cls._make_schedule(
            order,
            {"name": "Deposit", "due_on": "confirmation", "percent": 30},
            {"name": "Secret works", "due_on": "manual", "percent": 50},
            {"name": "Rest", "due_on": "manual", "amount_type": "balance"},
        )
        order.action_confirm()
        cls._drain()
        return order

    def _page(self, order):
        return self.url_open(order.get_portal_url())

    def test_plan_in_the_customers_words(self):
        deposit, works, _rest = self.order.billing_milestone_ids
        self.env["billing.hold"].create({"milestone_id": works.id, "reason": "He never pays"})
        works.action_attain()
        self._drain()
        self.assertEqual(works.state, "blocked")
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=deposit.invoice_ids.ids
        ).create({})._create_payments()
        self.authenticate("portal_customer", "portal_customer")
        text = self.url_open(f"/my/orders/{self.order.id}").text
        for word in ("Deposit", "Paid", "Done", "Planned", deposit.invoice_ids.name):
            self.assertIn(word, text)
        for word in ("He never pays", "On hold", "Blocked"):
            self.assertNotIn(word, text)
        states = [row["state"] for row in self.order._billing_plans()["plans"][0]["rows"]]
        self.assertEqual(states, ["paid", "done", "planned"])

    def test_totals_say_how_far_it_is(self):
        works = self.order.billing_milestone_ids[1]
        works._attain(40.0, fields.Date.today(), "manual")
        self._drain()
        plan = self.order._billing_plans()
        self.assertEqual((plan["amount"], plan["invoiced"], plan["paid"]), (1000.0, 500.0, 0.0))
        self.assertEqual(plan["plans"][0]["rows"][1]["state"], "progress")

    def test_draft_invoices_are_not_the_customers_yet(self):
        order = self._make_order(1000.0)
        self._make_schedule(order, 100, invoice_policy="draft")
        self._bill_all(order)
        [row] = order._billing_plans()["plans"][0]["rows"]
        self.assertEqual((row["state"], row["invoiced"], len(row["invoices"])), ("done", 0.0, 0))

    def test_link_in_a_mail_shows_the_plan_without_login(self):
        self.assertIn("Secret works", self._page(self.order).text)

    def test_others_plans_stay_closed(self):
        self.authenticate("portal_customer", "portal_customer")
        self.assertNotIn("Secret works", self.url_open(f"/my/orders/{self.foreign.id}").text)
        Milestone = self.env["billing.milestone"].with_user(self.portal)
        self.assertEqual(Milestone.search([]).order_id, self.order)
        for record in (self.foreign.billing_milestone_ids, self.foreign.billing_schedule_ids):
            with self.assertRaises(AccessError):
                record.with_user(self.portal).read(["name"])
        for record in (self.order.billing_milestone_ids.attainment_ids, self.env["billing.hold"]):
            with self.assertRaises(AccessError):
                record.with_user(self.portal).search([])

    def test_plan_that_is_not_for_the_customer(self):
        deposit = self.order.billing_milestone_ids[0]
        self.order.billing_schedule_ids.show_to_customer = False
        self.assertNotIn('id="billing_plan"', self._page(self.order).text)
        self.assertFalse(self.env["billing.milestone"].with_user(self.portal).search([]))
        self.assertFalse(self.env["billing.schedule"].with_user(self.portal).search([]))
        body, _kind = self.env["ir.actions.report"]._render_qweb_html("sale.report_saleorder", self.order.ids)
        self.assertNotIn("Secret works", str(body))
        self.assertEqual(deposit.invoice_ids._billing_summary(), [])

    def test_template_says_whether_the_plan_is_shown(self):
        template = self.env["billing.schedule.template"].create(
            {
                "name": "Internal",
                "show_to_customer": False,
                "milestone_ids": [Command.create({"name": "A", "percent": 100})],
            }
        )
        order = self._make_order(10.0)
        schedule = self.env["billing.schedule"].create({"order_id": order.id, "template_id": template.id})
        self.assertFalse(schedule.show_to_customer)

    def test_block_reason_is_not_for_the_portal(self):
        milestone = self.order.billing_milestone_ids[1].with_user(self.portal)
        with self.assertRaises(AccessError):
            milestone.read(["block_reason"])
        self.assertNotIn("block_reason", milestone.fields_get())

    def _long_plan(self, count):
        """Return an order of ``count`` milestones, the first of which are attained and invoiced."""
        order = self._make_order(1000.0)
        names = [{"name": f"Step {number:03}", "due_on": "manual", "percent": 1} for number in range(count)]
        self._make_schedule(order, *names, grouping="order")
        order.action_confirm()
        for milestone in order.billing_milestone_ids[:30]:
            milestone._attain(100.0, fields.Date.today(), "manual")
        self._drain()
        return order

    def test_of_a_long_plan_what_is_around_now_and_all_when_asked(self):
        order = self._long_plan(100)
        part, whole = self._page(order).text, self.url_open(order.get_portal_url(query_string="&plan=whole")).text
        for words in ("Step 029", "Step 030", "60 of 100 milestones", "Show all milestones"):
            self.assertIn(words, part)
        for words in ("Step 000", "Step 099"):
            self.assertNotIn(words, part)
            self.assertIn(words, whole)
        self.assertNotIn("Show all milestones", whole)
        shown, everything = order._billing_plans(limit=60), order._billing_plans()
        for name in ("amount", "invoiced", "paid", "separate"):
            self.assertEqual(shown[name], everything[name])
        self.assertEqual(shown["invoiced"], 300.0)

    def test_as_many_queries_for_a_long_plan(self):
        def count(order):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            order._billing_plans(limit=60)
            return self.env.cr.sql_log_count - before

        short, long = self._long_plan(31), self._long_plan(100)
        count(short)
        self.assertEqual(count(long), count(short))

    def test_what_is_credited_is_not_paid(self):
        move = self.order.billing_milestone_ids[0].invoice_ids
        move._reverse_moves([{"invoice_date": move.invoice_date}], cancel=True)
        plan = self.order._billing_plans()
        self.assertEqual((plan["invoiced"], plan["paid"]), (0.0, 0.0))

    def test_order_without_plan_has_no_section(self):
        order = self._make_order(1000.0)
        self.assertNotIn('id="billing_plan"', self._page(order).text)
