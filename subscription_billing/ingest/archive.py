"""Records of a month that are older than they are kept: written to a file, their sums kept, taken out of the table."""

import gzip
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from io import BytesIO

from .days import offsets
from .tables import ARCHIVING, INGEST_SPACE, month_of, months

#: So many records are one archive at most: batches of the company wait while it is made.
MOST_ROWS = 250_000

PICK = """
CREATE TEMPORARY TABLE usage_archiving ON COMMIT DROP AS
SELECT u.id, u.at, u.point_id, ''::text AS tz
FROM subscription_usage u
JOIN subscription_metering_point p ON p.id = u.point_id
WHERE u.at >= %(first)s AND u.at < %(after)s AND p.meter_id = %(meter)s AND p.company_id = %(company)s
ORDER BY u.at, u.id
LIMIT %(most)s
"""
#: Whoever works days of a point out anew locks it, as its zone may change then.
LOCK_POINTS = """
SELECT FROM subscription_metering_point
WHERE id IN (SELECT point_id FROM usage_archiving) ORDER BY id FOR NO KEY UPDATE
"""
NOTE_ZONES = """
UPDATE usage_archiving a SET tz = p.tz FROM subscription_metering_point p WHERE p.id = a.point_id
"""
COPY_OUT = """
COPY (
    SELECT p.name AS subject, u.key, u.at, u.quantity, u.dimension, u.replaces, u.batch_id AS batch
    FROM usage_archiving a
    JOIN subscription_usage u ON u.id = a.id AND u.at = a.at
    JOIN subscription_metering_point p ON p.id = u.point_id
    ORDER BY u.at, u.id
) TO STDOUT WITH (FORMAT csv, HEADER)
"""
COUNT = """
SELECT count(*), sum(u.quantity)::text
FROM usage_archiving a JOIN subscription_usage u ON u.id = a.id AND u.at = a.at
"""
KEEP_SUMS = """
INSERT INTO subscription_usage_archived
    (archive_id, point_id, day, dimension, sum, count, max, last, last_at, last_batch, first_at, batch_id,
     replaced_batch)
SELECT %(archive)s, u.point_id, (u.at + w.shift)::date, u.dimension, sum(u.quantity), count(*), max(u.quantity),
    (array_agg(u.quantity ORDER BY u.at DESC, u.batch_id DESC, u.key DESC))[1], max(u.at),
    (array_agg(u.batch_id ORDER BY u.at DESC, u.batch_id DESC))[1], min(u.at), max(u.batch_id),
    COALESCE(max(r.batch_id), 0)
FROM usage_archiving a
JOIN subscription_usage u ON u.id = a.id AND u.at = a.at
JOIN unnest(%(zones)s::text[], %(starts)s::timestamp[], %(afters)s::timestamp[], %(shifts)s::interval[])
    AS w (tz, start, after, shift) ON w.tz = a.tz AND u.at >= w.start AND u.at < w.after
LEFT JOIN subscription_usage_replaced r ON r.usage_id = u.id
CROSS JOIN LATERAL (SELECT width_bucket(u.batch_id, %(after)s::int[]) AS came,
    width_bucket(r.batch_id, %(after)s::int[]) AS went) known
WHERE known.went IS NULL OR known.came != known.went
GROUP BY u.point_id, (u.at + w.shift)::date, u.dimension, known.came, known.went
"""
#: The batches after which invoices were made of the points whose records are archived.
BILLED_AFTER = """
SELECT DISTINCT line.subscription_watermark
FROM account_move_line line
JOIN subscription_charge charge ON charge.id = line.subscription_charge_id
WHERE charge.metering_point_id IN (SELECT point_id FROM usage_archiving) AND line.subscription_watermark IS NOT NULL
ORDER BY 1
"""
TAKE_OUT = """
DELETE FROM subscription_usage u USING usage_archiving a WHERE u.id = a.id AND u.at = a.at
"""


@dataclass(frozen=True)
class Archive:
    """The file of an archive.

    :ivar digest: SHA-256 of the file
    """

    rows: int
    total: Decimal
    content: bytes
    digest: str


def pick(cr, meter_id: int, company_id: int, month: date) -> Archive | None:
    """Choose records of a month and write them to a file; return None when there is none left.

    :param month: its first day
    """
    first, after = month_of(month)
    # No batch of the company is stored until this transaction ends.
    cr.execute("SELECT pg_advisory_xact_lock(%s, %s)", [INGEST_SPACE, company_id])
    cr.execute("DROP TABLE IF EXISTS usage_archiving")
    cr.execute(PICK, {"first": first, "after": after, "meter": meter_id, "company": company_id, "most": MOST_ROWS})
    cr.execute(LOCK_POINTS)
    cr.execute(NOTE_ZONES)
    cr.execute(COUNT)
    [rows, total] = cr.fetchone()
    if not rows:
        return None
    content = BytesIO()
    with gzip.GzipFile(fileobj=content, mode="wb", mtime=0) as packed:
        cr.copy_expert(COPY_OUT, packed)
    return Archive(rows, Decimal(total), content.getvalue(), sha256(content.getvalue()).hexdigest())


def take_out(cr, archive_id: int) -> None:
    """Keep the sums of the records that were chosen, and take them out of the table.

    What an invoice was made of is told apart from what came, or was replaced, after it.
    """
    cr.execute("SELECT DISTINCT tz, min(at), max(at) FROM usage_archiving GROUP BY tz")
    shifts = [(tz, *shift) for tz, first, last in cr.fetchall() for shift in offsets(tz, first, last)]
    names = ("zones", "starts", "afters", "shifts")
    values = {name: [row[place] for row in shifts] for place, name in enumerate(names)}
    cr.execute(BILLED_AFTER)
    after = [batch + 1 for [batch] in cr.fetchall()]
    cr.execute(KEEP_SUMS, {**values, "archive": archive_id, "after": after})
    cr.execute("SELECT set_config(%s, 'on', true)", [ARCHIVING])
    cr.execute(TAKE_OUT)
    cr.execute("SELECT set_config(%s, 'off', true)", [ARCHIVING])


def old_months(cr, before: date) -> list[date]:
    """Return the months that have a part of the table and ended before a day, oldest first."""
    return sorted(month for month in months(cr) if month_of(month)[1] <= before)


def has_rows(cr, meter_id: int, company_id: int, month: date) -> bool:
    """Return whether the table has records of a meter, a company and a month."""
    first, after = month_of(month)
    cr.execute(
        """
        SELECT EXISTS (
            SELECT FROM subscription_usage u JOIN subscription_metering_point p ON p.id = u.point_id
            WHERE u.at >= %s AND u.at < %s AND p.meter_id = %s AND p.company_id = %s
        )
        """,
        [first, after, meter_id, company_id],
    )
    return cr.fetchone()[0]
