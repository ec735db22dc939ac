from contextlib import contextmanager

from psycopg2.errors import RestrictViolation

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .close_common import CloseCommon


@tagged("post_install", "-at_install")
class TestPostedItems(CloseCommon):
    """What a close posted stays in the ledger, whoever tries, and whichever way; also before its period is locked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.revenue_granularity = "customer"
        cls.plan = cls.env["account.analytic.plan"].create({"name": "Sites"})
        cls.site, cls.other_site = cls.env["account.analytic.account"].create(
            [{"name": name, "plan_id": cls.plan.id} for name in ("North", "South")]
        )
        cls.order = cls._make_order((cls._make_product("Support", "subscription"), 1200))
        cls.order.order_line.write(
            {
                "revenue_start": "2026-01-01",
                "revenue_end": "2026-12-31",
                "analytic_distribution": {str(cls.site.id): 100},
            }
        )
        cls.order.action_confirm()
        cls.order.date_order = "2026-01-01 12:00:00"
        cls.order.revenue_contract_id.date = "2026-01-01"
        invoice = cls.order._create_invoices()
        invoice.invoice_date = "2026-01-05"
        invoice.action_post()
        cls.invoice = invoice
        cls.close = cls._close("2026-01-31")
        cls.move = cls.close.move_ids
        cls.item = cls.move.line_ids.filtered("analytic_distribution")
        cls.biller = new_test_user(
            cls.env, "biller", "account.group_account_manager,base.group_system", company_id=cls.company.id
        )
        cls.env.flush_all()

    @contextmanager
    def assertKept(self):
        """Expect a refusal, Odoo's own or ours, and nothing changed."""
        before = self._facts()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            yield
            self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self._facts(), before)

    @contextmanager
    def assertRefusedBelow(self):
        with self.assertRaises(RestrictViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            yield

    def _facts(self):
        names = ("account_id", "partner_id", "balance", "analytic_distribution", "date", "name", "parent_state", "ref")
        names += ("price_unit", "quantity", "discount", "product_uom_id", "date_maturity", "sale_line_ids")
        return self.move.line_ids.sorted("id").read(names)

    def _as_everybody(self, record):
        names = (
            "force_delete",
            "skip_analytic_sync",
            "dynamic_unlink",
            "skip_readonly_check",
            "skip_account_move_synchronization",
        )
        force = {"check_move_validity": False, **dict.fromkeys(names, True)}
        for user in (self.biller, self.approver, self.env.ref("base.user_root")):
            for context in ({}, force):
                yield record.with_user(user).with_context(**context)

    def test_items_are_not_changed(self):
        other = self.accounts["contract_asset"]
        for name, value in {
            "account_id": other.id,
            "partner_id": self.env.user.partner_id.id,
            "balance": -1.0,
            "amount_currency": -1.0,
            "credit": 1.0,
            "analytic_distribution": {str(self.other_site.id): 100},
            "date": "2026-02-28",
            "name": "Something else",
            "price_unit": 1.0,
            "quantity": 7.0,
            "discount": 50.0,
            "product_uom_id": self.env.ref("uom.product_uom_dozen").id,
            "date_maturity": "2026-02-28",
            "sale_line_ids": [Command.link(self.order.order_line.id)],
            "price_subtotal": 7.0,
            "parent_state": "draft",
            "ref": "Something else",
            "revenue_posting_id": False,
        }.items():
            for item in self._as_everybody(self.item):
                with self.subTest(field=name, user=item.env.user.login), self.assertKept():
                    item.sudo().write({name: value})
                with self.subTest(over="entry", field=name), self.assertKept():
                    item.move_id.sudo().write({"line_ids": [Command.update(item.id, {name: value})]})

    def test_a_refusal_names_the_close_and_what_to_do(self):
        with self.assertRaisesRegex(UserError, "made by REV/2026/01. Reopen that close"):
            self.item.with_user(self.biller).write({"account_id": self.accounts["contract_asset"].id})

    def test_items_are_not_added_moved_or_deleted(self):
        pair = [
            Command.create({"account_id": line.account_id.id, "balance": -line.balance, "name": "Taken back"})
            for line in self.move.line_ids
        ]
        for move in self._as_everybody(self.move):
            for act in (
                move.sudo().line_ids.unlink,
                lambda move=move: move.sudo().write({"line_ids": [Command.clear()]}),
                lambda move=move: move.sudo().write({"line_ids": pair}),
                lambda move=move: move.sudo().line_ids.write({"move_id": self.invoice.id}),
                move.sudo().unlink,
            ):
                with self.subTest(act=act, user=move.env.user.login), self.assertKept():
                    act()

    def test_the_entry_is_not_changed(self):
        for move in self._as_everybody(self.move):
            for act in (
                move.sudo().button_draft,
                move.sudo().button_cancel,
                lambda move=move: move.sudo().write({"state": "draft"}),
                lambda move=move: move.sudo().write({"state": "cancel"}),
                lambda move=move: move.sudo().write({"date": "2026-02-28"}),
                lambda move=move: move.sudo().write({"partner_id": self.customer.id}),
                lambda move=move: move.sudo().write({"ref": "Something else"}),
                lambda move=move: move.sudo().write({"narration": "<p>Something else</p>"}),
                lambda move=move: move.sudo().write({"payment_reference": "Something else"}),
                lambda move=move: move.sudo().write({"invoice_origin": "Something else"}),
                lambda move=move: move.sudo().line_ids.write({"ref": "Something else"}),
                lambda move=move: move.sudo()._reverse_moves(cancel=True),
                move.sudo()._unlink_or_reverse,
            ):
                with self.subTest(act=act), self.assertKept():
                    act()

    def test_analytic_items_are_not_changed(self):
        analytic = self.item.analytic_line_ids
        column = self.plan._column_name()
        self.assertEqual(analytic[column], self.site)
        for line in self._as_everybody(analytic):
            with self.assertKept():
                line.sudo().write({column: self.other_site.id})
            with self.assertKept():
                line.sudo().write({"amount": 1.0})
            with self.assertKept():
                line.sudo().unlink()

    def test_the_database_refuses_too(self):
        for statement in (
            "UPDATE account_move_line SET account_id = account_id + 1 WHERE id = %(item)s",
            "UPDATE account_move_line SET balance = balance + 1 WHERE id = %(item)s",
            "UPDATE account_move_line SET analytic_distribution = NULL WHERE id = %(item)s",
            "UPDATE account_move_line SET parent_state = 'draft' WHERE id = %(item)s",
            "UPDATE account_move_line SET revenue_posting_id = NULL WHERE id = %(item)s",
            "DELETE FROM account_move_line WHERE id = %(item)s",
            "DELETE FROM account_move WHERE id = %(move)s",
            "UPDATE account_move SET state = 'draft' WHERE id = %(move)s",
            "UPDATE account_move SET date = date + 1 WHERE id = %(move)s",
            "UPDATE account_move SET ref = 'Something else' WHERE id = %(move)s",
            "UPDATE account_move_line SET quantity = 7 WHERE id = %(item)s",
        ):
            with self.subTest(statement), self.assertRefusedBelow():
                self.env.cr.execute(statement, {"item": self.item.id, "move": self.move.id})

    def test_odoo_goes_on_with_them(self):
        """They are reconciled and let go, sealed, renumbered; what does not change may be written."""
        account = self.accounts["contract_liability"]
        account.reconcile = True
        lines = (self.move | self.invoice).line_ids.filtered(lambda line: line.account_id == account)
        lines.reconcile()
        self.assertTrue(lines.matched_debit_ids)
        lines.remove_move_reconcile()
        self.item.with_user(self.biller).write({"account_id": self.item.account_id.id, "name": self.item.name})
        self.move.with_user(self.biller).write({"ref": self.move.ref, "checked": True})
        self.move.journal_id.restrict_mode_hash_table = True
        self.move.button_hash()
        self.assertTrue(self.move.inalterable_hash)

    def test_contacts_are_merged(self):
        twin = self.env["res.partner"].create({"name": "Twin"})
        partner = self.item.partner_id
        self.assertTrue(partner)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((partner | twin).ids, twin)
        self.env.invalidate_all()
        self.assertEqual(self.item.partner_id, twin)
        self.assertEqual(self.item.revenue_posting_id.partner_id, twin)

    def test_reopening_mirrors_them(self):
        reversal = self.close.with_user(self.approver).action_reopen("Evidence was missing")
        self.assertEqual(reversal.state, "posted")
        self.assertEqual(self._balance("revenue"), 0)
        for close in (self.close, reversal):
            with self.assertRaises(UserError):
                close.move_ids.button_draft()

    def test_other_entries_are_free(self):
        move = self.env["account.move"].create(
            {
                "date": "2026-02-01",
                "line_ids": [
                    Command.create({"account_id": self.accounts["revenue"].id, "balance": -5.0}),
                    Command.create({"account_id": self.accounts["contract_asset"].id, "balance": 5.0}),
                ],
            }
        )
        move.action_post()
        move.button_draft()
        move.line_ids[0].name = "Changed"
        move.unlink()
