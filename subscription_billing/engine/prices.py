"""Which price and which quantity of a charge is in force on a day: changes, versions, uplift, renewals."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TypeVar

from .cadence import FOREVER, NEVER, Day, later
from .events import History, in_turn
from .money import rounded_to
from .rating import Rating
from .terms import OneTime, Price, Priced, Recurring, Uplift, unit_price
from .tracks import Track, together

T = TypeVar("T")
#: (effective day, whether by a change, recorded day, listed, what is set): in this order the last one of a day counts.
Setting = tuple[Day, bool, Day, int, T]


def effective(charge: Priced, day: Day, applies: str) -> Day:
    """Return the day on which something of a day takes effect: that day, or the first period from it on."""
    return day if applies == "day" else charge.calendar.first_from(day)


def quantities(charge: Recurring, known: History) -> Track[Fraction | int]:
    """Return the quantity of every day."""
    settings = [
        (effective(charge, change.day, change.applies), True, change.recorded, change.listed, change.quantity)
        for change in known.changes
        if change.quantity is not None
    ]
    return Track([(NEVER, charge.quantity), *_in_order(settings)])


def prices(charge: Priced, known: History, until: Day = FOREVER) -> Track[Rating]:
    """Return the price of every day before ``until``, uplifted.

    A price set is a base; rises of days after the one on which it was set apply to it, until the next is set.
    """
    first = charge.first if charge.price_from is None else charge.price_from
    sets = [(first, charge.price), *_in_order(_price_settings(charge, known))]
    rises = list(_rises(charge, known, until))
    steps: list[tuple[Day, Rating]] = []
    for place, (day, price) in enumerate(sets):
        to = sets[place + 1][0] if place + 1 < len(sets) else FOREVER
        steps.append((day if place else NEVER, price.rating))
        if price.is_unit:
            own = [(on, percent) for on, percent in rises if day < on < to]
            steps += _raised(price, own, charge.uplift)
    return Track(steps)


def _price_settings(charge: Priced, known: History) -> Iterator[Setting[Price]]:
    for listed, version in enumerate(charge.versions):
        yield effective(charge, version.day, version.applies), False, NEVER, listed, version.price
    for change in known.changes:
        if change.price is not None:
            day = effective(charge, change.day, change.applies)
            yield day, True, change.recorded, change.listed, change.price


def _in_order(settings: Iterable[Setting[T]]) -> list[tuple[Day, T]]:
    """Return what is set on which day; of several on one day the last one by rank."""
    found: dict[Day, T] = {}
    for setting in sorted(settings, key=lambda one: one[:4]):
        found[setting[0]] = setting[4]
    return list(found.items())


def _rises(charge: Priced, known: History, until: Day) -> list[tuple[Day, Fraction]]:
    """Return rises in order of their effective days: steps as listed, then the renewal of that day."""
    found = [
        (effective(charge, step.day, step.applies), listed, step.percent)
        for listed, step in enumerate(charge.uplift.steps)
    ]
    found += ((day, len(found), percent) for day, percent in _renewals(charge, known, until))
    return [(day, percent) for day, _listed, percent in sorted(found, key=lambda one: one[:2])]


def _renewals(charge: Priced, known: History, until: Day) -> Iterator[tuple[Day, Fraction]]:
    """Yield the first day of each further term and by how much the price rises on it.

    A term that was renewed rises by what was said of it; those that follow by themselves, by the charge's own percent.

    >>> from .cadence import Cadence, Step
    >>> from .events import Renewal
    >>> weekly = Cadence.on(1, Step(1, "weeks"))
    >>> charge = Recurring(
    ...     key="A", kind="recurring", place=0, first=1, calendar=weekly, price=unit_price(100),
    ...     term=Step(1, "weeks"), renews=True, renewal_percent=Fraction(5),
    ... )
    >>> once = History(renewals=(Renewal(8, 8, 0, 2, Fraction(0)),))
    >>> [(day, int(percent)) for day, percent in _renewals(charge, once, 30)]
    [(8, 0), (15, 5), (22, 5), (29, 5)]
    """
    if charge.term is None:
        return
    renewed = known.terms()
    for renewal in renewed:
        percent = charge.renewal_percent if renewal.percent is None else renewal.percent
        if percent is not None:
            yield later(charge.first_of_terms, charge.term, renewal.number - 1), percent
    if charge.renews and charge.renewal_percent is not None:
        times = 1 + len(renewed)
        while (day := later(charge.first_of_terms, charge.term, times)) < until:
            yield day, charge.renewal_percent
            times += 1


def _raised(price: Price, rises: list[tuple[Day, Fraction]], uplift: Uplift) -> Iterator[tuple[Day, Rating]]:
    """Yield the price after each rise: of the base and all rises, or of the rounded price before, rounded.

    >>> rises = [(10, Fraction(3))]
    >>> [float(rating.price) for price in (unit_price(Fraction("10.05")), unit_price(Fraction("10.05"), 9))
    ...  for _day, rating in _raised(price, rises, Uplift())]
    [10.35, 10.3515]
    """
    exact = price.rating.price
    decimals = uplift.decimals if price.decimals is None else price.decimals
    for day, percent in rises:
        rise = uplift.held(percent)
        if not rise:
            # A price of more decimals than a raised one has stays as it is.
            continue
        exact *= 1 + rise / 100
        rounded = Fraction(rounded_to(exact, decimals))
        if uplift.against == "prior":
            exact = rounded
        yield day, unit_price(rounded).rating


def one_time_terms(charge: OneTime, known: History) -> tuple[Fraction | int, Rating]:
    """Return quantity and price of a one-time charge; a change is effective whatever its date."""
    quantity, price = charge.quantity, charge.price
    for change in sorted(known.changes, key=lambda one: (one.day, one.recorded, one.listed)):
        quantity = quantity if change.quantity is None else change.quantity
        price = price if change.price is None else change.price
    return quantity, price.rating


def pauses(known: History) -> Track[bool]:
    """Return whether a charge is paused, for every day."""
    steps = [(one.day, one.pauses) for one, fits in in_turn(known.breaks) if fits]
    return Track([(NEVER, False), *steps])


def reduced(charge: Recurring, known: History, found: Track[Rating]) -> Track[Rating]:
    """Return prices less what comes off them on each day, exactly.

    >>> from .cadence import Cadence, Step
    >>> from .events import Change
    >>> monthly = Cadence.on(1, Step(1, "months"))
    >>> charge = Recurring(
    ...     key="A", kind="recurring", place=0, first=1, calendar=monthly, price=unit_price(8), reduction=Fraction(50)
    ... )
    >>> back = Change(32, 32, 0, None, None, "day", reduction=Fraction(0))
    >>> [int(rating.price) for rating in reduced(charge, History((back,)), prices(charge, History())).values]
    [4, 8]
    """
    settings = [
        (effective(charge, change.day, change.applies), True, change.recorded, change.listed, change.reduction)
        for change in known.changes
        if change.reduction is not None
    ]
    if not settings and not charge.reduction:
        return found
    merged = together(found, Track([(NEVER, charge.reduction), *_in_order(settings)]))
    return Track(
        (day, unit_price(rating.price * (1 - percent / 100)).rating if percent else rating)
        for day, (rating, percent) in zip(merged.days, merged.values, strict=True)
    )


def recurring_terms(charge: Recurring, known: History, until: Day) -> Track[tuple[Fraction | int, Rating] | None]:
    """Return quantity and price of every day, nothing on paused ones."""
    found = reduced(charge, known, prices(charge, known, until))
    merged = together(quantities(charge, known), found, pauses(known))
    return Track(
        (day, None if paused else (quantity, rating))
        for day, (quantity, rating, paused) in zip(merged.days, merged.values, strict=True)
    )
