"""Revenue recognition a second time, deliberately naive: every figure from its definition, nothing remembered.

For each requested date the whole history is replayed from the contract on. Amounts are exact fractions. It serves
to check the engine, so it shares no code with it; it takes scenarios for well-formed, and leaves out the journal and
the company's currency.
"""

from datetime import date
from fractions import Fraction

from .naive_changes import Changes
from .naive_parts import DAY, DECIMALS, make_obligation, number, portions, to_whole, whole


def simulate(scenario, decimals=None):
    """Return {"positions": [...]}: one position, its amounts exact fractions of the currency, per date asked for."""
    places = {**DECIMALS, **(decimals or {})}.get(scenario["currency"], 2)
    asked = scenario.get("expect") or [{"at": at} for at in scenario["at"]]
    return {"positions": [position(scenario, places, entry) for entry in asked]}


def position(scenario, places, entry):
    """Return the position at the end of one day."""
    at, scale = date.fromisoformat(entry["at"]), 10**places
    bands = [date.fromisoformat(end) for end in entry.get("bands", ())]
    figures = History(scenario, scale).replay(at).position(at, bands)
    figures["cost_asset"] = cost_asset(scenario, scale, at)
    return {"at": entry["at"], **in_currency(figures, scale)}


def in_currency(value, scale, name=None):
    """Turn minor units into the currency, wherever they are."""
    if isinstance(value, dict):
        return {key: in_currency(part, scale, key) for key, part in value.items()}
    if isinstance(value, list):
        return [in_currency(part, scale) for part in value]
    if isinstance(value, str) or name == "progress":
        return value
    return Fraction(value) / scale


def cost_asset(scenario, scale, at):
    """Return what is left of capitalised contract costs at the end of a day."""
    layers = []  # what each was worth, over which obligations, and their progress at that time

    def left(day):
        history = History(scenario, scale).replay(day)
        if history.ended is not None:
            return [Fraction(0) for _layer in layers]
        return [layer_left(*layer, history.share_earned(layer[1], day)) for layer in layers]

    events = [event for event in scenario["events"] if event["type"] in ("contract_cost", "impair")]
    for day in sorted({date.fromisoformat(event["date"]) for event in events}):
        today = [event for event in events if event["date"] == day.isoformat()]
        if day > at:
            break
        for event in today:
            if event["type"] == "contract_cost":
                before = History(scenario, scale).replay(day, event).share_earned(event["over"], day - DAY)
                layers.append((number(event["amount"]) * scale, event["over"], before))
        impaired = sum(number(event["amount"]) * scale for event in today if event["type"] == "impair")
        if impaired:
            worth, history = left(day), History(scenario, scale).replay(day)
            kept = max(Fraction(0), sum(worth) - impaired) / sum(worth)
            layers = [
                (amount * kept, over, history.share_earned(over, day))
                for amount, (_amount, over, _before) in zip(worth, layers, strict=True)
            ]
    return whole(sum(left(at)))


def layer_left(amount, _over, before, earned):
    if before >= 1:
        return Fraction(0)
    return min(amount, max(Fraction(0), amount * (1 - earned) / (1 - before)))


class History(Changes):
    """A contract and everything that happened to it until some day."""

    def __init__(self, scenario, scale):
        self.scenario, self.scale = scenario, scale
        contract = scenario["contract"]
        self.obligations = {data["key"]: make_obligation(data, scale) for data in contract["obligations"]}
        self.treatment, self.restarted = "", False
        self.billed = self.paid = Fraction(0)
        self.billed_refund = self.paid_refund = Fraction(0)  # what is still to come of a termination's refund
        self.tied = {}
        self.ended = None  # after a termination: what each obligation keeps
        self.price(contract)
        financing = contract.get("financing", {"rate": 0, "from": "9999-12-31"})
        self.rate, self.since = number(financing["rate"]), date.fromisoformat(financing["from"])
        self.accrued, self.capitalised, self.this_year = self.since, Fraction(0), Fraction(0)

    def money(self, value):
        return number(value) * self.scale

    # ------------------------------------------------------------------ the price at inception
    def sharing(self):
        return [ob for ob in self.obligations.values() if not ob.is_open]

    def price(self, contract):
        """Share the fixed and the variable consideration."""
        sharing = self.sharing()
        fixed = sum(ob.price or 0 for ob in sharing)
        if "fixed" in contract:
            fixed = self.money(contract["fixed"])
        self.discounts = [(self.money(item["amount"]), item["allocate_to"]) for item in contract.get("discount", ())]
        for ob in sharing:
            if ob.terms.get("ssp_method") == "residual":
                others = sum(other.ssp for other in sharing if other is not ob)
                ob.terms["ssp"] = fixed + sum(amount for amount, _keys in self.discounts) - others
        for ob, part in zip(sharing, self.share_net(fixed, sharing), strict=True):
            ob.live = part
            if ob.method == "units" and ob.unit_price is None:
                ob.terms["unit_price"] = part / ob.terms["quantity"]
        self.variables = {item["key"]: self.make_variable(item) for item in contract.get("variable", ())}

    def share_net(self, net, sharing):
        """Share an amount that is net of the discounts tied to some obligations."""
        discounts = [(amount, [ob for ob in sharing if ob.key in keys]) for amount, keys in self.discounts]
        discounts = [(amount, targets) for amount, targets in discounts if targets]
        gross = net + sum(amount for amount, _targets in discounts)
        weights = self.weights(sharing)
        result = dict(zip([ob.key for ob in sharing], portions(gross, weights), strict=True))
        for amount, targets in discounts:
            for ob, part in zip(targets, portions(amount, self.weights(targets)), strict=True):
                result[ob.key] -= part
        return [result[ob.key] for ob in sharing]

    @staticmethod
    def weights(obligations):
        """Return SSP times what was unsatisfied at the last prospective modification, or SSP if that is nothing."""
        weights = [ob.ssp * ob.unsatisfied for ob in obligations]
        return weights if sum(weights) else [ob.ssp for ob in obligations]

    def make_variable(self, item):
        """Return a variable element: its estimate, and per obligation the part of a change earned and not earned."""
        targets = [ob for ob in self.sharing() if ob.key in item.get("allocate_to", [ob.key])]
        parts = portions(1, self.weights(targets))
        return {
            "amount": self.money(item["amount"]),
            "constrained": item.get("constrained", False),
            "targeted": "allocate_to" in item,
            "folded": Fraction(0),
            "earned": {},
            "live": {ob.key: part for ob, part in zip(targets, parts, strict=True)},
        }

    def change_of(self, variable):
        """How much more of a variable element is included than was at the last prospective modification."""
        return (0 if variable["constrained"] else variable["amount"]) - variable["folded"]

    # ------------------------------------------------------------------ what happened
    def replay(self, last, stop=None):
        """Apply every event to the end of a day, or only those before one of them; return self."""
        for event in sorted(self.scenario["events"], key=lambda event: event["date"]):
            day = date.fromisoformat(event["date"])
            if day > last or event is stop:
                break
            self.accrue(day)
            getattr(self, f"on_{event['type']}")(event, day)
        self.accrue(last)
        return self

    # ------------------------------------------------------------------ figures by obligation
    def frozen(self, ob):
        return ob.frozen + sum(var["earned"].get(ob.key, 0) * self.change_of(var) for var in self.variables.values())

    def share_of_price(self, ob):
        """Return an obligation's share of the price before rounding, without financing interest."""
        live = sum(var["live"].get(ob.key, 0) * self.change_of(var) for var in self.variables.values())
        return self.frozen(ob) + ob.live + live

    def open_amount(self, ob):
        """What an open obligation has earned."""
        if ob.method == "usage":
            return (ob.usage if ob.satisfied >= 1 else 0) + ob.frozen
        if ob.method == "units":
            return ob.delivered * (ob.unit_price or 0) + ob.frozen
        own = [other for other in self.obligations.values() if not other.separate]
        untied = self.tied.get(None, Fraction(0)) if own == [ob] else Fraction(0)
        return self.tied.get(ob.key, Fraction(0)) + untied + ob.frozen

    def figures(self, day, this_year=True):
        """Return {key: {gross and net, allocated and recognised, progress}} at the end of a day."""
        sharing = self.sharing()
        parts = [self.share_of_price(ob) + ob.interest + (ob.interest_this_year if this_year else 0) for ob in sharing]
        shares = dict(zip([ob.key for ob in sharing], to_whole(parts), strict=True))
        return {key: self.figure(ob, shares.get(key), day) for key, ob in self.obligations.items()}

    def figure(self, ob, share, day):
        """Return the figures of one obligation, given its whole share of the price."""
        if self.ended is not None:
            kept = self.kept().get(ob.key, 0)
            return {"share": kept, "earned": kept, "allocated": kept, "recognised": kept, "progress": Fraction(1)}
        share = self.open_amount(ob) if ob.is_open else Fraction(share)
        earned = share if ob.is_open else ob.earned(share, self.frozen(ob), day)
        return {
            "share": share,
            "earned": earned,
            "allocated": whole(ob.net(earned if ob.removed else share, ob.units_promised)),
            "recognised": whole(ob.net(earned, ob.delivered)),
            "progress": ob.measure(day, ob.delivered if ob.method == "units" else earned - ob.frozen),
        }

    def share_earned(self, keys, day):
        """Return how much of the price of some obligations is earned, as a fraction, uninstalled materials aside."""
        figures = self.figures(day)
        known = [figures[key] for key in keys if key in figures]
        total = sum(figure["share"] for figure in known)
        if not total:
            return Fraction(sum(figure["progress"] for figure in known)) / len(keys)
        earned = Fraction(0)
        for key in keys:
            if key in figures:
                ob, figure = self.obligations[key], figures[key]
                frozen = figure["share"] if ob.is_open or ob.removed else self.frozen(ob)
                earned += frozen + (figure["share"] - frozen) * figure["progress"]
        return earned / total

    # ------------------------------------------------------------------ financing
    def accrue(self, last):
        """Accrue interest day by day, each on the balance of the evening before."""
        while self.accrued < last:
            evening, self.accrued = self.accrued, self.accrued + DAY
            self.accrue_day(evening)
            if self.is_anniversary(self.accrued):
                self.capitalised, self.this_year = self.capitalised + self.this_year, Fraction(0)
                for ob in self.obligations.values():
                    ob.interest, ob.interest_this_year = ob.interest + ob.interest_this_year, Fraction(0)

    def accrue_day(self, evening):
        figures = self.figures(evening, this_year=False)
        base = self.paid + self.capitalised - sum(figure["recognised"] for figure in figures.values())
        interest = base * self.rate / 365
        waiting = [ob for ob in self.sharing() if figures[ob.key]["progress"] < 1]
        if self.ended is not None or (interest > 0 and not waiting):
            return
        self.this_year += interest
        if interest > 0:
            for ob, part in zip(waiting, portions(interest, [figures[ob.key]["share"] for ob in waiting]), strict=True):
                ob.interest_this_year += part

    def is_anniversary(self, day):
        """Whether a day ends a year from the start of financing (29 February counts as 28 in a common year)."""
        if self.since.month == 2 and self.since.day == 29:
            return day + DAY == date(day.year, 3, 1)
        return (day.month, day.day) == (self.since.month, self.since.day)

    # ------------------------------------------------------------------ the position
    def refund_liability(self, figures):
        """What was billed or received for things delivered, and is not expected to be kept.

        Money named for an obligation pays for its revenue, then for what goes back of it. Other money pays for the
        revenue still unpaid, then for what goes back of anything.
        """
        spare = max(self.billed, self.paid)
        total = unpaid = rest = Fraction(0)
        for key, ob in self.obligations.items():
            figure, received = figures[key], self.tied.get(key, Fraction(0))
            back = max(0, whole(figure["earned"]) - figure["recognised"]) + ob.refunded
            covered = min(back, max(0, received - figure["recognised"]))
            spare -= received
            total += covered
            rest += back - covered
            unpaid += max(0, figure["recognised"] - max(0, received))
        return total + min(rest, max(0, spare - unpaid))

    def loss_provision(self, figures, day):
        """What finishing a contract that loses money will still cost beyond its price."""
        total = 0
        for key, ob in self.obligations.items():
            if ob.method == "cost_to_cost" and not ob.removed:
                cost = ob.recognition["total_cost"] - ob.start_done
                loss = max(Fraction(0), cost - (figures[key]["share"] - self.frozen(ob)))
                total += whole(loss * (1 - ob.measure(day)))
        return total

    def position(self, day, bands):
        """Return every figure but the contract-cost asset, in minor units."""
        figures = self.figures(day)
        revenue = sum(figure["recognised"] for figure in figures.values())
        interest = whole(self.capitalised + self.this_year)
        ended = self.ended is not None
        liability = 0 if ended else self.refund_liability(figures)
        provision = 0 if ended else self.loss_provision(figures, day)
        net = 0 if ended else max(self.billed, self.paid) - liability + interest - revenue
        shown = ("allocated", "progress", "recognised")
        return {
            "transaction_price": sum(figure["allocated"] for figure in figures.values()),
            "obligations": {key: {name: figure[name] for name in shown} for key, figure in figures.items()},
            "revenue": revenue,
            "billed": self.billed,
            "paid": self.paid,
            "receivable": max(0, self.billed - self.paid),
            "contract_asset": max(0, -net),
            "contract_liability": max(0, net),
            "refund_liability": liability,
            "interest": interest,
            "cost": whole(sum(ob.costs for ob in self.obligations.values())) + provision,
            "loss_provision": provision,
            "rpo": self.remaining(day, bands),
            "treatment": self.treatment,
        }

    def remaining(self, day, bands):
        """Return the price of what is still to be done, in bands of time."""
        figures = self.figures(day)
        counted = [key for key, ob in self.obligations.items() if ob.method not in ("usage", "as_invoiced")]
        timed = [key for key in counted if self.obligations[key].method == "straight_line"]
        left = {key: figures[key]["allocated"] - figures[key]["recognised"] for key in counted}
        amounts, earlier = [], figures
        for end in bands:
            later = self.figures(end)
            amounts.append(sum(later[key]["recognised"] - earlier[key]["recognised"] for key in timed))
            earlier = later
        if amounts:
            amounts[-1] += sum(left[key] for key in counted if key not in timed)
        named = [{"until": end.isoformat(), "amount": amount} for end, amount in zip(bands, amounts, strict=True)]
        return {"total": sum(left.values()), "bands": named}
