from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo import fields
from odoo.fields import Command

from .test_run import RunCommon

CENTS = st.integers(1, 1_000_000).map(lambda cents: cents / 100)
#: The more often one stands here, the likelier it is.
KINDS = """
    attain attain attain deliver hold hold release run run run clock drain credit delete price
"""
ACTIONS = st.lists(
    st.tuples(st.sampled_from(KINDS.split()), st.integers(0, 5), st.integers(1, 100)), min_size=4, max_size=10
)


class TestRunProperty(RunCommon):
    """Milestones and hours of one order: whatever happens in whatever order, each line is billed just what is due."""

    # A failure is told as it was found: making it smaller takes minutes on a database.
    @settings(
        max_examples=12,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        phases=(Phase.explicit, Phase.generate),
    )
    @given(
        prices=st.tuples(CENTS, CENTS, CENTS),
        actions=ACTIONS,
        when=st.sampled_from(["due", "days", "by itself"]),
        per=st.sampled_from(["customer", "order", "milestone"]),
        rule=st.sampled_from(["pro_rata", "last", "new", "keep"]),
    )
    def test_every_line_is_billed_exactly_what_is_due(self, prices, actions, when, per, rule):
        savepoint = self.env.cr.savepoint(flush=False)
        try:
            self._tell_story(self._make_mixed(prices, when, per, rule), actions)
        finally:
            self.env.transaction.clear()
            savepoint.close(rollback=True)

    def _make_mixed(self, prices, when, per, rule):
        """Return a confirmed order with a planned line of three milestones, and two lines of hours as delivered."""
        self.customer.billing_one_invoice_per = per
        if when == "days":
            self._bill_on(self.customer, self.today)
        if when == "by itself":
            self.customer.billing_automatic = "yes"
        hours = self._make_service("Hours", "no", invoice_policy="delivery")
        order = self._make_order(
            prices[0], *({"price_unit": price, "product_id": hours.id, "product_uom_qty": 10.0} for price in prices[1:])
        )
        planned = order.order_line[0]
        self._make_schedule(
            order,
            *({"percent": 33.33, "due_on": "manual"} for _number in range(2)),
            {"amount_type": "balance", "due_on": "manual"},
            cover_all=False,
            line_ids=[Command.set(planned.ids)],
            invoice_policy="draft",
            change_rule=rule,
        )
        order.action_confirm()
        return order

    def _tell_story(self, order, actions):
        self.lowered = False
        for number, (action, which, amount) in enumerate(actions):
            held = {row: row.billed_amount for row in order.billing_milestone_ids.filtered("is_held")}
            getattr(self, f"_{action}_in_story")(order, number, which, amount)
            self._check_never_more(order)
            for milestone, billed in held.items():
                self.assertTrue(not milestone.is_held or milestone.billed_amount <= billed, "a hold keeps it back")
        self._release_in_story(order, 0, 0, 0)
        for milestone in order.billing_milestone_ids.filtered(lambda row: not row._is_attained()):
            milestone.action_attain()
        self._drain()
        preview = self._preview(customers=[self.customer.id])
        status = self._run("last", customers=[self.customer.id])
        self.assertEqual(status["counts"]["failed"], 0, status["invoices"])
        self.assertEqual(preview["totals"], status["totals"])
        self._check_end(order)

    # === WHAT HAPPENS === #

    def _attain_in_story(self, order, number, which, amount):
        milestone = order.billing_milestone_ids[which % len(order.billing_milestone_ids)]
        if amount > milestone.attained_percent:
            milestone._attain(float(amount), fields.Date.today(), "api")

    def _deliver_in_story(self, order, number, which, amount):
        order.order_line[1 + which % 2].qty_delivered += amount % 5

    def _hold_in_story(self, order, number, which, amount):
        milestones = order.billing_milestone_ids
        target = {"milestone_id": milestones[which % len(milestones)].id} if amount % 2 else {"order_id": order.id}
        self.env["billing.hold"].create({"reason": "Dispute", **target})

    def _release_in_story(self, order, number, which, amount):
        holds = order.billing_hold_ids | order.billing_milestone_ids.hold_ids
        holds.filtered("is_active").action_release()

    def _run_in_story(self, order, number, which, amount):
        status = self._run(f"run-{number}", customers=[self.customer.id])
        self.assertEqual(status["counts"]["failed"], 0, status["invoices"])

    def _clock_in_story(self, order, number, which, amount):
        self._clock()

    def _drain_in_story(self, order, number, which, amount):
        self.assertEqual(self._drain()["failed"], 0)

    def _credit_in_story(self, order, number, which, amount):
        drafts = self._drafts(order)
        if drafts:
            move = drafts[which % len(drafts)]
            move.action_post()
            move._reverse_moves([{"invoice_date": move.invoice_date}], cancel=True)

    def _delete_in_story(self, order, number, which, amount):
        drafts = self._drafts(order)
        drafts[which % len(drafts) :][:1].unlink() if drafts else None

    def _price_in_story(self, order, number, which, amount):
        line, change = order.order_line[which % 3], amount / 10 if which % 2 else -amount / 10
        line.price_unit = max(line.price_unit + change, 0.01)
        self.lowered = self.lowered or change < 0 and line == order.order_line[0]

    def _drafts(self, order):
        return order.invoice_ids.filtered(lambda move: move.state == "draft" and move.move_type == "out_invoice")

    # === WHAT HOLDS === #

    def _charged(self, line):
        """Return what invoices, not credit notes, bill of an order line, untaxed."""
        rows = line.invoice_lines.filtered(lambda row: row.parent_state != "cancel")
        return sum(rows.filtered(lambda row: row.move_id.move_type == "out_invoice").mapped("price_subtotal"))

    def _quantity(self, line):
        """Return which quantity of an order line invoices bill, less credit notes."""
        rows = line.invoice_lines.filtered(lambda row: row.parent_state != "cancel")
        return sum(-row.move_id.direction_sign * row.quantity for row in rows)

    def _check_never_more(self, order):
        planned, *hours = order.order_line
        keys = [line.billing_key for line in order.invoice_ids.invoice_line_ids if line.billing_key]
        self.assertEqual(len(keys), len(set(keys)))
        if not self.lowered:
            self.assertLessEqual(order.currency_id.compare_amounts(self._charged(planned), planned.price_subtotal), 0)
        for line in hours:
            self.assertLessEqual(self._quantity(line), line.qty_delivered)

    def _check_end(self, order):
        self._check_never_more(order)
        planned, *hours = order.order_line
        self._check_planned(planned)
        for line in hours:
            self.assertAlmostEqual(self._quantity(line), line.qty_delivered, 6)

    def _check_planned(self, line):
        """What is billed of a planned line is its price; what was billed before the price fell is to be credited."""
        compare, charged = line.currency_id.compare_amounts, self._charged(line)
        if not self.lowered:
            self.assertEqual(compare(charged, line.price_subtotal), 0)
            return
        self.assertGreaterEqual(compare(charged, line.price_subtotal), 0)
        credits = line.invoice_lines.filtered(lambda row: row.move_id.move_type == "out_refund")
        beyond = compare(charged - sum(credits.mapped("price_subtotal")), line.price_subtotal) > 0
        asked = sum(line.order_id.billing_milestone_ids.mapped("to_credit_amount"))
        self.assertTrue(asked or not beyond)
