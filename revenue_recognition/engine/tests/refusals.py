"""What a scenario may have wrong, and how its refusal reads: one line each.

A line changes one thing in a well-formed scenario: ``Wrong(path, value, place, word)`` puts a value where the path
leads and expects the message to be about that place and to hold that word. The value ``GONE`` takes a key away;
``NEXT`` in a path appends to a list. The words are those of the checker that comes with the scenario format.
"""

import copy
from typing import Any, NamedTuple

GONE = object()
NEXT = object()


class Wrong(NamedTuple):
    """One thing that is wrong."""

    path: tuple
    value: Any
    place: str
    word: str


def promise(key, method, more=None, **terms):
    """Return an obligation."""
    return {"key": key, "name": key.title(), **terms, "recognition": {"method": method, **(more or {})}}


def event(day, kind, /, **values):
    """Return an event of 2025."""
    return {"date": f"2025-{day}", "type": kind, **values}


#: Everything the format has, each method and each type of event once.
SCENARIO = {
    "id": "ALL",
    "title": "One of everything",
    "source": "made up",
    "book": "asc606",
    "currency": "USD",
    "company_currency": "EUR",
    "rates": [{"date": "2025-01-01", "rate": 0.9}, {"date": "2025-07-01", "rate": 0.8}],
    "contract": {
        "date": "2025-01-01",
        "fixed": 10000,
        "variable": [{"key": "BONUS", "amount": 300, "constrained": False, "allocate_to": ["BUILD"]}],
        "discount": [{"amount": 60, "allocate_to": ["LICENCE", "SUPPORT"]}],
        "financing": {"rate": 0.06, "from": "2025-01-01"},
        "obligations": [
            promise("LICENCE", "point_in_time", price=2000, ssp=2100, distinct=True),
            promise(
                "SUPPORT",
                "straight_line",
                {"start": "2025-01-01", "end": "2025-12-31", "prorate": "daily"},
                ssp_range=[900, 1100],
            ),
            promise("BUILD", "milestones", {"milestones": {"Design": 0.4, "Test": 0.6}}, ssp=3000),
            promise("GOODS", "units", quantity=10, unit_price=150, ssp=1500),
            promise("WORK", "cost_to_cost", {"total_cost": 1500}, ssp=2000),
            promise("ADVICE", "hours", {"total_hours": 40}, ssp=800),
            promise("STUDY", "manual", ssp=500),
            promise("CALLS", "usage"),
            promise("TIME", "as_invoiced"),
        ],
    },
    "events": [
        event("01-10", "satisfy", obligation="LICENCE", share=0.5),
        event("01-20", "progress", obligation="STUDY", progress=0.2),
        event("02-01", "deliver", obligation="GOODS", units=4),
        event("02-10", "milestone", obligation="BUILD", milestone="Design", undo=False),
        event("02-20", "cost", obligation="WORK", amount=300, kind="uninstalled"),
        event("03-01", "estimate_cost", obligation="WORK", total=1600),
        event("03-05", "estimate_hours", obligation="ADVICE", total=50),
        event("03-10", "hours", obligation="ADVICE", hours=12.5),
        event("03-20", "usage", obligation="CALLS", amount=75),
        event("04-01", "estimate", variable="BONUS", amount=200, constrained=True),
        event("04-10", "estimate_unit_price", obligation="GOODS", amount=140),
        event("04-20", "estimate_returns", obligation="GOODS", rate=0.1),
        event("05-01", "contract_cost", amount=120, over=["SUPPORT"]),
        event("05-10", "impair", amount=10),
        event("05-20", "invoice", amount=2500, obligation="GOODS", unconditional=True),
        event("05-25", "credit_note", amount=50, obligation="GOODS"),
        event("05-31", "payment", amount=1000),
        event(
            "06-15",
            "modify",
            treatment="prospective",
            fixed_delta=400,
            add=[promise("TRAINING", "point_in_time", ssp=450)],
            remove=["STUDY"],
            change=[{"obligation": "SUPPORT", "ssp": 1200, "end": "2026-03-31"}],
            refund=20,
        ),
        event("09-30", "satisfy", obligation="TRAINING"),
        event("10-31", "terminate", refund=100),
    ],
    "expect": [{"at": "2025-06-30", "bands": ["2025-12-31", "2026-12-31"]}, {"at": "2025-12-31"}],
}


def _in(*path):
    """Return a function that makes paths below a path."""
    return lambda *more: (*path, *more)


CONTRACT, EVENTS, EXPECT, RATES = _in("contract"), _in("events"), _in("expect"), _in("rates")
PROMISES = _in("contract", "obligations")
P = "contract.obligations"

REFUSALS = (
    # The scenario itself.
    Wrong(("colour",), "red", "scenario.colour", "unknown key"),
    Wrong(("currency",), GONE, "scenario.currency", "no currency"),
    Wrong(("currency",), "QQQ", "currency", "no currency"),
    Wrong(("currency",), 840, "currency", "not a text"),
    Wrong(("book",), "gaap", "book", "unknown"),
    Wrong(("contract",), GONE, "scenario.contract", "no contract"),
    Wrong(("contract",), [], "contract", "not an object"),
    Wrong(("events",), {}, "events", "not a list"),
    Wrong(("expect",), GONE, "scenario.expect", "no expect"),
    Wrong(("expect",), [], "expect", "at least one"),
    Wrong(("rates",), GONE, "scenario.rates", "no rates"),
    Wrong(("company_currency",), GONE, "scenario.company_currency", "no company_currency"),
    Wrong(("company_currency",), "QQQ", "company_currency", "no currency"),
    # Rates.
    Wrong(RATES(0, "rate"), "0.9", "rates[0].rate", "not a number"),
    Wrong(RATES(0, "rate"), 0, "rates[0].rate", "above 0"),
    Wrong(RATES(0, "until"), "2025-02-01", "rates[0].until", "unknown key"),
    Wrong(RATES(1, "date"), "2025-01-01", "rates[1].date", "not after"),
    Wrong(RATES(0, "date"), "2025-01-02", "rates[0].date", "later than inception"),
    # The contract.
    Wrong(CONTRACT("customer"), "Harbour", "contract.customer", "unknown key"),
    Wrong(CONTRACT("date"), GONE, "contract.date", "no date"),
    Wrong(CONTRACT("date"), "2025-02-30", "contract.date", "not an ISO date"),
    Wrong(CONTRACT("date"), "20250101", "contract.date", "not an ISO date"),
    Wrong(CONTRACT("fixed"), "10000", "contract.fixed", "not a number"),
    Wrong(CONTRACT("fixed"), 0.001, "contract.fixed", "decimals"),
    Wrong(CONTRACT("fixed"), float("nan"), "contract.fixed", "not a number"),
    Wrong(CONTRACT("variable", 0, "amount"), GONE, "contract.variable[0].amount", "no amount"),
    Wrong(CONTRACT("variable", 0, "allocate_to"), ["X"], "contract.variable[0].allocate_to", 'no obligation "X"'),
    Wrong(CONTRACT("variable", 0, "constrained"), "no", "contract.variable[0].constrained", "true nor false"),
    Wrong(CONTRACT("variable", NEXT), {"key": "BONUS", "amount": 1}, "contract.variable[1].key", "used twice"),
    Wrong(CONTRACT("discount", 0, "amount"), 9999, "contract.discount[0].amount", "more than its obligations"),
    Wrong(CONTRACT("discount", 0, "allocate_to"), GONE, "contract.discount[0].allocate_to", "no allocate_to"),
    Wrong(CONTRACT("discount", 0, "allocate_to"), [], "contract.discount[0].allocate_to", "no obligation"),
    Wrong(CONTRACT("discount", 0, "allocate_to"), ["X"], "contract.discount[0].allocate_to", 'no obligation "X"'),
    Wrong(CONTRACT("financing", "rate"), True, "contract.financing.rate", "not a number"),
    Wrong(CONTRACT("financing", "from"), GONE, "contract.financing.from", "no from"),
    # Obligations.
    Wrong(CONTRACT("obligations"), GONE, "contract.obligations", "no obligations"),
    Wrong(CONTRACT("obligations"), [], "contract.obligations", "at least one"),
    Wrong(PROMISES(0), "LICENCE", f"{P}[0]", "not an object"),
    Wrong(PROMISES(0, "key"), GONE, f"{P}[0].key", "no key"),
    Wrong(PROMISES(0, "key"), "", f"{P}[0].key", "not a text"),
    Wrong(PROMISES(0, "product"), "P1", f"{P}[0].product", "unknown key"),
    Wrong(PROMISES(1, "key"), "LICENCE", f"{P}[1].key", "used twice"),
    Wrong(PROMISES(0, "price"), "2,000", f"{P}[0].price", "not a number"),
    Wrong(PROMISES(0, "price"), 2000.005, f"{P}[0].price", "decimals"),
    Wrong(PROMISES(0, "ssp"), -1, f"{P}[0].ssp", "below 0"),
    Wrong(PROMISES(0, "ssp"), GONE, f"{P}[0].ssp", "needed to share the price"),
    Wrong(PROMISES(1, "ssp_range"), [1100, 900], f"{P}[1].ssp_range", "not [low, high]"),
    Wrong(PROMISES(1, "ssp_range"), [900], f"{P}[1].ssp_range", "not [low, high]"),
    Wrong(PROMISES(0, "ssp_method"), "cost_plus", f"{P}[0].ssp_method", "unknown"),
    Wrong(PROMISES(1, "ssp_method"), "residual", f"{P}[1].ssp_range", "outside what was observed"),
    Wrong(PROMISES(0, "distinct"), 1, f"{P}[0].distinct", "true nor false"),
    Wrong(PROMISES(3, "quantity"), 0, f"{P}[3].quantity", "above 0"),
    # Their measures.
    Wrong(PROMISES(0, "recognition"), GONE, f"{P}[0].recognition", "no recognition"),
    Wrong(PROMISES(0, "recognition", "method"), GONE, f"{P}[0].recognition.method", "no method"),
    Wrong(PROMISES(0, "recognition", "method"), "ratable", f"{P}[0].recognition.method", "no method"),
    Wrong(PROMISES(0, "recognition", "start"), "2025-01-01", f"{P}[0].recognition.start", "unknown key"),
    Wrong(PROMISES(1, "recognition", "end"), GONE, f"{P}[1].recognition.end", "no end"),
    Wrong(PROMISES(1, "recognition", "end"), "2024-12-31", f"{P}[1].recognition.end", "is before 2025-01-01"),
    Wrong(PROMISES(1, "recognition", "prorate"), "weekly", f"{P}[1].recognition.prorate", "no proration"),
    Wrong(
        PROMISES(2, "recognition", "milestones", "Test"),
        0.5,
        f"{P}[2].recognition.milestones",
        "weights total 0.9, not 1",
    ),
    Wrong(PROMISES(2, "recognition", "milestones"), [], f"{P}[2].recognition.milestones", "not an object"),
    Wrong(PROMISES(4, "recognition", "total_cost"), GONE, f"{P}[4].recognition.total_cost", "no total_cost"),
    Wrong(PROMISES(4, "recognition", "total_cost"), 0, f"{P}[4].recognition.total_cost", "above 0"),
    Wrong(PROMISES(5, "recognition", "total_hours"), None, f"{P}[5].recognition.total_hours", "not a number"),
    # Events: their dates, types and references.
    Wrong(EVENTS(0), None, "events[0]", "not an object"),
    Wrong(EVENTS(0, "colour"), "red", "events[0].colour", "unknown key"),
    Wrong(EVENTS(0, "type"), GONE, "events[0].type", "no type"),
    Wrong(EVENTS(0, "type"), "deliver_all", "events[0].type", "no event type"),
    Wrong(EVENTS(0, "date"), GONE, "events[0].date", "no date"),
    Wrong(EVENTS(0, "date"), "2024-12-31", "events[0].date", "2024-12-31 is before 2025-01-01"),
    Wrong(EVENTS(0, "date"), "10/01/2025", "events[0].date", "not an ISO date"),
    Wrong(EVENTS(0, "obligation"), GONE, "events[0].obligation", "no obligation"),
    Wrong(EVENTS(0, "obligation"), "C", "events[0].obligation", 'no obligation "C"'),
    Wrong(EVENTS(2, "obligation"), "SUPPORT", "events[2].type", "deliver does not go with straight_line"),
    Wrong(EVENTS(18, "date"), "2025-06-14", "events[18].obligation", "is only added on 2025-06-15"),
    Wrong(EVENTS(18, "obligation"), "STUDY", "events[18].type", "satisfy does not go with manual"),
    # Events: what they say.
    Wrong(EVENTS(0, "share"), 1.5, "events[0].share", "not a share of 1"),
    Wrong(EVENTS(1, "progress"), GONE, "events[1].progress", "no progress"),
    Wrong(EVENTS(1, "progress"), 20, "events[1].progress", "not a share of 1"),
    Wrong(EVENTS(2, "units"), "4", "events[2].units", "not a number"),
    Wrong(EVENTS(2, "units"), 11, "events[2].units", "11 units would be delivered of 10"),
    Wrong(EVENTS(2, "units"), -1, "events[2].units", "0 units are delivered"),
    Wrong(EVENTS(3, "milestone"), "Build", "events[3].milestone", 'no milestone "Build"'),
    Wrong(EVENTS(3, "undo"), "yes", "events[3].undo", "true nor false"),
    Wrong(EVENTS(4, "amount"), GONE, "events[4].amount", "no amount"),
    Wrong(EVENTS(4, "kind"), "extra", "events[4].kind", "no kind"),
    Wrong(EVENTS(4, "kind"), "installed", "events[4].amount", "more is installed"),
    Wrong(EVENTS(5, "total"), -5, "events[5].total", "above 0"),
    Wrong(EVENTS(7, "hours"), [12], "events[7].hours", "not a number"),
    Wrong(EVENTS(9, "variable"), "MALUS", "events[9].variable", 'no variable "MALUS"'),
    Wrong(EVENTS(9, "allocate_to"), ["WORK"], "events[9].allocate_to", "unknown key"),
    Wrong(EVENTS(11, "rate"), -0.1, "events[11].rate", "not a share of 1"),
    Wrong(EVENTS(12, "over"), GONE, "events[12].over", "no over"),
    Wrong(EVENTS(12, "over"), ["X"], "events[12].over", 'no obligation "X"'),
    Wrong(EVENTS(12, "over"), "SUPPORT", "events[12].over", "not a list"),
    Wrong(EVENTS(13, "amount"), 1000, "events[13].amount", "is left of the contract cost"),
    Wrong(EVENTS(14, "amount"), GONE, "events[14].amount", "no amount"),
    Wrong(EVENTS(14, "unconditional"), "true", "events[14].unconditional", "true nor false"),
    Wrong(EVENTS(15, "amount"), -50, "events[15].amount", "below 0"),
    Wrong(EVENTS(16, "amount"), float("inf"), "events[16].amount", "not a number"),
    Wrong(EVENTS(16, "amount"), 1e18, "events[16].amount", "too large"),
    # Events: modifications and the end.
    Wrong(EVENTS(17, "treatment"), "retrospective", "events[17].treatment", "no treatment"),
    Wrong(EVENTS(17, "treatment"), "separate", "events[17].treatment", "adds obligations and changes none"),
    Wrong(EVENTS(17, "fixed_delta"), "400", "events[17].fixed_delta", "not a number"),
    Wrong(EVENTS(17, "add", 0, "key"), "LICENCE", "events[17].add[0].key", "used twice"),
    Wrong(EVENTS(17, "add", 0, "ssp"), GONE, "events[17].add[0].ssp", "needed to share the price"),
    Wrong(EVENTS(17, "add", 0, "sku"), "T", "events[17].add[0].sku", "unknown key"),
    Wrong(EVENTS(17, "remove"), ["X"], "events[17].remove", 'no obligation "X"'),
    Wrong(EVENTS(17, "change", 0, "obligation"), "X", "events[17].change[0].obligation", 'no obligation "X"'),
    Wrong(EVENTS(17, "change", 0, "begin"), "2025-02-01", "events[17].change[0].begin", "unknown key"),
    Wrong(EVENTS(17, "change", 0, "quantity"), 3, "events[17].change[0].quantity", "no quantity"),
    Wrong(EVENTS(17, "change", 0, "end"), "2024-12-31", "events[17].change[0].end", "is before 2025-01-01"),
    Wrong(EVENTS(17, "refund"), 99999, "events[17].refund", "more than is recognised"),
    Wrong(EVENTS(19, "refund"), -1, "events[19].refund", "below 0"),
    Wrong(EVENTS(19, "refund"), 99999, "events[19].refund", "more than was billed or paid"),
    Wrong(EVENTS(18, "date"), "2025-11-01", "events[18].date", "was terminated on 2025-10-31"),
    # What is asked.
    Wrong(EXPECT(0, "at"), GONE, "expect[0].at", "no at"),
    Wrong(EXPECT(0, "at"), "2024-12-31", "expect[0].at", "is before 2025-01-01"),
    Wrong(EXPECT(0, "profit"), 1, "expect[0].profit", "unknown key"),
    Wrong(EXPECT(0, "bands"), ["2026-12-31", "2025-12-31"], "expect[0].bands", "not after"),
    Wrong(EXPECT(0, "bands"), ["2025-01-31"], "expect[0].bands", "is before 2025-06-30"),
)


def with_value(path, value):
    """Return the scenario with a value of its own where a path leads, or without that key."""
    scenario = copy.deepcopy(SCENARIO)
    where = scenario
    for step in path[:-1]:
        where = where[step]
    if value is GONE:
        del where[path[-1]]
    elif path[-1] is NEXT:
        where.append(value)
    else:
        where[path[-1]] = value
    return scenario


def name_of(wrong):
    """Return how a line is called in reports of tests."""
    return f"{wrong.place}-{wrong.word}".replace(" ", "_")
