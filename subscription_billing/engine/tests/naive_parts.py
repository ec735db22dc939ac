"""The small parts of the naive implementation: calendar, fractions, ratings, each from its definition."""

import calendar
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
LAST = date(2999, 12, 31)
STEP = Fraction(1, 4)  # quantities of random scenarios are multiples of it, bounds of tiers whole


def number(value):
    """Return a number of a scenario exactly."""
    return Fraction(str(value))


def day(text):
    return date.fromisoformat(text)


def half_away(value):
    """Round to a whole number, halves away from zero."""
    whole = int(abs(value) + Fraction(1, 2))
    return whole if value >= 0 else -whole


def at_decimals(value, decimals):
    scale = Fraction(10) ** decimals
    return half_away(value * scale) / scale


def clamped(year, month, wanted):
    return date(year, month, min(wanted, calendar.monthrange(year, month)[1]))


def plus(start, span, times=1, wanted=None):
    """Return a day so many spans later (or earlier), on a wanted day of the month."""
    count = span["count"] * times
    if span["unit"] == "days":
        return start + count * DAY
    if span["unit"] == "weeks":
        return start + 7 * count * DAY
    months = start.year * 12 + start.month - 1 + count * (12 if span["unit"] == "years" else 1)
    return clamped(months // 12, months % 12 + 1, wanted or start.day)


class Periods:
    """The full periods of a charge; a charge without a cadence has one."""

    def __init__(self, charge, customer, first):
        self.every = charge.get("every")
        self.wanted = None
        if self.every is None:
            end = day(charge["end"]) if "end" in charge else first + DAY
            self.single = (first, end)
            return
        anchor = first
        if "anchor" in charge:
            anchor = day(charge["anchor"])
        elif "billing_day" in customer and charge.get("align", True) and self.every["unit"] in ("months", "years"):
            self.wanted = customer["billing_day"]
            while anchor != clamped(anchor.year, anchor.month, self.wanted):
                anchor += DAY
        self.anchor = anchor
        self.first = first

    def start(self, number):
        return plus(self.anchor, self.every, number, self.wanted or self.anchor.day)

    def holding(self, on):
        """Return (number, first day, first day no more) of the period that holds a day."""
        if self.every is None:
            return (0, *self.single)
        number = 0
        while self.start(number) > on:
            number -= 1
        while self.start(number + 1) <= on:
            number += 1
        return number, self.start(number), self.start(number + 1)

    def first_from(self, on):
        """Return the start of the first period that starts on or after a day."""
        while self.holding(on)[1] != on:
            on += DAY
        return on

    def months(self):
        """Return the months of a period; 0 where it goes by days."""
        if self.every is None or self.every["unit"] in ("days", "weeks"):
            return 0
        return self.every["count"] * (12 if self.every["unit"] == "years" else 1)


def thirty(on):
    return 360 * on.year + 30 * (on.month - 1) + min(on.day, 30) - 1


def fraction(rule, periods, start, to):
    """Return the fraction of the full period that some days of it are, added up day by day."""
    number, full_start, full_to = periods.holding(start)
    months = periods.months()
    if rule == "none" or (start, to) == (full_start, full_to):
        return Fraction(1)
    days, total = [start + n * DAY for n in range((to - start).days)], Fraction(0)
    if rule == "days" or not months:
        return Fraction(len(days), (full_to - full_start).days)
    if rule == "actual_30":
        return min(Fraction(1), Fraction(len(days), 30 * months))
    if rule == "thirty_360":
        return Fraction(sum(thirty(on + DAY) - thirty(on) for on in days), thirty(full_to) - thirty(full_start))
    month = {"count": 1, "unit": "months"}
    wanted = periods.wanted or periods.anchor.day
    starts = [plus(full_start, month, n, wanted) for n in range(months + 1)]
    for on in days:
        own = max(n for n in range(months) if starts[n] <= on)
        total += Fraction(1, (starts[own + 1] - starts[own]).days)
    return total / months


def cost(rating, quantity, rows=None):
    """Return what a quantity other than 0 costs, unit by unit; of ``percent``, what rows cost."""
    model = rating["model"]
    if model == "percent":
        return percent(rating, rows if rows is not None else [quantity])
    if quantity == 0:
        return Fraction(0)
    if quantity < 0:
        kept = [{**tier, "flat": 0} for tier in rating.get("tiers", ())]
        without = {**rating, "tiers": kept} if model in ("graduated", "volume") else rating
        return -cost(without, -quantity)
    if model == "flat":
        return number(rating["price"]) * quantity / number(rating.get("per", 1))
    if "size" in rating:
        packages = 0
        while packages * number(rating["size"]) < quantity:
            packages += 1
        quantity = Fraction(packages)
    if model == "package":
        return number(rating["price"]) * quantity
    per = number(rating.get("per", 1))
    if model == "graduated":
        total, seen, unit = Fraction(0), set(), Fraction(0)
        while unit < quantity:
            unit += STEP
            place = tier_of(rating, unit)
            total += number(rating["tiers"][place].get("price", 0)) * STEP / per
            seen.add(place)
        return total + sum(number(rating["tiers"][place].get("flat", 0)) for place in seen)
    tier = rating["tiers"][tier_of(rating, quantity)]
    flat = number(tier.get("flat", 0))
    return flat if model == "stairstep" else number(tier.get("price", 0)) * quantity / per + flat


def tier_of(rating, quantity):
    for place, tier in enumerate(rating["tiers"]):
        if "up_to" in tier and quantity <= number(tier["up_to"]):
            return place
    return len(rating["tiers"]) - 1


def percent(rating, rows):
    rate, each = number(rating["rate"]), number(rating.get("per_event", 0))
    passed = "free_events" not in rating and "free_amount" not in rating
    count, used, total = 0, Fraction(0), Fraction(0)
    for row in rows:
        if row < 0:
            total += rate * row
        elif passed:
            total += rate * row + each
        elif "free_events" in rating and count >= rating["free_events"]:
            passed = True
            total += rate * row + each
        elif "free_amount" in rating and used + row > number(rating["free_amount"]):
            passed = True
            total += rate * (used + row - number(rating["free_amount"])) + each
        else:
            count, used = count + 1, used + row
    return total


def fee_of_nothing(rating):
    return number(rating["tiers"][0].get("flat", 0)) if rating.get("zero_fee") else Fraction(0)


def aggregated(how, rows):
    """Return the quantity of rows, in order of instant."""
    quantities = [row["quantity"] for row in rows]
    if how == "count":
        return Fraction(len(rows))
    if not rows:
        return Fraction(0)
    return {"sum": sum(quantities), "max": max(quantities), "last": quantities[-1]}[how]


def rounded_quantity(value, rounding):
    if rounding is None:
        return value
    scale = Fraction(10) ** rounding["decimals"]
    size, method = abs(value) * scale, rounding.get("method", "nearest")
    whole = int(size + Fraction(1, 2)) if method == "nearest" else int(size)
    if method == "up" and whole < size:
        whole += 1
    return whole / scale * (1 if value >= 0 else -1)


def midnight(on, zone):
    """Return the first instant of a local day."""
    return datetime(on.year, on.month, on.day, tzinfo=ZoneInfo(zone)).astimezone(timezone.utc)


def instant(text, zone):
    if len(text) == 10:
        return midnight(day(text), zone)
    return datetime.fromisoformat(text[:-1]).replace(tzinfo=timezone.utc)


def cut(amounts, much):
    """Take an amount off the last ones first, none below 0."""
    found = list(amounts)
    for place in reversed(range(len(found))):
        taken = max(Fraction(0), min(much, found[place]))
        found[place] -= taken
        much -= taken
    return found
