"""The front door over HTTP, for clients that speak nothing else."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.front_door import Response, call


class Bridge:
    """Serves the API; `before` sees each request, `responses` are given before those of the API."""

    def __init__(self) -> None:
        self.before: Callable[[str, str], None] = lambda *_: None
        self.responses: deque[Response | None] = deque()
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.lock = threading.Lock()
        bridge = self

        class Handler(BaseHTTPRequestHandler):
            def response(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name.title(): value for name, value in self.headers.items()}
                with bridge.lock:
                    bridge.requests.append((self.command, self.path, headers))
                    planned = bridge.responses.popleft() if bridge.responses else NOTHING
                    if planned is None:  # break the connection
                        return
                    if planned is NOTHING:
                        bridge.before(self.command, self.path)
                        planned = call(self.command, self.path, body or None, headers)
                data = planned.text.encode()
                self.send_response(planned.status)
                for name, value in planned.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                with suppress(ConnectionError):  # the client has gone
                    self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_DELETE = response  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


NOTHING = Response(0, {}, "")


@contextmanager
def serving() -> Iterator[Bridge]:
    bridge = Bridge()
    thread = threading.Thread(target=bridge.server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield bridge
    finally:
        bridge.server.shutdown()
        thread.join()
        bridge.server.server_close()
