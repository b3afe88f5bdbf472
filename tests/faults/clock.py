"""A store whose calls take long, on a clock that is moved instead of waited for."""

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shared import parallel
from tests.faults.proxy import Fault, Proxy
from tests.front_door import Response, call

LIMIT = 28  # seconds, of the function


class Clock:
    """Each call of the store takes so many seconds, one after the other.

    With `only`, calls of that name and those after the first of them.
    """

    def __init__(
        self, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, seconds: float, only: str | None = None
    ) -> None:
        self.proxy, self.seconds, self.gone, self.longest = proxy, seconds, 0.0, 0.0
        self.only = only
        began = time.monotonic()  # and nothing else takes time, however slow the machine is
        monkeypatch.setattr(time, "monotonic", lambda: began + self.gone)
        pool = ThreadPoolExecutor(1)
        monkeypatch.setattr(parallel, "pool", lambda: pool)

    def call(
        self,
        method: str,
        path: str,
        json_body: Any = None,
        *,
        body: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        def slow(_: int) -> Fault:
            if self.only is None or self.proxy.calls[self.only]:
                self.gone += self.seconds
            return None

        self.proxy.calls.clear()
        before, self.proxy.plan = self.gone, slow
        response = call(method, path, body, headers, json_body=json_body)
        self.longest = max(self.longest, self.gone - before)
        self.proxy.plan = lambda _: None
        return response

    def until_done(self, method: str, path: str, body: Any) -> tuple[Response, int]:
        """The response when the same request is sent again as long as it is a 503; how often."""
        for sent in range(1, 30):
            response = self.call(method, path, body)
            if response.status != 503:
                return response, sent
            assert response.headers["retry-after"]
        raise AssertionError(response.text)
