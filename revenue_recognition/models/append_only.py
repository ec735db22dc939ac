"""What a close has posted, nobody rewrites: refused by triggers of the database, underneath the models.

Two kinds of tables are kept, beside the facts (see ``record.append.only``):

* ``revenue_entry`` and ``revenue_posting``: rows come and go while their close is computed, not from its posting on;
* ``revenue_close``: one that is posted may be locked, and nothing else; who prepared, approved and posted it stays.

``init()`` of the models makes the triggers anew on each installation and update.

Speed: a close inserts a million entries and takes them out again when it is computed anew. Entries are checked by one
query for the whole statement, over its transition table. The closes concerned are locked for sharing meanwhile:
otherwise one transaction could delete what another one posts. Not so when rows are inserted, which several do at once.
"""

from odoo.addons.record_protection.models.append_only import make_trigger
from odoo.tools import SQL

from ..closing.states import COUNTING, STANDING, as_sql

#: States of a close in which its entries are settled, as SQL.
SETTLED = as_sql(COUNTING)
FINAL = as_sql(STANDING)

#: Columns of a close that stay from its posting on, and those that posting it fills.
PREPARED = (
    *("date", "kind", "company_id", "granularity", "prepared_by_id", "prepared_at", "approved_by_id", "approved_at"),
    *("exception_note", "reversed_id", "reason", "contract_count"),
)
POSTED = (*PREPARED, "posted_by_id", "posted_at", "parts_posted")
LOCKED = (*POSTED, "locked_by_id", "difference_note")


def differs(columns):
    """Return that one of some columns changes, in plpgsql."""
    old, new = (", ".join(f"{row}.{name}" for name in columns) for row in ("OLD", "NEW"))
    return f"({old}) IS DISTINCT FROM ({new})"


REFUSE_ENTRIES = f"""
CREATE OR REPLACE FUNCTION revenue_refuse_settled_entries() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    settled text;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        SELECT name INTO settled FROM revenue_close WHERE state IN {SETTLED} LIMIT 1;
    ELSIF TG_OP = 'INSERT' THEN
        SELECT name INTO settled FROM revenue_close
        WHERE state IN {SETTLED} AND id IN (SELECT close_id FROM new_rows) LIMIT 1;
    ELSE
        PERFORM FROM revenue_close WHERE id IN (SELECT close_id FROM old_rows) FOR SHARE;
        SELECT name INTO settled FROM revenue_close
        WHERE state IN {SETTLED} AND id IN (SELECT close_id FROM old_rows) LIMIT 1;
        IF TG_OP = 'UPDATE' THEN
            IF settled IS NULL THEN
                SELECT name INTO settled FROM revenue_close
                WHERE state IN {SETTLED} AND id IN (SELECT close_id FROM new_rows) LIMIT 1;
            -- Merged contacts are the same customer.
            ELSIF NOT EXISTS (
                SELECT to_jsonb(o) - 'partner_id' FROM old_rows o
                EXCEPT SELECT to_jsonb(n) - 'partner_id' FROM new_rows n
            ) THEN
                RETURN NULL;
            END IF;
        END IF;
    END IF;
    IF settled IS NOT NULL THEN
        RAISE EXCEPTION 'The entries of close % are never changed or deleted, and none is added. '
            'Open its period again instead.', settled
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$
"""

REFUSE_CLOSE = f"""
CREATE OR REPLACE FUNCTION revenue_refuse_close() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    settled text;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        SELECT name INTO settled FROM revenue_close WHERE state IN {SETTLED} LIMIT 1;
    ELSIF TG_OP = 'DELETE' THEN
        IF OLD.state IN {SETTLED} THEN
            settled := OLD.name;
        END IF;
    ELSIF OLD.state IN {SETTLED} AND {differs(PREPARED)}
        OR OLD.state IN {FINAL} AND ({differs(POSTED)} OR NEW.state NOT IN (OLD.state, 'locked'))
        OR OLD.state = 'locked' AND {differs(LOCKED)}
    THEN
        settled := OLD.name;
    END IF;
    IF settled IS NOT NULL THEN
        RAISE EXCEPTION 'Close % is posted: it is not changed or deleted. Open its period again instead.', settled
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$
"""

FUNCTIONS = {
    "revenue_refuse_settled_entries": REFUSE_ENTRIES,
    "revenue_refuse_close": REFUSE_CLOSE,
}
#: Of each function: the triggers that call it, by the end of their name.
TRIGGERS = {
    "revenue_refuse_settled_entries": {
        "insert": "AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT",
        "delete": "AFTER DELETE ON {table} REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT",
        "update": (
            "AFTER UPDATE ON {table} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT"
        ),
        "truncate": "BEFORE TRUNCATE ON {table} FOR EACH STATEMENT",
    },
    "revenue_refuse_close": {
        "rows": "BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW",
        "truncate": "BEFORE TRUNCATE ON {table} FOR EACH STATEMENT",
    },
}


def protect(cr, table, function):
    """Have the database keep the rows of a table; safe to repeat.

    :param cr: cursor
    :param str table: name of the table
    :param str function: which of :data:`FUNCTIONS` decides
    """
    cr.execute(FUNCTIONS[function])
    for suffix, when in TRIGGERS[function].items():
        make_trigger(cr, table, suffix, SQL(when.replace("{table}", "%s"), SQL.identifier(table)), function)


def drop_functions(env):
    """Drop the functions when the module is uninstalled, after the triggers that call them."""
    for function in FUNCTIONS:
        env.cr.execute(SQL("DROP FUNCTION IF EXISTS %s() CASCADE", SQL.identifier(function)))
