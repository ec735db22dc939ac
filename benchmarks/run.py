"""``bin/bench run``: one invoice run for what is due of two sources, side by side with Odoo alone."""

import os
from statistics import median

from benchmarks import billing
from benchmarks.probe import probes

ACTIONS = "benchmarks.run_actions"
# Fewer make it quicker, and less sure.
CUSTOMERS = int(os.environ.get("BENCH_CUSTOMERS", "200"))
ROUNDS = 3
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
    """Invoices per second of a run that posts, and of Odoo's own methods over as many of the same orders.

    The sides run in turn, each first every second time; the ratio is the median of those of runs that followed each
    other, so that other work on the machine weighs on both sides alike. The first pair fills caches.
    """
    pairs = []
    for number in range(ROUNDS + 1):
        orders = {probe: probe("make_orders", customers=CUSTOMERS, number=number) for probe in (native, ours)}
        sides = [native, ours] if number % 2 else [ours, native]
        ran = {probe: probe("bill", orders=orders[probe], number=number) for probe in sides}
        alone, run_ = ran[native], ran[ours]
        names = ("invoices", "lines", "total")
        if [run_[name] for name in names] != [alone[name] for name in names] or run_["invoices"] != CUSTOMERS:
            raise AssertionError(f"Not the same documents: {run_}, {alone}")
        print(f"  run {run_['seconds']:.1f} s, Odoo alone {alone['seconds']:.1f} s", flush=True)
        pairs.append((run_, alone))
    counted = pairs[1:]
    return {
        "ratio_run": median(alone["seconds"] / run_["seconds"] for run_, alone in counted),
        "ratio_run_busy": median(alone["busy"] / run_["busy"] for run_, alone in counted),
        "run_invoices_per_second": median(CUSTOMERS / run_["seconds"] for run_, _alone in counted),
        "run_native_invoices_per_second": median(CUSTOMERS / alone["seconds"] for _run, alone in counted),
        "run_pairs": counted,
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
