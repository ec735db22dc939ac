"""The arithmetic of milestone billing: plain Python, no Odoo, no I/O.

Money is a whole number of the currency's smallest unit (cents, yen, fils) and a
percentage an exact fraction, so nothing here ever rounds a float. A caller converts
on its way in and out with :mod:`units`.

========  ==========================================================================
units     Odoo's floats to whole units and back
split     one amount over several, to the unit
plan      what each milestone of a schedule bills on each line
settle    its last units, moved to where they make a line exact
due       what a milestone owes once a part of it is attained
change    what becomes of a plan when the order changes
standing  where a share stands between what is attained and what is invoiced
dates     dates a number of days, business days or months away
patterns  words with wildcards
========  ==========================================================================
"""

from .change import Change, Move, Rule, redistribute
from .dates import Unit, shift
from .due import due_shares
from .plan import Item, Kind, Line, Plan, PlanError, allocate
from .split import largest_remainder, round_half_away
from .units import from_units, to_fraction, to_units

__all__ = [
    "Change",
    "Item",
    "Kind",
    "Line",
    "Move",
    "Plan",
    "PlanError",
    "Rule",
    "Unit",
    "allocate",
    "due_shares",
    "from_units",
    "largest_remainder",
    "redistribute",
    "round_half_away",
    "shift",
    "to_fraction",
    "to_units",
]
