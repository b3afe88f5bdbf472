"""A store that fails as planned, and refuses what DynamoDB refuses for its size."""

import json
import threading
from collections import Counter
from collections.abc import Callable
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import urlsplit

import boto3

from tests.faults.limits import refusals
from tests.faults.throttling import Throttling

DOWN = 500, b'{"__type":"InternalServerError","message":"down"}'
THROTTLED = (
    400,
    b'{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"}',
)
INVALID = "com.amazon.coral.validate#ValidationException"
# a call is refused, throttled or cut off, done and its response lost, or a batch is not processed;
# `n` counts the calls from 1
Fault = Literal["refused", "throttled", "cut", "lost", "unprocessed"] | None
Plan = Callable[[int], Fault]


class Server(ThreadingHTTPServer):
    request_queue_size = 100  # else connections of one moment are refused on a busy machine


class Proxy:
    """A proxy between the functions and their store that fails as planned."""

    def __init__(self, store: str) -> None:
        self.store = store
        self.plan: Plan = lambda _: None
        self.calls: Counter[str] = Counter()
        self.done: set[str] = set()  # tokens of transactions
        self.throttling: Throttling | None = None
        self.lock = threading.Lock()
        self.kept = threading.local()  # the connection of a thread to the store
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"  # which keeps connections
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                response = proxy.response(body, dict(self.headers))
                if response is None:
                    self.close_connection = True
                    return
                status, data = response
                self.send_response(status)
                self.send_header("content-type", "application/x-amz-json-1.0")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def finish(self) -> None:
                super().finish()
                if hasattr(proxy.kept, "connection"):
                    proxy.kept.connection.close()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        serve = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        serve.start()

    def response(self, body: bytes, headers: dict[str, str]) -> tuple[int, bytes] | None:
        with self.lock:
            target = next(
                value for name, value in headers.items() if name.lower() == "x-amz-target"
            )
            call = target.partition(".")[2]
            self.calls[call] += 1
            number = self.calls.total()
        fault = self.plan(number)
        if fault == "cut":
            return None
        if fault == "refused":
            return DOWN
        if fault == "throttled":
            return THROTTLED
        asked = json.loads(body)
        if fault == "unprocessed" and call == "BatchWriteItem":
            return 200, json.dumps({"UnprocessedItems": asked["RequestItems"]}).encode()

        def forward(request: dict[str, Any]) -> tuple[int, bytes]:
            return self.pass_on(call, request, headers)

        if self.throttling is None:
            response = forward(asked)
        else:
            response = self.throttling.response(call, asked, forward)
        return DOWN if fault == "lost" else response

    def pass_on(
        self, call: str, asked: dict[str, Any], headers: dict[str, str]
    ) -> tuple[int, bytes]:
        """The response of the store."""
        refused = next(refusals(call, asked), None)
        if refused is not None:
            return 400, json.dumps({"__type": INVALID, "message": refused}).encode()
        # moto does a transaction again whose token it knows, DynamoDB does not
        token = asked.get("ClientRequestToken")
        if token in self.done:
            return 200, b"{}"
        body = json.dumps(asked).encode()
        sent = {name: value for name, value in headers.items() if name.lower() != "content-length"}
        if not hasattr(self.kept, "connection"):
            self.kept.connection = HTTPConnection(urlsplit(self.store).netloc, timeout=60)
        self.kept.connection.request("POST", "/", body, sent)
        response = self.kept.connection.getresponse()
        if response.status == 200:
            self.done |= {token} if token else set()
        return response.status, response.read()

    def departments(self) -> dict[int, str]:
        """What is stored, read past the proxy."""
        store = boto3.resource("dynamodb", endpoint_url=self.store)
        found = store.Table("DepartmentsTable").scan()
        store.meta.client.close()
        return {int(str(item["id"])): str(item["department"]) for item in found["Items"]}
