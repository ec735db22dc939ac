from datetime import date, timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from .common import SubscriptionCommon

ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(
            ["wait", "wait", "quantity", "price", "past", "clock", "create", "credit", "delete", "cancel", "end"]
        ),
        st.integers(0, 5),
        st.integers(1, 45),
    ),
    max_size=12,
)
RULES = st.sampled_from(["months", "days", "actual_30", "thirty_360", "none"])


@tagged("post_install", "-at_install")
class TestProperty(SubscriptionCommon):
    """Whatever happens in whatever order: in the end each period stands on invoices as the what-if has it."""

    @settings(
        max_examples=12,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        phases=(Phase.generate,),
    )
    @given(RULES, st.sampled_from(["advance", "arrears"]), st.sampled_from([1, 3]), ACTIONS)
    def test_what_stands_is_what_the_what_if_says(self, proration, timing, months, actions):
        savepoint = self.env.cr.savepoint(flush=False)
        try:
            self._tell_story(proration, timing, months, actions)
        finally:
            self.env.transaction.clear()
            savepoint.close(rollback=True)

    def _tell_story(self, proration, timing, months, actions):
        plan = self._make_plan("Any", proration=proration, timing=timing, interval_count=months)
        self._on("2026-01-31")
        order = self._subscribe(33.33, plan, product_uom_qty=3.0)
        for action, which, amount in actions:
            getattr(self, f"_{action}_in_story")(order, which, amount)
        self._clock()
        order.with_context(raise_if_nothing_to_invoice=False)._create_invoices(final=True)
        charge = self._charge(order)
        [run] = self.env["subscription.plan"].simulate(self._scenario(charge, proration))["results"]
        self.assertEqual(round(sum(self._billed(order).values()), 2), run["total"])
        self.assertEqual(order.order_line.qty_to_invoice, 0.0)
        self.assertFalse(charge._open(charge._stands().get(charge, {}), self.today))
        self.assertTrue(not charge.next_due or charge.next_due > self.today)

    def _scenario(self, charge, proration):
        events, changed = [], {"price": "price_unit", "quantity": "quantity"}
        for row in charge.version_ids.sorted("id"):
            if row.kind in changed:
                event = {"type": "change", "charge": "A", "date": str(row.day), row.kind: row[changed[row.kind]]}
                events.append({**event, "recorded": str(row.day)})
        terms = {"key": "A", "kind": "recurring", "start": "2026-01-31", "price": 33.33, "quantity": 3}
        end = {"end": str(charge.last_day + timedelta(days=1))} if charge.last_day else {}
        every = {"count": charge.interval_count, "unit": "months"}
        return {
            "id": "STORY",
            "title": "What happened",
            "source": "this test",
            "currency": charge.currency_id.name,
            "settings": {"proration": proration},
            "charges": [{**terms, **end, "every": every, "timing": charge.timing}],
            "events": events,
            "expect": [{"run": str(self.today)}],
        }

    # === WHAT HAPPENS === #

    def _wait_in_story(self, order, which, amount):
        self._on(str(self.today + timedelta(days=amount)))

    def _quantity_in_story(self, order, which, amount):
        order.order_line.product_uom_qty = which

    def _price_in_story(self, order, which, amount):
        order.order_line.price_unit = amount * 1.11

    def _past_in_story(self, order, which, amount):
        day = max(date(2026, 1, 31), self.today - timedelta(days=amount))
        self._charge(order).change(str(day), price_unit=amount + 0.01, quantity=which + 0.5)

    def _end_in_story(self, order, which, amount):
        day = max(date(2026, 1, 30), self.today + timedelta(days=amount - 20))
        order.order_line.subscription_end = day if which else False

    def _clock_in_story(self, order, which, amount):
        self._clock()

    def _create_in_story(self, order, which, amount):
        order.with_context(raise_if_nothing_to_invoice=False)._create_invoices(final=bool(which % 2))

    def _credit_in_story(self, order, which, amount):
        for move in self._drafts(order)[:1]:
            move.action_post()
            move._reverse_moves([{"invoice_date": move.invoice_date}], cancel=True)

    def _delete_in_story(self, order, which, amount):
        self._drafts(order)[-1:].unlink()

    def _cancel_in_story(self, order, which, amount):
        self._drafts(order)[:1].button_cancel()

    def _drafts(self, order):
        moves = order.invoice_ids.filtered(lambda move: move.state == "draft" and move.move_type == "out_invoice")
        return moves.sorted("id")
