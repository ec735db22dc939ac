"""Usage summed up by point, local day and dimension: kept with each batch, or worked out of the rows anew."""

from datetime import timedelta

from .days import midnight

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
#: What the rows of some days come to: those that no other one replaces.
FROM_ROWS = """
SELECT point_id, day, dimension,
    sum(quantity) AS sum,
    count(*) AS count,
    max(quantity) AS max,
    (array_agg(quantity ORDER BY at DESC, batch_id DESC, key DESC))[1] AS last,
    max(at) AS last_at,
    (array_agg(batch_id ORDER BY at DESC, batch_id DESC))[1] AS last_batch,
    min(at) AS first_at,
    CASE WHEN bool_or(levels)
        THEN sum(quantity * round(extract(epoch FROM next_at - at) * 1000000)::numeric) END AS weighted,
    max(latest) AS batch_id
FROM (
    SELECT u.point_id, w.day, u.dimension, u.quantity, u.at, u.batch_id, u.key,
        m.aggregation = 'time_weighted' AS levels,
        lead(u.at, 1, w.after) OVER (
            PARTITION BY u.point_id, w.day, u.dimension ORDER BY u.at, u.batch_id, u.key
        ) AS next_at,
        touched.latest
    FROM usage_days w
    JOIN subscription_usage u ON u.point_id = w.point_id AND u.at >= w.start AND u.at < w.after
    JOIN subscription_metering_point p ON p.id = u.point_id
    JOIN subscription_meter m ON m.id = p.meter_id
    LEFT JOIN (
        SELECT w.point_id, w.day, u.dimension, max(GREATEST(u.batch_id, r.batch_id)) AS latest
        FROM usage_days w
        JOIN subscription_usage u ON u.point_id = w.point_id AND u.at >= w.start AND u.at < w.after
        LEFT JOIN subscription_usage_replaced r ON r.usage_id = u.id
        GROUP BY w.point_id, w.day, u.dimension
    ) touched ON touched.point_id = u.point_id AND touched.day = w.day AND touched.dimension = u.dimension
    WHERE NOT EXISTS (SELECT FROM subscription_usage_replaced r WHERE r.usage_id = u.id)
) counting
GROUP BY point_id, day, dimension
"""
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
    wanted = sorted(days)
    if not wanted:
        return
    values = {
        "points": [point for point, _day in wanted],
        "days": [day for _point, day in wanted],
        "starts": [midnight(days[key], key[1]) for key in wanted],
        "afters": [midnight(days[key], key[1] + timedelta(days=1)) for key in wanted],
    }
    cr.execute(FORGET, values)
    cr.execute(
        f"""{DAYS} INSERT INTO subscription_usage_day
            (point_id, day, dimension, sum, count, max, last, last_at, last_batch, first_at, weighted, batch_id)
        {FROM_ROWS}""",
        values,
    )


def rebuild_points(cr, points):
    """Work the sums of all days of some metering points out of their rows anew.

    :param cr: cursor
    :param points: ``{id: time zone}``
    """
    cr.execute("DELETE FROM subscription_usage_day WHERE point_id = ANY(%s)", [list(points)])
    cr.execute(
        "SELECT DISTINCT point_id, at::date FROM subscription_usage WHERE point_id = ANY(%s)",
        [list(points)],
    )
    # A local day begins at most one day before, or ends one day after, that of universal time.
    days = {
        (point_id, day + timedelta(days=step)): points[point_id]
        for point_id, day in cr.fetchall()
        for step in (-1, 0, 1)
    }
    rebuild_days(cr, days)
