from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import MONTHS, SubscriptionRevenueCommon


@tagged("post_install", "-at_install")
class TestLife(SubscriptionRevenueCommon):
    """What else becomes of a subscription: changes to come, pauses, another plan or customer, an import."""

    def test_a_change_to_come_counts_from_its_day(self):
        order = self._sell(100.0, self.termed, "2026-01-01")
        contract = self._contract(order)
        self._charge(order).change("2026-07-01", quantity=2.0)
        self._live(MONTHS[:6])
        self._check_books(contract, "2026-06-30", 1200.0, 600.0, 600.0)
        self._live(MONTHS[6:7])
        self._check_books(contract, "2026-07-31", 1800.0, 800.0, 800.0)

    def test_less_at_first_is_spread_over_the_term(self):
        """Half price for three months is known at first: 3 × 50.00 + 9 × 100.00 = 1,050.00, a twelfth each month."""
        steps = [Command.create({"periods": 3, "reduction": 50.0})]
        plan = self._make_plan("Half at first", step_ids=steps, **self.yearly_term)
        order = self._sell(100.0, plan, "2026-01-01")
        contract = self._contract(order)
        self._live(MONTHS[:1])
        self._check_books(contract, "2026-01-31", 1050.0, 50.0, 87.5)

    def test_a_pause_earns_nothing_while_it_lasts(self):
        order = self._sell(100.0, self.termed, "2026-01-01")
        contract = self._contract(order)
        self._live(MONTHS[:2])
        self._on("2026-03-01")
        self._charge(order).pause("now", until="2026-04-30")
        self._live(MONTHS[2:4])
        # Two months are not charged; nothing more is known to come until they are over.
        self._check_books(contract, "2026-04-30", 200.0, 200.0, 200.0)
        self._live(MONTHS[4:5])
        self._check_books(contract, "2026-05-31", 1000.0, 300.0, 300.0)

    def test_another_plan_is_the_same_promise(self):
        order = self._sell(100.0, self.monthly, "2026-01-01")
        contract = self._contract(order)
        self._live(MONTHS[:2])
        self._on("2026-03-01")
        self._charge(order).change_plan(self.termed.id, "2026-03-01", price_unit=90.0)
        self._live(MONTHS[2:3])
        # From March on a year of 90.00 a month is enforceable: 200.00 + 1,080.00.
        self._check_books(contract, "2026-03-31", 1280.0, 290.0, 290.0)
        self.assertEqual(len(contract.obligation_ids), 1)
        self._check_tied()

    def test_who_comes_back_goes_on_in_the_same_contract(self):
        order = self._sell(100.0, self.monthly, "2026-01-01")
        contract = self._contract(order)
        self._live(MONTHS[:1])
        self._charge(order).cancel("2026-01-31")
        self._live(MONTHS[1:2])
        self._on("2026-03-01")
        order.order_line.subscription_charge_ids.restart("2026-03-01")
        self._live(MONTHS[2:3])
        self._check_books(contract, "2026-03-31", 200.0, 200.0, 200.0)
        self.assertEqual(self._position(contract, "2026-02-28"), (100.0, 100.0, 100.0))

    def test_another_customer_has_a_contract_of_his_own(self):
        order = self._sell(100.0, self.monthly, "2026-01-01")
        contract = self._contract(order)
        self._live(MONTHS[:1])
        self._on("2026-02-01")
        other = self.env["res.partner"].create({"name": "Quay"})
        made = self._charge(order).transfer(other.id, "2026-02-01")
        his = self._contract(self.env["sale.order"].browse(made["order_id"]))
        self._live(MONTHS[1:2])
        self.assertEqual(self._position(contract, "2026-02-28"), (100.0, 100.0, 100.0))
        self.assertEqual(self._position(his, "2026-02-28"), (100.0, 100.0, 100.0))
        self.assertEqual(his.partner_id, other)

    def test_what_was_billed_elsewhere_is_no_part_of_the_contract(self):
        self._on("2026-03-20")
        item = {"key": "A", "customer": self.customer.id, "product": self.support.id, "plan": self.termed.id}
        item |= {"start": "2025-07-01", "price": 100.0, "billed_until": "2026-03-31"}
        charges = self.env["subscription.charge"]
        [made] = charges.import_subscriptions([item])
        charge = charges.browse(made["id"])
        contract = self._contract(charge.order_id)
        self._live(MONTHS[3:4])
        # Three months of the term are left, from April on.
        self._check_books(contract, "2026-04-30", 300.0, 100.0, 100.0)

    def test_a_term_that_was_renewed_elsewhere_is_agreed_from_the_beginning(self):
        self._on("2026-03-20")
        quoted = self._make_plan("By quotation", renewal="quotation", **self.yearly_term)
        item = {"key": "A", "customer": self.customer.id, "product": self.support.id, "plan": quoted.id}
        item |= {"start": "2024-07-01", "price": 100.0, "billed_until": "2026-03-31"}
        charges = self.env["subscription.charge"]
        [made] = charges.import_subscriptions([item])
        charge = charges.browse(made["id"])
        self.assertEqual([bound.units for bound in charge._bound(self.today)], [30000])
        contract = self._contract(charge.order_id)
        self._live(MONTHS[3:4])
        # Three months of its second term are left, from April on.
        self._check_books(contract, "2026-04-30", 300.0, 100.0, 100.0)

    def test_an_accountant_without_sales_sees_and_closes_it(self):
        order = self._sell(100.0, self.monthly, "2026-01-01")
        contract = self._contract(order)
        self._live(MONTHS[:2])
        accountant = new_test_user(
            self.env, "books_only", groups="revenue_recognition.group_revenue_accountant", company_id=self.company.id
        )
        with self.assertRaises(AccessError):
            order.order_line.subscription_charge_ids.with_user(accountant).check_access("write")
        contracts = self.env["revenue.contract"].with_user(accountant)
        [position] = contracts.get_position([contract.id], "2026-02-28")
        self.assertEqual(position["revenue"], 200.0)
        self.assertTrue(contracts.browse(contract.id).get_timeline()["points"])

    def test_a_salesman_changes_a_subscription_whose_contract_he_may_not_see(self):
        order = self._sell(100.0, self.monthly, "2026-01-01")
        contract = self._contract(order)
        seller = new_test_user(
            self.env, "seller", groups="sales_team.group_sale_salesman_all_leads", company_id=self.company.id
        )
        self._on("2026-01-11")
        order.order_line.with_user(seller).product_uom_qty = 2.0
        # 21 of 31 days of 100.00 more.
        self.assertEqual(self._position(contract, "2026-01-31")[0], 167.74)

    def test_a_forecast_knows_the_period_that_began_with_the_day(self):
        order = self._sell(100.0, self.monthly, "2026-01-15")
        contract = self._contract(order)
        self.assertEqual(str(contract.obligation_ids.earned_to), "2026-02-14")
        self._bill("2026-02-15")
        self.assertEqual(str(contract.obligation_ids.earned_to), "2026-03-14")
        self.assertEqual(contract.obligation_ids.allocated, 200.0)

    def test_remaining_obligations_are_what_is_enforceable(self):
        yearly, open_ended = (self._sell(100.0, plan, "2026-01-01") for plan in (self.termed, self.monthly))
        self._live(MONTHS[:2])
        for order, left in ((yearly, 1000.0), (open_ended, 0.0)):
            contract = self._contract(order)
            [position] = self.env["revenue.contract"].get_position([contract.id], "2026-02-28")
            self.assertEqual(position["rpo"]["total"], left)

    def test_what_waits_to_be_started_is_earned_from_its_start(self):
        self._on("2026-01-01")
        line = {"product_id": self.support.id, "price_unit": 100.0, "subscription_plan_id": self.termed.id}
        order = self._make_order({**line, "subscription_waits": True})
        contract = self._contract(order)
        self.assertFalse(self._charge(order))
        self.assertEqual(self._position(contract, "2026-02-28"), (1200.0, 0.0, 0.0))
        self._live(MONTHS[:1])
        self._on("2026-03-01")
        order.order_line.subscription_start = "2026-03-01"
        self._live(MONTHS[2:3])
        self._check_books(contract, "2026-03-31", 1200.0, 100.0, 100.0)

    def test_a_fee_waits_with_its_subscription(self):
        self._on("2026-01-01")
        policy = self._make_policy("With it", **self._time(proration="monthly", with_subscription=True))
        fee = self._make_product("Activation", policy)
        line = {"product_id": self.support.id, "price_unit": 100.0, "subscription_plan_id": self.termed.id}
        order = self._make_order({**line, "subscription_waits": True}, {"product_id": fee.id, "price_unit": 240.0})
        contract = self._contract(order)
        self._on("2026-03-01")
        order.order_line[0].subscription_start = "2026-03-01"
        self.assertEqual(self._position(contract, "2026-02-28")[2], 0.0)
        # A twelfth of 1,200.00 and of 240.00.
        self.assertEqual(self._position(contract, "2026-03-31")[2], 120.0)

    def test_what_subscriptions_changed_is_told(self):
        order = self._sell(100.0, self.monthly, "2026-01-01")
        contract = self._contract(order)
        self._bill("2026-02-01")
        self._on("2026-02-15")
        order.order_line.product_uom_qty = 2.0
        accountant = new_test_user(
            self.env, "teller", groups="revenue_recognition.group_revenue_accountant", company_id=self.company.id
        )
        found = contract.with_user(accountant).get_subscription_changes()
        told = [(row["date"], row["fixed_delta"], row["price"], row["until"], row["treatment"]) for row in found]
        self.assertEqual(
            told,
            [
                ("2026-02-01", 100.0, 200.0, "2026-02-28", "separate"),
                ("2026-02-15", 50.0, 250.0, "2026-02-28", "prospective"),
            ],
        )
        self.assertIn("fulfilled", found[0]["reason"])
        self.assertIn("Line 1", str(contract.with_user(accountant).subscription_changes))
        seller = new_test_user(self.env, "nosy", groups="sales_team.group_sale_manager", company_id=self.company.id)
        with self.assertRaises(AccessError):
            contract.with_user(seller).get_subscription_changes()
