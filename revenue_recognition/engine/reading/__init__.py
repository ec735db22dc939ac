"""Reading scenarios: plain dictionaries to terms and events, refused with the place of what is wrong."""

from .scenario import read_scenario

__all__ = ["read_scenario"]
