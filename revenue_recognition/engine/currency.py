"""Company currency: a contract liability keeps the rates at which it was billed or received (IFRIC 22, ASC 830-20).

Consideration forms layers at the rate of their date, consumed first in, first out by what
is earned. What is earned ahead of billing takes the rate of its own date. A receivable is
remeasured at the current rate. What does not meet is exchange difference.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from operator import attrgetter

from .money import ZERO, Number, round_half_away, share_out
from .position import Amounts, Position
from .terms import Rates

Piece = tuple[int, Fraction]
#: What of a position is valued at the rate of the day it comes.
FLOWS = {
    "paid": attrgetter("paid"),
    "interest": attrgetter("interest"),
    "spent": attrgetter("incurred"),
    "capitalised": attrgetter("capitalised"),
}


class Layers:
    """Amounts stacked on each other, each with its rate; the last in is the first taken off again."""

    __slots__ = ("pieces", "total", "worth")

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.total = 0
        self.worth: Number = 0

    def push(self, pieces: list[Piece]) -> None:
        """Put amounts of one sign on top."""
        for amount, rate in pieces:
            if amount:
                self.pieces.append((amount, rate))
                self.total += amount
                self.worth += amount * rate

    def pop(self, amount: int) -> int:
        """Take up to an amount off the top, against its sign; return what could not be taken."""
        while amount and self.pieces and (self.pieces[-1][0] > 0) != (amount > 0):
            piece, rate = self.pieces.pop()
            left = piece + amount
            self.total -= piece
            self.worth -= piece * rate
            if left and (left > 0) == (piece > 0):
                self.push([(left, rate)])
                return 0
            amount = left
        return amount

    def value(self, height: int) -> Number:
        """Return the value of the layers up to a height, in company units."""
        if height == self.total:
            return self.worth
        value: Number = 0
        for amount, rate in self.pieces:
            taken = min(amount, height) if amount > 0 else max(amount, height)
            if (taken > 0) != (amount > 0):
                break
            value += taken * rate
            height -= taken
        return value

    def between(self, low: int, high: int) -> list[Piece]:
        """Return the pieces from one height to another, upwards.

        >>> layers = Layers()
        >>> layers.push([(200, Fraction(3, 2)), (250, Fraction(2))])
        >>> layers.between(150, 300)
        [(50, Fraction(3, 2)), (100, Fraction(2, 1))]
        """
        found = []
        bottom = 0
        for amount, rate in self.pieces:
            top = bottom + amount
            taken = min(top, high) - max(bottom, low)
            if amount > 0 and taken > 0:
                found.append((taken, rate))
            bottom = top
        return found


@dataclass(slots=True, kw_only=True)
class CompanyPosition(Amounts):
    """A position in units of the company currency; ``fx`` is positive for a gain."""

    fx: int
    by_obligation: dict[str, int]


class Conversion:
    """Follows a contract through its positions and converts each.

    The positions have to come in order, one at least for every date on which something
    happened, and for the last day of every rate.

    :param rates: company units per contract unit
    """

    def __init__(self, rates: Rates) -> None:
        self.rates = rates
        self.consideration = Layers()
        self.earned = Layers()
        self.paid: Number = 0
        self.interest: Number = 0
        self.refund = ZERO
        self.income: Number = 0
        self.spent: Number = 0
        self.capitalised: Number = 0
        self.by_obligation: dict[str, int] = {}
        self.last: Position | None = None

    def rate(self, day: date) -> Fraction:
        """Return the rate of a day: the latest that had begun."""
        return self.rates.rates[max(0, bisect_right(self.rates.dates, day) - 1)]

    def convert(self, position: Position) -> CompanyPosition:
        """Return the next position in company currency."""
        self.follow(position)
        return self._position(position, self.rate(position.at))

    def follow(self, position: Position) -> None:
        """Take in the next position without asking for its amounts: cheaper on the way to the one that is wanted."""
        rate = self.rate(position.at)
        self._flows(position, rate)
        total = max(position.billed, position.paid) + max(0, position.interest)
        self._consider(total, self.consideration_rate(position.at, rate))
        income = max(0, -position.interest)
        self._earn(position.revenue + position.refund_liability + income, position, rate)
        self._share_revenue(position, rate)
        self.last = position

    def consideration_rate(self, day: date, rate: Fraction) -> Fraction:
        """Return the rate at which what is billed or received on a day is layered.

        :param rate: of that day
        """
        return rate

    def _flows(self, position: Position, rate: Fraction) -> None:
        """Value what came since the last position at the rate of the day."""
        for name, flow in FLOWS.items():
            came = flow(position) - (flow(self.last) if self.last else 0)
            if came:
                setattr(self, name, getattr(self, name) + came * rate)

    def _consider(self, total: int, rate: Fraction) -> None:
        """Move the layers of consideration to a new total."""
        left = self.consideration.pop(total - self.consideration.total)
        self.consideration.push([(left, rate)])

    def _earn(self, total: int, position: Position, rate: Fraction) -> None:
        """Move what is earned to a new total: out of the layers of consideration first, then at the rate of the day."""
        start = self.earned.total
        left = self.earned.pop(total - start)
        pieces = self.consideration.between(self.earned.total, self.earned.total + left) if left > 0 else []
        pieces.append((left - sum(amount for amount, _rate in pieces), rate))
        self.earned.push(pieces)
        last = self.last
        refund_before = last.refund_liability if last else 0
        income_before = max(0, -last.interest) if last else 0
        self.income += (max(0, -position.interest) - income_before) * rate
        self._refund(position.refund_liability, refund_before, pieces, rate)

    def _refund(self, now: int, before: int, pieces: list[Piece], rate: Fraction) -> None:
        """Value the refund liability like what was earned with it; what is released goes at its own value."""
        if now < before:
            self.refund = self.refund * now / before
        elif now > before:
            amount = sum(amount for amount, _rate in pieces)
            average = sum((amount * rate for amount, rate in pieces), ZERO) / amount if amount else rate
            self.refund += (now - before) * average

    def _position(self, position: Position, rate: Fraction) -> CompanyPosition:
        net = self._net()
        asset, liability = max(0, -net), max(0, net)
        refund, revenue = round_half_away(self.refund), self._revenue()
        paid, interest = round_half_away(self.paid), round_half_away(self.interest)
        receivable = 0
        if position.receivable:
            receivable = round_half_away(rate * position.billed) - round_half_away(rate * position.paid)
        provision = round_half_away(position.loss_provision * rate)
        return CompanyPosition(
            transaction_price=revenue + self._unearned(position, liability, rate),
            revenue=revenue,
            billed=round_half_away(self.consideration.value(position.billed)),
            paid=paid,
            receivable=receivable,
            contract_asset=asset,
            contract_liability=liability,
            refund_liability=refund,
            interest=interest,
            cost=round_half_away(self.spent) + provision,
            cost_asset=self._cost_asset(position),
            loss_provision=provision,
            capitalised=round_half_away(self.capitalised),
            by_obligation=self.by_obligation,
            fx=paid + receivable + asset - liability - refund - revenue + interest,
        )

    def _cost_asset(self, position: Position) -> int:
        """Return what is left of the contract cost, at the average rate of all that was capitalised."""
        if not position.capitalised:
            return 0
        return round_half_away(self.capitalised * Fraction(position.cost_asset, position.capitalised))

    def _revenue(self) -> int:
        """Return what is earned without what is expected to go back and without interest income."""
        return round_half_away(self.earned.worth) - round_half_away(self.refund) - round_half_away(self.income)

    def _share_revenue(self, position: Position, rate: Fraction) -> None:
        """Give each obligation its revenue: what was added since the last position goes by what each earned."""
        before = {line.key: line.recognised for line in self.last.lines} if self.last else {}
        earned = [line.recognised - before.get(line.key, 0) for line in position.lines]
        more = self._revenue() - sum(self.by_obligation.values())
        together = sum(earned)
        average = Fraction(more, together) if together else rate
        parts = share_out(more, [amount * average for amount in earned])
        self.by_obligation = {
            line.key: self.by_obligation.get(line.key, 0) + part
            for line, part in zip(position.lines, parts, strict=True)
        }

    def _net(self) -> int:
        """Return what consideration exceeds what is earned by: the value of the layers between the two.

        The layers of the higher one, down to the lower one; one below nothing has layers of its own there.
        """
        higher, lower, sign = self.consideration, self.earned, 1
        if higher.total < lower.total:
            higher, lower, sign = lower, higher, -1
        below = (higher if lower.total >= 0 else lower).value(lower.total)
        return sign * (round_half_away(higher.value(higher.total)) - round_half_away(below))

    def _unearned(self, position: Position, liability: int, rate: Fraction) -> int:
        """Return what of the price is not earned: what is covered at its own rate, the rest at the current one."""
        unearned = position.transaction_price - position.revenue
        covered = min(unearned, position.contract_liability) if position.contract_liability else 0
        if covered != position.contract_liability:
            liability = round_half_away(Fraction(liability * covered, position.contract_liability))
        return liability + round_half_away((unearned - covered) * rate)
