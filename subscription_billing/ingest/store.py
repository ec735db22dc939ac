"""A batch of usage stored: once by its key, with the sums of its days, in one transaction.

The rows go to a temporary table, the stage. Under the lock of the company, held until the transaction ends, the
batch takes its number: so numbers grow in the order of commits, and "all batches up to this one" is a cut.
"""

from dataclasses import dataclass, field
from datetime import date
from io import StringIO
from typing import NamedTuple

from . import rollups
from .days import Days, local_day, midnight
from .reading import Event
from .tables import INGEST_SPACE, make_partitions

STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS usage_stage (
    place integer NOT NULL,
    id bigint NOT NULL DEFAULT nextval('subscription_usage_id_seq'),
    meter_id integer NOT NULL,
    point_id integer NOT NULL,
    at timestamp NOT NULL,
    day date NOT NULL,
    quantity numeric NOT NULL,
    dimension text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    replaces text COLLATE "C",
    key_hash uuid NOT NULL,
    content uuid NOT NULL,
    replaces_hash uuid
) ON COMMIT DELETE ROWS
"""
COLUMNS = "place, meter_id, point_id, at, day, quantity, dimension, key, key_hash, content, replaces, replaces_hash"
#: Keys of rows that replace none: the first of a key is kept.
KEEP_KEYS = """
INSERT INTO subscription_usage_key (meter_id, company_id, key, content, usage_id, batch_id, at)
SELECT meter_id, %(company)s, key_hash, content, id, %(batch)s, at
FROM usage_stage
WHERE replaces IS NULL
ORDER BY key_hash, place
ON CONFLICT DO NOTHING
"""
#: Takes off the stage what has the key of another row, and says of each whether it says the same.
TAKE_KNOWN = """
DELETE FROM usage_stage s USING subscription_usage_key k
WHERE k.meter_id = s.meter_id AND k.company_id = %(company)s AND k.key = s.key_hash AND k.usage_id <> s.id
RETURNING s.place, k.content = s.content, k.usage_id, k.at
"""
STORE_ROWS = """
INSERT INTO subscription_usage (id, point_id, batch_id, at, quantity, dimension, key, replaces)
SELECT id, point_id, %(batch)s, at, quantity, dimension, key, replaces
FROM usage_stage
WHERE replaces IS NULL
"""
#: Rows that replace one that is there: the first for each. The key of what replaced it before may be archived.
FIND_TARGETS = """
SELECT DISTINCT ON (k.usage_id) s.id, s.place, s.point_id, k.usage_id, k.at, u.point_id, r.usage_id IS NOT NULL,
    (SELECT b.key FROM subscription_usage b WHERE b.id = r.by_id)
FROM usage_stage s
JOIN subscription_usage_key k
    ON k.meter_id = s.meter_id AND k.company_id = %(company)s AND k.key = s.replaces_hash
LEFT JOIN subscription_usage u ON u.id = k.usage_id AND u.at = k.at
LEFT JOIN subscription_usage_replaced r ON r.usage_id = k.usage_id
WHERE s.replaces IS NOT NULL AND NOT s.id = ANY(%(done)s::bigint[])
ORDER BY k.usage_id, s.place
"""
REPLACE = """
WITH wanted AS (
    SELECT * FROM unnest(%(ids)s::bigint[], %(targets)s::bigint[]) AS w (id, target)
), keys AS (
    INSERT INTO subscription_usage_key (meter_id, company_id, key, content, usage_id, batch_id, at)
    SELECT meter_id, %(company)s, key_hash, content, id, %(batch)s, at
    FROM usage_stage JOIN wanted USING (id)
    ORDER BY place
    ON CONFLICT DO NOTHING
    RETURNING usage_id AS id
), rows AS (
    INSERT INTO subscription_usage (id, point_id, batch_id, at, quantity, dimension, key, replaces)
    SELECT id, point_id, %(batch)s, at, quantity, dimension, key, replaces
    FROM usage_stage JOIN keys USING (id)
)
INSERT INTO subscription_usage_replaced (usage_id, by_id, batch_id)
SELECT target, id, %(batch)s
FROM wanted JOIN keys USING (id)
RETURNING by_id
"""
FIND_ROWS = """
SELECT u.id, p.name, u.at, u.quantity::text, u.dimension, u.replaces
FROM unnest(%(ids)s::bigint[], %(ats)s::timestamp[]) AS w (id, at)
JOIN subscription_usage u ON u.id = w.id AND u.at = w.at
JOIN subscription_metering_point p ON p.id = u.point_id
"""


#: A batch marks its points: who changes their days at the same time begins anew.
MARK_POINTS = """
UPDATE subscription_metering_point SET last_batch = %(batch)s
WHERE id IN (
    SELECT id FROM subscription_metering_point WHERE id = ANY(%(points)s) ORDER BY id FOR NO KEY UPDATE
)
"""
READ_POINTS = """
SELECT p.id, p.meter_id, p.tz, m.aggregation = 'time_weighted'
FROM subscription_metering_point p JOIN subscription_meter m ON m.id = p.meter_id
WHERE p.id = ANY(%(points)s)
"""


class Changed(Exception):
    """A metering point changed while its rows were made ready: they have to be made ready again."""


class Point(NamedTuple):
    """A metering point, as far as its rows need it.

    :ivar levels: whether its meter weighs levels by time
    """

    id: int
    meter_id: int
    tz: str
    levels: bool


@dataclass
class Outcome:
    """What became of the events of a batch.

    :ivar repeated: places of those that were there before
    :ivar refused: by place, what is wrong with it: a name of the sentence, and details
    :ivar touched: by point, the first local day whose sums changed
    """

    batch_id: int = 0
    recorded: int = 0
    repeated: list[int] = field(default_factory=list)
    refused: dict[int, tuple[str, dict]] = field(default_factory=dict)
    touched: dict[int, date] = field(default_factory=dict)


class Store:
    """Stores the batches of one company.

    :param cr: cursor
    :param int company_id: whose usage it is
    """

    def __init__(self, cr, company_id: int) -> None:
        self._cr = cr
        self._company_id = company_id
        self._days: dict[str, Days] = {}

    def batch(self, events: list[tuple[int, Event, Point]]) -> Outcome:
        """Store events as one batch.

        :param events: each with its place, and its metering point
        :raises Changed: when one of the points changed meanwhile
        """
        self._outcome = Outcome()
        self._events = {place: (event, point) for place, event, point in events}
        self._rebuild = {}
        self._stage(events)
        self._take_number()
        self._mark_points({point for _place, _event, point in events})
        plain = sum(event.replaces is None for _place, event, _point in events)
        if self._run(KEEP_KEYS) < plain:
            self._take_known()
        self._outcome.recorded = self._run(STORE_ROWS)
        if plain < len(events):
            self._correct()
        if self._outcome.recorded:
            self._sum_up()
        return self._outcome

    def _run(self, query, **values):
        self._cr.execute(query, {**self._values, **values})
        return self._cr.rowcount

    def _found(self, query, **values):
        self._run(query, **values)
        return self._cr.fetchall()

    # === STAGE === #

    def _stage(self, events):
        self._cr.execute(STAGE)
        self._cr.execute("TRUNCATE usage_stage")
        lines, months = [], set()
        for place, event, point in events:
            at = event.at if "T" in event.at else midnight(point.tz, date.fromisoformat(event.at)).isoformat()
            months.add(at[:7])
            days = self._days.get(point.tz) or self._days.setdefault(point.tz, Days(point.tz))
            lines.append(f"{place}\t{point.meter_id}\t{point.id}\t{at}\t{days.of(at)}\t{event.line}")
        make_partitions(self._cr, [date.fromisoformat(f"{month}-01") for month in months])
        self._cr.copy_expert(f"COPY usage_stage ({COLUMNS}) FROM STDIN", StringIO("".join(lines)))

    def _take_number(self):
        self._cr.execute("SELECT pg_advisory_xact_lock(%s, %s)", [INGEST_SPACE, self._company_id])
        self._cr.execute("SELECT nextval('subscription_usage_batch_id_seq')")
        [self._outcome.batch_id] = self._cr.fetchone()
        self._values = {"company": self._company_id, "batch": self._outcome.batch_id}

    def _mark_points(self, points):
        ids = [point.id for point in points]
        self._run(MARK_POINTS, points=ids)
        if {Point(*row) for row in self._found(READ_POINTS, points=ids)} != points:
            raise Changed

    # === KEYS === #

    def _take_known(self):
        differ = {}
        for place, same, usage_id, at in self._found(TAKE_KNOWN):
            if same:
                self._outcome.repeated.append(place)
            else:
                differ[place] = (usage_id, at)
        if not differ:
            return
        before = self._said_before(set(differ.values()))
        for place, (usage_id, at) in differ.items():
            event, _point = self._events[place]
            details = {"key": event.key, "month": f"{at:%Y-%m}", "before": before.get(usage_id), "now": said(event)}
            self._outcome.refused[place] = ("conflict", details)

    def _said_before(self, rows):
        """Return what rows say, (id, at), of the table or of this batch: ``{id: content}``; none of archived ones."""
        ids = [usage_id for usage_id, _at in rows]
        found = {}
        for usage_id, *content in self._found(FIND_ROWS, ids=ids, ats=[at for _usage_id, at in rows]):
            found[usage_id] = _content(*content)
        for usage_id, place in self._found("SELECT id, place FROM usage_stage WHERE id = ANY(%(ids)s)", ids=ids):
            found[usage_id] = said(self._events[place][0])
        return found

    # === CORRECTIONS === #

    def _correct(self):
        """Store the rows that replace others, in as many rounds as they replace each other."""
        done = []
        while True:
            self._take_known()
            found = self._found(FIND_TARGETS, done=done)
            if not found:
                break
            good = {}
            for row_id, place, point_id, usage_id, at, target_point, is_replaced, replaced_by in found:
                reason = self._objection(point_id, target_point, is_replaced, replaced_by)
                if reason:
                    self._refuse(row_id, place, reason)
                else:
                    good[row_id] = (usage_id, place, at)
            done.extend(self._replace(good))
        for row_id, place in self._found(
            "SELECT id, place FROM usage_stage WHERE replaces IS NOT NULL AND NOT id = ANY(%(done)s::bigint[])",
            done=done,
        ):
            self._refuse(row_id, place, ("unknown_row", {}))

    def _objection(self, point_id, target_point, is_replaced, replaced_by):
        """Return why a row cannot be replaced, or none."""
        if is_replaced:
            return ("replaced", {"by": replaced_by}) if replaced_by is not None else ("replaced_archived", {})
        if target_point is None:
            return "archived", {}
        return ("other_subject", {}) if target_point != point_id else None

    def _refuse(self, row_id, place, reason):
        name, details = reason
        event, _point = self._events[place]
        self._outcome.refused[place] = (name, {"replaces": event.replaces, **details})
        self._run("DELETE FROM usage_stage WHERE id = %(id)s", id=row_id)

    def _replace(self, good):
        """Store rows that replace others: ``{id: (id of the other, place, its instant)}``; return their ids."""
        if not good:
            return []
        targets = [usage_id for usage_id, _place, _at in good.values()]
        stored = [row_id for [row_id] in self._found(REPLACE, ids=list(good), targets=targets)]
        for row_id in stored:
            _usage_id, place, at = good[row_id]
            _event, point = self._events[place]
            self._rebuild[point.id, local_day(point.tz, at)] = point.tz
        self._outcome.recorded += len(stored)
        return stored

    # === SUMS === #

    def _sum_up(self):
        points = {point.id: point for _event, point in self._events.values()}
        rollups.add_stage(self._cr, self._outcome.batch_id)
        days = self._found("SELECT DISTINCT point_id, day FROM usage_stage")
        self._rebuild.update({(id_, day): points[id_].tz for id_, day in days if points[id_].levels})
        rollups.rebuild_days(self._cr, self._rebuild)
        touched = self._outcome.touched
        for point_id, day in [*days, *self._rebuild]:
            touched[point_id] = min(day, touched.get(point_id, day))


def said(event: Event) -> dict:
    """Return what an event says beside its meter and key, as plain values."""
    at = f"{event.at}Z" if "T" in event.at else event.at
    found = {"subject": event.subject, "at": at, "quantity": event.quantity}
    if event.dimension:
        found["dimension"] = event.dimension
    if event.replaces:
        found["replaces"] = event.replaces
    return found


def _content(subject, at, quantity, dimension, replaces):
    return said(Event("", subject, "", at.isoformat(), quantity, dimension, replaces))
