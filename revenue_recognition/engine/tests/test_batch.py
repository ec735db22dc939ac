"""Many contracts go through the engine one by one."""

import tracemalloc
from datetime import date
from fractions import Fraction
from itertools import count, islice

import pytest

from .. import Contract, Obligation, Refusal, position_at, positions
from ..events import Satisfy
from ..measures import PointInTime

DAY = date(2026, 1, 31)


def licence(number, satisfied=DAY):
    """A contract of one licence."""
    obligation = Obligation(key="L", price=number, recognition=PointInTime())
    events = (Satisfy(date=satisfied, obligation="L"),)
    return Contract(date=date(2026, 1, 1), obligations=(obligation,), events=events, key=f"C{number}")


def endless():
    return (licence(number) for number in count(1))


def test_contracts_come_out_in_their_order_as_they_are_read():
    found = islice(positions(endless(), DAY), 5)
    assert [(contract.key, where.revenue) for contract, where in found] == [(f"C{n}", n) for n in range(1, 6)]


def test_each_is_what_it_is_by_itself():
    for contract, where in islice(positions(endless(), DAY), 20):
        assert where == position_at(contract, DAY)


def test_what_happens_later_does_not_count():
    assert position_at(licence(100, satisfied=date(2026, 2, 1)), DAY).revenue == 0


def test_a_thousand_contracts_need_no_more_memory_than_ten():
    def peak(contracts):
        tracemalloc.start()
        for _contract, _where in islice(positions(endless(), DAY), contracts):
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(10)
    assert peak(1000) < 2 * peak(10)


def test_a_contract_that_cannot_be_worked_out_says_where():
    twice = (Satisfy(date=DAY, obligation="L", place="S00042 event 2"),) * 2
    broken = Contract(date=DAY, obligations=licence(1).obligations, events=twice)
    with pytest.raises(Refusal, match="^S00042 event 2.share: 100 % more than the 100 % satisfied already"):
        list(positions([broken], DAY))


def test_the_price_is_shared_as_for_a_single_contract():
    obligations = tuple(Obligation(key=key, ssp=Fraction(1), recognition=PointInTime()) for key in "ABC")
    found = position_at(Contract(date=DAY, fixed=100, obligations=obligations), DAY)
    assert [line.allocated for line in found.lines] == [34, 33, 33]
