"""The sources of facts. Within one date, what they read applies in the order of this list, changes first.

Changes are read last, when the terms of what they add are complete.
"""

from .base import Source
from .changes import Changes
from .contract_cost import ContractCosts
from .cost import Costs
from .discounts import Discounts
from .evidence import Evidence
from .hours import Timesheets
from .invoices import Invoices
from .milestones import ProjectMilestones
from .payments import Payments
from .price import PriceChanges
from .triggers import Triggers

SOURCES = [
    Discounts,
    PriceChanges,
    Evidence,
    ProjectMilestones,
    Timesheets,
    Costs,
    Invoices,
    Triggers,
    Payments,
    ContractCosts,
    Changes,
]

__all__ = ["SOURCES", "Source"]
