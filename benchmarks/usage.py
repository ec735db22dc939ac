"""``bin/bench usage``: usage taken in over the streaming route, beside PostgreSQL's own COPY and Odoo's way."""

import hashlib
import http.client
import io
import json
import os
import tempfile
import time
from datetime import datetime, timedelta
from statistics import median
from urllib.parse import urlsplit

from benchmarks.probe import probes

ACTIONS = "benchmarks.usage_actions"
URL = "/subscription_billing/usage"
# Fewer make it quicker, and less sure.
ROWS = int(os.environ.get("BENCH_ROWS", "500000"))
#: Among so many rows the nightly check is measured.
CHECK_ROWS = int(os.environ.get("BENCH_CHECK_ROWS", "10000000"))
#: So many roll-up rows are rated, and an invoice over so many rows is held against one over few.
ROLLUPS = int(os.environ.get("BENCH_ROLLUPS", "1000000"))
MANY, FEW = int(os.environ.get("BENCH_MANY", "1000000")), 10
ROUNDS = 3
DAYS = 28
SUBJECTS, DIMENSIONS = 1_000, ("eu", "us", "ap")
#: Of Odoo's way, which is slower by far.
NATIVE_ROWS = 2_000
START = datetime(2025, 3, 1)
COLUMNS = "point_id, batch_id, at, quantity, dimension, key"
PLAIN = """
DROP TABLE IF EXISTS bench_plain;
CREATE TABLE bench_plain (
    id bigserial, point_id integer NOT NULL, batch_id integer NOT NULL, at timestamp NOT NULL,
    quantity numeric NOT NULL, dimension text NOT NULL, key text NOT NULL, replaces text
);
"""


def run(bench):
    """Measure ingest beside COPY of the same rows and beside analytic items of Odoo alone.

    :return: figures by name
    """
    with bench.database(native=True) as plain, bench.database() as database:
        figures = measure_ingest(bench, database)
        with probes(ACTIONS, plain) as [native]:
            rates = [native("make_analytic_lines", rows=NATIVE_ROWS) for _round in range(ROUNDS)]
        with probes(ACTIONS, database) as [ours]:
            figures |= measure_check(ours, database)
            figures |= measure_billing(ours)
    figures["analytic_items_per_second"] = median(rates)
    figures["ingest_ratio_analytic_items"] = figures["ingest_rows_per_second"] / figures["analytic_items_per_second"]
    return figures


def measure_ingest(bench, database):
    """Rows a second over the route, and as a part of those of COPY into one table with the same columns."""
    pairs = []
    with bench.server(database, max_cron_threads=0) as server, tempfile.TemporaryFile() as body:
        key = database.api_key()
        server.execute_kw("subscription.meter", "create", [[{"name": "Bench", "code": "bench"}]])
        for number in range(ROUNDS + 1):
            write_events(body, number)
            seconds = send(server, key, body)
            keyed, bare = copy(database, number, keyed=True), copy(database, number, keyed=False)
            print(f"  ingest {seconds:.1f} s, COPY {keyed:.1f} s with a unique index, {bare:.1f} s without", flush=True)
            pairs.append((seconds, keyed, bare))
        memory = peak_memory(server.pid)
    pairs = pairs[1:]
    return {
        "ingest_rows": ROWS,
        "ingest_rows_per_second": median(ROWS / seconds for seconds, _keyed, _bare in pairs),
        "ingest_ratio_copy": median(keyed / seconds for seconds, keyed, _bare in pairs),
        "ingest_ratio_copy_without_index": median(bare / seconds for seconds, _keyed, bare in pairs),
        "ingest_server_memory_mb": memory,
        "ingest_pairs": pairs,
    }


def measure_check(ours, database):
    """Seconds of the nightly check of many rows, and the memory of the process that asks for it."""
    ours("fill", rows=CHECK_ROWS)
    seconds = ours("check")
    [[rows]] = database.query("SELECT count(*) FROM subscription_usage")
    return {"check_rows": rows, "check_seconds": seconds, "check_memory_mb": peak_memory(ours.process.pid)}


def measure_billing(ours):
    """Roll-up rows rated a second, and the time of an invoice over many rows beside that of one over ten."""
    ours("sell", rollups=ROLLUPS)
    rates = [ours("rate") for _round in range(ROUNDS + 1)][1:]
    ours("use", name="bench-many", rows=MANY)
    ours("use", name="bench-few", rows=FEW)
    pairs = [(ours("invoice", name="bench-many"), ours("invoice", name="bench-few")) for _round in range(3 * ROUNDS)]
    return {
        "rated_rollups": ROLLUPS,
        "rated_rollups_per_second": median(rates),
        "invoice_rows": MANY,
        "invoice_ratio_million_to_ten": median(many / few for many, few in pairs[1:]),
        "invoice_pairs": pairs[1:],
    }


def values(number):
    """Yield what the rows of a round say, in order of time: subject, key, instant, quantity, dimension."""
    step = timedelta(days=DAYS) / ROWS
    for index in range(ROWS):
        key = hashlib.md5(f"{number}/{index}".encode()).hexdigest()
        at = START + index * step
        yield index * 7919 % SUBJECTS, key, at, f"{index % 1000 / 8:g}", DIMENSIONS[index % 3]


def write_events(body, number):
    """Write the events of a round to a file."""
    body.seek(0)
    body.truncate()
    for subject, key, at, quantity, dimension in values(number):
        event = {"meter": "bench", "subject": f"customer-{subject}", "key": key, "at": f"{at.isoformat()}Z"}
        body.write(json.dumps({**event, "quantity": float(quantity), "dimension": dimension}).encode() + b"\n")
    body.flush()


def send(server, key, body):
    """Send a file over the route; return how many seconds it took."""
    length = body.seek(0, io.SEEK_END)
    body.seek(0)
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=600)
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": "application/x-ndjson",
        "Content-Length": str(length),
        "X-Odoo-Database": server.database.name,
    }
    start = time.perf_counter()
    connection.request("POST", URL, body, headers)
    answer = json.loads(connection.getresponse().read())
    seconds = time.perf_counter() - start
    if (answer["recorded"], answer["complete"]) != (ROWS, True):
        raise AssertionError(f"Not what was sent: {answer}")
    return seconds


def copy(database, number, keyed):
    """Copy the same rows into one table; return how many seconds it took, with a unique index of the key or without."""
    lines = io.StringIO()
    for subject, key, at, quantity, dimension in values(number):
        lines.write(f"{subject}\t{number}\t{at}\t{quantity}\t{dimension}\t{key}\n")
    lines.seek(0)
    with database.psql() as cursor:
        cursor.execute(PLAIN)
        if keyed:
            cursor.execute("CREATE UNIQUE INDEX ON bench_plain (key)")
        start = time.perf_counter()
        cursor.copy_expert(f"COPY bench_plain ({COLUMNS}) FROM STDIN", lines)
        seconds = time.perf_counter() - start
        cursor.execute("DROP TABLE bench_plain")
    return seconds


def peak_memory(pid):
    """Return the most memory that a process held, in megabytes."""
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmHWM"))
