"""What is due of orders, and which of it shares an invoice."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

#: Why something is not billed, as facts that are told to each reader in his language: ``{"name": …, …}``.
Why = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Due:
    """One line of an invoice that is due.

    :param order: id of the order
    :param line: id of the order line
    :param key: unique among all invoice lines: what it stands for is billed once
    :param amount: untaxed, in units of the order's currency; below zero for what comes off
    :param text: what the line says
    :param since: the day on which it became due
    :param comes_off: a down payment, which comes off with what else is billed and is not due by itself
    :param values: the invoice line's values, as Odoo's own methods made them
    :param source: the name of the model that says that it is due
    :param terms: id of payment terms of its own; 0 for those of its order
    :param apart: what has an invoice of its own has a text of its own; empty for what shares one
    :param by_itself: whether it is billed when its day comes, also where nothing else of the order is
    """

    order: int
    line: int
    key: str
    amount: int
    text: str
    since: datetime.date
    comes_off: bool = False
    values: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    source: str = ""
    terms: int = 0
    apart: str = ""
    by_itself: bool = False

    @property
    def part(self) -> str:
        """Which of its order's invoices it is on: the same text for what shares one; empty for the usual one."""
        return f"{self.terms}/{self.apart}" if self.terms or self.apart else ""


def by_part(dues: Sequence[Due]) -> dict[str, list[Due]]:
    """Return what is due of one order by the invoice that it is on; what comes off is on its own, else the first.

    >>> day = datetime.date(2026, 1, 31)
    >>> fee, advance = Due(1, 1, "fee", 100, "", day), Due(1, 2, "advance", -30, "", day, comes_off=True)
    >>> apart = Due(1, 3, "apart", 50, "", day, apart="3")
    >>> {part: [due.key for due in some] for part, some in by_part([advance, apart, fee]).items()}
    {'': ['fee', 'advance'], '0/3': ['apart']}
    """
    found: dict[str, list[Due]] = {}
    for due in sorted((due for due in dues if not due.comes_off), key=lambda due: due.part):
        found.setdefault(due.part, []).append(due)
    for due in dues:
        if due.comes_off and found:
            found[due.part if due.part in found else next(iter(found))].append(due)
    return found


def with_what_comes_off(dues: Sequence[Due], billed: Callable[[Due], bool]) -> list[Due]:
    """Return what of one order is billed, and what comes off with it: with what its own source leaves, it stays.

    >>> day = datetime.date(2026, 1, 31)
    >>> hours, seats = Due(1, 1, "hours", 50, "", day, source="a"), Due(1, 2, "seats", 10, "", day, source="b")
    >>> advance = Due(1, 3, "advance", -30, "", day, comes_off=True, source="a")
    >>> [due.key for due in with_what_comes_off([hours, advance, seats], lambda due: due != hours)]
    ['seats']
    >>> [due.key for due in with_what_comes_off([hours, advance], lambda due: True)]
    ['hours', 'advance']
    """
    kept = {id(due) for due in dues if not due.comes_off and billed(due)}
    left = {due.source for due in dues if not due.comes_off and id(due) not in kept}
    left -= {due.source for due in dues if id(due) in kept}
    return [due for due in dues if id(due) in kept or due.comes_off and due.source not in left]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a source says of one order: what is due of it, and what keeps that from being billed, if anything."""

    dues: tuple[Due, ...] = ()
    why: Why | None = None


class Group(NamedTuple):
    """What the orders of one invoice have in common: ids, 0 for none; texts.

    The order and the reference are given where the customer has an invoice for each; what becomes of the invoice
    (``CAREFUL``) is empty while only plans and the company say it, which does not split; ``apart`` is as of ``Due``.
    """

    company: int
    customer: int
    address: int
    delivery: int
    currency: int
    fiscal_position: int
    journal: int
    terms: int
    order: int = 0
    reference: str = ""
    invoices: str = "draft"
    apart: str = ""


#: What becomes of an invoice, from the most careful.
CAREFUL = ("draft", "post", "send")
#: What splits the invoices of one customer, in the order in which it is told.
SPLITTING = (
    "address",
    "delivery",
    "currency",
    "fiscal_position",
    "journal",
    "terms",
    "order",
    "reference",
    "invoices",
    "apart",
)


def told_splits(groups: Sequence[Group]) -> dict[Group, tuple[str, ...]]:
    """Return why each of the invoices of one customer and company stands apart from the first: names of its parts.

    >>> first = Group(1, 7, 7, 7, 1, 0, 0, 3)
    >>> told_splits([first, first._replace(terms=4), first._replace(terms=4, delivery=8)])[first._replace(terms=4)]
    ('terms',)
    """
    first = groups[0]
    return {
        group: tuple(name for name in SPLITTING if getattr(group, name) != getattr(first, name)) for group in groups
    }


def passes(drafts: "Mapping[int, Draft]") -> list[dict[int, "Draft"]]:
    """Return these drafts by when they are made: those that have an order in common one after the other.

    Odoo makes one invoice of an order at a time. What is due by the order's own terms is on the first.
    """
    found: list[dict[int, Draft]] = []
    taken: list[set[int]] = []
    for number, draft in sorted(drafts.items(), key=lambda item: bool(item[1].part)):
        place = next((index for index, orders in enumerate(taken) if not orders & set(draft.orders)), len(taken))
        if place == len(taken):
            found.append({})
            taken.append(set())
        found[place][number] = draft
        taken[place].update(draft.orders)
    return found


@dataclass(frozen=True, slots=True)
class Draft:
    """One invoice that a run makes, or what it does not make and why.

    :param group: what its orders have in common
    :param orders: their ids
    :param dues: its lines; none where nobody can say what is due, and ``why`` says what is wrong
    :param untaxed: units of the currency
    :param total: with taxes, units of the currency
    :param why: what keeps it from being billed, None for nothing
    :param splits: why it stands apart from the customer's first invoice
    :param date: the date of the invoice
    :param wish: what becomes of its invoice as plans or the company say, where neither order nor customer does
    :param parts: of each of its lines what of both is its own: (untaxed, taxes), which add up to them
    """

    group: Group
    orders: tuple[int, ...]
    dues: tuple[Due, ...]
    untaxed: int = 0
    total: int = 0
    why: Why | None = None
    splits: tuple[str, ...] = ()
    date: datetime.date | None = None
    parts: tuple[tuple[int, int], ...] = ()
    wish: str = ""

    @property
    def part(self) -> str:
        """Which of each order's invoices it is; see ``Due``."""
        return next((due.part for due in self.dues if not due.comes_off), "")

    @property
    def order_parts(self) -> set[tuple[int, str]]:
        """Which invoices of its orders it is: (id of the order, part); orders may share one by different parts."""
        found = {(due.order, due.part) for due in self.dues if not due.comes_off}
        return found or {(order, "") for order in self.orders}


def with_invoices(drafts: Sequence[Draft]) -> list[Draft]:
    """Return these drafts with what becomes of their invoices: of what shares one, the most careful wish.

    >>> group = Group(1, 7, 7, 7, 1, 0, 0, 3, invoices="")
    >>> drafts = [Draft(group, (number,), (), 0, 0, wish=wish) for number, wish in enumerate(["send", "", "post"])]
    >>> {draft.group.invoices for draft in with_invoices(drafts)}, with_invoices(drafts[1:2])[0].group.invoices
    ({'post'}, 'draft')
    """
    wishes: dict[Group, set[str]] = {}
    for draft in drafts:
        wishes.setdefault(draft.group, set()).add(draft.wish)
    settled = {
        group: group.invoices or min(found - {""}, key=CAREFUL.index, default=CAREFUL[0])
        for group, found in wishes.items()
    }
    return [replace(draft, group=draft.group._replace(invoices=settled[draft.group])) for draft in drafts]
