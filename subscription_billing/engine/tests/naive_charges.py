"""What one charge should have billed, worked out naively: day by day, row by row, everything asked again each time."""

from datetime import timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from .naive_parts import (
    DAY,
    LAST,
    Periods,
    aggregated,
    at_decimals,
    cost,
    cut,
    day,
    fee_of_nothing,
    fraction,
    instant,
    midnight,
    number,
    plus,
    rounded_quantity,
)

DEFAULTS = {
    "proration": "months",
    "applies": "day",
    "corrections": "net",
    "group_by": "period",
    "ladder": "restart",
    "free_units": "whole",
    "short_commitment": "prorated",
    "grace": 0,
}
LASTING = ("period", "dimension")


class Charge:
    """One charge of a scenario, with what was known of it on a day (None: everything)."""

    def __init__(self, scenario, place, known_on, decimals):
        self.charge = scenario["charges"][place]
        self.kind = self.charge["kind"]
        self.decimals = decimals
        self.settings = {**DEFAULTS, **scenario.get("settings", {}), **self.charge}
        customer = scenario.get("customer", {})
        self.zone = customer.get("timezone", "UTC")
        self.start = day(self.charge["start"])
        if "trial" in self.charge:
            self.start = plus(self.start, self.charge["trial"])
        self.periods = Periods(self.charge, customer, self.start)
        if self.kind == "one_time":
            self.periods.every, self.periods.single = None, (self.start, self.start + DAY)
        self.events = [event for event in scenario.get("events", ()) if self.sees(event, known_on)]
        self.end = self.find_end()

    def sees(self, event, known_on):
        everybody = event["type"] == "cancel" or (event["type"] in ("pause", "resume") and self.kind == "recurring")
        if event.get("charge", self.charge["key"] if everybody else None) != self.charge["key"]:
            return False
        if known_on is None:
            return True
        if event["type"] == "usage":
            return self.received(event) <= known_on
        return day(event.get("recorded", event["date"])) <= known_on

    def local_day(self, event):
        if len(event["at"]) == 10:
            return day(event["at"])
        return instant(event["at"], self.zone).astimezone(ZoneInfo(self.zone)).date()

    def received(self, event):
        return day(event["received"]) if "received" in event else self.local_day(event)

    def of(self, kind):
        return [event for event in self.events if event["type"] == kind]

    # --- how long it runs

    def renewals(self):
        """Return the renewals that count, by number from 2 on without a gap."""
        first = {}
        for event in sorted(self.of("renew"), key=lambda event: event["date"]):
            first.setdefault(event["number"], event)
        found, term = [], 2
        while term in first:
            found.append(first[term])
            term += 1
        return found

    def find_end(self):
        charge = self.charge
        if self.kind == "one_time":
            gone = any(
                ("charge" in event and event.get("credit", True)) or day(event["date"]) <= self.start
                for event in self.of("cancel")
            )
            return self.start if gone else self.start + DAY
        ends = [day(charge["end"])] if "end" in charge else []
        if "term" in charge and charge.get("renewal", "manual") == "manual":
            ends.append(plus(self.start, charge["term"], 1 + len(self.renewals())))
        for event in self.of("cancel"):
            on = day(event["date"])
            if on <= self.start:
                return self.start
            if not event.get("credit", True) and self.periods.every is not None:
                on = self.periods.holding(on - DAY)[2]
            ends.append(on)
        return min(ends, default=LAST)

    def parts(self, until):
        """Return (number, start, to, full start, full to) of all parts that start by a day."""
        found, on = [], self.start
        while on < self.end and on <= until:
            number, full_start, full_to = self.periods.holding(on)
            if self.periods.every is None and found:
                break
            if on >= full_to:
                break
            to = min(full_to, self.end)
            found.append((number, on, to, full_start, full_to))
            on = to
        return found

    def in_advance(self):
        return self.kind in ("one_time", "prepaid") or (
            self.kind == "recurring" and self.charge.get("timing", "advance") == "advance"
        )

    def due(self, part, on):
        if self.in_advance():
            return part[1] <= on
        grace = self.settings["grace"] if self.kind in ("usage", "commitment") else 0
        return part[2] + grace * DAY <= on

    # --- what is in force on a day

    def effective(self, entry, on):
        """Return when something of a day takes effect."""
        if entry.get("applies", self.settings["applies"]) == "day":
            return on
        return self.periods.first_from(on)

    def paused(self, on):
        state = False
        for current in sorted({day(event["date"]) for event in self.of("pause") + self.of("resume")}):
            todays = [event for event in self.of("pause") + self.of("resume") if day(event["date"]) == current]
            todays = [event for event in self.events if event in todays]
            while current <= on:
                fits = [event for event in todays if (event["type"] == "pause") != state]
                if not fits:
                    break
                todays.remove(fits[0])
                state = not state
        return state

    def quantity(self, on):
        best = None
        for listed, event in enumerate(self.of("change")):
            if "quantity" in event:
                effective = self.effective(event, day(event["date"]))
                rank = (effective, event.get("recorded", event["date"]), listed)
                if effective <= on and (best is None or rank > best[0]):
                    best = (rank, event["quantity"])
        return number(best[1] if best else self.charge.get("quantity", 1))

    def price(self, on):
        """Return the rating in force on a day, a price as a flat one, uplifted."""
        best = None
        for listed, version in enumerate(self.charge.get("versions", ())):
            effective = self.effective(version, day(version["from"]))
            rank = (effective, 0, "", listed)
            if effective <= on and (best is None or rank > best[0]):
                best = (rank, version)
        for listed, event in enumerate(self.of("change")):
            if "price" in event or "rating" in event:
                effective = self.effective(event, day(event["date"]))
                rank = (effective, 1, event.get("recorded", event["date"]), listed)
                if effective <= on and (best is None or rank > best[0]):
                    best = (rank, event)
        since, entry = (best[0][0], best[1]) if best else (self.start, self.charge)
        if "rating" in entry:
            return entry["rating"]
        return {"model": "flat", "price": str(self.uplifted(number(entry["price"]), since, on))}

    def uplifted(self, base, since, on):
        uplift = self.charge.get("uplift", {})
        decimals = uplift.get("decimals", self.decimals)
        exact = shown = base
        for effective, percent in self.rises(on):
            if not since < effective <= on:
                continue
            if "cap" in uplift:
                percent = min(percent, number(uplift["cap"]))
            if "floor" in uplift:
                percent = max(percent, number(uplift["floor"]))
            if uplift.get("against", "base") == "prior":
                exact = shown
            exact = exact * (100 + percent) / 100
            shown = at_decimals(exact, decimals)
        return shown

    def rises(self, until):
        uplift, charge = self.charge.get("uplift", {}), self.charge
        found = []
        index = number(uplift["base_index"]) if "base_index" in uplift else None
        for listed, step in enumerate(uplift.get("steps", ())):
            if "index" in step:
                percent, index = (number(step["index"]) / index - 1) * 100, number(step["index"])
            else:
                percent = number(step["percent"])
            found.append((self.effective(step, day(step["from"])), 0, listed, percent))
        if "term" in charge:
            manual = charge.get("renewal", "manual") == "manual"
            renewals = self.renewals() if manual else [{}] * 500
            for place, event in enumerate(renewals):
                percent = event.get("percent", charge.get("renewal_percent"))
                on = plus(self.start, charge["term"], place + 1)
                if on > until:
                    break
                if percent is not None:
                    found.append((on, 1, place, number(percent)))
        return [(entry[0], entry[3]) for entry in sorted(found)]

    # --- what a part comes to

    def bill(self, part):
        """Return (segments, overage, true-up), exact; a segment is (from, to, quantity, price, amount)."""
        _number, start, to, _full_start, _full_to = part
        if self.kind == "usage":
            return self.usage(part)
        if self.kind == "prepaid":
            return [(start, to, Fraction(1), None, number(self.charge["price"]))], 0, 0
        if self.kind == "one_time":
            entries = sorted(self.of("change"), key=lambda one: (one["date"], one.get("recorded", one["date"])))
            terms = {"quantity": 1, "price": self.charge["price"], **self.charge}
            for entry in entries:
                terms.update({key: entry[key] for key in ("quantity", "price") if key in entry})
            quantity, price = number(terms["quantity"]), number(terms["price"])
            return [(start, to, quantity, {"model": "flat", "price": str(price)}, quantity * price)], 0, 0
        return self.recurring(start, to), 0, 0

    def recurring(self, start, to):
        rule = self.settings["proration"]
        if rule == "none":
            if self.paused(start):
                return []
            return [(start, to, *self.priced(start), self.cost(*self.priced(start)))]
        segments, on = [], start
        while on < to:
            terms = None if self.paused(on) else self.priced(on)
            if terms and segments and segments[-1][1] == on and segments[-1][2:] == list(terms):
                segments[-1][1] = on + DAY
            elif terms:
                segments.append([on, on + DAY, *terms])
            on += DAY
        return [
            (first, last, quantity, rating, self.cost(quantity, rating) * fraction(rule, self.periods, first, last))
            for first, last, quantity, rating in segments
        ]

    def priced(self, on):
        return self.quantity(on), self.price(on)

    @staticmethod
    def cost(quantity, rating):
        return cost(rating, quantity) if quantity or rating["model"] == "percent" else fee_of_nothing(rating)

    # --- usage

    def rows(self):
        """Return the rows that count, in order of instant."""
        found, replaced = {}, set()
        for event in self.of("usage"):
            found.setdefault(event["key"], event)
            replaced.add(event.get("replaces"))
        rows = [
            {
                "at": instant(event["at"], self.zone),
                "day": self.local_day(event),
                "quantity": number(event["quantity"]),
                "dimension": event.get("dimension"),
                "order": (self.received(event), key),
            }
            for key, event in found.items()
            if key not in replaced
        ]
        return sorted(rows, key=lambda row: (row["at"], row["order"]))

    def pieces(self, start, to):
        pieces, on = [], start
        while on < to:
            price = self.price(on)
            if pieces and pieces[-1][2] == price:
                pieces[-1][1] = on + DAY
            else:
                pieces.append([on, on + DAY, price])
            on += DAY
        return pieces

    def level(self, rows, start, to, full_start, full_to):
        """Return the level over some days, added up between the instants at which it changes."""
        begin, end = midnight(start, self.zone), midnight(to, self.zone)
        edges = sorted({begin, end} | {row["at"] for row in rows if begin < row["at"] < end})
        total = Fraction(0)
        for one, other in zip(edges, edges[1:], strict=False):
            before = [row["quantity"] for row in rows if row["at"] <= one]
            total += (before[-1] if before else 0) * Fraction((other - one) / timedelta(microseconds=1))
        whole = midnight(full_to, self.zone) - midnight(full_start, self.zone)
        return total / Fraction(whole / timedelta(microseconds=1))

    def usage(self, part):
        _number, start, to, full_start, full_to = part
        charge, settings = self.charge, self.settings
        pieces, every_row = self.pieces(start, to), self.rows()
        share = fraction(settings["proration"], self.periods, start, to)
        lasting = settings["group_by"] in LASTING
        totals, quantities = [Fraction(0)] * len(pieces), [Fraction(0)] * len(pieces)
        overage = true_up = Fraction(0)
        for rows in self.groups([row for row in every_row if start <= row["day"] < to]):
            own = [[row for row in rows if first <= row["day"] < last] for first, last, _price in pieces]
            places = [n for n in range(len(pieces)) if lasting or own[n]]
            metered = []
            for n in places:
                if charge.get("aggregation") == "time_weighted":
                    found = self.level(every_row, pieces[n][0], pieces[n][1], full_start, full_to)
                else:
                    found = aggregated(charge.get("aggregation", "sum"), own[n])
                metered.append(rounded_quantity(found, charge.get("quantity_rounding")))
            free = number(charge.get("free", 0))
            if lasting and settings["free_units"] == "prorated":
                free *= share
            amounts = self.rate([pieces[n][2] for n in places], metered, [own[n] for n in places], free)
            if "commitment" in charge:
                promise = number(charge["commitment"]["amount"]) * (share if lasting else 1)
                above = sum(amounts) - promise
                if above > 0:
                    overage += above * number(charge["commitment"].get("factor", 1))
                    amounts = cut(amounts, above)
                elif charge["commitment"].get("true_up", True):
                    true_up -= above
            for n, quantity, amount in zip(places, metered, amounts, strict=True):
                quantities[n] += quantity
                totals[n] += amount
        if "minimum" in charge:
            true_up += max(0, number(charge["minimum"]) * share - sum(totals) - overage - true_up)
        if "maximum" in charge:
            *totals, overage, true_up = cut(
                [*totals, overage, true_up], sum(totals) + overage + true_up - share * number(charge["maximum"])
            )
        segments = [
            (first, last, quantity, price, amount)
            for (first, last, price), quantity, amount in zip(pieces, quantities, totals, strict=True)
        ]
        return segments, overage, true_up

    def groups(self, rows):
        by = self.settings["group_by"]
        if by == "period":
            return [rows]
        if by == "record":
            return [[row] for row in rows]
        keys = {
            "day": lambda row: row["day"],
            "hour": lambda row: row["at"].replace(minute=0, second=0, microsecond=0),
            "dimension": lambda row: row["dimension"],
        }
        found = []
        for key in {keys[by](row) for row in rows}:
            found.append([row for row in rows if keys[by](row) == key])
        return found

    def rate(self, prices, metered, rows, free):
        costs, left, before, rows_before = [], [], Fraction(0), []
        for price, quantity, own_rows in zip(prices, metered, rows, strict=True):
            amounts = [row["quantity"] for row in own_rows]
            own = quantity
            if price["model"] == "percent":
                left.append(len(amounts))
            else:
                taken = min(free, quantity) if quantity > 0 else 0
                free, own = free - taken, quantity - taken
                left.append(own)
            if self.settings["ladder"] == "continue":
                costs.append(cost(price, before + own, rows_before + amounts) - cost(price, before, rows_before))
                before, rows_before = before + own, rows_before + amounts
            else:
                costs.append(cost(price, own, amounts))
        if not any(left):
            costs[-1] += fee_of_nothing(prices[-1])
        return costs
