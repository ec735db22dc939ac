from psycopg2.errors import RestrictViolation

from odoo.tests import TransactionCase
from odoo.tools import SQL, mute_logger

from ..models.append_only import protect


class TestTriggers(TransactionCase):
    """The database keeps rows, or some columns of them, whoever connects to it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.cr.execute("CREATE TABLE record_protection_try (id serial, fact int, state text, note text)")
        cls.env.cr.execute("INSERT INTO record_protection_try (fact, state) VALUES (1, 'new')")

    def assertRefused(self, statement):
        with self.assertRaises(RestrictViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.env.cr.execute(SQL(statement))

    def test_every_column(self):
        protect(self.env.cr, "record_protection_try")
        for statement in (
            "UPDATE record_protection_try SET state = 'done'",
            "DELETE FROM record_protection_try",
            "TRUNCATE record_protection_try",
        ):
            self.assertRefused(statement)
        self.env.cr.execute("INSERT INTO record_protection_try (fact) VALUES (2)")

    def test_some_columns(self):
        protect(self.env.cr, "record_protection_try", ["fact", "note"])
        for statement in (
            "UPDATE record_protection_try SET fact = 2, state = 'done'",
            "UPDATE record_protection_try SET fact = NULL",
            "UPDATE record_protection_try SET note = 'x'",
            "DELETE FROM record_protection_try",
            "TRUNCATE record_protection_try",
        ):
            self.assertRefused(statement)
        self.env.cr.execute("UPDATE record_protection_try SET state = 'done', fact = 1")

    def test_made_again(self):
        protect(self.env.cr, "record_protection_try")
        protect(self.env.cr, "record_protection_try", ["fact"])
        self.env.cr.execute("UPDATE record_protection_try SET state = 'done'")
        self.assertRefused("UPDATE record_protection_try SET fact = 2")
