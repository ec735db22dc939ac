"""Whose rule holds, and what splits invoices."""

from ..due import Group, told_splits
from ..rules import DEFAULTS, hold


def test_nobody_said_anything():
    assert {name: rule.value for name, rule in hold([("order", {}), ("customer", {})]).items()} == DEFAULTS


def test_the_first_who_says_something_is_heard():
    levels = [("order", {}), ("customer", {"billing_automatic": "yes"}), ("company", {"billing_automatic": "no"})]
    assert hold(levels)["billing_automatic"] == ("yes", "customer")


def test_the_kind_of_file_may_be_the_customers_while_the_order_requires_it():
    levels = [("order", {"billing_file": "required"}), ("customer", {"billing_file_kind_id": 3})]
    assert hold(levels)["billing_file_kind_id"] == (3, "customer")


def test_an_invoice_stands_apart_by_all_that_differs():
    first = Group(1, 7, 7, 7, 1, 0, 0, 3)
    other = first._replace(currency=2, order=9)
    assert told_splits([first, other]) == {first: (), other: ("currency", "order")}
