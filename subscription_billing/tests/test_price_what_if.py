from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .test_usage_billing import UsageCommon


@tagged("post_install", "-at_install")
class TestPriceWhatIf(UsageCommon):
    """Before a price is put in force: what it would have cost each customer, by the function that bills."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.partner"].create({"name": "Quay Storage"})

    def setUp(self):
        super().setUp()
        self._on("2026-01-01")
        self.order = self._sell_usage()
        line = {
            "price_unit": 0.0,
            "subscription_plan_id": self.arrears.id,
            "subscription_kind": "usage",
            "subscription_price_book_id": self.per_gb.id,
            "subscription_metered_as": "QUAY",
            "subscription_start": "2026-01-01",
        }
        self.quay = self._make_order(line, partner_id=self.other.id)
        self._on("2026-03-02")
        self._use(("2026-01-03", 100), ("2026-02-10", 10), ("2026-02-11", 30))
        self._use(("2026-02-01", 1000), subject="QUAY")

    def _draft(self, *tiers, **values):
        rows = [Command.create({"up_to": up_to, "price": price}) for up_to, price in tiers]
        values = {"model": "graduated", **values} if tiers else values
        return self.env["subscription.price"].create(
            {"book_id": self.per_gb.id, "first_day": "2026-06-01", "tier_ids": rows, **values}
        )

    def test_each_customer_is_told_what_he_would_have_paid(self):
        found = self._draft((50, 1.0), (0, 0.25)).what_if(3)
        told = [
            (row["name"], row["quantity"], row["before"], row["after"], row["difference"]) for row in found["customers"]
        ]
        self.assertEqual(
            told,
            [("Quay Storage", 1000.0, 500.0, 287.5, -212.5), ("Harbour Works", 140.0, 70.0, 102.5, 32.5)],
        )
        self.assertEqual((found["before"], found["after"], found["difference"]), (570.0, 390.0, -180.0))
        periods = found["customers"][1]["periods"]
        self.assertEqual(
            [(row["from"], row["to"], row["before"], row["after"]) for row in periods],
            [("2026-01-01", "2026-01-31", 50.0, 62.5), ("2026-02-01", "2026-02-28", 20.0, 40.0)],
        )

    def test_so_many_last_periods_are_looked_at_and_nothing_is_written(self):
        price = self._draft((50, 1.0), (0, 0.25))
        found = price.what_if(1)
        self.assertEqual([row["before"] for row in found["customers"]], [500.0, 20.0])
        self.assertEqual(price.state, "draft")
        self._bill("2026-03-02")
        self.assertEqual(self._billed(self.order), {"2026-01-01": 50.0, "2026-02-01": 20.0})
        with self.assertRaisesRegex(UserError, "periods"):
            price.what_if(0)

    def test_what_ended_is_left_out(self):
        self._charge(self.order).cancel("2026-02-15")
        self.assertEqual([row["name"] for row in self._draft(price=1).what_if(3)["customers"]], ["Quay Storage"])

    def test_a_price_that_looks_at_records_reads_them(self):
        found = self._draft(model="percent", rate=10, per_event=1).what_if(1)
        self.assertEqual([row["after"] for row in found["customers"]], [101.0, 6.0])

    def test_it_says_what_is_billed_once_it_is_in_force(self):
        price = self._draft((50, 1.0), (0, 0.25), first_day="2026-02-01")
        said = price.what_if(1)["customers"][0]["after"]
        price.activate()
        self._bill("2026-03-02")
        self.assertEqual(self._billed(self.quay), {"2026-02-01": said})

    def test_who_reads_subscriptions_reads_of_his_own(self):
        seller = new_test_user(self.env, "what_if_seller", "sales_team.group_sale_salesman")
        self.quay.user_id = self.env.user
        self.order.user_id = seller
        price = self._draft(price=1)
        self.assertEqual([row["name"] for row in price.with_user(seller).what_if(1)["customers"]], ["Harbour Works"])
        with self.assertRaises(AccessError):
            price.with_user(new_test_user(self.env, "what_if_portal", "base.group_portal")).what_if(1)

    def test_the_dialog_shows_it_by_customer(self):
        price = self._draft((50, 1.0), (0, 0.25))
        form = Form(self.env["subscription.price.what.if"].with_context(default_price_id=price.id))
        self.assertEqual((form.before, form.after, form.difference), (570.0, 390.0, -180.0))
        form.periods = 1
        self.assertEqual(form.before, 520.0)
        dialog = form.save()
        self.assertEqual(dialog.line_ids.mapped("partner_id"), self.other | self.customer)
        clerk = new_test_user(self.env, "what_if_clerk", "account.group_account_invoice")
        made = self.env["subscription.price.what.if"].with_user(clerk).create({"price_id": price.id, "periods": 3})
        self.assertEqual(made.difference, -180.0)
