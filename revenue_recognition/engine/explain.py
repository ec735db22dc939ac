"""Why a number is what it is: the steps behind a position, in words.

Every step names its paragraph, of ASC 606 or, for that book, of IFRS 15.
"""

from dataclasses import dataclass

from .money import ZERO, Number, round_half_away, shown
from .position import Line, Position
from .state import ContractState, ObligationState

#: The paragraphs of IFRS 15 and its neighbours that say the same.
IFRS = {
    "606-10-25-12": "IFRS 15.20",
    "606-10-25-13": "IFRS 15.21",
    "606-10-25-30": "IFRS 15.38",
    "606-10-25-31": "IFRS 15.39",
    "606-10-25-33": "IFRS 15.41",
    "606-10-32-5": "IFRS 15.50",
    "606-10-32-10": "IFRS 15.55",
    "606-10-32-11": "IFRS 15.56",
    "606-10-32-15": "IFRS 15.60",
    "606-10-32-31": "IFRS 15.76",
    "606-10-45-1": "IFRS 15.105",
    "606-10-55-17": "IFRS 15.B15",
    "606-10-55-18": "IFRS 15.B16",
    "606-10-55-20": "IFRS 15.B18",
    "606-10-55-21": "IFRS 15.B19",
    "606-10-55-22": "IFRS 15.B20",
    "606-10-55-65": "IFRS 15.B63",
    "340-40-35-1": "IFRS 15.99",
    "605-35-25-45": "IAS 37.66",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an explanation; ``obligation`` is empty for what concerns the whole contract."""

    topic: str
    text: str
    paragraph: str
    obligation: str = ""


class Explanation:
    """Writes the steps behind one position.

    :param book: "asc606" or "ifrs15"
    """

    def __init__(self, state: ContractState, position: Position, book: str = "asc606") -> None:
        self.state = state
        self.position = position
        self.book = book
        self.steps: list[Step] = []
        # Once, not obligation by obligation: there may be a thousand of them.
        self.weights = state.weights()
        self.weight: Number = sum(self.weights.values(), ZERO)
        self.shared = sum(one.allocated for one in state.sharing())

    def write(self) -> list[Step]:
        """Return the steps, from the price to the position."""
        self._price()
        for one, line in zip(self.state.obligations.values(), self.position.lines, strict=True):
            self._allocation(one, line)
            self._progress(one, line)
        self._position()
        self._cost()
        return self.steps

    def _say(self, topic: str, text: str, paragraph: str, obligation: str = "") -> None:
        cited = IFRS.get(paragraph, paragraph) if self.book == "ifrs15" else f"ASC {paragraph}"
        self.steps.append(Step(topic, text, cited, obligation))

    def _money(self, units: Number) -> str:
        return shown(units, self.state.contract.decimals)

    def _price(self) -> None:
        state = self.state
        self._say("price", f"fixed consideration {self._money(state.fixed)}", "606-10-32-5")
        for key, variable in state.variables.items():
            kept_out = ", kept out by the constraint" if variable.constrained else ""
            text = f"variable amount {key}: {self._money(variable.amount)}{kept_out}"
            self._say("price", text, "606-10-32-11" if variable.constrained else "606-10-32-5")
        if state.treatment:
            paragraph = "606-10-25-12" if state.treatment == "separate" else "606-10-25-13"
            self._say("modification", f"{state.treatment}: {state.reason}", paragraph)
        if state.ended is not None:
            self._say("price", f"terminated on {state.ended}: what is kept is the revenue", "606-10-25-13")

    def _allocation(self, one: ObligationState, line: Line) -> None:
        if one.measure.open_ended or one.separate or one.removed or self.state.ended is not None:
            return
        extras = self._extras(one)
        text = "; ".join([self._base(one, bool(extras)), *extras])
        self._say("allocation", text, "606-10-32-31", one.key)
        if line.allocated != one.allocated:
            text = f"{self._money(line.allocated)} after rebates and returns expected"
            self._say("allocation", text, "606-10-55-22", one.key)

    def _base(self, one: ObligationState, extras: bool) -> str:
        """Return how an obligation came to its share, apart from what variable amounts add since."""
        allocated = self._money(one.allocated)
        if one.frozen:
            live = self._money(one.base - one.frozen)
            return (
                f"{allocated}: {self._money(one.frozen)} recognised before the modification and {live} of what was left"
            )
        if len(self.weights) < 2 or not self.weight:
            return f"{allocated}: {self._money(one.base)} of the price" if extras else f"{allocated}: the whole price"
        selling = f"standalone selling price {self._money(self.weights[one.key])} of {self._money(self.weight)}"
        if any(one.key in discount.allocate_to for discount in self.state.discounts):
            selling += ", less a discount that belongs to it"
        if extras:
            return f"{allocated}: {self._money(one.base)} by {selling}"
        return f"{allocated} of {self._money(self.shared)}: {selling}"

    def _extras(self, one: ObligationState) -> list[str]:
        """Return what variable amounts and interest add to the share of an obligation."""
        found = []
        for key, variable in self.state.variables.items():
            part = variable.since * (variable.live.get(one.key, ZERO) + variable.settled.get(one.key, ZERO))
            if part:
                found.append(f"{self._money(part)} of {key}")
        if one.joined:
            found.append(f"{self._money(one.joined)} of interest on what was paid in advance")
        return found

    def _progress(self, one: ObligationState, line: Line) -> None:
        if one.removed:
            text = f"{self._money(line.recognised)} was recognised when a modification removed the rest"
            self._say("progress", text, "606-10-25-13", one.key)
            return
        if self.state.ended is not None:
            text = f"lapsed with the contract; {self._money(line.recognised)} of what is kept is its revenue"
            self._say("progress", text, "606-10-25-13", one.key)
            return
        live = self._money(round_half_away(one.allocated - one.frozen_exact))
        if one.frozen and one.allocated == one.frozen_exact:
            text = f"{self._money(line.recognised)} recognised, nothing was left when the contract was modified"
            self._say("progress", text, "606-10-25-13", one.key)
            return
        text = f"{one.measure.text(self.position.at, live)}; {self._money(line.recognised)} recognised"
        self._say("progress", text, one.measure.paragraph, one.key)

    def _position(self) -> None:
        at = self.position
        text = (
            f"billed {self._money(at.billed)}, paid {self._money(at.paid)}: the greater counts"
            f"; recognised {self._money(at.revenue)}"
        )
        if at.refund_liability:
            text += f"; refund liability {self._money(at.refund_liability)}"
        if at.interest:
            text += f"; interest {self._money(at.interest)}"
        name, amount = "contract liability", at.contract_liability
        if at.contract_asset:
            name, amount = "contract asset", at.contract_asset
        self._say("position", f"{text}; {name} {self._money(amount)}", "606-10-45-1")

    def _cost(self) -> None:
        at = self.position
        if at.loss_provision:
            text = f"expected cost is above the price; loss still to come {self._money(at.loss_provision)}"
            self._say("cost", text, "605-35-25-45")
        if at.capitalised:
            used = self._money(at.amortised)
            text = f"contract cost {self._money(at.capitalised)}, {used} of it amortised or impaired"
            self._say("cost", text, "340-40-35-1")
