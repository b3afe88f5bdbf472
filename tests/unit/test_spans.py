"""Any span of days is covered once by a few whole years, months and days."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from reports.spans import spans
from shared.views import ViewKey, production_keys

days = st.dates(date(1970, 1, 1), date(1976, 12, 31))


@given(days, days)
def test_each_day_is_covered_once(one: date, other: date) -> None:
    first, last = sorted((one, other))
    runs = list(spans(first, last))
    assert len(runs) <= 5

    def covers(key: ViewKey) -> int:
        run = key.sk.partition("#")[0]
        return sum(each.partition == key.pk and each.first <= run <= each.last for each in runs)

    day = first - timedelta(days=40)
    while day <= last + timedelta(days=40):
        second = (day - date(1970, 1, 1)).days * 86400
        if second >= 0:
            found = sum(covers(key) for key in production_keys(1, second))
            assert found == (1 if first <= day <= last else 0), day
        day += timedelta(days=1)


def test_no_days_are_no_runs() -> None:
    assert list(spans(date(2021, 1, 2), date(2021, 1, 1))) == []
