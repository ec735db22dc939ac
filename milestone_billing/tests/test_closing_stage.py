from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .preview_common import PreviewCommon


class BoardCommon(PreviewCommon):
    """A board with an open and a closing stage."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        project = cls.first.project_id
        stages = cls.env["project.task.type"].create(
            [{"name": name, "fold": fold, "project_ids": project.ids} for name, fold in (("Doing", 0), ("Closed", 1))]
        )
        cls.doing, cls.closed = stages
        project.tasks.stage_id = cls.doing
        cls.other = cls.env["project.task"].create(
            {"name": "Other", "project_id": project.id, "stage_id": cls.doing.id}
        )

    def _as_worker(self, tasks):
        self.env.flush_all()
        self.env.invalidate_all()
        return tasks.with_user(self.worker)

    def _questions(self, tasks, stage=None):
        asked = self._as_worker(tasks).get_closing_questions((stage or self.closed).id)
        return {
            task: text.replace("\u00a0", " ").replace("\u2068", "").replace("\u2069", "")
            for task, text in asked.items()
        }


@tagged("post_install", "-at_install")
class TestClosingStage(BoardCommon):
    """Moving a task to a closing stage marks it done where the company, or the one who drags it, says so."""

    def test_asks_whether_the_last_task_is_done_with_what_that_bills(self):
        self.second.state = "1_done"
        self.assertEqual(
            self._questions(self.first),
            {str(self.first.id): "Mark done and bill $ 1,200.00? The invoice will be posted."},
        )

    def test_column_done_asks_and_cancelled_does_not(self):
        """As Odoo makes the stages of a project for an order: Done is open on the board, Cancelled is folded."""
        self.second.state = "1_done"
        stages = self.env["project.task.type"].create(
            [
                {"name": "In Progress", "fold": False},
                {"name": "Done", "fold": False},
                {"name": "Cancelled", "fold": True},
                {"name": "Canceled ", "fold": True},
                {"name": "Handed Over", "fold": True},
            ]
        )
        self.assertEqual(stages.mapped("billing_closes"), [False, True, False, False, True])
        self.assertIn("Mark done and bill", self._questions(self.first, stages[1])[str(self.first.id)])
        for stage in stages[0] | stages[2]:
            self.assertEqual(self._questions(self.first, stage), {})
        self.company.billing_closing_policy = "always"
        self._as_worker(self.first).stage_id = stages[2].id
        self.assertNotEqual(self.first.state, "1_done")

    def test_stages_are_known_in_the_language_they_were_made_in(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        french = self.env["project.task.type"].with_context(lang="fr_FR")
        made = french.create([{"name": "Terminé", "fold": False}, {"name": "Annulé", "fold": True}])
        self.assertEqual(made.mapped("billing_closes"), [True, False])

    def test_a_stage_closes_as_a_person_says(self):
        self.second.state = "1_done"
        self.closed.billing_closes = False
        self.assertEqual(self._questions(self.first), {})
        review = self.env["project.task.type"].create({"name": "Review", "billing_closes": True})
        self.assertTrue(self._questions(self.first, review))

    def test_what_is_no_stage_is_refused_in_a_sentence(self):
        for sent in (
            "\x00",
            "abc",
            "2026-01-31",
            1.5,
            float("nan"),
            float("inf"),
            True,
            False,
            None,
            0,
            -1,
            2**31,
            [1],
        ):
            with self.subTest(sent=sent), self.assertRaisesRegex(UserError, "stage_id: A whole number"):
                self._as_worker(self.first).get_closing_questions(sent)
        self.assertEqual(self._as_worker(self.first).get_closing_questions(2**31 - 1), {}, "one that is gone")

    def test_asks_what_remains_then(self):
        self.assertEqual(
            self._questions(self.first),
            {str(self.first.id): "Mark done? $ 1,200.00 is billed when the one task that remains is done"},
        )
        both = self._questions(self.first | self.second)
        self.assertEqual(set(both), {str(self.first.id), str(self.second.id)}, "several at once finish together")
        self.assertIn("Mark done and bill $ 1,200.00?", both[str(self.first.id)])

    def test_says_that_a_hold_keeps_it_back(self):
        self.second.state = "1_done"
        self.env["billing.hold"].create({"order_id": self.order.id, "reason": "Scope dispute"})
        self.assertEqual(
            self._questions(self.first),
            {str(self.first.id): "Mark done? $ 1,200.00 is billed as soon as the hold ends or is released."},
        )

    def test_asks_nothing_where_nothing_waits(self):
        self.assertEqual(self._questions(self.other), {})
        self.assertEqual(self._questions(self.first, self.doing), {})
        self.first.stage_id = self.closed
        self.assertEqual(self._questions(self.first), {}, "it is there already")
        self.assertEqual(self._questions(self.first, self.doing), {}, "nor when it is dragged back")
        self.second.state = "1_canceled"
        self.assertEqual(self._questions(self.second), {})
        self.order._action_cancel()
        self.order.action_draft()
        self.first.stage_id = self.doing
        self.assertEqual(self._questions(self.first), {}, "a quotation bills nothing")

    def test_follows_the_setting_of_the_company(self):
        for policy, asked in (("ask", 1), ("always", 0), ("never", 0)):
            self.company.billing_closing_policy = policy
            self.assertEqual(len(self._questions(self.first)), asked)

    def test_asks_who_may_see_the_task_and_its_billing(self):
        stranger = new_test_user(self.env, "closing_stranger", "base.group_user,project.group_project_user")
        self.first.project_id.privacy_visibility = "followers"
        with self.assertRaises(AccessError):
            self.first.with_user(stranger).get_closing_questions(self.closed.id)

    def test_other_systems_are_not_asked(self):
        self._as_worker(self.first).write({"stage_id": self.closed.id})
        self.assertEqual(self.first.state, "01_in_progress", "Odoo's way, unless the company says always")

    def test_always_marks_done_and_bills(self):
        self.company.billing_closing_policy = "always"
        self._as_worker(self.first | self.second | self.other).write({"stage_id": self.closed.id})
        self.assertEqual((self.first | self.second).mapped("state"), ["1_done", "1_done"])
        self.assertEqual(self.other.state, "01_in_progress", "no milestone waits for it")
        self._drain()
        self.assertEqual(self.milestone.state, "invoiced")
        self._as_worker(self.first).write({"stage_id": self.doing.id})
        self.assertEqual(self.first.state, "1_done", "dragged back it stays done, as in Odoo")
        self.assertEqual(self.milestone.state, "invoiced")

    def test_always_leaves_what_is_said_or_settled(self):
        self.company.billing_closing_policy = "always"
        self._as_worker(self.first).write({"stage_id": self.closed.id, "state": "03_approved"})
        self.assertEqual(self.first.state, "03_approved")
        self.second.state = "1_canceled"
        self._as_worker(self.second).write({"stage_id": self.closed.id})
        self.assertEqual(self.second.state, "1_canceled")

    def test_never_leaves_it_open(self):
        self.company.billing_closing_policy = "never"
        self._as_worker(self.first).write({"stage_id": self.closed.id})
        self.assertEqual(self.first.state, "01_in_progress")

    def test_billing_manager_chooses(self):
        manager = new_test_user(
            self.env,
            "closing_manager",
            "base.group_user,milestone_billing.group_billing_manager",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        settings = self.env["billing.settings"].with_user(manager).create({})
        self.assertEqual(settings.billing_closing_policy, "ask")
        settings.billing_closing_policy = "always"
        settings.execute()
        self.assertEqual(self.company.billing_closing_policy, "always")
        with self.assertRaises(AccessError):
            self.env["billing.settings"].with_user(self.worker).create({})


@tagged("post_install", "-at_install")
class TestDoneCard(BoardCommon):
    """The card of a task that is done keeps its line: what became of its milestone."""

    def _card(self, task):
        task = self._as_worker(task)
        return (task.billing_hint or "").replace("\u00a0", " "), task.billing_card

    def test_waits_then_is_green_with_its_invoice(self):
        self.first.state = "1_done"
        text, card = self._card(self.first)
        self.assertEqual((text, card["tone"]), ("1 of 2 tasks left to bill $ 1,200.00", "muted"))
        self.assertEqual(card["order_ids"], self.order.ids)
        self.second.state = "1_done"
        text, card = self._card(self.first)
        self.assertEqual((text, card["tone"], card["waits"]), ("$ 1,200.00 is being billed", "info", True))
        self._drain()
        text, card = self._card(self.first)
        self.assertEqual(text, f"$ 1,200.00 is invoiced · {self.milestone.invoice_ids.name}")
        self.assertEqual((card["tone"], card["waits"]), ("success", False))

    def test_says_what_keeps_it_back(self):
        self.env["billing.hold"].create({"order_id": self.order.id, "reason": "Scope dispute"})
        (self.first | self.second).state = "1_done"
        self.assertEqual(self._card(self.first)[0], "$ 1,200.00 waits: on hold")
        self.assertEqual(self._card(self.first)[1]["tone"], "warning")

    def test_the_other_cards_are_told(self):
        self.env.cr.precommit.run()
        sent = self.env["bus.bus"].sudo().search_count([])
        self._as_worker(self.first).write({"state": "1_done"})
        self.env.flush_all()
        self.env.cr.precommit.run()
        messages = self.env["bus.bus"].sudo().search([], order="id")[sent:].mapped("message")
        self.assertTrue([message for message in messages if "milestone_billing/changed" in message])

    def test_a_board_of_done_cards_takes_as_many_queries_as_one(self):
        orders = self.env["sale.order"]
        for _index in range(12):
            order = self._make_order(1000.0)
            self._make_schedule(order, {"name": "Line", "due_on": "task", "percent": 80}, invoice_policy="post")
            order.action_confirm()
            order.tasks_ids.state = "1_done"
            orders |= order
        self._drain()
        asked = []
        ids = orders.billing_milestone_ids.task_ids.ids
        for tasks in (self.first.browse(ids[:1]), self.first.browse(ids)):
            # What belongs to the user is in the caches from here on.
            self._as_worker(self.other).read(["billing_hint"])
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rows = tasks.with_user(self.worker).web_read({"billing_hint": {}, "billing_card": {}})
            asked.append(self.env.cr.sql_log_count - before)
            self.assertTrue(all("INV/" in row["billing_hint"] for row in rows))
        self.assertLessEqual(asked[1], asked[0] + 1)
