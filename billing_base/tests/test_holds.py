from datetime import timedelta

from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BillingBaseCommon


@tagged("post_install", "-at_install")
class TestHolds(BillingBaseCommon):
    """A hold keeps a customer or an order from the run, in sight; then it goes on by itself."""

    def _hold(self, **values):
        return self.env["billing.hold"].create({"reason": "Dispute", **values})

    def _rows(self):
        return self._preview(customers=[self.customer.id])["invoices"]

    def test_a_hold_on_order_or_customer_keeps_it_back_and_its_release_bills_it(self):
        payer = self.env["res.partner"].create({"name": "Payer"})
        for number, target in enumerate(("order_id", "partner_id", "payer")):
            with self.subTest(target):
                order = self._make_order(10.0, partner_invoice_id=(payer if target == "payer" else self.customer).id)
                values = {"order_id": order.id} if target == "order_id" else {"partner_id": self.customer.id}
                hold = self._hold(**({"partner_id": payer.id} if target == "payer" else values))
                [row] = self._preview(customers=order.partner_invoice_id.ids)["invoices"]
                self.assertEqual(row["state"], "blocked")
                self.assertEqual(row["reason"], f"On hold: Dispute ({self.env.user.name})")
                self.assertEqual(row["remedy"], "It is billed as soon as the hold ends or is released.")
                key = f"run {number}"
                status = self._run(key, customers=order.partner_invoice_id.ids)
                self.assertEqual((status["counts"]["blocked"], status["counts"]["billed"]), (1, 0))
                self.assertFalse(order.invoice_ids)
                hold.action_release()
                self.assertRecordValues(hold, [{"is_active": False, "released_by_id": self.env.uid}])
                self.assertEqual(self._finish(key)["counts"]["billed"], 1)
                self.assertEqual(order.invoice_ids.amount_total, 10.0)

    def test_the_customers_other_orders_are_billed(self):
        held, free = self._make_order(10.0), self._make_order(20.0)
        self._hold(order_id=held.id)
        self.assertEqual([(row["state"], row["total"]) for row in self._rows()], [("to_bill", 20.0), ("blocked", 10.0)])
        self._run("one", customers=[self.customer.id])
        self.assertEqual(free.invoice_ids.amount_total, 20.0)
        self.assertFalse(held.invoice_ids)

    def test_a_hold_comes_and_goes_with_its_days(self):
        order = self._make_order(10.0, billing_automatic="yes")
        first, last = self.today + timedelta(days=1), self.today + timedelta(days=2)
        hold = self._hold(order_id=order.id, date_from=first, date_to=last)
        self.assertFalse(hold.is_active)
        with freeze_time(first):
            self._clock()
            self.assertTrue(hold.is_active)
            self.assertFalse(order.invoice_ids)
        with freeze_time(last):
            self._clock()
            self.assertFalse(order.invoice_ids, "the last day still counts")
        with freeze_time(last + timedelta(days=1)):
            self._clock()
            self.assertFalse(hold.is_active)
            self.assertEqual(order.invoice_ids.amount_total, 10.0)

    def test_what_one_hold_frees_another_may_keep(self):
        order = self._make_order(10.0)
        first, second = self._hold(order_id=order.id), self._hold(partner_id=self.customer.id, reason="Bankrupt")
        self._run("one", customers=[self.customer.id])
        first.action_release()
        [row] = self._finish("one")["invoices"]
        self.assertIn("Bankrupt", row["reason"])
        self.assertNotIn("Dispute", row["reason"])
        second.action_release()
        self.assertEqual(self._finish("one")["counts"]["billed"], 1)

    def test_create_invoice_is_a_persons_own_act(self):
        order = self._make_order(10.0)
        self._hold(order_id=order.id)
        order._create_invoices()
        self.assertEqual(order.invoice_ids.amount_total, 10.0)

    def test_a_hold_is_put_on_one_thing_and_stays_on_it(self):
        order = self._make_order(10.0)
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self._hold(order_id=order.id, partner_id=self.customer.id)
        contact = self.env["res.partner"].create({"name": "Site office", "parent_id": self.customer.id})
        hold = self._hold(partner_id=contact.id)
        self.assertRecordValues(hold, [{"partner_id": self.customer.id, "target_name": "Customer Harbour Works"}])
        self.assertEqual(self._hold(order_id=order.id).target_name, f"Order {order.name}")
        with self.assertRaisesRegex(UserError, "no day of business"):
            hold.date_to = "3026-01-01"

    def test_the_order_tells_it_in_the_language_of_those_who_work_on_it(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        seller = self.env.user.copy({"login": "vendeur", "lang": "fr_FR"})
        order = self._make_order(10.0, user_id=seller.id)
        hold = self._hold(order_id=order.id)
        hold.action_release()
        with self.assertRaisesRegex(UserError, "released already"):
            hold.action_release()
        told = " ".join(order.message_ids.mapped("body"))
        self.assertIn("Suspension de facturation posée", told)
        self.assertIn("Dispute", told)
        self._hold(partner_id=self.customer.id)
        self.assertIn("Billing hold put: Dispute", self.customer.message_ids[0].body)

    def test_merged_contacts_keep_their_holds_and_what_is_free_goes_on(self):
        group = self.env["res.partner"].create({"name": "Harbour Group", "is_company": True})
        twin, contact = self.env["res.partner"].create([{"name": "Twin"}, {"name": "Quay", "parent_id": group.id}])
        hold, order = self._hold(partner_id=twin.id), self._make_order(10.0, partner_id=contact.id)
        self._merge(twin, contact)
        self.assertEqual(hold.partner_id, group, "a hold is on the whole customer")
        self._run("one", customers=[group.id])
        self.assertFalse(order.invoice_ids)
        self._merge(contact, self.customer.copy({"name": "Pier Works", "parent_id": self.customer.id}))
        self.assertEqual(order.partner_id.commercial_partner_id, self.customer)
        self._finish("one")
        self.assertEqual(order.invoice_ids.amount_total, 10.0)

    def _merge(self, source, into):
        self.env["base.partner.merge.automatic.wizard"].create({})._merge((source | into).ids, into)
        self.assertFalse(source.exists())

    def test_a_deleted_hold_keeps_nothing_back(self):
        order = self._make_order(10.0)
        hold = self._hold(order_id=order.id)
        self._run("one", customers=[self.customer.id])
        hold.sudo().unlink()
        [row] = self.runs.search([("key", "=", "one")]).invoice_ids
        self.assertEqual(row.state, "to_bill")
        self.assertEqual(self._finish("one")["counts"]["billed"], 1)

    def test_a_copy_of_an_order_is_free(self):
        order = self._make_order(10.0)
        self._hold(order_id=order.id)
        self.assertFalse(order.copy().billing_hold_ids)
        self._hold(partner_id=self.customer.id)
        self.assertFalse(self.customer.copy().billing_hold_ids)
