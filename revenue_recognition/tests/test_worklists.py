from odoo import fields
from odoo.tests import tagged

from ..models.revenue_exception_remedy import REMEDIES
from .close_common import YEAR, CloseCommon


@tagged("post_install", "-at_install")
class TestWorklists(CloseCommon):
    """Contracts by position, exceptions with their remedy, positions on buttons, proof on rows of the subledger."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.support = cls._make_product("Support", "subscription")
        cls.licence = cls._make_product("Licence", "one_time")
        cls.order = cls._make_order((cls.support, 1200, YEAR))
        cls.owing = cls._confirm(cls.order, "2026-01-01")
        cls._invoice(cls.order, "2026-01-05")
        cls.owed = cls._confirm(cls._make_order((cls.support, 600, YEAR)), "2026-01-01")
        cls.unbooked = cls._confirm(cls._make_order((cls.support, 10, YEAR)), "2026-02-01")
        cls.unpriced = cls._confirm(cls._make_order((cls.licence, 10), (cls.support, 10)), "2026-02-10")
        cls.close = cls._close("2026-01-31", lock=True)
        cls.auditor = cls._make_auditor("worklist_reader")
        cls.contracts = cls.env["revenue.contract"].with_user(cls.auditor)
        cls.mine = [("company_id", "=", cls.company.id)]

    def test_contracts_by_position(self):
        """Grouped, searched and shown alike."""
        groups = dict(self.contracts._read_group(self.mine, ["position_kind"], ["id:recordset"]))
        self.assertEqual(groups["liability"], self.owing)
        self.assertEqual(groups["asset"], self.owed)
        self.assertEqual(groups["none"], self.unbooked | self.unpriced)
        for kind, contracts in groups.items():
            self.assertEqual(self.contracts.search([*self.mine, ("position_kind", "=", kind)]), contracts)
            self.assertEqual(set(contracts.mapped("position_kind")), {kind})
        others = self.contracts.search([*self.mine, ("position_kind", "not in", ["none", "asset"])])
        self.assertEqual(others, self.owing)
        self.assertRecordValues(
            self.owing | self.owed,
            [
                {"booked_balance": 1098.08, "booked_billed": 1200.0, "booked_revenue": 101.92},
                {"booked_balance": 50.96, "booked_billed": 0.0, "booked_revenue": 50.96},
            ],
        )

    def test_what_is_reopened_does_not_count(self):
        """The books are as they were before."""
        self.close.with_user(self.another).action_reopen("Too early")
        self.assertEqual(self.owed.position_kind, "settled")

    def test_every_position_has_its_column(self):
        """Also those without contracts."""
        found = self.contracts.with_context(read_group_expand=True).web_read_group(
            self.mine, ["position_kind"], ["__count"]
        )
        self.assertEqual(
            [group["position_kind"] for group in found["groups"]], ["asset", "liability", "settled", "none"]
        )

    def test_remedies(self):
        """One click from what is missing to where it is entered; others open the contract."""
        todo = self.unpriced.todo_ids.filtered(lambda one: one.kind == "ssp" and one.obligation_id)[0]
        todo = todo.with_user(self.preparer)
        self.assertEqual(todo.remedy, "price")
        action = todo.action_remedy()
        self.assertEqual(action["res_model"], "revenue.ssp")
        self.assertEqual(action["context"]["default_product_id"], todo.obligation_id.product_id.id)
        todo = todo.with_user(self.auditor)
        self.assertEqual(todo.remedy, "open")
        self.assertEqual(todo.action_remedy()["res_id"], self.unpriced.id)

    def test_what_blocks_a_close_is_to_do(self):
        """Worklist, dashboard and contract say what the close says: from the same rows, each once."""
        others = self.env["revenue.contract"].search([*self.mine, ("id", "!=", self.owing.id)]).sudo()
        others.exception_ids.unlink()
        others.state = "cancelled"
        todos = self.env["revenue.exception"].with_user(self.preparer)
        mine = [*self.mine, ("is_todo", "=", True)]
        self.assertFalse(todos.search(mine))
        self.accounts["contract_liability"].active = False
        close = self.env["revenue.close"].with_user(self.preparer).create({"date": "2026-02-28"})
        close.action_compute()
        self.assertEqual(close.blocking_count, 1)
        blocking = close.exception_ids.filtered("blocking")
        found = todos.search([*mine, ("blocking", "=", True)])
        self.assertEqual(found.mapped("message"), blocking.mapped("message"))
        exceptions = close.get_dashboard()["companies"][0]["exceptions"]
        self.assertEqual(exceptions["blocking"], len(blocking))
        self.assertEqual(self.owing.status, "blocked")
        active = [("state", "=", "active"), ("todo_ids", "not any", [("blocking", "=", True)])]
        self.assertNotIn(self.owing, self.contracts.search([*self.mine, *active]))
        self.assertIn("archived", self.owing.hindrance)
        self.accounts["contract_liability"].active = True
        self.owing.with_user(self.preparer).action_review()
        self.assertEqual(todos.search([*mine, ("blocking", "=", True)]), blocking, "the close has to be computed again")
        close.action_compute()
        self.assertFalse(todos.search([*mine, ("blocking", "=", True)]))
        self.assertEqual(self.owing.status, "active")

    def test_every_remedy_leads_somewhere(self):
        """For the controller, who may everything; of a project that was swapped, in ``test_following_places``."""
        controller = self.approver
        for kind in {*REMEDIES, "dates"} - {"estimate", "overrun", "project"}:
            one = (
                self.env["revenue.exception"]
                .sudo()
                .create(
                    {
                        "company_id": self.company.id,
                        "contract_id": self.owing.id,
                        "obligation_id": self.owing.obligation_ids[0].id,
                        "kind": kind,
                        "message_written": kind,
                    }
                )
            )
            with self.subTest(kind=kind):
                action = one.with_user(controller).sudo(False).action_remedy()
                self.assertIn(action["res_model"], self.env)

    def test_buttons_say_the_position(self):
        """On order, project and customer; nothing where there is no contract."""
        project = self.env["project.project"].create({"name": "Harbour"})
        self.owing.obligation_ids.sudo().project_id = project
        position = self.owing._position_at(self.env["revenue.contract"]._read_day(None))
        liability = f"{round(position['contract_liability']):,}"
        for record in (self.order, project):
            seen = record.with_user(self.approver).sudo()
            self.assertIn(f"Contract liability $\u00a0{liability}", seen.revenue_balance)
            self.assertIn("Billed $\u00a01,200", seen.revenue_amounts)
        customer = self.customer.with_user(self.auditor)
        found = self.contracts.get_position(
            self.contracts.search([("partner_id", "=", self.customer.id)]).ids,
            fields.Date.to_string(fields.Date.today()),
        )
        asset = round(sum(one.get("contract_asset", 0) for one in found))
        billed = round(sum(one.get("billed", 0) for one in found))
        self.assertIn(f"Contract asset $\u00a0{asset:,}", customer.revenue_balance)
        self.assertIn(f"Billed $\u00a0{billed:,}", customer.revenue_amounts)
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        self.assertFalse(stranger.with_user(self.auditor).revenue_balance)

    def test_row_of_the_subledger_has_its_proof(self):
        """Who prepared and who approved it, the facts and the invoices."""
        entry = self.close.entry_ids.filtered(lambda one: one.kind == "revenue" and one.contract_id == self.owing)
        entry = entry.with_user(self.auditor)
        self.assertEqual((entry.prepared_by_id, entry.approved_by_id), (self.preparer, self.approver))
        self.assertEqual(entry.invoice_line_ids.move_id, self.order.invoice_ids)
        self.assertTrue(entry.policy_version_id)

    def test_proof_of_a_row_ends_with_its_close(self):
        """What happened later proves nothing of it."""
        self.unpriced.sudo().state = "cancelled"
        order = self._make_order((self.licence, 90))
        contract = self._confirm(order, "2026-02-01")
        facts = [
            {"key": day, "obligation_id": contract.obligation_ids.id, "date": day, "kind": "units", "value": 0.5}
            for day in ("2026-02-10", "2026-03-10")
        ]
        self.env["revenue.evidence"].with_user(self.preparer).create(facts)
        self._invoice(order, "2026-03-05")
        for day in ("2026-02-28", "2026-03-31"):
            self._close(day)
        first, second = contract.entry_ids.filtered(lambda one: one.kind == "revenue").sorted("date")
        self.assertEqual(first.evidence_ids.mapped("key"), ["2026-02-10"])
        self.assertEqual(sorted(second.evidence_ids.mapped("key")), ["2026-02-10", "2026-03-10"])
        self.assertFalse(first.invoice_line_ids)
        self.assertEqual(second.invoice_line_ids.move_id, order.invoice_ids)
