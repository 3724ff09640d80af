"""Everything a call needs: its own action on its resources, and what it passes or tags on the way."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from local.authorization.actions import action_of
from local.authorization.evaluation import Permission
from local.authorization.resources import Parameters, Place, resources_of

# Operation to the parameter that names the role it passes, and the service the role is passed to.
# Source: Service Authorization Reference, dependent action iam:PassRole; IAM user guide, iam:PassedToService.
_PASSED_ROLES: Mapping[tuple[str, str], tuple[str, str]] = {
    ("budgets", "CreateBudgetAction"): ("ExecutionRoleArn", "budgets.amazonaws.com"),
    ("budgets", "UpdateBudgetAction"): ("ExecutionRoleArn", "budgets.amazonaws.com"),
    ("lambda", "CreateFunction"): ("Role", "lambda.amazonaws.com"),
    ("lambda", "UpdateFunctionConfiguration"): ("Role", "lambda.amazonaws.com"),
    ("scheduler", "CreateSchedule"): ("Target.RoleArn", "scheduler.amazonaws.com"),
    ("scheduler", "UpdateSchedule"): ("Target.RoleArn", "scheduler.amazonaws.com"),
    ("stepfunctions", "CreateStateMachine"): ("roleArn", "states.amazonaws.com"),
    ("stepfunctions", "UpdateStateMachine"): ("roleArn", "states.amazonaws.com"),
    ("ec2", "RunInstances"): ("IamInstanceProfile.Arn", "ec2.amazonaws.com"),
}

# Each kind of item of a DynamoDB transaction needs its own action (DynamoDB developer guide, transactions).
_TRANSACTION_ACTIONS = {
    "Get": "GetItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}


def permissions_of(service: str, operation: str, parameters: Parameters, place: Place) -> list[Permission]:
    """What `operation` of a boto3 service has to be allowed, all of it; empty if it needs nothing."""
    return [
        *_own(service, operation, parameters, place),
        *_tagging(service, operation, parameters, place),
        *_passing(service, operation, parameters),
        *_guarding(service, parameters, place),
    ]


def _own(service: str, operation: str, parameters: Parameters, place: Place) -> Iterator[Permission]:
    action = action_of(service, operation)
    if action is None:
        return
    if service == "dynamodb" and "TransactItems" in parameters:
        for item in parameters["TransactItems"]:
            for kind, body in item.items():
                name = f"dynamodb:{_TRANSACTION_ACTIONS[kind]}"
                for resource in resources_of(service, operation, body, place):
                    yield Permission(name, resource)
        return
    context = _context(service, parameters)
    resources = resources_of(service, operation, parameters, place)
    if service == "bedrock-runtime" and ":inference-profile/" in resources[0]:
        context["bedrock:inferenceprofilearn"] = resources[0]
    for resource in resources:
        yield Permission(action, resource, context)


def _tagging(service: str, operation: str, parameters: Parameters, place: Place) -> Iterator[Permission]:
    if service == "budgets" and operation.startswith("Create") and parameters.get("ResourceTags"):
        for resource in resources_of(service, operation, parameters, place):
            yield Permission("budgets:TagResource", resource, _context(service, parameters))


def _passing(service: str, operation: str, parameters: Parameters) -> Iterator[Permission]:
    path, passed_to = _PASSED_ROLES.get((service, operation), ("", ""))
    role: Any = parameters
    for name in path.split(".") if path else ():
        role = role.get(name, {})
    if path and role:
        yield Permission("iam:PassRole", role, {"iam:passedtoservice": passed_to})


def _guarding(service: str, parameters: Parameters, place: Place) -> Iterator[Permission]:
    """A guardrail that a conversation names has to be open to the caller (Bedrock user guide, "Guardrails")."""
    guardrail = (parameters.get("guardrailConfig") or {}).get("guardrailIdentifier")
    if service == "bedrock-runtime" and guardrail:
        arn = guardrail if guardrail.startswith("arn:") else place.arn("bedrock", f"guardrail/{guardrail}")
        yield Permission("bedrock:ApplyGuardrail", arn)


def _context(service: str, parameters: Parameters) -> dict[str, str | Sequence[str]]:
    """The condition keys that the request itself carries."""
    context: dict[str, str | Sequence[str]] = {}
    if service == "iam" and "PolicyArn" in parameters:
        context["iam:policyarn"] = parameters["PolicyArn"]
    if service == "iam" and "PermissionsBoundary" in parameters:
        context["iam:permissionsboundary"] = parameters["PermissionsBoundary"]
    if service == "sts" and "ExternalId" in parameters:
        context["sts:externalid"] = parameters["ExternalId"]
    if service == "sts" and "RoleSessionName" in parameters:
        context["sts:rolesessionname"] = parameters["RoleSessionName"]
    tags = parameters.get("ResourceTags") or parameters.get("Tags")
    keys = parameters.get("ResourceTagKeys") or parameters.get("TagKeys")
    if isinstance(tags, list):
        context.update({f"aws:requesttag/{tag['Key'].lower()}": tag["Value"] for tag in tags})
        keys = [tag["Key"] for tag in tags]
    if keys:
        context["aws:tagkeys"] = list(keys)
    return context
