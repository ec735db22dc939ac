from contextlib import contextmanager

from psycopg2 import IntegrityError
from psycopg2.errors import ForeignKeyViolation, RestrictViolation

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL, mute_logger

from .. import uninstall_hook
from ..models.append_only import FUNCTIONS
from .common import RevenueCommon


class TestAppendOnly(RevenueCommon):
    """What is recorded stays, for everybody, over the models and under them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        values = {"name": "C1", "partner_id": cls.customer.id, "date": "2026-01-01", "state": "active"}
        cls.contract = cls.env["revenue.contract"].sudo().create(values).sudo(False)
        cls.obligation = cls.env["revenue.obligation"].create(
            {"contract_id": cls.contract.id, "key": "A", "name": "Works", "measure": "manual", "price": 1000.0}
        )
        facts = {"contract_id": cls.contract.id, "date": "2026-01-31"}
        cls.evidence = cls.env["revenue.evidence"].create(
            {
                **facts,
                "company_id": cls.company.id,
                "key": "E1",
                "obligation_id": cls.obligation.id,
                "kind": "progress",
                "value": 0.1,
            }
        )
        link = {"obligation_ids": [Command.link(cls.obligation.id)], "reason": "Agreed"}
        cls.change = cls.env["revenue.price.change"].create({**facts, **link, "name": "Bonus", "amount": 50.0})
        cls.cost = cls.env["revenue.contract.cost"].create({**facts, **link, "amount": 90.0})
        cls.facts = (cls.evidence, cls.change, cls.cost)
        cls.env.flush_all()

    @contextmanager
    def assertRefusedBelow(self):
        """Expect that the database refuses what happens in the block."""
        with self.assertRaises(RestrictViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            yield

    def _run(self, statement, *arguments):
        self.env.cr.execute(SQL(statement, *arguments))

    def _close(self, state):
        """Return a close in a state, with an entry; of a company of its own, since one is open at a time."""
        company = self.env["res.company"].sudo().create({"name": f"{state} {self.env['res.company'].search_count([])}"})
        close = self.env["revenue.close"].sudo().create({"company_id": company.id, "date": "2026-01-31"})
        values = {"close_id": close.id, "kind": "revenue", "amount": 10.0, "company_amount": 10.0}
        posting = (
            self.env["revenue.posting"]
            .sudo()
            .create({**values, "company_id": company.id, "currency_id": self.company.currency_id.id})
        )
        self.env["revenue.entry"].sudo().create(
            {**values, "posting_id": posting.id, "contract_id": self.contract.id, "obligation_id": self.obligation.id}
        )
        self.env.flush_all()
        close.state = state
        self.env.flush_all()
        return close

    # === FACTS === #

    def test_the_superuser_is_refused(self):
        for fact in self.facts:
            for change in (lambda fact=fact: fact.sudo().write({"date": "2026-02-01"}), fact.sudo().unlink):
                with self.assertRaisesRegex(UserError, "Record a new fact"):
                    change()
            with self.assertRaises(UserError):
                fact.sudo().date = "2026-02-01"

    def test_no_way_around_over_the_contract(self):
        other = self.contract.copy({"name": "C2"})
        for name in ("evidence_ids", "price_change_ids", "cost_ids"):
            fact = self.contract[name]
            for holder, command in (
                (self.contract, Command.update(fact.id, {"date": "2026-02-01"})),
                (self.contract, Command.delete(fact.id)),
                (self.contract, Command.unlink(fact.id)),
                (self.contract, Command.clear()),
                (self.contract, Command.set([])),
                (other, Command.link(fact.id)),
                (other, Command.set(fact.ids)),
            ):
                with self.assertRaises(UserError), self.env.cr.savepoint():
                    holder.sudo().write({name: [command]})
                    self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual([str(fact.date) for fact in self.facts], ["2026-01-31"] * 3)

    def test_the_import_does_not_overwrite(self):
        [external_id] = self.evidence.export_data([".id"])["datas"]
        result = self.env["revenue.evidence"].load([".id", "date"], [[external_id[0], "2026-02-01"]])
        self.assertIn("Record a new fact", result["messages"][0]["message"])
        self.assertEqual(str(self.evidence.date), "2026-01-31")

    def test_the_database_refuses(self):
        for fact in self.facts:
            table = SQL.identifier(fact._table)
            for statement in ("UPDATE %s SET date = date + 1", "DELETE FROM %s", "TRUNCATE %s CASCADE"):
                with self.assertRefusedBelow():
                    self._run(statement, table)
            self._run("DELETE FROM %s WHERE false", table)
        for fact in (self.change, self.cost):
            with self.assertRefusedBelow():
                self._run("DELETE FROM %s", SQL.identifier(fact._fields["obligation_ids"].relation))

    def test_what_they_rest_on_is_not_deleted(self):
        self.obligation.copy({"key": "B"}).unlink()
        for record in (self.obligation, self.contract):
            with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                record.sudo().unlink()
                self.env.flush_all()
        self.assertTrue(self.evidence.exists())

    # === ENTRIES AND CLOSES === #

    def test_entries_go_while_a_close_is_computed(self):
        for state in ("draft", "computing", "computed", "approved"):
            entries = self._close(state).entry_ids
            entries.write({"amount": 11.0})
            self.env.flush_all()
            postings = entries.posting_id
            entries.unlink()
            postings.unlink()

    def test_entries_stay_once_a_close_is_posting(self):
        for state in ("posting", "posted", "locked"):
            close = self._close(state)
            for table in (SQL.identifier("revenue_entry"), SQL.identifier("revenue_posting")):
                with self.assertRefusedBelow():
                    self._run("UPDATE %s SET amount = 11 WHERE close_id = %s", table, close.id)
            with self.assertRefusedBelow():
                self._run("DELETE FROM revenue_entry WHERE close_id = %s", close.id)
            with self.assertRefusedBelow():
                close.entry_ids.sudo().unlink()
            with self.assertRefusedBelow():
                close.entry_ids.sudo().write({"amount": 11.0})
                self.env.flush_all()
            self.env.invalidate_all()
            self.assertEqual(close.entry_ids.amount, 10.0)
            with self.assertRefusedBelow():
                self._run("TRUNCATE revenue_entry CASCADE")

    def test_nothing_is_added_once_a_close_is_posting(self):
        for state in ("posting", "posted", "locked"):
            close = self._close(state)
            for table, columns in (
                ("revenue_posting", "close_id, company_id, kind, currency_id, amount"),
                ("revenue_entry", "close_id, posting_id, contract_id, kind, amount, company_amount"),
            ):
                with self.assertRefusedBelow():
                    self._run(
                        "INSERT INTO %s (%s) SELECT %s FROM %s WHERE close_id = %s",
                        *(SQL.identifier(table), SQL(columns), SQL(columns), SQL.identifier(table), close.id),
                    )

    def test_no_entry_moves_into_a_posted_close(self):
        posted, draft = self._close("posted"), self._close("draft")
        with self.assertRefusedBelow():
            self._run(
                "UPDATE revenue_entry SET close_id = %s, posting_id = %s, kind = 'loss' WHERE close_id = %s",
                posted.id,
                posted.posting_ids.id,
                draft.id,
            )

    def test_an_entry_is_of_the_close_of_its_posting(self):
        one, other = self._close("draft"), self._close("computed")
        with self.assertRaises(ForeignKeyViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self._run("UPDATE revenue_entry SET close_id = %s WHERE close_id = %s", other.id, one.id)

    def test_a_posted_close_is_only_locked(self):
        close = self._close("posted")
        for state in ("draft", "approved", "posting", "cancelled"):
            with self.assertRefusedBelow():
                close.sudo().state = state
                self.env.flush_all()
            self.env.invalidate_all()
        with self.assertRefusedBelow():
            self._run("UPDATE revenue_close SET date = '2026-02-28' WHERE id = %s", close.id)
        for name in ("prepared_by_id", "approved_by_id", "posted_by_id"):
            with self.assertRefusedBelow():
                self._run(
                    "UPDATE revenue_close SET %s = %s WHERE id = %s", SQL.identifier(name), self.env.uid, close.id
                )
        with self.assertRefusedBelow():
            self._run("UPDATE revenue_close SET contract_count = 9, posted_at = now() WHERE id = %s", close.id)
        close.sudo().failure = "Seen"
        close.write({"state": "locked", "locked_by_id": self.env.uid})
        self.env.flush_all()
        with self.assertRefusedBelow():
            self._run("UPDATE revenue_close SET state = 'posted' WHERE id = %s", close.id)
        with self.assertRefusedBelow():
            self._run("UPDATE revenue_close SET locked_by_id = NULL WHERE id = %s", close.id)

    def test_who_prepared_and_approved_stays_from_posting_on(self):
        close = self._close("posting")
        with self.assertRefusedBelow():
            self._run("UPDATE revenue_close SET approved_by_id = %s WHERE id = %s", self.env.uid, close.id)
        close.write({"state": "posted", "posted_by_id": self.env.uid, "parts_posted": 1})
        self.env.flush_all()

    def test_a_posted_close_is_not_deleted(self):
        for state in ("posting", "posted", "locked"):
            close = self._close(state)
            with self.assertRefusedBelow():
                self._run("DELETE FROM revenue_close WHERE id = %s", close.id)
        with self.assertRefusedBelow():
            self._run("TRUNCATE revenue_close CASCADE")

    # === THE TRIGGERS THEMSELVES === #

    def test_made_again_and_dropped(self):
        for model in ("revenue.evidence", "revenue.entry", "revenue.posting", "revenue.close"):
            self.env[model].init()
        with self.assertRefusedBelow():
            self._run("DELETE FROM revenue_evidence")
        uninstall_hook(self.env)
        self._run("DELETE FROM revenue_evidence")
        self._run("SELECT 1 FROM pg_proc WHERE proname IN %s", tuple(FUNCTIONS))
        self.assertFalse(self.env.cr.fetchall())
