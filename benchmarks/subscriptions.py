"""``bin/bench subscriptions``: charges that are due, billed by a run, side by side with Odoo alone."""

import os
from statistics import median

from benchmarks.pairs import ROUNDS, ratio, run_pairs
from benchmarks.probe import probes

ACTIONS = "benchmarks.subscriptions_actions"
# Fewer make it quicker, and less sure.
CUSTOMERS = int(os.environ.get("BENCH_CUSTOMERS", "200"))
#: Charges among which is looked for what is due, and those of them that are.
CHARGES, DUE = 100_000, 3_000
#: What the arithmetic is measured on, and how often.
PERIODS, CHANGES, TIMES = 120, 30, 200


def run(bench):
    """Measure a run of subscriptions beside Odoo's own methods, finding what is due, and the arithmetic of a charge.

    :return: figures by name
    """
    with (
        bench.database(native=True) as plain,
        bench.database() as database,
        probes(ACTIONS, plain, database) as (native, ours),
    ):
        for probe in (native, ours):
            probe("prepare")
        return {**measure_invoices(native, ours), **measure_finding(ours), **measure_arithmetic(ours)}


def measure_invoices(native, ours):
    """Invoices per second of a run that posts, and of Odoo's own methods over as many orders of the same lines."""
    pairs = run_pairs(native, ours, CUSTOMERS)
    return {
        "ratio_invoices": ratio(pairs),
        "ratio_invoices_busy": ratio(pairs, "busy"),
        "subscription_invoices_per_second": median(CUSTOMERS / run_["seconds"] for run_, _alone in pairs),
        "subscription_pairs": pairs,
    }


def measure_finding(ours):
    """Milliseconds to find the orders of which a charge is due among many."""
    ours("fill", charges=CHARGES, due=DUE)
    times = [ours("find_due") for _round in range(ROUNDS + 1)]
    if {found["charges"] for found in times} != {DUE}:
        raise AssertionError(f"Not what is due: {times}")
    return {"find_due_100000_charges_ms": median(found["find_ms"] for found in times[1:])}


def measure_arithmetic(ours):
    """Milliseconds to work out what a charge should have billed in all its periods, with many changes."""
    return {
        "should_have_120_periods_ms": ours("should_have", periods=PERIODS, changes=CHANGES, times=TIMES),
    }
