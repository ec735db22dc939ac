from unittest.mock import patch

from odoo.addons.subscription_billing.engine import standing
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import SubscriptionCommon


@tagged("post_install", "-at_install")
class TestPreview(SubscriptionCommon):
    """What will be billed is told before, by the function that bills: the runs of those days bill just that."""

    def _periods(self, charge, *args, **kwargs):
        [answer] = charge.preview(*args, **kwargs)
        self.assertEqual(answer["id"], charge.id)
        return answer["periods"]

    def test_the_runs_bill_what_was_told_to_the_cent(self):
        self._on("2026-01-31")
        plan = self._make_plan("Aligned", alignment="day", day_of_month=15, term_count=6, uplift_percent=3.3)
        order = self._subscribe(29.99, plan, product_uom_qty=3.0)
        charge = self._charge(order)
        self._bill("2026-01-31")
        charge.change("2026-01-31", quantity=4.0)
        self._on("2026-02-20")
        charge.change("2026-02-07", price_unit=31.01, discount=7.5)
        told = self._periods(charge, 12)
        self.assertEqual(told, self._periods(charge, until=told[-1]["due"]), "by count or by day")
        self.assertTrue(charge.last_day or len(told) == 12)
        for due in sorted({max(period["due"], "2026-02-20") for period in told}):
            moves = self._bill(due)
            expected = sum(period["amount"] for period in told if max(period["due"], "2026-02-20") == due)
            self.assertAlmostEqual(sum(moves.mapped("amount_untaxed_signed")), expected, 9, due)
        billed = self._billed(order)
        self.assertEqual({period["from"]: period["total"] for period in told}.items() - billed.items(), set())

    def test_a_period_says_why_it_is_this_amount(self):
        self._on("2026-04-01")
        charge = self._charge(self._subscribe(30.0, product_uom_qty=2.0))
        self._bill("2026-04-01")
        self._on("2026-04-20")
        charge.change("2026-04-16", quantity=3.0)
        first, second = self._periods(charge, 2)
        self.assertEqual((first["from"], first["to"], first["due"]), ("2026-04-01", "2026-04-30", "2026-04-01"))
        self.assertEqual((first["amount"], first["billed"], first["total"]), (15.0, 60.0, 75.0))
        why = [line.replace("\xa0", " ") for line in first["why"]]
        self.assertEqual(len(why), 3)
        self.assertIn("(15 of 30 days): 2 × $ 30.00", why[0])
        self.assertIn("(15 of 30 days): 3 × $ 30.00", why[1])
        self.assertEqual(why[2], "Invoiced before: $ 60.00")
        self.assertEqual((second["from"], second["amount"], second["due"]), ("2026-05-01", 90.0, "2026-05-01"))

    def test_supposed_changes_show_what_the_next_invoices_become(self):
        self._on("2026-04-01")
        charge = self._charge(self._subscribe(30.0, product_uom_qty=2.0))
        self._bill("2026-04-01")
        self.env.flush_all()
        before = [period["amount"] for period in self._periods(charge, 3)]
        supposed = [{"day": "2026-04-16", "quantity": 4.0}, {"day": "2026-06-01", "price_unit": 25.0}]
        after = [period["amount"] for period in self._periods(charge, 3, changes=supposed)]
        self.assertEqual((before, after), ([60.0, 60.0, 60.0], [30.0, 120.0, 100.0]))
        ended = self._periods(charge, 3, changes=[{"end": "2026-04-10"}])
        self.assertEqual([period["amount"] for period in ended], [-40.0])
        self.assertEqual(self._periods(charge, 3, changes=[{"end": "2026-06-30"}, {"end": False}])[2]["amount"], 60.0)
        self.assertEqual(len(charge.version_ids), 1, "nothing is written")

    def test_arrears_and_ends(self):
        self._on("2026-01-01")
        order = self._subscribe(300.0, self.quarterly, subscription_end="2026-05-15")
        told = self._periods(self._charge(order), 10)
        self.assertEqual([(row["due"], row["amount"]) for row in told], [("2026-04-01", 300.0), ("2026-05-16", 148.39)])
        order._action_cancel()
        self.assertEqual(self._periods(self._charge(order)), [])

    def test_what_it_refuses(self):
        self._on("2026-01-01")
        charge = self._charge(self._subscribe())
        for arguments, place in (
            ({"count": 0}, "count"),
            ({"count": 121}, "count"),
            ({"until": "soon"}, "until"),
            ({"changes": "x"}, "changes"),
            ({"changes": ["x"]}, r"changes\[0\]"),
            ({"changes": [{"day": "2026-01-01"}]}, r"changes\[0\]"),
            ({"changes": [{"day": "2026-01-01", "colour": 1}]}, r"changes\[0\]"),
            ({"changes": [{"day": "2025-12-31", "quantity": 1}]}, r"changes\[0\]\.day"),
            ({"changes": [{"day": "2026-01-01", "quantity": "x"}]}, r"changes\[0\]\.quantity"),
            ({"changes": [{"end": "x"}]}, r"changes\[0\]\.end"),
        ):
            with self.assertRaisesRegex(UserError, f"^{place}"):
                charge.preview(**arguments)

    def test_a_day_far_ahead_is_refused_and_no_more_is_worked_out_than_is_told(self):
        self._on("2026-01-01")
        plan = self._make_plan("Daily", interval_unit="days")
        charge = self._charge(self._subscribe(1.0, plan))
        with patch.object(standing, "bills", wraps=standing.bills) as asked:
            told = self._periods(charge, until="2046-12-31")
        self.assertEqual([told[0]["due"], told[-1]["due"], len(told)], ["2026-01-01", "2026-04-30", 120])
        self.assertLess(sum(len(call.args[2]) for call in asked.call_args_list), 500)
        with self.assertRaisesRegex(UserError, "^until: 2047-01-01 is more than 20 years ahead"):
            charge.preview(until="2047-01-01")
        with self.assertRaisesRegex(UserError, "At most 1,000"):
            charge.browse(charge.ids * 1001).preview()
        # Years without a charge hide nothing that is due by the day.
        charge.pause("2026-01-03", "2029-12-31")
        told = self._periods(charge, until="2030-01-02")
        self.assertEqual([row["due"] for row in told], ["2026-01-01", "2026-01-02", "2030-01-01", "2030-01-02"])
        self.assertEqual([row["due"] for row in self._periods(charge, until="2025-12-31")], [])

    def test_who_may_ask(self):
        self._on("2026-01-01")
        line = {"price_unit": 30.0, "subscription_plan_id": self.monthly.id}
        charge = self._charge(self._make_order(line, user_id=False))
        nobody, portal = (new_test_user(self.env, name, f"base.group_{name}") for name in ("user", "portal"))
        for user in (nobody, portal):
            for method in ("preview", "get_timeline", "action_view_invoices", "action_view_order"):
                with self.assertRaises(AccessError):
                    getattr(charge.with_user(user), method)()

    def test_the_timeline_tells_the_life_of_a_charge(self):
        self._on("2026-01-01")
        order = self._subscribe(30.0)
        charge = self._charge(order)
        for month in range(1, 4):
            self._bill(f"2026-{month:02}-01")
        order.invoice_ids.sorted("invoice_date")[1].action_post()
        self._on("2026-03-10")
        charge.change("2026-03-01", quantity=2.0, note="One more")
        clerk = new_test_user(self.env, "clerk", "account.group_account_invoice")
        life = charge.with_user(clerk).get_timeline(2, 2)
        self.assertEqual(life["earlier"], 1)
        rows = [(row["from"], row["status"], row["total"], row["billed"], row["open"]) for row in life["periods"]]
        self.assertEqual(
            rows,
            [
                ("2026-02-01", "billed", 30.0, 30.0, 0.0),
                ("2026-03-01", "due", 60.0, 30.0, 30.0),
                ("2026-04-01", "planned", 60.0, 0.0, 60.0),
                ("2026-05-01", "planned", 60.0, 0.0, 60.0),
            ],
        )
        self.assertEqual([len(row["invoices"]) for row in life["periods"]], [1, 1, 0, 0])
        self.assertTrue(life["periods"][0]["invoices"][0]["may_open"])
        [_agreed, change] = life["changes"]
        self.assertEqual((change["day"], change["text"], change["note"]), ("2026-03-01", "Quantity: 2", "One more"))
        self.assertEqual(charge.get_timeline(10, 0)["periods"][0]["status"], "drafted")
        self.assertEqual(charge.invoice_count, 3)
        self.assertEqual(len(self.env["account.move"].search(charge.action_view_invoices()["domain"])), 3)

    def test_a_salesperson_sees_the_life_but_not_invoices_of_others(self):
        self._on("2026-01-01")
        seller = new_test_user(self.env, "seller", "sales_team.group_sale_salesman")
        line = {"price_unit": 30.0, "subscription_plan_id": self.monthly.id}
        charge = self._charge(self._make_order(line, user_id=seller.id))
        self._bill("2026-01-01")
        charge.invoice_line_ids.move_id.write({"invoice_user_id": self.env.uid})
        [period, *_coming] = charge.with_user(seller).get_timeline()["periods"]
        self.assertEqual([invoice["may_open"] for invoice in period["invoices"]], [False])
