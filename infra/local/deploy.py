"""Deploys template.yaml to the local cloud by the SAM CLI, as it would be to AWS."""

from infra.build import BUILD, ROOT, THIS_ARCHITECTURE, THIS_RUNTIME, build, run, tool
from infra.local.cloud import Cloud

STACK = "sprocketworks-local"


def deploy(cloud: Cloud) -> dict[str, str]:
    """Build and deploy unless nothing changed since; the stack's outputs."""
    built = build()
    stamp = cloud.folder / "deployed"
    if not stamp.exists() or stamp.read_text() != built:
        stamp.unlink(missing_ok=True)
        parameters = {
            "Environment": "local",
            "Runtime": THIS_RUNTIME,
            "Architecture": THIS_ARCHITECTURE,
        }
        run(
            tool("sam"),
            "deploy",
            "--config-file",
            str(ROOT / "samconfig.toml"),
            "--config-env",
            "local",
            "--template-file",
            str(BUILD / "template.yaml"),
            "--parameter-overrides",
            " ".join(f"{name}={value}" for name, value in parameters.items()),
            what="sam deploy",
            env=cloud.environment,
        )
        stamp.write_text(built)
    return outputs(cloud)


def outputs(cloud: Cloud) -> dict[str, str]:
    """The stack's outputs by name."""
    client = cloud.client("cloudformation")
    (stack,) = client.describe_stacks(StackName=STACK)["Stacks"]
    return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}
