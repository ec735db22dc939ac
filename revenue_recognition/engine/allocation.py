"""Sharing the transaction price between obligations (ASC 606-10-32-28 to 32-41)."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from .errors import Refusal
from .money import ZERO, Number, shown, whole
from .terms import Discount, Obligation
from .wording import _

Shares = dict[str, Number]


def selling_prices(obligations: Sequence[Obligation], price: Number, decimals: int) -> Shares:
    """Return the standalone selling price of each obligation, in units of money.

    A range gives the stated price when that lies inside it, else its midpoint. A residual
    is what the price leaves after the others (ASC 606-10-32-34c); one outside the range
    that was ever observed is no faithful depiction (Example 34 Case C) and is refused. An
    obligation that is alone needs no standalone selling price.

    :param price: what is shared, before discounts tied to some obligations, in units
    :raises Refusal: when a standalone selling price is missing, is a residual out of
        range, or all of them total zero
    """
    alone = len(obligations) == 1
    prices = {
        obligation.key: whole(_observable(obligation, alone)) for obligation in obligations if not obligation.residual
    }
    for one in obligations:
        if one.residual:
            prices[one.key] = whole(_residual(one, price - sum(prices.values()), decimals))
    if obligations and not sum(prices.values()):
        raise Refusal(
            f"{obligations[0].place}.ssp", _("the standalone selling prices total 0, so nothing can be shared")
        )
    return {obligation.key: prices[obligation.key] for obligation in obligations}


def fixed_shares(price: Number, discounts: Iterable[Discount], weights: Mapping[str, Number]) -> Shares:
    """Share a price by standalone selling prices, discounts falling on their own obligations only.

    :param price: units, net of the discounts
    :param weights: standalone selling price by obligation
    :return: exact share by obligation, in units; they total the price

    >>> abc = {"A": Fraction(40), "B": Fraction(55), "C": Fraction(45)}
    >>> tied = Discount(amount=40, allocate_to=("B", "C"))
    >>> {key: int(share) for key, share in fixed_shares(100, [tied], abc).items()}
    {'A': 40, 'B': 33, 'C': 27}
    """
    tied = [(discount.amount, among(discount.allocate_to, weights)) for discount in discounts]
    tied = [(amount, shares) for amount, shares in tied if shares]
    gross = price + sum(amount for amount, _shares in tied)
    total = sum(weights.values())
    if gross == total:
        shares = dict(weights)
    else:
        shares = {key: Fraction(weight * gross, total) for key, weight in weights.items()}
    for amount, own in tied:
        for key, share in own.items():
            shares[key] -= amount * share
    return shares


def among(keys: Iterable[str], weights: Mapping[str, Number]) -> Shares:
    """Return the relative weights of some obligations, totalling 1; empty when none of them has a weight.

    >>> among(["B", "C"], {"A": Fraction(1), "B": Fraction(3), "C": Fraction(1)})
    {'B': Fraction(3, 4), 'C': Fraction(1, 4)}
    """
    chosen = {key: weights[key] for key in keys if key in weights}
    total = sum(chosen.values())
    if not total:
        return {}
    return {key: Fraction(weight, total) for key, weight in chosen.items()}


def at_selling_price(obligation: Obligation) -> bool:
    """Return whether an obligation is priced at its standalone selling price (ASC 606-10-25-12b)."""
    if obligation.ssp_range is not None and obligation.price is not None:
        return obligation.ssp_range[0] <= obligation.price <= obligation.ssp_range[1]
    ssp = obligation.ssp if obligation.ssp is not None else _midpoint(obligation)
    return ssp is not None and obligation.price in (None, ssp)


def _observable(obligation: Obligation, alone: bool) -> Number:
    """Return the standalone selling price that was observed or estimated."""
    if obligation.ssp is not None and (obligation.ssp or not alone):
        return obligation.ssp
    if obligation.ssp_range is not None:
        low, high = obligation.ssp_range
        if obligation.price is not None and low <= obligation.price <= high:
            return Fraction(obligation.price)
        return (low + high) / 2
    if alone:
        return Fraction(obligation.price if obligation.price and obligation.price > 0 else 1)
    raise Refusal(f"{obligation.place}.ssp", _("needed to share the price"))


def _midpoint(obligation: Obligation) -> Fraction | None:
    return Fraction(sum(obligation.ssp_range), 2) if obligation.ssp_range else None


def _residual(obligation: Obligation, left: Number, decimals: int) -> Fraction:
    """Return what is left for an obligation, refused when it never sold at such a price."""
    low, high = obligation.ssp_range or (ZERO, None)
    if left < low or (high is not None and left > high):
        rest, least = shown(left, decimals), shown(low, decimals)
        reason = _("the residual %(amount)s lies outside what was observed, 0 and above", amount=rest)
        if high is not None:
            most = shown(high, decimals)
            reason = _(
                "the residual %(amount)s lies outside what was observed, %(low)s to %(high)s",
                amount=rest,
                low=least,
                high=most,
            )
        raise Refusal(f"{obligation.place}.ssp_range", reason)
    return Fraction(left)
