"""The metrics that alarms and the dashboard look at, and those that there are."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.deployed import of_type
from tests.transformed import Resources

# Documented by AWS: namespace and metric -> the dimensions that it has, together
API = [{"ApiName", "Stage"}]
FUNCTION = [{"FunctionName"}, {"FunctionName", "Resource"}]
TABLE = [{"TableName"}, {"TableName", "GlobalSecondaryIndexName"}]
DOCUMENTED: dict[tuple[str, str], list[set[str]]] = {
    **{("AWS/ApiGateway", name): API for name in ("Count", "4XXError", "5XXError", "Latency")},
    **{
        ("AWS/Lambda", name): FUNCTION
        for name in ("Invocations", "Errors", "Duration", "Throttles", "IteratorAge")
    },
    ("AWS/Lambda", "ConcurrentExecutions"): [set(), *FUNCTION],
    **{("AWS/DynamoDB", f"Consumed{kind}CapacityUnits"): TABLE for kind in ("Read", "Write")},
    **{
        ("AWS/DynamoDB", name): [{"TableName", "Operation"}]
        for name in ("ThrottledRequests", "SystemErrors")
    },
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): [{"QueueName"}],
    **{
        ("AWS/States", name): [{"StateMachineArn"}]
        for name in ("ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted")
    },
}
# As CloudWatch documents its queries: conditions are joined by AND alone
QUERY = re.compile(
    r'SELECT \w+\((\w+)\) FROM SCHEMA\("([^"]+)", ([\w, ]+)\)'
    r"( WHERE \w+ = '[^']+'(?: AND \w+ = '[^']+')*)?"
)
CONDITION = re.compile(r"(\w+) = '([^']+)'")


class Metric(NamedTuple):
    """A metric that is looked at, with the values of its dimensions."""

    namespace: str
    name: str
    dimensions: dict[str, set[str]]


def watched(alarm: dict[str, Any]) -> Iterator[Metric]:
    """The metrics of an alarm."""
    if "MetricName" in alarm:
        dimensions = {each["Name"]: {each["Value"]} for each in alarm.get("Dimensions", [])}
        yield Metric(alarm["Namespace"], alarm["MetricName"], dimensions)
    for each in alarm.get("Metrics", []):
        query = QUERY.fullmatch(each["Expression"])
        assert query, f"CloudWatch does not know the query {each['Expression']}"
        name, namespace, labels, where = query.groups()
        dimensions = {label: set() for label in labels.split(", ")}
        for label, value in CONDITION.findall(where or ""):
            dimensions[label].add(value)
        yield Metric(namespace, name, dimensions)


def drawn(resources: Resources) -> Iterator[tuple[Metric, dict[str, Any]]]:
    """The metrics of the dashboard, each with its options."""
    for widget in widgets(resources, "metric"):
        before: list[str] = []
        for entry in widget["metrics"]:
            options = entry[-1] if isinstance(entry[-1], dict) else {}
            own = [each for each in entry if isinstance(each, str)]
            if not own:
                continue  # an expression of the others
            if own[0] == "...":
                own = before[: len(before) - len(own) + 1] + own[1:]
            whole = [before[i] if each == "." else each for i, each in enumerate(own)]
            before = whole
            names, values = whole[2::2], whole[3::2]
            dimensions = {name: {value} for name, value in zip(names, values, strict=True)}
            yield Metric(whole[0], whole[1], dimensions), options


def widgets(resources: Resources, kind: str) -> Iterator[dict[str, Any]]:
    """The properties of the dashboard's widgets of a kind."""
    for _, dashboard in of_type(resources, "AWS::CloudWatch::Dashboard"):
        for widget in json.loads(dashboard["DashboardBody"])["widgets"]:
            if widget["type"] == kind:
                yield widget["properties"]


def filtered(resources: Resources) -> list[Metric]:
    """The metrics that filters make of a log."""
    return [
        Metric(made["MetricNamespace"], made["MetricName"], {})
        for _, of in of_type(resources, "AWS::Logs::MetricFilter")
        for made in of["MetricTransformations"]
    ]


def alarms_on(resources: Resources, name: str) -> Iterator[tuple[dict[str, Any], set[str]]]:
    """Alarms on a metric of this name, each with all values of the dimensions."""
    for _, alarm in of_type(resources, "AWS::CloudWatch::Alarm"):
        for metric in watched(alarm):
            if metric.name == name:
                yield alarm, set().union(*metric.dimensions.values())


def faults(resources: Resources, metric: Metric) -> Iterator[str]:
    """Why nothing is measured there; names of metrics of our own are tested where they are made."""
    values = set().union(*metric.dimensions.values())
    if metric in filtered(resources):
        return
    if not metric.namespace.startswith("AWS/"):
        functions = dict(of_type(resources, "AWS::Lambda::Function")).values()
        variables = [function["Environment"]["Variables"] for function in functions]
        measured = {
            (of.get("POWERTOOLS_METRICS_NAMESPACE"), of["POWERTOOLS_SERVICE_NAME"])
            for of in variables
        }
        for service in metric.dimensions.get("service", {"nothing"}):
            if (metric.namespace, service) not in measured:
                yield f"{metric.namespace} of {service}, where nothing is measured"
        return
    if set(metric.dimensions) not in DOCUMENTED.get(metric[:2], []):
        yield f"{metric.namespace} {metric.name} by {sorted(metric.dimensions)}, which AWS has not"
    for value in values - names(resources):
        named = re.match(r"\{(\w+)", value)
        if not named or named[1] not in resources:
            yield f"{value}, which is nothing of the stack"


def names(resources: Resources) -> set[str]:
    """Values of dimensions that are no references."""
    indexes = {
        index["IndexName"]
        for _, table in of_type(resources, "AWS::DynamoDB::Table")
        for index in table.get("GlobalSecondaryIndexes", [])
    }
    apis = {
        api["Body"]["info"]["title"] for _, api in of_type(resources, "AWS::ApiGateway::RestApi")
    }
    stages = {stage["StageName"] for _, stage in of_type(resources, "AWS::ApiGateway::Stage")}
    return indexes | apis | stages
