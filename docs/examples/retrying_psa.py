#!/usr/bin/env python3
"""Report attained milestones safely: nothing is lost and nothing is billed twice, whatever breaks.

    retrying_psa.py add OUTBOX MILESTONE [PERCENT]
    retrying_psa.py send OUTBOX URL DATABASE API_KEY [ATTEMPTS]

``add`` writes an event with a new key to the outbox, a file of one JSON event per line, before anything is sent.
``send`` sends what is in the outbox, and repeats with the *same* keys while the network or the server fails, waiting
twice as long each time. It may be killed at any moment and started again, since Odoo answers ``duplicate`` to an event
it has already. Only events that Odoo answered leave the outbox; what it refused goes to OUTBOX.refused with the reason.
"""

import contextlib
import fcntl
import http.client
import json
import os
import random
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

BATCH = 500
LONGEST_WAIT = 300
#: Answers that another attempt may change: everything else says that the request itself is wrong.
TRANSIENT = {408, 409, 425, 429, 500, 502, 503, 504}


@contextlib.contextmanager
def locked(outbox):
    """Keep other processes off the outbox."""
    with open(f"{outbox}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def add(outbox, milestone, percent=100):
    """Write an event to the outbox; return its key."""
    event = {"key": str(uuid.uuid4()), "milestone": milestone, "percent": float(percent)}
    with locked(outbox):
        append(outbox, [event])
    return event["key"]


def append(path, rows):
    """Add lines to a file, on the disk before this returns."""
    with open(path, "a") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
        file.flush()
        os.fsync(file.fileno())


def read(outbox):
    """The events of the outbox; a line cut off by a crash was never promised to anybody."""
    lines = outbox.read_text().splitlines() if outbox.exists() else []
    events = []
    for line in lines:
        with contextlib.suppress(ValueError):
            events.append(json.loads(line))
    return events


def remove(outbox, keys):
    """Take answered events out of the outbox, by writing a new one and putting it in its place."""
    with locked(outbox):
        rest = [event for event in read(outbox) if event["key"] not in keys]
        fresh = outbox.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        append(fresh, rest)
        fresh.replace(outbox)


def post(url, database, api_key, events):
    """Send events; return Odoo's answers."""
    request = urllib.request.Request(
        f"{url}/json/2/billing.milestone/attain",
        data=json.dumps({"events": events}).encode(),
        headers={
            "Authorization": f"bearer {api_key}",
            "Content-Type": "application/json",
            "X-Odoo-Database": database,
        },
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def post_patiently(url, database, api_key, events, attempts):
    """Send events, again and again with the same keys while it may help."""
    for attempt in range(1, attempts + 1):
        try:
            return post(url, database, api_key, events)
        except urllib.error.HTTPError as error:
            if error.code not in TRANSIENT or attempt == attempts:
                raise
            reason = f"answer {error.code}"
        except (OSError, http.client.HTTPException, ValueError) as error:
            if attempt == attempts:
                raise
            reason = str(error) or type(error).__name__
        # The random part keeps many clients from coming back all at once after an outage.
        wait = min(LONGEST_WAIT, 2 ** (attempt - 1)) * random.uniform(0.5, 1.0)
        print(f"attempt {attempt} failed ({reason}); again in {wait:.1f} s", file=sys.stderr, flush=True)
        time.sleep(wait)
    raise ValueError("At least one attempt is needed.")


def send(outbox, url, database, api_key, attempts=10):
    """Empty the outbox; return how many events were accepted, known already, and refused."""
    counts = {"accepted": 0, "duplicate": 0, "refused": 0}
    while batch := read(outbox)[:BATCH]:
        answers = post_patiently(url, database, api_key, batch, int(attempts))
        refused = [
            dict(event, reason=row["reason"])
            for event, row in zip(batch, answers, strict=True)
            if row["status"] == "refused"
        ]
        if refused:
            append(Path(f"{outbox}.refused"), refused)
        for row in answers:
            counts[row["status"]] += 1
        remove(outbox, {event["key"] for event in batch})
    return counts


if __name__ == "__main__":
    command, path, *rest = sys.argv[1:]
    print(json.dumps({"add": add, "send": send}[command](Path(path), *rest)))
