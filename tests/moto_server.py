"""moto's server as the tests need it: calls as atomic as DynamoDB's, and no time wasted."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from functools import cache
from io import BytesIO
from threading import Lock
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import moto.dynamodb.models
from botocore.loaders import JSONFileLoader
from moto import backends
from moto.core import responses
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler
from moto.moto_server import threaded_moto_server
from moto.moto_server.werkzeug_app import MotoRequestHandler
from moto.server import ThreadedMotoServer
from werkzeug.exceptions import InternalServerError
from werkzeug.test import run_wsgi_app


def make_calls_atomic() -> None:
    """moto's calls are not, as DynamoDB's are: two at once fail, or lose what the other wrote."""
    lock = Lock()
    call = DynamoHandler.call_action

    def one_at_a_time(self: DynamoHandler) -> Any:
        with lock:
            return call(self)

    DynamoHandler.call_action = one_at_a_time  # type: ignore[method-assign]


def copy_tables_once() -> None:
    """moto copies the whole table for each operation of a transaction, one after the other."""
    write = DynamoDBBackend.transact_write_items

    def transact(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
        copies: dict[str, Table] = {}

        def copied(value: Any) -> Any:
            if not isinstance(value, Table):
                return deepcopy(value)
            if value.name not in copies:
                copies[value.name] = deepcopy(value)
            return copies[value.name]

        with patch.object(moto.dynamodb.models, "copy", SimpleNamespace(deepcopy=copied)):
            write(self, transact_items)

    DynamoDBBackend.transact_write_items = transact  # type: ignore[method-assign]


def look_up_once() -> None:
    """With each request moto lists its folders, and all methods of the service."""
    services = frozenset(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: services
    names = cache(responses.method_names_from_class)  # type: ignore[attr-defined]
    responses.method_names_from_class = names  # type: ignore[attr-defined]


def read_models_once() -> None:
    """Each new client reads megabytes of JSON, and tests make hundreds."""
    load = JSONFileLoader.load_file
    found: dict[str, Any] = {}

    def kept(self: JSONFileLoader, file_path: str) -> Any:
        if file_path not in found:
            found[file_path] = load(self, file_path)
        return found[file_path]

    JSONFileLoader.load_file = kept  # type: ignore[method-assign]


class KeptConnection(MotoRequestHandler):
    """Serves further requests of a connection; the server of werkzeug closes it after one."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        if "Transfer-Encoding" in self.headers:
            super().run_wsgi()
            return
        environ = self.make_environ()
        length = int(self.headers.get("Content-Length") or 0)
        environ["wsgi.input"] = BytesIO(self.rfile.read(length))
        try:
            parts, status, headers = run_wsgi_app(self.server.app, environ)
        except Exception:  # noqa: BLE001 - a fault of moto is the server's
            parts, status, headers = run_wsgi_app(InternalServerError(), environ)
        body = b"".join(parts)
        if "Content-Length" not in headers:
            headers["Content-Length"] = str(len(body))
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@contextmanager
def serving() -> Iterator[str]:
    """The address of a server on a free port."""
    make_calls_atomic()
    copy_tables_once()
    look_up_once()
    read_models_once()
    threaded_moto_server.MotoRequestHandler = KeptConnection  # type: ignore[attr-defined]
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # its request lines
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()
