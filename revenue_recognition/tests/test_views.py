from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .close_common import CloseCommon
from .views_common import ReadsViews

ROLES = {
    "revenue_accountant": "revenue_recognition.group_revenue_accountant",
    "revenue_controller": "revenue_recognition.group_revenue_controller",
    "revenue_auditor": "revenue_recognition.group_revenue_auditor",
}


@tagged("post_install", "-at_install")
class TestViews(ReadsViews, CloseCommon):
    """Whoever sees a menu can open every view behind it, and reads every field these show."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.roles = {login: new_test_user(cls.env, f"{login}_views", groups) for login, groups in ROLES.items()}
        for user in cls.roles.values():
            user.write({"company_id": cls.company.id, "company_ids": cls.company.ids})

    def setUp(self):
        super().setUp()
        self.support = self._make_product("Support", "subscription")
        self.order = self._make_order(
            (self.support, 1200, {"revenue_start": "2026-01-01", "revenue_end": "2026-12-31"}),
        )
        self.contract = self._confirm(self.order, "2026-01-01")
        self._invoice(self.order, "2026-01-05")
        self.close = self._close("2026-01-31", lock=True)
        licence = self._make_product("Licence", "one_time")
        self.unpriced = self._confirm(self._make_order((licence, 100), (self.support, 100)), "2026-02-10")

    # === EVERY SCREEN === #

    def test_each_role_opens_what_its_menus_lead_to(self):
        """Accountants configure as well, auditors read."""
        self._make_ssp(self.support, 1200)
        seen = {}
        for login, user in self.roles.items():
            actions = self._menu_actions(user)
            seen[login] = {action.res_model for action in actions}
            for action in actions:
                with self.subTest(role=login, action=action.name):
                    self._read_views(user, action)
        names = ("contract", "obligation", "exception", "modification", "close", "entry", "policy", "ssp")
        shown = {f"revenue.{name}" for name in names}
        imports, accounts = {"revenue.ssp.import.wizard"}, {"revenue.accounts.wizard"}
        self.assertLessEqual(shown, seen["revenue_auditor"])
        self.assertFalse((imports | accounts) & seen["revenue_auditor"])
        self.assertLessEqual(shown | imports, seen["revenue_accountant"])
        self.assertFalse(accounts & seen["revenue_accountant"])
        self.assertLessEqual(seen["revenue_accountant"] | accounts, seen["revenue_controller"])

    def test_each_role_follows_an_entry_to_its_documents(self):
        """The entry, its posting, its journal entry and items, the order and the invoice."""
        entry = self.close.entry_ids.filtered(lambda one: one.kind == "revenue")
        lines = entry.posting_id.line_ids
        for login, user in self.roles.items():
            for records in (entry, entry.posting_id, lines, lines.move_id, self.order, self.order.invoice_ids):
                with self.subTest(role=login, model=records._name):
                    ours = records._name.startswith("revenue.")
                    self._read_form(user, records, lambda name, ours=ours: ours or name.startswith("revenue_"))
        for records in (entry, entry.posting_id, lines.move_id, lines[0]):
            self.assertTrue(records.with_user(self.roles["revenue_auditor"]).has_access("read"))

    def test_subledger_is_counted_by_what_its_rows_have_in_common(self):
        """Grouping follows the posting and the contract; an auditor sees the totals of the company."""
        entries = self.env["revenue.entry"].with_user(self.roles["revenue_auditor"])
        groups = ["kind", "date:month", "partner_id", "product_id", "debit_account_id", "credit_account_id", "close_id"]
        for group in groups:
            with self.subTest(group=group):
                found = entries.formatted_read_group(
                    [("state", "=", "locked"), ("kind", "=", "revenue")], [group], ["company_amount:sum"]
                )
                self.assertEqual([row["company_amount:sum"] for row in found], [101.92])

    def test_others_see_no_revenue_on_orders_and_invoices(self):
        """A salesman opens the order he knows; the app is not for him."""
        salesman = new_test_user(
            self.env,
            "salesman_views",
            "sales_team.group_sale_salesman_all_leads",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        arch = self.order.with_user(salesman).get_view(view_type="form")["arch"]
        self.assertNotIn("action_open_revenue_contract", arch)
        self.assertIn("revenue_start", arch)
        self.assertFalse(self._menu_actions(salesman))

    # === DOORS === #

    def _count(self, action):
        return self.env[action["res_model"]].search_count(action.get("domain", []))

    def test_doors_lead_both_ways(self):
        """From the contract and the close to rows, from a journal item to its rows, from a row to journal items."""
        entry = self.close.entry_ids.filtered(lambda one: one.kind == "revenue")
        self.assertEqual(self._count(self.contract.action_view_entries()), self.contract.entry_count)
        self.assertEqual(self._count(self.close.action_view_entries()), self.close.entry_count)
        self.assertEqual(self._count(entry.action_open_journal_items()), 2)
        self.assertEqual(self._count(entry.action_open_evidence()), 0)
        line = entry.posting_id.line_ids[0]
        rows = self.env["revenue.entry"].search(line.action_open_revenue_entries()["domain"])
        self.assertEqual(rows, entry)
        move = line.move_id
        self.assertEqual(move.revenue_row_count, self._count(move.action_open_revenue_entries()))
        self.assertEqual(self.contract.action_view_invoices()["res_id"], self.order.invoice_ids.id)
        self.assertEqual(self.contract.invoice_count, 1)
        self.assertEqual(self.order.action_open_revenue_contract()["res_id"], self.contract.id)

    def test_worklist_says_what_a_contract_lacks(self):
        """And is empty once it is there and was looked for again."""
        accountant = self.roles["revenue_accountant"]
        contract = self.unpriced.with_user(accountant)
        self.assertEqual(contract.todo_count, 2)
        self.assertIn("Licence has no standalone selling price", contract.hindrance)
        self.assertEqual(self.env["revenue.contract"].search([("todo_ids", "!=", False)]), self.unpriced)
        for product in self.unpriced.obligation_ids.product_id:
            self._make_ssp(product, 100)
        contract.obligation_ids.filtered(lambda one: one.measure == "straight_line").write(
            {"date_start": "2026-02-10", "date_end": "2027-02-09"}
        )
        contract.todo_ids.action_review_contracts()
        self.assertRecordValues(contract, [{"state": "active", "todo_count": 0, "hindrance": ""}])

    def test_list_combines_contracts(self):
        """An accountant chooses them, and lands on the one that is made of them; they come apart again."""
        accountant = self.roles["revenue_accountant"]
        one, other = (self._confirm(self._make_order((self.support, 100)), "2026-02-11") for _number in range(2))
        chosen = {"active_model": "revenue.contract", "active_ids": [one.id, other.id], "active_id": one.id}
        combine = self.env.ref("revenue_recognition.action_revenue_contract_combine")
        action = combine.with_user(accountant).with_context(**chosen).run()
        self.assertEqual(action["res_id"], one.id)
        self.assertRecordValues(
            one | other, [{"order_count": 2, "state": one.state}, {"order_count": 0, "state": "cancelled"}]
        )
        one.with_user(accountant).action_separate()
        self.assertEqual(one.order_count, 1)
        with self.assertRaises(AccessError):
            combine.with_user(self.roles["revenue_auditor"]).with_context(**chosen).run()

    # === WORDS === #

    def test_entry_explains_its_amount(self):
        """The product of what is allocated and earned, less what was booked."""
        self.unpriced.order_ids._action_cancel()
        again = self._close("2026-02-28")
        self.assertEqual(
            (again | self.close).entry_ids.filtered(lambda one: one.kind == "revenue").mapped("explanation"),
            [
                "allocated 1,200.00 × 16.1644 % = 193.97, less 101.92 booked before = 92.05",
                "allocated 1,200.00 × 8.4932 % = 101.92, less 0.00 booked before = 101.92",
            ],
        )

    def test_reopening_explains_its_entries(self):
        """What is taken back, and what stays."""
        reversal = self.close.with_user(self.another).action_reopen("Too early")
        entry = reversal.entry_ids.filtered(lambda one: one.kind == "revenue")
        self.assertEqual(entry.display_name, f"REV/2026/01/R · Revenue · {self.contract.name}")
        self.assertEqual(entry.posting_id.display_name, "REV/2026/01/R · Revenue")
        self.assertEqual(entry.explanation, "takes back what REV/2026/01 booked: -101.92; 0.00 stays booked")

    def test_every_kind_has_its_sentence(self):
        """None is left without words."""
        entries = self.env["revenue.entry"]
        kinds = {kind for kind, _label in entries._fields["kind"].selection}
        self.assertEqual(kinds - {"revenue"}, set(entries._words()))

    # === STEPS === #

    def test_close_says_what_comes_next_and_by_whom(self):
        """Whoever looks at it."""
        close = self.env["revenue.close"].with_user(self.preparer).create({"date": "2026-02-28"})
        self.assertIn("A revenue accountant does that", close.next_step)
        close.action_compute()
        self.assertIn("Contracts left out: 1", close.next_step)
        close.action_explain_exceptions("Prices are on their way")
        self.assertIn("another person", close.next_step)
        close = close.with_user(self.approver)
        self.assertIn(f"other than {self.preparer.name}", close.next_step)
        close.action_approve()
        self.assertIn("Post it", close.next_step)
        close.action_post()
        self.assertIn("Lock it", close.next_step)
        close.action_lock()
        self.assertIn("Nothing is left", close.next_step)

    def test_exceptions_are_explained_by_accountants_only(self):
        """With a reason, while the close waits for approval."""
        close = self.env["revenue.close"].with_user(self.preparer).create({"date": "2026-02-28"})
        with self.assertRaisesRegex(UserError, "To Approve"):
            close.action_explain_exceptions("Early")
        close.action_compute()
        with self.assertRaisesRegex(UserError, "Say why"):
            close.action_explain_exceptions("  ")
        with self.assertRaises(AccessError):
            close.with_user(self.roles["revenue_auditor"]).action_explain_exceptions("No")
        wizards = self.env["revenue.exception.note.wizard"].with_user(self.preparer)
        with Form(wizards.with_context(default_close_id=close.id)) as form:
            form.note = "Signed on the last day"
        form.record.action_explain()
        self.assertEqual(close.exception_note, "Signed on the last day")

    def test_reopening_asks_why(self):
        """And shows what takes the close back; the accountant may not."""
        wizards = self.env["revenue.reopen.wizard"].with_context(default_close_id=self.close.id)
        with Form(wizards.with_user(self.another)) as form:
            form.reason = "Evidence was missing"
        action = form.record.action_reopen()
        self.assertEqual(self.close.reversal_ids.id, action["res_id"])
        self.assertEqual(self.close.reversal_ids.reason, "Evidence was missing")
        self.assertIn("It was reopened", self.close.next_step)
        with self.assertRaises(AccessError):
            wizards.with_user(self.preparer).create({"reason": "No"})

    def test_contract_is_edited_while_it_is_a_draft(self):
        """Afterwards what it promises is read only."""
        contract = self.unpriced.with_user(self.roles["revenue_accountant"])
        with Form(contract) as form, form.obligation_ids.edit(0) as obligation:
            obligation.ssp = 100
        self.assertEqual(self.unpriced.obligation_ids[0].ssp, 100)
        form = Form(self.contract.with_user(self.roles["revenue_accountant"]))
        with self.assertRaisesRegex(AssertionError, "readonly"):
            form.fixed = 1
