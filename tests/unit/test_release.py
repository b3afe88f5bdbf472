"""The release that is promoted from environment to environment, and the roles that deploy it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from infra.release import list_libraries, name_of, release
from tests.template import ROOT
from tests.transformed import parameters


@pytest.fixture(scope="module")
def pipeline() -> dict[str, Any]:
    found = yaml_parse((ROOT / "infra/github-oidc.yaml").read_text("utf-8"))
    resources: dict[str, Any] = found["Resources"]
    return resources


def test_all_files_are_in_the_bucket_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    archive = tmp_path / "functions.zip"
    archive.write_bytes(b"code")
    monkeypatch.setattr("infra.release.ARCHIVE", archive)
    monkeypatch.setattr("infra.release.BUILD", ROOT)
    source, files = release(yaml_parse((ROOT / "template.yaml").read_text("utf-8")))
    assert files == [archive, *(ROOT / f"infra/{of}.asl.json" for of in ("ingestion", "reconcile"))]
    code, *definitions = map(name_of, files)

    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    values = parameters(source) | {"ArtifactBucket": "releases"}
    resources = Translator({}, Parser()).translate(source, values)["Resources"].values()
    functions = [each for each in resources if each["Type"] == "AWS::Lambda::Function"]
    assert len(functions) > 10
    expected = {"S3Bucket": "releases", "S3Key": code}
    assert [each["Properties"]["Code"] for each in functions] == [expected] * len(functions)
    machines = [each for each in resources if each["Type"] == "AWS::StepFunctions::StateMachine"]
    assert [each["Properties"]["DefinitionS3Location"] for each in machines] == [
        {"Bucket": {"Ref": "ArtifactBucket"}, "Key": definition} for definition in definitions
    ]


def test_the_list_of_libraries_can_be_attested(tmp_path: Path) -> None:
    list_libraries(tmp_path / "sbom.json")
    listed = json.loads((tmp_path / "sbom.json").read_text("utf-8"))
    # what actions/attest-sbom knows CycloneDX by
    assert listed["bomFormat"] == "CycloneDX"
    assert listed["serialNumber"]
    assert listed["specVersion"]
    assert "pydynox" in {each["name"] for each in listed["components"]}


def test_a_name_is_of_one_content(tmp_path: Path) -> None:
    names = set()
    for content in (b"a", b"b", b"a"):
        path = tmp_path / "functions.zip"
        path.write_bytes(content)
        names.add(name_of(path))
    assert len(names) == 2
    assert all(name.startswith("functions-") and name.endswith(".zip") for name in names)


def test_a_change_of_the_stack_reaches_no_role_of_the_pipeline(pipeline: dict[str, Any]) -> None:
    paths = {
        name: each["Properties"]["Path"]
        for name, each in pipeline.items()
        if each["Type"] in {"AWS::IAM::Role", "AWS::IAM::ManagedPolicy"}
    }
    roles = {"ApiLogsRole", "DeployRole", "PlanRole", "CloudFormationRole"}
    assert set(paths) == {*roles, "Boundary"}
    assert set(paths.values()) == {"/sprocketworks-pipeline/"}
    (policy,) = pipeline["CloudFormationRole"]["Properties"]["Policies"]
    for statement in policy["PolicyDocument"]["Statement"]:
        resource = statement["Resource"]["Fn::Sub"]
        of_pipeline = ":role/sprocketworks-pipeline/" in resource
        assert of_pipeline == (statement["Effect"] == "Deny"), statement["Sid"]
        assert of_pipeline or ":role/sprocketworks-${Environment}-" in resource


@pytest.mark.parametrize(
    ("repository", "allowed"),
    # the second is how the tokens of a repository name it that was made after July 2026
    [
        ("owner/name", True),
        ("owner@17/name@1704", True),
        ("repo:owner/name", False),
        ("name", False),
    ],
)
def test_the_roles_trust_the_repository_as_its_tokens_name_it(
    repository: str, allowed: bool
) -> None:
    source = yaml_parse((ROOT / "infra/github-oidc.yaml").read_text("utf-8"))
    pattern = source["Parameters"]["Repository"]["AllowedPattern"]
    assert bool(re.fullmatch(pattern, repository)) == allowed
    guide = (ROOT / "docs/deploying.md").read_text("utf-8")
    assert "actions/oidc/customization/sub --jq .sub_claim_prefix" in guide


def test_a_pull_request_may_only_learn_what_would_change_in_dev(pipeline: dict[str, Any]) -> None:
    role = pipeline["PlanRole"]
    assert role["Condition"] == "IsDev"
    (trust,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    subject = trust["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]
    assert subject == {"Fn::Sub": "repo:${Repository}:pull_request"}
    assert "ManagedPolicyArns" not in role["Properties"]
    (policy,) = role["Properties"]["Policies"]
    allowed = {each["Sid"]: each for each in policy["PolicyDocument"]["Statement"]}
    assert set(allowed["Plan"].pop("Action")) == {
        "cloudformation:CreateChangeSet",
        "cloudformation:DescribeChangeSet",
        "cloudformation:DescribeStacks",
        "cloudformation:GetTemplateSummary",
    }
    # releases are beside this folder
    assert allowed["Templates"]["Resource"] == {"Fn::Sub": "${ArtifactBucket.Arn}/plans/*"}
    assert set(allowed) == {"Plan", "Templates"}


def test_beside_the_token_of_a_pull_request_runs_nothing_that_it_brings() -> None:
    plan = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"]["plan"]
    assert "github.event.pull_request.head.repo.full_name == github.repository" in plan["if"]
    (checkout,) = [step for step in plan["steps"] if "actions/checkout" in step.get("uses", "")]
    assert checkout["with"]["ref"] == "${{ github.event.pull_request.base.sha }}"


def test_roles_of_the_stack_are_made_and_given_rights_within_the_boundary_only(
    pipeline: dict[str, Any],
) -> None:
    (policy,) = pipeline["CloudFormationRole"]["Properties"]["Policies"]
    bounded = {"StringEquals": {"iam:PermissionsBoundary": {"Ref": "Boundary"}}}
    free = [
        action
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow" and statement.get("Condition") != bounded
        for action in (
            [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        )
    ]
    assert not {"iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy"} & set(free)
    # with which CloudFormation changes what else a role has
    assert {"iam:UpdateRole", "iam:UpdateAssumeRolePolicy", "iam:TagRole"} <= set(free)
    assert "iam:DeleteRolePermissionsBoundary" not in free
    assert not [action for action in free if "*" in action]


@pytest.mark.parametrize(
    "path", sorted((ROOT / ".github/workflows").glob("*.yml")), ids=lambda p: p.name
)
def test_code_of_others_runs_without_credentials(path: Path) -> None:
    jobs = yaml.safe_load(path.read_text())["jobs"]
    for name, job in jobs.items():
        commands = " ".join(step.get("run", "") for step in job.get("steps", []))
        if "write" in job.get("permissions", {}).values():
            assert not any(word in commands for word in ("make ", "pip ", "npm ", "python ")), name
