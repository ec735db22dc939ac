"""Recurring and usage billing a second time, deliberately naive: every figure from its definition, nothing shared.

It serves to check the engine, so it shares no code with it. It takes scenarios for well-formed and answers runs.
"""

from datetime import timedelta
from fractions import Fraction

from .naive_charges import Charge
from .naive_parts import DAY, day, half_away, number, plus

DECIMALS = {"EUR": 2, "USD": 2, "GBP": 2, "JPY": 0, "KWD": 3}
PARTS = ("credit", "recurring", "usage", "one_time", "overage", "true_up", "prepaid", "draw_down")


def simulate(scenario):
    """Return {"results": [...]}: of each run its lines, total and balances; amounts exact fractions of the currency."""
    days = [day(one) for one in scenario.get("runs", [entry["run"] for entry in scenario["expect"]])]
    books = Books(scenario)
    runs = [(one, books.run(one)) for one in days]
    results = []
    for entry in scenario["expect"]:
        place = next(n for n, run in enumerate(runs) if run is not None and run[0] == day(entry["run"]))
        results.append(runs[place][1])
        runs[place] = None
    return {"results": results}


class Books:
    """What was billed so far."""

    def __init__(self, scenario):
        self.scenario = scenario
        self.scale = 10 ** DECIMALS[scenario["currency"]]
        self.split = scenario.get("settings", {}).get("corrections", "net") == "split"
        self.stands = {}  # by (charge, period): what stands
        self.ever = set()  # of what a line was ever billed
        self.drawn = {}
        self.spans = {}

    def run(self, on):
        """Return what a run bills."""
        charges = [
            Charge(self.scenario, n, on, DECIMALS[self.scenario["currency"]])
            for n in range(len(self.scenario["charges"]))
        ]
        should = self.should(charges, on)
        lines = []
        for key in sorted(should.keys() | self.stands.keys()):
            lines += self.lines(charges[key[0]], key, should.get(key))
        balances = self.funds(charges, should, on, lines)
        lines.sort(key=lambda line: (line[0], line[2], line[3], PARTS.index(line[1]), line[4]))
        return {
            "lines": [
                {
                    "charge": self.scenario["charges"][line[0]]["key"],
                    "part": line[1],
                    "from": line[2].isoformat(),
                    "to": line[3].isoformat(),
                    "amount": Fraction(line[4], self.scale),
                    **({} if line[5] is None else {"quantity": line[5]}),
                }
                for line in lines
            ],
            "total": Fraction(sum(line[4] for line in lines), self.scale),
            "balances": {
                self.scenario["charges"][n]["key"]: Fraction(units, self.scale) for n, units in balances.items()
            },
        }

    def should(self, charges, on):
        """Return by (charge, period): part, segments, their units, overage, true-up."""
        found = {}
        later = []
        for n, charge in enumerate(charges):
            for part in charge.parts(on):
                if not charge.due(part, on):
                    if (n, part[0]) in self.stands:
                        found[n, part[0]] = self.stands[n, part[0]]
                elif charge.kind == "commitment":
                    later.append((n, part))
                else:
                    found[n, part[0]] = self.rounded(part, *charge.bill(part))
        reached = dict(found)
        for n, part in later:
            data = charges[n].charge
            promised = number(data["amount"])
            if charges[n].settings["short_commitment"] == "prorated":
                promised = promised * (part[2] - part[1]).days / (part[4] - part[3]).days
            missing = half_away(promised * self.scale)
            for (other, _period), (own, _segments, units, overage, true_up) in reached.items():
                if charges[other].charge["key"] in data["of"] and part[1] <= own[1] < part[2]:
                    missing -= sum(units) + overage + true_up
            found[n, part[0]] = (part, [], [], 0, max(0, missing))
        return found

    def rounded(self, part, segments, overage, true_up):
        exact = [segment[4] * self.scale for segment in segments] + [overage * self.scale, true_up * self.scale]
        if self.split:
            units = [half_away(amount) for amount in exact]
        else:
            units = [int(amount // 1) for amount in exact]
            while sum(units) < half_away(sum(exact)):
                rest = [
                    amount - amount // 1 if unit == amount // 1 else -1
                    for amount, unit in zip(exact, units, strict=True)
                ]
                units[rest.index(max(rest))] += 1
        return part, segments, units[:-2], units[-2], units[-1]

    def lines(self, charge, key, new):
        old = self.stands.get(key)
        if new is None:
            new = (old[0], [], [], 0, 0)
        part, segments, units, overage, true_up = new
        place, kind = key[0], charge.kind
        counts = kind in ("recurring", "usage", "one_time")
        found = []
        if key not in self.ever:
            for segment, amount in zip(segments, units, strict=True):
                found.append((place, kind, segment[0], segment[1], amount, segment[2] if counts else None))
            before = (0, 0)
        else:
            find = self.split_lines if self.split else self.net_lines
            found += find(place, kind, old, new)
            before = old[3:]
        found.append((place, "overage", part[1], part[2], overage - before[0], None))
        found.append((place, "true_up", part[1], part[2], true_up - before[1], None))
        found = [line for line in found if line[4]]
        if found:
            self.ever.add(key)
        self.stands[key] = new
        return found

    def net_lines(self, place, kind, old, new):
        amount = sum(new[2]) - sum(old[2])
        if not amount:
            return []
        before, after = by_day(kind, old[1]), by_day(kind, new[1])
        days = sorted(on for on in before.keys() | after.keys() if before.get(on) != after.get(on))
        days = days or sorted(before.keys() | after.keys())
        quantity = sum(one[2] for one in new[1]) - sum(one[2] for one in old[1]) if kind == "usage" else None
        return [(place, kind if amount > 0 else "credit", days[0], days[-1] + DAY, amount, quantity)]

    def split_lines(self, place, kind, old, new):
        found, olds = [], list(zip(old[1], old[2], strict=True))
        for one, amount in zip(new[1], new[2], strict=True):
            match = [pair for pair in olds if (pair[0][0], pair[0][2:4]) == (one[0], one[2:4])]
            start, to, quantity = one[0], one[1], one[2]
            if match:
                olds.remove(match[0])
                amount -= match[0][1]
                if match[0][0][1] != one[1]:
                    start, to = min(match[0][0][1], one[1]), max(match[0][0][1], one[1])
                quantity = 0 if kind == "usage" else quantity
            found.append((place, kind if amount >= 0 else "credit", start, to, amount, quantity))
        for one, amount in olds:
            quantity = -one[2] if kind == "usage" else one[2]
            found.append((place, kind if amount <= 0 else "credit", one[0], one[1], -amount, quantity))
        if kind == "prepaid":
            found = [(*line[:5], None) for line in found]
        return found

    def funds(self, charges, should, on, lines):
        """Pay from funds, add the lines of what changed; return what is left by prepaid charge."""
        grants, payable = [], []
        for (n, _period), (part, _segments, units, overage, true_up) in should.items():
            data = charges[n].charge
            if charges[n].kind == "prepaid":
                expiry = plus(part[1], data["expires"]) if "expires" in data else part[1] + timedelta(days=400000)
                units = half_away(number(data.get("funds", data["price"])) * self.scale)
                grants.append([expiry, part[1], n, units])
            pay_day = part[1] if charges[n].in_advance() else part[2] - DAY
            self.spans[n, part[0]] = part[1:3]
            payable.append((pay_day, n, part[0], sum(should[n, part[0]][2]) + overage + true_up))
        drawn = {}
        for pay_day, n, period, owed in sorted(payable):
            for grant in sorted(grants):
                covers = charges[n].charge["key"] in charges[grant[2]].charge.get("of", ())
                if covers and grant[1] <= pay_day < grant[0] and owed > 0:
                    taken = min(owed, grant[3])
                    owed -= taken
                    next(one for one in grants if one[:3] == grant[:3])[3] -= taken
                    drawn[grant[2], n, period] = drawn.get((grant[2], n, period), 0) + taken
        spans = {}
        for key in drawn.keys() | self.drawn.keys():
            span = (key[0], *self.spans[key[1:]])
            spans[span] = spans.get(span, 0) + self.drawn.get(key, 0) - drawn.get(key, 0)
        lines += [(n, "draw_down", start, to, units, None) for (n, start, to), units in spans.items() if units]
        self.drawn = drawn
        return {
            n: sum(grant[3] for grant in grants if grant[2] == n and grant[1] <= on < grant[0])
            for n, charge in enumerate(charges)
            if charge.kind == "prepaid"
        }


def by_day(kind, segments):
    """Return what is charged on each day: quantity and price, of usage the amount as well."""
    found = {}
    for start, to, *terms in segments:
        for n in range((to - start).days):
            found[start + n * DAY] = terms if kind == "usage" else terms[:2]
    return found
