"""Arithmetic of recurring and usage billing, in plain Python.

Charges with their terms (:mod:`.terms`) and what happened to them (:mod:`.events`) give what each should have billed
up to a day, as known on a day (:mod:`.bill`); a run (:mod:`.ledger`) bills the difference to what stands. Money and
quantities are exact, days ordinal numbers, spans half-open; each figure is rounded once.

>>> scenario = {
...     "id": "SEATS", "title": "Two seats", "source": "this page", "currency": "EUR",
...     "charges": [{"key": "SEATS", "kind": "recurring", "start": "2025-04-01", "price": 30, "quantity": 2,
...                  "every": {"count": 1, "unit": "months"}}],
...     "events": [{"type": "change", "charge": "SEATS", "date": "2025-04-16", "quantity": 3}],
...     "expect": [{"run": "2025-04-01"}, {"run": "2025-04-20"}],
... }
>>> [(line["from"], line["amount"]) for run in simulate(scenario, {"EUR": 2})["results"] for line in run["lines"]]
[('2025-04-01', 60.0), ('2025-04-16', 15.0)]
"""

from .bill import Bill, Rounded, bills, rounded, should_have
from .errors import Refusal
from .ledger import Ledger
from .simulate import simulate

__all__ = ["Bill", "Ledger", "Refusal", "Rounded", "bills", "rounded", "should_have", "simulate"]
