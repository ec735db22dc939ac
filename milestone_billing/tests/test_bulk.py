from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestBulk(BillingCommon):
    """Many milestones at once: what will happen is said before, and what happened after."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            "bulk_manager",
            "milestone_billing.group_billing_manager",
            company_id=cls.company.id,
            company_ids=cls.company.ids,
        )
        cls.order = cls._make_order(1000.0)
        cls.other = cls._make_order(2000.0)
        for order in (cls.order, cls.other):
            cls._make_schedule(order, 40, 60)
            order.action_confirm()
        cls.milestones = (cls.order | cls.other).billing_milestone_ids

    def _wizard(self, act, milestones, **values):
        wizards = self.env["billing.bulk.wizard"].with_user(self.manager)
        context = {"default_act": act, "active_model": "billing.milestone", "active_ids": milestones.ids}
        with Form(wizards.with_context(**context)) as form:
            for name, value in values.items():
                form[name] = value
        return form.record

    def _summary(self, wizard):
        """Return the summary without the marks around amounts."""
        return wizard.summary.translate({0xA0: " ", 0x2068: None, 0x2069: None})

    def _apply(self, wizard):
        params = wizard.action_apply()["params"]
        self.env.invalidate_all()
        return params["type"], params["message"]

    def _block(self, *milestones):
        """Put the milestones on hold, attain them and let the queue block them."""
        for milestone in milestones:
            self.env["billing.hold"].create({"milestone_id": milestone.id, "reason": "Dispute"})
            milestone.action_attain()
        self._drain()

    def test_hold_many(self):
        self.milestones[0].action_attain()
        self._drain()
        wizard = self._wizard("hold", self.milestones, reason="Credit check", date_to=fields.Date.today())
        self.assertIn("To be held: 3 ($ 2,600.00).", self._summary(wizard))
        self.assertIn("Left alone, as there is nothing to do: 1.", wizard.summary)
        self.assertEqual(self._apply(wizard), ("success", "3 milestones are kept from being billed."))
        self.assertEqual(self.milestones.filtered("is_held"), self.milestones[1:])
        self.assertEqual(set(self.milestones.hold_ids.mapped("reason")), {"Credit check"})
        self.assertEqual(self.milestones.hold_ids.user_id, self.manager)

    def test_release_says_what_it_frees(self):
        self._block(self.milestones[0], self.milestones[2])
        self.env["billing.hold"].create({"partner_id": self.customer.id, "reason": "Insolvent?"})
        wizard = self._wizard("release", self.milestones[0])
        self.assertEqual(len(wizard.hold_ids), 2)
        self.assertIn("Holds to be released: 2.", wizard.summary)
        self.assertIn("Then billed at once: 1 ($ 400.00).", self._summary(wizard))
        self.assertIn("that it frees: 3.", wizard.summary)
        kind, message = self._apply(wizard)
        self.assertEqual(kind, "success")
        self.assertIn("Released: 2. Billed: 1 (", message)
        self.assertEqual(self.milestones.mapped("state"), ["invoiced", "planned", "blocked", "planned"])

    def test_release_of_one_hold_leaves_the_other(self):
        self._block(self.milestones[0])
        self.env["billing.hold"].create({"partner_id": self.customer.id, "reason": "Insolvent?"})
        wizard = self._wizard("release", self.milestones[0])
        with Form(wizard) as form:
            form.hold_ids.remove(index=[hold.reason for hold in wizard.hold_ids].index("Insolvent?"))
        kind, message = self._apply(wizard)
        self.assertEqual(kind, "warning")
        self.assertIn("Released: 1. Still blocked: 1.", message)
        self.assertIn("Insolvent?", message)

    def test_bill_now_leaves_what_is_held(self):
        self._block(self.milestones[0])
        self.milestones[2].action_attain()
        wizard = self._wizard("bill", self.milestones)
        self.assertIn("To be billed now: 1 ($ 800.00).", self._summary(wizard))
        self.assertIn("On hold, and left alone: 1. Release these first.", wizard.summary)
        self.assertIn("Left alone, as there is nothing to do: 2.", wizard.summary)
        kind, message = self._apply(wizard)
        self.assertEqual(kind, "success")
        self.assertIn(self.milestones[2].invoice_ids.name, message)
        self.assertEqual(self.milestones.mapped("state"), ["blocked", "planned", "invoiced", "planned"])

    def test_retry_after_the_cause_is_mended(self):
        self.customer.active = False
        self.milestones[0].action_attain()
        self._drain()
        self.assertEqual(self.milestones[0].state, "failed")
        self.assertIn("Unarchive the customer", self.milestones[0].block_help)
        kind, message = self._apply(self._wizard("retry", self.milestones))
        self.assertEqual(kind, "warning")
        self.assertIn("Failed: 1.", message)
        self.assertIn("is archived", message)
        self.customer.active = True
        kind, message = self._apply(self._wizard("retry", self.milestones))
        self.assertEqual((kind, self.milestones[0].state), ("success", "invoiced"))
        self.assertFalse(self.milestones[0].block_help)

    def test_what_waits_for_a_credit_note_is_not_billed(self):
        self.milestones[0].action_attain()
        self._drain()
        self.milestones[0].action_undo()
        self._drain()
        self.milestones[2].action_attain()
        self.assertEqual(self.milestones[0].state, "blocked")
        self.assertTrue(self.milestones[0].needs_credit)
        self.assertFalse(self.milestones[0].may_retry)
        for act, count in (("bill", 1), ("retry", 0)):
            wizard = self._wizard(act, self.milestones[0] | self.milestones[2])
            self.assertEqual(len(wizard.concerned_ids), count, act)
            self.assertIn("To be credited, and left alone: 1.", wizard.summary)

    def test_retry_leaves_what_a_hold_keeps_back(self):
        self._block(self.milestones[0])
        self.customer.active = False
        self.milestones[2].action_attain()
        self._drain()
        self.customer.active = True
        self.assertEqual(self.milestones.mapped("may_retry"), [False, False, True, False])
        wizard = self._wizard("retry", self.milestones)
        self.assertIn("To be tried again: 1 ($ 800.00).", self._summary(wizard))
        self.assertIn("On hold, and left alone: 1. Release these first.", wizard.summary)
        self._apply(wizard)
        self.assertEqual(self.milestones.mapped("state"), ["blocked", "planned", "invoiced", "planned"])

    def test_nothing_to_do_is_said_and_refused(self):
        for act, words in (
            ("bill", "can be billed now"),
            ("retry", "can be tried again now"),
            ("release", "is on hold"),
        ):
            with self.subTest(act=act):
                wizard = self._wizard(act, self.milestones)
                self.assertIn(words, wizard.summary)
                with self.assertRaisesRegex(UserError, words):
                    wizard.action_apply()

    def test_hold_wants_a_reason(self):
        wizard = (
            self.env["billing.bulk.wizard"]
            .with_user(self.manager)
            .create({"act": "hold", "milestone_ids": [(6, 0, self.milestones.ids)]})
        )
        with self.assertRaisesRegex(UserError, "Say why"):
            wizard.action_apply()

    def test_only_billing_managers(self):
        clerk = new_test_user(self.env, "bulk_clerk", "milestone_billing.group_billing_user")
        with self.assertRaises(AccessError):
            self.env["billing.bulk.wizard"].with_user(clerk).create({"act": "bill"})
        with self.assertRaises(AccessError):
            self.milestones.with_user(clerk)._bill_now()

    def test_held_milestones_say_so_before_they_are_attained(self):
        self.env["billing.hold"].create({"order_id": self.order.id, "reason": "Scope unclear"})
        self.assertIn("Scope unclear", self.milestones[0].block_help)
        self.assertFalse(self.milestones[2].block_help)

    def test_name_with_order_where_orders_mix(self):
        name = self.milestones[0].with_context(billing_with_order=True).display_name
        self.assertEqual(name, f"{self.order.name} · Milestone 1")
        self.assertEqual(self.milestones[0].display_name, "Milestone 1")
