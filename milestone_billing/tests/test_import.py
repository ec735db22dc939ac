from datetime import datetime

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import BillingCommon

MARKUP = '<a href="https://evil.example">Pay here</a><img src="https://evil.example/x.png"/>'


@tagged("post_install", "-at_install")
class TestImport(BillingCommon):
    """What other systems send: plans as given, and nothing of it is more than words and amounts."""

    def _entry(self, order, *milestones, **values):
        rows = [
            {"external_key": f"m{index}", "name": f"M{index}", "due": {"on": "manual"}, **row}
            for index, row in enumerate(milestones)
        ]
        return {"order": order.id, "external_key": f"plan of {order.id}", "milestones": rows, **values}

    def _import(self, *entries):
        return self.env["billing.schedule"].import_schedules(list(entries))

    # === WORDS === #

    def test_a_name_with_markup_is_words_wherever_it_is_told(self):
        customer = self.env["res.partner"].create({"name": MARKUP, "email": "x@x.example"})
        order = self._make_order(1000.0, partner_id=customer.id, name=MARKUP)
        schedule = self._make_schedule(order, {"name": MARKUP, "percent": 50}, {"percent": 50})
        order.action_confirm()
        self.env["billing.hold"].create({"order_id": order.id, "reason": MARKUP}).action_release()
        customer.active = False
        schedule.milestone_ids.action_attain()
        self._drain()
        self.assertIn("&lt;img", "".join(order.activity_ids.mapped("note")), "asked to mend it, in words")
        self._check_words(order)
        customer.active = True
        schedule.milestone_ids.action_retry()
        self._drain()
        schedule.milestone_ids.action_undo()
        self._drain()
        self.assertTrue(order.activity_ids, "asked for the credit note")
        self._check_words(order)

    def _check_words(self, order):
        """Check that nothing told about the order has become a picture or a link; to invoices, Odoo's own lead."""
        for text in [*order.activity_ids.mapped("note"), *order.message_ids.mapped("body")]:
            self.assertNotIn("<img", text or "")
            self.assertNotIn('<a href="http', text or "")

    # === PLANS === #

    def test_a_plan_is_made_changed_and_cut_as_it_is_sent(self):
        order = self._make_order(1000.0)
        entry = self._entry(order, {"percent": 30}, {"amount": 200.0}, {"balance": True})
        [made] = self._import(entry)
        self.assertEqual(made["status"], "created", made)
        entry["milestones"][1:2] = [{**entry["milestones"][1], "external_key": "new", "amount": 300.0}]
        [changed] = self._import(entry)
        self.assertEqual((changed["status"], list(changed["milestones"])), ("updated", ["m0", "new", "m2"]), changed)
        self.assertEqual(order.billing_milestone_ids.mapped("amount"), [300.0, 300.0, 400.0])

    def test_a_milestone_counted_from_another_one_of_the_same_call(self):
        order = self._make_order(1000.0)
        later = {"percent": 50, "due": {"on": "offset", "number": 10, "from": "m1"}}
        [made] = self._import(self._entry(order, later, {"percent": 50}))
        first, second = order.billing_milestone_ids
        self.assertEqual((made["status"], first.offset_milestone_id), ("created", second), made)

    def test_a_key_asked_for_many_times_is_looked_up_once(self):
        order = self._make_order(1000.0)
        milestone = self._make_schedule(order, 100).milestone_ids
        statuses = self.env["billing.milestone"].get_status([milestone.id] * 3)
        self.assertEqual([row["key"] for row in statuses], [milestone.id] * 3)
        with self.assertQueryCount(30):
            self.env["billing.milestone"].get_status([milestone.id] * 2000)

    # === AMOUNTS === #

    def _refusal(self, order, *milestones):
        """Return (path, message) of the only refusal; nothing of the entry is left behind."""
        before = self.env["billing.schedule"].search_count([])
        [result] = self._import(self._entry(order, *milestones))
        self.assertEqual((result["status"], len(result["errors"])), ("refused", 1), result)
        self.assertEqual(self.env["billing.schedule"].search_count([]), before)
        return result["errors"][0]["path"].removeprefix("payload[0]."), result["errors"][0]["message"]

    def test_more_than_the_order_is_worth_is_refused_at_the_milestone_that_passes_it(self):
        order = self._make_order(600.0, 400.0)
        for milestones, place in (
            (({"amount": 1000.01},), 0),
            (({"amount": 600.0}, {"amount": 300.0}, {"amount": 100.03}), 2),
            (({"percent": 60}, {"amount": 500.0}), 1),
            (({"percent": 60}, {"percent": 50}), 1),
            (({"amount": 700.0, "lines": ["Line 1"]},), 0),
            (({"percent": 60}, {"percent": 60}, {"balance": True}), 1),
        ):
            with self.subTest(milestones):
                path, message = self._refusal(order, *milestones)
                self.assertEqual(path, f"milestones[{place}]")
                self.assertIn("Lower the amount", message)

    def test_what_the_order_is_worth_is_taken_to_the_cent(self):
        for milestones in (
            ({"amount": 1000.0},),
            ({"amount": 333.33}, {"amount": 333.33}, {"amount": 333.34}),
            ({"percent": 33.333333}, {"percent": 33.333333}, {"percent": 33.333334}),
            ({"percent": 10}, {"balance": True}),
        ):
            [result] = self._import(self._entry(self._make_order(600.0, 400.0), *milestones))
            self.assertEqual(result["status"], "created", result)

    def test_a_credit_out_of_nothing_is_refused(self):
        path, message = self._refusal(self._make_order(1000.0), {"amount": 1000.0}, {"amount": -100.0})
        self.assertEqual(path, "milestones[1].amount")
        self.assertIn("none of its order lines is negative", message)

    def test_a_discount_line_is_planned_as_it_is(self):
        order = self._make_order(1000.0, -100.0)
        [result] = self._import(self._entry(order, {"amount": -50.0, "lines": ["Line 2"]}, {"balance": True}))
        self.assertEqual(result["status"], "created", result)
        self.assertEqual(order.billing_milestone_ids.mapped("amount"), [-50.0, 950.0])

    def test_what_nobody_means_is_refused_by_the_api_and_on_the_screen(self):
        order = self._make_order(1000.0)
        for amount in (1e16, -1e16, 1e13, 10**400, float("inf"), float("nan"), True, "5"):
            path, message = self._refusal(order, {"amount": amount})
            self.assertEqual(path, "milestones[0].amount", message)
        with self.assertRaises(ValidationError):
            self._make_schedule(order, {"amount_type": "fixed", "amount_fixed": -10.0, "due_on": "manual"})
        with self.assertRaises(UserError):
            self._make_schedule(order, {"amount_type": "fixed", "amount_fixed": 1e16, "due_on": "manual"})

    # === VALUES === #

    def test_one_bad_entry_does_not_take_the_others_with_it(self):
        good = self._entry(self._make_order(1000.0), {"percent": 100})
        other = self._make_order(1000.0)
        bad = [
            self._entry(other, {"percent": 100, "due": {"on": "date", "date": datetime(2030, 1, 1)}}),
            self._entry(other, {"percent": 100, "due": {"on": "date", "date": "9999-12-31"}}),
            self._entry(other, {"percent": 100, "name": "a\x00b"}),
            self._entry(other, {"percent": 100}, external_key="\ud800"),
            self._entry(other, {"percent": 100}, external_key="k" * 10_000),
            self._entry(other, {"percent": 100}, name=b"bytes"),
            {**self._entry(other, {"percent": 100}), "order": 10**30},
            {**self._entry(other, {"percent": 100}), "\ud800": 1},
            None,
        ]
        results = self._import(*bad, good, *bad)
        self.assertEqual([row["status"] for row in results], ["refused"] * 9 + ["created"] + ["refused"] * 9)
        for row in results:
            for error in row["errors"]:
                self.assertTrue(error["path"].encode() and error["message"].encode())

    def test_one_bad_event_does_not_take_the_others_with_it(self):
        order = self._make_order(1000.0)
        milestone = self._make_schedule(order, 100).milestone_ids
        order.action_confirm()
        good = {"key": "good", "milestone": milestone.id}
        bad = [{**good, "key": value} for value in ("\x00", "\ud800", "k" * 10_000, 5, None, b"x", "auto/1", ["k"])] + [
            {"key": "bad", "milestone": milestone.id, name: value}
            for name, values in {
                "milestone": (10**400, 2**31, -1, True, 1.0, [], b"x", "\x00", datetime(2026, 1, 1)),
                "percent": (10**400, -1, float("nan"), float("inf"), True, "5", [1]),
                "date": ("0001-01-01", "9999-12-31", datetime(2026, 1, 1), 5, "2026-1-1", [], True),
                "note": ("\x00", "\ud800", 5, b"x", "n" * 100_000),
                "colour": ("red",),
            }.items()
            for value in values
        ]
        results = self.env["billing.milestone"].attain([*bad, good, "event"])
        self.assertEqual({row["status"] for row in results[: len(bad)]}, {"refused"})
        self.assertEqual([row["status"] for row in results[len(bad) :]], ["accepted", "refused"])

    def test_a_call_takes_so_much_and_says_so(self):
        milestones = self.env["billing.milestone"]
        for call, words in (
            (lambda: milestones.get_status(["x"] * 20_001), "keys: A list of at most 20,000"),
            (lambda: milestones.attain([{}] * 20_001), "events: A list of at most 20,000"),
            (lambda: milestones.attain([], dry_run="yes"), "dry_run: true or false"),
            (lambda: self._import(self._entry(self._make_order(10.0), *[{"percent": 0}] * 2001)), "2,000 milestones"),
            (lambda: self.env["billing.schedule"].import_schedules([], dry_run=1), "dry_run: true or false"),
        ):
            with self.assertRaisesRegex(UserError, words):
                call()
