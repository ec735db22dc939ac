from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import format_date

from .close_common import YEAR, CloseCommon


@tagged("post_install", "-at_install")
class TestWhy(CloseCommon):
    """Every number a person sees can be explained in place."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.support = cls._make_priced("Support", "subscription", 1200)
        cls.licence = cls._make_priced("Licence", "one_time", 400)
        cls.order = cls._make_order(
            (cls.support, 1200, YEAR),
            (cls.licence, 240),
        )
        cls.contract = cls._confirm(cls.order, "2026-01-01")
        cls.auditor = cls._make_auditor("why_reader")
        cls.part = cls.contract.obligation_ids.filtered(lambda one: one.product_id == cls.support)

    def _ask(self, record, topic, at="2026-01-31"):
        return record.with_user(self.auditor).get_reasons(topic, at)

    def test_allocation_is_explained(self):
        """By standalone selling prices, with the paragraph of both books, the policy and its version."""
        found = self._ask(self.part, "allocated")
        self.assertEqual(found["title"], "Support")
        self.assertEqual(found["amounts"][0], {"label": "Allocated", "amount": 1080.0})
        allocation = next(one for one in found["reasons"] if one["label"] == "Allocation")
        self.assertEqual(allocation["text"], "1,080.00 of 1,440.00: standalone selling price 1,200.00 of 1,600.00")
        self.assertEqual(allocation["paragraphs"], ["ASC 606-10-32-31", "IFRS 15.76"])
        policy = found["sources"][0]
        self.assertEqual((policy["label"], policy["id"]), ("Policy", self.part.policy_version_id.id))

    def test_everybody_of_revenue_may_ask(self):
        """Accountant, controller and auditor read the same."""
        found = self._ask(self.part, "allocated")
        for user in (self.preparer, self.approver):
            self.assertEqual(self.part.with_user(user).get_reasons("allocated", "2026-01-31"), found)

    def test_recognised_is_explained_by_facts(self):
        """Evidence of the obligation only, of the day asked for and before."""
        licence = self.contract.obligation_ids - self.part
        evidence = self.env["revenue.evidence"].with_user(self.preparer)
        for day in ("2026-01-10", "2026-02-10"):
            evidence.create(
                {
                    "key": day,
                    "obligation_id": licence.id,
                    "date": day,
                    "kind": "units",
                    "value": 0.5,
                    "source": "Portal",
                }
            )
        kinds = [(one["label"], one["date"]) for one in self._ask(licence, "recognised")["sources"]]
        self.assertEqual(kinds[1:], [("Evidence", "2026-01-10")])
        kinds = [one["label"] for one in self._ask(self.part, "recognised", "2026-03-31")["sources"]]
        self.assertEqual(kinds, ["Policy"])

    def test_position_is_explained_by_invoices(self):
        """The contract as a whole: what is billed and recognised makes the contract liability."""
        invoice = self._invoice(self.order, "2026-01-05")
        found = self._ask(self.contract, "position")
        amounts = {one["label"]: one["amount"] for one in found["amounts"]}
        self.assertEqual(amounts["Billed"], 1440)
        self.assertEqual(amounts["Contract Liability"], 1440 - amounts["Recognised"])
        self.assertIn(("account.move", invoice.id), [(one["model"], one["id"]) for one in found["sources"]])
        self.assertIn("ASC 606-10-45-1", found["reasons"][-1]["paragraphs"])

    def test_milestones_have_names(self):
        """Not the ids that the engine knows them by."""
        build = self._make_product("Build", "milestones", service_tracking="project_only")
        contract = self._confirm(self._make_order((build, 900)), "2026-01-01")
        line = contract.order_ids.order_line
        milestones = self.env["project.milestone"].create(
            [
                {"name": name, "project_id": line.project_id.id, "sale_line_id": line.id, "quantity_percentage": 0.5}
                for name in ("Design", "Handover")
            ]
        )
        milestones[0].is_reached = True
        day = str(milestones[0].reached_date)
        reasons = self._ask(contract.obligation_ids, "recognised", day)["reasons"]
        shown = format_date(self.env, day)
        self.assertIn(f"reached: Design (50 %, on {shown}); not reached: Handover (50 %)", reasons[-1]["text"])
        steps = self.env["revenue.position"].with_user(self.auditor).create({"contract_ids": contract.ids, "at": day})
        steps.action_work_out()
        self.assertTrue(any("milestones reached: Design (50 %, on" in step.text for step in steps.step_ids))

    def test_progress_multiplies_out_after_a_modification(self):
        """The row says what a prospective modification left as recognised, and of what the progress is."""
        self.assertEqual(self.part.with_context(revenue_at="2026-01-31").now_progress_text, "8.49\N{NO-BREAK SPACE}%")
        self.env["revenue.modification"].sudo().create(
            {
                "contract_id": self.contract.id,
                "date": "2026-02-01",
                "treatment": "prospective",
                "fixed_delta": 110,
                "name": "More of it",
            }
        ).action_apply()
        part = self.part.with_context(revenue_at="2026-03-31")
        before, rest = 91.73, part.now_allocated - 91.73
        share = part.now_progress
        percent = f"{share * 100:.2f}\N{NO-BREAK SPACE}%"
        self.assertEqual(part.now_progress_text, f"{before:,.2f} + {percent} × {rest:,.2f}")
        self.assertAlmostEqual(part.now_recognised, before + share * rest, 2)
        [progress] = [
            one for one in self._ask(self.part, "recognised", "2026-03-31")["reasons"] if one["label"] == "Progress"
        ]
        self.assertTrue(progress["text"].startswith("91.73 was recognised before the modification"), progress["text"])

    def test_naming_milestones_takes_one_query(self):
        """However many there are: lists show many contracts."""
        build = self._make_product("Build", "milestones", service_tracking="project_only")
        queries = []
        for count in (2, 5):
            contract = self._confirm(self._make_order((build, 900)), "2026-01-01")
            line = contract.order_ids.order_line
            values = {"project_id": line.project_id.id, "sale_line_id": line.id, "quantity_percentage": 1 / count}
            steps = [{**values, "name": f"Step {number}", "is_reached": True} for number in range(count)]
            self.env["project.milestone"].create(steps)
            # Record rules are looked up once for all.
            for _warm_up in range(2):
                self.env.invalidate_all()
                contract.sudo()._positions(contract._read_day(None))
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            found = contract.sudo()._positions(contract._read_day(None))[contract.id]
            queries.append(self.cr.sql_log_count - before)
            self.assertTrue(any(f"Step {count - 1}" in step["text"] for step in found["steps"]))
        self.assertEqual(*queries)

    def test_amounts_of_today_stand_on_the_contract(self):
        """And on its obligations; at another day by the context."""
        contract = self.contract.with_context(revenue_at="2026-01-31").with_user(self.auditor)
        self.assertEqual(contract.now_transaction_price, 1440)
        self.assertEqual(sum(contract.obligation_ids.mapped("now_recognised")), contract.now_revenue)
        self.assertEqual(contract.now_contract_asset, contract.now_revenue)
        self.assertTrue(contract.now_known)

    def test_others_are_refused(self):
        """Only people of a revenue group; and only amounts there are."""
        salesman = new_test_user(self.env, "why_sales", groups="sales_team.group_sale_manager")
        with self.assertRaises(AccessError):
            self.contract.with_user(salesman).get_reasons("position")
        with self.assertRaises(AccessError):
            self.part.with_user(salesman).get_reasons("allocated")
        with self.assertRaisesRegex(UserError, "topic"):
            self._ask(self.contract, "weather")

    def test_timeline_of_the_contract(self):
        """Recognised as closes booked it, then as it is known; billed through today."""
        self._invoice(self.order, "2026-01-05")
        self._close("2026-01-31")
        found = self.contract.with_user(self.auditor).get_timeline()
        self.assertEqual(found["price"], 1440)
        self.assertEqual(found["closed"], "2026-01-31")
        first, second = found["points"][:2]
        self.assertEqual(first["billed"], 1440)
        booked = sum(self.contract.entry_ids.filtered(lambda one: one.kind == "revenue").mapped("amount"))
        self.assertEqual(first["recognised"], booked)
        self.assertFalse(second["recognised"])
        self.assertGreater(second["forecast"], first["recognised"])
        self._close("2026-02-28")
        again = self.contract.with_user(self.auditor).get_timeline()["points"]
        self.assertEqual(again[0]["recognised"], first["recognised"], "what February booked is not January's")
        self.assertGreater(again[1]["recognised"], again[0]["recognised"])
        december = next(point for point in found["points"] if point["date"] == "2026-12-31")
        self.assertEqual(december["forecast"] + found["waiting"], 1440)

    def test_timeline_of_a_contract_that_cannot_be_worked_out(self):
        """Says why."""
        other = self._make_product("Other", "one_time")
        contract = self._confirm(self._make_order((other, 10), (self.support, 10)), "2026-02-10")
        found = contract.with_user(self.auditor).get_timeline()
        self.assertEqual(found["points"], [])
        self.assertIn("no standalone selling price", found["problems"][0])
