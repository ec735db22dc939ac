"""``bin/bench forecast``: the cash-flow forecast over 10,000 milestones, beside a plain read of the same records."""

from statistics import median

from benchmarks.probe import probes

ACTIONS = "benchmarks.forecast_actions"
ORDERS, MILESTONES = 1_000, 10
ROUNDS = 5
GOAL_MS = 1_000


def run(bench):
    """Measure the forecast by month and as a screen opens it, in turn with a plain read.

    :return: milliseconds, and the ratio of the forecast to the read
    """
    with bench.database() as database, probes(ACTIONS, database) as [probe]:
        probe("fill", orders=ORDERS, milestones=MILESTONES)
        rounds = [{name: probe(name) for name in ("ask", "open_screen", "read")} for _round in range(ROUNDS + 1)][1:]
    if {found["ask"]["milestones"] for found in rounds} != {ORDERS * MILESTONES}:
        raise AssertionError(f"Not all milestones: {rounds}")
    figures = {
        "forecast_10000_milestones_ms": median(found["ask"]["ms"] for found in rounds),
        "forecast_busy_ms": median(found["ask"]["busy"] for found in rounds),
        "forecast_open_screen_ms": median(found["open_screen"]["ms"] for found in rounds),
        "forecast_plain_read_ms": median(found["read"]["ms"] for found in rounds),
        "forecast_ratio_to_read": median(found["ask"]["ms"] / found["read"]["ms"] for found in rounds),
    }
    over = figures["forecast_10000_milestones_ms"] >= GOAL_MS
    print(f"{figures['forecast_10000_milestones_ms'] / 1000:.2f} s{', more than a second' if over else ''}", flush=True)
    return figures
