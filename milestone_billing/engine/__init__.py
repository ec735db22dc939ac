"""The arithmetic of milestone billing: plain Python, no Odoo, no I/O.

Money is a whole number of the currency's smallest unit (cents, yen, fils) and a
percentage an exact fraction, so nothing here ever rounds a float. A caller converts
on its way in and out with the ``units`` of ``billing_base``.

========  ==========================================================================
split     one amount over several, to the unit
plan      what each milestone of a schedule bills on each line
settle    its last units, moved to where they make a line exact
due       what a milestone owes once a part of it is attained
change    what becomes of a plan when the order changes
catch_up  the same, when percentages stay and what is billed catches up
standing  where a share stands between what is attained and what is invoiced
advances  how much of what was paid in advance comes off which invoice
dates     dates a number of days, business days or months away
patterns  words with wildcards
========  ==========================================================================
"""

from .advances import Advance, comes_off, set_against, split_off, taken_off
from .catch_up import catch_up
from .change import Billed, Change, Move, Rule, redistribute
from .dates import Unit, shift
from .due import Kept, due_shares, percent_of
from .plan import Item, Kind, Line, Plan, PlanError, allocate
from .split import largest_remainder, part_of, round_half_away

__all__ = [
    "Advance",
    "Billed",
    "Change",
    "Item",
    "Kept",
    "Kind",
    "Line",
    "Move",
    "Plan",
    "PlanError",
    "Rule",
    "Unit",
    "allocate",
    "catch_up",
    "comes_off",
    "due_shares",
    "largest_remainder",
    "part_of",
    "percent_of",
    "redistribute",
    "round_half_away",
    "set_against",
    "shift",
    "split_off",
    "taken_off",
]
