"""A release, the next, and back, deployed as docs/deploying.md has it, in use all the while."""

import json
import re
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.build import build
from infra.local.access import sign_in
from infra.local.cloud import Cloud
from infra.release import name_of, write
from tests.shell import Shell, commands
from tests.stack import STACK_REGION, free_port, soon, until

pytestmark = pytest.mark.e2e
# which the local cloud has no service for
LOCALLY = "Environment=local GradualDeployment=false"
STACK = "sprocketworks-dev"
PIPELINE = "sprocketworks-github-dev"
SPROCKET = {"teeth": 5, "pitch_diameter": 5, "outside_diameter": 6.25, "pitch": 1}


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The release before this one, which differs in its version, and this one."""
    build()
    folder = tmp_path_factory.mktemp("releases")
    before, this = folder / "before", folder / "this"
    for each in (before, this):
        write(each)
    (archive,) = before.glob("functions-*.zip")
    changed = archive.with_name("functions.zip")
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(changed, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "portal/openapi.json":
                content = content.replace(b'"version": "', b'"version": "before-')
                assert b"before-" in content
            new.writestr(entry, content)
    name = name_of(changed)
    template = before / "template.yaml"
    template.write_text(template.read_text().replace(archive.name, name))
    archive.unlink()
    changed.rename(before / name)
    return before, this


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """An empty account."""
    cloud = Cloud(Path(tmp_path_factory.mktemp("cloud")), free_port(), region=STACK_REGION)
    try:
        cloud.start()
        yield cloud
    finally:
        cloud.stop()


class Caller:
    """A client that reads and writes all the time."""

    def __init__(self, api: httpx.Client) -> None:
        self.api = api
        self.failed: list[str] = []
        self.made: list[int] = []
        self.versions: list[str] = []
        self.ended = threading.Event()

    def call(self) -> None:
        while not self.ended.is_set():
            try:
                made = self.api.post("/sprockets", json=SPROCKET)
                self.made.append(made.raise_for_status().json()["id"])
                read = self.api.get(f"/sprockets/{self.made[-1]}").raise_for_status()
                assert read.json()["teeth"] == SPROCKET["teeth"]
                contract = self.api.get("/openapi.json").raise_for_status().json()
                self.versions.append(contract["info"]["version"])
            except (httpx.HTTPError, AssertionError) as error:
                self.failed.append(repr(error))

    @contextmanager
    def calling(self) -> Iterator[None]:
        thread = threading.Thread(target=self.call)
        thread.start()
        try:
            # in use before the deployment, and after it
            until(lambda: len(self.versions) > 2)
            yield
            until(lambda: len(set(self.versions)) > 1)
        finally:
            self.ended.set()
            thread.join()


@pytest.fixture(scope="module")
def shell(cloud: Cloud, releases: tuple[Path, Path]) -> Shell:
    """Of somebody who has deployed the release before this one into an empty account."""
    shell = Shell(cloud)
    shell.environment["PARAMETERS"] = LOCALLY
    shell.environment["PAUSE"] = "1"  # of make reconcile: the local projector is seldom late
    expect_that_the_pipeline_is_made(shell)
    before = {"RELEASE": str(releases[0])}
    plan = shell.run("infra/deploy.sh dev plan", **before)
    assert "| Add | DepartmentsTable | AWS::DynamoDB::Table |" in plan
    assert not shell.run("aws dynamodb list-tables --query TableNames --output text")
    shell.run("infra/deploy.sh dev", **before)
    assert shell.run("infra/deploy.sh dev url").startswith("https://")
    expect_that_the_first_user_gets_in(shell)
    shell.environment["API"] = cloud.api
    return shell


@pytest.fixture(scope="module")
def api(cloud: Cloud, shell: Shell) -> Iterator[httpx.Client]:
    headers, _ = sign_in(cloud, shell.outputs(STACK))
    with httpx.Client(base_url=cloud.api, headers=headers, timeout=60) as client:
        yield client


def test_a_release_is_deployed_and_taken_back_while_clients_call(
    shell: Shell, api: httpx.Client, releases: tuple[Path, Path]
) -> None:
    before, this = releases
    caller = Caller(api)
    with caller.calling():
        shell.run("infra/deploy.sh dev", RELEASE=str(this))
    expect_that_nothing_was_lost(caller)
    assert caller.versions == sorted(caller.versions, reverse=True), "first before, then this"
    assert len(set(caller.versions)) == 2

    back = Caller(api)
    with back.calling():
        drill(shell, "RELEASE=.aws-sam/before", before)
    expect_that_nothing_was_lost(back)
    assert len(set(back.versions)) == 2
    assert back.versions[-1].startswith("before-")
    assert api.get(f"/sprockets/{caller.made[0]}").status_code == 200


def drill(shell: Shell, words: str, release: Path, more: str = "", **variables: str) -> str:
    """The commands of a drill that has these words, with the functions that it uses."""
    command = commands("operations.md", words).replace(".aws-sam/before", str(release))
    # a test has no runs on GitHub, and its API another address than on AWS
    command = re.sub(r"(?m)^gh .*\n", "", command)
    command = command.replace('"$(infra/deploy.sh "$ENVIRONMENT" url)"', '"$API"')
    begin = commands("operations.md", "resource() {").replace("sprocketworks-prod", STACK)
    variables |= {"ENVIRONMENT": "dev", "RELEASE": str(release)}
    return shell.run(f"{begin}\n{command}\n{more}", **variables)


def test_a_table_is_restored_and_the_stack_moved_to_it(
    shell: Shell, api: httpx.Client, releases: tuple[Path, Path]
) -> None:
    def departments() -> list[str]:
        rows = api.get("/tables/departments/rows").raise_for_status().json()["items"]
        return [row["department"] for row in rows]

    def put(number: int, name: str) -> None:
        row = {"id": number, "department": name}
        assert api.post("/tables/departments/rows", json={"rows": [row]}).status_code == 201

    put(1, "Sprockets")
    printed = drill(shell, "restore-table-to-point-in-time", releases[0], 'echo "$stream"')
    stream = printed.splitlines()[-1]
    put(1, "Damaged")
    put(2, "Damaged")
    printed = drill(shell, "DepartmentsRestored=$stream", releases[0], stream=stream)
    # of the rows that came later
    assert re.search(r"differences: [1-9]\d*, repaired", printed), printed
    assert departments() == ["Sprockets"]
    put(3, "Cogs")
    assert departments() == ["Sprockets", "Cogs"]
    assert api.get("/health").json()["status"] == "ok"
    soon(lambda: api.get("/tables").json()["tables"][0]["rows"], 2)


def test_an_event_that_no_job_was_made_of_is_replayed(
    cloud: Cloud, shell: Shell, api: httpx.Client, releases: tuple[Path, Path]
) -> None:
    """As Lambda reports it: an object that arrived while its function failed."""
    listed = shell.run(
        f"aws cloudformation describe-stack-resources --stack-name {STACK} --output text"
        " --query 'StackResources[].[LogicalResourceId,PhysicalResourceId]'"
    )
    names = dict(line.split("\t") for line in listed.splitlines())
    bucket, key = names["LandingBucket"], "landing/departments/replayed.csv"
    shell.run(f"aws events disable-rule --name {names['ArrivalsFunctionArrival']}")
    shell.run(f"echo '9,Chains' | aws s3 cp - s3://{bucket}/{key}")
    detail = {"bucket": {"name": bucket}, "object": {"key": key}}
    payloads: list[dict[str, Any]] = [
        {"source": "aws.s3", "detail": detail},
        {"detail": {"object": {}}},
    ]
    for payload in payloads:
        letter = {
            "requestContext": {"functionArn": f"{names['ArrivalsFunction']}:live"},
            "requestPayload": payload,
        }
        # the CLI of this version knows only one address of SQS
        cloud.client("sqs").send_message(
            QueueUrl=names["IngestionDeadLetters"], MessageBody=json.dumps(letter)
        )
    assert not api.get("/ingestions").json()["items"]
    with pytest.raises(AssertionError, match="1 events failed again and stay in the queue"):
        drill(shell, "make replay", releases[0])

    def job() -> list[str]:
        return [each["status"] for each in api.get("/ingestions").json()["items"]]

    soon(job, ["succeeded"])


def expect_that_the_first_user_gets_in(shell: Shell) -> None:
    made = shell.run(commands("deploying.md", "admin-create-user"))
    assert json.loads(made)["User"]["UserStatus"] == "FORCE_CHANGE_PASSWORD"


def expect_that_nothing_was_lost(caller: Caller) -> None:
    assert not caller.failed
    for each in caller.made:
        assert caller.api.get(f"/sprockets/{each}").status_code == 200


def expect_that_the_pipeline_is_made(shell: Shell) -> None:
    """Its bucket and roles, whose names the deployment takes."""
    both = commands("deploying.md", "infra/github-oidc.yaml \\")
    deploy, _, describe = both.partition("\n   aws ")
    # the local cloud does not know identity providers: as in an account that has it already
    deploy = deploy.replace("OWNER/NAME", "owner/name").strip()
    shell.run(f"{deploy} CreateProvider=false")
    shell.run(f"aws {describe}")
    outputs = shell.outputs(PIPELINE)
    for variable, output in {
        "AWS_ARTIFACT_BUCKET": "ArtifactBucketName",
        "AWS_CLOUDFORMATION_ROLE_ARN": "CloudFormationRoleArn",
        "AWS_BOUNDARY_ARN": "BoundaryArn",
    }.items():
        shell.environment[variable] = outputs[output]
