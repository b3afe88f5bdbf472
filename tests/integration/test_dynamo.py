"""The module that knows the DynamoDB client, against a store and against a faulty one."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from shared import dynamo, retries
from shared.dynamo import ConditionFailedError, Table, TransactionFailedError
from shared.problems import StoreUnavailable
from shared.retries import RefusedError

Reply = tuple[int, dict[str, Any]]
THROTTLED: Reply = (
    400,
    {
        "__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
        "message": "slow",
    },
)
DOWN: Reply = (500, {"__type": "InternalServerError", "message": "down"})
CANCELLED = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException"


@pytest.fixture
def factories(tables: None) -> Table:
    return Table("FactoryTable", "pk", "sk")


def test_an_item_comes_back_as_it_was_written(factories: Table) -> None:
    item = {"pk": "a", "sk": "b", "int": 2**70, "float": 0.1, "text": "", "list": [1, {"a": None}]}
    factories.put(item)
    assert factories.get({"pk": "a", "sk": "b"}) == item
    assert factories.get({"pk": "a", "sk": "c"}) is None


def test_a_failed_condition_tells_what_was_there(factories: Table) -> None:
    factories.put({"pk": "a", "sk": "b", "n": 1})
    with pytest.raises(ConditionFailedError) as caught:
        factories.put({"pk": "a", "sk": "b", "n": 2}, condition="attribute_not_exists(pk)")
    assert factories.get({"pk": "a", "sk": "b"}) == {"pk": "a", "sk": "b", "n": 1}
    assert caught.value.item == {"pk": "a", "sk": "b", "n": 1}


def test_a_transaction_is_all_or_nothing_and_names_what_failed(factories: Table) -> None:
    factories.put({"pk": "a", "sk": "b"})
    with pytest.raises(TransactionFailedError) as caught:
        dynamo.transact(
            [
                factories.put_operation({"pk": "new", "sk": "b"}),
                factories.put_operation({"pk": "a", "sk": "b"}, "attribute_not_exists(pk)"),
            ]
        )
    assert caught.value.failed() == [1]
    assert factories.get({"pk": "new", "sk": "b"}) is None


def test_pages_and_whole_queries_agree(factories: Table) -> None:
    factories.put_many({"pk": "p", "sk": f"{n:03}"} for n in range(60))
    page = factories.query("pk = :p", {":p": "p"}, limit=25)
    assert [item["sk"] for item in page.items] == [f"{n:03}" for n in range(25)]
    rest = factories.query("pk = :p", {":p": "p"}, after=page.last_key)
    assert len(rest.items) == 35
    assert len(list(factories.query_all("pk = :p", {":p": "p"}, limit=7))) == 60
    assert len(list(factories.scan_all())) == 60


def test_of_a_key_written_twice_at_once_the_last_stays(factories: Table) -> None:
    factories.put_many([{"pk": "p", "sk": "s", "n": n} for n in range(40)])
    assert factories.get({"pk": "p", "sk": "s"}) == {"pk": "p", "sk": "s", "n": 39}


def test_an_update_returns_the_new_state(factories: Table) -> None:
    key = {"pk": "p", "sk": "s"}
    assert factories.update(key, "ADD n :by", values={":by": 2})["n"] == 2
    assert factories.update(key, "ADD n :by", values={":by": 3})["n"] == 5
    assert factories.delete(key) == {"pk": "p", "sk": "s", "n": 5}
    assert factories.delete(key) is None


def test_an_arn_is_refused_as_a_table_name() -> None:
    with pytest.raises(ValueError, match="by its name"):
        Table("arn:aws:dynamodb:us-east-1:123456789012:table/t", "pk")


class FaultyStore:
    """An HTTP server that answers with prepared replies, then with the last of them for ever."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.requests: list[dict[str, Any]] = []
        store = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                store.requests.append(json.loads(body))
                replies = store.replies
                status, reply = replies.pop(0) if len(replies) > 1 else replies[0]
                data = json.dumps(reply).encode()
                self.send_response(status)
                self.send_header("content-type", "application/x-amz-json-1.0")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def faulty(aws: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[FaultyStore]]:
    """Makes a faulty store and points the client at it."""
    made: list[FaultyStore] = []

    class Pointed(FaultyStore):
        def __init__(self, *replies: Reply) -> None:
            super().__init__(*replies)
            made.append(self)
            monkeypatch.setenv("AWS_ENDPOINT_URL", self.url)
            dynamo.forget_clients()

    monkeypatch.setattr(retries, "FIRST_BACKOFF", 0.001)
    monkeypatch.setattr(retries, "state", retries.State())
    yield Pointed
    for store in made:
        store.server.shutdown()
        store.server.server_close()
    dynamo.forget_clients()


@pytest.mark.parametrize("reply", [THROTTLED, DOWN, (503, {"__type": "ServiceUnavailable"})])
def test_a_passing_fault_is_retried(faulty: type[FaultyStore], reply: Reply) -> None:
    store = faulty(reply, reply, (200, {"Item": {"pk": {"S": "a"}}}))
    assert Table("t", "pk").get({"pk": "a"}) == {"pk": "a"}
    assert len(store.requests) == 3


@pytest.mark.parametrize("reply", [THROTTLED, DOWN])
def test_a_lasting_fault_is_a_503(faulty: type[FaultyStore], reply: Reply) -> None:
    store = faulty(reply)
    with pytest.raises(StoreUnavailable) as caught:
        Table("t", "pk").put({"pk": "a"})
    assert len(store.requests) == retries.STORE_ATTEMPTS
    assert caught.value.headers["Retry-After"] == "5"


def test_nobody_listening_is_a_503(aws: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setattr(retries, "FIRST_BACKOFF", 0.001)
    dynamo.forget_clients()
    with pytest.raises(StoreUnavailable):
        Table("t", "pk").get({"pk": "a"})
    dynamo.forget_clients()


def test_unprocessed_items_are_written_in_the_end(faulty: type[FaultyStore]) -> None:
    left = {"UnprocessedItems": {"t": [{"PutRequest": {"Item": {"pk": {"S": "a"}}}}]}}
    store = faulty(*[(200, left)] * 8, (200, {}))
    Table("t", "pk").put_many([{"pk": "a"}, {"pk": "b"}])
    assert len(store.requests) == 9


def test_a_bad_call_is_not_retried(faulty: type[FaultyStore]) -> None:
    store = faulty((400, {"__type": "com.amazon.coral.validate#ValidationException"}))
    with pytest.raises(RefusedError):
        Table("t", "pk").get({"pk": "a"})
    assert len(store.requests) == 1


def test_a_transaction_in_conflict_is_retried(faulty: type[FaultyStore]) -> None:
    reasons = [{"Code": "None"}, {"Code": "TransactionConflict"}]
    message = "Transaction cancelled, please refer cancellation reasons for specific reasons "
    cancelled = {
        "__type": CANCELLED,
        "message": message + "[None, TransactionConflict]",
        "CancellationReasons": reasons,
    }
    store = faulty((400, cancelled), (200, {}))
    table = Table("t", "pk")
    dynamo.transact([table.put_operation({"pk": "a"}), table.put_operation({"pk": "b"})])
    assert len(store.requests) == 2


def test_an_empty_aws_variable_is_unset_and_a_bad_one_refused(
    aws: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dynamo.forget_clients()
    monkeypatch.setenv("AWS_PROFILE", "")
    monkeypatch.setenv("AWS_RETRY_MODE", "legacy")
    with pytest.raises(RuntimeError, match="AWS_RETRY_MODE"):
        dynamo.client()
    monkeypatch.setenv("AWS_RETRY_MODE", "standard")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "0")
    with pytest.raises(RuntimeError, match="AWS_MAX_ATTEMPTS"):
        dynamo.client()
    dynamo.forget_clients()
