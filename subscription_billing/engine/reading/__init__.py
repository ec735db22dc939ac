"""Reading scenarios: plain dictionaries to charges, events and questions, refused with the place of what is wrong."""

from .scenario import Scenario, read_scenario

__all__ = ["Scenario", "read_scenario"]
