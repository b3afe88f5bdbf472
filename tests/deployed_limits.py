"""Limits of AWS that a stack grows into: each rule yields what is over, with the names it gets."""

import json
import re
from collections import defaultdict
from typing import Any

from tests.deployed import Faults, of_type, statements
from tests.transformed import Resources

# As CloudFormation names what has no name, in the region and environment with long ones
STACK = "sprocketworks-staging"
PLACE = "ap-southeast-3:123456789012"
UNIQUE = "ABCDEFGHIJKL"
RESOURCES = 500
TEMPLATE_BYTES = 1024 * 1024
NAME = 64  # of a function or role
VARIABLES_BYTES = 4096  # of a function
POLICY_BYTES = 20_480  # of what may call an alias
ROLE_BYTES = 10_240  # of a role's own policies


def named(value: Any) -> str:
    """As JSON, each reference as long as what it becomes."""

    def name(match: re.Match[str]) -> str:
        physical = f"{STACK}-{match[1]}-{UNIQUE}"
        arn = match[2] or re.search(r"Function(Version|Alias)", match[1])
        return f"arn:aws:service:{PLACE}:function:{physical}" if arn else physical

    text = re.sub(r"\{(\w+)(\.\w+)?\}", name, json.dumps(value, separators=(",", ":")))
    return re.sub(r"[\w-]+:123456789012", PLACE, text)


def every_name_is_short_enough(resources: Resources) -> Faults:
    for kind in ("AWS::Lambda::Function", "AWS::IAM::Role"):
        for name, _ in of_type(resources, kind):
            if len(f"{STACK}-{name}-{UNIQUE}") > NAME:
                yield f"{name} gets a name of more than {NAME} characters"


def everything_is_small_enough(resources: Resources) -> Faults:
    if len(resources) > RESOURCES:
        yield f"the stack has {len(resources)} resources"
    if len(named(resources)) > TEMPLATE_BYTES:
        yield f"the template has {len(named(resources))} bytes"
    for name, function in of_type(resources, "AWS::Lambda::Function"):
        size = len(named(function["Environment"]["Variables"]))
        if size > VARIABLES_BYTES:
            yield f"{name} has {size} bytes of variables"
    calls: dict[str, int] = defaultdict(int)
    for name, permission in of_type(resources, "AWS::Lambda::Permission"):
        calls[permission["FunctionName"]] += 100 + len(named([f"{{{name}}}", permission]))
    roles: dict[str, int] = defaultdict(int)
    for name, statement in statements(resources):
        roles[name] += len(named(statement))
    for sizes, most in ((calls, POLICY_BYTES), (roles, ROLE_BYTES)):
        for name, size in sizes.items():
            if size > most:
                yield f"the policy of {name} has {size} bytes of {most}"
