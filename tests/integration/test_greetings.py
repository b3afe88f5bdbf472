"""Greetings through the front door."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from greetings import service, store
from greetings.names import name_key
from shared.birthdays import message, next_birthday
from shared.dynamo import Table
from tests.front_door import Response, call
from tests.works import everything

TODAY = date(2027, 2, 20)
# some begin with others, one as a key of several words
NAMES = ("A", "Ab", "Aa", "\u0635\u0644\u0649", "\ufdfa", "B", "Aab", "\U0001e900")


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    at = datetime(TODAY.year, TODAY.month, TODAY.day, 11, tzinfo=UTC)
    monkeypatch.setattr(service, "now", lambda: at)


def put(name: str, born: str, **more: Any) -> Response:
    return call("PUT", f"/hello/{quote(name)}", json_body={"dateOfBirth": born, **more})


def greeting(name: str, query: str = "") -> str:
    response = call("GET", f"/hello/{quote(name)}{query}")
    assert response.status == 200, response.text
    return str(response.json["message"])


def test_someone_is_saved_greeted_updated_and_forgotten(tables: None) -> None:
    response = put("Ada", "1985-02-25")
    assert (response.status, response.text) == (204, "")
    assert greeting("Ada") == "Hello, Ada! Your birthday is in 5 day(s)"
    assert put("ada", "1985-02-20").status == 204
    assert greeting("Ada") == "Hello, Ada! Happy Birthday!"
    assert call("DELETE", "/hello/ADA").status == 204
    assert call("GET", "/hello/Ada").status == 404
    assert call("DELETE", "/hello/Ada").status == 404


@pytest.mark.parametrize(
    ("saved", "asked"),
    [
        ("José", "JOSE\u0301"),
        ("STRASSE", "straße"),
        ("नीलम", "नीलम"),
        ("ﬁona", "Fiona"),
        ("Ö", "o\u0308"),
        pytest.param("\ufdfa" * 64, "\ufdfa" * 64, id="a long key"),
    ],
)
def test_a_name_is_the_same_in_any_case_and_form(tables: None, saved: str, asked: str) -> None:
    put(saved, "1990-02-20")
    assert greeting(asked) == f"Hello, {asked}! Happy Birthday!"
    assert greeting(saved) == f"Hello, {saved}! Happy Birthday!"


def test_today_is_read_in_the_persons_zone_or_the_callers(tables: None) -> None:
    put("Kiri", "1990-02-21", timeZone="Pacific/Kiritimati")
    assert greeting("Kiri") == "Hello, Kiri! Happy Birthday!"
    assert greeting("Kiri", "?tz=UTC") == "Hello, Kiri! Your birthday is in 1 day(s)"
    for zone in ("Mars/Base", "../x", "America", ""):
        response = call("GET", f"/hello/Kiri?tz={quote(zone)}")
        assert response.status == 400
        assert response.json["errors"][0]["loc"] == ["query", "tz"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"dateOfBirth": None},
        {"dateOfBirth": "1990-02-30"},
        {"dateOfBirth": "90-02-03"},
        {"dateOfBirth": "19900203"},
        {"dateOfBirth": "1990-02-03T00:00:00"},
        {"dateOfBirth": 633916800},
        {"dateOfBirth": "633830400"},
        {"dateOfBirth": "0"},
        {"dateOfBirth": "0000-01-01"},
        {"dateOfBirth": TODAY.isoformat()},
        {"dateOfBirth": (TODAY + timedelta(days=1)).isoformat()},
        {"dateOfBirth": "1990-02-03", "timeZone": "Mars/Base"},
        {"dateOfBirth": "1990-02-03", "timeZone": 1},
        {"dateOfBirth": "1990-02-03", "shoeSize": 42},
        [],
        "1990-02-03",
    ],
)
def test_a_birthday_that_cannot_be_is_a_422(tables: None, body: Any) -> None:
    response = call("PUT", "/hello/Ada", json_body=body)
    assert response.status == 422, response.text
    assert response.json["errors"]
    assert call("GET", "/hello/Ada").status == 404


def test_yesterday_is_before_today_and_today_is_the_zones(tables: None) -> None:
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    assert put("Baby", yesterday).status == 204
    assert put("Baby", TODAY.isoformat(), timeZone="Pacific/Kiritimati").status == 204
    assert greeting("Baby", "?tz=UTC") == "Hello, Baby! Happy Birthday!"


@pytest.mark.parametrize("name", ["Ada1", "Ada Lovelace", "O'Neil", "a" * 65, "%"])
def test_a_name_of_other_than_letters_is_a_422(tables: None, name: str) -> None:
    response = put(name, "2999-01-01")
    assert response.status == 422
    assert [error["loc"] for error in response.json["errors"]] == [
        ["path", "username"],
        ["body", "dateOfBirth"],
    ]
    assert call("GET", f"/hello/{quote(name)}").status == 404


def test_faults_of_name_and_body_are_reported_together(tables: None) -> None:
    response = put("Ada1", "1990-02-30", timeZone="Mars/Base", shoeSize=42)
    assert response.status == 422
    assert {tuple(error["loc"]) for error in response.json["errors"]} == {
        ("path", "username"),
        ("body", "dateOfBirth"),
        ("body", "timeZone"),
        ("body", "shoeSize"),
    }


@pytest.mark.parametrize("born", ["2999-01-01", TODAY.isoformat()])
def test_a_day_that_is_not_past_is_reported_beside_an_unknown_zone(tables: None, born: str) -> None:
    for zone in ("Mars/Base", 1, "x" * 65):
        response = put("Ada1", born, timeZone=zone)
        assert response.status == 422
        assert {tuple(error["loc"]) for error in response.json["errors"]} == {
            ("path", "username"),
            ("body", "dateOfBirth"),
            ("body", "timeZone"),
        }
    # as without a zone, today is read in UTC
    response = put("Ada", "2027-02-19", timeZone="Mars/Base")
    assert [error["loc"][1] for error in response.json["errors"]] == ["timeZone"]


def test_a_body_that_is_not_json_is_refused(tables: None) -> None:
    json = {"Content-Type": "application/json"}
    assert call("PUT", "/hello/Ada", "{", json).status == 400
    assert call("PUT", "/hello/Ada", "", json).status == 400
    assert call("PUT", "/hello/Ada", "{}", {"Content-Type": "text/plain"}).status == 415
    assert call("POST", "/hello/Ada").status == 405
    assert call("GET", "/hello/Ada/more").status == 404


def birthdays(within: int = 30) -> list[dict[str, Any]]:
    return everything("/birthdays", 3, within=within)


def test_birthdays_come_soonest_first(tables: None) -> None:
    for name, born in {
        "Today": "1990-02-20",
        "Leap": "1992-02-29",
        "Eve": "1990-02-28",
        "March": "1990-03-01",
        "Far": "1990-03-23",
        "Past": "1990-02-19",
    }.items():
        put(name, born)
    found = [(row["username"], row["in_days"]) for row in birthdays()]
    assert found == [("Today", 0), ("Eve", 8), ("Leap", 8), ("March", 9)]
    assert birthdays(0) == [
        {"username": "Today", "next_birthday": "2027-02-20", "in_days": 0, "turns": 37}
    ]
    everyone = birthdays(366)
    assert [row["username"] for row in everyone][-2:] == ["Far", "Past"]
    assert len(everyone) == 6, "each once"
    assert everyone[-1]["next_birthday"] == "2028-02-19"


def test_birthdays_go_over_the_turn_of_the_year(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "now", lambda: datetime(2027, 12, 20, tzinfo=UTC))
    put("Winter", "1990-01-05")
    put("Leap", "1992-02-29")
    assert birthdays(100) == [
        {"username": "Winter", "next_birthday": "2028-01-05", "in_days": 16, "turns": 38},
        {"username": "Leap", "next_birthday": "2028-02-29", "in_days": 71, "turns": 36},
    ]


def test_the_birthdays_of_a_year_take_few_queries(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("Ada", "1990-02-19")
    query = Table.query
    conditions: list[str] = []

    def counted(self: Table, condition: str, *args: Any, **more: Any) -> Any:
        conditions.append(condition)
        return query(self, condition, *args, **more)

    monkeypatch.setattr(Table, "query", counted)
    assert len(birthdays(366)) == 1
    assert len(conditions) <= 14
    conditions.clear()
    assert birthdays(30) == []
    assert len(conditions) <= 3


@settings(max_examples=40)
@given(
    today=st.dates(date(2023, 1, 1), date(2032, 12, 31)),
    within=st.integers(0, 366),
    limit=st.integers(1, 4),
    births=st.lists(
        st.sampled_from([0, 1, 365, 366, "02-28", "02-29"]) | st.integers(-3, 369), max_size=8
    ),
)
def test_birthdays_agree_with_a_plain_list(
    fresh: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    *,
    today: date,
    within: int,
    limit: int,
    births: list[int | str],
) -> None:
    fresh()
    expected = []
    for name, birth in zip(NAMES, births, strict=False):
        # 1984 has a 29 February
        text = birth if isinstance(birth, str) else f"{today + timedelta(days=birth):%m-%d}"
        born = date.fromisoformat(f"1984-{text}")
        assert store.put(store.Person(name, born, None))
        coming = next_birthday(born, today)
        if coming <= today + timedelta(days=within):
            expected.append((coming, f"{born:%m-%d}", name_key(name), name))
    at = datetime(today.year, today.month, today.day, tzinfo=UTC)
    monkeypatch.setattr(service, "now", lambda: at)
    found = everything("/birthdays", limit, within=within)
    assert [each["username"] for each in found] == [name for *_, name in sorted(expected)]


def test_pages_of_one_day_hold_everyone_once(tables: None) -> None:
    names = [*(f"twin{letter}" for letter in "abcdefghij"), *NAMES]
    for name in names:
        put(name, "1990-02-22")
    for limit in range(1, 5):
        found = [row["username"] for row in everything("/birthdays", limit)]
        assert found == sorted(names, key=name_key)
    for bad in ("within=-1", "within=367", "within=x", "cursor=abc", "limit=0"):
        assert call("GET", f"/birthdays?{bad}").status == 400


def test_a_greeting_has_an_entity_tag_of_its_person_and_day(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("Ada", "1985-02-25")
    first = call("GET", "/hello/Ada").headers["etag"]
    assert call("GET", "/hello/Ada", headers={"If-None-Match": first}).status == 304
    assert call("GET", "/hello/ADA", headers={"If-None-Match": first}).status == 200
    tomorrow = datetime(2027, 2, 21, 11, tzinfo=UTC)
    monkeypatch.setattr(service, "now", lambda: tomorrow)
    assert call("GET", "/hello/Ada", headers={"If-None-Match": first}).status == 200
    body = {"dateOfBirth": "1985-02-26"}
    # the person is the same, whatever the day
    changed = call("PUT", "/hello/Ada", headers={"If-Match": first}, json_body=body)
    assert changed.status == 204

    def refused(method: str, name: str, tag: str) -> int:
        sent = body if method == "PUT" else None
        headers = {"If-Match": tag}
        return call(method, f"/hello/{name}", headers=headers, json_body=sent).status

    for method in ("PUT", "DELETE"):
        assert refused(method, "Ada", first) == 412
        assert refused(method, "Ada", '"other"') == 412
    assert (refused("PUT", "Bob", first), refused("DELETE", "Bob", first)) == (412, 412)
    now = call("GET", "/hello/Ada").headers["etag"]
    assert now != first
    assert call("DELETE", "/hello/Ada", headers={"If-Match": now}).status == 204


def test_someone_is_saved_only_if_nobody_has_the_name(tables: None) -> None:
    body, new = {"dateOfBirth": "1985-02-25"}, {"If-None-Match": "*"}
    assert call("PUT", "/hello/Ada", headers=new | {"If-Match": "*"}, json_body=body).status == 412
    assert call("PUT", "/hello/Ada", headers=new, json_body=body).status == 204
    again = call("PUT", "/hello/ADA", headers=new, json_body=body)
    assert (again.status, again.json["detail"]) == (412, "it exists already")
    assert call("DELETE", "/hello/Ada", headers=new).status == 412
    assert call("DELETE", "/hello/Bob", headers=new).status == 404
    refused = call("PUT", "/hello/Ada", headers={"If-None-Match": '"v1"'}, json_body=body)
    assert refused.status == 400
    assert refused.json["errors"][0]["loc"] == ["header", "If-None-Match"]


def test_a_state_is_expected_of_someone_who_does_not_exist(tables: None) -> None:
    body = {"dateOfBirth": "1985-02-25"}
    many = ",".join(f'"v{n}"' for n in range(1, 501))
    for tags in ("*", '"v1"', many):
        response = call("PUT", "/hello/Ada", headers={"If-Match": tags}, json_body=body)
        assert response.status == 412, response.text
        for name in ("Ada", "Ada1"):
            gone = call("DELETE", f"/hello/{name}", headers={"If-Match": tags})
            assert (gone.status, gone.json["detail"]) == (412, "no such person")
    assert call("GET", "/hello/Ada").status == 404, "and nothing is created"
    put("Ada", "1985-02-25")
    assert call("PUT", "/hello/Ada", headers={"If-Match": "*"}, json_body=body).status == 204
    assert call("PUT", "/hello/Ada", headers={"If-Match": many}, json_body=body).status == 412
    tag = call("GET", "/hello/Ada").headers["etag"]
    known = f"{many[5:]},{tag}"
    assert call("GET", "/hello/Ada", headers={"If-None-Match": known}).status == 304
    assert call("PUT", "/hello/Ada", headers={"If-Match": known}, json_body=body).status == 204
    too_many = ",".join(f'"v{n}"' for n in range(1, 502))
    assert call("PUT", "/hello/Ada", headers={"If-Match": too_many}, json_body=body).status == 400


people = st.sampled_from(["Ada", "ada", "Zoë", "ZOE\u0308", "ﬁona", "Fiona"])
births = st.dates(date(1900, 1, 1), date(2020, 12, 31))


class People(RuleBasedStateMachine):
    """The API against a plain dictionary."""

    @initialize()
    def start(self) -> None:
        self.model: dict[str, date] = {}
        self.tags: dict[str, tuple[str, int]] = {}
        self.versions: dict[str, int] = {}
        for name in ("Ada", "Zoë", "Fiona"):
            call("DELETE", f"/hello/{quote(name)}")

    def changed(self, key: str) -> None:
        self.versions[key] = self.versions.get(key, 0) + 1

    @rule(name=people, born=births)
    def save(self, name: str, born: date) -> None:
        assert put(name, born.isoformat()).status == 204
        self.model[name_key(name)] = born
        self.changed(name_key(name))

    @rule(name=people)
    def greet(self, name: str) -> None:
        response = call("GET", f"/hello/{quote(name)}")
        born = self.model.get(name_key(name))
        assert response.status == (404 if born is None else 200)
        if born is not None:
            assert response.json == {"message": message(name, born, TODAY)}
            self.tags[name_key(name)] = (response.headers["etag"], self.versions[name_key(name)])

    @rule(name=people, born=births)
    def save_what_was_read(self, name: str, born: date) -> None:
        tag, version = self.tags.get(name_key(name), ('"v999.x"', -1))
        body = {"dateOfBirth": born.isoformat()}
        response = call("PUT", f"/hello/{quote(name)}", headers={"If-Match": tag}, json_body=body)
        known = name_key(name) in self.model and version == self.versions[name_key(name)]
        assert response.status == (204 if known else 412)
        if known:
            self.model[name_key(name)] = born
            self.changed(name_key(name))

    @rule(name=people)
    def forget(self, name: str) -> None:
        known = self.model.pop(name_key(name), None)
        response = call("DELETE", f"/hello/{quote(name)}")
        assert response.status == (404 if known is None else 204)
        self.changed(name_key(name))  # who comes back is another

    @rule(limit=st.integers(1, 3))
    def upcoming(self, limit: int) -> None:
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = call("GET", f"/birthdays?within=366&limit={limit}{cursor}").json
            found += page["items"]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        days = [each["in_days"] for each in found]
        assert days == sorted(days)
        expected = {
            key: (next_birthday(born, TODAY) - TODAY).days for key, born in self.model.items()
        }
        assert {name_key(each["username"]): each["in_days"] for each in found} == expected


def test_a_tag_of_somebody_who_was_deleted_is_stale(tables: None) -> None:
    for born in ("2000-01-01", "2000-01-02"):
        assert put("Ada", born).status == 204
    tag = call("GET", "/hello/Ada").headers["etag"]
    assert call("DELETE", "/hello/Ada").status == 204
    for born in ("2000-01-01", "2000-01-02"):
        assert put("Ada", born).status == 204
    assert call("DELETE", "/hello/Ada", headers={"If-Match": tag}).status == 412


def test_people_behave_like_a_dictionary(tables: None) -> None:
    run_state_machine_as_test(
        People,
        settings=settings(
            max_examples=15,
            stateful_step_count=20,
            suppress_health_check=list(HealthCheck),
        ),
    )
