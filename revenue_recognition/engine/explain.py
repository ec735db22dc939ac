"""Why a number is what it is: the steps behind a position, in words.

Every step names its paragraph, of ASC 606 or, for that book, of IFRS 15.
"""

from dataclasses import dataclass

from .money import ZERO, Number, round_half_away, shown
from .position import Line, Position
from .state import ContractState, ObligationState
from .wording import Day, _, joined

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
    "606-10-32-40": "IFRS 15.85",
    "606-10-45-1": "IFRS 15.105",
    "606-10-55-17": "IFRS 15.B15",
    "606-10-55-18": "IFRS 15.B16",
    "606-10-55-20": "IFRS 15.B18",
    "606-10-55-21": "IFRS 15.B19",
    "606-10-55-22": "IFRS 15.B20",
    "606-10-55-48": "IFRS 15.B46",
    "606-10-55-65": "IFRS 15.B63",
    "340-40-35-1": "IFRS 15.99",
    "605-35-25-45": "IAS 37.66",
}

#: The treatments of a modification in words.
TREATMENTS: dict[str, str] = {
    "separate": _("separate contract"),
    "prospective": _("prospective"),
    "catch_up": _("cumulative catch-up"),
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
        self.shared = sum(obligation.allocated for obligation in state.sharing())

    def write(self) -> list[Step]:
        """Return the steps, from the price to the position."""
        self._price()
        for obligation, line in zip(self.state.obligations.values(), self.position.lines, strict=True):
            self._allocation(obligation, line)
            self._progress(obligation, line)
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
        self._say("price", _("fixed consideration %(amount)s", amount=self._money(state.fixed)), "606-10-32-5")
        for key, variable in state.variables.items():
            text: str = _("variable amount %(name)s: %(amount)s", name=key, amount=self._money(variable.amount))
            if variable.constrained:
                text = joined(", ", [text, _("kept out by the constraint")])
            self._say("price", text, "606-10-32-11" if variable.constrained else "606-10-32-5")
        if state.treatment:
            paragraph = "606-10-25-12" if state.treatment == "separate" else "606-10-25-13"
            self._say("modification", treated(state.treatment, state.reason), paragraph)
        if state.ended is not None:
            text = _("terminated on %(date)s: what is kept is the revenue", date=Day(state.ended))
            self._say("price", text, "606-10-25-13")

    def _allocation(self, obligation: ObligationState, line: Line) -> None:
        if obligation.measure.open_ended or obligation.separate or obligation.removed or self.state.ended is not None:
            return
        extras = self._extras(obligation)
        text: str = joined("; ", [self._base(obligation, bool(extras)), *extras])
        self._say("allocation", text, "606-10-32-31", obligation.key)
        if line.allocated != obligation.allocated:
            text = _("%(amount)s after rebates and returns expected", amount=self._money(line.allocated))
            self._say("allocation", text, "606-10-55-22", obligation.key)

    def _base(self, obligation: ObligationState, extras: bool) -> str:
        """Return how an obligation came to its share, apart from what variable amounts add since."""
        allocated = self._money(obligation.allocated)
        if obligation.frozen:
            live = self._money(obligation.base - obligation.frozen)
            return _(
                "%(allocated)s: %(before)s recognised before the modification and %(rest)s of what was left",
                allocated=allocated,
                before=self._money(obligation.frozen),
                rest=live,
            )
        if len(self.weights) < 2 or not self.weight:
            if extras:
                return _("%(allocated)s: %(part)s of the price", allocated=allocated, part=self._money(obligation.base))
            return _("%(allocated)s: the whole price", allocated=allocated)
        selling: str = _(
            "standalone selling price %(own)s of %(all)s",
            own=self._money(self.weights[obligation.key]),
            all=self._money(self.weight),
        )
        if any(obligation.key in discount.allocate_to for discount in self.state.discounts):
            selling = joined(", ", [selling, _("less a discount that belongs to it")])
        if extras:
            part = self._money(obligation.base)
            return _("%(allocated)s: %(part)s by %(selling)s", allocated=allocated, part=part, selling=selling)
        shared = self._money(self.shared)
        return _("%(allocated)s of %(shared)s: %(selling)s", allocated=allocated, shared=shared, selling=selling)

    def _extras(self, obligation: ObligationState) -> list[str]:
        """Return what variable amounts and interest add to the share of an obligation."""
        found: list[str] = []
        for key, variable in self.state.variables.items():
            part = variable.since * (
                variable.live.get(obligation.key, ZERO) + variable.settled.get(obligation.key, ZERO)
            )
            if part:
                found.append(_("%(amount)s of %(name)s", amount=self._money(part), name=key))
        if obligation.joined:
            found.append(_("%(amount)s of interest on what was paid in advance", amount=self._money(obligation.joined)))
        return found

    def _progress(self, obligation: ObligationState, line: Line) -> None:
        recognised = self._money(line.recognised)
        if obligation.removed:
            text: str = _("%(amount)s was recognised when a modification removed the rest", amount=recognised)
            self._say("progress", text, "606-10-25-13", obligation.key)
            return
        if self.state.ended is not None:
            text = _("lapsed with the contract; %(amount)s of what is kept is its revenue", amount=recognised)
            self._say("progress", text, "606-10-25-13", obligation.key)
            return
        live = self._money(round_half_away(obligation.allocated - obligation.frozen_exact))
        if obligation.frozen and obligation.allocated == obligation.frozen_exact:
            text = _("%(amount)s recognised, nothing was left when the contract was modified", amount=recognised)
            self._say("progress", text, "606-10-25-13", obligation.key)
            return
        done = obligation.measure.text(self.position.at, live)
        text = joined("; ", [*self._before(obligation), done, _("%(amount)s recognised", amount=recognised)])
        self._say("progress", text, obligation.measure.paragraph, obligation.key)

    def _before(self, obligation: ObligationState) -> list[str]:
        """Return what progress does not apply to, since an earlier modification left it as recognised."""
        before = round_half_away(obligation.frozen_exact)
        if before > 0:
            amount = self._money(before)
            return [_("%(amount)s was recognised before the modification, progress is of the rest", amount=amount)]
        if before < 0:
            return [_("%(amount)s was taken off by a modification", amount=self._money(-before))]
        return []

    def _position(self) -> None:
        at = self.position
        billed, paid = self._money(at.billed), self._money(at.paid)
        said = [
            _("billed %(billed)s, paid %(paid)s: the greater counts", billed=billed, paid=paid),
            _("recognised %(amount)s", amount=self._money(at.revenue)),
        ]
        if at.refund_liability:
            said.append(_("refund liability %(amount)s", amount=self._money(at.refund_liability)))
        if at.interest:
            said.append(_("interest %(amount)s", amount=self._money(at.interest)))
        if at.contract_asset:
            said.append(_("contract asset %(amount)s", amount=self._money(at.contract_asset)))
        else:
            said.append(_("contract liability %(amount)s", amount=self._money(at.contract_liability)))
        self._say("position", joined("; ", said), "606-10-45-1")

    def _cost(self) -> None:
        at = self.position
        if at.loss_provision:
            loss = self._money(at.loss_provision)
            text = _("expected cost is above the price; loss still to come %(amount)s", amount=loss)
            self._say("cost", text, "605-35-25-45")
        if at.capitalised:
            cost, used = self._money(at.capitalised), self._money(at.amortised)
            text = _("contract cost %(cost)s, %(used)s of it amortised or impaired", cost=cost, used=used)
            self._say("cost", text, "340-40-35-1")


def treated(treatment: str, reason: str) -> str:
    """Return how a modification was accounted for, and why.

    >>> treated("catch_up", "as asked")
    'cumulative catch-up: as asked'
    """
    return _("%(treatment)s: %(reason)s", treatment=TREATMENTS.get(treatment, treatment), reason=reason)
