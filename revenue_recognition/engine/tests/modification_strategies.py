"""Modifications that fit a contract, for the strategies."""

from datetime import date, timedelta

from hypothesis import strategies as st

from .naive_parts import number
from .strategy_parts import money, new_obligation, subset

OPEN = ("usage", "as_invoiced", "open_units")


class Modifications:
    """The part of a draft that draws modifications."""

    def modify(self):
        """Draw a modification, or None if none fits."""
        treatment = self.draw(st.sampled_from(("auto", "separate", "prospective", "catch_up")))
        event = {"type": "modify", "treatment": treatment}
        if treatment == "separate" or (treatment == "auto" and self.draw(st.booleans())):
            event.update(self.draw_separate())
            if treatment == "separate" and self.draw(st.integers(0, 3)) == 3:
                event["fixed_delta"] = self.write(self.units(0, 10 ** (self.places + 3)))
        else:
            event.update(self.draw_changes(treatment))
            staying = set(self.shared()) - set(event.get("remove", ()))
            if not staying and not any(self.track(data)["method"] not in OPEN for data in event.get("add", ())):
                return None
            self.draw_delta(event)
        return self.with_refund(event)

    def shared(self, separate=False):
        """Return the keys of obligations that share in the price of the contract itself."""
        return sorted(
            key for key, item in self.live.items() if item["method"] not in OPEN and (separate or not item["separate"])
        )

    def draw_added(self, kinds):
        self.number_added += 1
        return self.draw(new_obligation(f"Q{self.number_added}", self.day, self.places, kinds))

    def draw_separate(self):
        """Draw goods added at their standalone price."""
        added, total = [], 0
        for _number in range(self.draw(st.integers(1, 2))):
            data = self.draw_added(frozenset())
            for key in ("ssp_range", "unit_price", "price", "distinct"):
                data.pop(key, None)
            units = self.units(1, 10 ** (self.places + 3))
            data["price"] = data["ssp"] = self.write(units)
            added.append(data)
            total += units
        return {"fixed_delta": self.write(total), "add": added}

    def draw_changes(self, treatment):
        """Draw what is added, removed and changed."""
        event = {}
        if self.draw(st.booleans()):
            event["add"] = [self.draw_added(self.kinds) for _number in range(self.draw(st.integers(1, 2)))]
        own = self.shared(separate=treatment == "prospective")
        removable = own + [key for key, item in self.live.items() if item["method"] in OPEN]
        if removable and self.draw(st.integers(0, 2)) == 2:
            event["remove"] = self.draw(subset(removable))
        changeable = [key for key in own if key not in event.get("remove", ())]
        if changeable and self.draw(st.booleans()):
            changes = [self.draw_change(key) for key in self.draw(subset(changeable))]
            event["change"] = [change for change in changes if len(change) > 1]
            if event["change"] and self.draw(st.booleans()):
                event["alone"] = True
        return {key: value for key, value in event.items() if value}

    def draw_change(self, key):
        """Draw new terms of one obligation."""
        item, change = self.live[key], {"obligation": key}
        if self.draw(st.booleans()):
            change["ssp"] = self.amount()
        if item["method"] == "units" and self.draw(st.booleans()):
            halves = self.draw(st.integers(max(1, int(item["done"] * 2)), int(item["done"] * 2) + 60))
            change["quantity"] = halves / 2 if halves % 2 else halves // 2
        if item["method"] == "straight_line" and self.draw(st.booleans()):
            first = max(date.fromisoformat(item["recognition"]["start"]), self.day)
            change["end"] = (first + timedelta(self.draw(st.integers(0, 400)))).isoformat()
        if item["method"] == "cost_to_cost" and self.draw(st.booleans()):
            change["total_cost"] = self.draw(money(self.places, 10**self.places))
        if item["method"] != "units" and self.draw(st.integers(0, 4)) == 4:
            change["price"] = self.amount()
        return change

    def draw_delta(self, event):
        """Draw what is added to the price, or taken off what is not recognised yet."""
        if self.draw(st.integers(0, 2)) == 0:
            return
        before = self.position(self.day - timedelta(1))
        left = int((before["transaction_price"] - before["revenue"]) * 10**self.places)
        event["fixed_delta"] = self.write(self.units(-max(0, left // 2), 10 ** (self.places + 3)))

    def with_refund(self, event):
        """Draw a refund of what was recognised, if it is known: nothing else happened on the day."""
        today = any(other["date"] == self.day.isoformat() for other in self.scenario["events"])
        if "refunds" in self.kinds and not today and self.draw(st.integers(0, 3)) == 3:
            before = self.position(self.day - timedelta(1))
            recognised = int(before["revenue"] * 10**self.places)
            if recognised > 0:
                event["refund"] = self.write(self.units(1, recognised))
        return event

    def after_modify(self, event):
        """Keep up with what a modification added, removed and changed."""
        for key in event.get("remove", ()):
            del self.live[key]
        for change in event.get("change", ()):
            item = self.live[change["obligation"]]
            item["separate"] = False
            if "quantity" in change:
                item["quantity"] = number(change["quantity"])
            item["recognition"].update({key: change[key] for key in ("end",) if key in change})
        treatment = event["treatment"]
        if event.get("add") and treatment == "auto":
            treatment = self.position(self.day)["treatment"]
        for data in event.get("add", ()):
            self.live[data["key"]] = {**self.track(data), "separate": treatment == "separate"}
