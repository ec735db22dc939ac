"""``bin/bench screens``: the server time of every screen of both apps, over large books."""

from statistics import median

from benchmarks.probe import probes
from benchmarks.revenue import close

REVENUE = "benchmarks.revenue_actions"
BILLING = "benchmarks.billing_actions"
SCREENS = "benchmarks.screens_actions"
OBLIGATIONS = 100_000
ORDERS, MILESTONES = 10, 1_000
RUNS = 3
GOAL = 1_000


def run(bench):
    """Open every screen that the menus of both apps lead to, with what the web client asks for.

    One database has 100,000 obligations in a posted close, and ten orders of 1,000 milestones, all attained.

    :return: milliseconds by screen, the slowest one, and how many take a second or more
    """
    with bench.database() as database:
        order = fill(database)
        with probes(SCREENS, database) as [probe]:
            figures = {}
            for screen in [*probe("screens"), *probe("records", order=order)]:
                times = [probe("open_screen", **screen) for _run in range(RUNS + 1)]
                # The first one loads what Odoo keeps.
                figures[f"screen_{screen['name']}_ms"] = median(times[1:])
            for widget in probe("widgets", order=order):
                times = [probe("ask_widget", **widget) for _run in range(RUNS + 1)]
                figures[f"widget_{widget['name']}_ms"] = median(times[1:])
    slowest = max(figures, key=figures.get)
    print(f"The slowest is {slowest}.", flush=True)
    over = sum(value >= GOAL for value in figures.values())
    return {**figures, "screens": len(figures), "screens_slowest_ms": figures[slowest], "screens_over_1000_ms": over}


def fill(database):
    """Fill a database with contracts, a close, orders and attainments; return an order."""
    with probes(REVENUE, database, database) as workers:
        workers[0]("populate", obligations=OBLIGATIONS, size=4)
        close(workers)
        workers[0]("post_close")
    with probes(BILLING, database) as [billing]:
        billing("prepare")
        orders = billing(
            "make",
            kind="scheduled_orders",
            count=ORDERS,
            milestones=MILESTONES,
            product="Bench project",
            due_on="manual",
        )
        billing("attain", orders=orders, steps=list(range(MILESTONES)))
    return orders[0]
