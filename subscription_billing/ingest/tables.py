"""The tables of usage: rows by month, their keys, what was replaced, sums by day, and those of archived rows."""

from datetime import date

from odoo.addons.record_protection.models.append_only import REFUSE_CHANGE, make_trigger
from odoo.tools import SQL

#: First keys of the advisory locks of usage (any numbers of their own).
INGEST_SPACE, PARTITION_SPACE = 1_970_140_101, 1_970_140_102
#: The setting of a transaction that takes archived rows out of the table.
ARCHIVING = "subscription_billing.archiving"
KEPT = ("subscription_usage", "subscription_usage_key", "subscription_usage_replaced", "subscription_usage_archived")
TABLES = (*KEPT, "subscription_usage_day")

MAKE = """
CREATE SEQUENCE IF NOT EXISTS subscription_usage_id_seq;
CREATE TABLE IF NOT EXISTS subscription_usage (
    id bigint NOT NULL DEFAULT nextval('subscription_usage_id_seq'),
    point_id integer NOT NULL,
    batch_id integer NOT NULL,
    at timestamp NOT NULL,
    quantity numeric NOT NULL,
    dimension text COLLATE "C" NOT NULL DEFAULT '',
    key text COLLATE "C" NOT NULL,
    replaces text COLLATE "C",
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE INDEX IF NOT EXISTS subscription_usage_point_at ON subscription_usage (point_id, at);

CREATE TABLE IF NOT EXISTS subscription_usage_key (
    meter_id integer NOT NULL,
    company_id integer NOT NULL,
    key uuid NOT NULL,
    content uuid NOT NULL,
    usage_id bigint NOT NULL,
    batch_id integer NOT NULL,
    at timestamp NOT NULL,
    PRIMARY KEY (meter_id, company_id, key)
);

CREATE TABLE IF NOT EXISTS subscription_usage_replaced (
    usage_id bigint PRIMARY KEY,
    by_id bigint NOT NULL,
    batch_id integer NOT NULL
);

CREATE TABLE IF NOT EXISTS subscription_usage_archived (
    archive_id integer NOT NULL,
    point_id integer NOT NULL,
    day date NOT NULL,
    dimension text COLLATE "C" NOT NULL,
    sum numeric NOT NULL,
    count bigint NOT NULL,
    max numeric NOT NULL,
    last numeric NOT NULL,
    last_at timestamp NOT NULL,
    last_batch integer NOT NULL,
    first_at timestamp NOT NULL,
    batch_id integer NOT NULL,
    replaced_batch integer NOT NULL DEFAULT 0,
    PRIMARY KEY (point_id, day, dimension, archive_id, batch_id, replaced_batch)
);

CREATE TABLE IF NOT EXISTS subscription_usage_day (
    id bigserial PRIMARY KEY,
    point_id integer NOT NULL,
    day date NOT NULL,
    dimension text COLLATE "C" NOT NULL DEFAULT '',
    sum numeric NOT NULL,
    count bigint NOT NULL,
    max numeric NOT NULL,
    last numeric NOT NULL,
    last_at timestamp NOT NULL,
    last_batch integer NOT NULL,
    first_at timestamp NOT NULL,
    weighted numeric,
    batch_id integer NOT NULL,
    UNIQUE (point_id, day, dimension)
);
CREATE INDEX IF NOT EXISTS subscription_usage_day_point_batch ON subscription_usage_day (point_id, batch_id);
"""


def make_tables(cr):
    """Make what is not there yet; safe to repeat.

    :param cr: cursor
    """
    cr.execute(MAKE)
    [(_function, source)] = REFUSE_CHANGE.items()
    cr.execute(source)
    for table in KEPT:
        _keep_rows(cr, table)
        _keep_whole(cr, table)
    for partition in _partitions(cr):
        _keep_whole(cr, partition)


def drop_tables(cr):
    """Drop them all, with their rows: of an addon that is uninstalled.

    :param cr: cursor
    """
    for table in TABLES:
        cr.execute(SQL("DROP TABLE IF EXISTS %s CASCADE", SQL.identifier(table)))
    cr.execute("DROP SEQUENCE IF EXISTS subscription_usage_id_seq")


def _keep_rows(cr, table):
    name, function = SQL.identifier(table), "record_refuse_change"
    make_trigger(cr, table, "facts", SQL("BEFORE UPDATE ON %s FOR EACH ROW", name), function)
    unless = SQL("")
    if table == "subscription_usage":
        # Only the archive takes rows out, once they are kept elsewhere.
        unless = SQL("WHEN (current_setting(%s, true) IS DISTINCT FROM 'on')", SQL(f"'{ARCHIVING}'"))
    make_trigger(cr, table, "rows", SQL("BEFORE DELETE ON %s FOR EACH ROW %s", name, unless), function)


def _keep_whole(cr, table):
    when = SQL("BEFORE TRUNCATE ON %s FOR EACH STATEMENT", SQL.identifier(table))
    make_trigger(cr, table, "truncate", when, "record_refuse_change")


def month_of(day):
    """Return the first days of a month and of the next one.

    >>> month_of(date(2025, 12, 31))
    (datetime.date(2025, 12, 1), datetime.date(2026, 1, 1))
    """
    first = day.replace(day=1)
    return first, date(first.year + first.month // 12, first.month % 12 + 1, 1)


def months(cr):
    """Return the months of usage that have a part of the table: their first days.

    :param cr: cursor
    """
    return [date.fromisoformat(f"{name[-7:].replace('_', '-')}-01") for name in _partitions(cr)]


def _partitions(cr):
    cr.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'subscription_usage'::regclass")
    return [name for [name] in cr.fetchall()]


def make_partitions(cr, months):
    """Make the partitions of months that have none; safe to repeat, and in several transactions at once.

    :param cr: cursor
    :param months: first days of months (dates), of universal time
    """
    names = {f"subscription_usage_{month:%Y_%m}": month for month in months}
    missing = _missing(cr, names)
    if not missing:
        return
    cr.execute("SELECT pg_advisory_xact_lock(%s, 0)", [PARTITION_SPACE])
    for name in _missing(cr, missing):
        first, after = month_of(names[name])
        values = {"name": SQL.identifier(name), "first": f"{first}", "after": f"{after}"}
        # Attached instead of made in place: that locks out nobody who reads or writes other months.
        cr.execute(SQL("CREATE TABLE %(name)s (LIKE subscription_usage INCLUDING ALL)", **values))
        cr.execute(
            SQL(
                "ALTER TABLE subscription_usage ATTACH PARTITION %(name)s FOR VALUES FROM (%(first)s) TO (%(after)s)",
                **values,
            )
        )
        _keep_whole(cr, name)


def _missing(cr, names):
    query = "SELECT name FROM unnest(%s::text[]) AS name WHERE to_regclass(name) IS NULL ORDER BY name"
    cr.execute(query, [list(names)])
    return [name for [name] in cr.fetchall()]
