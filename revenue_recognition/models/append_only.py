"""History that nobody rewrites: refused by the models, and by triggers of the database underneath.

Three kinds of tables are kept:

* facts (every model that inherits :class:`AppendOnly`, and the tables of its many-to-many fields): rows are
  inserted, never updated or deleted;
* ``revenue_entry`` and ``revenue_posting``: rows may go while their close is computed; from its posting on they stay;
* ``revenue_close``: one that is posted may be locked, and nothing else.

The triggers raise ``restrict_violation``, an integrity error that Odoo shows as a message. ``init()`` of the models
makes them anew on each installation and update, so a migration that has to touch old rows drops the trigger in its
pre-script and finds it back afterwards. The uninstallation drops them with :func:`drop_triggers`.

Speed: a close inserts a million entries and takes them out again when it is computed anew. There is no trigger on
INSERT; DELETE and UPDATE of entries are checked by one query for the whole statement, over its transition table. The
closes concerned are locked for sharing meanwhile: otherwise one transaction could delete what another one posts.
"""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

#: States of a close in which its entries are settled, as SQL.
SETTLED = "('posting', 'posted', 'locked')"
FINAL = "('posted', 'locked')"

REFUSE_CHANGE = """
CREATE OR REPLACE FUNCTION revenue_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Rows of % are never changed or deleted. Record a new fact instead.', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
END $$
"""

REFUSE_ENTRIES = f"""
CREATE OR REPLACE FUNCTION revenue_refuse_settled_entries() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    settled text;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        SELECT name INTO settled FROM revenue_close WHERE state IN {SETTLED} LIMIT 1;
    ELSE
        PERFORM FROM revenue_close WHERE id IN (SELECT close_id FROM old_rows) FOR SHARE;
        SELECT name INTO settled FROM revenue_close
        WHERE state IN {SETTLED} AND id IN (SELECT close_id FROM old_rows) LIMIT 1;
        IF settled IS NULL AND TG_OP = 'UPDATE' THEN
            SELECT name INTO settled FROM revenue_close
            WHERE state IN {SETTLED} AND id IN (SELECT close_id FROM new_rows) LIMIT 1;
        END IF;
    END IF;
    IF settled IS NOT NULL THEN
        RAISE EXCEPTION 'The entries of close % are never changed or deleted. Open its period again instead.', settled
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
    ELSIF OLD.state IN {FINAL} AND (
        NEW.state NOT IN (OLD.state, 'locked')
        OR (NEW.date, NEW.kind, NEW.company_id) IS DISTINCT FROM (OLD.date, OLD.kind, OLD.company_id)
    ) THEN
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
    "revenue_refuse_change": REFUSE_CHANGE,
    "revenue_refuse_settled_entries": REFUSE_ENTRIES,
    "revenue_refuse_close": REFUSE_CLOSE,
}
#: Of each function: the triggers that call it, by the end of their name.
TRIGGERS = {
    "revenue_refuse_change": {
        "rows": "BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW",
        "truncate": "BEFORE TRUNCATE ON {table} FOR EACH STATEMENT",
    },
    "revenue_refuse_settled_entries": {
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


def protect(cr, table, function="revenue_refuse_change"):
    """Have the database keep the rows of a table; safe to repeat.

    :param cr: cursor
    :param str table: name of the table
    :param str function: which of :data:`FUNCTIONS` decides
    """
    cr.execute(FUNCTIONS[function])
    for suffix, when in TRIGGERS[function].items():
        values = {"trigger": SQL.identifier(f"{table}_keep_{suffix}"), "table": SQL.identifier(table)}
        cr.execute(SQL("DROP TRIGGER IF EXISTS %(trigger)s ON %(table)s", **values))
        statement = f"CREATE TRIGGER %(trigger)s {when} EXECUTE FUNCTION {function}()"
        cr.execute(SQL(statement.replace("{table}", "%(table)s"), **values))


def drop_triggers(env):
    """Give all tables free: the module goes away with its data."""
    for function in FUNCTIONS:
        env.cr.execute(SQL("DROP FUNCTION IF EXISTS %s() CASCADE", SQL.identifier(function)))


class AppendOnly(models.AbstractModel):
    """Facts: recorded once, corrected by further ones, never changed or deleted by anybody.

    Also the administrator and the superuser are refused, and so are the commands of one2many fields that lead here.
    Stored computed fields of such models have to be ``precompute``: there is no second write.
    """

    _name = "revenue.append.only"
    _description = "Append-Only Facts"

    def init(self):
        """Make the triggers anew, with each installation and update: of the facts, and of what they are linked to."""
        super().init()
        if self._abstract:
            return
        protect(self.env.cr, self._table)
        for field in self._fields.values():
            if field.type == "many2many" and field.store and field.relation:
                protect(self.env.cr, field.relation)

    def write(self, vals):
        """Refuse.

        :raises UserError: always, but for no record at all
        """
        if self:
            raise UserError(self._append_only_refusal())
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self._append_only_refusal())

    def _append_only_refusal(self):
        """Return why these records stay as they are, and what to do instead."""
        return self.env._(
            "%s: what is recorded is never changed or deleted. Record a new fact that corrects it.", self._description
        )
