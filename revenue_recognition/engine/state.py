"""Where a contract and its obligations stand while events are applied to them."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from .allocation import Shares, among, fixed_shares, selling_prices
from .contract import Contract
from .errors import Refusal
from .interest import Interest
from .measures import InvoicedMeasure, Measure, UnitsMeasure
from .money import ONE, ZERO, Number, part_of, round_half_away, share_out
from .terms import Obligation, Variable
from .wording import _


class ObligationState:
    """An obligation, its share of the price and its progress.

    ``base`` is its exact share of the fixed consideration; ``frozen`` the part of its price
    that an earlier modification left as recognised; ``part`` what was unsatisfied then;
    ``allocated`` the whole price it has, in units.
    """

    __slots__ = (
        "allocated",
        "base",
        "frozen",
        "frozen_exact",
        "invoiced",
        "joined",
        "joined_before",
        "measure",
        "part",
        "price",
        "refunded",
        "removed",
        "separate",
        "ssp",
        "terms",
        "units",
    )

    def __init__(self, terms: Obligation, ssp: Number = 0) -> None:
        self.terms = terms
        self.measure: Measure = terms.recognition.measure(terms)
        self.units = self.measure if isinstance(self.measure, UnitsMeasure) else None
        self.price = terms.price
        self.ssp: Number = ssp
        self.part = ONE
        self.base: Number = 0
        self.frozen: Number = 0
        self.frozen_exact: Number = 0
        self.joined: Number = 0
        self.joined_before: Number = 0
        self.allocated = 0
        self.invoiced = 0
        self.refunded = 0
        self.removed = False
        self.separate = False

    @property
    def key(self) -> str:
        """The key of the obligation."""
        return self.terms.key

    def bill(self, amount: int, earns: bool = True) -> None:
        """Add an invoice of it, in units, or a credit note below zero; a down payment earns nothing."""
        self.invoiced += amount
        if earns:
            self.earn_invoiced(amount)

    def earn_invoiced(self, amount: int) -> None:
        """Let what is earned as it is invoiced earn an amount, in units."""
        if isinstance(self.measure, InvoicedMeasure):
            self.measure.invoice(amount)

    def exact_share(self, day: date) -> Number:
        """Return what is transferred of the price by progress alone, exactly, in units."""
        live = self.allocated - self.frozen_exact
        return self.frozen_exact + live * self.measure.progress(day) + self.measure.earned(day)

    def exact(self, day: date) -> Number:
        """Return what is recognised before rebates and returns, exactly, in units."""
        if self.removed:
            return (self.frozen_exact if self.reduced else self.allocated) + self.measure.earned(day)
        live = self.allocated - self.frozen_exact
        apart = self._at_cost(day)
        exact = self.frozen_exact + (live - apart) * self.measure.progress(day) + apart
        return exact + self.measure.earned(day) if self.measure.open_ended else exact

    def _at_cost(self, day: date) -> Number:
        """Return what uninstalled materials earn, at most what is left of the price, in units."""
        cost = self.measure.at_cost(day)
        return max(ZERO, min(cost, self.allocated - self.frozen_exact)) if cost else 0

    def apart(self, day: date) -> Number:
        """Return the part of what is recognised that progress does not apply to, exactly, in units.

        What a prospective modification left as recognised (ASC 606-10-25-13a), and uninstalled materials, which earn
        their cost (ASC 606-10-55-21).
        """
        if self.removed or self.measure.open_ended:
            return 0
        if self.units is not None and self.units.adjusted():
            before = self.frozen_exact + self.units.rebate(Fraction(self.units.baseline))
            return before * (1 - self.units.return_rate)
        return self.frozen_exact + self._at_cost(day)

    def simple(self, day: date) -> bool:
        """Return whether nothing but the price and the progress make up the revenue."""
        if self.frozen_exact or self.removed or self.measure.open_ended:
            return False
        return not (self.reduced if self.units is not None else self.measure.at_cost(day))

    @property
    def reduced(self) -> bool:
        """Whether rebates or returns are expected, so that what is recognised is rounded after them."""
        return self.units is not None and self.units.adjusted()

    def recognised(self, day: date) -> int:
        """Return what is recognised, rounded once, in units (ASC 606-10-25-31)."""
        if self.simple(day):
            return part_of(self.allocated, self.measure.progress(day))
        exact = self.exact(day)
        if self.units is not None and self.units.adjusted():
            exact = (exact + self.units.rebate(self.units.delivered)) * (1 - self.units.return_rate)
        return round_half_away(exact)

    def kept(self, day: date) -> Number:
        """Return what a modification leaves as recognised before rebates and returns, in units.

        Rounded, as it is in the books; exactly where rebates or returns come off it, since that is rounded once, after
        them: otherwise the modification alone would move revenue.
        """
        exact = self.exact(day)
        return exact if self.reduced else round_half_away(exact)

    def price_now(self, day: date) -> int:
        """Return the allocated price after rebates and returns, in units; what is open-ended has what it earned."""
        price: Number = self.frozen_exact if self.removed and self.reduced else self.allocated
        if self.measure.open_ended:
            price += self.measure.earned(day)
        if self.units is not None and self.units.adjusted():
            expected = self.units.delivered if self.removed else self.units.expected()
            price = (price + self.units.rebate(expected)) * (1 - self.units.return_rate)
        return round_half_away(price)

    def given_back(self, day: date) -> int:
        """Return what is expected to go back of what was delivered, in units: rebates, returns, refunds."""
        back = self.refunded
        if self.units is not None and self.units.adjusted():
            back += max(0, round_half_away(self.exact(day)) - self.recognised(day))
        return back


class VariableState:
    """The estimate of a variable amount and whom it goes to, in parts that total 1.

    ``settled`` is the part of obligations that an earlier modification found satisfied: a
    re-estimate of it is recognised at once (ASC 606-10-32-43). ``folded`` is what was
    included at the last prospective modification and shared with everything else then.
    """

    __slots__ = ("amount", "constrained", "folded", "live", "settled", "terms")

    def __init__(self, terms: Variable, live: Shares) -> None:
        self.terms = terms
        self.amount = terms.amount
        self.constrained = terms.constrained
        self.live = live
        self.settled: Shares = {}
        self.folded = 0

    @property
    def included(self) -> int:
        """What of it is in the transaction price, in units (ASC 606-10-32-11)."""
        return 0 if self.constrained else self.amount

    @property
    def since(self) -> int:
        """What changed since it was folded into the price, in units."""
        return self.included - self.folded


class CostLayer:
    """A contract cost capitalised, or what an impairment left of several: so much at such progress."""

    __slots__ = ("amount", "over", "start")

    def __init__(self, amount: Number, over: tuple[str, ...], start: Fraction) -> None:
        self.amount = amount
        self.over = over
        self.start = start

    def left(self, progress: Fraction) -> Number:
        """Return what is not amortised at a progress, exactly, in units (ASC 340-40-35-1)."""
        if self.start >= ONE:
            return 0
        return min(self.amount, self.amount * (1 - progress) / (1 - self.start))


class ContractState:
    """A contract at some moment: its obligations, its price, what was billed, paid and spent.

    ``early`` is what was billed of obligations that are not there yet, by their keys, whom it counted for, and
    whether it earns.
    """

    __slots__ = (
        "at_end",
        "billed",
        "billed_back",
        "capitalised",
        "contract",
        "cost_layers",
        "costs",
        "discounts",
        "early",
        "ended",
        "financing",
        "fixed",
        "joined_before",
        "joined_total",
        "obligations",
        "paid",
        "paid_back",
        "reason",
        "treatment",
        "variables",
    )

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.obligations: dict[str, ObligationState] = {
            obligation.key: ObligationState(obligation) for obligation in contract.obligations
        }
        self.discounts = contract.discount
        self.billed = self.paid = 0
        self.early: dict[str, list[tuple[int, ObligationState | None, bool]]] = {}
        self.costs: Number = 0
        self.capitalised = 0
        self.cost_layers: list[CostLayer] = []
        self.financing: Interest | None = None
        self.joined_total: Number = 0
        self.joined_before: Number = 0
        self.treatment = ""
        self.reason = ""
        self.ended: date | None = None
        self.at_end: list[tuple[int, int]] = []
        self.billed_back = self.paid_back = 0
        self.fixed = _fixed(contract, self.obligations)
        self.variables = self._open()
        self.allocate()

    def sharing(self) -> Iterator[ObligationState]:
        """Yield the obligations that share the price: not removed, not open-ended, not a contract of their own."""
        for state in self.obligations.values():
            if not (state.removed or state.separate or state.measure.open_ended):
                yield state

    def allocate(self) -> None:
        """Round the exact shares of every obligation to units that total the price (ASC 606-10-32-28)."""
        for state in self.obligations.values():
            state.frozen_exact = state.frozen
        for variable in self.variables.values():
            if variable.since:
                for key, settled in variable.settled.items():
                    self.obligations[key].frozen_exact += variable.since * settled
        for state, allocated in zip(self.obligations.values(), self.shares(), strict=True):
            state.allocated = allocated

    def shares(self, this_year: bool = True) -> list[int]:
        """Return the share of the price of every obligation, in units.

        :param this_year: with the interest that joined the price since it was last capitalised
        """
        states = self.obligations.values()
        total = self.fixed + round_half_away(self.joined_total if this_year else self.joined_before)
        exact = {state.terms.key: state.base for state in states}
        if self.joined_total:
            for state in states:
                exact[state.terms.key] += state.joined if this_year else state.joined_before
        for variable in self.variables.values():
            total += variable.included
            if variable.since:
                for parts in (variable.live, variable.settled):
                    for key, part in parts.items():
                        exact[key] += variable.since * part
        return share_out(total, list(exact.values()))

    def weights(self) -> Shares:
        """Return the weight of each obligation that shares the price: selling price × what was left of it."""
        return {state.key: state.ssp * state.part for state in self.sharing()}

    def recognised(self, day: date) -> dict[str, int]:
        """Return what each obligation has recognised at the end of a day, in units."""
        return {key: state.recognised(day) for key, state in self.obligations.items()}

    def bill(self, amount: int, obligation: str | None, earns: bool = True) -> None:
        """Add an invoice, or a credit note below zero, to what is billed.

        :param obligation: what it is of, or None; one that a modification has yet to add is no obligation until then
        :param earns: whether it earns what is earned as it is invoiced; a down payment does not
        """
        self.billed += amount
        if obligation is not None and obligation in self.obligations:
            self.obligations[obligation].bill(amount, earns)
            return
        only = self._only() if earns else None
        if only is not None:
            only.earn_invoiced(amount)
        if obligation is not None:
            self.early.setdefault(obligation, []).append((amount, only, earns))

    def add(self, added: ObligationState) -> None:
        """Add an obligation; what was billed of it before is its own from now on, and no other's."""
        self.obligations[added.key] = added
        for amount, other, earns in self.early.pop(added.key, ()):
            if other is not None:
                other.earn_invoiced(-amount)
            added.bill(amount, earns)

    def _only(self) -> ObligationState | None:
        """Return the only obligation of the contract itself: what a separate contract added is not meant."""
        own = [obligation for obligation in self.obligations.values() if not obligation.separate]
        return own[0] if len(own) == 1 else None

    def _open(self) -> dict[str, VariableState]:
        """Allocate at inception: standalone selling prices, fixed consideration, variable amounts."""
        sharing = list(self.sharing())
        gross = self.fixed + sum(discount.amount for discount in self.discounts)
        prices = selling_prices([state.terms for state in sharing], gross, self.contract.decimals)
        for state in sharing:
            state.ssp = prices[state.key]
        if sharing:
            shares = fixed_shares(self.fixed, self.discounts, prices) if len(sharing) > 1 else None
            for state in sharing:
                state.base = shares[state.key] if shares else self.fixed
            self._check_discounts(gross)
            self.price_units()
        elif self.fixed:
            raise Refusal("contract.fixed", _("no obligation takes a share of it"))
        return {
            variable.key: VariableState(variable, self._targets(variable, prices))
            for variable in self.contract.variable
        }

    def price_units(self) -> None:
        """Give units without a stated price their part of what is allocated."""
        for state in self.obligations.values():
            if state.units is not None:
                state.units.price_from(Fraction(state.base))

    def _check_discounts(self, gross: int) -> None:
        """Refuse a discount that takes more than its obligations have."""
        for discount in self.discounts if gross >= 0 else ():
            if any(self.obligations[key].base < 0 for key in discount.allocate_to):
                raise Refusal(f"{discount.place}.amount", _("more than its obligations are allocated"))

    def _targets(self, variable: Variable, prices: Shares) -> Shares:
        """Return whom a variable amount belongs to (ASC 606-10-32-40), in parts that total 1."""
        keys = variable.allocate_to
        if not keys:
            shares = among(prices, prices)
        elif all(key in prices for key in keys):
            shares = among(keys, prices)
        else:
            shares = {key: Fraction(1, len(keys)) for key in keys}
        if not shares:
            raise Refusal(f"{variable.place}.allocate_to", _("no obligation takes a share of it"))
        return shares


def _fixed(contract: Contract, states: dict[str, ObligationState]) -> int:
    """Return the fixed consideration: as stated, or the sum of the prices of those that share it, in units."""
    if contract.fixed is not None:
        return contract.fixed
    return sum(_stated(state.terms) for state in states.values() if not state.measure.open_ended)


def _stated(terms: Obligation) -> int:
    if terms.price is None and terms.quantity is not None and terms.unit_price is not None:
        return round_half_away(terms.quantity * terms.unit_price)
    return terms.price or 0
