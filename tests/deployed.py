"""Rules for a stack that only AWS would show to be broken: each yields what breaks it."""

import json
import re
from collections.abc import Iterator
from typing import Any

from shared.datasets import DATA_SETS
from tests.transformed import Resources

Faults = Iterator[str]
OWN = {"Function", "Version", "Alias", "EventInvokeConfig"}  # of Lambda: they are the function
NOT_CALLERS = {
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::CodeDeploy::DeploymentGroup",
}
# CodeDeploy calls it, not its alias, and reports when it fails
HOOK = "PreTrafficFunction"
# What AWS or SAM demands, with the reason
MANAGED_POLICIES = {
    "service-role/AWSLambdaBasicExecutionRole": "SAM gives it to every function: its log",
    "service-role/AWSLambdaDynamoDBExecutionRole": "SAM gives it to readers of streams",
    "AWSXrayWriteOnlyAccess": "SAM gives it for tracing; X-Ray has no resources to name",
    "service-role/AWSCodeDeployRoleForLambdaLimited": "CodeDeploy's, to shift the aliases",
}
# What AWS allows on everything or not at all: deliveries of logs, and traces
WITHOUT_RESOURCES = {
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
}
# Statements that name some data sets only, with the reason
SOME_DATA_SETS = {("ReportsFunctionRole", "Names"): "the tables whose rows have a name"}
ACTIONS_ON_ALL = {
    "IngestionFunctionRole": {"dynamodb:GetItem", "dynamodb:BatchWriteItem", "dynamodb:Scan"},
    "WorkerFunctionRole": {"dynamodb:BatchWriteItem"},
    "ReconcilePartFunctionRole": {"dynamodb:Scan"},
    "ReconcileFunctionRole": {"dynamodb:DescribeTable"},
    "PortalFunctionRole": {"dynamodb:GetItem"},
}
# What API Gateway fills in; a variable that it does not know is empty
CONTEXT = {
    "requestId": "1b2c",
    "error.message": 'Invalid "body"',
    "error.messageString": r'"Invalid \"body\""',
}


def of_type(resources: Resources, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, resource in resources.items():
        if resource["Type"] == kind:
            yield name, resource.get("Properties", {})


def texts(value: Any) -> Iterator[str]:
    """All strings within a value."""
    if isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif isinstance(value, str):
        yield value


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def every_function_is_published_by_an_alias(resources: Resources) -> Faults:
    versions = {
        f"{{{name}.Version}}": of["FunctionName"]
        for name, of in of_type(resources, "AWS::Lambda::Version")
    }
    published = {
        alias["FunctionName"]
        for _, alias in of_type(resources, "AWS::Lambda::Alias")
        if versions.get(alias["FunctionVersion"]) == alias["FunctionName"]
    }
    for name, _ in of_type(resources, "AWS::Lambda::Function"):
        if f"{{{name}}}" not in published:
            yield f"{name} has no alias"


def every_caller_calls_an_alias(resources: Resources) -> Faults:
    functions = dict(of_type(resources, "AWS::Lambda::Function"))
    called = set()
    for name, resource in resources.items():
        kind = resource["Type"]
        if kind in NOT_CALLERS or kind in {f"AWS::Lambda::{own}" for own in OWN}:
            continue
        for text in texts(resource):
            # but for those of versions, which the hook calls
            for function, attribute in re.findall(r"\{(\w+?)(\.Arn)?\}(?!:\*$)", text):
                if function in functions.keys() - {HOOK}:
                    yield f"{name} calls {function}{attribute}, not its alias"
            called |= set(re.findall(r"\{(\w+)Aliaslive\}", text))
    for name, config in of_type(resources, "AWS::Lambda::EventInvokeConfig"):
        if config["Qualifier"] != "live":
            yield f"{name} is for {config['Qualifier']}"
    for function in functions.keys() - called - {HOOK}:
        yield f"nothing calls {function}"


def every_log_group_has_a_retention(resources: Resources) -> Faults:
    groups = dict(of_type(resources, "AWS::Logs::LogGroup"))
    for name, group in groups.items():
        if not group.get("RetentionInDays"):
            yield f"{name} keeps its lines for ever"
    for name, function in of_type(resources, "AWS::Lambda::Function"):
        if function.get("LoggingConfig", {}).get("LogGroup", "").strip("{}") not in groups:
            yield f"{name} writes to a log group that is not the stack's"


def every_data_set_is_in_every_list(resources: Resources) -> Faults:
    functions = dict(of_type(resources, "AWS::Lambda::Function"))
    environment = functions["PortalFunction"]["Environment"]["Variables"]
    tables = {name: environment.get(of.setting, "").strip("{}") for name, of in DATA_SETS.items()}
    if not all(tables.values()):
        yield f"the functions do not know all tables: {tables}"
        return
    for name, function in functions.items():
        variables = function["Environment"]["Variables"]
        if any(variables.get(of.setting) != environment[of.setting] for of in DATA_SETS.values()):
            yield f"{name} has other tables"
    read = {
        mapping["EventSourceArn"]
        for _, mapping in of_type(resources, "AWS::Lambda::EventSourceMapping")
    }
    for name, table in tables.items():
        made = resources.get(table, {}).get("Properties", {})
        key = [{"AttributeName": DATA_SETS[name].key, "KeyType": "HASH"}]
        stream = made.get("StreamSpecification", {}).get("StreamViewType")
        if made.get("KeySchema") != key or stream != "NEW_AND_OLD_IMAGES":
            yield f"the table of {name} has another key or stream"
        if f"{{{table}.StreamArn}}" not in read:
            yield f"the stream of {name} has no reader"
    yield from _statements_with_all(resources, set(tables.values()))


def _statements_with_all(resources: Resources, tables: set[str]) -> Faults:
    missing = {role: set(actions) for role, actions in ACTIONS_ON_ALL.items()}
    for role, statement in statements(resources):
        named = {
            match for text in texts(statement) for match in re.findall(r"\{(\w+)\.Arn\}", text)
        }
        if tables <= named:
            missing.get(role, set()).difference_update(listed(statement["Action"]))
        elif tables & named and (role, statement.get("Sid")) not in SOME_DATA_SETS:
            yield f"{role} {statement.get('Sid')} lacks {tables - named}"
    for role, actions in missing.items():
        if actions:
            yield f"{role} may not do {actions} on all data sets"


def statements(resources: Resources) -> Iterator[tuple[str, dict[str, Any]]]:
    """All statements of the stack's own policies, each with its role."""
    for role, properties in of_type(resources, "AWS::IAM::Role"):
        for policy in properties.get("Policies", []):
            for statement in listed(policy["PolicyDocument"]["Statement"]):
                yield role, statement


def every_role_has_the_boundary(resources: Resources) -> Faults:
    for role, properties in of_type(resources, "AWS::IAM::Role"):
        if not properties.get("PermissionsBoundary"):
            yield f"{role} may be given any rights"


def every_table_is_read_by_health(resources: Resources) -> Faults:
    read = {
        resource
        for role, statement in statements(resources)
        if role == "PortalFunctionRole" and "dynamodb:GetItem" in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }
    for name, _ in of_type(resources, "AWS::DynamoDB::Table"):
        if f"{{{name}.Arn}}" not in read:
            yield f"the portal may not read {name}, so /health would be a 503"


def no_policy_has_a_wildcard(resources: Resources) -> Faults:
    for role, statement in statements(resources):
        for action in listed(statement["Action"]):
            if "*" in action:
                yield f"{role} {statement.get('Sid')} allows {action}"
        if set(listed(statement["Action"])) <= WITHOUT_RESOURCES:
            continue
        for resource in listed(statement["Resource"]):
            # of the stack: a prefix within a bucket or table, versions of a function, executions of
            # a machine, deployments
            own = re.match(
                r"\{\w+\.Arn\}(/|:\*$)|arn:[^*]*:sprocketworks-[^*]*(\*?/|:)\*$", resource
            )
            if "*" in resource and not own:
                yield f"{role} {statement.get('Sid')} is for {resource}"
    for role, properties in of_type(resources, "AWS::IAM::Role"):
        for policy in properties.get("ManagedPolicyArns", []):
            if policy.partition(":policy/")[2] not in MANAGED_POLICIES:
                yield f"{role} has {policy}"


def every_gateway_response_is_json(resources: Resources) -> Faults:
    (api,) = [of["Body"] for _, of in of_type(resources, "AWS::ApiGateway::RestApi")]
    responses = api["x-amazon-apigateway-gateway-responses"]
    for name in {"DEFAULT_4XX", "DEFAULT_5XX", "UNAUTHORIZED", "THROTTLED"} - responses.keys():
        yield f"{name} is API Gateway's own"
    for name, response in responses.items():
        headers = response.get("responseParameters", {})
        if "problem+json" not in headers.get("gatewayresponse.header.Content-Type", ""):
            yield f"{name} is no problem"
        for header in ("Strict-Transport-Security", "X-Content-Type-Options"):
            if f"gatewayresponse.header.{header}" not in headers:
                yield f"{name} has no {header}"
        text = re.sub(
            r"\$context\.([\w.]*\w)",
            lambda match: CONTEXT.get(match[1], ""),
            response["responseTemplates"]["application/json"],
        )
        try:
            problem = json.loads(text)
        except ValueError:
            yield f"{name} is no JSON: {text}"
            continue
        if not {"type", "title", "detail", "instance"} <= problem.keys():
            yield f"{name} lacks members of a problem"
        if not isinstance(problem.get("status"), int):
            yield f"{name} has no status"
        # a status that is not set is that of the type, which differs within a default
        if str(problem.get("status")) != str(response.get("statusCode")):
            yield f"{name} has another status than its body"
