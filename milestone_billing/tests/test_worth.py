from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import BillingCommon


class WorthCommon(BillingCommon):
    def _start(self, *milestones, prices=(1000.0,), **values):
        """Return a running order and its milestones, the first of which is billed."""
        order = self._make_order(*prices)
        schedule = self._make_schedule(order, *(milestones or (50, 50)), **values)
        order.action_confirm()
        schedule.milestone_ids[0].action_attain()
        self._drain()
        return order, schedule.milestone_ids

    def _balance(self):
        return {"amount_type": "balance", "due_on": "manual"}

    def _posted(self, order):
        signs = {"out_invoice": 1, "out_refund": -1}
        moves = order.invoice_ids.filtered(lambda move: move.state == "posted")
        return order.currency_id.round(sum(signs[move.move_type] * move.amount_untaxed for move in moves))


@tagged("post_install", "-at_install")
class TestWorth(WorthCommon):
    """Nobody plans, and nothing bills, more of a running order than its lines are worth."""

    def _check_refused(self, act, pattern):
        with self.assertRaisesRegex(UserError, pattern), self.env.cr.savepoint():
            act()
        self.env.invalidate_all()

    def test_amount_beyond_what_is_left(self):
        order, milestones = self._start()
        second = milestones[1]
        for values in (
            {"amount_type": "fixed", "amount_fixed": 5000.0},
            {"amount_type": "fixed", "amount_fixed": 500.01},
            {"percent": 51},
        ):
            with self.subTest(values=values):
                self._check_refused(
                    lambda values=values: second.write(values), r"Milestone 2 would bill .* of which .*500\.00 is left"
                )
        second.write({"amount_type": "fixed", "amount_fixed": 500.0})
        second.action_attain()
        self._drain()
        self.assertEqual(self._posted(order), 1000.0)

    def test_another_milestone_beside_a_balance(self):
        order, milestones = self._start(50, self._balance())
        values = {"schedule_id": milestones.schedule_id.id, "name": "Extra", "due_on": "confirmation"}
        self._check_refused(
            lambda: milestones.create({**values, "amount_type": "fixed", "amount_fixed": 900.0}),
            r"Extra would bill .*900\.00 of Line 1, of which .*500\.00 is left",
        )
        self._check_refused(lambda: milestones.create({**values, "percent": 60}), r"Extra would bill")
        self.assertEqual(milestones.mapped("amount"), [500.0, 500.0])
        milestones.create({**values, "amount_type": "fixed", "amount_fixed": 400.0})
        self._drain()
        self.assertEqual((milestones[1].amount, self._posted(order)), (100.0, 900.0))

    def test_before_anything_is_billed(self):
        order = self._make_order(1000.0)
        schedule = self._make_schedule(order, 50, 50)
        order.action_confirm()
        self._check_refused(lambda: schedule.milestone_ids.write({"percent": 60}), "would bill")
        schedule.milestone_ids[0].percent = 40
        schedule.milestone_ids[1].percent = 60

    def test_several_in_one_save_count_together(self):
        order = self._make_order(1000.0)
        milestones = self._make_schedule(order, 50, 50).milestone_ids
        order.action_confirm()
        raise_first = [
            Command.update(milestones[1].id, {"percent": 70}),
            Command.update(milestones[0].id, {"percent": 30}),
        ]
        order.write({"billing_milestone_ids": raise_first})
        self.assertEqual(milestones.mapped("amount"), [300.0, 700.0])
        milestones.schedule_id.write({"milestone_ids": [Command.update(milestones[0].id, {"percent": 20})]})
        self._check_refused(
            lambda: milestones.schedule_id.write(
                {"milestone_ids": [Command.update(milestones[0].id, {"percent": 40})]}
            ),
            "would bill",
        )
        self._check_refused(
            lambda: order.write({"billing_milestone_ids": [Command.update(milestones[0].id, {"percent": 40})]}),
            "would bill",
        )

    def test_fewer_lines_for_the_same_amount(self):
        fixed = {"amount_type": "fixed", "amount_fixed": 800.0, "due_on": "manual"}
        order = self._make_order(500.0, 500.0)
        schedule = self._make_schedule(order, fixed, self._balance())
        order.action_confirm()
        first, second = order.order_line
        self._check_refused(
            lambda: schedule.milestone_ids[0].write({"line_ids": [Command.set(first.ids)]}), "would bill"
        )
        self._check_refused(
            lambda: schedule.write({"cover_all": False, "line_ids": [Command.unlink(second.id)]}), "would bill"
        )

    def test_line_of_another_plan(self):
        order = self._make_order(500.0, 500.0)
        schedule = self._make_schedule(order, 50, 50)
        order.action_confirm()
        taken = order.order_line[1]
        other = self._make_schedule(order, 100, cover_all=False, line_ids=[Command.set(taken.ids)])
        self.assertEqual(schedule.milestone_ids.mapped("amount"), [250.0, 250.0])
        self.assertEqual(other.milestone_ids.mapped("amount"), [500.0])

    def test_line_of_another_plan_that_billed_it(self):
        order, _milestones = self._start(prices=(500.0, 500.0))
        taken = order.order_line[1]
        self._check_refused(
            lambda: self._make_schedule(order, 100, cover_all=False, line_ids=[Command.set(taken.ids)]), "would bill"
        )

    def test_template_that_is_applied(self):
        template = self.env["billing.schedule.template"].create(
            {
                "name": "Large",
                "milestone_ids": [
                    Command.create({"name": "All", "amount_type": "fixed", "amount_fixed": 2000.0, "due_on": "manual"})
                ],
            }
        )
        order = self._make_order(1000.0)
        schedule = self._make_schedule(order, 50, 50)
        order.action_confirm()
        schedule.template_id = template
        self._check_refused(schedule.action_apply_template, "All would bill")
        order = self._make_order(1000.0)
        order.action_confirm()
        self._check_refused(
            lambda: self.env["billing.schedule"].create({"order_id": order.id, "template_id": template.id}),
            "All would bill",
        )

    def test_removing_what_credits(self):
        order = self._make_order(1000.0, -300.0)
        rows = [{"percent": 100, "due_on": "manual", "line_ids": [Command.set(line.ids)]} for line in order.order_line]
        schedule = self._make_schedule(order, *rows)
        order.action_confirm()
        self._check_refused(schedule.milestone_ids[1].unlink, "more than")

    def test_reduced_order_is_edited_as_far_as_it_is_worth(self):
        order, milestones = self._start(60, 40)
        order.order_line.price_unit = 500.0
        self.assertEqual(milestones[0].needs_credit or milestones[0].to_credit_amount > 0, True)
        milestones[1].name = "Rest"
        milestones[1].percent = 0
        self._check_refused(lambda: milestones[1].write({"percent": 1}), "would bill")

    def test_empty_amount(self):
        order, milestones = self._start(50, 20)
        values = {"schedule_id": milestones.schedule_id.id, "name": "Empty", "amount_type": "fixed"}
        self._check_refused(lambda: milestones.create(values), "Empty .*amount")
        self._check_refused(lambda: milestones[1].write({"amount_type": "fixed", "amount_fixed": 0.0}), "amount")
        with self.assertRaisesRegex(UserError, "amount"), Form(milestones[1]) as form:
            form.amount_type = "fixed"
        self.assertEqual(order.state, "sale")


@tagged("post_install", "-at_install")
class TestWorthInTheQueue(WorthCommon):
    """However a plan came to be beyond its lines, its milestones bill no more than these are worth."""

    def _overplan(self, milestone, amount):
        """Give ``milestone`` this amount as no person can any more: as what was planned before there was a limit."""
        share = milestone.sudo().allocation_ids
        share.amount = amount

    def test_milestone_waits_with_its_reason(self):
        order, milestones = self._start()
        self._overplan(milestones[1], 5000.0)
        milestones[1].action_attain()
        self._drain()
        self.assertEqual((self._posted(order), milestones[1].state), (500.0, "failed"))
        self.assertRegex(milestones[1].block_reason, r"5,000\.00 of Line 1, of which .*500\.00 is left")
        self.assertIn("etry", milestones[1].block_help)
        self.assertTrue(milestones[1].may_retry)
        self.assertTrue(order.activity_ids.filtered(lambda activity: "Milestone 2" in (activity.summary or "")))
        self.assertEqual(order.invoice_status, "no")
        with self.assertRaises(UserError):
            order._create_invoices()
        milestones[1].write({"amount_type": "fixed", "amount_fixed": 500.0})
        milestones[1].action_retry()
        self._drain()
        self.assertEqual((self._posted(order), milestones[1].state), (1000.0, "invoiced"))

    def test_those_that_fit_are_billed_together(self):
        order = self._make_order(1000.0)
        milestones = self._make_schedule(order, 40, 30, 30).milestone_ids
        order.action_confirm()
        self._overplan(milestones[1], 800.0)
        for milestone in milestones:
            milestone.action_attain()
        self._drain()
        self.assertEqual(milestones.mapped("state"), ["invoiced", "failed", "invoiced"])
        self.assertEqual(self._posted(order), 700.0)

    def test_one_that_is_asked_to_be_credited_keeps_nothing_back(self):
        order, milestones = self._start(50, 50, invoice_policy="draft")
        draft = order.invoice_ids
        draft.invoice_line_ids.price_unit = 600.0
        draft.action_post()
        self._drain()
        self.assertEqual(milestones[0].to_credit_amount, 100.0)
        milestones[1].action_attain()
        self._drain()
        self.assertEqual(milestones[1].state, "drafted")


@tagged("post_install", "-at_install")
class TestBelowBilled(WorthCommon):
    """An order that falls below what is billed by a discount or a negative price owes the customer: that is asked."""

    def _check_credited(self, order, milestones, owed):
        self._drain()
        owing = milestones.filtered("needs_credit")
        self.assertEqual(-sum(owing.mapped("amount")), owed)
        self.assertEqual(sum(owing.mapped("to_credit_amount")), owed, "it counts in the queue")
        self.assertTrue(order.activity_ids.filtered(lambda row: "Credit" in (row.summary or "")))
        self.assertIn("Credit Note", owing[0].block_help)
        [node] = owing[0]._as_nodes()
        self.assertEqual("\n".join((node["reason"], node["remedy"])), owing[0].block_help, "the timeline says it too")
        owing.action_credit()
        note = order.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
        self.assertEqual((note.state, note.amount_untaxed), ("draft", owed))
        self.assertFalse(order.activity_ids.filtered(lambda row: "Credit" in (row.summary or "")))
        note.action_post()
        self._drain()
        self.assertEqual(self._posted(order), order.amount_untaxed)
        every = milestones.schedule_id.milestone_ids
        self.assertFalse(every.filtered("needs_credit") | every.filtered("to_credit_amount"))

    def test_discount_line(self):
        for rule in ("pro_rata", "last", "keep"):
            with self.subTest(rule=rule):
                order, milestones = self._start(50, self._balance(), change_rule=rule)
                discount = {"product_id": self.plain.id, "price_unit": -700.0, "tax_ids": False}
                order.order_line = [Command.create(discount)]
                self._check_credited(order, milestones.schedule_id.milestone_ids, 200.0)

    def test_discount_line_after_everything_is_billed(self):
        order, milestones = self._start()
        milestones[1].action_attain()
        self._drain()
        order.order_line = [Command.create({"product_id": self.plain.id, "price_unit": -300.0, "tax_ids": False})]
        self._check_credited(order, milestones.schedule_id.milestone_ids, 300.0)

    def test_price_below_zero(self):
        order, milestones = self._start()
        order.order_line.price_unit = -100.0
        self._check_credited(order, milestones.schedule_id.milestone_ids, 600.0)

    def test_discount_taken_back(self):
        order, milestones = self._start()
        order.order_line = [Command.create({"product_id": self.plain.id, "price_unit": -700.0, "tax_ids": False})]
        self.assertTrue(milestones[1].needs_credit and milestones[1].to_credit_amount)
        order.order_line[1].price_unit = -100.0
        self.assertFalse(milestones[1].needs_credit or milestones[1].to_credit_amount)
        self.assertFalse(order.activity_ids.filtered(lambda row: "Credit" in (row.summary or "")))

    def _invoice_natively(self, order):
        """Press the native button *Create Invoice*, as it opens."""
        wizard = self.env["sale.advance.payment.inv"].with_context(active_model="sale.order", active_ids=order.ids)
        before = order.invoice_ids
        wizard.create({}).create_invoices()
        return order.invoice_ids - before

    def _owe(self, rule):
        """Return an order of 1,000, half billed, that fell to 300."""
        order, milestones = self._start(50, self._balance(), change_rule=rule)
        order.order_line = [Command.create({"product_id": self.plain.id, "price_unit": -700.0, "tax_ids": False})]
        return order, milestones.schedule_id

    def _bill_rest(self, order, schedule):
        """Attain what is left, and let nothing be credited again, whoever asks."""
        for _time in range(2):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                schedule.milestone_ids.action_credit()
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self._invoice_natively(order)
            self.env.invalidate_all()
            for milestone in schedule.milestone_ids.filtered(lambda row: not row.attained_percent):
                milestone.action_attain()
            self._drain()
        self.assertEqual(self._posted(order), 300.0)

    def test_create_invoice_credits_it_too(self):
        for rule, owed in (("pro_rata", 200.0), ("last", 200.0), ("keep", 200.0), ("new", 700.0)):
            for native in (True, False):
                with self.subTest(rule=rule, native=native):
                    order, schedule = self._owe(rule)
                    if native:
                        notes = self._invoice_natively(order)
                    else:
                        schedule.milestone_ids.filtered("needs_credit").action_credit()
                        notes = order.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
                    self.assertEqual(notes.mapped("move_type"), ["out_refund"])
                    self.assertEqual((notes.state, notes.amount_untaxed), ("draft", owed))
                    notes.action_post()
                    self._drain()
                    self._bill_rest(order, schedule)

    def test_create_invoice_credits_what_is_undone_or_reduced(self):
        order, milestones = self._start()
        order.order_line.price_unit = 300.0
        [note] = self._invoice_natively(order)
        self.assertEqual((note.move_type, note.state, note.amount_untaxed), ("out_refund", "draft", 200.0))
        with self.assertRaises(UserError):
            milestones[0].action_credit()
        order, milestones = self._start()
        milestones[0].action_undo()
        self._drain()
        [note] = self._invoice_natively(order)
        self.assertEqual((note.move_type, note.amount_untaxed), ("out_refund", 500.0))

    def test_a_payment_credits_nothing(self):
        """Odoo posts what it makes of an online payment: credit notes are a person's to draft."""
        order, _schedule = self._owe("pro_rata")
        self.assertFalse(order.with_context(raise_if_nothing_to_invoice=False)._create_invoices(final=True))

    def test_create_invoice_leaves_alone_what_is_held(self):
        order, _schedule = self._owe("pro_rata")
        self.env["billing.hold"].create({"reason": "Dispute", "order_id": order.id})
        with self.assertRaises(UserError):
            self._invoice_natively(order)
