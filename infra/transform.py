"""template.yaml as CloudFormation gets it, transformed by SAM's own translator."""

from copy import deepcopy
from typing import Any
from unittest.mock import patch

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

ANYWHERE = "s3://bucket/key"  # the translator asks where the code and the machine were uploaded


def transform(source: dict[str, Any], values: dict[str, Any], region: str) -> dict[str, Any]:
    """With these values of its parameters; references are not resolved yet."""
    source = deepcopy(source)
    source["Globals"]["Function"]["CodeUri"] = ANYWHERE
    for resource in source["Resources"].values():
        if resource["Type"] == "AWS::Serverless::StateMachine":
            resource["Properties"]["DefinitionUri"] = ANYWHERE
    # the translator asks boto3 for the region
    with patch.dict("os.environ", AWS_DEFAULT_REGION=region):
        made: dict[str, Any] = Translator({}, Parser()).translate(source, values)
    return made
