"""History that nobody rewrites: refused by the models, and by triggers of the database underneath.

The triggers raise ``restrict_violation``, an integrity error that Odoo shows as a message. ``init()`` of the models
makes them anew on each installation and update, so a migration that has to touch old rows drops the trigger in its
pre-script and finds it back afterwards. The uninstallation of an addon drops its own with :func:`drop_triggers`.
"""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL, ormcache

#: The function of facts: by its name, its source. It is shared by all addons, and stays while one of them does.
REFUSE_CHANGE = {
    "record_refuse_change": """
CREATE OR REPLACE FUNCTION record_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Rows of % are never changed or deleted. Record a new fact instead.', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
END $$
"""
}
#: The ends of the names of our triggers.
SUFFIX = "_keep_"


def make_trigger(cr, table, suffix, when, function):
    """Have a function decide on changes of a table; safe to repeat.

    :param cr: cursor
    :param str table: name of the table
    :param str suffix: what tells this trigger from the table's others
    :param SQL when: ``BEFORE UPDATE ON {table} FOR EACH ROW`` or the like
    :param str function: name of the function, which is there
    """
    values = {
        "trigger": SQL.identifier(f"{table}{SUFFIX}{suffix}"),
        "table": SQL.identifier(table),
        "when": when,
        "function": SQL.identifier(function),
    }
    cr.execute(SQL("DROP TRIGGER IF EXISTS %(trigger)s ON %(table)s", **values))
    cr.execute(SQL("CREATE TRIGGER %(trigger)s %(when)s EXECUTE FUNCTION %(function)s()", **values))


def protect(cr, table, columns=None):
    """Have the database keep the rows of a table; safe to repeat.

    :param cr: cursor
    :param str table: name of the table
    :param columns: names of the columns that never change; all when left out
    """
    [(function, source)] = REFUSE_CHANGE.items()
    cr.execute(source)
    where, changes = SQL.identifier(table), SQL("WHEN (%s)", changed(columns)) if columns else SQL("")
    for suffix, when in {
        "rows": SQL("BEFORE DELETE ON %s FOR EACH ROW", where),
        "facts": SQL("BEFORE UPDATE ON %s FOR EACH ROW %s", where, changes),
        "truncate": SQL("BEFORE TRUNCATE ON %s FOR EACH STATEMENT", where),
    }.items():
        make_trigger(cr, table, suffix, when, function)


def changed(columns):
    """Return that one of some columns changes, as SQL for the condition of a trigger.

    :param columns: their names
    """
    old, new = (
        SQL(", ").join(SQL("%s.%s", SQL(row), SQL.identifier(name)) for name in columns) for row in ("OLD", "NEW")
    )
    return SQL("(%s) IS DISTINCT FROM (%s)", old, new)


def drop_triggers(env, module):
    """Drop the triggers on the tables of an addon that is uninstalled.

    :param str module: name of the addon; the triggers of others stay
    """
    for table in _tables(env, module):
        env.cr.execute(
            """
            SELECT tgname FROM pg_trigger
            WHERE tgrelid = to_regclass(%s) AND NOT tgisinternal AND tgname LIKE %s
            """,
            [f'"{table}"', f"{table}{SUFFIX}%".replace("_", r"\_")],
        )
        for [trigger] in env.cr.fetchall():
            env.cr.execute(SQL("DROP TRIGGER %s ON %s", SQL.identifier(trigger), SQL.identifier(table)))


def _tables(env, module):
    """Return the names of the tables of an addon's models, and of their many-to-many fields."""
    tables = set()
    for model in env.registry.values():
        if model._original_module == module and not model._abstract:
            tables.add(model._table)
            tables.update(
                field.relation for field in model._fields.values() if field.type == "many2many" and field.store
            )
    return sorted(tables)


class AppendOnly(models.AbstractModel):
    """Facts: recorded once, corrected by further ones, never changed or deleted by anybody.

    Also the administrator and the superuser are refused, and so are the commands of one2many fields that lead here.
    Stored computed fields of such models have to be ``precompute``: there is no second write.
    """

    _name = "record.append.only"
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

    @api.model
    @ormcache("self._name")
    def _kept_field_names(self):
        # OVERRIDE: a fact is given when it is recorded, and read-only ever after; what follows from it is not given.
        given = {name for name, field in self._fields.items() if not field.compute}
        return super()._kept_field_names() - (given - self._kept_fields)

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
