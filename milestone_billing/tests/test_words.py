from pathlib import Path

from odoo import fields
from odoo.fields import Command
from odoo.modules.migration import load_script
from odoo.tests import tagged

from .common import BillingCommon


@tagged("post_install", "-at_install")
class TestWords(BillingCommon):
    """What people read names what it means, says it once, and does not contradict what is beside it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._make_order(40000.0)
        cls._make_schedule(
            cls.order,
            {"name": "Concept", "due_on": "manual", "percent": 30},
            {"name": "Design", "due_on": "task", "percent": 40, "task_pattern": "*"},
            {"name": "Rest", "due_on": "manual", "percent": 30},
        )
        cls.order.action_confirm()
        cls.concept, cls.design, cls.rest = cls.order.billing_milestone_ids

    def _bill(self, milestone):
        milestone.action_attain()
        self._drain()

    def _billing_messages(self):
        subtype = self.env.ref("milestone_billing.mt_order_billing")
        return self.order.message_ids.filtered(lambda message: message.subtype_id == subtype).sorted("id")

    # === UNDOING === #

    def test_remedy_of_what_is_undone_names_the_credit_note(self):
        self._bill(self.concept)
        self.concept.action_undo()
        self._drain()
        self.assertIn("A billing manager drafts the credit note with “Credit Note”", self.concept.block_help)

    def test_undoing_is_told_as_such(self):
        self.order.message_subscribe(
            self.customer.ids, subtype_ids=self.env.ref("milestone_billing.mt_order_billing").ids
        )
        self.concept.action_attain()
        self.concept._attain(50.0, fields.Date.today(), "manual")
        self.concept.action_undo()
        self._drain()
        attained, lowered, undone = (" ".join(html.split()) for html in self._billing_messages().mapped("body"))
        self.assertIn("is attained to", attained)
        self.assertIn("is taken back to <strong>50 %</strong>", lowered)
        self.assertIn("is undone", undone)
        self.assertNotIn("0 %", undone)
        subject = self._billing_messages()[-1].subject
        self.assertEqual(subject, f"Concept: undone ({self.order.name})")

    def test_messages_on_billing_have_a_title_that_fits_all(self):
        """Also in a database of before, where the title is no longer that of the data."""
        subtype = self.env.ref("milestone_billing.mt_order_billing")
        subtype.description = "A milestone was attained or invoiced"
        subtype.flush_recordset()
        path = Path(__file__).parent.parent / "migrations" / "19.0.1.1.0" / "pre-message_titles.py"
        load_script(str(path), "pre_message_titles").migrate(self.env.cr, "19.0.1.0.0")
        subtype.invalidate_recordset()
        self.assertEqual(subtype.description, "Billing of a milestone")

    # === HOLDS === #

    def test_task_of_a_held_milestone_says_once_what_lifts_the_hold(self):
        self.env["billing.hold"].create({"milestone_id": self.design.id, "reason": "Dispute"})
        [preview] = self.design.task_ids[:1].get_billing_preview()
        told = " ".join((preview["title"], preview["text"], preview["reason"], preview["remedy"]))
        self.assertEqual(told.count("as soon as the hold ends"), 1, told)

    def test_holding_many_says_so_in_a_sentence(self):
        for chosen, sentence in (
            (self.rest, "1 milestone is kept from being billed."),
            (self.concept | self.design, "2 milestones are kept from being billed."),
        ):
            wizard = self.env["billing.bulk.wizard"].create(
                {"act": "hold", "reason": "Dispute", "milestone_ids": [Command.set(chosen.ids)]}
            )
            params = wizard.action_apply()["params"]
            self.assertEqual((params["title"], params["message"]), ("Hold", sentence))

    # === PLANS === #

    def test_quotation_whose_plan_is_wrong_is_refused_what_its_bar_says(self):
        for name in ("view_order_form", "billing_schedule_view_form"):
            arch = " ".join(self.env.ref(f"milestone_billing.{name}").arch.split())
            self.assertIn("can neither be sent, printed, signed nor confirmed", arch)

    def test_percentage_of_a_billed_milestone_that_is_no_longer_one_gives_way_to_its_amount(self):
        self._bill(self.concept)
        self.assertEqual(self.concept.amount_text, "30 %")
        self.order.order_line.price_unit = 44000.0
        self.assertEqual(self.concept.amount, 12000.0)
        self.assertEqual(self.concept.amount_text, self.concept.currency_id.format(12000.0))
        self.order.order_line.price_unit = 40000.0
        self.assertEqual(self.concept.amount_text, "30 %")

    def test_percentages_that_rounding_moved_stay(self):
        order = self._make_order(100.0)
        first, *_others = self._make_schedule(order, 33.333333, 33.333333, 33.333334).milestone_ids
        order.action_confirm()
        self._bill(first)
        self.assertEqual(first.amount_text, "33.333333 %")
