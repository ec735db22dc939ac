"""Revenue arithmetic of ASC 606 and IFRS 15, in plain Python.

Terms and events of a contract (:mod:`.terms`, :mod:`.events`) go through a
:class:`~.timeline.Timeline`; where it stands at the end of a day is a
:class:`~.position.Position`. Money is in whole units of the smallest coin, progress an exact
fraction; each figure is rounded once.

>>> from datetime import date
>>> from .measures import PointInTime
>>> from .events import Invoice, Satisfy
>>> licence = Obligation(key="LICENCE", price=100000, recognition=PointInTime())
>>> day = date(2025, 1, 31)
>>> contract = Contract(
...     date=day, obligations=(licence,),
...     events=(Satisfy(date=day, obligation="LICENCE"), Invoice(date=day, amount=40000)),
... )
>>> where = position_at(contract, day)
>>> where.revenue, where.billed, where.contract_asset
(100000, 40000, 60000)
"""

from .batch import position_at, positions
from .contract import Contract
from .errors import Refusal
from .position import Position
from .simulate import simulate
from .terms import Discount, Financing, Obligation, Variable
from .timeline import Timeline, earned_before

__all__ = [
    "Contract",
    "Discount",
    "Financing",
    "Obligation",
    "Position",
    "Refusal",
    "Timeline",
    "Variable",
    "earned_before",
    "position_at",
    "positions",
    "simulate",
]
