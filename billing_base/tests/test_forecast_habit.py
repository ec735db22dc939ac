from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .forecast_common import ForecastCommon


@tagged("post_install", "-at_install")
class TestForecastHabit(ForecastCommon):
    """How late a customer pays: as he did, as all do, or as somebody says."""

    def test_a_customer_pays_as_late_as_he_did(self):
        self._pay_late(8, count=2)
        self.assertEqual((self.customer.billing_late_days, self.customer.billing_late_text[:7]), (0, "Nothing"))
        self._pay_late(12, count=1)
        self.env.invalidate_all()
        self.assertEqual(self.customer.billing_late_days, 8, "the median")
        self.assertEqual(self.customer.billing_late_text, "His last 3 paid invoices")
        order = self._make_order(100.0, payment_term_id=self.month.id)
        self.assertEqual(self._flows(order)[1], ("receipt", self._in(38), 10000, "due"))
        other = self.env["res.partner"].create({"name": "Unknown"})
        self.assertEqual(other.billing_late_days, 8, "of whom nothing is known, pays as all do")

    def test_a_customer_is_told_without_reading_the_invoices_of_all(self):
        self._pay_late(8)
        other = self.env["res.partner"].create({"name": "Other"})
        self._pay_late(20, partner=other, count=2)
        found, usual = self.customer._billing_habits(self.company)
        self.assertEqual((set(found), usual), ({self.customer.id}, (8, 3)))
        customers = self.env.registry["res.partner"]
        read, method = [], customers._billing_habits

        def reading(partners, company):
            read.append(partners)
            return method(partners, company)

        with patch.object(customers, "_billing_habits", reading):
            self.env.invalidate_all()
            self.assertEqual(self.customer.billing_late_days, 8)
            self.assertEqual(read, [self.customer])
            self.assertEqual(other.billing_late_text[:23], "5 paid invoices of all ", "fewer than three are known")

    def test_parts_weigh_by_what_was_paid_and_credit_notes_pay_nothing(self):
        for _number in range(3):
            due = self._in(-100)
            move = self._invoice(100.0, day=due)
            self._pay(move, due, 75.0)
            self._pay(move, due + timedelta(days=40))
        credited = self._invoice(100.0, day=self._in(-300))
        credited._reverse_moves([{"invoice_date": self.today}], cancel=True)
        self.env.flush_all()
        found, usual = self.customer._billing_habits(self.company)
        self.assertEqual(found[self.customer.id], (10, 3))
        self.assertEqual(usual, (10, 3))

    def test_what_is_typed_holds_until_somebody_goes_back(self):
        self._pay_late(8)
        contact = self.env["res.partner"].create({"name": "Jo", "parent_id": self.customer.id})
        self.assertEqual(contact.billing_late_days, 8)
        clerk = new_test_user(self.env, "clerk", "account.group_account_invoice,base.group_partner_manager")
        contact.with_user(clerk).billing_late_days = -2
        self.env.invalidate_all()
        self.assertEqual(self.customer.billing_late_days, -2)
        self.assertEqual(self.customer.billing_late_text, "Typed; his last 3 paid invoices say 8")
        order = self._make_order(100.0)
        self.assertEqual(self._flows(order)[1][1], self.today, "nobody pays before the invoice")
        order.payment_term_id = self.month
        self.assertEqual(self._flows(order)[1][1], self._in(28))
        other = self.setup_other_company()["company"]
        self.assertEqual(self.customer.with_company(other).billing_late_days, 0, "in each company")
        self.customer.with_user(clerk).action_use_computed_late_days()
        self.env.invalidate_all()
        self.assertEqual(self.customer.billing_late_days, 8)

    def test_who_may_say_it(self):
        seller = new_test_user(self.env, "seller", "sales_team.group_sale_salesman,base.group_partner_manager")
        mine = self.customer.with_user(seller)
        self.assertEqual(mine.billing_late_days, 0)
        with self.assertRaises(AccessError):
            mine.billing_late_days = 5
            self.env.flush_all()
        for name in ("billing_late_typed", "billing_late_is_typed"):
            with self.assertRaises(AccessError):
                mine.write({name: 5})
        with self.assertRaises(AccessError):
            mine.action_use_computed_late_days()
