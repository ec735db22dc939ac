"""Arithmetic of the invoice run, in plain Python: billing days, what is due, what shares an invoice, whose rules."""

from .billing_days import LAST, BillingDays, Refusal, read_days
from .due import Answer, Draft, Due, Group, told_splits
from .rules import DEFAULTS, Held, hold

__all__ = [
    "DEFAULTS",
    "LAST",
    "Answer",
    "BillingDays",
    "Draft",
    "Due",
    "Group",
    "Held",
    "Refusal",
    "hold",
    "read_days",
    "told_splits",
]
