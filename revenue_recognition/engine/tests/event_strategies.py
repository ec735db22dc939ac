"""Events that fit a contract, drawn one after the other for the strategies."""

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import strategies as st

from .modification_strategies import Modifications
from .naive import simulate
from .naive_parts import number
from .strategy_parts import decimal, from_units, money, subset


class Draft(Modifications):
    """A scenario being drawn, and what must be known of it to draw an event that fits."""

    def __init__(self, draw, scenario, places, kinds):
        self.draw, self.scenario, self.places, self.kinds = draw, scenario, places, kinds
        if "financing" in scenario["contract"]:
            self.kinds = kinds - {"modifications", "refunds", "termination"}
        self.day = date.fromisoformat(scenario["contract"]["date"])
        self.live = {data["key"]: self.track(data) for data in scenario["contract"]["obligations"]}
        self.number_added = 0
        self.billed, self.paid = {}, 0  # minor units, less credit notes and repayments
        self.ended = False

    @staticmethod
    def track(data):
        """Start to follow an obligation."""
        recognition = dict(data["recognition"])
        method = recognition["method"]
        return {
            "data": data,
            "method": "open_units" if method == "units" and "quantity" not in data else method,
            "recognition": recognition,
            "quantity": number(data.get("quantity", 0)),
            "done": Fraction(0),
            "uninstalled": 0,
            "reached": set(),
            "separate": False,
        }

    # ------------------------------------------------------------------ numbers
    def units(self, low, high):
        """Draw minor units; small ones and the limit are likely."""
        return self.draw(st.integers(low, high) | st.just(high))

    def amount(self):
        return self.draw(money(self.places))

    def write(self, units):
        return from_units(units, self.places)

    def to_units(self, value):
        return int(number(value) * 10**self.places)

    def position(self, day):
        """Return the position after what was drawn so far, in minor units where it is money."""
        (position,) = simulate({**self.scenario, "expect": [{"at": day.isoformat()}]})["positions"]
        return position

    # ------------------------------------------------------------------ drawing
    def run(self, count):
        """Draw so many events, or nearly; return them."""
        for _attempt in range(2 * count):
            if len(self.scenario["events"]) == count:
                break
            self.day += timedelta(self.draw(st.sampled_from((0, 0, 1, 5, 30, 31, 90, 365))))
            kinds = self.possible()
            if not kinds:
                break
            event = self.draw(st.sampled_from(kinds))()
            if event:
                kind = event.pop("type")
                self.add_event({"date": self.day.isoformat(), "type": kind, **event})
        return self.scenario["events"]

    def add_event(self, event):
        self.scenario["events"].append(event)
        if event["type"] == "modify":
            self.after_modify(event)
        if event["type"] == "impair":
            self.day += timedelta(1)  # it applies at the end of its day

    def possible(self):
        """Return the functions that may draw the next event."""
        found = []
        if "money" in self.kinds:
            found += [self.invoice, self.payment, self.credit_note]
        if self.ended:
            return found
        if self.live:
            found += [self.performance] * 8
            if "contract_costs" in self.kinds:
                found += [self.contract_cost, self.impair]
            if "costs" in self.kinds:
                found.append(self.any_cost)
        if "variable" in self.kinds and self.scenario["contract"].get("variable"):
            found += [self.estimate] * 2
        if "modifications" in self.kinds and not self.is_sole_invoiced:
            found += [self.modify] * 4
        if "termination" in self.kinds:
            found.append(self.terminate)
        return found

    @property
    def is_sole_invoiced(self):
        """Whether invoices are what the only obligation earns, tied to it or not."""
        return [item["method"] for item in self.live.values()] == ["as_invoiced"]

    # ------------------------------------------------------------------ performance
    def performance(self):
        """Draw an event of one obligation, of its own method."""
        key = self.draw(st.sampled_from(sorted(self.live)))
        event = getattr(self, f"do_{self.live[key]['method']}")(key, self.live[key])
        return event and {"type": event.pop("type"), "obligation": key, **event}

    def do_point_in_time(self, _key, item):
        left = 1 - item["done"]
        if left <= 0:
            return None
        share = Fraction(self.draw(st.integers(1, int(left * 10)) | st.just(int(left * 10))), 10)
        item["done"] += share
        return {"type": "satisfy"} if share == 1 else {"type": "satisfy", "share": from_units(int(share * 10), 1)}

    def do_straight_line(self, _key, _item):
        return None

    def do_usage(self, _key, item):
        if not item["done"] and self.draw(st.booleans()):
            item["done"] = Fraction(1)
            return {"type": "satisfy"}
        return {"type": "usage", "amount": self.amount()}

    def do_as_invoiced(self, key, _item):
        units = self.units(1, 10 ** (self.places + 3))
        self.billed[key] = self.billed.get(key, 0) + units
        return {"type": "invoice", "amount": self.write(units)}

    def do_cost_to_cost(self, _key, item):
        if "costs" not in self.kinds or self.draw(st.booleans()):
            return {"type": "cost", "amount": self.amount()}
        if self.draw(st.booleans()):
            return {"type": "estimate_cost", "total": self.draw(money(self.places, 10**self.places))}
        kind = self.draw(st.sampled_from(("normal", "uninstalled", "installed", "wasted")))
        if kind == "installed":
            if not item["uninstalled"]:
                return None
            units = self.units(1, item["uninstalled"])
            item["uninstalled"] -= units
            return {"type": "cost", "amount": self.write(units), "kind": kind}
        amount = self.amount()
        item["uninstalled"] += self.to_units(amount) if kind == "uninstalled" else 0
        return {"type": "cost", "amount": amount, "kind": kind}

    def do_hours(self, _key, _item):
        if "costs" in self.kinds and self.draw(st.integers(0, 2)) == 2:
            return {"type": "estimate_hours", "total": self.draw(decimal(100, 30_000))}
        return {"type": "hours", "hours": self.draw(decimal(1, 5_000))}

    def do_units(self, _key, item):
        if self.draw(st.booleans()):
            expected = self.expectation(item)
            if expected:
                return expected
        low = -int(item["done"]) if "undoing" in self.kinds and self.draw(st.integers(0, 4)) == 4 else 1
        if item["method"] == "open_units":
            units = Fraction(self.draw(st.integers(low, 30)))
        else:
            halves = int((item["quantity"] - item["done"]) * 2)
            if halves < low * 2:
                return None
            units = Fraction(self.units(low * 2, halves), 2)
        item["done"] += units
        return {"type": "deliver", "units": from_units(int(units * 100), 2)} if units else None

    do_open_units = do_units

    def expectation(self, item):
        """Draw what is now expected of rebates or returns."""
        data, kinds = item["data"], self.kinds & {"returns", "rebates"}
        if not ("unit_price" in data or "price" in data):
            kinds -= {"rebates"}
        if not kinds:
            return None
        if self.draw(st.sampled_from(sorted(kinds))) == "rebates":
            return {"type": "estimate_unit_price", "amount": self.draw(self.lower_price(data))}
        return {"type": "estimate_returns", "rate": self.draw(decimal(0, 40))}

    def lower_price(self, data):
        """Draw a unit price that is not above the stated one."""
        stated = number(data.get("unit_price", 0)) or number(data["price"]) / number(data["quantity"])
        return money(self.places, 0, int(stated * 10**self.places))

    def do_milestones(self, _key, item):
        reached = sorted(item["reached"])
        if reached and "undoing" in self.kinds and self.draw(st.integers(0, 3)) == 3:
            name = self.draw(st.sampled_from(reached))
            item["reached"].discard(name)
            return {"type": "milestone", "milestone": name, "undo": True}
        name = self.draw(st.sampled_from(sorted(item["recognition"]["milestones"])))
        item["reached"].add(name)
        return {"type": "milestone", "milestone": name}

    def do_manual(self, _key, item):
        low = 0 if "undoing" in self.kinds else int(item["done"] * 1000)
        points = self.units(low, 1000)
        item["done"] = Fraction(points, 1000)
        return {"type": "progress", "progress": from_units(points, 3)}

    # ------------------------------------------------------------------ costs and estimates
    def any_cost(self):
        """Draw a cost of any obligation; only cost-to-cost measures by it."""
        event = {"type": "cost", "obligation": self.draw(st.sampled_from(sorted(self.live))), "amount": self.amount()}
        if self.draw(st.booleans()):
            event["kind"] = self.draw(st.sampled_from(("normal", "wasted")))
        return event

    def contract_cost(self):
        return {"type": "contract_cost", "amount": self.amount(), "over": self.draw(subset(sorted(self.live)))}

    def impair(self):
        left = self.to_units(self.position(self.day)["cost_asset"]) - 1
        return {"type": "impair", "amount": self.write(self.units(1, left))} if left > 0 else None

    def estimate(self):
        item = self.draw(st.sampled_from(self.scenario["contract"]["variable"]))
        low = -20 if "penalties" in self.kinds else 0
        amount = self.draw(money(self.places, low, 10 ** (self.places + 2)))
        return {"type": "estimate", "variable": item["key"], "amount": amount, "constrained": self.draw(st.booleans())}

    # ------------------------------------------------------------------ money
    def tie(self):
        """Draw the obligation an invoice belongs to, or none; none after a termination."""
        if self.ended or not self.live or self.draw(st.booleans()):
            return None
        return self.draw(st.sampled_from(sorted(self.live)))

    def invoice(self):
        key, units = self.tie(), self.units(1, 10 ** (self.places + 4))
        event = {"type": "invoice", "amount": self.write(units)}
        if key:
            event["obligation"] = key
        if self.draw(st.integers(0, 4)) == 4:
            event["unconditional"] = self.draw(st.booleans())
        if event.get("unconditional", True):
            self.billed[key] = self.billed.get(key, 0) + units
        return event

    def credit_note(self):
        key = self.tie()
        limit = self.billed.get(key, 0) if not self.ended else sum(self.billed.values())
        if limit <= 0:
            return None
        units = self.units(1, limit)
        self.billed[key] = self.billed.get(key, 0) - units
        event = {"type": "credit_note", "amount": self.write(units)}
        return {**event, "obligation": key} if key else event

    def payment(self):
        if self.paid and "undoing" in self.kinds and self.draw(st.integers(0, 4)) == 4:
            units = -self.units(1, self.paid)
        else:
            units = self.units(1, 10 ** (self.places + 4))
        self.paid += units
        return {"type": "payment", "amount": self.write(units)}

    def terminate(self):
        """Draw an end; after it only invoices, credit notes and payments follow."""
        self.ended = True
        limit = max(0, sum(self.billed.values()), self.paid)
        if self.draw(st.booleans()):
            return {"type": "terminate"}
        return {"type": "terminate", "refund": self.write(self.units(0, limit))}
