from unittest.mock import patch

from psycopg2.errors import SerializationFailure, UniqueViolation

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


@tagged("post_install", "-at_install")
class TestGivingWay(BillingBaseCommon):
    """What is in the way of one invoice again and again keeps no other one waiting."""

    def setUp(self):
        super().setUp()
        # A test has one transaction: what a batch did is undone by its savepoints.
        self.patch(type(self.env["billing.queue"]), "_rollback", lambda queue, error: queue.env.invalidate_all())
        self.bad, self.good, self.later = self._make_order(10.0), self._make_order(20.0), self._make_order(30.0)
        self.customer.billing_one_invoice_per = "order"

    def _bill(self, error):
        """Bill all three orders, the last one in a run of its own, while the first one raises."""
        order_class = type(self.env["sale.order"])
        make = order_class._create_account_invoices

        def refuse(orders, vals_list, final):
            if any(self.bad.name == values["invoice_origin"] for values in vals_list):
                raise error
            return make(orders, vals_list, final)

        self.env.flush_all()
        for orders, key in ((self.bad | self.good, "one"), (self.later, "two")):
            self.runs._begin(self.today, None, key, orders=orders)
        with patch.object(order_class, "_create_account_invoices", refuse), mute_logger("odoo.addons.billing_base"):
            self.runs.sudo()._cron_bill()
        self.env.invalidate_all()

    def test_a_key_that_is_there_twice_fails_its_own_invoice(self):
        self._bill(UniqueViolation("the key is there twice"))
        row, other = self.runs.search([("key", "=", "one")]).invoice_ids.sorted("id")
        self.assertEqual((row.state, other.state), ("failed", "billed"))
        self.assertIn("the key is there twice", row.reason)
        self.assertTrue(self.good.invoice_ids and self.later.invoice_ids)
        self.assertEqual(self.runs.search([("key", "in", ("one", "two"))]).mapped("state"), ["done", "done"])

    def test_another_transaction_that_is_always_in_the_way_leaves_it_to_the_next_time(self):
        self._bill(SerializationFailure("in the way"))
        row, other = self.runs.search([("key", "=", "one")]).invoice_ids.sorted("id")
        self.assertEqual((row.state, other.state), ("to_bill", "billed"))
        self.assertTrue(self.later.invoice_ids)
        self.runs.sudo()._cron_bill()
        self.assertTrue(self.bad.invoice_ids)
