"""Rules for readers of streams in a deployed stack: each yields what breaks it."""

from collections.abc import Iterator
from typing import Any

from tests.deployed import Faults, listed, of_type, statements
from tests.transformed import Resources
from tests.watched import alarms_on

STREAM_SECONDS = 24 * 3600  # a stream then drops a record, whether it was read or not
SPARE_SECONDS = 3600
BY_LAMBDA = "aws/lambda/"  # under which Lambda stores what a reader gives up
VISIBLE = "ApproximateNumberOfMessagesVisible"


def _readers(resources: Resources) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Name, function and properties of each mapping from a stream."""
    for name, mapping in of_type(resources, "AWS::Lambda::EventSourceMapping"):
        if ".StreamArn" in mapping["EventSourceArn"]:
            yield name, mapping["FunctionName"].strip("{}").removesuffix("Aliaslive"), mapping


def _thresholds(resources: Resources, metric: str, dimension: str) -> list[float]:
    """Of the alarms on a metric of a resource."""
    return [
        alarm["Threshold"]
        for alarm, values in alarms_on(resources, metric)
        if values == {dimension}
    ]


def every_late_stream_is_noticed_in_time(resources: Resources) -> Faults:
    for name, function, mapping in _readers(resources):
        oldest = mapping.get("MaximumRecordAgeInSeconds", -1)
        if not 0 < oldest <= STREAM_SECONDS - SPARE_SECONDS:
            yield f"{name} keeps a record until the stream has dropped it"
        # in milliseconds; half of the time is for the repair
        limits = _thresholds(resources, "IteratorAge", f"{{{function}}}")
        if not limits or min(limits) > oldest * 1000 / 2:
            yield f"nobody learns that {name} is late"


def every_reader_learns_its_shard_in_order(resources: Resources) -> Faults:
    for name, _, mapping in _readers(resources):
        if not mapping.get("TumblingWindowInSeconds"):
            yield f"the events of {name} have no shardId"
        if mapping.get("ParallelizationFactor", 1) != 1:
            yield f"{name} reads a shard with several calls at once"


def every_record_that_is_given_up_is_kept(resources: Resources) -> Faults:
    for name, function, mapping in _readers(resources):
        destination = mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
        if destination not in {f"{{{bucket}.Arn}}" for bucket in _names(resources)}:
            yield f"{name} keeps no records"  # a queue gets no more than their numbers
            continue
        needed = {("s3:PutObject", f"{destination}/{BY_LAMBDA}*"), ("s3:ListBucket", destination)}
        allowed = {
            (action, resource)
            for role, statement in statements(resources)
            if role == f"{function}Role"
            for action in listed(statement["Action"])
            for resource in listed(statement["Resource"])
        }
        for missing in needed - allowed:
            yield f"{function} may not do {missing}"
        if destination not in _reported(resources):
            yield f"nobody learns what {name} has given up"


def _names(resources: Resources) -> set[str]:
    return {bucket for bucket, _ in of_type(resources, "AWS::S3::Bucket")}


def _reported(resources: Resources) -> Iterator[str]:
    """Buckets in which an object by Lambda becomes a message of a queue with an alarm."""
    filled = {
        (statement["Resource"], statement["Condition"]["ArnEquals"]["aws:SourceArn"])
        for _, policy in of_type(resources, "AWS::SQS::QueuePolicy")
        for statement in policy["PolicyDocument"]["Statement"]
    }
    for name, rule in of_type(resources, "AWS::Events::Rule"):
        for target in rule["Targets"]:
            queue = target["Arn"]
            alarms = _thresholds(resources, VISIBLE, queue.replace(".Arn", ".QueueName"))
            if (queue, f"{{{name}.Arn}}") not in filled or 0 not in alarms:
                continue
            detail = rule["EventPattern"]["detail"]
            if {"prefix": BY_LAMBDA} in detail["object"]["key"]:
                yield from (f"{bucket[:-1]}.Arn}}" for bucket in detail["bucket"]["name"])
