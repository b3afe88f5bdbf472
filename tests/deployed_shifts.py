"""Rules for how a new version gets its traffic: each yields what breaks it."""

from infra.pretraffic import CALLED, NOT_CALLED
from tests.deployed import HOOK, Faults, listed, of_type, statements
from tests.transformed import Resources

API_ALARMS = {"{ApiErrorsAlarm}", "{ApiLatencyAlarm}"}


def every_new_version_is_called_before_it_gets_traffic(resources: Resources) -> Faults:
    versions = {
        properties["FunctionName"].strip("{}"): f"{{{name}}}"
        for name, properties in of_type(resources, "AWS::Lambda::Version")
    }
    variables = resources[HOOK]["Properties"]["Environment"]["Variables"]
    callable_ = {
        (role, resource)
        for role, statement in statements(resources)
        if "lambda:InvokeFunction" in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }
    if ("ShiftRole", f"{{{HOOK}.Arn}}") not in callable_:
        yield "CodeDeploy may not call the hook"
    for name, _ in of_type(resources, "AWS::Lambda::Function"):
        if name not in CALLED and name not in NOT_CALLED:
            yield f"infra/pretraffic.py chooses no event for {name}"
        if name == HOOK:
            continue
        update = resources[f"{name}Aliaslive"].get("UpdatePolicy", {})
        hook = update.get("CodeDeployLambdaAliasUpdate", {}).get("BeforeAllowTrafficHook")
        if hook != f"{{{HOOK}}}":
            yield f"nothing is called before {name} gets traffic"
        if versions[name] not in variables["VERSIONS"].split():
            yield f"the hook does not know the version of {name}"
        # IAM takes a while to let it call what is new: so by the function, whose name stays
        if (f"{HOOK}Role", f"{{{name}.Arn}}:*") not in callable_:
            yield f"the hook may not call {name}"


def every_new_version_is_taken_back_by_alarms(resources: Resources) -> Faults:
    groups = dict(of_type(resources, "AWS::CodeDeploy::DeploymentGroup"))
    for name, _ in of_type(resources, "AWS::Lambda::Function"):
        if name == HOOK:
            continue
        group = groups[f"{name}DeploymentGroup"]
        configured = group.get("AlarmConfiguration", {})
        alarms = {each["Name"] for each in configured.get("Alarms", [])}
        own = f"{{{name.removesuffix('Function')}ErrorsAlarm}}"
        if alarms != {*API_ALARMS, own} or not configured.get("Enabled"):
            yield f"{name} is taken back by {sorted(alarms)}"
        if "DEPLOYMENT_STOP_ON_ALARM" not in group["AutoRollbackConfiguration"]["Events"]:
            yield f"{name} is not taken back"
