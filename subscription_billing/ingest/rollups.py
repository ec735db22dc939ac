"""Usage summed up by point, local day and dimension: kept with each batch, or worked out of the rows anew."""

from datetime import datetime, time, timedelta

from .days import midnight, offsets
from .tables import month_of, months

DAY = timedelta(days=1)
#: What a batch adds to its days; the last of a day is the latest one, of those the one that was received last.
ADD = """
WITH latest AS (
    SELECT DISTINCT ON (point_id, day, dimension) point_id, day, dimension, quantity, at
    FROM usage_stage
    ORDER BY point_id, day, dimension, at DESC, key DESC
), summed AS (
    SELECT point_id, day, dimension, sum(quantity) AS sum, count(*) AS count, max(quantity) AS max, min(at) AS first_at
    FROM usage_stage
    GROUP BY point_id, day, dimension
)
INSERT INTO subscription_usage_day AS d
    (point_id, day, dimension, sum, count, max, last, last_at, last_batch, first_at, batch_id)
SELECT point_id, day, dimension, sum, count, max, latest.quantity, latest.at, %(batch)s, first_at, %(batch)s
FROM summed JOIN latest USING (point_id, day, dimension)
ORDER BY point_id, day, dimension
ON CONFLICT (point_id, day, dimension) DO UPDATE SET
    sum = d.sum + excluded.sum,
    count = d.count + excluded.count,
    max = GREATEST(d.max, excluded.max),
    last = CASE WHEN d.last_at > excluded.last_at THEN d.last ELSE excluded.last END,
    last_batch = CASE WHEN d.last_at > excluded.last_at THEN d.last_batch ELSE excluded.last_batch END,
    last_at = GREATEST(d.last_at, excluded.last_at),
    first_at = LEAST(d.first_at, excluded.first_at),
    batch_id = excluded.batch_id
"""
#: The rows of some days that count, those of archives as the sums they left; each with its share of the day.
COUNTING = """
SELECT u.point_id, w.day, u.dimension, u.quantity AS sum, 1 AS count, u.quantity AS max, u.quantity AS last,
    u.at AS last_at, u.batch_id AS last_batch, u.at AS first_at, u.batch_id, u.key, w.after
FROM usage_days w
JOIN subscription_usage u ON u.point_id = w.point_id AND u.at >= w.start AND u.at < w.after
WHERE NOT EXISTS (SELECT FROM subscription_usage_replaced r WHERE r.usage_id = u.id)
UNION ALL
SELECT point_id, day, dimension, sum, count, max, last, last_at, last_batch, first_at, batch_id, '', w.after
FROM usage_days w
JOIN subscription_usage_archived a USING (point_id, day)
WHERE a.replaced_batch = 0
"""
#: What they come to. A level holds until the next row; levels are in no archive.
FROM_ROWS = f"""
SELECT point_id, day, dimension,
    sum(sum) AS sum,
    sum(count) AS count,
    max(max) AS max,
    (array_agg(last ORDER BY last_at DESC, last_batch DESC, key DESC))[1] AS last,
    max(last_at) AS last_at,
    (array_agg(last_batch ORDER BY last_at DESC, last_batch DESC, key DESC))[1] AS last_batch,
    min(first_at) AS first_at,
    CASE WHEN bool_or(levels)
        THEN sum(last * round(extract(epoch FROM next_at - last_at) * 1000000)::numeric) END AS weighted,
    GREATEST(max(batch_id), max(latest)) AS batch_id
FROM (
    SELECT c.*, m.aggregation = 'time_weighted' AS levels,
        lead(c.first_at, 1, c.after) OVER (
            PARTITION BY c.point_id, c.day, c.dimension ORDER BY c.last_at, c.last_batch, c.key
        ) AS next_at,
        replaced.latest
    FROM ({COUNTING}) c
    JOIN subscription_metering_point p ON p.id = c.point_id
    JOIN subscription_meter m ON m.id = p.meter_id
    LEFT JOIN (
        -- Of the whole day: another dimension of it may be gone with what was replaced.
        SELECT point_id, day, max(batch_id) AS latest
        FROM (
            SELECT w.point_id, w.day, r.batch_id
            FROM usage_days w
            JOIN subscription_usage u ON u.point_id = w.point_id AND u.at >= w.start AND u.at < w.after
            JOIN subscription_usage_replaced r ON r.usage_id = u.id
            UNION ALL
            SELECT point_id, day, a.replaced_batch
            FROM usage_days JOIN subscription_usage_archived a USING (point_id, day)
        ) found
        GROUP BY point_id, day
    ) replaced ON replaced.point_id = c.point_id AND replaced.day = c.day
) counting
GROUP BY point_id, day, dimension
"""
COLUMNS = "point_id, day, dimension, sum, count, max, last, last_at, last_batch, first_at, weighted, batch_id"
DAYS = """
WITH usage_days AS (
    SELECT * FROM unnest(%(points)s::int[], %(days)s::date[], %(starts)s::timestamp[], %(afters)s::timestamp[])
        AS w (point_id, day, start, after)
)
"""
FORGET = """
DELETE FROM subscription_usage_day d
USING unnest(%(points)s::int[], %(days)s::date[]) AS w (point_id, day)
WHERE d.point_id = w.point_id AND d.day = w.day
"""
#: Days of a month whose sums, numbers, ends or latest quantities are not those of their rows.
DIFFERING = """
WITH shifts AS (
    SELECT * FROM unnest(%(zones)s::text[], %(starts)s::timestamp[], %(afters)s::timestamp[], %(shifts)s::interval[])
        AS w (tz, start, after, shift)
), points AS (
    SELECT p.id AS point_id, s.start, s.after, s.shift
    FROM subscription_metering_point p JOIN shifts s ON s.tz = p.tz
), counted AS (
    SELECT point_id, day, dimension, sum(sum) AS sum, sum(count) AS count, max(max) AS max, min(first_at) AS first_at,
        max(last_at) AS last_at, (array_agg(last ORDER BY last_at DESC, last_batch DESC))[1] AS last
    FROM (
        SELECT u.point_id, (u.at + p.shift)::date AS day, u.dimension, sum(u.quantity) AS sum, count(*) AS count,
            max(u.quantity) AS max, min(u.at) AS first_at, max(u.at) AS last_at,
            (array_agg(u.quantity ORDER BY u.at DESC, u.batch_id DESC, u.key DESC))[1] AS last,
            (array_agg(u.batch_id ORDER BY u.at DESC, u.batch_id DESC))[1] AS last_batch
        FROM subscription_usage u
        JOIN points p ON p.point_id = u.point_id AND u.at >= p.start AND u.at < p.after
        LEFT JOIN subscription_usage_replaced r ON r.usage_id = u.id
        WHERE r.usage_id IS NULL AND u.at >= %(since)s AND u.at < %(until)s
            AND (u.at + p.shift)::date >= %(first)s AND (u.at + p.shift)::date < %(after)s
        GROUP BY u.point_id, (u.at + p.shift)::date, u.dimension
        UNION ALL
        SELECT point_id, day, dimension, sum, count, max, first_at, last_at, last, last_batch
        FROM subscription_usage_archived
        WHERE day >= %(first)s AND day < %(after)s AND replaced_batch = 0
    ) parts
    GROUP BY point_id, day, dimension
)
SELECT DISTINCT point_id, day
FROM counted c
FULL JOIN (SELECT * FROM subscription_usage_day WHERE day >= %(first)s AND day < %(after)s) d
    USING (point_id, day, dimension)
WHERE (c.sum, c.count, c.max, c.first_at, c.last_at, c.last)
    IS DISTINCT FROM (d.sum, d.count, d.max, d.first_at, d.last_at, d.last)
ORDER BY point_id, day
LIMIT %(most)s
"""
#: Days of a month on which levels are kept.
LEVEL_DAYS = """
SELECT DISTINCT d.point_id, d.day, p.tz
FROM subscription_usage_day d
JOIN subscription_metering_point p ON p.id = d.point_id
JOIN subscription_meter m ON m.id = p.meter_id AND m.aggregation = 'time_weighted'
WHERE d.day >= %(first)s AND d.day < %(after)s
"""
#: Those whose levels, weighted by time, are not those of their rows.
DIFFERING_LEVELS = f"""
{DAYS}
SELECT DISTINCT point_id, day
FROM ({FROM_ROWS}) c JOIN subscription_usage_day d USING (point_id, day, dimension)
WHERE c.weighted IS DISTINCT FROM d.weighted
"""


def add_stage(cr, batch_id):
    """Add the rows of the stage to the sums of their days.

    :param cr: cursor
    :param int batch_id: their batch
    """
    cr.execute(ADD, {"batch": batch_id})


def rebuild_days(cr, days):
    """Work the sums of some days out of their rows anew.

    :param cr: cursor
    :param days: ``{(point_id, local day): time zone of the point}``
    """
    if days:
        values = day_values(days)
        cr.execute(FORGET, values)
        cr.execute(f"{DAYS} INSERT INTO subscription_usage_day ({COLUMNS}) {FROM_ROWS}", values)


def rebuild_points(cr, points):
    """Work the sums of all days of some metering points out of their rows anew.

    :param cr: cursor
    :param points: ``{id: time zone}``
    """
    ids = list(points)
    cr.execute("DELETE FROM subscription_usage_day WHERE point_id = ANY(%s)", [ids])
    cr.execute("SELECT DISTINCT point_id, at::date FROM subscription_usage WHERE point_id = ANY(%s)", [ids])
    # A local day begins at most one day before, or ends one day after, that of universal time.
    days = {
        (point_id, day + timedelta(days=step)): points[point_id]
        for point_id, day in cr.fetchall()
        for step in (-1, 0, 1)
    }
    cr.execute("SELECT DISTINCT point_id, day FROM subscription_usage_archived WHERE point_id = ANY(%s)", [ids])
    rebuild_days(cr, days | {(point_id, day): points[point_id] for point_id, day in cr.fetchall()})


def day_values(days):
    """Return the parameters of ``DAYS``.

    :param days: ``{(point_id, local day): time zone of the point}``
    """
    wanted = sorted(days)
    return {
        "points": [point for point, _day in wanted],
        "days": [day for _point, day in wanted],
        "starts": [midnight(days[key], key[1]) for key in wanted],
        "afters": [midnight(days[key], key[1] + timedelta(days=1)) for key in wanted],
    }


def differing(cr, month, most):
    """Return the days of a month whose sums are not those of their rows: a list of (point_id, day), in order.

    One statement each for sums and for levels, so that what is stored at the same time is in both or in neither.

    :param cr: cursor
    :param date month: its first day
    :param int most: so many at most
    """
    first, after = month_of(month)
    # A local day begins at most one day before, or ends one day after, that of universal time.
    since, until = (datetime.combine(day, time.min) + step for day, step in ((first, -DAY), (after, DAY)))
    cr.execute("SELECT DISTINCT tz FROM subscription_metering_point")
    shifts = [(tz, *shift) for [tz] in cr.fetchall() for shift in offsets(tz, since, until)]
    values = {
        name: [row[place] for row in shifts] for place, name in enumerate(("zones", "starts", "afters", "shifts"))
    }
    bounds = {"first": first, "after": after, "since": since, "until": until}
    cr.execute(DIFFERING, {**values, **bounds, "most": most})
    found = cr.fetchall()
    cr.execute(LEVEL_DAYS, bounds)
    levels = {(point, day): tz for point, day, tz in cr.fetchall()}
    if levels:
        cr.execute(DIFFERING_LEVELS, day_values(levels))
        found += cr.fetchall()
    return sorted(set(found))[:most]


def local_months(cr):
    """Return the months that may have days with usage: their first days, the latest first.

    :param cr: cursor
    """
    found = {day.replace(day=1) for month in months(cr) for day in (month, month - DAY, month_of(month)[1])}
    return sorted(found, reverse=True)
