"""Whose rule holds: the order's, else the customer's, else the company's, else what Odoo does."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

#: What holds where nobody said anything.
DEFAULTS: Mapping[str, Any] = {
    "billing_when": "due",
    "billing_calendar_id": None,
    "billing_one_invoice_per": "customer",
    "billing_order_number": "optional",
    "billing_file": "optional",
    "billing_file_kind_id": None,
    "billing_print_text": None,
    "billing_automatic": "no",
    "billing_invoices": "draft",
}
#: What is told together: a day without its calendar, or a file without its kind, says nothing.
WITH = {"billing_calendar_id": "billing_when", "billing_file_kind_id": "billing_file"}


class Held(NamedTuple):
    """A rule: what it says, and whose it is (the name of a level; empty for what holds where nobody said anything)."""

    value: Any
    whose: str


def hold(levels: Sequence[tuple[str, Mapping[str, Any]]]) -> dict[str, Held]:
    """Return which rules hold.

    :param levels: (name, rules) from the one that goes first; rules that are left out or empty are those of the next

    >>> order, customer = {"billing_order_number": "required"}, {"billing_order_number": "optional"}
    >>> found = hold([("order", order), ("customer", {**customer, "billing_when": "days"})])
    >>> found["billing_order_number"], found["billing_when"]
    (Held(value='required', whose='order'), Held(value='days', whose='customer'))
    >>> found["billing_automatic"]
    Held(value='no', whose='')

    A calendar is that of whoever says that there are billing days:

    >>> order, customer = {"billing_when": "due"}, {"billing_calendar_id": 4}
    >>> hold([("order", order), ("customer", customer)])["billing_calendar_id"].value
    """
    found = {}
    for name, default in DEFAULTS.items():
        given = ((rules.get(name), whose) for whose, rules in levels if rules.get(name))
        found[name] = Held(*next(given, (default, "")))
    for name, leading in WITH.items():
        if found[leading].value == DEFAULTS[leading]:
            found[name] = Held(DEFAULTS[name], found[leading].whose)
    return found
