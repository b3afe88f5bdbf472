"""`python -m tests.benchmarks.null_store`: a DynamoDB that keeps nothing.

It takes every write, and has one sprocket for everyone who asks.

A process of its own, so that what it costs is not counted. Its port is the line that it prints.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

WRITTEN = b'{"UnprocessedItems":{}}'
SPROCKET = b"""{"Item":{"pk":{"S":"SPROCKET"},"sk":{"S":"000000000000001"},"id":{"N":"1"},
"teeth":{"N":"5"},"pitch_diameter":{"S":"5"},"outside_diameter":{"S":"6.25"},"pitch":{"S":"1"},
"version":{"N":"1"}}}"""
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: %d\r\n\r\n"


async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(length or 0))
            body = SPROCKET if b"DynamoDB_20120810.GetItem" in head else WRITTEN
            writer.write(HEAD % len(body) + body)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def serve() -> None:
    server = await asyncio.start_server(respond, "127.0.0.1", 0, limit=2**22)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


@contextmanager
def null_store() -> Iterator[str]:
    """A running one; its address."""
    command = [sys.executable, "-m", "tests.benchmarks.null_store"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.kill()


if __name__ == "__main__":
    asyncio.run(serve())
