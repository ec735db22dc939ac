from dateutil.relativedelta import relativedelta

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Date
from odoo.tests import tagged

from .common import RevenueCommon


@tagged("post_install", "-at_install")
class TestContract(RevenueCommon):
    """An order becomes a contract by policy; its invoices go to contract liability."""

    def test_order_becomes_a_contract(self):
        """One obligation a line, the price of the order, accounts of the company."""
        licence = self._make_product("Licence", "one_time")
        support = self._make_product("Support", "subscription")
        self._make_ssp(licence, 800)
        self._make_ssp(support, 400)
        order = self._make_order((licence, 1000), (support, 200), date_order="2026-01-10 12:00:00")
        order.action_confirm()
        order.date_order = "2026-01-10 12:00:00"
        contract = order.revenue_contract_id
        self.assertRecordValues(
            contract,
            [
                {
                    "name": order.name,
                    "state": "active",
                    "fixed": 1200.0,
                    "liability_account_id": self.accounts["contract_liability"].id,
                    "partner_id": self.customer.id,
                }
            ],
        )
        self.assertRecordValues(
            contract.obligation_ids,
            [
                {"name": "Licence", "measure": "point_in_time", "price": 1000.0, "ssp": 800.0},
                {"name": "Support", "measure": "straight_line", "price": 200.0, "ssp": 400.0},
            ],
        )
        self.assertEqual(order.order_line.revenue_contract_id, contract)

    def test_order_without_policy_stays_as_it_was(self):
        """No policy, no contract, and the invoice goes to income."""
        plain = self._make_product("Advice")
        order = self._make_order((plain, 500))
        order.action_confirm()
        self.assertFalse(order.revenue_contract_id)
        invoice = order._create_invoices()
        self.assertEqual(invoice.invoice_line_ids.account_id, self.accounts["revenue"])

    def test_invoice_goes_to_contract_liability(self):
        """Whoever makes the invoice, and the credit note too."""
        order = self._make_order((self._make_product("Setup", "activation_fee"), 500))
        order.action_confirm()
        invoice = order._create_invoices()
        self.assertEqual(invoice.invoice_line_ids.account_id, self.accounts["contract_liability"])
        self.assertEqual(invoice.invoice_line_ids.revenue_contract_id, order.revenue_contract_id)
        invoice.action_post()
        credit = invoice._reverse_moves()
        self.assertEqual(credit.invoice_line_ids.account_id, self.accounts["contract_liability"])

    def test_invoice_made_by_another_system(self):
        """A line that names its order line needs no account of its own."""
        order = self._make_order((self._make_product("Setup", "activation_fee"), 500))
        order.action_confirm()
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": order.order_line.product_id.id,
                            "price_unit": 500,
                            "sale_line_ids": [Command.link(order.order_line.id)],
                        }
                    )
                ],
            }
        )
        self.assertEqual(invoice.invoice_line_ids.account_id, self.accounts["contract_liability"])

    def test_missing_selling_price_is_an_exception(self):
        """No guess: the contract stays a draft until the book has the price."""
        licence = self._make_product("Licence", "one_time")
        support = self._make_product("Support", "subscription")
        self._make_ssp(licence, 800)
        order = self._make_order((licence, 1000), (support, 200))
        order.action_confirm()
        contract = order.revenue_contract_id
        self.assertEqual(contract.state, "draft")
        self.assertRecordValues(
            contract.exception_ids,
            [{"kind": "ssp", "obligation_id": contract.obligation_ids[1].id, "blocking": True}],
        )
        self._make_ssp(support, 400)
        contract.action_review()
        self.assertEqual(contract.state, "active")
        self.assertFalse(contract.exception_ids)
        self.assertEqual(contract.obligation_ids[1].ssp, 400.0)

    def test_dates_of_the_order_line(self):
        """A service runs for the dates on its line, or so many months from confirmation."""
        support = self._make_product("Support", "subscription")
        order = self._make_order(
            (support, 100, {"revenue_start": "2026-02-01", "revenue_end": "2026-07-31"}),
            (support, 100),
        )
        order.action_confirm()
        dated, plain = order.revenue_contract_id.obligation_ids
        self.assertEqual((dated.date_start, dated.date_end), (Date.to_date("2026-02-01"), Date.to_date("2026-07-31")))
        self.assertEqual(plain.date_end, plain.date_start + relativedelta(years=1, days=-1))

    def test_a_copied_order_has_no_dates_of_service(self):
        """They are those of what was sold then: the copy begins as its policy says."""
        dates = {"revenue_start": "2025-01-01", "revenue_end": "2025-12-31"}
        order = self._make_order((self._make_product("Care", "subscription"), 1200, dates))
        copied = order.copy()
        self.assertRecordValues(copied.order_line, [{"revenue_start": False, "revenue_end": False}])
        copied.action_confirm()
        today = self.company._revenue_today()
        self.assertRecordValues(copied.revenue_contract_id.obligation_ids, [{"date_start": today}])

    def test_product_that_splits(self):
        """A licence with support: two obligations, the price by their standalone selling prices; the policy is kept."""
        support = self._make_product("Support alone")
        self._make_ssp(support, 250)
        policy = self._make_policy(
            "Licence with support",
            method="split",
            component_ids=[
                Command.create({"name": "Licence", "policy_id": self._policy("one_time").id, "product_id": support.id}),
                Command.create(
                    {"name": "Support", "policy_id": self._policy("subscription").id, "product_id": support.id}
                ),
            ],
        )
        licence = self._make_product("Licence alone")
        policy.version_ids.component_ids[0].product_id = licence
        self._make_ssp(licence, 750)
        order = self._make_order((self._make_product("Bundle", policy), 900))
        order.action_confirm()
        self.assertRecordValues(
            order.revenue_contract_id.obligation_ids,
            [
                {"name": "Licence", "price": 675.0, "ssp": 750.0, "measure": "point_in_time"},
                {"name": "Support", "price": 225.0, "ssp": 250.0, "measure": "straight_line"},
            ],
        )
        self.assertTrue(policy.version_ids.is_used)

    def test_split_waits_for_the_price_of_a_part(self):
        """It is the price of that part that is missing, and found once the book has it; never that of the bundle."""
        licence, support = self._make_product("Licence alone"), self._make_product("Support alone")
        self._make_ssp(support, 250)
        policy = self._make_policy(
            "Licence with support",
            method="split",
            component_ids=[
                Command.create({"name": product.name, "policy_id": own.id, "product_id": product.id})
                for product, own in (
                    (licence, self._make_policy("Licences", method="point_in_time", ssp_source="price")),
                    (support, self._policy("subscription")),
                )
            ],
        )
        bundle = self._make_product("Bundle", policy)
        self._make_ssp(bundle, 950)
        order = self._make_order((bundle, 900))
        order.action_confirm()
        contract = order.revenue_contract_id
        self.assertEqual(contract.state, "draft")
        self.assertRegex(contract.hindrance, "Licence alone has no standalone selling price")
        self._make_ssp(licence, 750)
        contract.action_review()
        self.assertEqual(contract.state, "active")
        self.assertRecordValues(
            contract.obligation_ids,
            [{"price": 675.0, "ssp": 750.0}, {"price": 225.0, "ssp": 250.0}],
        )

    def test_fixed_prices_and_ranges_in_one_obligation(self):
        """A fixed price moves both ends of the range; a residual that never sold leaves both open."""
        policy = self._make_policy("Works", method="over_time", measure="observed", grouping="order")
        prices = {"fixed": {"amount": 100}, "range": {"low": 900, "high": 1100}, "residual": {}}
        products = {kind: self._make_product(kind, policy) for kind in prices}
        for kind, terms in prices.items():
            self._make_ssp(products[kind], kind="amount" if kind == "fixed" else kind, **terms)
        for kinds, wanted in (
            (("fixed", "range"), {"ssp_kind": "range", "ssp_low": 1000.0, "ssp_high": 1200.0}),
            (("fixed", "range", "residual"), {"ssp_kind": "residual", "ssp_low": 0.0, "ssp_high": 0.0}),
        ):
            order = self._make_order(*((products[kind], 500) for kind in kinds))
            order.action_confirm()
            self.assertRecordValues(order.revenue_contract_id.obligation_ids, [wanted])

    def test_lines_that_are_one_obligation(self):
        """Not distinct from each other: one obligation of the order, as the policy says."""
        policy = self._make_policy("Works", method="over_time", measure="observed", grouping="order")
        design, build = self._make_product("Design", policy), self._make_product("Build", policy)
        order = self._make_order((design, 100), (build, 900))
        order.action_confirm()
        self.assertRecordValues(order.revenue_contract_id.obligation_ids, [{"price": 1000.0, "measure": "manual"}])
        self.assertEqual(order.revenue_contract_id.obligation_ids.sale_line_ids, order.order_line)

    def test_discount_lowers_the_price_of_all(self):
        """A line below zero is no obligation; its invoice line goes to contract liability too."""
        setup = self._make_product("Setup", "activation_fee")
        discount = self._make_product("Discount")
        order = self._make_order((setup, 500), (discount, -50))
        order.action_confirm()
        contract = order.revenue_contract_id
        self.assertEqual((contract.fixed, len(contract.obligation_ids)), (450, 1))
        invoice = order._create_invoices()
        self.assertEqual(invoice.invoice_line_ids.account_id, self.accounts["contract_liability"])

    def test_orders_of_the_same_days_are_combined(self):
        """By rule, within the days of the company; by hand, and apart again."""
        setup = self._make_product("Setup", "activation_fee")
        self._make_ssp(setup, 500)
        self.company.revenue_combine_days = 5
        first, second = self._make_order((setup, 500)), self._make_order((setup, 400))
        (first | second).action_confirm()
        contract = first.revenue_contract_id
        self.assertEqual(second.revenue_contract_id, contract)
        self.assertRecordValues(contract, [{"fixed": 900.0, "name": f"{first.name}, {second.name}", "state": "active"}])
        contract.action_separate()
        other = second.revenue_contract_id
        self.assertNotEqual(other, contract)
        self.assertEqual((contract.fixed, other.fixed), (500, 400))
        self.assertEqual(second.order_line.revenue_contract_id, other)
        (contract | other).action_combine()
        self.assertEqual(second.revenue_contract_id, contract)
        self.assertRecordValues(other, [{"state": "cancelled", "fixed": 0.0}])
        self.assertEqual(contract.fixed, 900)

    def test_discount_tied_to_some(self):
        """ASC 606 Example 34 Case A: 40 off 140, tied to B and C by evidence."""
        fee = self._make_policy("Sold alone", method="point_in_time", trigger="delivered", ssp_source="price")
        products = [self._make_product(name, fee) for name in "ABC"]
        order = self._make_order(*zip(products, (40, 55, 45), strict=True), (self._make_product("Discount"), -40))
        order.action_confirm()
        contract = order.revenue_contract_id
        allocated = contract._position_at(contract.date)["obligations"]
        self.assertEqual([one["allocated"] for one in allocated.values()], [28.57, 39.29, 32.14])
        contract.discount_ids = [
            Command.create(
                {
                    "name": "B and C are regularly sold together for 60",
                    "amount": 40,
                    "obligation_ids": contract.obligation_ids[1:].ids,
                }
            )
        ]
        allocated = contract._position_at(contract.date)["obligations"]
        self.assertEqual([one["allocated"] for one in allocated.values()], [40.0, 33.0, 27.0])
        with self.assertRaisesRegex(ValidationError, "above zero"):
            contract.discount_ids.amount = -1
        contract.discount_ids.unlink()
        allocated = contract._position_at(contract.date)["obligations"]
        self.assertEqual(allocated[contract.obligation_ids[0].key]["allocated"], 28.57)

    def test_discount_that_is_too_large_is_taken_back(self):
        """What stood in the way goes with it."""
        setup = self._make_product("Setup", "activation_fee")
        self._make_ssp(setup, 500)
        order = self._make_order((setup, 500), (setup, 500))
        order.action_confirm()
        contract = order.revenue_contract_id
        obligations = [Command.set(contract.obligation_ids[:1].ids)]
        contract.discount_ids = [Command.create({"name": "Offer", "amount": 60000, "obligation_ids": obligations})]
        self.assertRegex(contract.hindrance, "more than its obligations are allocated")
        contract.discount_ids.unlink()
        self.assertFalse(contract.hindrance)

    def test_days_within_which_orders_are_combined(self):
        """A year at most: orders would be confirmed no more if the days left the calendar."""
        for days in (-1, 367, 2_000_000_000):
            with self.subTest(days), self.assertRaisesRegex(ValidationError, "between 0 and 366"):
                self.company.revenue_combine_days = days
                self.env.flush_all()

    def test_milestones_of_the_project(self):
        """Those that name no order line count for the one obligation there; two obligations need them named."""
        works = self._make_product("Works", "milestones", service_tracking="project_only")
        order = self._make_order((works, 1000))
        order.action_confirm()
        contract, project = order.revenue_contract_id, order.project_ids
        self.assertEqual((contract.state, contract.obligation_ids.project_id), ("draft", project))
        keys, _roof = self.env["project.milestone"].create(
            [{"name": name, "project_id": project.id} for name in ("Keys", "Roof")]
        )
        contract.action_review()
        self.assertEqual(contract.state, "active")
        keys.is_reached = True
        self.assertEqual(contract._position_at(Date.context_today(contract))["revenue"], 500)
        other = self._make_order((self._make_product("More works", "milestones"), 1000), project_id=project.id)
        other.action_confirm()
        self.assertEqual(other.revenue_contract_id.obligation_ids.project_id, project)
        found = self.env["revenue.contract"].browse((contract | other.revenue_contract_id).ids)
        self.assertTrue(all("revenue" not in one for one in found._positions(Date.context_today(contract)).values()))

    def test_confirmed_again_in_another_currency_or_for_another_customer(self):
        """Billed, it is refused with the way to do it; of what is not billed yet, a contract is made anew."""
        product = self._make_product("Setup", "one_time")
        other = self.env["res.partner"].create({"name": "Someone Else"})
        for billed in (False, True):
            order = self._make_order((product, 1000))
            order.action_confirm()
            contract = order.revenue_contract_id
            if billed:
                order._create_invoices().action_post()
            order._action_cancel()
            order.action_draft()
            order.partner_id = other
            if billed:
                with self.assertRaisesRegex(UserError, "agreed with Harbour Works"):
                    order.action_confirm()
                self.assertEqual(order.state, "draft")
                order.partner_id = self.customer
                order.action_confirm()
                self.assertEqual(order.revenue_contract_id, contract)
            else:
                order.action_confirm()
                self.assertEqual(order.revenue_contract_id.partner_id, other)

    def test_a_combo_is_its_items(self):
        """Its own line has no price and is never delivered: nothing of the price is allocated to it."""
        items = [self._make_product(name, "one_time") for name in ("Desk", "Chair")]
        for item, price in zip(items, (600, 400), strict=True):
            self._make_ssp(item, price)
        combos = self.env["product.combo"].create(
            [{"name": item.name, "combo_item_ids": [Command.create({"product_id": item.id})]} for item in items]
        )
        combo = self._make_product(
            "Office", "one_time", type="combo", combo_ids=[Command.set(combos.ids)], list_price=1000
        )
        order = self._make_order((combo, 0), (items[0], 600), (items[1], 400))
        order.action_confirm()
        self.assertEqual(order.revenue_contract_id.obligation_ids.product_id, items[0] | items[1])
