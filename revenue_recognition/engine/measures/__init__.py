"""Measures of progress, a file each.

A new measure is a new file here with its terms (a :class:`~..terms.Recognition`), what counts its progress (a
:class:`~.base.Measure`), how a scenario reads and writes the terms, and the record that says so to everything else
(:class:`~.registry.Method`), registered below.
"""

from . import (
    as_invoiced,
    cost_to_cost,
    hours,
    manual,
    milestones,
    point_in_time,
    straight_line,
    units,
    usage,
)
from .as_invoiced import AsInvoiced, InvoicedMeasure
from .base import Measure
from .cost_to_cost import CostMeasure, CostToCost
from .hours import LabourHours
from .manual import Observed
from .milestones import Milestones
from .point_in_time import PointInTime
from .registry import MEASURES, METHODS, Method, open_ended, register
from .straight_line import StraightLine
from .units import Units, UnitsMeasure
from .usage import Usage

__all__ = [
    "MEASURES",
    "METHODS",
    "AsInvoiced",
    "CostMeasure",
    "CostToCost",
    "InvoicedMeasure",
    "LabourHours",
    "Measure",
    "Method",
    "Milestones",
    "Observed",
    "PointInTime",
    "StraightLine",
    "Units",
    "UnitsMeasure",
    "Usage",
    "open_ended",
    "register",
]

for module in (*(point_in_time, straight_line, cost_to_cost, hours, units, milestones, usage, as_invoiced, manual),):
    register(module.METHOD)
