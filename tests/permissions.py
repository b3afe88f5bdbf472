"""What the handlers ask of AWS, held against their functions' policies: no local cloud does."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple
from unittest.mock import patch
from urllib.parse import unquote, urlsplit

from botocore.client import BaseClient
from botocore.signers import RequestSigner

from shared import dynamo
from tests.deployed import listed, statements
from tests.template import resources
from tests.transformed import resolved, transformed

CORE = {
    "sync_get_item": "GetItem",
    "sync_put_item": "PutItem",
    "sync_update_item": "UpdateItem",
    "sync_delete_item": "DeleteItem",
    "sync_batch_get": "BatchGetItem",
    "sync_batch_write": "BatchWriteItem",
    "sync_query_page": "Query",
    "sync_scan_page": "Scan",
}
WRITES = {"put": "PutItem", "update": "UpdateItem", "delete": "DeleteItem"}
# The right that a call of S3 needs, where its name is another
OF_S3 = {
    "HeadObject": "GetObject",
    "ListObjectsV2": "ListBucket",
    "HeadBucket": "ListBucket",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "CompleteMultipartUpload": "PutObject",
}


class Call(NamedTuple):
    """By a function: what, on what; for a list of objects with the prefix."""

    function: str
    action: str
    resource: str
    prefix: str = ""


class _Recorder:
    """The core's client, whose calls are noted."""

    def __init__(self, client: Any, note: Callable[[str, str], None]) -> None:
        self.client = client
        self.note = note

    def __getattr__(self, name: str) -> Any:
        call = getattr(self.client, name)

        def noted(*args: Any, **options: Any) -> Any:
            if name in CORE:
                index = options.get("index_name")
                own = f"{{{args[0]}.Arn}}" + (f"/index/{index}" if index else "")
                self.note(f"dynamodb:{CORE[name]}", own)
            elif name == "sync_transact_write":
                for each in args[0]:
                    self.note(f"dynamodb:{WRITES[each['type']]}", f"{{{each['table']}.Arn}}")
            return call(*args, **options)

        return noted


@contextmanager
def noted() -> Iterator[set[Call]]:
    """The calls that handlers make meanwhile."""
    found: set[Call] = set()
    running: list[str] = []

    def note(action: str, resource: str, prefix: str = "") -> None:
        if running:
            found.add(Call(running[-1], action, resource, prefix))

    base: Any = BaseClient
    client, api, sign = dynamo.client, base._make_api_call, RequestSigner.generate_presigned_url

    def recorder() -> Any:
        return _Recorder(client(), note)

    recorder.cache_clear = client.cache_clear  # type: ignore[attr-defined]

    def of_s3(operation: str, key: str, prefix: str = "") -> None:
        on = f"{{LandingBucket.Arn}}/{key}" if key else "{LandingBucket.Arn}"
        note(f"s3:{OF_S3.get(operation, operation)}", on, prefix)

    def called(self: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
        service = self.meta.service_model.service_name
        if service == "s3":
            of_s3(operation, parameters.get("Key", ""), parameters.get("Prefix", ""))
        elif service == "dynamodb":
            for name in parameters.get("RequestItems") or [parameters["TableName"]]:
                note(f"dynamodb:{operation}", f"{{{name}.Arn}}")
        return api(self, operation, parameters)

    def signed(
        self: RequestSigner, request_dict: dict[str, Any], operation_name: str, **more: Any
    ) -> Any:
        path = unquote(urlsplit(request_dict["url"]).path)
        of_s3(operation_name, path.lstrip("/").partition("/")[2])
        return sign(self, request_dict, operation_name, **more)

    with (
        patch.object(dynamo, "client", recorder),
        patch.object(BaseClient, "_make_api_call", called),
        patch.object(RequestSigner, "generate_presigned_url", signed),
        _handlers(running),
    ):
        yield found


class _Named:
    """A handler, or an API with its routes, whose function is known while it runs."""

    def __init__(self, handler: Any, function: str, running: list[str]) -> None:
        self.handler = handler
        self.function = function
        self.running = running

    def __getattr__(self, name: str) -> Any:
        return getattr(self.handler, name)

    def __call__(self, *args: Any) -> Any:
        self.running.append(self.function)
        try:
            return self.handler(*args)
        finally:
            self.running.pop()


@contextmanager
def _handlers(running: list[str]) -> Iterator[None]:
    """Note which function runs."""

    replaced = []
    for function, properties in resources("AWS::Serverless::Function"):
        name, _, attribute = properties["Handler"].rpartition(".")
        module = import_module(name)
        replaced.append((module, attribute, getattr(module, attribute)))
        setattr(module, attribute, _Named(getattr(module, attribute), function, running))
    try:
        yield
    finally:
        for module, attribute, handler in replaced:
            setattr(module, attribute, handler)


@cache
def _allowed() -> list[tuple[str, dict[str, Any]]]:
    return list(statements(resolved(transformed())))


def denied(calls: set[Call]) -> list[Call]:
    """Those that no statement of the function's role allows."""
    return sorted(call for call in calls if not any(_allows(each, call) for each in _allowed()))


def _allows(of: tuple[str, dict[str, Any]], call: Call) -> bool:
    role, statement = of
    if role != f"{call.function}Role" or call.action not in listed(statement["Action"]):
        return False
    prefix = re.search(r'"s3:prefix": "([^"]+)"', json.dumps(statement.get("Condition", {})))
    if prefix and not fnmatchcase(call.prefix, prefix[1]):
        return False
    return any(fnmatchcase(call.resource, each) for each in listed(statement["Resource"]))
