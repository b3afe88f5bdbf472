"""The pre-traffic hook: CodeDeploy calls it, and it calls the functions' own handlers."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import import_module
from typing import Any
from urllib.parse import unquote

import pytest

from infra import pretraffic
from pretraffic import handler as hook
from shared import dynamo
from shared.settings import setting
from tests.large_files import Task
from tests.template import resources

ARN = "arn:aws:lambda:us-east-1:123456789012:function:sprocketworks-dev-{}-1A2B3C:7"
HANDLERS = {
    name: properties["Handler"] for name, properties in resources("AWS::Serverless::Function")
}


class Aws:
    """CodeDeploy with one deployment, and Lambda with the functions of this project."""

    def __init__(self) -> None:
        self.function = ""
        self.called: list[str] = []
        self.statuses: list[dict[str, str]] = []
        self.broken: dict[str, Any] | None = None
        self.server: HTTPServer

    def codedeploy(self, operation: str, body: dict[str, str]) -> dict[str, Any]:
        if operation == "GetDeployment":
            assert body == {"deploymentId": "d-1"}
            group = f"sprocketworks-dev-{self.function}DeploymentGroup-9Z8Y7X"
            return {"deploymentInfo": {"deploymentGroupName": group}}
        assert operation == "PutLifecycleEventHookExecutionStatus"
        self.statuses.append(body)
        return {"lifecycleEventHookExecutionId": body["lifecycleEventHookExecutionId"]}

    def invoke(self, arn: str, event: dict[str, Any]) -> Any:
        self.called.append(arn)
        if self.broken is not None:
            return self.broken
        module, _, function = HANDLERS[self.function].rpartition(".")
        return getattr(import_module(module), function)(event, Task())


@pytest.fixture
def aws_(tables: None, built: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    aws = Aws()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            target = self.headers.get("x-amz-target")
            result = (
                aws.codedeploy(target.partition(".")[2], body)
                if target
                else aws.invoke(unquote(self.path).split("/")[3], body)
            )
            self.send_response(200)
            if isinstance(result, dict) and "errorType" in result:
                self.send_header("x-amz-function-error", "Unhandled")
            data = json.dumps(result).encode()
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    pretraffic.write()
    dynamo.client.cache_clear()
    setting.cache_clear()
    monkeypatch.setenv("VERSIONS", " ".join(ARN.format(name) for name in HANDLERS))
    aws.server = HTTPServer(("127.0.0.1", 0), Handler)
    aws.server.timeout = 0.02
    for service in ("CODEDEPLOY", "LAMBDA"):
        url = f"http://127.0.0.1:{aws.server.server_address[1]}"
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", url)
    hook.client.cache_clear()
    yield aws
    hook.client("codedeploy").close()
    hook.client("lambda").close()
    hook.client.cache_clear()
    aws.server.server_close()
    setting.cache_clear()


def deploy(aws: Aws, function: str) -> str:
    """The status that the hook reports of a deployment of a function."""
    aws.function = function
    event = {"DeploymentId": "d-1", "LifecycleEventHookExecutionId": "h-1"}
    thread = threading.Thread(target=hook.handler, args=(event, Task()))
    thread.start()
    # here, as the portal's event loop is that of the main thread
    while thread.is_alive():
        aws.server.handle_request()
    (reported,) = aws.statuses
    assert (reported["deploymentId"], reported["lifecycleEventHookExecutionId"]) == ("d-1", "h-1")
    return reported["status"]


@pytest.mark.parametrize("function", HANDLERS)
def test_a_version_that_works_gets_its_traffic(aws_: Aws, function: str) -> None:
    assert deploy(aws_, function) == "Succeeded"
    # the version, not its alias
    assert aws_.called == [ARN.format(function)] * len(pretraffic.CALLED.get(function, ()))


@pytest.mark.parametrize(
    ("function", "response"),
    [
        ("PortalFunction", {"statusCode": 503, "body": ""}),
        ("ReportsFunction", {"statusCode": 500, "body": ""}),
        ("ProjectorFunction", {"errorType": "Runtime.ImportModuleError", "errorMessage": "no"}),
        ("WorkerFunction", {"errorType": "KeyError", "errorMessage": "'id'"}),
    ],
)
def test_a_version_that_fails_gets_no_traffic(
    aws_: Aws, function: str, response: dict[str, Any]
) -> None:
    aws_.broken = response
    assert deploy(aws_, function) == "Failed"
    assert len(aws_.called) == 1


def test_a_deployment_that_is_not_of_the_stack_fails(aws_: Aws) -> None:
    assert deploy(aws_, "UnknownFunction") == "Failed"
