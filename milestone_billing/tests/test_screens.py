from lxml import html

from odoo import fields
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestScreens(BillingCommon):
    """Lists and panels say what billing says, and offer just what may be done."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            "screens_manager",
            "milestone_billing.group_billing_manager,account.group_account_invoice",
            company_id=cls.company.id,
            company_ids=cls.company.ids,
        )
        cls.order = cls._make_order(1000.0)
        cls._make_schedule(
            cls.order,
            {"name": "Deposit", "due_on": "confirmation", "percent": 30},
            {"name": "Design", "due_on": "task", "percent": 40, "task_pattern": "*"},
            {"name": "Rest", "due_on": "manual", "percent": 30},
        )
        cls.order.action_confirm()
        cls._drain()
        cls.deposit, cls.design, cls.rest = cls.order.billing_milestone_ids

    def _pay(self, milestone):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=milestone.invoice_ids.ids
        ).create({})._create_payments()
        self.env.invalidate_all()

    def _nodes(self):
        nodes = self.order.with_user(self.manager).get_billing_timeline()["milestones"]
        return {node["name"]: node for node in nodes}

    # === HOLDS === #

    def test_what_is_settled_or_held_is_offered_what_helps(self):
        """A hold of the order keeps back what is left: the paid deposit is neither held nor released."""
        self._pay(self.deposit)
        self.assertRecordValues(self.deposit, [{"state": "paid", "may_hold": False, "may_release": False}])
        self.assertRecordValues(self.rest, [{"may_hold": True, "may_release": False}])
        self.env["billing.hold"].create({"order_id": self.order.id, "reason": "Dispute"})
        self.assertTrue(self.deposit.is_held)
        self.assertRecordValues(self.deposit, [{"may_hold": False, "may_release": False}])
        self.assertRecordValues(self.rest, [{"may_hold": False, "may_release": True}])
        offered = {name: {"hold", "release"} & set(node["actions"]) for name, node in self._nodes().items()}
        self.assertEqual(offered, {"Deposit": set(), "Design": {"release"}, "Rest": {"release"}})

    def test_hold_of_many_leaves_what_is_held(self):
        self.env["billing.hold"].create({"milestone_id": self.design.id, "reason": "Dispute"})
        chosen = self.design | self.rest
        wizards = self.env["billing.bulk.wizard"].with_user(self.manager)
        context = {"default_act": "hold", "active_model": "billing.milestone", "active_ids": chosen.ids}
        with Form(wizards.with_context(**context)) as form:
            form.reason = "Credit check"
        wizard = form.record
        self.assertEqual(wizard.concerned_ids, self.rest)
        self.assertIn("On hold already, and left alone: 1.", wizard.summary)
        wizard.action_apply()
        self.assertEqual([len(row.hold_ids) for row in chosen], [1, 1])

    def test_buttons_of_rows_say_what_they_do(self):
        lists = "milestone_billing.billing_milestone_view_list_queue", "milestone_billing.billing_milestone_view_list"
        for name in (*lists, "billing_base.billing_hold_view_list"):
            tree = self.env.ref(name)._get_combined_arch()
            for button in tree.xpath("/list/button"):
                self.assertTrue(button.get("string"), f"{name}: {button.get('name')}")

    # === LISTS === #

    def test_milestones_start_with_running_orders(self):
        quotation = self._make_order(500.0)
        self._make_schedule(quotation, 100)
        context = safe_eval(self.env.ref("milestone_billing.action_billing_milestone").context)
        filters = [name.removeprefix("search_default_") for name in context if name.startswith("search_default_")]
        arch = self.env.ref("milestone_billing.billing_milestone_view_search")._get_combined_arch()
        domains = [safe_eval(arch.xpath(f"//filter[@name='{name}']/@domain")[0]) for name in filters]
        found = self.env["billing.milestone"].search(sum(domains, []))
        self.assertIn(self.rest, found)
        self.assertFalse(found & quotation.billing_milestone_ids)

    def test_audit_says_who(self):
        arch = self.env.ref("milestone_billing.billing_attainment_view_list")._get_combined_arch()
        self.assertNotEqual(arch.xpath("//field[@name='user_id']/@optional"), ["hide"])
        self.assertNotIn("no_open", arch.xpath("//field[@name='move_id']")[0].get("options", ""))

    def test_invoices_are_links_in_the_lists(self):
        for name in ("billing_milestone_view_list", "billing_milestone_view_list_queue"):
            arch = self.env.ref(f"milestone_billing.{name}")._get_combined_arch()
            self.assertEqual(arch.xpath("//field[@name='invoice_ids']/@widget"), ["billing_invoice_links"], name)
        view = self.env["billing.milestone"].with_user(self.manager).get_view(view_type="list")
        self.assertIn("invoice_ids", view["arch"])

    # === PROJECT === #

    def test_project_says_the_percentages_of_the_plan(self):
        self.env.user.group_ids |= self.env.ref("project.group_project_milestone")
        project = self.order.project_ids
        said = {row["name"]: row["quantity_percentage"] for row in project.milestone_ids._get_data_list()}
        self.assertEqual(said, {"Design": 0.4, "Rest": 0.3})
        self.assertAlmostEqual(sum(project.milestone_ids.mapped("quantity_percentage")), 1.0, 6, "Odoo counts by these")

    def test_project_has_to_invoice_what_billing_has(self):
        project = self.order.project_ids

        def native():
            self.env.flush_all()
            total = project._get_profitability_items(with_action=False)["revenues"]["total"]
            return total["to_invoice"], total["invoiced"]

        def panel():
            return project.get_billing_panel()["money"][0]["totals"]["waiting"]

        self.assertEqual((native(), panel()), ((0.0, 300.0), 0.0))
        self.env["billing.hold"].create({"milestone_id": self.rest.id, "reason": "Dispute"})
        self.rest.action_attain()
        self._drain()
        self.assertEqual((native(), panel()), ((300.0, 300.0), 300.0))

    def test_project_counts_other_lines_as_before(self):
        project = self.order.project_ids
        other = self._make_order(50.0, product=self.plain, project_id=project.id)
        other.action_confirm()
        revenues = project._get_profitability_items(with_action=False)["revenues"]
        self.assertEqual(revenues["total"], {"invoiced": 300.0, "to_invoice": 50.0})
        self.assertEqual(sum(row["to_invoice"] for row in revenues["data"]), 50.0)

    # === CARD === #

    def test_card_of_a_done_task_leads_to_its_invoice(self):
        worker = new_test_user(self.env, "screens_worker", "project.group_project_user", company_id=self.company.id)
        clerk = new_test_user(
            self.env,
            "screens_clerk",
            "project.group_project_user,account.group_account_invoice",
            company_id=self.company.id,
        )
        task = self.design.task_ids
        task.state = "1_done"
        self._drain()
        number = self.design.invoice_ids.name
        for user, linked in ((worker, ""), (clerk, number)):
            mine = task.with_user(user)
            self.assertEqual(mine.billing_card["invoices"], linked)
            self.assertIn(number, mine.billing_hint)
        action = task.with_user(clerk).action_view_billing_invoices()
        self.assertEqual((action["res_model"], action["res_id"]), ("account.move", self.design.invoice_ids.id))


@tagged("post_install", "-at_install")
class TestWhatTheCustomerPays(BillingCommon):
    """The plan on the portal and on paper says what the customer will pay, taxes included."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tax = cls._make_tax(21.0)
        cls.order = cls._make_order(
            {"price_unit": 1000.0, "tax_ids": [Command.set(tax.ids)]}, {"price_unit": 100.05, "tax_ids": tax.ids}
        )
        cls.schedule = cls._make_schedule(cls.order, 30, 30, {"name": "Rest", "amount_type": "balance"})

    def _text(self):
        body, _kind = self.env["ir.actions.report"]._render_qweb_html("sale.report_saleorder", self.order.ids)
        return " ".join(html.fromstring(body).text_content().split()).replace("\xa0", " ")

    def test_rows_total_the_order(self):
        [plan] = self.order._billing_plans()["plans"]
        self.assertEqual(plan["rows"][0]["taxed"], 399.32)
        self.assertAlmostEqual(sum(row["taxed"] for row in plan["rows"]), self.order.amount_total, 2)
        self.assertEqual(plan["taxed"], self.order.amount_total)

    def test_on_paper(self):
        text = self._text()
        self.assertIn("With Taxes", text)
        self.assertIn("30 % $ 330.02 $ 399.32", text)
        self.assertIn(f"Total $ 1,100.05 $ {self.order.amount_total:,.2f}", text)

    def test_on_the_portal(self):
        [plan] = self.order._billing_plans()["plans"]
        page = self.env["ir.qweb"]._render(
            "milestone_billing.portal_billing_table", {"plan": plan, "sale_order": self.order, "request": None}
        )
        words = " ".join(html.fromstring(str(page)).text_content().split()).replace("\xa0", " ")
        self.assertIn("399.32", words)
        self.assertIn(f"{self.order.amount_total:,.2f}", words)

    def test_without_taxes_nothing_is_added(self):
        self.order.order_line.tax_ids = False
        self.assertNotIn("With Taxes", self._text())

    def test_taxes_of_a_quantity_and_in_the_price(self):
        fixed = self._make_tax(2.0, amount_type="fixed")
        included = self._make_tax(21.0, price_include_override="tax_included")
        order = self._make_order(
            {"price_unit": 100.0, "product_uom_qty": 10.0, "tax_ids": fixed.ids},
            {"price_unit": 121.0, "tax_ids": included.ids},
        )
        self._make_schedule(order, 50, {"name": "Rest", "amount_type": "balance"})
        [plan] = order._billing_plans()["plans"]
        self.assertEqual([row["taxed"] for row in plan["rows"]], [570.5, 570.5])

    def test_by_hand_and_by_task_are_told_apart(self):
        rows = self._make_schedule(
            self._make_order(1000.0),
            {"name": "Works", "due_on": "task", "percent": 50},
            {"name": "Approval", "due_on": "manual", "percent": 50},
        ).milestone_ids
        self.assertEqual([row._customer_when() for row in rows], ["On completion", "As agreed"])


@tagged("post_install", "-at_install")
class TestOneMessage(BillingCommon):
    """A milestone that is billed is one message of its order's history."""

    def _said(self, order, before):
        return (order.message_ids - before).filtered(lambda message: "Milestone 1" in (message.body or ""))

    def _bill(self, **values):
        order = self._make_order(1000.0)
        milestone = self._make_schedule(order, 40, 60, **values).milestone_ids[0]
        order.action_confirm()
        before = order.message_ids
        milestone.action_attain()
        self._drain()
        return milestone, self._said(order, before)

    def test_with_followers(self):
        milestone, said = self._bill(notify_partner_ids=[Command.link(self.customer.id)])
        self.assertEqual(len(said), 1)
        for words in ("attained", milestone.invoice_ids.name):
            self.assertIn(words, said.body)
        self.assertIn(self.customer, said.notified_partner_ids)

    def test_with_nobody_to_tell(self):
        order = self._make_order(1000.0)
        milestone = self._make_schedule(order, 40, 60).milestone_ids[0]
        order.action_confirm()
        order.message_follower_ids.unlink()
        before = order.message_ids
        milestone.action_attain()
        self._drain()
        said = self._said(order, before)
        self.assertEqual(len(said), 1)
        self.assertIn(f'data-oe-id="{milestone.invoice_ids.id}"', said.body)

    def test_attained_twice_before_it_is_billed(self):
        order = self._make_order(1000.0)
        milestone = self._make_schedule(order, 40, 60).milestone_ids[0]
        order.action_confirm()
        order.message_subscribe(self.env.user.partner_id.ids)
        before = order.message_ids
        milestone._attain(40.0, fields.Date.today(), "manual")
        milestone._attain(100.0, fields.Date.today(), "manual")
        self._drain()
        said = self._said(order, before)
        self.assertEqual(len(said.filtered(lambda row: milestone.invoice_ids.name in row.body)), 1)

    def test_what_waited_says_when_it_is_billed(self):
        order = self._make_order(1000.0)
        milestone = self._make_schedule(order, 40, 60).milestone_ids[0]
        order.action_confirm()
        order.message_subscribe(self.env.user.partner_id.ids)
        hold = self.env["billing.hold"].create({"milestone_id": milestone.id, "reason": "Dispute"})
        milestone.action_attain()
        self._drain()
        before = order.message_ids
        hold.action_release()
        self._drain()
        told = (order.message_ids - before).filtered(lambda row: milestone.invoice_ids.name in (row.body or ""))
        self.assertEqual(len(told), 1)
