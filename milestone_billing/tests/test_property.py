from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo import fields
from odoo.tests import tagged

from .common import BillingCommon

PRICES = st.lists(st.integers(1, 10_000_000).map(lambda cents: cents / 100), min_size=1, max_size=3)
PERCENTS = st.lists(st.integers(1, 9_999), min_size=1, max_size=4)
ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["attain", "attain", "undo", "drain", "raise", "hold", "release"]),
        st.integers(0, 10),
        st.integers(1, 100),
    ),
    max_size=8,
)


@tagged("post_install", "-at_install")
class TestProperty(BillingCommon):
    """Whatever people do, in whatever order: in the end the invoices come to the order, and nothing is billed twice."""

    @settings(max_examples=15, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(
        prices=PRICES,
        percents=PERCENTS,
        actions=ACTIONS,
        rule=st.sampled_from(["pro_rata", "last", "new", "keep"]),
        policy=st.sampled_from(["draft", "post"]),
        grouping=st.sampled_from(["milestone", "order", "customer"]),
    )
    def test_everything_is_billed_exactly_once(self, prices, percents, actions, rule, policy, grouping):
        savepoint = self.env.cr.savepoint(flush=False)
        try:
            self._tell_story(prices, percents, actions, change_rule=rule, invoice_policy=policy, grouping=grouping)
        finally:
            self.env.invalidate_all(flush=False)
            savepoint.close(rollback=True)

    def _tell_story(self, prices, percents, actions, **values):
        order = self._make_order(*prices)
        scale = sum(percents)
        rows = [{"percent": round(99.0 * percent / scale, 6), "due_on": "manual"} for percent in percents]
        schedule = self._make_schedule(order, *rows, {"amount_type": "balance", "due_on": "manual"}, **values)
        self.assertEqual(schedule.amount_difference, 0.0)
        order.action_confirm()
        for action, number, percent in actions:
            self._act(schedule, action, number, percent)
            self._check_invariants(order)
        order.billing_hold_ids.filtered("is_active").action_release()
        for milestone in schedule.milestone_ids:
            if not milestone._is_attained():
                milestone.action_attain()
        self._drain()
        order.invoice_ids.filtered(lambda move: move.state == "draft").action_post()
        self._check_end(order)

    def _act(self, schedule, action, number, percent):
        order, today = schedule.order_id, fields.Date.today()
        milestone = schedule.milestone_ids[number % len(schedule.milestone_ids)]
        if action == "attain" and percent > milestone.attained_percent:
            milestone._attain(float(percent), today, "api")
        elif action == "undo" and milestone.attained_percent and milestone.schedule_id.invoice_policy == "draft":
            milestone.action_undo()
        elif action == "drain":
            self._drain()
        elif action == "raise":
            line = order.order_line[number % len(order.order_line)]
            line.price_unit += percent / 10
        elif action == "hold" and not order.billing_hold_ids.filtered("is_active"):
            self.env["billing.hold"].create({"order_id": order.id, "reason": "Dispute"})
        elif action == "release":
            order.billing_hold_ids.filtered("is_active").action_release()

    def _check_invariants(self, order):
        currency = order.currency_id
        for line in order.order_line:
            planned = sum(line.billing_allocation_ids.mapped("amount"))
            self.assertEqual(currency.round(planned), line.price_subtotal)
            billed = sum(line.invoice_lines.mapped("price_subtotal"))
            self.assertLessEqual(currency.round(billed), line.price_subtotal)

    def _check_end(self, order):
        currency = order.currency_id
        self.assertEqual(currency.round(sum(order.invoice_ids.mapped("amount_untaxed"))), order.amount_untaxed)
        self.assertEqual(order.order_line.mapped("qty_invoiced"), order.order_line.mapped("product_uom_qty"))
        self.assertEqual(order.invoice_status, "invoiced")
        keys = order.invoice_ids.invoice_line_ids.mapped("billing_key")
        self.assertEqual(len(keys), len(set(keys)))
        self.assertEqual(self._drain()["invoices"], 0)
