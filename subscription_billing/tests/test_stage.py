from odoo.tests import tagged

from .common import SubscriptionCommon

STAGES = ("upcoming", "free", "running", "paused", "ending", "ended", "cancelled")


@tagged("post_install", "-at_install")
class TestStage(SubscriptionCommon):
    """Where a charge stands is read from its days, on whatever day somebody looks."""

    def _stages(self, charges):
        """Return where charges stand, as each of them, the search, groups and the order say alike."""
        self.env.invalidate_all()
        said = {charge: charge.stage for charge in charges}
        own = [("id", "in", charges.ids)]
        for stage in STAGES:
            expected = charges.filtered(lambda charge, stage=stage: said[charge] == stage)
            found = charges.search([*own, ("stage", "=", stage)])
            self.assertEqual(found, expected, stage)
            self.assertEqual(charges.search([*own, ("stage", "!=", stage)]), charges - expected, stage)
        groups = dict(charges._read_group(own, ["stage"], ["id:recordset"]))
        self.assertEqual({charge: stage for stage, rows in groups.items() for charge in rows}, said)
        ordered = charges.search(own, order="stage, id").mapped("stage")
        self.assertEqual(ordered, sorted(said.values()))
        return [said[charge] for charge in charges]

    def test_the_day_alone_moves_a_charge_on(self):
        self._on("2026-01-10")
        trial = self._make_plan("With a free month", free_count=1)
        running = self._charge(self._subscribe(start="2026-01-01"))
        waiting = self._charge(self._subscribe(plan=trial, start="2026-01-20"))
        ending = self._charge(self._subscribe(start="2026-01-01", subscription_end="2026-03-31"))
        cancelled = self._charge(self._subscribe(start="2026-01-01"))
        cancelled.order_id._action_cancel()
        charges = running | waiting | ending | cancelled
        self.assertEqual(self._stages(charges), ["running", "upcoming", "ending", "cancelled"])
        self.assertEqual(str(cancelled.cancelled_on), "2026-01-10")
        self._on("2026-01-20")
        self.assertEqual(self._stages(charges), ["running", "free", "ending", "cancelled"])
        self._on("2026-02-20")
        self.assertEqual(self._stages(charges), ["running", "running", "ending", "cancelled"])
        self._on("2026-04-01")
        self.assertEqual(self._stages(charges), ["running", "running", "ended", "cancelled"])
        self._on("2026-03-31")
        self.assertEqual(self._stages(charges), ["running", "running", "ending", "cancelled"], "its last day")

    def test_days_are_those_of_the_customer(self):
        self.customer.tz = "Pacific/Auckland"
        self._on("2026-01-31")
        charge = self._charge(self._subscribe(start="2026-01-01", subscription_end="2026-01-31"))
        self.assertEqual(self._stages(charge), ["ending"])
        charge = self._charge(self._subscribe(start="2026-02-01"))
        self.assertEqual(self._stages(charge), ["upcoming"])
        # 10:00 in the universal time is 23:00 in Auckland: two hours later the day is over there.
        self.hour = "12:00:00"
        self._on("2026-01-31")
        self.assertEqual(self._stages(charge), ["running"])

    def test_what_never_charges_anything_has_ended(self):
        self._on("2026-01-01")
        charge = self._charge(self._subscribe(start="2026-02-01"))
        charge.cancel("2026-01-31")
        self.assertEqual(self._stages(charge), ["ended"])

    def test_a_cancelled_order_that_is_confirmed_again_goes_on(self):
        self._on("2026-01-01")
        order = self._subscribe()
        order._create_invoices()
        order._action_cancel()
        order.action_draft()
        self._on("2026-01-15")
        order.action_confirm()
        charge = self._charge(order)
        self.assertEqual((self._stages(charge), charge.cancelled_on), (["running"], False))

    def test_a_pause_is_seen_while_it_lasts(self):
        self._on("2026-01-01")
        charge = self._charge(self._subscribe())
        charge.pause("2026-02-01", "2026-02-28")
        for day, stage in (("2026-01-31", "running"), ("2026-02-01", "paused"), ("2026-03-01", "running")):
            self._on(day)
            self.assertEqual(self._stages(charge), [stage], day)
