"""The rules of birthdays against a calendar walked day by day, and of names over Unicode."""

import unicodedata
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greetings.birthdays import born_on, message, month_day, next_birthday
from greetings.names import is_name, name_key
from greetings.zones import is_zone, today_in

FIRST, LAST = date(1896, 1, 1), date(2104, 12, 31)


def test_every_birthday_of_1896_to_2104_agrees_with_a_calendar() -> None:
    """Walks backwards, keeping for each day of birth the days until its next birthday."""
    until: dict[str, int] = {}
    walked = date(LAST.year + 8, 12, 31)
    births = [date(2000, 1, 1) + timedelta(days=n) for n in range(366)]
    while walked >= FIRST:
        until = {born: days + 1 for born, days in until.items()}
        until[f"{walked:%m-%d}"] = 0
        tomorrow = walked + timedelta(days=1)
        if (walked.month, walked.day, tomorrow.month) == (2, 28, 3):
            until["02-29"] = 0
        if walked <= LAST:
            for born in births if walked.day in {1, 28, 29} else births[walked.day % 7 :: 7]:
                assert (next_birthday(born, walked) - walked).days == until[f"{born:%m-%d}"]
        walked -= timedelta(days=1)


days = st.dates(date(1, 1, 1), date(9990, 12, 31))


@given(days, days)
def test_the_day_of_the_next_birthday_lists_who_is_born_on_it(born: date, today: date) -> None:
    day = next_birthday(born, today)
    assert today <= day <= today + timedelta(days=366)
    assert month_day(born) in born_on(day)


def test_messages() -> None:
    born = date(1985, 12, 10)
    assert message("Ada", born, date(2026, 12, 10)) == "Hello, Ada! Happy Birthday!"
    expected = "Hello, Ada! Your birthday is in 1 day(s)"
    assert message("Ada", born, date(2026, 12, 9)) == expected
    leap = date(1992, 2, 29)
    assert message("Jo", leap, date(2026, 2, 28)) == "Hello, Jo! Happy Birthday!"
    assert message("Jo", leap, date(2028, 2, 28)) == "Hello, Jo! Your birthday is in 1 day(s)"
    assert message("Jo", leap, date(2028, 2, 29)) == "Hello, Jo! Happy Birthday!"


def test_today_is_the_zones() -> None:
    at = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
    assert today_in(at, None) == date(2026, 11, 20)
    assert today_in(at, "Pacific/Kiritimati") == date(2026, 11, 21)
    assert today_in(at, "Pacific/Pago_Pago") == date(2026, 11, 20)
    assert today_in(datetime(2026, 11, 20, 10, tzinfo=UTC), "Etc/GMT+12") == date(2026, 11, 19)


@pytest.mark.parametrize("name", ["", "../etc/passwd", "America", "localtime", "utc+1", "\0", "é"])
def test_what_is_no_zone(name: str) -> None:
    assert not is_zone(name)


@pytest.mark.parametrize(
    "name", ["Ada", "josé", "Jose\u0301", "नीलम", "李雷", "Øystein", "ß", "a" * 64]
)
def test_names_of_any_script(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize(
    "name", ["", "Ada1", "Ada Lovelace", "O'Neil", "a-b", "\u0301a", "a" * 65, "½", "Ⅳ", "a\u200db"]
)
def test_what_is_no_name(name: str) -> None:
    assert not is_name(name)


@given(st.text(st.characters(categories=["L", "M"]), min_size=1, max_size=20))
def test_a_key_is_the_same_for_all_spellings(name: str) -> None:
    key = name_key(name)
    assert name_key(key) == key
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert name_key(unicodedata.normalize(form, name)) == key
    assert name_key(name.casefold()) == key


@given(st.text(st.characters(categories=["Ll", "Lu", "Lo", "Mn"]), max_size=20))
def test_a_name_is_one_in_every_canonical_form(name: str) -> None:
    composed = unicodedata.normalize("NFC", name)
    assert is_name(name) == is_name(composed) == is_name(unicodedata.normalize("NFD", name))
