"""What is due of orders, and which of it shares an invoice."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class Answer:
    """What a source says of one order: what is due of it, and what keeps that from being billed, if anything."""

    dues: tuple[Due, ...] = ()
    why: Why | None = None


class Group(NamedTuple):
    """What the orders of one invoice have in common: ids, 0 for none; texts.

    The order and the reference are given where the customer has an invoice for each; what becomes of the invoice
    is as the rule ``billing_invoices`` says.
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


@dataclass(frozen=True, slots=True)
class Draft:
    """One invoice that a run makes, or what it does not make and why.

    :param group: what its orders have in common
    :param orders: their ids
    :param dues: its lines
    :param untaxed: units of the currency
    :param total: with taxes, units of the currency
    :param why: what keeps it from being billed, None for nothing
    :param splits: why it stands apart from the customer's first invoice
    :param date: the date of the invoice
    :param parts: of each of its lines what of both is its own: (untaxed, taxes), which add up to them
    """

    group: Group
    orders: tuple[int, ...]
    dues: tuple[Due, ...]
    untaxed: int
    total: int
    why: Why | None = None
    splits: tuple[str, ...] = ()
    date: datetime.date | None = None
    parts: tuple[tuple[int, int], ...] = ()
