import re
from datetime import date, timedelta
from unittest.mock import patch

from lxml import html

from odoo import fields
from odoo.addons.billing_base.tests.common import BillingBaseCommon


class SubscriptionCommon(BillingBaseCommon):
    """A company, a customer, plans, and shortcuts that tell the story of a subscription day by day."""

    #: At which it is on each day, in universal time.
    hour = "10:00:00"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.monthly = cls._make_plan("Monthly, in advance")
        cls.quarterly = cls._make_plan("Quarterly, in arrears", interval_count=3, timing="arrears")

    @classmethod
    def _make_plan(cls, name, **values):
        return cls.env["subscription.plan"].create({"name": name, **values})

    def _on(self, day):
        """Have it be a day from now on."""
        # What follows from what was done follows on that day.
        self.env.flush_all()
        self._day_patch = getattr(self, "_day_patch", None)
        if self._day_patch:
            self._day_patch.stop()
        moment = fields.Datetime.to_datetime(f"{day} {self.hour}")
        self._day_patch = patch.object(fields.Datetime, "now", side_effect=lambda *_args: moment)
        self._day_patch.start()
        type(self).today = date.fromisoformat(day)

    def tearDown(self):
        if getattr(self, "_day_patch", None):
            self._day_patch.stop()
        super().tearDown()

    def _subscribe(self, price=30.0, plan=None, start=None, confirm=True, **line):
        """Return a confirmed order of one line with a plan."""
        values = {"price_unit": price, "subscription_plan_id": (plan or self.monthly).id, "subscription_start": start}
        return self._make_order({**values, **line}, confirm=confirm)

    def _charge(self, order):
        return order.order_line.subscription_charge_ids

    def _billed(self, order):
        """Return what stands on invoices of an order: {first day of the period: amount}."""
        found = {}
        lines = self.env["account.move.line"].search([("sale_line_ids.order_id", "=", order.id)])
        for line in lines.filtered(lambda line: line.parent_state != "cancel" and line.subscription_from):
            key = str(line.subscription_from)
            amount = -line.move_id.direction_sign * line.price_subtotal
            found[key] = round(found.get(key, 0.0) + amount, 2)
        return {key: amount for key, amount in sorted(found.items()) if amount}

    def _outlook(self, change):
        """Return what a dialog says of the next invoices: (day, amount before, amount after)."""
        rows = html.fromstring(change.effect).findall(".//tbody/tr")
        cells = [[cell.text_content() for cell in row] for row in rows]
        return [(day, *(float(re.sub(r"[^0-9.-]", "", amount)) for amount in amounts)) for day, *amounts in cells]

    def _bill(self, day):
        """The clock, on a day; return the orders' invoices of that day's run."""
        self._on(day)
        run = self._clock()
        for row in run.invoice_ids:
            self.assertIn(row.state, ("billed", "nothing"), (row.reason, row.lines_text))
        return run.invoice_ids.move_id


class StoryActs:
    """What happens to invoices of an order in stories of any acts: each takes a number of 0 to 5, and one of days."""

    def _wait_in_story(self, order, which, amount):
        self._on(str(self.today + timedelta(days=amount)))

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
