"""Contract modifications (ASC 606-10-25-10 to 25-13)."""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from .allocation import Shares, among, at_selling_price, fixed_shares, selling_prices
from .dates import DAY
from .errors import Refusal
from .events import Change, Modify, Treatment
from .money import ONE, ZERO, Number, shown, split
from .state import ContractState, ObligationState, VariableState
from .terms import Obligation
from .wording import Day, Key, _, joined

Parts = dict[str, Fraction]
#: Why a change is refused before anything of it is read.
NOT_AGREED = _("an obligation of it is not agreed")


def modify(state: ContractState, event: Modify) -> None:
    """Apply a modification; it takes effect at the start of its date.

    :raises Refusal: when it names what is not there, or its price finds no obligation
    """
    _check(state, event)
    treatment, reason = decide(state, event)
    state.treatment, state.reason = treatment.value, reason
    if not changes_anything(state, event):
        return
    before = event.date - DAY
    _refund(state, event, before)
    if treatment is Treatment.CATCH_UP:
        _catch_up(state, event, before)
    elif treatment is Treatment.SEPARATE and event.add:
        _separate(state, event)
    else:
        _prospective(state, event, before)
    state.price_units()
    state.allocate()


# === WHICH TREATMENT === #


def decide(state: ContractState, event: Modify) -> tuple[Treatment, str]:
    """Return the treatment of a modification and why (ASC 606-10-25-12, 25-13)."""
    if event.treatment is not Treatment.AUTO:
        return event.treatment, _("as asked")
    if _follows(state, event):
        return Treatment.SEPARATE, _("what was promised is fulfilled, what follows is a contract of its own (25-12)")
    unlike = _unlike_separate(state, event)
    if unlike is None:
        return Treatment.SEPARATE, _("everything added is distinct and priced at its standalone selling price (25-12)")
    bound = _bound(state, event)
    if bound is None:
        rest: str = _("what remains is distinct from what was transferred (25-13a)")
        return Treatment.PROSPECTIVE, joined("; ", [unlike, rest])
    rest = _('the rest of "%(name)s" is not distinct from what was transferred (25-13b)', name=Key("obligation", bound))
    return Treatment.CATCH_UP, joined("; ", [unlike, rest])


def changes_anything(state: ContractState, event: Modify) -> bool:
    """Return whether a modification has any effect on scope or price."""
    changed = any(_differs(state.obligations[change.obligation], change) for change in event.change)
    return bool(event.fixed_delta or event.add or event.remove or event.refund or changed)


def _follows(state: ContractState, event: Modify) -> bool:
    """Return whether a modification only has what is fulfilled go on: a renewal (ASC 606-10-55-42)."""
    if not event.alone or event.add or event.remove or event.refund or not event.change:
        return False
    before = event.date - DAY
    fulfilled = all(state.obligations[key].measure.satisfied(before) == ONE for key in event.named)
    return fulfilled and all(change.end is not None and change.end > before for change in event.change)


def _unlike_separate(state: ContractState, event: Modify) -> str | None:
    """Return why a modification is no contract of its own; None when it is one."""
    if not event.add:
        return _("nothing is added")
    if event.remove or event.change:
        return _("it does not only add")
    for added in event.add:
        if added.distinct is False:
            return _('"%(name)s" is not distinct', name=Key("obligation", added.key))
        if not (_open_ended(added) or at_selling_price(added)):
            return _('"%(name)s" is not priced at its standalone selling price', name=Key("obligation", added.key))
    sharing = [added for added in event.add if not _open_ended(added)]
    together = sum(selling_prices(sharing, event.fixed_delta, state.contract.decimals).values()) if sharing else 0
    if event.fixed_delta != together:
        rise, selling = (shown(units, state.contract.decimals) for units in (event.fixed_delta, together))
        return _("the price rises by %(rise)s, not by %(selling)s", rise=rise, selling=selling)
    return None


def _bound(state: ContractState, event: Modify) -> str | None:
    """Return an obligation whose rest is not distinct from what was transferred; None when there is none."""
    before = event.date - DAY
    for added in event.add:
        if added.distinct is False:
            return added.key
    for obligation in state.obligations.values():
        if obligation.removed or obligation.separate or obligation.key in event.remove:
            continue
        if event.alone and obligation.key not in event.named:
            continue
        satisfied = obligation.measure.satisfied(before)
        if satisfied < ONE and obligation.terms.distinct is False:
            return obligation.key
        if ZERO < satisfied < ONE and not obligation.measure.series and obligation.terms.distinct is None:
            return obligation.key
    return None


# === THE TREATMENTS === #


def _separate(state: ContractState, event: Modify) -> None:
    """Make what is added a contract of its own, sharing the added price only (25-12)."""
    added = _add(state, event)
    for one in added:
        one.separate = True
    sharing = [obligation for obligation in added if not obligation.measure.open_ended]
    _need_takers(sharing, event.fixed_delta, event)
    state.fixed += event.fixed_delta
    shares = among(
        (obligation.key for obligation in sharing), {obligation.key: obligation.ssp for obligation in sharing}
    )
    for one, base in zip(
        sharing, split(event.fixed_delta, [shares[obligation.key] for obligation in sharing]), strict=True
    ):
        one.base = base


def _prospective(state: ContractState, event: Modify, before: date) -> None:
    """End the contract and begin a new one with what is left (25-13a).

    What was recognised is frozen. The pool is everything unrecognised and the added price,
    shared by standalone selling price × unsatisfied part.
    """
    states = _taking_part(state, event)
    _fold(state)
    for one in states:
        one.separate = False
    frozen = {one.key: one.kept(before) for one in states}
    done = {one.key: one.measure.progress(before) for one in states}
    pool: Number = sum(one.allocated - frozen[one.key] for one in states) + event.fixed_delta
    state.fixed += event.fixed_delta
    states += [one for one in _add(state, event) if not one.measure.open_ended]
    for one in states:
        frozen.setdefault(one.key, 0)
        done.setdefault(one.key, ZERO)
    _change(state, event)
    _remove(state, event)
    left = [one for one in states if not one.removed]
    _need_takers(left, pool, event)
    for one in left:
        one.part = 1 - one.measure.satisfied(before)
        one.measure.restart(before)
    weights = _weights(left)
    at_once = not any(one.part for one in left)
    for variable in state.variables.values():
        _carry_over(variable, done, weights, at_once)
    for one in states:
        share = pool * weights.get(one.key, ZERO)
        one.base = frozen[one.key] + share - one.joined
        one.frozen = frozen[one.key] + (share if at_once else 0)
    state.discounts = ()


def _catch_up(state: ContractState, event: Modify, before: date) -> None:
    """Treat the modification as part of the contract from its beginning: revenue is caught up (25-13b)."""
    named = [state.obligations[key] for key in event.remove]
    removed = [one for one in named if not one.measure.open_ended]
    recognised = {one.key: one.kept(before) for one in removed}
    done = {one.key: one.measure.progress(before) for one in removed}
    state.fixed += event.fixed_delta
    _add(state, event)
    _change(state, event)
    _remove(state, event)
    left = [one for one in state.sharing() if _concerns(event, one.key)]
    weights = _weights(left)
    for variable in state.variables.values():
        _share_anew(variable, done, weights)
    for one in removed:
        live, settled = _since(state, one.key)
        one.base = recognised[one.key] - live - settled - one.joined
        one.frozen = recognised[one.key] - settled
    _share_base(state, left, weights, event)


def _share_base(state: ContractState, left: list[ObligationState], weights: Shares, event: Modify) -> None:
    """Share the fixed consideration anew, leaving what an earlier modification froze.

    A discount that would now take more than its obligations are allocated is a discount of
    the whole bundle (ASC 606-10-32-36).
    """
    others = sum(obligation.base for obligation in state.obligations.values() if obligation not in left)
    folded = sum(variable.folded for variable in state.variables.values())
    pool = state.fixed + folded - others - sum(one.frozen for one in left)
    _need_takers(left, pool, event)
    discounts = () if event.alone else state.discounts
    shares = fixed_shares(pool, discounts, weights) if left else {}
    if pool >= 0 and any(share < 0 for share in shares.values()):
        shares = fixed_shares(pool, (), weights)
    for one in left:
        one.base = one.frozen + shares[one.key]


def _refund(state: ContractState, event: Modify, before: date) -> None:
    """Take an amount off the price and the revenue of what was delivered, at once."""
    if not event.refund:
        return
    states = list(state.obligations.values())
    recognised = [max(0, one.recognised(before)) for one in states]
    if not sum(recognised):
        raise Refusal(f"{event.place}.refund", _("nothing is delivered yet that it could be taken off"))
    if event.refund > sum(recognised):
        raise Refusal(f"{event.place}.refund", _("more than is recognised of what was delivered"))
    state.fixed -= event.refund
    for one, refund in zip(states, split(event.refund, recognised), strict=True):
        one.base -= refund
        one.frozen -= refund
        one.refunded += refund
    state.allocate()


# === THEIR PARTS === #


def _taking_part(state: ContractState, event: Modify) -> list[ObligationState]:
    """Return the obligations whose unrecognised price is pooled; a contract of its own only when it is named."""
    states = []
    for obligation in state.obligations.values():
        if obligation.removed or obligation.measure.open_ended or not _concerns(event, obligation.key):
            continue
        if obligation.separate and obligation.key not in event.named:
            continue
        states.append(obligation)
    return states


def _concerns(event: Modify, key: str) -> bool:
    """Return whether a modification concerns an obligation: all, or those that it names or adds (25-13c)."""
    return not event.alone or key in event.named or any(added.key == key for added in event.add)


def _add(state: ContractState, event: Modify) -> list[ObligationState]:
    """Add obligations to the contract, with their standalone selling prices."""
    sharing = [added for added in event.add if not _open_ended(added)]
    if state.treatment != Treatment.SEPARATE.value:
        for added in sharing:
            if added.ssp is None and added.ssp_range is None and not added.residual:
                raise Refusal(f"{added.place}.ssp", _("needed to share the price"))
    prices = selling_prices(sharing, event.fixed_delta, state.contract.decimals)
    states = [ObligationState(added, prices.get(added.key, ZERO)) for added in event.add]
    for one in states:
        state.add(one)
    return states


def _change(state: ContractState, event: Modify) -> None:
    """Take over the changed terms of obligations."""
    for change in event.change:
        one = state.obligations[change.obligation]
        if change.end is not None and change.end < event.date - DAY:
            raise Refusal(f"{change.place}.end", _("%(date)s is before the modification", date=Day(change.end)))
        one.measure.change(change)
        if one.units is not None and one.units.quantity is not None and one.units.delivered > one.units.quantity:
            raise Refusal(f"{change.place}.quantity", _("more than that is delivered already"))
        if change.price is not None:
            one.price = change.price
            if one.units is not None and one.units.quantity:
                one.units.stated_price = Fraction(change.price) / one.units.quantity
        if change.ssp is not None:
            one.ssp = change.ssp


def _remove(state: ContractState, event: Modify) -> None:
    for key in event.remove:
        state.obligations[key].removed = True


def _weights(left: list[ObligationState]) -> Shares:
    """Return how the obligations that are left share a pool, in parts that total 1."""
    shares = among((one.key for one in left), {one.key: one.ssp * one.part for one in left})
    shares = shares or among((one.key for one in left), {one.key: one.ssp for one in left})
    return shares or {one.key: Fraction(1, len(left)) for one in left}


def _need_takers(left: list[ObligationState], pool: Number, event: Modify) -> None:
    if not left and pool:
        reason = _("no obligation is left to earn the rest of the price; lower it, or terminate the contract")
        raise Refusal(f"{event.place}.fixed_delta", reason)


def _carry_over(variable: VariableState, done: Parts, weights: Shares, at_once: bool) -> None:
    """Say where a later re-estimate of a variable amount goes (ASC 606-10-32-45a, Example 6).

    The part of what is satisfied is recognised at once. The rest of an amount that belongs
    to all is shared as the pool is; the rest of one that belongs to some stays with them.
    """
    pooled, live = ZERO, {key: part for key, part in variable.live.items() if key not in done}
    for key, part in variable.live.items():
        if key not in done:
            continue
        _move(variable.settled, key, part * done[key])
        rest = part * (1 - done[key])
        if variable.terms.allocate_to and key in weights:
            live[key] = rest
        else:
            pooled += rest
    for key, weight in weights.items():
        _move(variable.settled if at_once else live, key, pooled * weight)
    variable.live = live


def _share_anew(variable: VariableState, removed: Parts, weights: Shares) -> None:
    """Share a variable amount that belongs to all by the new weights, and what a removed obligation had of any."""
    live = dict(variable.live)
    pooled = ZERO
    for key, done in removed.items():
        part = live.pop(key, ZERO)
        _move(variable.settled, key, part * done)
        pooled += part * (1 - done)
    if not variable.terms.allocate_to:
        pooled += sum((live.pop(key, ZERO) for key in weights), ZERO)
    for key, weight in weights.items():
        _move(live, key, pooled * weight)
    variable.live = live


def _move(parts: Shares, key: str, part: Fraction) -> None:
    if part:
        parts[key] = parts.get(key, ZERO) + part


def _fold(state: ContractState) -> None:
    """Make what the variable amounts include now a part of the price like any other."""
    for obligation in state.obligations.values():
        live, settled = _since(state, obligation.key)
        obligation.base += live + settled
        obligation.frozen += settled
    for variable in state.variables.values():
        variable.folded = variable.included


def _since(state: ContractState, key: str) -> tuple[Number, Number]:
    """Return what variable amounts add to an obligation since they were folded: live, and settled by then."""
    live = settled = ZERO
    for variable in state.variables.values():
        live += variable.since * variable.live.get(key, ZERO)
        settled += variable.since * variable.settled.get(key, ZERO)
    return live, settled


def _open_ended(terms: Obligation) -> bool:
    return bool(terms.recognition.measure(terms).open_ended)


def _differs(obligation: ObligationState, change: Change) -> bool:
    """Return whether a change alters anything."""
    if change.ssp not in (None, obligation.ssp) or change.price not in (None, obligation.price):
        return True
    terms = ("quantity", "start", "end", "total_cost")
    return any(getattr(change, term) not in (None, getattr(obligation.measure, term, None)) for term in terms)


def _check(state: ContractState, event: Modify) -> None:
    """Refuse a modification that names what is not there.

    :raises Refusal: with the place
    """
    for place, key in _named(event):
        if key not in state.obligations:
            raise Refusal(place, _('no obligation "%(name)s"', name=key))
        if state.obligations[key].removed:
            raise Refusal(place, _('obligation "%(name)s" was removed by a modification', name=Key("obligation", key)))
    for added in event.add:
        if added.key in state.obligations:
            raise Refusal(f"{added.place}.key", _('"%(name)s" is used twice', name=added.key))
    if event.treatment is Treatment.SEPARATE and (not event.add or event.remove or event.change):
        raise Refusal(f"{event.place}.treatment", _("a separate contract adds obligations and changes none"))


def _named(event: Modify) -> Iterable[tuple[str, str]]:
    for key in event.remove:
        yield f"{event.place}.remove", key
    for change in event.change:
        yield f"{change.place}.obligation", change.obligation
