from datetime import date, timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from .common import StoryActs, SubscriptionCommon

ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("wait", "wait", "quantity", "price", "past", "coming", "clock", "create", "credit", "delete"),
                *("cancel", "end", "pause", "plan", "back"),
            ]
        ),
        st.integers(0, 5),
        st.integers(1, 45),
    ),
    max_size=12,
)
RULES = st.sampled_from(["months", "days", "actual_30", "thirty_360", "none"])


@tagged("post_install", "-at_install")
class TestProperty(StoryActs, SubscriptionCommon):
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
        total = sum(self._simulated(charge, proration) for charge in self._charge(order))
        self.assertEqual(round(sum(self._billed(order).values()), 2), round(total, 2))
        self.assertEqual(order.order_line.qty_to_invoice, 0.0)
        for charge in self._charge(order):
            self.assertFalse(charge._open(charge._stands().get(charge, {}), self.today))
            self.assertTrue(not charge.next_due or charge.next_due > self.today)
        current = order.order_line._subscription_current()
        self.assertEqual(order.order_line.product_uom_qty, current.quantity)
        self.assertEqual(order.order_line.price_unit, current.price_unit)

    def _simulated(self, charge, proration):
        """Return what a charge comes to by today, as the what-if has it."""
        if charge.last_day and charge.last_day < charge._first_billed_day():
            return 0.0
        events, changed = [], {"price": "price_unit", "quantity": "quantity"}
        for row in charge.version_ids.sorted("id"):
            event = {"charge": "A", "date": str(row.day), "recorded": str(min(row.day, self.today))}
            if row.kind in changed:
                events.append({**event, "type": "change", row.kind: row[changed[row.kind]]})
        for start, to in charge._paused_stretches():
            ends = [("pause", start), ("resume", to)] if to < date.max.toordinal() else [("pause", start)]
            for what, day in ends:
                day = date.fromordinal(day)
                recorded = str(min(day, self.today))
                events.append({"type": what, "charge": "A", "date": str(day), "recorded": recorded})
        agreed = charge.version_ids.sorted("id")[:1]
        terms = {
            "key": "A",
            "kind": "recurring",
            "start": str(charge._first_billed_day()),
            "anchor": str(charge.anchor),
        }
        end = {"end": str(charge.last_day + timedelta(days=1))} if charge.last_day else {}
        every = {"count": charge.interval_count, "unit": "months"}
        priced = {"price": agreed.price_unit, "quantity": agreed.quantity}
        scenario = {
            "id": "STORY",
            "title": "What happened",
            "source": "this test",
            "currency": charge.currency_id.name,
            "settings": {"proration": proration},
            "charges": [{**terms, **end, **priced, "every": every, "timing": charge.timing}],
            "events": events,
            "expect": [{"run": str(self.today)}],
        }
        [run] = self.env["subscription.plan"].simulate(scenario)["results"]
        return run["total"]

    # === WHAT HAPPENS === #

    def _quantity_in_story(self, order, which, amount):
        order.order_line.product_uom_qty = which

    def _price_in_story(self, order, which, amount):
        order.order_line.price_unit = amount * 1.11

    def _past_in_story(self, order, which, amount):
        self._change_in_story(order, self.today - timedelta(days=amount), which, amount)

    def _coming_in_story(self, order, which, amount):
        self._change_in_story(order, self.today + timedelta(days=amount), which, amount)

    def _change_in_story(self, order, day, which, amount):
        charge = order.order_line._subscription_current()
        day = max(charge.first_day, day)
        if not charge.last_day or day <= charge.last_day:
            charge.change(str(day), price_unit=amount + 0.01, quantity=which + 0.5, replaces_later=bool(which % 2))

    def _end_in_story(self, order, which, amount):
        first = order.order_line._subscription_last().first_day
        day = max(first - timedelta(days=1), self.today + timedelta(days=amount - 20))
        order.order_line.subscription_end = day if which else False

    def _pause_in_story(self, order, which, amount):
        charge = order.order_line._subscription_current()
        day = max(charge.first_day + timedelta(days=1), self.today + timedelta(days=amount - 20))
        if charge.last_day and day > charge.last_day:
            return
        if charge._is_paused_on(day):
            charge.resume(str(day))
        else:
            charge.pause(str(day), str(day + timedelta(days=amount)) if which % 2 else None)

    def _plan_in_story(self, order, which, amount):
        charge = order.order_line._subscription_last()
        day = max(charge.first_day, self.today + timedelta(days=amount - 20))
        if charge.last_day and day > charge.last_day:
            return
        plan = self._make_plan(
            "Another", proration=charge.proration, timing=charge.timing, interval_count=1 if which % 2 else 3
        )
        charge.change_plan(plan.id, str(day), price_unit=amount * 1.01)

    def _back_in_story(self, order, which, amount):
        charge = order.order_line._subscription_last()
        day = self.today + timedelta(days=amount - 20)
        if charge.last_day and day > charge.last_day:
            charge.restart(str(day))
