"""How many processes of a function the local cloud starts for requests that come together."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from infra.local import workers

FUNCTION = {
    "FunctionName": "f",
    "FunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:f",
    "Runtime": "python3.11",
    "Handler": "f.handler",
}


@pytest.fixture(autouse=True)
def pool(monkeypatch: pytest.MonkeyPatch) -> None:
    made = lambda_runtime.acquire_worker

    def make_slowly(*args: Any, **more: Any) -> Any:
        time.sleep(0.02)
        return made(*args, **more)

    monkeypatch.setattr(lambda_runtime, "_workers", {})
    monkeypatch.setattr(lambda_runtime, "acquire_worker", make_slowly)
    monkeypatch.setattr(lambda_svc, "acquire_worker", make_slowly)
    monkeypatch.setattr(workers, "PATIENCE", 0.3)
    workers.start_few()


def acquire() -> Any:
    worker, _ = lambda_svc.acquire_worker("f", FUNCTION, b"")
    return worker


def use(_: int) -> Any:
    """A request: the first one of a worker starts it."""
    worker = acquire()
    time.sleep(0.02)
    worker._start_time = time.time()
    lambda_runtime.release_worker(worker)
    return worker


def test_the_first_requests_of_a_page_share_one_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "PATIENCE", 60)
    with ThreadPoolExecutor(5) as requests:
        assert len(set(requests.map(use, range(5)))) == 1


def test_a_request_does_not_wait_for_one_that_takes_long() -> None:
    busy = acquire()
    busy._start_time = time.time()
    other = acquire()
    assert other is not busy
    lambda_runtime.release_worker(other)
    assert acquire() is other


def test_a_start_is_waited_for_beyond_patience_but_not_forever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    starting = acquire()
    with ThreadPoolExecutor(1) as requests:
        waiting = requests.submit(acquire)
        time.sleep(2 * workers.PATIENCE)
        assert not waiting.done()
        lambda_runtime.release_worker(starting)
        assert waiting.result() is starting
    monkeypatch.setattr(workers, "LONGEST_START", 0.3)
    assert acquire() is not starting
