from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from .common import BillingBaseCommon

CENTS = st.integers(1, 1_000_000).map(lambda cents: cents / 100)
ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["deliver", "run", "create", "credit", "delete", "rule", "clock"]),
        st.integers(0, 5),
        st.integers(0, 9),
    ),
    max_size=9,
)


@tagged("post_install", "-at_install")
class TestProperty(BillingBaseCommon):
    """Whatever happens in whatever order: every line is billed exactly what is due of it."""

    @settings(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(st.lists(CENTS, min_size=2, max_size=4), ACTIONS)
    def test_every_line_is_billed_exactly_what_is_due(self, prices, actions):
        savepoint = self.env.cr.savepoint(flush=False)
        try:
            self._tell_story(prices, actions)
        finally:
            self.env.invalidate_all(flush=False)
            savepoint.close(rollback=True)

    def _tell_story(self, prices, actions):
        product = self._make_service("Hours", "delivery")
        orders = self._make_order(prices[0]) | self._make_order(
            *({"price_unit": price, "product_id": product.id, "product_uom_qty": 10.0} for price in prices[1:])
        )
        for number, (action, which, amount) in enumerate(actions):
            getattr(self, f"_{action}_in_story")(orders, number, which, amount)
            self._check_keys(orders)
        self._run("last", customers=[self.customer.id])
        for line in orders.order_line:
            due = line.product_uom_qty if line.product_id.invoice_policy == "order" else line.qty_delivered
            billed = sum(
                -row.move_id.direction_sign * row.quantity
                for row in line.invoice_lines.filtered(lambda row: row.parent_state != "cancel")
            )
            if billed <= due:
                self.assertAlmostEqual(billed, due, 6)
            else:
                self.assertIn("blocked", self._states(line.order_id), "what was credited too little says so")

    def _states(self, order):
        return self.env["billing.run.invoice"].search([("order_ids", "in", order.ids)]).mapped("state")

    def _check_keys(self, orders):
        keys = [line.billing_key for line in orders.invoice_ids.invoice_line_ids if line.billing_key]
        self.assertEqual(len(keys), len(set(keys)))

    def _deliver_in_story(self, orders, number, which, amount):
        lines = orders.order_line.filtered(lambda line: line.product_id.invoice_policy == "delivery")
        line = lines[which % len(lines)]
        line.qty_delivered += amount

    def _run_in_story(self, orders, number, which, amount):
        status = self._run(f"run-{number}", customers=[self.customer.id])
        self.assertEqual(status["counts"]["failed"], 0, status["invoices"])

    def _create_in_story(self, orders, number, which, amount):
        orders.with_context(raise_if_nothing_to_invoice=False)._create_invoices(final=bool(amount % 2))

    def _credit_in_story(self, orders, number, which, amount):
        moves = orders.invoice_ids.filtered(lambda move: move.state == "draft" and move.move_type == "out_invoice")
        if moves:
            move = moves[which % len(moves)]
            move.action_post()
            move._reverse_moves([{"invoice_date": move.invoice_date}], cancel=True)

    def _delete_in_story(self, orders, number, which, amount):
        moves = orders.invoice_ids.filtered(lambda move: move.state == "draft")
        if moves:
            moves[which % len(moves)].unlink()

    def _rule_in_story(self, orders, number, which, amount):
        self.customer.billing_one_invoice_per = ("customer", "order", "reference")[which % 3]
        self.customer.billing_automatic = ("yes", "no")[amount % 2]

    def _clock_in_story(self, orders, number, which, amount):
        self._clock()
