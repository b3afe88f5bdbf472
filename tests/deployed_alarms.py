"""Rules for the alarms and the dashboard of a deployed stack: each yields what breaks it."""

import re
from collections import defaultdict
from functools import cache

from tests.deployed import HOOK, Faults, listed, of_type, texts
from tests.template import ROOT
from tests.transformed import Resources
from tests.watched import alarms_on, drawn, faults, watched, widgets

RUNBOOK = "docs/operations.md"
CHAPTER = "Alarms"  # whose sections are about alarms
NEAR = 0.95  # of a function's time


def every_alarm_reaches_somebody(resources: Resources) -> Faults:
    topics = dict(of_type(resources, "AWS::SNS::Topic"))
    subscribed = {each["TopicArn"] for _, each in of_type(resources, "AWS::SNS::Subscription")}
    for name, alarm in of_type(resources, "AWS::CloudWatch::Alarm"):
        for kind in ("AlarmActions", "OKActions"):
            actions = alarm.get(kind, [])
            if not actions or alarm.get("ActionsEnabled") is False:
                yield f"{name} has no {kind}"
            for action in actions:
                if action.strip("{}") not in topics or action not in subscribed:
                    yield f"{name} acts on {action}, which nobody reads"
                # its policy does not let CloudWatch use it
                elif topics[action.strip("{}")].get("KmsMasterKeyId") == "alias/aws/sns":
                    yield f"{name} cannot publish on {action}"


def every_publisher_may_publish(resources: Resources) -> Faults:
    topics = {f"{{{name}}}" for name, _ in of_type(resources, "AWS::SNS::Topic")}
    for name, budget in of_type(resources, "AWS::Budgets::Budget"):
        for of in budget["NotificationsWithSubscribers"]:
            if not {each["Address"] for each in of["Subscribers"]} <= topics:
                yield f"{name} is read by nobody"
        if "AlarmTopicPolicy" not in listed(resources[name].get("DependsOn", [])):
            yield f"{name} is made before it may publish"
    allowed = {
        (publisher, topic)
        for _, policy in of_type(resources, "AWS::SNS::TopicPolicy")
        for statement in policy["PolicyDocument"]["Statement"]
        for publisher in statement["Principal"]["Service"]
        for topic in policy["Topics"]
    }
    for publisher in ("cloudwatch", "budgets"):
        if (f"{publisher}.amazonaws.com", "{AlarmTopic}") not in allowed:
            yield f"{publisher} may not publish alarms"


def every_alarm_watches_what_is_measured(resources: Resources) -> Faults:
    for name, alarm in of_type(resources, "AWS::CloudWatch::Alarm"):
        for metric in watched(alarm):
            for fault in faults(resources, metric):
                yield f"{name} watches {fault}"


def every_queue_is_read_or_watched(resources: Resources) -> Faults:
    read = {
        mapping["EventSourceArn"]
        for _, mapping in of_type(resources, "AWS::Lambda::EventSourceMapping")
    }
    seen = {
        value
        for _, values in alarms_on(resources, "ApproximateNumberOfMessagesVisible")
        for value in values
    }
    for name, _ in of_type(resources, "AWS::SQS::Queue"):
        if f"{{{name}.Arn}}" not in read and f"{{{name}.QueueName}}" not in seen:
            yield f"nobody learns of what is in {name}"


@cache
def sections() -> set[str]:
    """The anchors of the sections about alarms."""
    text = (ROOT / RUNBOOK).read_text("utf-8")
    chapter = re.split(r"^## ", text, flags=re.MULTILINE)
    (alarms,) = [each for each in chapter if each.startswith(f"{CHAPTER}\n")]
    headings = re.findall(r"^### (.+)$", alarms, re.MULTILINE)
    return {
        re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings
    }


def every_alarm_has_its_section(resources: Resources) -> Faults:
    named = {"budget"} if list(of_type(resources, "AWS::Budgets::Budget")) else set()
    for name, alarm in of_type(resources, "AWS::CloudWatch::Alarm"):
        what, _, anchor = alarm.get("AlarmDescription", "").partition(f" See {RUNBOOK}#")
        named.add(anchor)
        if anchor not in sections():
            yield f"{name} names the section {anchor!r}, which {RUNBOOK} lacks"
        if ": " not in what:
            yield f"{name} does not say what to do"
    for anchor in sections() - named:
        yield f"the section {anchor} of {RUNBOOK} is about no alarm"


def every_function_has_an_alarm(resources: Resources) -> Faults:
    served = {
        match
        for _, api in of_type(resources, "AWS::ApiGateway::RestApi")
        for text in texts(api)
        for match in re.findall(r"\{(\w+)Aliaslive\}", text)
    }
    for name, function in of_type(resources, "AWS::Lambda::Function"):
        if name == HOOK:
            continue
        alias = {f"{{{name}}}", f"{{{name}}}:live"}
        if alias not in [values for _, values in alarms_on(resources, "Errors")]:
            yield f"nobody learns that {name} fails"
        limits = [
            alarm["Threshold"]
            for alarm, values in alarms_on(resources, "Duration")
            if values == {f"{{{name}}}"}
        ]
        if name not in served and limits != [function["Timeout"] * 1000 * NEAR]:
            yield f"nobody learns that {name} is slow"


def every_table_has_an_alarm(resources: Resources) -> Faults:
    seen = set[str]().union(*(values for _, values in alarms_on(resources, "ThrottledRequests")))
    for name, _ in of_type(resources, "AWS::DynamoDB::Table"):
        if f"{{{name}}}" not in seen:
            yield f"nobody learns that {name} throttles"


def every_metric_of_the_dashboard_is_measured(resources: Resources) -> Faults:
    for metric, _ in drawn(resources):
        for fault in faults(resources, metric):
            yield f"the dashboard has {fault}"
    for widget in widgets(resources, "alarm"):
        for arn in widget["alarms"]:
            if arn.strip("{}").removesuffix(".Arn") not in resources:
                yield f"the dashboard has the alarm {arn}"


# What the dashboard has of each resource of a type
WHOLE = {
    "AWS::Lambda::Function": ("Invocations", "Errors", "Duration"),
    "AWS::DynamoDB::Table": ("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"),
}
# By what the names of functions in the estimate begin: their memory
MEMORY = {"a": 1024, "b": 1769, "c": 3008}


def everything_is_on_the_dashboard(resources: Resources) -> Faults:
    times: dict[tuple[str, str, str], int] = defaultdict(int)
    for metric, options in drawn(resources):
        index = "".join(metric.dimensions.get("GlobalSecondaryIndexName", ()))
        (of,) = metric.dimensions.get("FunctionName") or metric.dimensions.get("TableName") or {""}
        times[metric.name, of, index] += 1
        memory = MEMORY.get(options.get("id", "")[:1])
        if memory and resources[of.strip("{}")]["Properties"]["MemorySize"] != memory:
            yield f"the costs of {of} are estimated for {memory} MB"
    for kind, metrics in WHOLE.items():
        for name, properties in of_type(resources, kind):
            if name == HOOK:
                continue
            indexes = [each["IndexName"] for each in properties.get("GlobalSecondaryIndexes", [])]
            for metric_name in metrics:
                # units and durations also where the costs are estimated
                wanted = 1 if metric_name in {"Invocations", "Errors"} else 2
                for index in ("", *indexes):
                    if times[metric_name, f"{{{name}}}", index] != wanted:
                        yield f"the dashboard lacks {metric_name} of {name} {index}".rstrip()
