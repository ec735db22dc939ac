"""A subscription on the order: it changes, pauses, ends and goes on, billed by the run beside the plan."""

from datetime import date, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command

DAYS = st.integers(-60, 60)


class Subscriptions:
    """Acts of who sells and changes subscriptions, and what must hold of them once the run went."""

    @rule(price=st.integers(1, 50_000), timing=st.sampled_from(["advance", "arrears"]), day=DAYS, term=st.booleans())
    def subscribe(self, price, timing, day, term):
        """A line with a plan is added, started on any day."""
        with self.act():
            if self.subscribed():
                return
            values = {"name": "Monthly", "timing": timing, "term_count": 1 if term else 0, "term_unit": "months"}
            plan = self.env["subscription.plan"].create({**values, "uplift_percent": 3.0 if term else 0.0})
            line = self.world.line(price / 100, 2.0, "21")
            start = fields.Date.context_today(self.order) + timedelta(days=day)
            line = {**line, "subscription_plan_id": plan.id, "subscription_start": start}
            self.order.write({"order_line": [Command.create(line)]})

    @rule(place=st.integers(0, 3), day=DAYS, number=st.integers(0, 9), later=st.booleans())
    def change_subscription(self, place, day, number, later):
        """Price and quantity change from any day on."""
        with self.act():
            charge = self.charge(place)
            charge.change(self.day(charge, day), price_unit=number * 1.11, quantity=number / 2, replaces_later=later)

    @rule(place=st.integers(0, 3), day=DAYS, until=st.integers(0, 40))
    def pause_subscription(self, place, day, until):
        """It is paused, or goes on."""
        with self.act():
            charge = self.charge(place)
            first = self.day(charge, day)
            if charge._is_paused_on(date.fromisoformat(first)):
                charge.resume(first)
            else:
                last = date.fromisoformat(first) + timedelta(days=until)
                charge.pause(first, str(last) if until else None)

    @rule(place=st.integers(0, 3), day=DAYS, months=st.sampled_from([1, 3]))
    def change_plan(self, place, day, months):
        """It goes on with another plan."""
        with self.act():
            plan = self.env["subscription.plan"].create({"name": f"Every {months}", "interval_count": months})
            charge = self.charge(place)
            charge.change_plan(plan.id, self.day(charge, day), price_unit=months * 9.99)

    @rule(place=st.integers(0, 3), day=DAYS)
    def end_subscription(self, place, day):
        """It ends, or goes on after its end."""
        with self.act():
            charge = self.charge(place)
            if charge.last_day:
                charge.restart(self.day(charge, day))
            else:
                charge.cancel(self.day(charge, day))

    @rule()
    def bill_subscriptions(self):
        """The run bills what is due of subscriptions; then each period stands on invoices as it should."""
        with self.act():
            self.bill_by_hand_or_run()
        self.check_subscriptions()

    def bill_by_hand_or_run(self):
        """Bill all that is due of the order, credit notes included."""
        self.order.with_context(raise_if_nothing_to_invoice=False)._create_invoices(final=True)

    def check_subscriptions(self):
        """Nothing of a subscription is open, and the order line says what holds."""
        if self.order.state != "sale":
            return
        for charge in self.charges():
            today = charge.company_id._billing_today()
            assert not charge._open(charge._stands().get(charge, {}), today), "all that is due stands on invoices"
            assert not charge.next_due or charge.next_due > today
        for line in self.subscribed():
            assert not line.qty_to_invoice, line.qty_to_invoice
            assert line.product_uom_qty == line._subscription_current().quantity

    # === HELP === #

    def subscribed(self):
        """The lines of the order that are subscriptions."""
        return self.order.order_line.filtered(lambda line: line._is_subscription() or line.subscription_charge_ids)

    def charges(self):
        """Their charges that run."""
        return self.subscribed()._subscription_running()

    def charge(self, place):
        """One of them, for a person to change."""
        charges = self.charges().sorted("id")
        if not charges:
            raise UserError("There is none.")  # pylint: disable=translation-required
        return charges[place % len(charges)]

    def day(self, charge, days):
        """A day so many days from today, as text."""
        return str(fields.Date.context_today(charge) + timedelta(days=days))
