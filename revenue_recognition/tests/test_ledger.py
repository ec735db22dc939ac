from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .close_common import CloseCommon


@tagged("post_install", "-at_install")
class TestLedger(CloseCommon):
    """Subledger = ledger, to the cent; what differs is shown; what is locked stays."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.support = cls._make_product("Support", "subscription")
        cls.order = cls._make_order(
            (cls.support, 1200, {"revenue_start": "2026-01-01", "revenue_end": "2026-12-31"}),
            date_order="2026-01-01 12:00:00",
        )
        cls.contract = cls._confirm_on(cls.order, "2026-01-01")

    @classmethod
    def _confirm_on(cls, order, day):
        order.action_confirm()
        order.revenue_contract_id.date = day
        return order.revenue_contract_id

    def _check(self, day):
        check = self.env["revenue.check"].create({"company_id": self.company.id, "date": day})
        check.action_check()
        return check

    def test_ties_month_after_month(self):
        """Billed first, delivered first, credited: no difference on any account."""
        other = self._make_order(
            (self.support, 600, {"revenue_start": "2026-01-01", "revenue_end": "2026-06-30"}),
            date_order="2026-01-01 12:00:00",
        )
        self._confirm_on(other, "2026-01-01")
        invoice = self._invoice(self.order, "2026-01-05")
        self.assertEqual(self._close("2026-01-31").difference, 0)
        invoice._reverse_moves([{"date": "2026-02-03", "invoice_date": "2026-02-03"}]).action_post()
        self.assertEqual(self._close("2026-02-28").difference, 0)
        self._invoice(other, "2026-03-01")
        close = self._close("2026-03-31")
        check = self._check(close.date)
        self.assertTrue(check.tied)
        self.assertFalse([line.difference for line in check.line_ids if line.difference])

    def test_stranger_on_the_account_is_shown(self):
        """A manual entry on contract liability belongs to no contract."""
        self._close("2026-01-31")
        entry = self.env["account.move"].create(
            {
                "date": "2026-01-20",
                "line_ids": [
                    Command.create({"account_id": self.accounts["contract_liability"].id, "credit": 10}),
                    Command.create({"account_id": self.accounts["revenue"].id, "debit": 10}),
                ],
            }
        )
        entry.action_post()
        check = self._check("2026-01-31")
        self.assertFalse(check.tied)
        wrong = check.line_ids.filtered("difference")
        self.assertEqual((wrong.account_id, wrong.difference), (self.accounts["contract_liability"], 10))
        self.assertEqual(wrong._differing_items(), entry.line_ids[0].ids)

    def test_invoice_into_a_closed_period_is_shown_until_the_next_close(self):
        """It is caught up in the open period."""
        self._close("2026-01-31")
        invoice = self._invoice(self.order, "2026-01-20")
        wrong = self._check("2026-01-31").line_ids.filtered("difference")
        self.assertEqual(wrong.account_id, self.accounts["contract_liability"])
        self.assertEqual(wrong._differing_items(), invoice.invoice_line_ids.ids)
        self.assertEqual(self._close("2026-02-28").difference, 0)

    def test_locked_period_takes_no_invoice(self):
        """Refused by name, with the remedy."""
        self._close("2026-01-31", lock=True)
        with self.assertRaisesRegex(UserError, "locked through 01/31/2026.*later invoice date"):
            self._invoice(self.order, "2026-01-20")

    def test_locked_period_gives_no_invoice_back(self):
        """Nor is one reset to draft; other invoices do not care."""
        invoice = self._invoice(self.order, "2026-01-20")
        plain = self._make_order((self._make_product("Advice"), 10))
        plain.action_confirm()
        self._close("2026-01-31", lock=True)
        with self.assertRaisesRegex(UserError, "locked through"):
            invoice.button_draft()
        other = self._invoice(plain, "2026-01-20")
        self.assertEqual(other.state, "posted")

    def test_entries_of_a_close_are_not_taken_back(self):
        """Neither reset nor cancelled: reopen the close."""
        close = self._close("2026-01-31")
        with self.assertRaisesRegex(UserError, "Reopen that close"):
            close.move_ids.button_draft()

    def test_invoice_on_income_is_routed(self):
        """Someone changed the account on the invoice: the close brings it to contract liability."""
        invoice = self.order._create_invoices()
        invoice.invoice_date = "2026-01-05"
        invoice.invoice_line_ids.account_id = self.accounts["revenue"]
        invoice.action_post()
        close = self._close("2026-01-31")
        self.assertEqual(self._balance("contract_liability"), 1200 - 101.92)
        self.assertEqual(self._balance("revenue"), 101.92)
        self.assertEqual(close.difference, 0)

    def test_steps_over_the_api(self):
        """Each step may be repeated; the last answer ties."""
        accountant = self.env["revenue.close"].with_user(self.preparer)
        controller = self.env["revenue.close"].with_user(self.approver)
        name = self.company.name
        first = accountant.run(name, "2026-01-31", "compute")
        self.assertEqual(first["state"], "computed")
        self.assertEqual(accountant.run(self.company.id, "2026-01-31", "compute"), first)
        for step in ("approve", "approve", "post", "post", "lock", "lock"):
            last = controller.run(name, "2026-01-31", step)
        self.assertEqual((last["state"], last["difference"]), ("locked", 0.0))
        self.assertEqual(
            [(one["kind"], one["amount"]) for one in last["postings"]], [("revenue", 101.92), ("presentation", 101.92)]
        )
        self.assertEqual(len(last["moves"]), 1)

    def test_refusals_of_the_api(self):
        """Each names what is wrong."""
        run = self.env["revenue.close"].run
        for arguments, words in (
            (("Nobody", "2026-01-31", "compute"), "company"),
            ((self.company.id, "31.1.2026", "compute"), "date"),
            ((self.company.id, "2026-01-31", "undo"), "step"),
            ((self.company.id, "2026-01-31", "post"), "compute it first"),
            ((None, "2026-01-31", "compute"), "company"),
            ((True, "2026-01-31", "compute"), "company"),
        ):
            with self.subTest(arguments=arguments), self.assertRaisesRegex(UserError, words):
                run(*arguments)

    def test_ledger_detail(self):
        """Per contract, per customer or a summary: fewer items, the same rows and balances."""
        other = self._make_order(
            (self.support, 600, {"revenue_start": "2026-01-01", "revenue_end": "2026-06-30"}),
            date_order="2026-01-01 12:00:00",
        )
        self._confirm_on(other, "2026-01-01")
        self._invoice(self.order, "2026-01-05")
        counts = {}
        for detail in ("contract", "customer", "summary"):
            self.company.revenue_granularity = detail
            close = self._close("2026-01-31")
            counts[detail] = len(close.move_ids.line_ids), len(close.entry_ids)
            items = close.move_ids.line_ids
            self.assertEqual(items.partner_id, self.customer if detail != "summary" else self.customer.browse())
            self.assertEqual((close.difference, self._balance("revenue")), (0, 204.68))
            close.with_user(self.approver).action_reopen("Another detail")
        self.assertEqual(counts, {"contract": (6, 4), "customer": (4, 4), "summary": (4, 4)})

    def test_analytic_goes_with_revenue(self):
        """The invoice's liability line makes no analytic item; recognised revenue does."""
        plan = self.env["account.analytic.plan"].create({"name": "Sites"})
        site = self.env["account.analytic.account"].create({"name": "Quay", "plan_id": plan.id})
        order = self._make_order(
            (self.support, 365, {"revenue_start": "2026-01-01", "revenue_end": "2026-12-31"}),
            date_order="2026-01-01 12:00:00",
        )
        order.order_line.analytic_distribution = {str(site.id): 100}
        self._confirm_on(order, "2026-01-01")
        self._invoice(order, "2026-01-05")
        items = self.env["account.analytic.line"].search([("auto_account_id", "=", site.id)])
        self.assertFalse(items)
        self._close("2026-01-31")
        items = self.env["account.analytic.line"].search([("auto_account_id", "=", site.id)])
        self.assertRecordValues(items, [{"amount": 31.0, "general_account_id": self.accounts["revenue"].id}])

    def test_orders_of_before(self):
        """Confirmed and billed without a policy: the contract is made by hand, the close moves the invoice."""
        advice = self._make_product("Advice")
        order = self._make_order((advice, 500), date_order="2026-01-01 12:00:00")
        order.action_confirm()
        order.date_order = "2026-01-01 12:00:00"
        self._invoice(order, "2026-01-10")
        advice.revenue_policy_id = self._policy("activation_fee")
        order.with_user(self.preparer).action_make_revenue_contract()
        self.assertEqual(order.revenue_contract_id.state, "active")
        close = self._close("2026-01-31")
        routed = close.posting_ids.filtered(lambda one: one.kind == "routing")
        self.assertRecordValues(routed, [{"amount": 500.0, "debit_account_id": self.accounts["revenue"].id}])
        self.assertEqual(close.difference, 0)
