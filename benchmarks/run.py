"""``bin/bench run``: one invoice run for what is due of two sources, side by side with Odoo alone."""

import os
from statistics import median

from benchmarks import billing
from benchmarks.pairs import ROUNDS, ratio, run_pairs
from benchmarks.probe import probes

ACTIONS = "benchmarks.run_actions"
# Fewer make it quicker, and less sure.
CUSTOMERS = int(os.environ.get("BENCH_CUSTOMERS", "200"))
#: Orders among which is looked for what is due, and those of them that have something.
ORDERS, DUE = 100_000, 1_000


def run(bench):
    """Measure a run beside Odoo's own methods, and how long it takes to find what is due.

    :return: figures by name
    """
    with (
        bench.database(native=True) as plain,
        bench.database() as database,
        probes(ACTIONS, plain, database) as (native, ours),
    ):
        for probe in (native, ours):
            probe("prepare")
        figures = {**measure_invoices(native, ours), **measure_finding(ours)}
    return {**figures, **measure_done(bench)}


def measure_invoices(native, ours):
    """Invoices per second of a run that posts, and of Odoo's own methods over as many of the same orders."""
    pairs = run_pairs(native, ours, CUSTOMERS)
    return {
        "ratio_run": ratio(pairs),
        "ratio_run_busy": ratio(pairs, "busy"),
        "run_invoices_per_second": median(CUSTOMERS / run_["seconds"] for run_, _alone in pairs),
        "run_native_invoices_per_second": median(CUSTOMERS / alone["seconds"] for _run, alone in pairs),
        "run_pairs": pairs,
    }


def measure_done(bench):
    """What marking a task done costs its project manager, where billing hangs on it; as in ``bin/bench billing``."""
    with (
        bench.database(native=True) as plain,
        bench.database() as database,
        probes(billing.ACTIONS, plain, database) as (native, ours),
    ):
        for probe in (native, ours):
            probe("prepare")
        return billing.measure_task(native, ours, None)


def measure_finding(ours):
    """Milliseconds to find the orders of which something is due among many, and to work out what a run would bill."""
    ours("fill", orders=ORDERS, due=DUE)
    times = [ours("find_due") for _round in range(ROUNDS + 1)]
    if {found["orders"] for found in times} != {DUE}:
        raise AssertionError(f"Not what is due: {times}")
    return {
        "find_due_100000_orders_ms": median(found["find_ms"] for found in times[1:]),
        "preview_1000_orders_ms": median(found["preview_ms"] for found in times[1:]),
    }
