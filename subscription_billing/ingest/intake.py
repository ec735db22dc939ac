"""Events taken in for a company: read, their meters and metering points found, stored, the rest kept aside."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from .reading import Event, Refused
from .store import Outcome, Point, Store, said

#: So much of what cannot be read is kept.
MOST_TEXT = 2_000

FIND_METERS = """
SELECT DISTINCT ON (code) code, id, aggregation = 'time_weighted'
FROM subscription_meter
WHERE active AND code = ANY(%(codes)s) AND (company_id = %(company)s OR company_id IS NULL)
ORDER BY code, company_id NULLS LAST
"""
FIND_POINTS = """
SELECT p.meter_id, p.name, p.id, p.tz
FROM unnest(%(meters)s::int[], %(names)s::text[]) AS w (meter_id, name)
JOIN subscription_metering_point p
    ON p.meter_id = w.meter_id AND p.company_id = %(company)s AND p.name = w.name
"""
MAKE_POINTS = """
INSERT INTO subscription_metering_point
    (meter_id, company_id, name, tz, create_uid, create_date, write_uid, write_date)
SELECT meter_id, %(company)s, name, %(tz)s, %(user)s, %(now)s, %(user)s, %(now)s
FROM unnest(%(meters)s::int[], %(names)s::text[]) AS w (meter_id, name)
ORDER BY meter_id, name
ON CONFLICT DO NOTHING
"""
KEEP_BATCH = """
INSERT INTO subscription_usage_batch
    (id, company_id, source, stream, lines, user_id, received, recorded, repeated, refused, set_aside,
     create_uid, create_date, write_uid, write_date)
VALUES (%(batch)s, %(company)s, %(source)s, %(stream)s, %(lines)s, %(user)s, %(now)s,
    %(recorded)s, %(repeated)s, %(refused)s, %(set_aside)s, %(user)s, %(now)s, %(user)s, %(now)s)
"""
KEEP_ASIDE = """
INSERT INTO subscription_usage_aside
    (company_id, batch_id, reason, state, meter_code, subject, key, place, problem, content, before, digest,
     create_uid, create_date, write_uid, write_date)
SELECT %(company)s, %(batch)s, reason, 'open', meter_code, subject, key, place, problem, content, before, digest,
    %(user)s, %(now)s, %(user)s, %(now)s
FROM jsonb_to_recordset(%(rows)s) AS w (reason text, meter_code text, subject text, key text, place int, problem text,
    content jsonb, before jsonb, digest text)
ON CONFLICT (company_id, digest) WHERE state = 'open'
    DO UPDATE SET reason = excluded.reason, problem = excluded.problem, before = excluded.before,
        write_uid = excluded.write_uid, write_date = excluded.write_date
    WHERE (subscription_usage_aside.reason, subscription_usage_aside.problem)
        IS DISTINCT FROM (excluded.reason, excluded.problem)
"""


@dataclass
class Sender:
    """Who sends usage, of which company, and how.

    :ivar tz: time zone of the company's days
    :ivar now: the moment, in universal time without zone
    :ivar stream: what the sender calls a stream or a file
    """

    company_id: int
    tz: str
    user_id: int
    source: str
    now: datetime
    stream: str | None = None


@dataclass
class Taken:
    """What became of events.

    :ivar refused: by place, the sentence that says why
    :ivar aside: places of events whose meter is unknown
    :ivar waiting: by place, what is said of what was not recorded: ``reason``, ``problem``, ``before``
    """

    outcome: Outcome
    refused: dict[int, str] = field(default_factory=dict)
    aside: dict[int, str] = field(default_factory=dict)
    waiting: dict[int, dict] = field(default_factory=dict)


class Intake:
    """Takes events in, as one batch.

    :param cr: cursor
    :param sender: who sends them
    :param say: returns the sentence of a refusal: of the name of a value, a name of the sentence, and details
    """

    def __init__(self, cr, sender: Sender, say: Callable[[str, str, dict], str]) -> None:
        self._cr = cr
        self._sender = sender
        self._say = say
        self._store = Store(cr, sender.company_id)
        self._points: dict[tuple[int, str], Point] = {}
        self._meters: dict[str, tuple[int, bool]] = {}

    def take(self, items: Iterable[tuple[int, Event | Refused]], lines: int = 0) -> Taken:
        """Store events as one batch, in the transaction of the cursor.

        :param items: as ``reading.read_events`` yields them
        :param int lines: of a stream, how many lines of it are stored with this batch and before
        :raises Changed: when a metering point changed meanwhile: to be done again in a new transaction
        """
        self._lines = lines
        self._taken = Taken(Outcome())
        self._aside = {}
        events = self._place(self._readable(items))
        self._taken.outcome = self._store.batch(events)
        self._say_refused({place: event for place, event, _point in events})
        self._keep()
        return self._taken

    def _readable(self, items):
        """Return the events that were read; the others are refused."""
        events = []
        for place, item in items:
            if isinstance(item, Event):
                events.append((place, item))
            else:
                problem = self._say(item.name, item.reason.expected, item.reason.details)
                self._refuse(place, "unreadable", problem, _plain(item.sent))
        return events

    # === METERS AND POINTS === #

    def _place(self, events):
        """Return events with their metering points; keep aside those of an unknown meter."""
        self._find_meters({event.meter for _place, event in events})
        known = []
        for place, event in events:
            if event.meter in self._meters:
                known.append((place, event))
            else:
                self._set_aside(place, event)
        meters = self._meters
        self._find_points({(meters[event.meter][0], event.subject) for _place, event in known})
        return [(place, event, self._points[meters[event.meter][0], event.subject]) for place, event in known]

    def _find_meters(self, codes):
        self._cr.execute(FIND_METERS, {"codes": list(codes), "company": self._sender.company_id})
        self._meters = {code: (id_, levels) for code, id_, levels in self._cr.fetchall()}

    def _find_points(self, wanted):
        if not self._look_for_points(wanted):
            self._make_points(wanted - self._points.keys())
            self._look_for_points(wanted - self._points.keys())

    def _look_for_points(self, wanted):
        """Find metering points; return whether all are there."""
        if wanted:
            self._cr.execute(FIND_POINTS, self._pairs(wanted))
            levels = dict(self._meters.values())
            for meter_id, name, id_, tz in self._cr.fetchall():
                self._points[meter_id, name] = Point(id_, meter_id, tz, levels[meter_id])
        return wanted <= self._points.keys()

    def _make_points(self, wanted):
        sender = self._sender
        self._cr.execute(
            MAKE_POINTS, {**self._pairs(wanted), "tz": sender.tz, "user": sender.user_id, "now": sender.now}
        )

    def _pairs(self, wanted):
        meters, names = zip(*sorted(wanted), strict=True)
        return {"meters": list(meters), "names": list(names), "company": self._sender.company_id}

    # === WHAT IS NOT STORED === #

    def _say_refused(self, events):
        for place, (name, details) in self._taken.outcome.refused.items():
            event, problem = events[place], self._say("", name, details)
            self._refuse(place, "conflict", problem, _sent(event), event, details.get("before"))

    def _refuse(self, place, reason, problem, content, event=None, before=None):
        self._taken.refused[place] = problem
        self._keep_aside(place, reason, problem, content, event, before)

    def _set_aside(self, place, event):
        problem = self._say("meter", "unknown_meter", {"meter": event.meter})
        self._taken.aside[place] = problem
        self._keep_aside(place, "meter", problem, _sent(event), event)

    def _keep_aside(self, place, reason, problem, content, event=None, before=None):
        said = {"reason": reason, "problem": problem, "before": before}
        self._taken.waiting[place] = said
        names = {"meter_code": event.meter, "subject": event.subject, "key": event.key} if event else {}
        digest = digest_of(content)
        self._aside.setdefault(digest, {"place": place, "content": content, **said, **names, "digest": digest})

    def _keep(self):
        sender, outcome = self._sender, self._taken.outcome
        values = {
            "batch": outcome.batch_id,
            "company": sender.company_id,
            "source": sender.source,
            "stream": sender.stream,
            "lines": self._lines,
            "user": sender.user_id,
            "now": sender.now,
            "recorded": outcome.recorded,
            "repeated": len(outcome.repeated),
            "refused": len(self._taken.refused),
            "set_aside": len(self._taken.aside),
        }
        self._cr.execute(KEEP_BATCH, values)
        # What was kept aside before waits in its own row.
        if self._aside and sender.source != "aside":
            self._cr.execute(KEEP_ASIDE, {**values, "rows": json.dumps(list(self._aside.values()))})


def digest_of(content):
    """Return what tells whether the same is kept aside already, whatever it waits for.

    :param content: what was sent, as the database keeps it
    """
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]


def _sent(event):
    """Return what an event says, as it can be sent again."""
    return {"meter": event.meter, "key": event.key, **said(event)}


def _plain(item):
    """Return what cannot be read, as the database keeps it."""
    try:
        text = json.dumps(item, default=str, ensure_ascii=True)
    except (TypeError, ValueError, RecursionError):
        text = "…"
    return text.replace("\\u0000", "?").encode(errors="replace").decode()[:MOST_TEXT]
