from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import SubscriptionCommon


class ImportCommon(SubscriptionCommon):
    """Items of another system."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seat = cls._make_service("Seats", default_code="SEAT", taxes_id=False)
        cls.charges = cls.env["subscription.charge"]

    def _item(self, key="CRM-1", **values):
        item = {"key": key, "customer": self.customer.id, "product": "SEAT", "plan": self.monthly.id}
        return {**item, "start": "2025-11-15", "price": 30.0, "quantity": 4, **values}

    def _import(self, *items, **arguments):
        return self.charges.import_subscriptions([*items], **arguments)


@tagged("post_install", "-at_install")
class TestImport(ImportCommon):
    """Running subscriptions of another system go on here from the day after what is billed there."""

    def test_what_is_billed_elsewhere_is_not_billed_again(self):
        self._on("2026-03-20")
        [made] = self._import(self._item(billed_until="2026-03-14"))
        self.assertEqual((made["status"], made["next_due"], made["reason"]), ("created", "2026-03-15", ""))
        charge = self.charges.browse(made["id"])
        self.assertEqual(charge.order_id.name, made["order"])
        self.assertEqual((charge.stage, str(charge.first_day), charge.mrr), ("running", "2025-11-15", 120.0))
        self.assertEqual([str(move.day) for move in charge.movement_ids], ["2025-11-15"])
        self._bill("2026-03-20")
        self.assertEqual(self._billed(charge.order_id), {"2026-03-15": 120.0})
        self._bill("2026-05-01")
        self.assertEqual(self._billed(charge.order_id), {"2026-03-15": 120.0, "2026-04-15": 120.0})

    def test_a_period_that_is_billed_in_part_is_billed_for_the_rest(self):
        self._on("2026-04-20")
        [made] = self._import(self._item(start="2026-01-01", billed_until="2026-04-15"))
        charge = self.charges.browse(made["id"])
        self._bill("2026-04-20")
        self.assertEqual(self._billed(charge.order_id), {"2026-04-16": 60.0})

    def test_prepaid_years_and_terms_go_on_as_they_were(self):
        self._on("2026-03-20")
        plan = self._make_plan(
            "Yearly", interval_unit="years", term_count=1, term_unit="years", uplift_percent=10.0, renewal="automatic"
        )
        item = self._item(plan="Yearly", start="2024-06-01", price=1000.0, quantity=1, billed_until="2026-05-31")
        [made] = self._import(item)
        charge = self.charges.browse(made["id"])
        self.assertEqual((charge.plan_id, charge.stage, made["next_due"]), (plan, "running", "2026-06-01"))
        [told] = charge.preview(2)
        rows = [(row["due"], row["amount"]) for row in told["periods"]]
        self.assertEqual(rows, [("2026-06-01", 1100.0), ("2027-06-01", 1210.0)], "each term begins after the import")
        self.assertEqual(round(charge.mrr, 2), 83.33, "it runs, whoever billed it")

    def test_the_same_key_again_makes_none_and_other_content_is_refused(self):
        self._on("2026-03-20")
        first, again = self._import(self._item(), self._item())
        self.assertEqual((first["status"], again["status"], again["id"]), ("created", "unchanged", first["id"]))
        [other] = self._import(self._item(price=31.0))
        self.assertEqual(other["status"], "refused")
        self.assertIn('"price": 30.0', other["reason"])
        self.assertIn('"price": 31.0', other["reason"])
        self.assertEqual(self.env["sale.order"].search_count([("origin", "=", "CRM-1")]), 1)

    def test_each_item_is_all_or_nothing(self):
        self._on("2026-03-20")
        wrong = {
            "customer": "Nobody at all",
            "product": "NONE",
            "plan": 10**6,
            "start": "soon",
            "price": "much",
            "quantity": True,
            "end": "2025-11-14",
            "billed_until": "2025-11-01",
            "colour": "red",
            "pricelist": "none",
            "salesperson": "none",
        }
        items = [self._item(f"W{place}", **{name: value}) for place, (name, value) in enumerate(wrong.items())]
        count = self.env["sale.order"].search_count([])
        results = self._import(*items, self._item("GOOD"), "text", {"key": "\0"}, {})
        for (name, _value), result in zip(wrong.items(), results, strict=False):
            self.assertEqual(result["status"], "refused", name)
            self.assertIn(name, result["reason"])
        self.assertEqual([row["status"] for row in results[-4:]], ["created", "refused", "refused", "refused"])
        self.assertEqual(self.env["sale.order"].search_count([]), count + 1)

    def test_what_costs_nothing_is_taken_over_and_no_record_has_the_id_0(self):
        self._on("2026-03-20")
        free, also = self._import(self._item("FREE", price=0), self._item("ALSO", price=0.0))
        self.assertEqual((free["status"], also["status"]), ("created", "created"), free["reason"])
        self.assertEqual(self.charges.browse(free["id"]).price_unit, 0.0)
        self._bill("2026-03-20")
        self.assertFalse(self._billed(self.charges.browse(free["id"]).order_id))
        missing = [self._item(f"P{place}", price=price) for place, price in enumerate((None, False, ""))]
        for result in self._import(*missing):
            self.assertIn("price is needed", result["reason"])
        for name in ("customer", "product", "plan", "pricelist", "salesperson"):
            [result] = self._import(self._item(f"0-{name}", **{name: 0}))
            self.assertEqual(result["status"], "refused", name)
            self.assertIn(f"{name}: An id or a name", result["reason"])

    def test_a_dry_run_says_it_and_writes_nothing(self):
        self._on("2026-03-20")
        count = self.env["sale.order"].search_count([])
        [tried] = self._import(self._item(billed_until="2026-03-14"), dry_run=True)
        self.assertEqual((tried["status"], tried["id"], tried["next_due"]), ("created", 0, "2026-03-15"))
        self.assertEqual(self.env["sale.order"].search_count([]), count)
        self.assertFalse(self.env["subscription.request"].search([("key", "=", "CRM-1")]))

    def test_two_senders_at_once_make_one(self):
        self._on("2026-03-20")
        self._import(self._item())
        Request = type(self.env["subscription.request"])
        with (
            patch.object(Request, "_of", lambda self, key: self.browse()),
            mute_logger("odoo.sql_db"),
            self.assertRaises(ConcurrencyError),
        ):
            self._import(self._item())

    def test_who_may_import(self):
        for group in ("sales_team.group_sale_salesman", "account.group_account_invoice", "base.group_portal"):
            user = new_test_user(self.env, group, group)
            with self.assertRaises(AccessError):
                self.charges.with_user(user).import_subscriptions([self._item()])
        manager = new_test_user(self.env, "manager", "sales_team.group_sale_manager", company_id=self.company.id)
        [made] = self.charges.with_user(manager).import_subscriptions([self._item(salesperson="manager")])
        self.assertEqual(made["status"], "created", made["reason"])
        for arguments in ((["x"] * 2001,), ("x",), ([], "yes")):
            with self.assertRaises(UserError):
                self.charges.import_subscriptions(*arguments)

    def test_a_request_stays(self):
        self._on("2026-03-20")
        self._import(self._item())
        request = self.env["subscription.request"].search([("key", "=", "CRM-1")])
        with self.assertRaises(UserError):
            request.sudo().key = "other"
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            request.sudo().copy()


@tagged("post_install", "-at_install")
class TestImportTerms(ImportCommon):
    """What is past its first term goes on in the term that runs, at the price as it holds now."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.year = {"term_count": 1, "term_unit": "years"}

    def _take_over(self, plan, **values):
        self._on("2026-11-29")
        item = {"plan": plan.id, "start": "2024-01-01", "price": 100.0, "quantity": 1, "billed_until": "2026-11-30"}
        [made] = self._import(self._item(**{**item, **values}))
        self.assertEqual((made["status"], made["reason"]), ("created", ""))
        return self.charges.browse(made["id"])

    def _terms(self, charge):
        terms = charge.term_ids.sorted("number")
        return [(str(term.first_day), str(term.last_day), term.uplift_percent, term.how) for term in terms]

    def _preview(self, charge, count):
        [told] = charge.preview(count)
        return [(row["due"], row["amount"]) for row in told["periods"]]

    def test_one_renewed_by_quotation_goes_on_and_is_renewed_by_the_next_one(self):
        plan = self._make_plan("By quotation", renewal="quotation", uplift_percent=5.0, **self.year)
        charge = self._take_over(plan)
        self.assertEqual(
            self._terms(charge),
            [
                ("2024-01-01", "2024-12-31", 0.0, "agreed"),
                ("2025-01-01", "2025-12-31", 0.0, "import"),
                ("2026-01-01", "2026-12-31", 0.0, "import"),
            ],
        )
        self._bill("2026-12-02")
        self.assertEqual(self._billed(charge.order_id), {"2026-12-01": 100.0})
        self.assertEqual((charge.stage, charge.last_day), ("running", False))
        quoted = charge._open_renewal_lines()
        self.assertEqual((str(quoted.subscription_start), quoted.price_unit), ("2027-01-01", 105.0))

    def test_one_billed_to_the_end_of_its_term_was_renewed_there(self):
        plan = self._make_plan("By quotation", renewal="quotation", uplift_percent=5.0, **self.year)
        charge = self._take_over(plan, billed_until="2026-12-31")
        self.assertEqual(self._terms(charge)[3:], [("2027-01-01", "2027-12-31", 0.0, "import")])
        self.assertEqual(self._preview(charge, 1), [("2027-01-01", 100.0)])

    def test_one_that_ends_with_its_term_ends_with_the_one_that_runs(self):
        plan = self._make_plan("Ends", renewal="end", **self.year)
        charge = self._take_over(plan)
        self.assertEqual((str(charge.last_day), str(charge.term_last_day)), ("2026-12-31", "2026-12-31"))
        self.assertEqual(str(charge.order_id.order_line.subscription_end), "2026-12-31")
        self._bill("2027-02-01")
        self.assertEqual(self._billed(charge.order_id), {"2026-12-01": 100.0})
        given = self._take_over(plan, key="CRM-2", end="2027-03-31", billed_until="2026-12-31")
        self.assertEqual(str(given.last_day), "2027-03-31")

    def test_what_is_billed_elsewhere_to_its_end_is_refused(self):
        self._on("2026-11-29")
        count = self.env["sale.order"].search_count([])
        [made] = self._import(self._item(start="2024-01-01", end="2026-10-31", billed_until="2026-11-30"))
        self.assertEqual(made["status"], "refused")
        self.assertIn("it ends on 2026-10-31, and is billed here from 2026-12-01", made["reason"])
        self.assertEqual(self.env["sale.order"].search_count([]), count)

    def test_the_price_rises_with_the_terms_that_begin_after_the_import(self):
        plan = self._make_plan("Years", interval_unit="years", renewal="automatic", uplift_percent=5.0, **self.year)
        charge = self._take_over(plan, price=1200.0, billed_until="2026-12-31")
        self.assertEqual(charge.price_unit, 1200.0)
        self.assertEqual(self._preview(charge, 2), [("2027-01-01", 1260.0), ("2028-01-01", 1323.0)])
        self._bill("2027-01-01")
        self._bill("2028-01-01")
        self.assertEqual(self._billed(charge.order_id), {"2027-01-01": 1260.0, "2028-01-01": 1323.0})
        self.assertEqual([row[2:] for row in self._terms(charge)][2:4], [(0.0, "import"), (5.0, "rule")])

    def test_the_price_does_not_rise_again_with_terms_that_began_before_the_import(self):
        plan = self._make_plan("Rising", renewal="automatic", uplift_percent=5.0, **self.year)
        charge = self._take_over(plan, start="2025-11-15", billed_until="2026-10-31")
        self._bill("2026-11-29")
        self.assertEqual(self._billed(charge.order_id), {"2026-11-01": 45.16, "2026-11-15": 100.0})
        self.assertEqual(charge.price_unit, 100.0)

    def test_another_plan_bills_nothing_that_is_billed_elsewhere(self):
        years = self._make_plan("Years", interval_unit="years")
        charge = self._take_over(years, price=1200.0, start="2025-07-01", billed_until="2027-06-30")
        made = charge.change_plan(self.monthly.id, "2026-12-01", price_unit=150.0)
        self.assertEqual(made["next_due"], "2027-07-01")
        self._bill("2027-07-01")
        self.assertEqual(self._billed(charge.order_id), {"2027-07-01": 150.0})
        moves = charge.movement_ids | self.charges.browse(made["id"]).movement_ids
        told = {str(day): sum(rows.mapped("amount")) for day, rows in moves.grouped("day").items()}
        self.assertEqual(told, {"2025-07-01": 100.0, "2026-12-01": 50.0})

    def test_another_customer_takes_nothing_over_that_is_billed_elsewhere(self):
        other = self.env["res.partner"].create({"name": "Quay"})
        charge = self._take_over(self.monthly, billed_until="2026-12-31")
        with self.assertRaises(UserError) as refused:
            charge.transfer(other.id, "2026-12-31")
        self.assertIn("billed elsewhere until 2026-12-31. Transfer it from 2027-01-01", str(refused.exception))
        made = charge.transfer(other.id, "2027-01-01", confirm=False)
        order = self.env["sale.order"].browse(made["order_id"])
        order.order_line.subscription_start = "2026-12-01"
        with self.assertRaises(UserError):
            order.action_confirm()
        order.order_line.subscription_start = "2027-01-01"
        order.action_confirm()
        self._bill("2027-01-01")
        self.assertEqual((self._billed(charge.order_id), self._billed(order)), ({}, {"2027-01-01": 100.0}))


@tagged("post_install", "-at_install")
class TestApply(ImportCommon):
    """Many acts in one call, each done once by its key."""

    def _apply(self, *items, **arguments):
        return self.charges.apply([*items], **arguments)

    def test_acts_are_done_once_in_their_order(self):
        self._on("2026-03-20")
        [made] = self._import(self._item(billed_until="2026-03-14"))
        charge = self.charges.browse(made["id"])
        acts = [
            {"key": "A1", "subscription": "CRM-1", "do": "change", "day": "2026-03-18", "quantity": 6},
            {
                "key": "A2",
                "subscription": charge.id,
                "do": "change",
                "day": "2026-03-18",
                "quantity": 7,
                "note": "Late",
            },
            {"key": "A3", "subscription": "CRM-1", "do": "cancel", "last_day": "2026-12-31"},
        ]
        results = self._apply(*acts)
        self.assertEqual([row["status"] for row in results], ["accepted"] * 3, results)
        self.assertEqual((charge.quantity, results[2]["result"]["end"]), (7.0, "2026-12-31"))
        versions = len(charge.version_ids)
        again = self._apply(*acts)
        self.assertEqual([row["status"] for row in again], ["duplicate"] * 3)
        self.assertEqual(len(charge.version_ids), versions)
        [other] = self._apply(dict(acts[0], quantity=9))
        self.assertEqual(other["status"], "refused")
        self.assertIn('"quantity": 6', other["reason"])

    def test_what_is_wrong_is_refused_beside_what_is_right(self):
        self._on("2026-03-20")
        self._import(self._item())
        good = {"key": "G", "subscription": "CRM-1", "do": "change", "day": "2026-03-20", "quantity": 5}
        wrong = [
            "x",
            {},
            dict(good, key="B1", subscription="CRM-2"),
            dict(good, key="B2", do="unlink"),
            dict(good, key="B3", do="_record"),
            dict(good, key="B4", colour="red"),
            {"key": "B5", "subscription": "CRM-1", "do": "change", "quantity": 5},
            dict(good, key="B6", day="2020-01-01"),
            dict(good, key="B7", subscription=True),
        ]
        results = self._apply(*wrong, good)
        self.assertEqual([row["status"] for row in results], ["refused"] * len(wrong) + ["accepted"])
        for row in results[:-1]:
            self.assertTrue(row["reason"])

    def test_a_dry_run_says_it_and_writes_nothing(self):
        self._on("2026-03-20")
        [made] = self._import(self._item(billed_until="2026-04-14"))
        charge = self.charges.browse(made["id"])
        act = {"key": "A1", "subscription": "CRM-1", "do": "cancel", "last_day": "2026-03-31"}
        [tried] = self._apply(act, dry_run=True)
        self.assertEqual((tried["status"], tried["result"]["end"]), ("accepted", "2026-03-31"))
        self.assertFalse(charge.last_day)
        self.assertEqual(self._apply(act)[0]["status"], "accepted")

    def test_who_may_apply(self):
        self._on("2026-03-20")
        [made] = self._import(self._item())
        act = {"key": "A1", "subscription": made["id"], "do": "change", "day": "2026-03-20", "quantity": 5}
        for group in ("sales_team.group_sale_salesman", "base.group_portal", "base.group_user"):
            user = new_test_user(self.env, group, group)
            with self.assertRaises(AccessError):
                self.charges.with_user(user).apply([act])
        stranger = new_test_user(self.env, "stranger", "account.group_account_invoice")
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        [refused] = self.charges.with_user(stranger).with_company(other).apply([act])
        self.assertEqual(refused["status"], "refused", "another company's")
