"""What protects the stack, each by a parameter: off on the local cloud, on where asked for."""

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from samcli.yamlhelper import yaml_parse

from tests.deployed import of_type
from tests.template import ROOT, template
from tests.transformed import Resolver, Resources, resolved, transformed

NAME = {"DomainName": "sprockets.example.com"}
ZONE = {"HostedZoneId": "Z123"}
CERTIFICATE = {"CertificateArn": "arn:aws:acm:eu-central-1:123456789012:certificate/x"}
BY_PARAMETER = {
    "AWS::ApiGateway::BasePathMapping",
    "AWS::ApiGateway::DomainName",
    "AWS::CertificateManager::Certificate",
    "AWS::KMS::Key",
    "AWS::Route53::RecordSet",
    "AWS::WAFv2::WebACL",
    "AWS::WAFv2::WebACLAssociation",
}

# Rules of AWS's core rule set that look at bodies, as AWS lists them
OF_BODIES = (
    "CrossSiteScripting",
    "EC2MetaDataSSRF",
    "GenericLFI",
    "GenericRFI",
    "SizeRestrictions",
)


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return transformed()


def stack(made: dict[str, Any], **values: str) -> Resources:
    return resolved(made, values)


def kinds(resources: Resources) -> set[str]:
    return {resource["Type"] for resource in resources.values()} & BY_PARAMETER


def only(resources: Resources, kind: str) -> dict[str, Any]:
    (found,) = [properties for _, properties in of_type(resources, kind)]
    return found


def tables(resources: Resources) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from of_type(resources, "AWS::DynamoDB::Table")


def test_nothing_of_it_is_there_unless_it_is_asked_for(made: dict[str, Any]) -> None:
    plain = stack(made)
    assert kinds(plain) == set()
    assert only(plain, "AWS::Cognito::UserPool")["MfaConfiguration"] == "OFF"
    assert only(plain, "AWS::Cognito::UserPool")["DeletionProtection"] == "INACTIVE"
    assert not any(table.get("DeletionProtectionEnabled") for _, table in tables(plain))
    assert not any(table.get("SSESpecification") for _, table in tables(plain))


def test_staging_and_prod_ask_for_firewall_protection_and_a_second_factor() -> None:
    settings = tomllib.loads((ROOT / "samconfig.toml").read_text())
    for environment in ("staging", "prod"):
        overrides = settings[environment]["deploy"]["parameters"]["parameter_overrides"].split()
        wanted = {"Firewall=true", "DeletionProtection=true", "MultiFactor=OPTIONAL"}
        assert wanted <= set(overrides)
        values = dict(each.split("=") for each in overrides)
        for name, value in values.items():
            allowed = template()["Parameters"][name].get("AllowedValues", [value])
            assert value in map(str, allowed), name


def test_the_firewall_is_before_the_stage(made: dict[str, Any]) -> None:
    resources = stack(made, Firewall="true", RequestsPerAddress="500")
    acl = only(resources, "AWS::WAFv2::WebACL")
    rules = {rule["Name"]: rule for rule in acl["Rules"]}
    assert rules["rate"]["Action"] == {"Block": {}}
    limit = rules.pop("rate")["Statement"]["RateBasedStatement"]
    assert limit == {"AggregateKeyType": "IP", "Limit": "500"}
    assert all(rule["OverrideAction"] == {"None": {}} for rule in rules.values())
    # a file's cells may be any text, and megabytes of it
    counted = rules["common"]["Statement"]["ManagedRuleGroupStatement"]["RuleActionOverrides"]
    assert {each["Name"] for each in counted} == {f"{rule}_BODY" for rule in OF_BODIES}
    # requests name people
    parts = [acl, *acl["Rules"]]
    assert not any(part["VisibilityConfig"]["SampledRequestsEnabled"] for part in parts)
    association = only(resources, "AWS::WAFv2::WebACLAssociation")
    assert association["WebACLArn"] == "{WebAcl.Arn}"
    assert association["ResourceArn"].endswith("::/restapis/{Api}/stages/{Apiv1Stage}")


def test_no_other_stage_goes_around_firewall_and_throttles(made: dict[str, Any]) -> None:
    """SAM makes a second one, named Stage, unless the version of the definition is given."""
    assert "StageName" not in only(stack(made), "AWS::ApiGateway::Deployment")
    assert only(stack(made), "AWS::ApiGateway::Stage")["StageName"] == "v1"


@pytest.mark.parametrize(
    ("more", "certificate", "record"),
    [(ZONE, True, True), (CERTIFICATE, False, False), (ZONE | CERTIFICATE, False, True)],
)
def test_the_domain_has_a_certificate_and_where_there_is_a_zone_a_record(
    made: dict[str, Any], more: dict[str, str], certificate: bool, record: bool
) -> None:
    resources = stack(made, **NAME, **more)
    assert ("AWS::CertificateManager::Certificate" in kinds(resources)) == certificate
    assert ("AWS::Route53::RecordSet" in kinds(resources)) == record
    domain = only(resources, "AWS::ApiGateway::DomainName")
    wanted = "{Certificate}" if certificate else CERTIFICATE["CertificateArn"]
    assert domain["RegionalCertificateArn"] == wanted
    mapping = only(resources, "AWS::ApiGateway::BasePathMapping")
    assert (mapping["RestApiId"], mapping["Stage"]) == ("{Api}", "{Apiv1Stage}")
    people = resources["PeopleClient"]["Properties"]
    for urls in ("CallbackURLs", "LogoutURLs"):
        assert "https://sprockets.example.com/" in people[urls], "its console signs people in"
    outputs = Resolver(made, {**NAME, **more}).value(made["Outputs"])
    assert outputs["ApiUrl"]["Value"] == "https://sprockets.example.com"
    assert outputs["ConsoleUrl"]["Value"] == "https://sprockets.example.com/"


@pytest.mark.parametrize(
    ("values", "allowed"), [({}, True), (NAME, False), (NAME | ZONE, True), (ZONE, True)]
)
def test_a_domain_without_zone_and_certificate_is_refused(
    made: dict[str, Any], values: dict[str, str], allowed: bool
) -> None:
    (assertion,) = made["Rules"]["DomainHasCertificate"]["Assertions"]
    assert Resolver(made, values).value(assertion["Assert"]) == allowed


def test_the_key_of_the_stack_encrypts_all_that_is_kept(made: dict[str, Any]) -> None:
    resources = stack(made, CustomerKey="true")
    for name, table in tables(resources):
        assert table["SSESpecification"]["KMSMasterKeyId"] == "{DataKey}", name
    for name, group in of_type(resources, "AWS::Logs::LogGroup"):
        assert group["KmsKeyId"] == "{DataKey.Arn}", name
    bucket = resources["LandingBucket"]["Properties"]["BucketEncryption"]
    (rule,) = bucket["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"] == "{DataKey.Arn}"
    assert resources["GreetingsTopic"]["Properties"]["KmsMasterKeyId"] == "{DataKey}"
    key = resources["DataKey"]
    assert key["UpdateReplacePolicy"] == "Retain"
    for statement in key["Properties"]["KeyPolicy"]["Statement"]:
        anyone = statement["Principal"] == {"AWS": "*"}
        conditions = statement.get("Condition", {}).get("StringEquals", {})
        assert anyone == ({"kms:CallerAccount", "kms:ViaService"} == set(conditions))


def test_the_boundary_lets_the_functions_use_the_key() -> None:
    text = (ROOT / "infra/github-oidc.yaml").read_text()
    boundary = text.partition("  Boundary:")[2]
    assert "kms:ViaService" in boundary
    assert "kms:Decrypt" in boundary


def test_what_cannot_be_made_again_is_protected_from_deletion(made: dict[str, Any]) -> None:
    resources = stack(made, DeletionProtection="true")
    assert only(resources, "AWS::Cognito::UserPool")["DeletionProtection"] == "ACTIVE"
    free = {name for name, table in tables(resources) if not table.get("DeletionProtectionEnabled")}
    assert free == {"IdempotencyTable"}


@pytest.mark.parametrize("name", ["template.yaml", "infra/github-oidc.yaml"])
def test_what_is_kept_is_not_kept_of_a_first_deployment_that_fails(name: str) -> None:
    """It is empty, costs, and a second try makes another or finds the name taken."""
    found = yaml_parse((ROOT / name).read_text("utf-8"))["Resources"].values()
    kept = [each for each in found if each.get("UpdateReplacePolicy") == "Retain"]
    assert len(kept) > 3
    assert {each["DeletionPolicy"] for each in kept} == {"RetainExceptOnCreate"}
    assert not [each for each in found if each.get("DeletionPolicy") == "Retain"]


@pytest.mark.parametrize("mode", ["OPTIONAL", "ON"])
def test_people_sign_in_with_an_app_as_well(made: dict[str, Any], mode: str) -> None:
    pool = only(stack(made, MultiFactor=mode), "AWS::Cognito::UserPool")
    assert pool["MfaConfiguration"] == mode
    assert pool["EnabledMfas"] == ["SOFTWARE_TOKEN_MFA"]


def test_the_modes_of_a_second_factor_are_texts() -> None:
    # which YAML reads as true and false unless they are quoted
    assert template()["Parameters"]["MultiFactor"]["AllowedValues"] == ["OFF", "OPTIONAL", "ON"]
    assert yaml.safe_load("OFF") is False


def test_expensive_routes_are_throttled_first(made: dict[str, Any]) -> None:
    settings = only(stack(made), "AWS::ApiGateway::Stage")["MethodSettings"]
    rates = {
        (each["HttpMethod"], each["ResourcePath"].replace("~1", "/").replace("//", "/")): each
        for each in settings
    }
    everything = rates.pop(("*", "/*"))
    assert {
        ("POST", "/tables/{proxy+}"),
        ("POST", "/ingestions"),
        ("GET", "/reports/{proxy+}"),
        ("GET", "/{proxy+}"),
    } <= set(rates)
    body = only(stack(made), "AWS::ApiGateway::RestApi")["Body"]
    throttled = body["x-amazon-apigateway-gateway-responses"]["THROTTLED"]["responseParameters"]
    assert throttled["gatewayresponse.header.Retry-After"] == "'1'"
    paths = body["paths"]
    for (method, path), each in rates.items():
        assert method.lower() in paths[path], path
        assert each["ThrottlingRateLimit"] < everything["ThrottlingRateLimit"]
        # a method's own settings replace those of all methods
        assert each["MetricsEnabled"] is True
