"""The end of the addon: its tables go, in whatever order Odoo takes their rows and indexes first."""

from odoo.addons.record_protection.models.append_only import drop_triggers
from odoo.tools import SQL

from .models.append_only import drop_functions


def uninstall_hook(env):
    """Let the data go with the module."""
    drop_triggers(env, "revenue_recognition")
    drop_functions(env)
    drop_references(env)


def drop_references(env):
    """Drop the foreign keys that lead to tables of this addon.

    Odoo deletes the records that came with a module before its tables, and an index before the constraint that leans
    on it: each would be refused by a row that is about to go as well, and logged as an error.
    """
    models = [model for model in env.values() if model._original_module == "revenue_recognition"]
    tables = [model._table for model in models if model._auto and not model._abstract]
    query = SQL(
        """
        SELECT c.conrelid::regclass::text, c.conname
          FROM pg_constraint c JOIN pg_class t ON t.oid = c.confrelid
         WHERE c.contype = 'f' AND t.relname = ANY(%s) AND t.relnamespace = current_schema::regnamespace
        """,
        tables,
    )
    for table, name in env.execute_query(query):
        env.cr.execute(SQL("ALTER TABLE %s DROP CONSTRAINT %s", SQL.identifier(table.strip('"')), SQL.identifier(name)))
