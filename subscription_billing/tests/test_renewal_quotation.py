from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import SubscriptionCommon


class RenewalCommon(SubscriptionCommon):
    """Terms of two months, renewed by a quotation that is made ten days before their end."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        two_months = {"term_count": 2, "term_unit": "months", "uplift_percent": 10.0}
        cls.quoted = cls._make_plan("Quoted", renewal="quotation", quotation_days=10, **two_months)
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.seller = new_test_user(cls.env, "seller_of_renewals", "sales_team.group_sale_salesman", lang="fr_FR")

    def _quote(self, **line):
        """Return an order from the first of January, and its renewal quotation, made in February."""
        self._on("2026-01-01")
        order = self._subscribe(plan=self.quoted, **line)
        order.user_id = self.seller
        self._bill("2026-01-01")
        self._bill("2026-02-17")
        self.assertFalse(self._renewals(order))
        self._bill("2026-02-18")
        return order, self._renewals(order)

    def _renewals(self, order):
        """Return the orders that renew the charges of an order."""
        terms = self._charge(order).term_ids
        return self.env["sale.order.line"].search([("subscription_term_id", "in", terms.ids)]).order_id

    def _activities(self, order):
        return self.env["mail.activity"].search([("res_model", "=", "sale.order"), ("res_id", "=", order.id)])


@tagged("post_install", "-at_install")
class TestRenewalQuotation(RenewalCommon):
    """A term is renewed when the customer accepts: at the price and quantity that he accepted, and billed once."""

    def test_it_is_made_and_sent_once_before_the_term_ends(self):
        order, quotation = self._quote(product_uom_qty=3.0)
        self.assertRecordValues(
            quotation,
            [{"state": "sent", "partner_id": order.partner_id.id, "origin": order.name, "amount_untaxed": 99.0}],
        )
        self.assertTrue(quotation.require_signature)
        self.assertRecordValues(
            quotation.order_line, [{"price_unit": 33.0, "product_uom_qty": 3.0, "invoice_status": "no"}]
        )
        self.assertIn("03/01/2026 to 04/30/2026", quotation.order_line.name)
        self.assertIn("$\xa0198.00", quotation.subscription_totals, "over the next term")
        activity = self._activities(order)
        self.assertEqual((activity.user_id, len(activity)), (self.seller, 1))
        self.assertIn(quotation.name, activity.summary)
        self._bill("2026-02-20")
        self.assertEqual(self._renewals(order), quotation)
        self.assertEqual(self._activities(order), activity)

    def test_accepted_it_renews_the_charge_and_is_not_billed_itself(self):
        order, quotation = self._quote(product_uom_qty=3.0)
        charge = self._charge(order)
        quotation.action_confirm()
        self.assertFalse(self._charge(quotation), "no second charge begins")
        term = charge.term_ids.sorted("number")[-1]
        self.assertRecordValues(
            term, [{"number": 2, "how": "quotation", "uplift_percent": 10.0, "order_id": quotation.id}]
        )
        self.assertEqual(len(charge.version_ids), 1, "nothing else was agreed")
        self._bill("2026-03-01")
        self.assertEqual(self._billed(order), {"2026-01-01": 90.0, "2026-02-01": 90.0, "2026-03-01": 99.0})
        line = quotation.order_line
        self.assertEqual((quotation.invoice_status, line.invoice_status, line.qty_invoiced), ("no", "no", 0.0))
        self.assertEqual((line.qty_to_invoice, line.amount_to_invoice, line.untaxed_amount_to_invoice), (0.0,) * 3)
        with self.assertRaises(UserError):
            quotation._create_invoices(final=True)
        self.assertFalse(quotation.invoice_ids)
        self._bill("2026-04-20")
        self.assertEqual(len(self._renewals(order)), 2, "the next term is quoted in its turn")
        self.assertEqual((self._renewals(order) - quotation).order_line.price_unit, 36.3, "of the base, twice")

    def test_what_was_negotiated_holds_from_the_first_day_of_the_term(self):
        order, quotation = self._quote(product_uom_qty=3.0)
        quotation.order_line.product_uom_qty = 5.0
        self.assertEqual(quotation.order_line.price_unit, 33.0, "no price list changes it")
        quotation.order_line.price_unit = 31.0
        quotation.action_confirm()
        charge = self._charge(order)
        self.assertEqual((order.order_line.price_unit, order.order_line.product_uom_qty), (30.0, 3.0), "until then")
        self.assertEqual(charge.term_ids.sorted("number")[-1].uplift_percent, 0.0)
        self._bill("2026-03-01")
        self.assertEqual(self._billed(order)["2026-03-01"], 155.0)
        self.assertEqual((order.order_line.price_unit, order.order_line.product_uom_qty), (31.0, 5.0))

    def test_a_discount_is_offered_where_it_comes_to_what_is_billed(self):
        _order, quotation = self._quote(discount=10.0)
        self.assertRecordValues(quotation.order_line, [{"price_unit": 33.0, "discount": 10.0}])
        _order, quotation = self._quote(price=9.99, discount=7.5)
        # 9.24075 and 10 % more
        self.assertRecordValues(quotation.order_line, [{"price_unit": 10.16, "discount": 0.0}])

    def test_not_accepted_it_ends_with_its_term_and_people_are_told(self):
        order, quotation = self._quote()
        charge = self._charge(order)
        self._bill("2026-02-28")
        self.assertFalse(charge.last_day)
        self._bill("2026-03-01")
        self.assertEqual((str(charge.last_day), str(order.order_line.subscription_end)), ("2026-02-28", "2026-02-28"))
        self.assertEqual(self._billed(order), {"2026-01-01": 30.0, "2026-02-01": 30.0})
        self.assertEqual(len(self._activities(order)), 2)
        self.assertIn(quotation.name, self._activities(order).sorted("id")[-1].summary)
        self.assertTrue(order.message_ids.filtered(lambda row: "accept" in (row.body or "")))
        self._bill("2026-03-02")
        self.assertEqual((len(self._activities(order)), len(charge.version_ids)), (2, 2), "said once")
        again = self.env["subscription.charge"].browse(charge.restart("2026-03-02")["id"])
        self.assertNotEqual(again, charge, "what nobody renewed begins anew")
        self.assertEqual((again.term_number, str(again.term_last_day)), (1, "2026-05-01"))
        with self.assertRaisesRegex(UserError, "in another way"):
            quotation.action_confirm()

    def test_accepted_late_it_is_caught_up_from_its_first_day(self):
        order, quotation = self._quote()
        self._bill("2026-03-10")
        self._on("2026-04-05")
        quotation.action_confirm()
        self.assertFalse(self._charge(order).last_day)
        self._bill("2026-04-05")
        self.assertEqual(
            self._billed(order), {"2026-01-01": 30.0, "2026-02-01": 30.0, "2026-03-01": 33.0, "2026-04-01": 33.0}
        )

    def test_after_a_standstill_it_is_quoted_and_ends(self):
        self._on("2026-01-01")
        order = self._subscribe(plan=self.quoted)
        self._bill("2026-03-10")
        self.assertEqual(str(self._charge(order).last_day), "2026-02-28")
        self._renewals(order).action_confirm()
        self.assertFalse(self._charge(order).last_day)

    def test_a_period_across_the_end_of_the_term_is_billed_to_it_and_completed(self):
        plan = self._make_plan(
            "First", alignment="day", renewal="quotation", term_count=1, term_unit="months", quotation_days=5
        )
        self._on("2026-01-16")
        order = self._subscribe(31.0, plan)
        self._bill("2026-02-10")
        # 16 of 31 days of January, 15 of 28 of February
        self.assertEqual(self._billed(order), {"2026-01-16": 16.0, "2026-02-01": 16.61})
        self._renewals(order).action_confirm()
        self._bill("2026-02-11")
        self.assertEqual(self._billed(order)["2026-02-01"], 31.0)

    def test_cancelled_deleted_and_copied_quotations(self):
        order, quotation = self._quote()
        copied = quotation.copy()
        self.assertFalse(copied.order_line.subscription_term_id, "a copy sells anew")
        copied.unlink()
        quotation.action_cancel()
        quotation.unlink()
        self._bill("2026-02-20")
        self.assertFalse(self._renewals(order), "made by itself once")
        action = self._charge(order).action_quote_renewal()
        again = self._renewals(order)
        self.assertEqual(action["res_id"], again.id)
        self.assertEqual(self._charge(order).action_quote_renewal()["res_id"], again.id)

    def test_a_renewal_is_withdrawn_until_it_is_billed(self):
        order, quotation = self._quote()
        charge = self._charge(order)
        quotation.action_confirm()
        quotation._action_cancel()
        self.assertEqual(str(charge.last_day), "2026-02-28")
        with self.assertRaisesRegex(UserError, "stays on record"):
            quotation.unlink()
        quotation.action_draft()
        quotation.action_confirm()
        self.assertEqual((charge.last_day, charge.term_number), (False, 2))
        self._bill("2026-03-01")
        with self.assertRaisesRegex(UserError, "billed by this renewal already"):
            quotation._action_cancel()

    def test_it_is_not_accepted_in_another_currency_or_by_another_customer(self):
        order, quotation = self._quote()
        euro = self.env.ref("base.EUR")
        euro.active = True
        quotation.pricelist_id = self.env["product.pricelist"].create({"name": "Euro", "currency_id": euro.id})
        with self.assertRaisesRegex(UserError, f"is in EUR, and .* in {order.currency_id.name}"):
            quotation.action_confirm()
        order, quotation = self._quote()
        quotation.partner_id = self.env["res.partner"].create({"name": "Elsewhere"})
        with self.assertRaisesRegex(UserError, "is for Elsewhere, and .* for Harbour Works"):
            quotation.action_confirm()
        order, quotation = self._quote()
        quotation.partner_id = self.env["res.partner"].create({"name": "Anna", "parent_id": order.partner_id.id})
        quotation.action_confirm()
        self.assertEqual(self._charge(order).term_number, 2)

    def test_an_end_or_a_renewal_by_hand_takes_the_quotation_back(self):
        order, quotation = self._quote()
        self._charge(order).renew(2)
        self.assertEqual(quotation.state, "cancel")
        quotation.action_draft()
        with self.assertRaisesRegex(UserError, "was renewed already"):
            quotation.action_confirm()
        other, quotation = self._quote()
        self._charge(other).cancel(when="end")
        self.assertEqual(quotation.state, "cancel")
        third, quotation = self._quote()
        third._action_cancel()
        self.assertEqual(quotation.state, "cancel")

    def test_subscriptions_of_one_order_share_a_quotation(self):
        self._on("2026-01-01")
        line = {"price_unit": 30.0, "subscription_plan_id": self.quoted.id}
        order = self._make_order(line, {**line, "price_unit": 50.0})
        self._bill("2026-02-20")
        quotation = self._renewals(order)
        self.assertEqual(sorted(quotation.order_line.mapped("price_unit")), [33.0, 55.0])
        first, second = order.order_line.subscription_charge_ids.sorted("id")
        first.cancel(when="end")
        self.assertEqual(quotation.order_line.mapped("price_unit"), [55.0])
        quotation.action_confirm()
        self.assertEqual((first.term_number, second.term_number), (1, 2))

    def test_a_term_has_one_quotation_whoever_makes_it_first(self):
        self._on("2026-01-01")
        line = {"price_unit": 30.0, "subscription_plan_id": self.quoted.id}
        order = self._make_order(line, {**line, "price_unit": 50.0})
        first, second = order.order_line.subscription_charge_ids.sorted("id")
        by_hand = self.env["sale.order"].browse(first.action_quote_renewal()["res_id"])
        self.assertEqual(first.term_ids.step_ids.mapped("kind"), ["quotation"])
        self._bill("2026-02-20")
        by_itself = self._renewals(order) - by_hand
        self.assertEqual(by_hand.order_line.subscription_term_id, first.term_ids)
        self.assertEqual(by_itself.order_line.subscription_term_id, second.term_ids)
        by_hand.action_confirm()
        by_itself.action_confirm()
        self.assertEqual((first.term_number, second.term_number), (2, 2))

    def test_a_quotation_that_is_open_but_not_noted_is_found(self):
        self._on("2026-01-01")
        order = self._subscribe(plan=self.quoted)
        quotation = self._charge(order).sudo()._make_renewal_quotation()
        self._bill("2026-02-20")
        self.assertEqual(self._renewals(order), quotation)
        self.assertEqual(self._charge(order).term_ids.step_ids.mapped("kind"), ["quotation"])

    def test_quoted_by_hand_and_by_itself_at_once(self):
        self._on("2026-01-01")
        order = self._subscribe(plan=self.quoted)
        charge, term = self._charge(order), self._charge(order).term_ids
        self.assertFalse(term.step_ids)
        # The other transaction, which this one does not see yet.
        self.env.cr.execute(
            "INSERT INTO subscription_term_step (term_id, company_id, kind) VALUES (%s, %s, 'quotation')",
            (term.id, term.company_id.id),
        )
        with mute_logger("odoo.sql_db"), self.assertRaises(ConcurrencyError):
            charge.action_quote_renewal()
        self.assertFalse(self._renewals(order))

    def test_what_it_renews_is_not_changed_and_what_was_accepted_stays(self):
        order, quotation = self._quote()
        quotation.user_id = self.seller
        line = quotation.order_line.with_user(self.seller)
        with self.assertRaisesRegex(UserError, "renews"):
            line.subscription_plan_id = self.monthly
        with self.assertRaises(AccessError):
            line.subscription_term_id = False
        quotation.action_confirm()
        with self.assertRaisesRegex(UserError, "then in the subscription"):
            line.price_unit = 1.0
        with self.assertRaises(AccessError):
            self._charge(order).with_user(self.seller).action_quote_renewal()

    def test_a_reminder_comes_once_in_the_salespersons_language(self):
        self._on("2026-01-01")
        reminded = {"term_count": 2, "term_unit": "months", "reminder_days": 20}
        orders = [
            self._subscribe(plan=self._make_plan(renewal, renewal=renewal, **reminded))
            for renewal in ("automatic", "end")
        ]
        for order in orders:
            order.user_id = self.seller
        self._bill("2026-02-07")
        self.assertFalse([self._activities(order) for order in orders if self._activities(order)])
        self._bill("2026-02-08")
        self._bill("2026-02-09")
        for order in orders:
            self.assertEqual(len(self._activities(order)), 1)
            self.assertIn("28/02/2026", self._activities(order).summary, "as one writes days in French")
            self.assertEqual(str(self._activities(order).date_deadline), "2026-02-28")
        self._bill("2026-04-15")
        self.assertEqual([len(self._activities(order)) for order in orders], [2, 1], "of each term")


@tagged("post_install", "-at_install")
class TestRenewalAccepted(RenewalCommon, HttpCase):
    """The customer signs the renewal on the portal."""

    def test_a_signed_quotation_renews(self):
        order, quotation = self._quote()
        # The server that answers has its own day.
        quotation.validity_date = "2999-12-31"
        token = quotation._portal_ensure_token()
        self.env.flush_all()
        signature = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
        said = {"access_token": token, "name": "Joel Willis", "signature": signature}
        page = self.url_open(f"/my/orders/{quotation.id}?access_token={token}")
        self.assertIn("Renewal: ", page.text)
        answer = self.make_jsonrpc_request(f"/my/orders/{quotation.id}/accept", said)
        self.assertTrue(answer.get("force_refresh"), answer)
        self.env.invalidate_all()
        charge = self._charge(order)
        self.assertEqual((quotation.state, charge.term_number), ("sale", 2))
        term = charge.term_ids.sorted("number")[-1]
        self.assertEqual(term.how, "quotation")
        self.assertIn("Joel Willis", term.note)
        self._bill("2026-03-01")
        self.assertEqual(self._billed(order)["2026-03-01"], 33.0)
