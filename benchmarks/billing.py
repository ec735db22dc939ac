"""``bin/bench billing``: invoices that make themselves, side by side with Odoo alone."""

import os
from statistics import median

from benchmarks.probe import probes

ACTIONS = "benchmarks.billing_actions"
# Fewer make it quicker, and less sure.
ORDERS = int(os.environ.get("BENCH_ORDERS", "100"))
MILESTONES = 10
ROUNDS = 3
WARM = 10
TASKS = 120
BACKLOG = 300
BY_HAND = {"product": "Bench plain", "due_on": "manual"}


def run(bench):
    """Measure each part on throw-away copies of a database without and one with the addon.

    ``BENCH_PARTS`` names the parts to run, separated by commas; all by default.

    :return: figures by name
    """
    wanted = os.environ.get("BENCH_PARTS")
    figures = {}
    with (
        bench.database(native=True) as plain,
        bench.database() as scheduled,
        probes(ACTIONS, plain, scheduled, scheduled) as (native, ours, second),
    ):
        for probe in (native, ours):
            probe("prepare")
        for part in wanted.split(",") if wanted else PARTS:
            print(f"… {part}", flush=True)
            figures.update(PARTS[part](native, ours, second))
    return figures


def measure_invoices(native, ours, _second):
    """Invoices per second: our drain beside Odoo's batch, then beside Odoo one by one; either side goes first in turn.

    A ratio is the median of the ratios of runs that followed each other, so that other work on the machine, which comes
    and goes, weighs on both sides alike.
    """
    orders = {
        native: native("make", kind="native_orders", count=ORDERS, milestones=MILESTONES),
        ours: ours("make", kind="scheduled_orders", count=ORDERS, milestones=MILESTONES),
    }
    ours("drain")
    runs = {"native_batch": [], "native_one_by_one": []}
    for step in range(2 * (ROUNDS + 1)):
        kind = "native_one_by_one" if step % 2 else "native_batch"
        ours("finish_tasks", orders=orders[ours], step=step)
        native("reach", orders=orders[native], step=step)
        if step // 2 % 2:
            pair = [ours("drain"), native(kind, orders=orders[native])]
        else:
            pair = [native(kind, orders=orders[native]), ours("drain")][::-1]
        check(all(run["invoices"] == ORDERS for run in pair), str(pair))
        print(f"  drain {pair[0]['seconds']:.1f} s, {kind} {pair[1]['seconds']:.1f} s", flush=True)
        runs[kind].append(pair)
    # The first run of each warms caches up.
    return {
        "ratio_batch": ratio(runs["native_batch"][1:]),
        "ratio_one_by_one": ratio(runs["native_one_by_one"][1:]),
        "drain_invoices_per_second": median(
            ORDERS / ran["seconds"] for pairs in runs.values() for ran, _alone in pairs[1:]
        ),
        **{f"{kind}_invoices_per_second": rate(pairs[1:]) for kind, pairs in runs.items()},
        **{f"{kind}_runs": pairs[1:] for kind, pairs in runs.items()},
    }


def ratio(pairs):
    """How many times faster our side of the pairs was."""
    return median(alone["seconds"] / ran["seconds"] for ran, alone in pairs)


def rate(pairs):
    """Invoices per second of Odoo's side of the pairs."""
    return median(ORDERS / alone["seconds"] for _ran, alone in pairs)


def measure_task(native, ours, _second):
    """What marking a task done costs the user, commit included."""
    count = 1 + (WARM + TASKS) // MILESTONES
    tasks = {}
    for probe, kind in ((native, "native_orders"), (ours, "scheduled_orders")):
        orders = probe("make", kind=kind, count=count, milestones=MILESTONES)
        tasks[probe] = probe("tasks_of", orders=orders)
    times = {native: [], ours: []}
    for start in range(0, WARM + TASKS, WARM):
        for probe, measured in times.items():
            measured += probe("task_done", tasks=tasks[probe][start : start + WARM])
    ours("drain")
    with_addon, alone = (
        [median(column) for column in zip(*times[probe][WARM:], strict=True)] for probe in (ours, native)
    )
    return {
        "task_done_extra_ms": with_addon[0] - alone[0],
        "task_done_ms": with_addon[0],
        "task_done_native_ms": alone[0],
        "task_done_busy_ms": with_addon[1],
        "task_done_native_busy_ms": alone[1],
    }


def measure_workers(_native, ours, second):
    """The same backlog drained by one process, then by two."""
    seconds = {1: [], 2: []}
    for _round in range(ROUNDS):
        for workers, measured in seconds.items():
            orders = ours("make", kind="scheduled_orders", count=BACKLOG // 5, milestones=5, **BY_HAND)
            ours("attain", orders=orders, steps=list(range(5)))
            probes_at_work = [ours, second][:workers]
            for probe in probes_at_work:
                probe.start("drain")
            results = [probe.result() for probe in probes_at_work]
            check(sum(result["invoices"] for result in results) == BACKLOG, str(results))
            measured.append(max(result["seconds"] for result in results))
    return {
        "ratio_two_workers": median(seconds[1]) / median(seconds[2]),
        "one_worker_seconds": seconds[1],
        "two_workers_seconds": seconds[2],
    }


def measure_queries(_native, ours, _second):
    """SQL queries of the drain per milestone, with few and with many pending; and of one very long order."""
    figures = {}
    for name, orders, milestones in (
        ("50", 5, 10),
        ("1000", 100, 10),
        ("one_order_50", 1, 50),
        ("one_order_1000", 1, 1000),
    ):
        made = ours("make", kind="scheduled_orders", count=orders, milestones=milestones, **BY_HAND)
        ours("attain", orders=made, steps=list(range(milestones)))
        drained = ours("drain")
        check(drained["invoices"] == orders * milestones, str(drained))
        figures[f"queries_per_milestone_{name}"] = drained["queries"] / (orders * milestones)
        figures[f"drain_{name}_seconds"] = drained["seconds"]
    return figures


def measure_screens(_native, ours, _second):
    """Server time of the To Bill list and of an order form, with 1,000 milestones."""
    [order] = ours("make", kind="scheduled_orders", count=1, milestones=1000, **BY_HAND)
    ours("attain", orders=[order], steps=list(range(1000)))
    queue = {"model": "billing.milestone", "domain": [["state", "in", ["due", "blocked", "failed"]]]}
    form = {"model": "sale.order", "record": order}
    times = [(ours("open_list", **queue), ours("open_form", **form)) for _round in range(ROUNDS + 1)]
    return {
        "open_queue_ms": median(lists for lists, _forms in times[1:]),
        "open_order_form_1000_ms": median(forms for _lists, forms in times[1:]),
    }


PARTS = {
    "invoices": measure_invoices,
    "task": measure_task,
    "workers": measure_workers,
    "queries": measure_queries,
    "screens": measure_screens,
}


def check(condition, message):
    """Stop rather than compare what is not comparable."""
    if not condition:
        raise AssertionError(message)
