"""The template as AWS deploys it: what the local cloud would not show."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
import yaml
from samcli.yamlhelper import yaml_dump, yaml_parse

from infra.build import open_to_everyone
from tests import (
    deployed,
    deployed_alarms,
    deployed_limits,
    deployed_shifts,
    deployed_streams,
)
from tests.template import ROOT, template
from tests.transformed import Resolver, Resources, resolved, transformed

Rule = Callable[[Resources], deployed.Faults]


@pytest.fixture(scope="module")
def resources() -> Resources:
    return resolved(transformed())


def redraw(resources: Resources, old: str, new: str) -> None:
    """Change the text of the dashboard."""
    dashboard = properties(resources, "Dashboard")
    assert old in dashboard["DashboardBody"]
    dashboard["DashboardBody"] = dashboard["DashboardBody"].replace(old, new)


def properties(resources: Resources, name: str) -> dict[str, Any]:
    found: dict[str, Any] = resources[name].setdefault("Properties", {})
    return found


def statement(resources: Resources, role: str, sid: str) -> dict[str, Any]:
    (found,) = [
        each for of, each in deployed.statements(resources) if (of, each.get("Sid")) == (role, sid)
    ]
    return found


def gateway(resources: Resources, name: str) -> dict[str, Any]:
    responses = properties(resources, "Api")["Body"]["x-amazon-apigateway-gateway-responses"]
    found: dict[str, Any] = responses[name]
    return found


def first(resources: Resources, kind: str) -> dict[str, Any]:
    return next(properties for _, properties in deployed.of_type(resources, kind))


RULES: list[Rule] = [
    deployed.every_function_is_published_by_an_alias,
    deployed.every_caller_calls_an_alias,
    deployed.every_log_group_has_a_retention,
    deployed.every_data_set_is_in_every_list,
    deployed.every_role_has_the_boundary,
    deployed.every_table_is_read_by_health,
    deployed.no_policy_has_a_wildcard,
    deployed.every_gateway_response_is_json,
    deployed_alarms.every_alarm_reaches_somebody,
    deployed_alarms.every_publisher_may_publish,
    deployed_alarms.every_alarm_watches_what_is_measured,
    deployed_alarms.every_alarm_has_its_section,
    deployed_alarms.every_function_has_an_alarm,
    deployed_alarms.every_table_has_an_alarm,
    deployed_alarms.every_queue_is_read_or_watched,
    deployed_alarms.every_metric_of_the_dashboard_is_measured,
    deployed_alarms.everything_is_on_the_dashboard,
    deployed_limits.every_name_is_short_enough,
    deployed_limits.everything_is_small_enough,
    deployed_shifts.every_new_version_is_called_before_it_gets_traffic,
    deployed_shifts.every_new_version_is_taken_back_by_alarms,
    deployed_streams.every_late_stream_is_noticed_in_time,
    deployed_streams.every_reader_learns_its_shard_in_order,
    deployed_streams.every_record_that_is_given_up_is_kept,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_stack_keeps_the_rule(resources: Resources, rule: Rule) -> None:
    broken = list(rule(resources))
    assert not broken, "\n".join(broken)


# How each rule can be broken: where, and what is changed there
BROKEN: list[tuple[Rule, Callable[[Resources], object], str]] = [
    (
        deployed.every_function_is_published_by_an_alias,
        lambda of: of.pop("WorkerFunctionAliaslive"),
        "WorkerFunction has no alias",
    ),
    (
        deployed.every_function_is_published_by_an_alias,
        lambda of: properties(of, "WorkerFunctionAliaslive").update(FunctionVersion="$LATEST"),
        "WorkerFunction has no alias",
    ),
    (
        deployed.every_caller_calls_an_alias,
        lambda of: properties(of, "IngestionMachine")["DefinitionSubstitutions"].update(
            Worker="{WorkerFunction.Arn}"
        ),
        "IngestionMachine calls WorkerFunction.Arn",
    ),
    (
        deployed.every_caller_calls_an_alias,
        lambda of: first(of, "AWS::Lambda::EventSourceMapping").update(
            FunctionName="{ProjectorFunction}"
        ),
        "calls ProjectorFunction,",
    ),
    (
        deployed.every_caller_calls_an_alias,
        lambda of: first(of, "AWS::Events::Rule")["Targets"][0].update(
            Arn="{ArrivalsFunction.Arn}"
        ),
        "calls ArrivalsFunction.Arn",
    ),
    (
        deployed.every_caller_calls_an_alias,
        lambda of: first(of, "AWS::Lambda::Permission").update(FunctionName="{PortalFunction}"),
        "calls PortalFunction,",
    ),
    (
        deployed.every_caller_calls_an_alias,
        lambda of: properties(of, "Api")["Body"]["paths"]["/tables"]["get"][
            "x-amazon-apigateway-integration"
        ].update(
            uri="arn:aws:apigateway:x:lambda:path/functions/{IngestionFunction.Arn}/invocations"
        ),
        "Api calls IngestionFunction.Arn",
    ),
    (
        deployed.every_caller_calls_an_alias,
        lambda of: first(of, "AWS::Lambda::EventInvokeConfig").update(Qualifier="$LATEST"),
        "is for $LATEST",
    ),
    (
        deployed.every_caller_calls_an_alias,
        lambda of: [of.pop(name) for name in list(of) if name.startswith("AnnounceFunctionHourly")],
        "nothing calls AnnounceFunction",
    ),
    (
        deployed.every_log_group_has_a_retention,
        lambda of: properties(of, "PortalLogs").pop("RetentionInDays"),
        "PortalLogs",
    ),
    (
        deployed.every_log_group_has_a_retention,
        lambda of: properties(of, "PortalFunction").pop("LoggingConfig"),
        "PortalFunction",
    ),
    (
        deployed_alarms.every_alarm_reaches_somebody,
        lambda of: properties(of, "SweeperErrorsAlarm").pop("AlarmActions"),
        "SweeperErrorsAlarm has no AlarmActions",
    ),
    (
        deployed_alarms.every_alarm_reaches_somebody,
        lambda of: properties(of, "SweeperErrorsAlarm").pop("OKActions"),
        "SweeperErrorsAlarm has no OKActions",
    ),
    (
        deployed_alarms.every_publisher_may_publish,
        lambda of: of.pop("AlarmTopicPolicy"),
        "budgets may not publish",
    ),
    (
        deployed_alarms.every_publisher_may_publish,
        lambda of: of["Budget"].pop("DependsOn"),
        "Budget is made before it may publish",
    ),
    (
        deployed_alarms.every_alarm_reaches_somebody,
        lambda of: properties(of, "SweeperErrorsAlarm").update(AlarmActions=["{GreetingsTopic}"]),
        "nobody reads",
    ),
    (
        deployed_alarms.every_alarm_reaches_somebody,
        lambda of: properties(of, "AlarmTopic").update(KmsMasterKeyId="alias/aws/sns"),
        "SweeperErrorsAlarm cannot publish",
    ),
    (
        deployed_alarms.every_alarm_reaches_somebody,
        lambda of: of.pop("AlarmSubscription"),
        "nobody reads",
    ),
    (
        deployed_alarms.every_alarm_watches_what_is_measured,
        lambda of: properties(of, "ReconcileAlarm").update(Namespace="Sprocketworks"),
        "ReconcileAlarm watches Sprocketworks",
    ),
    (
        deployed_alarms.every_alarm_watches_what_is_measured,
        lambda of: properties(of, "SweeperErrorsAlarm")["Dimensions"][0].update(Value="sweeper"),
        "SweeperErrorsAlarm watches sweeper, which is nothing",
    ),
    (
        deployed_alarms.every_alarm_watches_what_is_measured,
        lambda of: properties(of, "SweeperErrorsAlarm").update(MetricName="Faults"),
        "Faults by ['FunctionName', 'Resource'], which AWS has not",
    ),
    (
        deployed_alarms.every_alarm_watches_what_is_measured,
        lambda of: of.pop("ViewsTable"),
        "ViewsThrottlesAlarm watches {ViewsTable}, which is nothing",
    ),
    (
        deployed_alarms.every_table_has_an_alarm,
        lambda of: of.pop("JobsThrottlesAlarm"),
        "nobody learns that JobsTable throttles",
    ),
    (
        deployed_alarms.every_alarm_has_its_section,
        lambda of: properties(of, "SweeperErrorsAlarm").pop("AlarmDescription"),
        "SweeperErrorsAlarm names the section ''",
    ),
    (
        deployed_alarms.every_alarm_has_its_section,
        lambda of: of.pop("ReconcileAlarm"),
        "the section views-wrong of docs/operations.md is about no alarm",
    ),
    (
        deployed_alarms.every_function_has_an_alarm,
        lambda of: properties(of, "WorkerFunction").update(Timeout=600),
        "nobody learns that WorkerFunction is slow",
    ),
    (
        deployed_alarms.every_function_has_an_alarm,
        lambda of: of.pop("WorkerErrorsAlarm"),
        "nobody learns that WorkerFunction fails",
    ),
    (
        deployed_alarms.every_metric_of_the_dashboard_is_measured,
        lambda of: redraw(of, '"Invocations"', '"Calls"'),
        "the dashboard has AWS/Lambda Calls by ['FunctionName'], which AWS has not",
    ),
    (
        deployed_alarms.every_metric_of_the_dashboard_is_measured,
        lambda of: redraw(of, '"watch"', '"watcher"'),
        "the dashboard has Sprocketworks/sprocketworks of watcher, where nothing is measured",
    ),
    (
        deployed_alarms.every_metric_of_the_dashboard_is_measured,
        lambda of: of.pop("ReconcileAlarm"),
        "the dashboard has the alarm {ReconcileAlarm.Arn}",
    ),
    (
        deployed_alarms.everything_is_on_the_dashboard,
        lambda of: redraw(of, '"{WorkerFunction}", {"label"', '"{WatchFunction}", {"label"'),
        "the dashboard lacks Errors of WorkerFunction",
    ),
    (
        deployed_alarms.everything_is_on_the_dashboard,
        lambda of: redraw(of, '"by-month", {"id"', '"by-content", {"id"'),
        "the dashboard lacks ConsumedWriteCapacityUnits of BirthdaysTable by-month",
    ),
    (
        deployed_alarms.everything_is_on_the_dashboard,
        lambda of: properties(of, "WorkerFunction").update(MemorySize=2048),
        "the costs of {WorkerFunction} are estimated for 1769 MB",
    ),
    (
        deployed_alarms.every_queue_is_read_or_watched,
        lambda of: of.pop("ProjectorDeadLettersAlarm"),
        "ProjectorDeadLetters",
    ),
    (
        deployed.every_data_set_is_in_every_list,
        lambda of: of.pop("ProjectorFunctionJobs"),
        "the stream of jobs",
    ),
    (
        deployed.every_data_set_is_in_every_list,
        lambda of: properties(of, "UsersTable").pop("StreamSpecification"),
        "the table of users",
    ),
    (
        deployed.every_data_set_is_in_every_list,
        lambda of: properties(of, "WorkerFunction")["Environment"]["Variables"].pop("JOBS_TABLE"),
        "WorkerFunction has other tables",
    ),
    (
        deployed.every_data_set_is_in_every_list,
        lambda of: [
            properties(of, name)["Environment"]["Variables"].pop("JOBS_TABLE")
            for name, _ in list(deployed.of_type(of, "AWS::Lambda::Function"))
        ],
        "do not know all tables",
    ),
    (
        deployed.every_data_set_is_in_every_list,
        lambda of: statement(of, "PortalFunctionRole", "ProbeRows")["Resource"].remove(
            "{CompoundsTable.Arn}"
        ),
        "PortalFunctionRole ProbeRows lacks",
    ),
    (
        deployed.every_data_set_is_in_every_list,
        lambda of: statement(of, "WorkerFunctionRole", "Rows").update(Action="dynamodb:PutItem"),
        "WorkerFunctionRole may not do",
    ),
    (
        deployed.every_table_is_read_by_health,
        lambda of: statement(of, "PortalFunctionRole", "Probe")["Resource"].remove(
            "{BirthdaysTable.Arn}"
        ),
        "may not read BirthdaysTable",
    ),
    (
        deployed.no_policy_has_a_wildcard,
        lambda of: statement(of, "WorkerFunctionRole", "Rows").update(Resource="*"),
        "WorkerFunctionRole Rows is for *",
    ),
    (
        deployed.no_policy_has_a_wildcard,
        lambda of: statement(of, "WorkerFunctionRole", "Rows").update(
            Resource=["arn:aws:dynamodb:*:*:table/*"]
        ),
        "WorkerFunctionRole Rows is for arn",
    ),
    (
        deployed.no_policy_has_a_wildcard,
        lambda of: statement(of, "WorkerFunctionRole", "Rows").update(Action=["dynamodb:*"]),
        "WorkerFunctionRole Rows allows dynamodb:*",
    ),
    (
        deployed.no_policy_has_a_wildcard,
        lambda of: properties(of, "WorkerFunctionRole")["ManagedPolicyArns"].append(
            "arn:aws:iam::aws:policy/AdministratorAccess"
        ),
        "AdministratorAccess",
    ),
    (
        deployed.every_role_has_the_boundary,
        lambda of: properties(of, "WorkerFunctionRole").pop("PermissionsBoundary"),
        "WorkerFunctionRole may be given any rights",
    ),
    (
        deployed.every_gateway_response_is_json,
        lambda of: gateway(of, "DEFAULT_4XX")["responseTemplates"].update(
            {"application/json": '{"status":$context.responseOverride.status}'}
        ),
        "DEFAULT_4XX is no JSON",
    ),
    (
        deployed.every_gateway_response_is_json,
        lambda of: gateway(of, "THROTTLED")["responseTemplates"].update(
            {"application/json": '{"detail":"$context.error.message"}'}
        ),
        "THROTTLED is no JSON",
    ),
    (
        deployed.every_gateway_response_is_json,
        lambda of: gateway(of, "THROTTLED").update(statusCode="430"),
        "THROTTLED has another status",
    ),
    (
        deployed.every_gateway_response_is_json,
        lambda of: gateway(of, "THROTTLED").pop("responseParameters"),
        "THROTTLED is no problem",
    ),
    (
        deployed.every_gateway_response_is_json,
        lambda of: gateway(of, "THROTTLED").pop("responseParameters"),
        "THROTTLED has no X-Content-Type-Options",
    ),
    (
        deployed_limits.every_name_is_short_enough,
        lambda of: of.update({f"{'Very' * 5}LongNamedFunctionRole": of["PortalFunctionRole"]}),
        "LongNamedFunctionRole gets a name of more than 64",
    ),
    (
        deployed_limits.everything_is_small_enough,
        lambda of: of.update({f"Alarm{i}": of["ReconcileAlarm"] for i in range(500)}),
        "the stack has",
    ),
    (
        deployed_limits.everything_is_small_enough,
        lambda of: of.update(
            {
                f"Many{i}{name}": each
                for name, each in list(of.items())
                for i in range(3)
                if each["Type"] == "AWS::Lambda::Permission"
            }
        ),
        "the policy of {SprocketsFunctionAliaslive} has",
    ),
    (
        deployed_limits.everything_is_small_enough,
        lambda of: properties(of, "WorkerFunction")["Environment"]["Variables"].update(
            A="a" * 4096
        ),
        "WorkerFunction has",
    ),
    (
        deployed_shifts.every_new_version_is_called_before_it_gets_traffic,
        lambda of: of["WorkerFunctionAliaslive"].pop("UpdatePolicy"),
        "nothing is called before WorkerFunction gets traffic",
    ),
    (
        deployed_shifts.every_new_version_is_called_before_it_gets_traffic,
        lambda of: statement(of, "PreTrafficFunctionRole", "Versions")["Resource"].clear(),
        "the hook may not call WorkerFunction",
    ),
    (
        deployed_shifts.every_new_version_is_called_before_it_gets_traffic,
        lambda of: properties(of, "ShiftRole").pop("Policies"),
        "CodeDeploy may not call the hook",
    ),
    (
        deployed_shifts.every_new_version_is_called_before_it_gets_traffic,
        lambda of: properties(of, "PreTrafficFunction")["Environment"]["Variables"].update(
            VERSIONS=""
        ),
        "the hook does not know the version of PortalFunction",
    ),
    (
        deployed_shifts.every_new_version_is_taken_back_by_alarms,
        lambda of: properties(of, "WorkerFunctionDeploymentGroup").pop("AlarmConfiguration"),
        "WorkerFunction is taken back by []",
    ),
    (
        deployed_streams.every_late_stream_is_noticed_in_time,
        lambda of: properties(of, "ProjectorFunctionJobs").pop("MaximumRecordAgeInSeconds"),
        "ProjectorFunctionJobs keeps a record until",
    ),
    (
        deployed_streams.every_late_stream_is_noticed_in_time,
        lambda of: properties(of, "ProjectorFunctionJobs").update(MaximumRecordAgeInSeconds=86400),
        "ProjectorFunctionJobs keeps a record until",
    ),
    (
        deployed_streams.every_late_stream_is_noticed_in_time,
        lambda of: properties(of, "ProjectorFunctionJobs").update(MaximumRecordAgeInSeconds=60),
        "ProjectorFunctionJobs is late",
    ),
    (
        deployed_streams.every_late_stream_is_noticed_in_time,
        lambda of: of.pop("ProjectorLateAlarm"),
        "ProjectorFunctionUsers is late",
    ),
    (
        deployed_streams.every_reader_learns_its_shard_in_order,
        lambda of: properties(of, "ProjectorFunctionJobs").pop("TumblingWindowInSeconds"),
        "the events of ProjectorFunctionJobs have no shardId",
    ),
    (
        deployed_streams.every_reader_learns_its_shard_in_order,
        lambda of: properties(of, "ProjectorFunctionJobs").update(ParallelizationFactor=2),
        "ProjectorFunctionJobs reads a shard with several calls",
    ),
    (
        deployed_streams.every_record_that_is_given_up_is_kept,
        lambda of: properties(of, "ProjectorFunctionJobs").update(
            DestinationConfig={"OnFailure": {"Destination": "{ProjectorDeadLetters.Arn}"}}
        ),
        "ProjectorFunctionJobs keeps no records",
    ),
    (
        deployed_streams.every_record_that_is_given_up_is_kept,
        lambda of: statement(of, "ProjectorFunctionRole", "DeadLetters")["Resource"].pop(),
        "ProjectorFunction may not do",
    ),
    (
        deployed_streams.every_record_that_is_given_up_is_kept,
        lambda of: properties(of, "ProjectorDeadLettersRule")["EventPattern"]["detail"]["object"][
            "key"
        ].pop(),
        "nobody learns what ProjectorFunctionJobs has given up",
    ),
    (
        deployed_streams.every_record_that_is_given_up_is_kept,
        lambda of: of.pop("ProjectorDeadLettersPolicy"),
        "nobody learns what ProjectorFunctionJobs has given up",
    ),
]


@pytest.mark.parametrize(("rule", "damage", "fault"), BROKEN)
def test_a_broken_stack_is_found(
    resources: Resources, rule: Rule, damage: Callable[[Resources], object], fault: str
) -> None:
    broken = deepcopy(resources)
    damage(broken)
    assert any(fault in found for found in rule(broken)), list(rule(broken))


def test_each_rule_has_a_stack_that_breaks_it() -> None:
    assert {rule for rule, *_ in BROKEN} == set(RULES)


@pytest.mark.parametrize("all_properties", [True, False])
def test_a_new_setting_is_a_new_version(all_properties: bool) -> None:
    source = deepcopy(template())
    source["Globals"]["Function"]["AutoPublishAliasAllProperties"] &= all_properties

    def versions() -> set[str]:
        made = resolved(transformed(source))
        return {name for name, _ in deployed.of_type(made, "AWS::Lambda::Version")}

    before = versions()
    source["Globals"]["Function"]["EphemeralStorage"] = {"Size": 1024}
    assert before.isdisjoint(versions()) == all_properties


def test_versions_do_not_pile_up() -> None:
    made = resolved(transformed(template())).values()
    versions = [each for each in made if each["Type"] == "AWS::Lambda::Version"]
    assert {version["DeletionPolicy"] for version in versions} == {"Delete"}


@pytest.mark.parametrize(
    ("environment", "allowed"),
    [("local", True), ("dev", True), ("staging", False), ("prod", False)],
)
def test_an_open_build_is_refused_outside_local_and_dev(environment: str, allowed: bool) -> None:
    opened = yaml_parse((ROOT / "template.yaml").read_text("utf-8"))
    open_to_everyone(opened)
    made = transformed(opened)
    resolver = Resolver(made)
    resolver.values["Environment"] = environment
    kept = [
        resolver.value(assertion["Assert"])
        for rule in made["Rules"].values()
        for assertion in rule["Assertions"]
    ]
    assert all(kept) == allowed
    assert "OpenForDemonstrationsOnly" not in template().get("Rules", {})


def test_sam_writes_out_what_the_template_refers_to() -> None:
    source = (ROOT / "template.yaml").read_text("utf-8")
    sent = yaml_dump(yaml_parse(source))
    assert "<<" in source
    assert "<<" not in sent
    assert not [each for each in yaml.parse(sent) if getattr(each, "anchor", None)]


def test_a_query_that_cloudwatch_would_refuse_is_found(resources: Resources) -> None:
    broken = deepcopy(resources)
    (query,) = properties(broken, "ViewsThrottlesAlarm")["Metrics"]
    query["Expression"] += " OR TableName = '{JobsTable}'"
    with pytest.raises(AssertionError, match="CloudWatch does not know the query"):
        list(deployed_alarms.every_alarm_watches_what_is_measured(broken))


def test_alarms_can_be_encrypted_by_the_key_of_the_stack() -> None:
    made = resolved(transformed(), {"CustomerKey": "true"})
    key = properties(made, "AlarmTopic")["KmsMasterKeyId"]
    users = {
        service
        for each in properties(made, key.strip("{}"))["KeyPolicy"]["Statement"]
        if "kms:GenerateDataKey*" in each["Action"]
        for service in deployed.listed(each["Principal"].get("Service", []))
    }
    assert {"cloudwatch.amazonaws.com", "budgets.amazonaws.com"} <= users


@pytest.mark.parametrize("indexed", [True, False])
def test_the_index_of_contents_is_there_for_those_who_pay_for_it(indexed: bool) -> None:
    resolver = Resolver(transformed())
    resolver.values["ContentIndex"] = str(indexed).lower()
    for name in ("DepartmentsTable", "UsersTable", "HiredEmployeesTable"):
        table = resolver.value(template()["Resources"][name]["Properties"])
        attributes = {each["AttributeName"] for each in table["AttributeDefinitions"] if each}
        assert ("content" in attributes) == indexed
        assert bool(table["GlobalSecondaryIndexes"]) == indexed
