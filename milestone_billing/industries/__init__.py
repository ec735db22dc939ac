"""What an industry usually bills by: plans, a rule, settings and samples, which a new company gets by one click."""

from .agency import AGENCY
from .construction import CONSTRUCTION
from .engineering import ENGINEERING
from .equipment import EQUIPMENT
from .kinds import Industry, Plan, Sample, Step
from .software import SOFTWARE

INDUSTRIES = {row.key: row for row in (CONSTRUCTION, ENGINEERING, SOFTWARE, AGENCY, EQUIPMENT)}

__all__ = ["INDUSTRIES", "Industry", "Plan", "Sample", "Step"]
