from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestTimeline(BillingCommon):
    """The timeline says where a plan stands, what comes next, and what its reader may do about it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._make_order(1000.0)
        cls.schedule = cls._make_schedule(
            cls.order,
            {"name": "Design", "due_on": "task", "percent": 40},
            {"name": "Acceptance", "due_on": "manual", "percent": 60},
            invoice_policy="post",
        )
        cls.design, cls.acceptance = cls.schedule.milestone_ids
        cls.roles = {
            name: new_test_user(
                cls.env,
                f"timeline_{name}",
                f"base.group_user,{group}",
                company_id=cls.company.id,
                company_ids=cls.company.ids,
            )
            for name, group in {
                "project": "project.group_project_user",
                "clerk": "milestone_billing.group_billing_user",
                "manager": "milestone_billing.group_billing_manager",
                "auditor": "account.group_account_readonly",
            }.items()
        }

    def _nodes(self, role="manager", record=None):
        self.env.flush_all()
        self.env.invalidate_all()
        timeline = (record or self.schedule).with_user(self.roles[role]).get_billing_timeline()
        return {node["name"]: node for node in timeline["milestones"]}

    def _invoiced(self):
        self.order.action_confirm()
        self.acceptance.action_attain()
        self._drain()

    def test_quotation_says_what_will_be_billed_and_lets_nobody_attain(self):
        node = self._nodes()["Acceptance"]
        self.assertEqual(node["status"], "planned")
        self.assertIn("600.00", node["effect"])
        self.assertIn("after the order is confirmed", node["effect"])
        self.assertNotIn("attain", node["actions"])

    def test_totals_follow_the_money(self):
        self._invoiced()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.acceptance.invoice_ids.ids
        ).create({"amount": 300.0})._create_payments()
        totals = self.schedule.get_billing_timeline()["totals"]
        self.assertEqual(totals, {"planned": 1000.0, "attained": 600.0, "billed": 600.0, "paid": 300.0, "waiting": 0.0})

    def test_what_is_paid_in_another_currency_counts(self):
        self.schedule.invoice_policy = "draft"
        self.order.action_confirm()
        for milestone in self.schedule.milestone_ids:
            milestone.action_attain()
            self._drain()
        same, other = self.order.invoice_ids.sorted("id")
        # One invoice bills its 400 as 700 of a currency of which the company's own is worth 2 on its day.
        francs = self.setup_other_currency("CHF", rates=[("2016-01-01", 2.0), ("2031-01-01", 5.0)])
        same.write({"currency_id": francs.id, "invoice_date": "2030-03-01"})
        same.invoice_line_ids.price_unit = 700.0
        (same | other).action_post()
        for move, amount in ((same, 350.0), (other, 200.01)):
            self.env["account.payment.register"].with_context(active_model="account.move", active_ids=move.ids).create(
                {"amount": amount, "currency_id": move.currency_id.id}
            )._create_payments()
        self.assertEqual(self.schedule.milestone_ids.mapped("billed_amount"), [350.0, 600.0])
        totals = self.schedule.get_billing_timeline()["totals"]
        self.assertEqual(totals["paid"], 375.01, "175 of the francs at the invoice's day, and the exact cents")
        paid = [status["paid"] for status in self.env["billing.milestone"].get_status(self.schedule.milestone_ids.ids)]
        self.assertEqual(paid, [175.0, 200.01])

    def test_an_invoice_settled_by_a_credit_note_is_not_paid(self):
        self._invoiced()
        self.acceptance.invoice_ids._reverse_moves(cancel=True)
        self.assertEqual(self.schedule.get_billing_timeline()["totals"]["paid"], 0.0)

    def test_paid_is_the_same_for_the_screen_the_customer_and_other_systems(self):
        """What a credit note settles is not paid; what is paid back is not, and never more than is invoiced."""
        self._invoiced()
        move = self.acceptance.invoice_ids
        refund = move._reverse_moves([{"invoice_date": move.invoice_date}])
        refund.invoice_line_ids.price_unit = 200.0
        refund.action_post()
        (move + refund).line_ids.filtered(lambda line: line.account_type == "asset_receivable").reconcile()
        self.assertPaid(0.0)
        self.env["account.payment.register"].with_context(active_model="account.move", active_ids=move.ids).create(
            {"amount": 150.0}
        )._create_payments()
        self.assertPaid(150.0)

    def test_a_hold_is_said_of_what_is_billed_in_part_and_not_of_what_is_billed(self):
        self.order.action_confirm()
        self.env["billing.milestone"].attain([{"key": "part", "milestone": self.acceptance.id, "percent": 40}])
        self._drain()
        self.assertEqual(self.acceptance.status, "partial")
        hold = self.env["billing.hold"].create({"reason": "Dispute", "milestone_id": self.acceptance.id})
        self.assertEqual(self.acceptance.status, "held")
        hold.action_release()
        self.acceptance.action_attain()
        self._drain()
        self.env["billing.hold"].create({"reason": "Dispute", "milestone_id": self.acceptance.id})
        self.assertEqual(self.acceptance.status, "invoiced")

    def test_no_more_is_paid_than_is_invoiced(self):
        """An invoice that was paid and is credited in part: the rest of the payment is the customer's."""
        self._invoiced()
        move = self.acceptance.invoice_ids
        self.env["account.payment.register"].with_context(active_model="account.move", active_ids=move.ids).create(
            {}
        )._create_payments()
        self.assertPaid(600.0)
        refund = move._reverse_moves([{"invoice_date": move.invoice_date}])
        refund.invoice_line_ids.price_unit = 200.0
        refund.action_post()
        self.assertPaid(400.0)

    def assertPaid(self, amount):
        """Assert what the timeline, the customer's page and the API tell as paid."""
        self.env.invalidate_all()
        told = [
            self.schedule.get_billing_timeline()["totals"]["paid"],
            self.order._billing_plans()["paid"],
            self.acceptance.get_status(self.acceptance.ids)[0]["paid"],
        ]
        self.assertEqual(told, [amount] * 3)

    def test_each_role_is_offered_what_it_may_do(self):
        self.order.action_confirm()
        self.assertEqual(self._nodes("project")["Acceptance"]["actions"], ["attain", "attain_to", "open"])
        self.assertEqual(self._nodes("clerk")["Acceptance"]["actions"], ["attain", "attain_to", "open"])
        self.assertEqual(self._nodes("manager")["Acceptance"]["actions"], ["attain", "attain_to", "hold", "open"])
        self.assertEqual(self._nodes("auditor")["Acceptance"]["actions"], ["open"])

    def test_every_offered_act_works(self):
        self.order.action_confirm()
        as_project = self.acceptance.with_user(self.roles["project"])
        as_project.action_attain()
        self._drain()
        node = self._nodes("auditor")["Acceptance"]
        self.assertEqual((node["status"], node["label"]), ("invoiced", "Invoiced"))
        self.assertEqual(node["actions"], ["open_invoices", "open"])
        self.assertEqual(self._nodes("project")["Acceptance"]["actions"], ["undo", "open"])
        action = self.acceptance.with_user(self.roles["auditor"]).action_view_invoices()
        self.assertEqual(action["res_id"], node["invoices"][0]["id"])

    def test_project_user_sees_the_number_of_an_invoice_he_may_not_open(self):
        self._invoiced()
        node = self._nodes("project")["Acceptance"]
        self.assertEqual(
            node["invoices"],
            [{"id": self.acceptance.invoice_ids.id, "name": self.acceptance.invoice_ids.name, "may_open": False}],
        )
        self.assertNotIn("open_invoices", node["actions"])

    def test_held_says_why_and_is_released(self):
        self.order.action_confirm()
        hold = self.env["billing.hold"].create({"order_id": self.order.id, "reason": "Scope dispute"})
        node = self._nodes()["Design"]
        self.assertEqual((node["status"], node["label"]), ("held", "On Hold"))
        self.assertIn("Scope dispute", node["reason"])
        self.assertEqual([row["id"] for row in node["holds"]], hold.ids)
        self.assertEqual(node["actions"], ["attain", "attain_to", "release", "open"])
        self.assertIn("as soon as the hold ends", node["remedy"])
        hold.action_release()
        self.assertEqual(self._nodes()["Design"]["status"], "planned")

    def test_failed_says_why_and_is_retried(self):
        self.order.action_confirm()
        self.customer.active = False
        self.acceptance.action_attain()
        self._drain()
        node = self._nodes()["Acceptance"]
        self.assertEqual(node["status"], "failed")
        self.assertIn("archived", node["reason"])
        self.assertIn("Unarchive", node["remedy"])
        self.assertEqual(node["actions"], ["retry", "hold", "undo", "open"])
        self.assertEqual(self._nodes("project")["Acceptance"]["actions"], ["undo", "open"])

    def test_undoing_is_told_before(self):
        self.assertEqual(self._nodes()["Acceptance"]["undoing"], "")
        self.order.action_confirm()
        self.acceptance._attain(50.0, fields.Date.today(), "manual")
        self.assertIn("changes no invoice", self._nodes()["Acceptance"]["undoing"])
        self._drain()
        move = self.acceptance.invoice_ids
        self.assertEqual(
            self._nodes()["Acceptance"]["undoing"].replace("\u00a0", " "),
            f"Undoing it proposes a credit note of $ 300.00 for {move.name}.",
        )
        self.schedule.invoice_policy = "draft"
        self.acceptance.action_attain()
        self._drain()
        node = self._nodes("project")["Acceptance"]
        self.assertTrue(node["undoing"].startswith("Undoing it takes it off the draft invoice. Undoing it proposes"))
        self.assertIn("undo", node["actions"])

    def test_what_waits_for_a_credit_note_is_credited_and_not_retried(self):
        self._invoiced()
        self.acceptance.with_user(self.roles["project"]).action_undo()
        self._drain()
        node = self._nodes()["Acceptance"]
        self.assertEqual(node["status"], "blocked")
        self.assertEqual(node["actions"], ["attain_to", "credit", "hold", "open_invoices", "open"])
        self.assertEqual(self._nodes("clerk")["Acceptance"]["actions"], ["attain_to", "open"])

    def test_attaining_in_part_is_told_before(self):
        self.order.action_confirm()
        wizard = self.env["billing.attain.wizard"].with_user(self.roles["project"])

        def effect(percent):
            row = wizard.create({"milestone_ids": self.acceptance.ids, "percent": percent})
            return row.effect.replace("\u00a0", " ").replace("\u2068", "").replace("\u2069", "")

        self.assertEqual(effect(50), "Bills $ 300.00, untaxed. The invoice will be posted.")
        self.acceptance._attain(50.0, fields.Date.today(), "manual")
        self.assertEqual(effect(75), "Bills $ 150.00, untaxed. The invoice will be posted.")
        self.assertIn("Takes $ 60.00 back", effect(40))
        self.assertIn("is attained to 50 % already", effect(50))
        self.env["billing.hold"].create({"order_id": self.order.id, "reason": "Scope dispute"})
        self.assertIn("as soon as the hold ends", effect(75))

    def test_the_dialog_tells_nothing_of_what_its_user_may_not_read(self):
        self.order.action_confirm()
        self.design.project_id.privacy_visibility = "followers"
        stranger = new_test_user(self.env, "timeline_stranger", "base.group_user,project.group_project_user")
        wizard = self.env["billing.attain.wizard"].with_user(stranger)
        with self.assertRaises(AccessError):
            wizard.new({"milestone_ids": self.design.ids, "percent": 50.0}).mapped("effect")
        with self.assertRaises(AccessError):
            wizard.create({"milestone_ids": self.design.ids, "percent": 50.0}).mapped("effect")

    def test_a_hold_is_said_in_the_same_words_everywhere(self):
        self.order.action_confirm()
        self.env["billing.hold"].create({"order_id": self.order.id, "reason": "Scope dispute"})
        milestones = self.schedule.milestone_ids
        labels = dict(milestones._fields["status"]._description_selection(self.env))
        self.assertEqual([labels[row["status"]] for row in milestones.read(["status"])], ["On Hold", "On Hold"])
        self.assertEqual({node["label"] for node in self._nodes().values()}, {"On Hold"})
        [preview] = self.design.task_ids.get_billing_preview()
        self.assertEqual(preview["label"], "On Hold")
        self.acceptance.action_attain()
        self._drain()
        self.assertEqual(self._nodes()["Acceptance"]["label"], labels[self.acceptance.status])
        self.assertEqual(milestones.mapped("status"), ["held", "held"])
        self.order.billing_hold_ids.action_release()
        self._drain()
        self.assertEqual(milestones.mapped("status"), ["planned", "invoiced"])

    def test_late_is_what_was_expected_and_is_not_attained(self):
        self.order.action_confirm()
        self.acceptance.planned_date = fields.Date.subtract(fields.Date.today(), days=3)
        self.assertTrue(self._nodes()["Acceptance"]["is_late"])
        self.acceptance.action_attain()
        self.assertFalse(self._nodes()["Acceptance"]["is_late"])

    def test_due_is_told_in_words(self):
        self.order.action_confirm()
        self.assertIn(f"“{self.design.task_ids.name}”", self._nodes()["Design"]["due"])
        for values, words in (
            ({"due_on": "delivery"}, "delivered quantity"),
            ({"due_on": "confirmation"}, "confirmation"),
            ({"due_on": "date", "date": "2031-05-06"}, "2031"),
            ({"due_on": "offset", "offset_number": 4, "offset_unit": "months"}, "4 months after the confirmation"),
            ({"due_on": "offset", "offset_number": 0}, "The day of the confirmation"),
        ):
            with self.subTest(values):
                row = self.env["billing.milestone"].new({"schedule_id": self.schedule.id, **values})
                self.assertIn(words, row._describe_due())

    def test_long_plan_shows_what_is_around_now_in_few_queries(self):
        order = self._make_order(1000.0)
        schedule = self._make_schedule(
            order, *({"name": f"Step {index}", "due_on": "manual", "percent": 1} for index in range(60))
        )
        order.action_confirm()
        schedule.milestone_ids[:20]._attain(100.0, fields.Date.today(), "manual")
        self._drain()
        timeline = order.with_user(self.roles["manager"]).get_billing_timeline(limit=10)
        self.assertEqual((timeline["count"], timeline["before"], timeline["after"]), (60, 16, 34))
        self.assertEqual(timeline["milestones"][4]["name"], "Step 20")
        counts = []
        for limit in (10, 40):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            order.with_user(self.roles["manager"]).get_billing_timeline(limit=limit)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1)

    def test_other_order_and_customer_are_kept_out(self):
        self.order.action_confirm()
        portal = new_test_user(self.env, "timeline_portal", "base.group_portal")
        portal.partner_id.parent_id = self.customer
        with self.assertRaises(AccessError):
            self.schedule.with_user(portal).get_billing_timeline()
        with self.assertRaises(AccessError):
            self.order.with_user(portal).get_billing_timeline()
        nobody = new_test_user(self.env, "timeline_nobody", "base.group_user")
        with self.assertRaises(AccessError):
            self.schedule.with_user(nobody).get_billing_timeline()

    def test_order_without_a_plan_has_an_empty_timeline(self):
        timeline = self._make_order(10.0).get_billing_timeline()
        self.assertEqual((timeline["count"], timeline["milestones"]), (0, []))


@tagged("post_install", "-at_install")
class TestUpdates(BillingCommon):
    """Screens hear of what changes, each only of what its user may read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._make_order(1000.0)
        cls.schedule = cls._make_schedule(cls.order, 40, 60)
        cls.order.action_confirm()
        cls._sent()

    @classmethod
    def _sent(cls):
        """Return the orders told of since the last call, on their own channels."""
        cls.env.flush_all()
        cls.env.cr.precommit.run()
        rows = cls.env["bus.bus"].sudo().search([("message", "like", "milestone_billing/changed")])
        channels = rows.mapped("channel")
        rows.unlink()
        return channels

    def _channel(self, record):
        return f'["{self.env.cr.dbname}","{record._name}",{record.id},"milestone_billing"]'

    def test_one_message_for_the_order_and_one_for_the_company(self):
        self.schedule.milestone_ids.action_attain()
        channels = set(self._sent())
        self.assertEqual(channels, {self._channel(self.order), self._channel(self.company)})

    def test_told_when_billed_held_and_replanned(self):
        self.schedule.milestone_ids[0].action_attain()
        self._sent()
        for act in (
            self._drain,
            lambda: self.env["billing.hold"].create({"order_id": self.order.id, "reason": "Dispute"}),
            lambda: self.schedule.milestone_ids[1].write({"percent": 50}),
            lambda: self.order.order_line.write({"price_unit": 1200.0}),
            lambda: self.schedule.milestone_ids[1].unlink(),
        ):
            act()
            self.assertIn(self._channel(self.order), self._sent())

    def test_told_when_paid(self):
        self.schedule.milestone_ids[0].action_attain()
        self._drain()
        move = self.order.invoice_ids
        if move.state == "draft":
            move.action_post()
        self._sent()
        self.env["account.payment.register"].with_context(active_model="account.move", active_ids=move.ids).create(
            {}
        )._create_payments()
        self.assertIn(self._channel(self.order), self._sent())

    def test_nothing_is_said_of_what_stays(self):
        self.order.client_order_ref = "PO 7"
        self.assertFalse(self._sent())

    def _channels_of(self, user, *asked):
        return self.env["ir.websocket"].with_user(user)._billing_channels([order.id for order in asked], True)

    def test_only_who_may_read_hears(self):
        other = self._make_order(10.0)
        clerk = new_test_user(
            self.env, "updates_clerk", "milestone_billing.group_billing_user", company_id=self.company.id
        )
        self.assertEqual(
            [(record._name, record.id) for record, _sub in self._channels_of(clerk, self.order, other)],
            [("sale.order", self.order.id), ("res.company", self.company.id)],
        )
        for login, group in (("updates_portal", "base.group_portal"), ("updates_nobody", "base.group_user")):
            self.assertEqual(self._channels_of(new_test_user(self.env, login, group), self.order), [])
