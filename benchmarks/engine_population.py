"""A population of contracts for the engine, made one by one, and the process that measures it.

    python -m benchmarks.engine_population OBLIGATIONS

prints, as JSON, how long the engine took, how long making the contracts took alone, and the process's peak memory.
"""

import json
import random
import resource
import sys
import time
from datetime import date, timedelta
from fractions import Fraction

from revenue_engine import Contract, Discount, Obligation, Variable, positions
from revenue_engine import events as e
from revenue_engine import measures as m

INCEPTION = date(2025, 1, 1)
AT = date(2025, 9, 30)
TERM = m.StraightLine(INCEPTION, date(2026, 12, 31), monthly=True)
YEAR = m.StraightLine(INCEPTION, date(2025, 12, 31), monthly=False)
WEIGHTS = {"DESIGN": Fraction(1, 5), "BUILD": Fraction(1, 2), "DEPLOY": Fraction(3, 10)}
#: Subscriptions are the most frequent in any firm; every method is there.
RECOGNITIONS = (
    *(TERM, TERM, YEAR, m.PointInTime(), m.PointInTime(), m.Milestones(WEIGHTS), m.Milestones(WEIGHTS)),
    *(m.CostToCost(Fraction(70_000_000)), m.LabourHours(Fraction(400)), m.Units(), m.Observed()),
    *(m.Usage(), m.AsInvoiced()),
)


def population(count, seed=7):
    """Yield contracts with so many obligations in all.

    One to eight obligations each. A third sells below the standalone selling prices, one in twelve has variable
    consideration that is estimated anew, one in twenty a discount tied to one obligation, one in twenty is modified.
    """
    draw = random.Random(seed)
    while count > 0:
        size = min(count, draw.randrange(1, 9))
        yield _contract(draw, size)
        count -= size


def _contract(draw, size):
    obligations, events = [], [e.Invoice(date=INCEPTION, amount=draw.randrange(10**7))]
    for number in range(size):
        obligation = _obligation(draw, f"O{number}")
        obligations.append(obligation)
        events += _progress(draw, obligation)
    events.append(e.Payment(date=_day(draw), amount=draw.randrange(10**7)))
    shared = [one for one in obligations if one.recognition.method not in ("usage", "as_invoiced")]
    fixed = sum(one.price for one in shared)
    extra = _extra(draw, shared, events) if shared else {}
    if draw.random() < 1 / 3:
        fixed = fixed * 9 // 10
    return Contract(date=INCEPTION, fixed=fixed, obligations=tuple(obligations), events=tuple(events), **extra)


def _extra(draw, shared, events):
    """Return variable consideration and discounts of some contracts, and add the events that go with them."""
    extra = {}
    if draw.random() < 1 / 12:
        extra["variable"] = (Variable(key="BONUS", amount=500_000, constrained=True),)
        events.append(e.Estimate(date=_day(draw), variable="BONUS", amount=400_000, constrained=False))
    if draw.random() < 1 / 20:
        extra["discount"] = (Discount(amount=1_000, allocate_to=(shared[0].key,)),)
    if draw.random() < 1 / 20:
        treatment = draw.choice((e.Treatment.PROSPECTIVE, e.Treatment.CATCH_UP))
        events.append(e.Modify(date=_day(draw), treatment=treatment, fixed_delta=100_000))
    return extra


def _obligation(draw, key):
    recognition = draw.choice(RECOGNITIONS)
    price = draw.randrange(10_000, 10**8)
    quantity = Fraction(100) if recognition.method == "units" else None
    return Obligation(key=key, recognition=recognition, ssp=Fraction(price), price=price, quantity=quantity)


def _progress(draw, obligation):
    """Return the facts about an obligation so far; some of them come after the date asked for."""
    head = {"date": _day(draw), "obligation": obligation.key}
    make = {
        "point_in_time": lambda: [e.Satisfy(**head)],
        "straight_line": list,
        "milestones": lambda: [e.Milestone(**head, milestone="DESIGN")],
        "cost_to_cost": lambda: [e.Cost(**head, amount=Fraction(draw.randrange(10**7))) for _month in range(3)],
        "hours": lambda: [e.Hours(**head, hours=Fraction(draw.randrange(40))) for _month in range(3)],
        "units": lambda: [e.Deliver(**head, units=Fraction(draw.randrange(50)))],
        "manual": lambda: [e.Progress(**head, progress=Fraction(draw.randrange(100), 100))],
        "usage": lambda: [e.Satisfy(date=INCEPTION, obligation=obligation.key), e.Usage(**head, amount=500)],
        "as_invoiced": lambda: [e.Invoice(**head, amount=700)],
    }
    return make[obligation.recognition.method]()


def _day(draw):
    return INCEPTION + timedelta(days=draw.randrange(360))


def measure(count):
    """Return the seconds of making and of working out so many obligations, and the peak memory of this process."""
    started = time.perf_counter()
    for _contract_made in population(count):
        pass
    made = time.perf_counter() - started
    started = time.perf_counter()
    revenue = sum(position.revenue for _contract_read, position in positions(population(count), AT))
    together = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"made": made, "together": together, "peak_mib": peak, "revenue": revenue}


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
