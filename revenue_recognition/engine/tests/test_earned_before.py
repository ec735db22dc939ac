"""What a modification catches up is looked at as of the evening before: what its day earns is no effect of it."""

from dataclasses import replace
from datetime import date

from .. import Contract, Obligation, earned_before
from ..events import Change, Modify, Treatment
from ..measures import StraightLine

YEAR = StraightLine(start=date(2026, 1, 1), end=date(2026, 12, 31), monthly=False)
DAY = date(2026, 7, 1)


def test_only_a_catch_up_catches_up():
    service = Obligation(key="S", price=3_650_000, ssp=3_650_000, recognition=YEAR)
    change = Modify(date=DAY, treatment=Treatment.PROSPECTIVE, fixed_delta=1_840_000, change=(Change(obligation="S"),))
    contract = Contract(date=date(2026, 1, 1), obligations=(service,))
    assert earned_before(contract, DAY) == 1_810_000
    assert earned_before(replace(contract, events=(change,)), DAY) == 1_810_000
    change = replace(change, treatment=Treatment.CATCH_UP)
    assert earned_before(replace(contract, events=(change,)), DAY) == 2_722_438
