"""What an order says of the price that credit notes, or changes by hand, have not said already.

A price concession (ASC 606-10-32-42, 25-10) would reach the books twice where a credit note gives it and the order is
lowered to it. Both are one: what the order lowers is set against what was credited of the same lines, whichever came
first. What was credited and is billed again was no concession. Amounts are whole units of the contract's currency.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

#: What orders say of changes that are applied: units by the name of the order's lines, and of those changed before.
Said = dict[str, dict[str, int]]

#: What may be said twice: by credit notes that stand, by such that do not stand any more, and by hand.
POOLS = ("credited", "lost", "by_hand")

#: Names what concerns no order line in particular: discounts of the whole order, changes by hand of the whole price.
WHOLE = ""


@dataclass
class Lines:
    """What is known of order lines that are promised together.

    :ivar change: by how much they come to more than is agreed of them
    :ivar credited: what posted credit notes took off their price
    :ivar refused: what credit notes took off that somebody said is no concession
    :ivar lost: what was taken off for credit notes that do not stand any more
    :ivar by_hand: what changes without the order took off
    :ivar carried: what of all that applied changes of the order contain
    :ivar unbilled: what they come to, less what is billed of them
    :ivar removed: whether they were removed from the contract without the order
    :ivar agreed: of credited and by hand, what is applied
    """

    change: int = 0
    credited: int = 0
    refused: int = 0
    lost: int = 0
    by_hand: int = 0
    carried: int = 0
    unbilled: int = 0
    removed: bool = False
    agreed: dict[str, int] = field(default_factory=dict)


@dataclass
class Followed:
    """What follows from order, credit notes and changes by hand.

    :ivar delta: by how much the order changes the price beyond what changed it already
    :ivar left: the same by lines
    :ivar carried: by lines, what of the order's change is no news
    :ivar refuted: by lines, what was credited and is no concession: billed again, or above the order's price
    :ivar lost: by lines, what was taken off for credit notes that are gone, and the order does not say either
    :ivar said: by lines of the order and by lines it was agreed of another way, what the order says of it too
    """

    delta: int = 0
    left: dict[str, int] = field(default_factory=dict)
    carried: dict[str, int] = field(default_factory=dict)
    refuted: dict[str, int] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)
    said: Said = field(default_factory=dict)


def follow(lines: Mapping[str, Lines], raised: int = 0, said: Said | None = None) -> Followed:
    """Set what an order says against what was agreed another way.

    :param lines: by a name of theirs; :data:`WHOLE` for discounts of the order and changes by hand of the whole price
    :param raised: what changes without the order, and of no line in particular, added to the price
    :param said: what the order said too before; raised from there, it says a new price

    A credit note of 100, and the order lowered by 150: the order adds 50.

    >>> follow({"L1": Lines(change=-150, credited=100, unbilled=-50)}).delta
    -50

    A credit note of 100 that is billed again takes nothing off.

    >>> follow({"L1": Lines(credited=100, unbilled=0)}).refuted
    {'L1': 100}

    One that the order said too, and that it does not say any more: its price is a new one.

    >>> credited = Lines(credited=100, unbilled=100, agreed={"credited": 100})
    >>> follow({"L1": credited}, said={"L1": {"L1": -100}}).delta
    100
    """
    one = _Following(lines, raised)
    one.recall(said or {})
    for name in lines:
        if name != WHOLE:
            one.follow_lines(name)
    one.follow_whole()
    one.refute()
    one.found.delta = sum(one.change.values())
    one.found.left = {name: left for name, left in one.change.items() if left}
    one.found.lost = {name: left for name, left in one.lost.items() if left}
    one.found.carried = {name: amount for name, amount in one.found.carried.items() if amount}
    return one.found


class _Following:
    """The state of one call of :func:`follow`: what is left of each amount."""

    def __init__(self, lines: Mapping[str, Lines], raised: int) -> None:
        self.lines = lines
        self.raised = raised
        self.found = Followed()
        self.change = {name: one.change for name, one in lines.items()}
        self.credited, self.lost, self.by_hand = (
            {name: getattr(one, pool) for name, one in lines.items()} for pool in POOLS
        )
        self.agreed = {pool: {name: one.agreed.get(pool, 0) for name, one in lines.items()} for pool in POOLS}
        for name, one in lines.items():
            self.agreed["lost"][name] = one.lost
            self._use_up(name, max(0, -one.carried))
        if WHOLE in lines:
            self.raised = max(0, raised - max(0, lines[WHOLE].carried))
        self.agreed_rise = min(self.raised, lines[WHOLE].agreed.get("raised", 0)) if WHOLE in lines else 0

    def recall(self, said: Said) -> None:
        """Begin where the order said already what is agreed another way, as far as that still stands."""
        for name, sources in said.items():
            for source, amount in sources.items():
                if name not in self.lines or source not in self.lines:
                    continue
                if amount > 0:
                    self._add_rise(name, min(amount, self.agreed_rise))
                else:
                    taken = self._use_up(source, -amount)
                    self._note(name, source, -taken)
                    self._carry(name, -taken, source)

    def _use_up(self, source: str, limit: int) -> int:
        """Set an amount against what was taken off lines; return as much of it as there was."""
        left = limit
        for pool in POOLS:
            amounts = getattr(self, pool)
            taken = min(amounts[source], left)
            amounts[source] -= taken
            self.agreed[pool][source] = max(0, self.agreed[pool][source] - taken)
            left -= taken
        return limit - left

    def follow_lines(self, name: str) -> None:
        """Set the change of lines against what was taken off the same lines."""
        one = self.lines[name]
        if one.removed:
            self._carry(name, self.change[name])
            return
        # Billed in full at the price of today: what was credited came on top of it.
        credited_beyond = one.credited and one.unbilled == one.credited + one.refused
        for pool in POOLS[1:] if credited_beyond else POOLS:
            self._set_against(name, pool, name)

    def follow_whole(self) -> None:
        """Set what is left against what concerns the whole: discounts against credit notes, changes by hand."""
        for name in self.lines:
            for pool in POOLS[:2]:
                if WHOLE in self.lines:
                    self._set_against(WHOLE, pool, name)
        if WHOLE not in self.lines:
            return
        for name in self.lines:
            self._set_against(name, "by_hand", WHOLE)
            self._add_rise(name, min(self.raised, max(0, self.change[name])))

    def refute(self) -> None:
        """Find what was credited and is billed again, or was billed above the order's price before."""
        room = 0
        for name, left in self.credited.items():
            own = max(0, self.lines[name].unbilled) if name != WHOLE else 0
            self._refute(name, left - own)
            room += own
        room = max(0, room + min(0, self.lines[WHOLE].unbilled)) if WHOLE in self.lines else room
        beyond = sum(self.credited.values()) - room
        for name in self.credited:
            beyond -= self._refute(name, beyond)

    def _refute(self, name: str, amount: int) -> int:
        amount = max(0, min(amount, self.credited[name]))
        if amount:
            self.credited[name] -= amount
            self.found.refuted[name] = self.found.refuted.get(name, 0) + amount
        return amount

    def _set_against(self, name: str, pool: str, source: str) -> None:
        """Set what lowers lines against what was taken off already."""
        left = getattr(self, pool)
        amount = min(max(0, -self.change[name]), left[source])
        left[source] -= amount
        agreed = min(amount, self.agreed[pool][source])
        self.agreed[pool][source] -= agreed
        self._note(name, source, -agreed)
        self._carry(name, -amount, source)

    def _add_rise(self, name: str, amount: int) -> None:
        """Set what raises lines against what was added by hand."""
        self.raised -= amount
        agreed = min(amount, self.agreed_rise)
        self.agreed_rise -= agreed
        self._note(name, WHOLE, agreed)
        self._carry(name, amount, WHOLE)

    def _note(self, name: str, source: str, amount: int) -> None:
        """Note what the order says of what is applied."""
        if amount:
            sources = self.found.said.setdefault(name, {})
            sources[source] = sources.get(source, 0) + amount

    def _carry(self, name: str, amount: int, source: str | None = None) -> None:
        source = name if source is None else source
        self.change[name] -= amount
        self.found.carried[source] = self.found.carried.get(source, 0) + amount
