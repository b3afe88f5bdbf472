"""template.yaml as AWS deploys it: transformed by SAM's own translator, its references resolved.

A reference to a resource becomes its logical id in braces: `{ViewsTable}`, `{ViewsTable.Arn}`.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from infra.transform import transform
from tests.template import template

PROD = {"Environment": "prod", "GradualDeployment": "true", "AlarmAddress": "ops@example.com"}
PROD["MonthlyBudget"] = "100"
PROD["PermissionsBoundary"] = "arn:aws:iam::123456789012:policy/boundary"
PSEUDO = {
    "AWS::Region": "eu-central-1",
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::StackName": "sprocketworks",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::NoValue": None,
}
Resources = dict[str, dict[str, Any]]


def transformed(source: dict[str, Any] | None = None) -> dict[str, Any]:
    """A template, or template.yaml, after the transform; references are not resolved yet."""
    source = source or template()
    return transform(source, parameters(source), str(PSEUDO["AWS::Region"]))


def parameters(source: dict[str, Any]) -> dict[str, Any]:
    """The values of the parameters in production."""
    declared = source["Parameters"].items()
    return {name: PROD.get(name, parameter.get("Default")) for name, parameter in declared}


def resolved(made: dict[str, Any], values: Mapping[str, str] = MappingProxyType({})) -> Resources:
    """The resources that production has, or with other values, every reference resolved."""
    resolver = Resolver(made, values)
    return {
        name: resolver.value(resource)
        for name, resource in made["Resources"].items()
        if "Condition" not in resource or resolver.condition(resource["Condition"])
    }


class Resolver:
    """Computes CloudFormation's functions."""

    def __init__(
        self, made: dict[str, Any], values: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self.values = {**parameters(made), **PSEUDO, **values}
        self.conditions = made.get("Conditions", {})
        self.functions: dict[str, Callable[[Any], Any]] = {
            "Ref": self._reference,
            "Condition": self.condition,
            "Fn::GetAtt": lambda of: f"{{{'.'.join(of) if isinstance(of, list) else of}}}",
            "Fn::Sub": self._substituted,
            "Fn::Join": lambda of: of[0].join(map(str, self.value(of[1]))),
            "Fn::Split": lambda of: self.value(of[1]).split(of[0]),
            "Fn::Select": lambda of: self.value(of[1])[int(of[0])],
            "Fn::If": lambda of: self.value(of[1] if self.condition(of[0]) else of[2]),
            "Fn::Equals": lambda of: self.value(of[0]) == self.value(of[1]),
            "Fn::Not": lambda of: not self.value(of[0]),
            "Fn::And": lambda of: all(self.value(of)),
            "Fn::Or": lambda of: any(self.value(of)),
            "Fn::Contains": lambda of: self.value(of[1]) in self.value(of[0]),
        }

    def condition(self, name: str) -> bool:
        return bool(self.value(self.conditions[name]))

    def value(self, of: Any) -> Any:
        if isinstance(of, list):
            return [self.value(each) for each in of]
        if not isinstance(of, dict):
            return of
        if len(of) == 1:
            ((name, argument),) = of.items()
            # an IAM statement has a Condition too, which is no name
            if name in self.functions and (name != "Condition" or isinstance(argument, str)):
                return self.functions[name](argument)
        return {name: self.value(each) for name, each in of.items()}

    def _reference(self, name: str) -> Any:
        return self.values.get(name, f"{{{name}}}")

    def _substituted(self, of: Any) -> str:
        text, more = of if isinstance(of, list) else (of, {})
        known = {**self.values, **{name: self.value(each) for name, each in more.items()}}
        return re.sub(r"\$\{([^!}]+)\}", lambda m: str(known.get(m[1], f"{{{m[1]}}}")), text)
