"""Measures of progress, a file each.

A new measure is a new file here with a :class:`~.base.Measure`, its terms (a
:class:`~..terms.Recognition`), and a reader of these terms in ``reading/obligations.py``.
"""

from .as_invoiced import AsInvoiced, InvoicedMeasure
from .base import Measure
from .cost_to_cost import CostMeasure, CostToCost
from .hours import HoursMeasure, LabourHours
from .manual import Observed, ObservedMeasure
from .milestones import MilestoneMeasure, Milestones
from .point_in_time import PointInTime, TransferMeasure
from .straight_line import StraightLine, TimeMeasure
from .units import Units, UnitsMeasure
from .usage import Usage, UsageMeasure

__all__ = [
    "MEASURES",
    "AsInvoiced",
    "CostMeasure",
    "CostToCost",
    "InvoicedMeasure",
    "LabourHours",
    "Measure",
    "Milestones",
    "Observed",
    "PointInTime",
    "StraightLine",
    "Units",
    "UnitsMeasure",
    "Usage",
]

#: The measure behind each method of the scenario format.
MEASURES: dict[str, type[Measure]] = {
    "point_in_time": TransferMeasure,
    "straight_line": TimeMeasure,
    "cost_to_cost": CostMeasure,
    "hours": HoursMeasure,
    "units": UnitsMeasure,
    "milestones": MilestoneMeasure,
    "usage": UsageMeasure,
    "as_invoiced": InvoicedMeasure,
    "manual": ObservedMeasure,
}
