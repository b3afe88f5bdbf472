"""Birthdays as they are announced: once for each person and year, when the day begins there."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

import boto3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greetings import announce, service, store
from shared import dynamo
from shared.settings import setting
from tests.front_door import Context, call
from tests.large_files import Task


class Subscriber:
    """A queue at the topic."""

    def __init__(self) -> None:
        self.sqs = boto3.client("sqs")
        self.sns = boto3.client("sns")
        self.url = self.sqs.create_queue(QueueName="greetings")["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        subscription = self.sns.subscribe(
            TopicArn=os.environ["GREETINGS_TOPIC"],
            Protocol="sqs",
            Endpoint=arn["Attributes"]["QueueArn"],
            Attributes={"RawMessageDelivery": "true"},
        )
        self.arn = subscription["SubscriptionArn"]

    def messages(self) -> list[dict[str, str]]:
        """What came since it was asked last."""
        found = []
        while got := self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for each in got:
                found.append(json.loads(each["Body"]))
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=each["ReceiptHandle"])
        return found

    def close(self) -> None:
        self.sns.unsubscribe(SubscriptionArn=self.arn)
        self.sqs.delete_queue(QueueUrl=self.url)
        self.sqs.close()
        self.sns.close()


@pytest.fixture
def subscriber(tables: None) -> Iterator[Subscriber]:
    dynamo.client.cache_clear()
    announce._sns.cache_clear()
    made = Subscriber()
    yield made
    made.close()


def put(name: str, born: str, zone: str | None = None) -> None:
    body = {"dateOfBirth": born, **({"timeZone": zone} if zone else {})}
    response = call("PUT", f"/hello/{quote(name)}", json_body=body)
    assert response.status == 204, response.text


def run(monkeypatch: pytest.MonkeyPatch, at: datetime) -> int:
    monkeypatch.setattr(service, "now", lambda: at)
    return announce.handler({}, Task())["greeted"]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def names(found: list[dict[str, str]]) -> list[str]:
    return sorted(each["username"] for each in found)


def test_each_is_greeted_once_when_the_day_begins_there(
    subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("Kiri", "1990-03-10", "Pacific/Kiritimati")  # UTC+14
    put("Kathmandu", "1990-03-10", "Asia/Kathmandu")  # UTC+5:45
    put("Nobody", "1990-03-11")
    put("Utc", "1990-03-10")
    put("Pago", "1990-03-10", "Pacific/Pago_Pago")  # UTC-11
    greeted: dict[str, tuple[datetime, str]] = {}
    hour = at("2027-03-09T00:00:00")
    while hour < at("2027-03-12T00:00:00"):
        for _ in range(2):
            run(monkeypatch, hour)
        greeted |= {each["username"]: (hour, each["message"]) for each in subscriber.messages()}
        hour += timedelta(hours=1)
    assert {name: when for name, (when, _) in greeted.items()} == {
        "Kiri": at("2027-03-09T10:00:00"),
        "Kathmandu": at("2027-03-09T19:00:00"),
        "Utc": at("2027-03-10T00:00:00"),
        "Nobody": at("2027-03-11T00:00:00"),
        "Pago": at("2027-03-10T11:00:00"),
    }
    assert greeted["Utc"][1] == "Hello, Utc! Happy Birthday!"
    assert run(monkeypatch, at("2028-03-10T05:00:00")) == 3


def test_hours_that_were_missed_are_made_up_for_on_the_same_day(
    subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("Ada", "1990-03-10")
    put("Leap", "1992-02-29")
    assert run(monkeypatch, at("2027-03-10T23:00:00")) == 1
    assert run(monkeypatch, at("2027-02-28T15:00:00")) == 1
    assert run(monkeypatch, at("2028-02-28T15:00:00")) == 0
    assert run(monkeypatch, at("2028-02-29T15:00:00")) == 1
    assert run(monkeypatch, at("2028-03-11T00:00:00")) == 0
    assert names(subscriber.messages()) == ["Ada", "Leap", "Leap"]


def test_what_could_not_be_published_is_published_later(
    subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("Ada", "1990-03-10")
    with monkeypatch.context() as away:
        away.setenv("GREETINGS_TOPIC", "arn:aws:sns:us-east-1:123456789012:nothing")
        setting.cache_clear()
        with pytest.raises(announce.NotPublishedError):
            run(away, at("2027-03-10T00:00:00"))
    setting.cache_clear()
    assert run(monkeypatch, at("2027-03-10T01:00:00")) == 1
    assert names(subscriber.messages()) == ["Ada"]


def test_a_run_that_died_is_made_up_for_and_no_two_do_the_same(
    subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("Ada", "1990-03-10")
    (ada,) = store.everyone_born("03-10")
    clock = 1_000_000.0
    monkeypatch.setattr("greetings.announce.time.time", lambda: clock)
    assert store.claim(ada, 2027, clock)  # by a run that dies then
    assert run(monkeypatch, at("2027-03-10T00:00:00")) == 0
    clock += store.LEASE + 1
    assert run(monkeypatch, at("2027-03-10T01:00:00")) == 1
    assert run(monkeypatch, at("2027-03-10T02:00:00")) == 0
    assert len(subscriber.messages()) == 1


def test_a_birthday_that_is_changed_is_not_announced_twice_in_a_year(
    subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("Ada", "1990-03-10")
    assert run(monkeypatch, at("2027-03-10T00:00:00")) == 1
    put("ada", "1990-03-11")
    assert run(monkeypatch, at("2027-03-11T00:00:00")) == 0
    assert run(monkeypatch, at("2028-03-11T00:00:00")) == 1
    assert names(subscriber.messages()) == ["Ada", "ada"]


def test_a_run_ends_before_its_time_is_over(
    subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Late(Context):
        def get_remaining_time_in_millis(self) -> int:
            return 1000

    monkeypatch.setattr(announce, "TOGETHER", 2)
    for name in ("A", "B", "C", "D", "E"):
        put(name, "1990-03-10")
    monkeypatch.setattr(service, "now", lambda: at("2027-03-10T00:00:00"))
    assert [announce.handler({}, Late())["greeted"] for _ in range(4)] == [2, 2, 1, 0]
    assert names(subscriber.messages()) == ["A", "B", "C", "D", "E"]


@settings(max_examples=30)
@given(
    st.dates(min_value=at("2026-01-01").date(), max_value=at("2030-01-01").date()),
    st.sampled_from(["Asia/Kathmandu", "Pacific/Chatham", "America/St_Johns", "Africa/Cairo"]),
    st.sampled_from([0, 20, 47]),
)
def test_somebody_is_greeted_within_an_hour_of_local_midnight(
    subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch, day: date, zone: str, minute: int
) -> None:
    call("DELETE", "/hello/Ada")
    put("Ada", day.replace(year=1992).isoformat(), zone)
    hour = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=16, minutes=minute)
    for _ in range(60):
        if run(monkeypatch, hour):
            local = hour.astimezone(ZoneInfo(zone))
            assert local.date() == day
            assert (hour - timedelta(hours=1)).astimezone(ZoneInfo(zone)).date() < day
            return
        hour += timedelta(hours=1)
    raise AssertionError("never greeted")
