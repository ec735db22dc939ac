from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .preview_common import PreviewCommon


@tagged("post_install", "-at_install")
class TestTaskPreview(PreviewCommon):
    """A task says what finishing it bills, before it is done; and what became of it."""

    def _preview(self, task=None, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        [preview] = (task or self.first).with_user(user or self.worker).get_billing_preview()
        return preview

    def test_other_tasks_remain(self):
        preview = self._preview()
        self.assertIn("2 of 2 remain", preview["title"])
        self.assertIn("1,200.00", preview["title"])
        self.assertEqual((preview["name"], preview["order"]), ("Line", self.order.name))

    def test_the_last_task_bills(self):
        self.second.state = "1_done"
        preview = self._preview()
        self.assertIn("Finishing this task bills", preview["title"])
        self.assertEqual(preview["text"], "The invoice will be posted.")
        self.assertIn("the one task that remains", self._preview(self.second)["title"])

    def test_a_cancelled_task_does_not_count(self):
        self.first.state = "1_canceled"
        self.assertIn("does not count", self._preview()["title"])
        self.assertIn("Finishing this task bills", self._preview(self.second)["title"])

    def test_says_what_becomes_of_the_invoice(self):
        self.second.state = "1_done"
        for policy, words in (("draft", "will stay in draft"), ("send", "posted and sent to Harbour Works")):
            self.schedule.invoice_policy = policy
            self.assertIn(words, self._preview()["text"])

    def test_held_says_why(self):
        self.second.state = "1_done"
        self.env["billing.hold"].create({"order_id": self.order.id, "reason": "Scope dispute"})
        preview = self._preview()
        self.assertEqual(preview["status"], "held")
        self.assertIn("Scope dispute", preview["reason"])
        self.assertIn("hold ends", preview["remedy"])
        self.assertNotIn("posted", preview["text"])
        self.assertNotIn("posted", self.milestone._describe_effect())

    def test_follows_what_became_of_it(self):
        (self.first | self.second).state = "1_done"
        self.assertIn("is being billed", self._preview()["title"])
        self._drain()
        preview = self._preview()
        self.assertIn("is invoiced", preview["title"])
        self.assertEqual(preview["invoices"][0]["name"], self.milestone.invoice_ids.name)
        self.assertFalse(preview["invoices"][0]["may_open"], "a project user may not read invoices")
        self.assertTrue(self._preview(user=self.env.user)["invoices"][0]["may_open"])

    def test_failed_names_the_remedy(self):
        self.customer.active = False
        (self.first | self.second).state = "1_done"
        self._drain()
        preview = self._preview()
        self.assertIn("could not be billed", preview["title"])
        self.assertIn("archived", preview["reason"])
        self.assertTrue(preview["remedy"])

    def test_blocked_after_it_was_taken_back(self):
        (self.first | self.second).state = "1_done"
        self._drain()
        self.first.state = "01_in_progress"
        self._drain()
        preview = self._preview()
        self.assertEqual(preview["status"], "blocked")
        self.assertIn("is posted on", preview["reason"])
        self.assertIn("1,200.00 is to be credited", preview["title"])
        self.assertNotIn("not billed", preview["title"])
        self.assertIn("leaves its invoice", self.milestone._describe_effect())
        self.milestone.action_credit()
        self.milestone.invoice_ids.filtered(lambda move: move.state == "draft").action_post()
        self._drain()
        preview = self._preview()
        self.assertIn("Finishing this task bills", preview["title"])
        self.assertIn("1,200.00", preview["title"])
        self.assertEqual(preview["reason"], "")

    def test_says_what_was_billed_rather_than_what_was_planned(self):
        (self.first | self.second).state = "1_done"
        self._drain()
        [invoice] = self.milestone.invoice_ids
        wizard = self.env["account.move.reversal"].with_context(active_model="account.move", active_ids=invoice.ids)
        wizard = wizard.create({"journal_id": invoice.journal_id.id})
        refund = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        refund.invoice_line_ids[0].price_unit = 100.0
        refund.invoice_line_ids[1:].price_unit = 0.0
        refund.action_post()
        self._drain()
        self.assertIn("1,100.00 is invoiced", self._preview()["title"])

    def test_what_is_billed_in_part_counts_no_more(self):
        self.milestone._attain(50.0, fields.Date.today(), "manual")
        self._drain()
        self.second.state = "1_done"
        self.assertIn("600.00", self._preview()["title"])
        self.env["billing.hold"].create({"order_id": self.order.id, "reason": "Scope dispute"})
        (self.first | self.second).state = "1_done"
        self._drain()
        preview = self._preview()
        self.assertIn("600.00 waits: on hold", preview["title"])

    def test_taken_back_by_hand_waits_for_a_person(self):
        (self.first | self.second).state = "1_done"
        self.milestone.action_undo()
        self._drain()
        self.assertIn("when somebody attains", self._preview()["title"])

    def test_quotation_says_that_it_is_one(self):
        self.order.action_cancel()
        self.assertIn("cancelled", self._preview()["title"])
        self.order.action_draft()
        self.second.state = "1_done"
        self.assertIn("once the order is confirmed", self._preview()["title"])

    def test_a_task_of_no_milestone_says_nothing(self):
        task = self.env["project.task"].create({"name": "Other", "project_id": self.first.project_id.id})
        self.assertEqual(task.with_user(self.worker).get_billing_preview(), [])

    def test_customers_are_kept_out(self):
        portal = new_test_user(self.env, "preview_portal", "base.group_portal")
        self.first.project_id.privacy_visibility = "portal"
        self.first.message_subscribe(portal.partner_id.ids)
        with self.assertRaises(AccessError):
            self.first.with_user(portal).get_billing_preview()


@tagged("post_install", "-at_install")
class TestTaskHint(PreviewCommon):
    """The card of a task says quietly what finishing it bills."""

    def _hint(self, task=None, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        hint = (task or self.first).with_user(user or self.worker).billing_hint
        return hint and hint.replace("\u00a0", " ")

    def test_counts_what_is_left_then_says_what_it_bills(self):
        self.assertEqual(self._hint(), "2 of 2 tasks left to bill $ 1,200.00")
        self.second.state = "1_done"
        self.assertEqual(self._hint(), "Bills $ 1,200.00")
        self.assertEqual(self._hint(self.second), "1 of 2 tasks left to bill $ 1,200.00")
        self.env["billing.hold"].create({"order_id": self.order.id, "reason": "Scope dispute"})
        self.assertEqual(self._hint(), "Bills $ 1,200.00, on hold")
        self.first.state = "1_done"
        self.assertEqual(self._hint(), "$ 1,200.00 waits: on hold")

    def test_says_nothing_where_finishing_it_bills_nothing(self):
        other = self.env["project.task"].create({"name": "Other", "project_id": self.first.project_id.id})
        self.assertFalse(self._hint(other))
        self.milestone._attain(100.0, fields.Date.today(), "manual")
        self.assertFalse(self._hint(self.first))

    def test_a_quotation_bills_nothing_yet(self):
        self.order._action_cancel()
        self.assertFalse(self._hint())
        self.order.action_draft()
        self.assertFalse(self._hint())

    def test_follows_the_rights_of_the_reader(self):
        stranger = new_test_user(self.env, "hint_stranger", "base.group_user,project.group_project_user")
        portal = new_test_user(self.env, "hint_portal", "base.group_portal")
        seller = new_test_user(self.env, "hint_seller", "sales_team.group_sale_salesman")
        read_cards = self.env["billing.milestone"]._task_cards
        self.assertEqual(read_cards(self.first.ids).keys(), {self.first.id})
        self.first.project_id.privacy_visibility = "followers"
        for user in (stranger, portal):
            self.assertEqual(self.env["billing.milestone"].with_user(user)._task_cards(self.first.ids), {})
        for user, seen in ((self.worker, True), (portal, False), (seller, False)):
            tasks = self.env["project.task"].with_user(user)
            self.assertEqual("billing_hint" in tasks.fields_get(), seen)
            cards = tasks.get_view(self.env.ref("project.view_task_kanban").id)["arch"]
            self.assertEqual("o_billing_hint" in cards, seen)

    def test_a_page_of_cards_takes_as_many_queries_as_one(self):
        counts = []
        for number in (1, 39):
            for _index in range(number):
                order = self._make_order(1000.0, 500.0)
                self._make_schedule(order, {"name": "Line", "due_on": "task", "task_pattern": "line*", "percent": 80})
                order.action_confirm()
                counts.append(order.tasks_ids.ids)
        few, many = counts[0], sum(counts, [])
        asked = []
        for ids in (few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            tasks = self.env["project.task"].with_user(self.worker)
            self.assertTrue(self.first.with_user(self.worker).billing_hint)
            tasks.invalidate_model()
            before = self.env.cr.sql_log_count
            rows = tasks.web_search_read([("id", "in", ids)], {"name": {}, "billing_hint": {}})["records"]
            asked.append(self.env.cr.sql_log_count - before)
            self.assertEqual(len(rows), len(ids))
            self.assertTrue(all("2 of 2" in row["billing_hint"] for row in rows))
        self.assertEqual(len(many), 80)
        self.assertLessEqual(asked[1], asked[0] + 1)


@tagged("post_install", "-at_install")
class TestProjectPanel(PreviewCommon):
    """A project shows its money, what is stuck and what comes next, to people without rights in Sales."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.project = cls.milestone.project_id

    def _panel(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.project.with_user(self.worker).get_billing_panel()

    def _names(self, rows):
        return [row["name"] for row in rows["milestones"]]

    def test_money_with_the_deposit_that_is_delivered_nowhere(self):
        self.deposit.write({"due_on": "date", "date": "2031-01-01", "project_milestone_id": False})
        self.assertFalse(self.deposit.project_id)
        self.deposit.action_attain()
        self._drain()
        [money] = self._panel()["money"]
        self.assertEqual(money["currency_id"], self.order.currency_id.id)
        self.assertEqual(
            money["totals"], {"planned": 1500.0, "attained": 300.0, "billed": 300.0, "paid": 0.0, "waiting": 0.0}
        )

    def test_each_currency_by_itself(self):
        other = self._make_order(100.0, pricelist_id=self._make_pricelist("CHF").id)
        self._make_schedule(
            other,
            {"name": "Abroad", "due_on": "milestone", "percent": 100},
        ).milestone_ids.project_milestone_id = self.env["project.milestone"].create(
            {"name": "Abroad", "project_id": self.project.id}
        )
        totals = {row["currency_id"]: row["totals"]["planned"] for row in self._panel()["money"]}
        self.assertEqual(totals, {self.order.currency_id.id: 1500.0, other.currency_id.id: 100.0})

    def test_what_is_stuck_comes_apart_from_what_comes_next(self):
        self.milestone.planned_date = fields.Date.add(fields.Date.today(), days=5)
        self.deposit.planned_date = fields.Date.subtract(fields.Date.today(), days=5)
        panel = self._panel()
        self.assertEqual(self._names(panel["waiting"]), ["Deposit"])
        self.assertEqual(self._names(panel["next"]), ["Line"])
        self.customer.active = False
        (self.first | self.second).state = "1_done"
        self._drain()
        panel = self._panel()
        self.assertEqual(self._names(panel["waiting"]), ["Line", "Deposit"], "the worst first")
        self.assertEqual(panel["next"]["count"], 0)

    def test_panel_of_odoo_shows_it_where_there_is_any(self):
        data = self.project.with_user(self.worker).get_panel_data()
        self.assertTrue(data["user"]["shows_billing"])
        self.assertIn("Billing Milestones", [button["text"] for button in data["buttons"]])
        empty = self.env["project.project"].create({"name": "Internal"})
        self.assertFalse(empty.with_user(self.worker).get_panel_data()["user"]["shows_billing"])

    def test_stat_button_opens_its_milestones(self):
        project = self.project.with_user(self.worker)
        self.assertEqual(project.billing_milestone_count, 2)
        action = project.action_view_billing_milestones()
        self.assertEqual(self.env["billing.milestone"].search(action["domain"]), self.schedule.milestone_ids)

    def test_project_that_the_user_may_not_see_is_kept_out(self):
        self.project.privacy_visibility = "followers"
        with self.assertRaises(AccessError):
            self.project.with_user(self.worker).get_billing_panel()
