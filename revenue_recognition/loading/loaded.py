"""A contract as read from the database, on its way to the engine."""

import re
from datetime import date, timedelta
from fractions import Fraction

from dateutil.relativedelta import relativedelta

from ..engine import events as e
from ..engine.contract import Contract, Rates
from ..engine.measures import (
    AsInvoiced,
    CostToCost,
    LabourHours,
    Milestones,
    Observed,
    PointInTime,
    StraightLine,
    Units,
    Usage,
    open_ended,
)
from ..engine.terms import Discount, Financing, Obligation, Variable
from ..engine.wording import Figure, to_plain
from .added import no_earlier_than_agreed
from .values import exact

#: How places of modifications begin that are records.
KEPT = "modification "
DISTINCT = {"auto": None, "yes": True, "no": False}


class Problem:
    """Why a contract cannot be worked out, or what is doubtful about it.

    :param kind: names the words for it, in :mod:`..models.revenue_exception`
    :param obligation_id: of the database; None for what concerns the whole contract
    :param values: what the words speak of
    """

    __slots__ = ("blocking", "kind", "obligation_id", "values")

    def __init__(self, kind, obligation_id=None, blocking=True, **values):
        self.kind = kind
        self.obligation_id = obligation_id
        self.blocking = blocking
        self.values = values

    def as_data(self):
        """Return the kind of the problem and the values of its sentence as JSON: it is translated when it is read."""
        return {"kind": self.kind, "values": {name: to_plain(value) for name, value in self.values.items()}}


class Promise:
    """An obligation as read: its terms, and what the sources found out about them.

    :ivar allocated: its share of the price as last worked out, in units; None where it never was
    :ivar weights: of its milestones, by their key
    :ivar reached: the day on which each of them was reached, by its key
    :ivar planned: the deadline of each that is not reached, by its key; None where it has none
    :ivar estimate: the first estimate at completion (units of money, or hours)
    :ivar facts: when what it waits for happened, and the share of it
    :ivar started: the day its time began, where nothing on the obligation says so
    :ivar used: of usage, what is used (``engine.measures.usage.USED``): a source that knows says so
    """

    __slots__ = (
        "added_by",
        "account_id",
        "allocated",
        "analytic",
        "date_end",
        "date_start",
        "distinct",
        "estimate",
        "facts",
        "high",
        "id",
        "key",
        "low",
        "measure",
        "monthly",
        "months",
        "name",
        "planned",
        "price",
        "quantity",
        "reached",
        "ssp",
        "ssp_kind",
        "started",
        "trigger",
        "unit_price",
        "used",
        "version_id",
        "weights",
    )

    def __init__(self, row):
        (
            self.id,
            self.key,
            self.name,
            self.measure,
            self.trigger,
            self.date_start,
            self.date_end,
            self.months,
            self.monthly,
            self.price,
            self.ssp,
            self.low,
            self.high,
            self.ssp_kind,
            self.quantity,
            self.unit_price,
            self.distinct,
            self.added_by,
            self.account_id,
            self.version_id,
            self.analytic,
            self.allocated,
        ) = row
        self.weights = {}
        self.estimate = exact(self.quantity) if self.measure == "hours" and self.quantity else None
        self.started = None
        self.used = "licence"
        self.facts = []
        self.reached = {}
        self.planned = {}

    def terms(self):
        """Return the obligation for the engine."""
        kind = self.ssp_kind
        return Obligation(
            key=self.key,
            name=self.name,
            recognition=WITHOUT_TERMS.get(self.measure) or TERMS_BY_MEASURE[self.measure](self),
            price=self.price,
            ssp=self.ssp if kind == "amount" else None,
            ssp_range=(Fraction(self.low or 0), Fraction(self.high or 0)) if self._ranged() else None,
            residual=kind == "residual",
            quantity=self.counted(),
            unit_price=exact(self.unit_price) if self.unit_price and self.measure == "units" else None,
            distinct=DISTINCT[self.distinct],
            place=self.key,
        )

    def counted(self):
        """Return the quantity that deliveries are units of, and invoices of what they satisfy; None for neither."""
        if self.measure == "units" or self.passes_on("delivered"):
            return exact(self.quantity) if self.quantity else None
        return Fraction(self.price) if self.passes_on("invoice") and self.price else None

    def passes_on(self, trigger):
        """Return whether control passes at a point in time, by one kind of fact."""
        return self.measure == "point_in_time" and self.trigger == trigger

    def span(self):
        """Return the first and the last day of what is earned by time, or None before it starts."""
        start = self.date_start or self.started
        if start is None:
            return None
        if self.date_end is not None:
            return start, self.date_end
        if not self.months:
            return None
        return start, start + relativedelta(months=self.months) - timedelta(days=1)

    def shares_price(self):
        """Return whether it takes a share of the fixed consideration."""
        return self.measure not in open_ended() and (self.measure != "units" or bool(self.quantity))

    def _ranged(self):
        return self.ssp_kind == "range" or (self.ssp_kind == "residual" and bool(self.high))

    def _straight_line(self):
        span = self.span()
        return StraightLine(start=span[0], end=span[1], monthly=self.monthly) if span else WITHOUT_TERMS["manual"]


#: Measures without terms of their own.
WITHOUT_TERMS = {
    "point_in_time": PointInTime(),
    "units": Units(),
    "as_invoiced": AsInvoiced(),
    "manual": Observed(),
}
TERMS_BY_MEASURE = {
    "straight_line": Promise._straight_line,
    "cost_to_cost": lambda promise: CostToCost(total_cost=Fraction(promise.estimate or 1)),
    "hours": lambda promise: LabourHours(total_hours=Fraction(promise.estimate or 1)),
    "milestones": lambda promise: Milestones(weights=promise.weights),
    "usage": lambda promise: Usage(of=promise.used),
}


class Loaded:
    """A contract with its promises and its events, and where its entries go.

    :ivar promises: by the id of the obligation
    :ivar events: of the engine, in the order they apply within a date
    :ivar billed: what documents booked, by account: units of the contract and of the company currency
    :ivar billed_by_day: what documents booked, by day
    :ivar problems: what stands in the way
    """

    __slots__ = (
        "asset_account_id",
        "billed",
        "billed_by_day",
        "currency_id",
        "date",
        "decimals",
        "discounts",
        "events",
        "financing_date",
        "financing_rate",
        "fixed",
        "id",
        "journal_id",
        "liability_account_id",
        "name",
        "partner_id",
        "problems",
        "promises",
        "rates",
        "refund_account_id",
        "state",
        "variables",
    )

    def __init__(self, row, decimals):
        (
            self.id,
            self.name,
            self.date,
            self.state,
            self.partner_id,
            self.currency_id,
            self.fixed,
            self.liability_account_id,
            self.asset_account_id,
            self.refund_account_id,
            self.journal_id,
            self.financing_rate,
            self.financing_date,
        ) = row
        self.decimals = decimals[self.currency_id]
        self.promises: dict[int, Promise] = {}
        self.events: list[e.Event] = []
        self.variables: list[Variable] = []
        self.discounts: list[Discount] = []
        self.billed: dict[int, tuple[int, int]] = {}
        self.billed_by_day: dict[date, tuple[int, int]] = {}
        self.problems: list[Problem] = []
        self.rates: Rates | None = None

    @property
    def documents(self):
        """What documents booked of the contract, units of the contract and of the company currency."""
        amounts = self.billed.values()
        return sum(amount for amount, _company in amounts), sum(company for _amount, company in amounts)

    def problem(self, kind, promise=None, blocking=True, **values):
        """Add a problem of the contract."""
        self.problems.append(Problem(kind, promise.id if promise else None, blocking, **values))

    def refused(self, refusal):
        """Add a refusal of the engine as a problem; keys of obligations in its text are replaced by their names."""
        place = refusal.place
        for promise in self.promises.values():
            if re.match(re.escape(promise.key) + r"(?![^.:])", place):
                place = promise.name + place.removeprefix(promise.key)
                break
        self.problem("refused", place=place, reason=refusal.reason)

    def blocked(self):
        """Return whether something keeps the contract from being worked out."""
        return any(problem.blocking for problem in self.problems)

    def is_last_change_kept(self, day):
        """Return whether a record keeps the last modification through a day: others follow from facts each time."""
        changes = [event for event in self.events if isinstance(event, e.Modify) and event.date <= day]
        last = max(changes, key=lambda event: event.date, default=None)
        return last is None or all(event.place.startswith(KEPT) for event in changes if event.date == last.date)

    def is_unplanned(self):
        """Return whether nothing can be earned of it yet: each obligation waits for milestones that nobody made."""
        unplanned = {problem.obligation_id for problem in self.problems if problem.kind == "milestones"}
        return bool(self.promises) and unplanned == set(self.promises)

    def check(self):
        """Add problems for terms that are missing."""
        sharing = [one for one in self.promises.values() if one.shares_price()]
        for promise in self.promises.values():
            if promise.measure in ("cost_to_cost", "hours") and not promise.estimate:
                self.problem("estimate", promise, name=promise.name)
            if promise.measure == "milestones" or promise.trigger == "milestone":
                self._check_weights(promise)
            self._check_dates(promise)
            if promise in sharing and len(sharing) > 1 and not promise.ssp_kind:
                self.problem("ssp", promise, name=promise.name)
        if self.state == "active" and not self.promises:
            self.problem("empty")

    def contract(self):
        """Return the contract for the engine."""
        financing = None
        if self.financing_rate:
            financing = Financing(rate=self.financing_rate, start=self.financing_date or self.date)
        return Contract(
            key=str(self.id),
            date=self.date,
            obligations=tuple(promise.terms() for promise in self.promises.values() if not promise.added_by),
            fixed=self.fixed,
            variable=tuple(self.variables),
            discount=tuple(self.discounts),
            financing=financing,
            events=tuple(no_earlier_than_agreed(self.events, self.variables)),
            decimals=self.decimals,
        )

    def _check_dates(self, promise):
        if promise.trigger == "date" and not promise.date_start:
            self.problem("start", promise, name=promise.name)
        elif promise.measure == "straight_line" and not promise.months and not promise.date_end:
            self.problem("dates", promise, name=promise.name)
        span = promise.span() if promise.measure == "straight_line" else None
        if span and span[1] < span[0]:
            self.problem("span", promise, name=promise.name, start=span[0], end=span[1])

    def _check_weights(self, promise):
        """Note milestones that are missing, which are not done, or too many, which are brought down to the whole."""
        total = sum(promise.weights.values())
        if not promise.weights:
            if not self._has_problem(promise):
                self.problem("milestones", promise, blocking=False, name=promise.name)
        elif total != 1:
            self.problem(
                "weights", promise, blocking=False, name=promise.name, percent=Figure(f"{float(total * 100):,g}")
            )
        if total > 1:
            promise.weights = {key: weight / total for key, weight in promise.weights.items()}

    def _has_problem(self, promise):
        return any(problem.obligation_id == promise.id for problem in self.problems)
