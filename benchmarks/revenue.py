"""``bin/bench revenue``: a close over many obligations, side by side with Odoo alone."""

import os
from itertools import pairwise
from statistics import median
from time import perf_counter

from benchmarks.probe import probes

ACTIONS = "benchmarks.revenue_actions"
SIZES = (1_000, 10_000, 100_000, 1_000_000)
OBLIGATIONS = 4
RUNS = 3
#: Processes that work at a close: Odoo's default of scheduled actions at once.
WORKERS = 2
#: What Odoo alone is measured on; it takes each for itself, so more of them take as long each.
MOVES = 300
ORDERS = 100
#: The list of contracts is measured over so many.
CONTRACTS = 100_000


def run(bench):
    """Measure closes of growing size, each in a database and a process of its own.

    ``BENCH_SIZES`` names other sizes, separated by commas; ``BENCH_PARTS`` the parts to run.

    :return: figures by name
    """
    wanted = os.environ.get("BENCH_PARTS")
    figures = {}
    for part in wanted.split(",") if wanted else PARTS:
        print(f"… {part}", flush=True)
        figures.update(PARTS[part](bench))
    return {**figures, **ratios(figures)}


def measure_closes(bench):
    """Seconds and memory of one close, size by size."""
    wanted = os.environ.get("BENCH_SIZES")
    figures = {}
    for size in map(int, wanted.split(",")) if wanted else SIZES:
        print(f"… {size:,} obligations", flush=True)
        runs = [measure_close(bench, size) for _run in range(RUNS if size < SIZES[2] else 1)]
        middle = sorted(runs, key=lambda ran: ran["compute"] + ran["post"])[len(runs) // 2]
        figures[f"obligations_per_second_{size}"] = size / (middle["compute"] + middle["post"])
        # Of one process and its database alone, on a machine with nothing else to do.
        figures[f"obligations_per_busy_second_{size}"] = size / (middle["busy"] + middle["post"])
        for part in ("compute", "read", "engine", "write", "busy", "post"):
            figures[f"{part}_seconds_{size}"] = middle[part]
        figures[f"peak_mib_{size}"] = max(ran["peak_mib"] for ran in runs)
        figures[f"entries_{size}"] = middle["rows"]
    sizes = sorted(int(name.rsplit("_", 1)[1]) for name in figures if name.startswith("peak_mib"))
    for small, large in pairwise(sizes):
        times = [figures[f"compute_seconds_{size}"] + figures[f"post_seconds_{size}"] for size in (small, large)]
        # 1 is linear.
        figures[f"growth_{small}_{large}"] = times[1] / times[0] / (large / small)
    return figures


def measure_close(bench, size):
    """One close in a database of its own, by as many processes as Odoo has for scheduled actions by default."""
    with bench.database() as database, probes(ACTIONS, *[database] * WORKERS) as workers:
        first = workers[0]
        first("populate", obligations=size, size=OBLIGATIONS)
        if os.environ.get("BENCH_PROFILE"):
            first("profile", path=os.environ["BENCH_PROFILE"])
            raise SystemExit
        found = {**close(workers), **first("post_close")}
    print("  " + ", ".join(f"{name} {value:.2f}" for name, value in found.items()), flush=True)
    return found


def close(workers):
    """Compute a close with some processes; return the seconds by the clock, and the sums of what each was at."""
    workers[0]("start_close")
    started = perf_counter()
    for worker in workers:
        worker.start("compute")
    each = [worker.result() for worker in workers]
    found = {part: sum(one.get(part, 0) for one in each) for part in ("read", "engine", "write", "busy")}
    return {**found, "compute": perf_counter() - started, "peak_mib": max(one["peak_mib"] for one in each)}


def measure_native(bench):
    """Odoo alone: an entry per obligation, and its wizard of accrued orders."""
    with bench.database(native=True) as database, probes(ACTIONS, database) as [native]:
        native("prepare_native")
        native("native_moves", count=20)
        moves = [native("native_moves", count=MOVES) / MOVES for _run in range(RUNS)]
        orders = native("make_orders", count=ORDERS, lines=OBLIGATIONS)
        native("native_accrual", orders=orders[:5])
        runs = [native("native_accrual", orders=orders) for _run in range(RUNS)]
    assert {ran["lines"] for ran in runs} == {ORDERS * OBLIGATIONS}, runs
    return {
        "native_move_ms": median(moves) * 1000,
        "native_accrued_line_ms": median(ran["seconds"] / ran["lines"] for ran in runs) * 1000,
    }


def measure_position(bench):
    """Where one contract with 1,000 obligations stands."""
    with bench.database() as database, probes(ACTIONS, database) as [ours]:
        contract = ours("populate", obligations=1000, size=1000)
        found = [ours("position", contract=contract) for _run in range(5)]
    assert {one["obligations"] for one in found} == {1000}, found
    return {"position_1000_ms": median(one["ms"] for one in found)}


def measure_waterfall(bench):
    """Server time of revenue by month over contracts of four obligations each, after a close."""
    with bench.database() as database, probes(ACTIONS, database) as [ours]:
        ours("populate", obligations=4 * CONTRACTS, size=4)
        close([ours])
        ours("post_close")
        figures = {}
        for group_by in (None, "customer"):
            found = [ours("open_waterfall", group_by=group_by) for _run in range(4)]
            assert found[0]["recognised"] and found[0]["forecast"], found
            figures[f"waterfall_{group_by or 'all'}_{CONTRACTS}_ms"] = median(one["ms"] for one in found[1:])
    return figures


def measure_screens(bench):
    """Server time of the list of contracts."""
    with bench.database() as database, probes(ACTIONS, database) as [ours]:
        ours("populate", obligations=CONTRACTS, size=1)
        found = [ours("open_contracts") for _run in range(5)]
    return {f"contract_list_{CONTRACTS}_ms": median(found[1:])}


def ratios(figures):
    """How many times faster a close is than Odoo alone, obligation by obligation; of the largest size measured."""
    speeds = {name: speed for name, speed in figures.items() if name.startswith("obligations_per_second_")}
    if not speeds or "native_move_ms" not in figures:
        return {}
    speed = speeds[max(speeds, key=lambda name: int(name.rsplit("_", 1)[1]))]
    return {
        "ratio_native_moves": figures["native_move_ms"] / 1000 * speed,
        "ratio_accrued": figures["native_accrued_line_ms"] / 1000 * speed,
    }


PARTS = {
    "closes": measure_closes,
    "native": measure_native,
    "position": measure_position,
    "screens": measure_screens,
    "waterfall": measure_waterfall,
}
