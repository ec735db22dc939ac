from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BillingBaseCommon

#: Of which one fails.
MANY = 32


@tagged("post_install", "-at_install")
class TestQueue(BillingBaseCommon):
    """What is done with many records at once is done with all but those that fail."""

    def setUp(self):
        super().setUp()
        self.queue, self.calls = self.env["billing.queue"], []
        self.error = UserError("Nobody can say")
        self.partners = self.env["res.partner"].create([{"name": str(number)} for number in range(MANY)])
        self.bad = self.partners[17]

    def _note(self, partners):
        self.calls.append(partners)
        partners.write({"comment": "noted"})
        if self.bad in partners:
            raise self.error

    def test_one_record_that_fails_is_found_by_halves(self):
        with mute_logger("odoo.addons.billing_base.models.billing_queue"):
            self.queue._safely_each(self._note, list(self.partners))
        self.assertEqual(self.partners.filtered(lambda partner: not partner.comment), self.bad)
        self.assertEqual(len(self.calls), 11)

    def test_where_nothing_fails_all_is_done_at_once(self):
        self.bad = self.env["res.partner"]
        self.queue._safely_each(self._note, list(self.partners))
        self.queue._safely_each(self._note, [])
        self.assertEqual(self.calls, [self.partners])

    def test_what_another_transaction_is_in_the_way_of_is_raised_where_wanted(self):
        first, second, _third = parts = list(self.partners[16:19])
        self.bad = second

        def note(partners):
            self._note(partners)
            if partners == first:
                raise SerializationFailure("in the way")

        with mute_logger("odoo.addons.billing_base.models.billing_queue"):
            self.queue._safely_each(note, parts)
            with self.assertRaises(SerializationFailure):
                self.queue._safely_each(note, parts, gives_way=False)

    def test_one_order_of_which_nobody_can_say_what_is_due_is_found_by_halves(self):
        orders = self.env["sale.order"].union(*(self._make_order({}) for _number in range(16)))
        Run, bad, calls = type(self.runs), orders[5], []
        order_drafts = self.env.registry["billing.run"]._order_drafts

        def fail(runs, orders, *args):
            calls.append(orders)
            if bad in orders:
                raise self.error
            return order_drafts(runs, orders, *args)

        with patch.object(Run, "_order_drafts", fail):
            drafts = self.runs._plan(orders, self.today)
        self.assertEqual({order for draft in drafts for order in draft.orders}, set(orders.ids))
        self.assertEqual([draft.orders for draft in drafts if draft.why], [(bad.id,)])
        self.assertEqual(len(calls), 9)
