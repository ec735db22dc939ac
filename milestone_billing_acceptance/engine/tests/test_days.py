from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ..days import business_day_after
from .strategies import properties

days = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@properties
@given(days, st.integers(1, 60), st.sets(days, max_size=5))
def test_so_many_business_days_lie_between(day, number, holidays):
    def is_business(one):
        return one.weekday() < 5 and one not in holidays

    last = business_day_after(day, number, is_business)
    between = [day + timedelta(days=step + 1) for step in range((last - day).days)]
    assert sum(map(is_business, between)) == number
    assert is_business(last)


@properties
@given(days)
def test_none_is_the_day_itself(day):
    assert business_day_after(day, 0, lambda one: False) == day
