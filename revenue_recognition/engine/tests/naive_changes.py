"""What events do to a contract, for the naive implementation."""

from datetime import date
from fractions import Fraction

from .naive_parts import DAY, make_obligation, number, portions, to_whole, whole

STEPWISE = ("cost_to_cost", "hours", "milestones", "manual")


class Changes:
    """The events: one method each, and the arithmetic of modifications."""

    # ------------------------------------------------------------------ performance
    def on_satisfy(self, event, _day):
        self.obligations[event["obligation"]].satisfied += number(event.get("share", 1))

    def on_progress(self, event, _day):
        self.obligations[event["obligation"]].progress = number(event["progress"])

    def on_deliver(self, event, _day):
        self.obligations[event["obligation"]].delivered += number(event["units"])

    def on_hours(self, event, _day):
        self.obligations[event["obligation"]].hours += number(event["hours"])

    def on_usage(self, event, _day):
        self.obligations[event["obligation"]].usage += self.money(event["amount"])

    def on_milestone(self, event, _day):
        reached = self.obligations[event["obligation"]].reached
        if event.get("undo"):
            reached.discard(event["milestone"])
        else:
            reached.add(event["milestone"])

    def on_cost(self, event, _day):
        ob, amount, kind = self.obligations[event["obligation"]], self.money(event["amount"]), event.get("kind")
        if kind == "installed":
            ob.uninstalled -= amount
            ob.normal += amount
            return
        ob.costs += amount
        if kind == "uninstalled":
            ob.uninstalled += amount
        elif kind != "wasted":
            ob.normal += amount

    # ------------------------------------------------------------------ estimates
    def on_estimate_cost(self, event, _day):
        self.obligations[event["obligation"]].recognition["total_cost"] = self.money(event["total"])

    def on_estimate_hours(self, event, _day):
        self.obligations[event["obligation"]].recognition["total_hours"] = number(event["total"])

    def on_estimate(self, event, _day):
        variable = self.variables[event["variable"]]
        variable["amount"] = self.money(event["amount"])
        variable["constrained"] = event.get("constrained", variable["constrained"])

    def on_estimate_unit_price(self, event, _day):
        self.obligations[event["obligation"]].expected_price = self.money(event["amount"])

    def on_estimate_returns(self, event, _day):
        self.obligations[event["obligation"]].return_rate = number(event["rate"])

    # ------------------------------------------------------------------ money; contract costs are replayed apart
    def on_contract_cost(self, event, day):
        """Nothing: what is left of the cost follows from the progress at other dates."""

    def on_impair(self, event, day):
        """Nothing, as for a contract cost."""

    def on_invoice(self, event, _day):
        if event.get("unconditional", True):
            self.bill(self.money(event["amount"]), event.get("obligation"))

    def on_credit_note(self, event, _day):
        amount = self.money(event["amount"])
        refund = min(amount, self.billed_refund)
        self.billed_refund -= refund
        self.bill(refund - amount, event.get("obligation"))

    def bill(self, amount, key):
        self.billed += amount
        self.tied[key] = self.tied.get(key, Fraction(0)) + amount

    def on_payment(self, event, _day):
        amount = self.money(event["amount"])
        refund = min(max(-amount, Fraction(0)), self.paid_refund)
        self.paid_refund -= refund
        self.paid += amount + refund

    # ------------------------------------------------------------------ termination
    def on_terminate(self, event, day):
        """What is kept is the revenue, and nothing remains."""
        figures = self.figures(day)
        keep = max(self.billed, self.paid) - self.money(event.get("refund", 0))
        self.ended = {key: (figure["recognised"], figure["allocated"]) for key, figure in figures.items()}
        self.billed_refund, self.paid_refund = max(0, self.billed - keep), max(0, self.paid - keep)
        self.billed, self.paid = min(self.billed, keep), min(self.paid, keep)

    def kept(self):
        """Return what of the money that was kept is the revenue of each obligation."""
        recognised = {key: figure[0] for key, figure in self.ended.items()}
        more = max(self.billed, self.paid) + whole(self.capitalised + self.this_year) - sum(recognised.values())
        weights = list(recognised.values())
        if more > 0:
            weights = [max(Fraction(0), price - done) for done, price in self.ended.values()]
            weights = weights if sum(weights) else [max(Fraction(0), price) for _done, price in self.ended.values()]
        parts = to_whole(portions(more, weights))
        return {key: recognised[key] + part for key, part in zip(recognised, parts, strict=True)}

    # ------------------------------------------------------------------ modification
    def on_modify(self, event, day):
        """Change price, scope or terms, at the start of the day."""
        eve = day - DAY
        before = self.figures(eve)
        self.treatment = event["treatment"] if event["treatment"] != "auto" else self.decide(event, eve)
        if not any(event.get(key) for key in ("fixed_delta", "add", "remove", "change", "refund")):
            return
        delta, removed = self.money(event.get("fixed_delta", 0)), event.get("remove", ())
        named = [*removed, *(change["obligation"] for change in event.get("change", ()))]
        joining = [ob for ob in self.sharing() if not ob.removed and (not ob.separate or ob.key in named)]
        if event.get("alone"):
            joining = [ob for ob in joining if ob.key in named]
        self.change_terms(event)
        added = [make_obligation(data, self.scale) for data in event.get("add", ())]
        self.obligations.update({ob.key: ob for ob in added})
        added = [ob for ob in added if not ob.is_open]
        if self.treatment == "separate" and event.get("add"):
            self.add_separate(added, delta)
        else:
            apply = self.catch_up if self.treatment == "catch_up" else self.prospective
            apply(joining, added, removed, delta, before, eve, bool(event.get("alone")))
        for key in removed:
            self.obligations[key].removed = True
        self.refund(self.money(event.get("refund", 0)), before)

    def change_terms(self, event):
        for change in event.get("change", ()):
            ob = self.obligations[change["obligation"]]
            if ob.unit_price is not None:
                ob.terms["unit_price"] = ob.unit_price  # what is stated for a unit stays when the quantity changes
            ob.terms.update({key: self.money(change[key]) for key in ("ssp", "price") if key in change})
            if "quantity" in change:
                ob.terms["quantity"] = number(change["quantity"])
            if "price" in change and ob.terms.get("quantity"):
                ob.terms["unit_price"] = ob.terms["price"] / ob.terms["quantity"]
            if "end" in change:
                ob.recognition["end"] = date.fromisoformat(change["end"])
            if "total_cost" in change:
                ob.recognition["total_cost"] = self.money(change["total_cost"])

    def decide(self, event, eve):
        """Decide what a modification is, as ASC 606-10-25-12 and 13 do."""
        if self.goes_on(event, eve):
            return "separate"
        added = [make_obligation(data, self.scale) for data in event.get("add", ())]
        priced = all(ob.is_open or ob.price is None or ob.price == ob.ssp for ob in added)
        ssp = sum(ob.ssp for ob in added if not ob.is_open)
        distinct = all(ob.terms.get("distinct", True) for ob in added)
        alone = not event.get("remove") and not event.get("change")
        if added and alone and distinct and priced and self.money(event.get("fixed_delta", 0)) == ssp:
            return "separate"
        gone = event.get("remove", ())
        staying = [ob for ob in self.obligations.values() if not (ob.removed or ob.separate or ob.key in gone)]
        if event.get("alone"):
            staying = [ob for ob in staying if ob.key in [change["obligation"] for change in event.get("change", ())]]
        together = any(self.is_part_done(ob, eve) for ob in staying + added)
        return "catch_up" if together else "prospective"

    def goes_on(self, event, eve):
        """Whether what is wholly done gets a later end, and nothing else happens to the contract."""
        changes = event.get("change", ())
        if not event.get("alone") or not changes or any(event.get(key) for key in ("add", "remove", "refund")):
            return False
        done = all(self.obligations[change["obligation"]].whole_life(eve) == 1 for change in changes)
        return done and all(change.get("end", "") > eve.isoformat() for change in changes)

    @staticmethod
    def is_part_done(ob, eve):
        """Whether what remains of an obligation is not distinct from what was transferred."""
        if "distinct" in ob.terms:
            return not ob.terms["distinct"] and ob.whole_life(eve) < 1
        return ob.method in STEPWISE and 0 < ob.whole_life(eve) < 1

    @staticmethod
    def add_separate(added, delta):
        for ob, part in zip(added, to_whole(portions(delta, [ob.ssp for ob in added])), strict=True):
            ob.separate, ob.live = True, Fraction(part)

    def prospective(self, joining, added, removed, delta, before, eve, _alone):
        """Freeze what is recognised; share what is not by the SSP of what is unsatisfied; measure anew."""
        staying = [ob for ob in joining if ob.key not in removed] + added
        for ob in self.sharing():
            if ob.removed:
                ob.frozen = self.frozen(ob)
            elif ob not in joining and not ob.separate:
                ob.frozen, ob.live = self.frozen(ob), self.share_of_price(ob) - self.frozen(ob)
        pool = delta
        for ob in joining:
            ob.frozen, ob.live, ob.separate = self.stays(ob, before), Fraction(0), False
            ob.interest = ob.interest_this_year = Fraction(0)
            pool += before[ob.key]["share"] - ob.frozen
        for ob in staying:
            ob.restart(eve)
        weights = [ob.ssp * ob.unsatisfied for ob in staying]
        at_once = not sum(weights)
        weights = [ob.ssp for ob in staying] if at_once else weights
        for ob, part in zip(staying, portions(pool, weights), strict=True):
            if at_once:
                ob.frozen += part
            else:
                ob.live += part
        for variable in self.variables.values():
            pooled = self.unearned_variable(variable, joining, removed, before, everything=not variable["targeted"])
            self.add_parts(variable["earned" if at_once else "live"], staying, portions(pooled, weights))
            variable["folded"] += self.change_of(variable)
        self.restarted = True

    def catch_up(self, joining, added, removed, delta, before, _eve, alone):
        """Share the whole price anew over what stays, cumulatively."""
        joining = [ob for ob in joining if not ob.separate or ob.key in removed]
        staying = [ob for ob in joining if ob.key not in removed] + added
        gone = [ob for ob in joining if ob.key in removed]
        pool = delta + sum(ob.live for ob in staying)
        weights = self.weights(staying)
        for variable in self.variables.values():
            pooled = self.unearned_variable(variable, gone, removed, before, everything=True)
            if not variable["targeted"]:
                pooled += sum(variable["live"].pop(ob.key, 0) for ob in staying)
            self.add_parts(variable["live"], staying, portions(pooled, weights))
        for ob in gone:
            price = ob.frozen + ob.live + ob.interest + ob.interest_this_year
            ob.live = ob.interest = ob.interest_this_year = Fraction(0)
            ob.frozen += self.stays(ob, before) - self.frozen(ob)
            pool += price - ob.frozen
        parts = portions(pool, weights) if self.restarted or alone else self.share_net(pool, staying)
        if pool >= 0 and any(part < 0 for part in parts):
            parts = portions(pool, weights)
        for ob, part in zip(staying, parts, strict=True):
            ob.live = part

    @staticmethod
    def stays(ob, before):
        """Return what a modification leaves as recognised: as booked, or exactly where something comes off it."""
        earned = before[ob.key]["earned"]
        return Fraction(earned if ob.is_reduced else whole(earned))

    @staticmethod
    def unearned_variable(variable, obligations, removed, before, everything):
        """Turn the earned part of a variable element into its frozen part; return what is to be shared anew."""
        pooled = Fraction(0)
        for ob in obligations:
            live, progress = variable["live"].pop(ob.key, Fraction(0)), before[ob.key]["progress"]
            variable["earned"][ob.key] = variable["earned"].get(ob.key, Fraction(0)) + live * progress
            if everything or ob.key in removed:
                pooled += live * (1 - progress)
            elif live:
                variable["live"][ob.key] = live * (1 - progress)
        return pooled

    @staticmethod
    def add_parts(parts, obligations, more):
        for ob, part in zip(obligations, more, strict=True):
            parts[ob.key] = parts.get(ob.key, Fraction(0)) + part

    def refund(self, amount, before):
        """Give back a part of what was recognised."""
        weights = [max(0, figure["recognised"]) for figure in before.values()]
        for key, part in zip(before, to_whole(portions(amount, weights)), strict=True):
            self.obligations[key].frozen -= part
            self.obligations[key].refunded += part
