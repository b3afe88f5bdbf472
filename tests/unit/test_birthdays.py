"""The rules of birthdays against a calendar walked day by day, and of names over Unicode."""

import unicodedata
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greetings.names import LONGEST_NAME_KEY, is_name, name_key
from greetings.zones import is_zone, today_in
from shared.birthdays import born_on, message, month_day, next_birthday

FIRST, LAST = date(1896, 1, 1), date(2104, 12, 31)


def test_every_birthday_of_1896_to_2104_agrees_with_a_calendar() -> None:
    """Walks backwards, keeping for each day of birth the day of its next birthday."""
    coming: dict[date, date] = {}
    walked = date(LAST.year + 8, 12, 31)
    births = [date(2000, 1, 1) + timedelta(days=n) for n in range(366)]
    while walked >= FIRST:
        at = (date(2000, walked.month, walked.day) - births[0]).days
        coming[births[at]] = walked
        if walked.month == 2 and (walked + timedelta(days=1)).month == 3:
            coming[births[59]] = walked  # 29 February
        if walked <= LAST:
            # those of about today, of the end of February, and some of all others
            near = (births[(at + step) % 366] for step in (-2, -1, 0, 1, 2))
            for born in {*near, *births[57:61], *births[walked.toordinal() % 61 :: 61]}:
                assert next_birthday(born, walked) == coming[born]
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


@pytest.mark.parametrize(
    "name",
    [
        "",
        "../etc/passwd",
        "/etc/passwd",
        "America",
        "localtime",
        "Factory",
        "utc+1",
        "europe/paris",
        "\0",
        "é",
    ],
)
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


# but for the half-width sound marks: behind U+0345 their compatible forms change places with it
letters = st.characters(categories=["L", "M"], exclude_characters="\uff9e\uff9f")


@given(st.text(letters, min_size=1, max_size=20))
def test_a_key_is_the_same_for_all_spellings(name: str) -> None:
    key = name_key(name)
    assert name_key(key) == key
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert name_key(unicodedata.normalize(form, name)) == key
    assert name_key(unicodedata.normalize("NFD", name).casefold()) == key


def test_a_key_fits_into_the_store() -> None:
    longest = "\ufdfa" * 64
    assert is_name(longest)
    assert len(name_key(longest).encode()) <= LONGEST_NAME_KEY
    assert name_key(name_key(longest)) == name_key(longest) != name_key(longest[:-1])


@given(st.text(st.characters(categories=["Ll", "Lu", "Lo", "Mn"]), max_size=20))
def test_a_name_is_one_in_every_canonical_form(name: str) -> None:
    composed = unicodedata.normalize("NFC", name)
    assert is_name(name) == is_name(composed) == is_name(unicodedata.normalize("NFD", name))
