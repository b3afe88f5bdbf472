"""Logs, traces, reserved executions and what is paid for, as the transformed template has them."""

import json
import re
from typing import Any

import pytest

from tests.deployed import of_type
from tests.template import ROOT
from tests.transformed import Resources, resolved, transformed


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return transformed()


@pytest.fixture(scope="module")
def stack(made: dict[str, Any]) -> Resources:
    return resolved(made)


@pytest.fixture(scope="module")
def local(made: dict[str, Any]) -> Resources:
    return resolved(made, {"Environment": "local", "MonthlyBudget": "0"})


def only(resources: Resources, kind: str) -> dict[str, Any]:
    (found,) = of_type(resources, kind)
    return found[1]


# What API Gateway fills in that names nobody: no address, user, path or query
HARMLESS = {
    "requestId": "5c0c1d1c-1b2c",
    "xrayTraceId": "1-67891233-abcdef012345678912345678",
    "httpMethod": "GET",
    "resourcePath": "/hello/{proxy+}",
    "status": "200",
    "responseLatency": "12",
    "integrationLatency": "-",
    "responseLength": "42",
    "error.responseType": "-",
}


def test_the_access_log_names_nobody(stack: Resources) -> None:
    settings = only(stack, "AWS::ApiGateway::Stage")["AccessLogSetting"]
    text = settings["Format"]
    assert set(re.findall(r"\$context\.([\w.]+)", text)) == set(HARMLESS)
    line = json.loads(re.sub(r"\$context\.([\w.]+)", lambda found: HARMLESS[found[1]], text))
    assert line["status"] == 200
    assert line["route"] == "/hello/{proxy+}"
    # a line that is no JSON would be counted by no filter: what API Gateway does not know is a dash
    unknown = re.sub(
        r"\$context\.([\w.]+)", lambda found: "429" if found[1] == "status" else "-", text
    )
    assert json.loads(unknown)["status"] == 429
    group = settings["DestinationArn"].strip("{}").removesuffix(".Arn")
    assert stack[group]["Type"] == "AWS::Logs::LogGroup"


def test_executions_that_fail_are_logged_without_their_data(stack: Resources) -> None:
    for name, machine in of_type(stack, "AWS::StepFunctions::StateMachine"):
        logging = machine["LoggingConfiguration"]
        assert (logging["Level"], logging["IncludeExecutionData"]) == ("ERROR", False), name
        (to,) = logging["Destinations"]
        group = to["CloudWatchLogsLogGroup"]["LogGroupArn"].strip("{}").removesuffix(".Arn")
        assert stack[group]["Type"] == "AWS::Logs::LogGroup"


@pytest.mark.parametrize(
    ("environment", "tracing"), [("prod", "true"), ("prod", "false"), ("local", "true")]
)
def test_a_trace_goes_through_all_or_nothing(
    made: dict[str, Any], environment: str, tracing: str
) -> None:
    resources = resolved(made, {"Environment": environment, "Tracing": tracing})
    traced = (environment, tracing) == ("prod", "true")
    assert only(resources, "AWS::ApiGateway::Stage")["TracingEnabled"] is traced
    for name, function in of_type(resources, "AWS::Lambda::Function"):
        mode = "Active" if traced else "PassThrough"
        assert function["TracingConfig"]["Mode"] == mode, name
    for name, machine in of_type(resources, "AWS::StepFunctions::StateMachine"):
        assert machine["TracingConfiguration"]["Enabled"] is traced, name


def test_the_local_cloud_has_what_it_knows_alone(local: Resources) -> None:
    assert "AccessLogSetting" not in {
        name for name, value in only(local, "AWS::ApiGateway::Stage").items() if value
    }
    assert not [
        name for name, alarm in of_type(local, "AWS::CloudWatch::Alarm") if "Metrics" in alarm
    ]
    kinds = {resource["Type"] for resource in local.values()}
    assert not kinds & {"AWS::Budgets::Budget", "AWS::Logs::MetricFilter"}


def test_executions_are_kept_for_those_who_ask(made: dict[str, Any], stack: Resources) -> None:
    asked = resolved(made, {"WorkerConcurrency": "64", "ProjectorConcurrency": "20"})

    def reserved(resources: Resources) -> dict[str, Any]:
        return {
            name: function["ReservedConcurrentExecutions"]
            for name, function in of_type(resources, "AWS::Lambda::Function")
            if function.get("ReservedConcurrentExecutions") is not None
        }

    assert reserved(stack) == {}
    assert reserved(asked) == {"WorkerFunction": "64", "ProjectorFunction": "20"}


def test_a_worker_that_has_to_wait_for_an_execution_does_not_fail_its_job() -> None:
    text = (ROOT / "infra/ingestion.asl.json").read_text("utf-8")
    states = json.loads(re.sub(r"\$\{\w+\}", "1", text))["States"]
    first, *_ = states["Load"]["ItemProcessor"]["States"]["Work"]["Retry"]
    assert first["ErrorEquals"] == ["Lambda.TooManyRequestsException"]
    # hours, and few of the 25,000 events that an execution may have
    assert 1000 <= first["MaxAttempts"] <= 4000
    assert first["MaxDelaySeconds"] >= 30


def test_what_can_be_made_again_is_not_paid_to_be_recovered(stack: Resources) -> None:
    unrecoverable = {
        name
        for name, table in of_type(stack, "AWS::DynamoDB::Table")
        if not table.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled")
    }
    assert unrecoverable == {"ViewsTable", "IdempotencyTable"}


def test_metrics_by_method_are_for_the_expensive_routes_alone(stack: Resources) -> None:
    settings = only(stack, "AWS::ApiGateway::Stage")["MethodSettings"]
    detailed = {each["ResourcePath"] for each in settings if each["MetricsEnabled"]}
    assert "/*" not in detailed
    assert len(detailed) < 6


def test_the_dashboard_estimates_costs_by_the_prices_of_the_guide(stack: Resources) -> None:
    guide = (ROOT / "docs/operations.md").read_text("utf-8")
    table = guide.partition("## Estimated costs\n")[2].partition("\n## ")[0]
    body = json.loads(only(stack, "AWS::CloudWatch::Dashboard")["DashboardBody"])
    (costs,) = [
        widget["properties"]["metrics"]
        for widget in body["widgets"]
        if "dollars" in widget["properties"]["title"]
    ]
    text = " ".join(entry[0]["expression"] for entry in costs if isinstance(entry[0], dict))
    used = set(re.findall(r"\*(\d+\.\d+)", text)) - {"1.7275", "2.9375"}  # sizes of functions
    assert set(re.findall(r"\| ([\d.]+) \|", table)) == used
