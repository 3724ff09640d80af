"""What a budget action does to the account: attach policies, stop instances, and undo both."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from moto.core.exceptions import ServiceException
from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
from moto.organizations.models import organizations_backends
from moto.rds.models import rds_backends
from werkzeug.exceptions import HTTPException

from local.authorization.conditions import Context
from local.budgets.execution_role import refusal_of

Definition = Mapping[str, Any]


class ExecutionFailedError(Exception):
    """A budget action could not be carried out; the text is the reason, for its history."""


class Executor(Protocol):
    """Carries out the definition of a budget action with its execution role, or undoes it.

    Both raise ExecutionFailedError. Undoing what is undone already is no failure.
    """

    def execute(self, account_id: str, role_arn: str, definition: Definition) -> None: ...
    def reverse(self, account_id: str, role_arn: str, definition: Definition) -> None: ...


@dataclass(frozen=True)
class Need:
    """A permission that the execution role must have."""

    action: str
    resource: str
    context: Context = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """One change to one target, with the permissions it needs."""

    needs: tuple[Need, ...]
    change: Callable[[], Any]


class AccountExecutor:
    """Changes the embedded account. All permissions are checked before the first change is made."""

    def execute(self, account_id: str, role_arn: str, definition: Definition) -> None:
        """Attach the policy or stop the instances. Raises ExecutionFailedError."""
        _carry_out(role_arn, lambda: _steps(account_id, definition, is_reversal=False))

    def reverse(self, account_id: str, role_arn: str, definition: Definition) -> None:
        """Detach the policy or start the instances. Raises ExecutionFailedError."""
        _carry_out(role_arn, lambda: _steps(account_id, definition, is_reversal=True))


def _carry_out(role_arn: str, steps_of: Callable[[], Iterator[Step]]) -> None:
    try:
        steps = list(steps_of())
        for need in (need for step in steps for need in step.needs):
            reason = refusal_of(role_arn, need.action, need.resource, need.context)
            if reason is not None:
                raise ExecutionFailedError(reason)
        for step in steps:
            step.change()
    except (ServiceException, HTTPException) as error:
        raise ExecutionFailedError(str(getattr(error, "message", error))) from error


def _steps(account_id: str, definition: Definition, *, is_reversal: bool) -> Iterator[Step]:
    if "IamActionDefinition" in definition:
        return _iam_steps(account_id, definition["IamActionDefinition"], is_reversal)
    if "ScpActionDefinition" in definition:
        return _scp_steps(account_id, definition["ScpActionDefinition"], is_reversal)
    ssm = definition["SsmActionDefinition"]
    if ssm["ActionSubType"] == "STOP_EC2_INSTANCES":
        return _ec2_steps(account_id, ssm, is_reversal)
    return _rds_steps(account_id, ssm, is_reversal)


def _iam_steps(account_id: str, iam: Mapping[str, Any], is_reversal: bool) -> Iterator[Step]:
    backend = iam_backends[account_id]["aws"]
    policy_arn = iam["PolicyArn"]
    context = {"iam:policyarn": policy_arn}
    verb = "Detach" if is_reversal else "Attach"
    kinds = (("Roles", "Role"), ("Groups", "Group"), ("Users", "User"))
    for members, kind in kinds:
        for path_and_name in iam.get(members) or ():
            name = path_and_name.rpartition("/")[2]
            target = getattr(backend, f"get_{kind.lower()}")(name)
            if is_reversal and policy_arn not in target.managed_policies:
                continue
            change = getattr(backend, f"{verb.lower()}_{kind.lower()}_policy")
            need = Need(f"iam:{verb}{kind}Policy", target.arn, context)
            yield Step((need,), _bind(change, policy_arn, name))


def _scp_steps(account_id: str, scp: Mapping[str, Any], is_reversal: bool) -> Iterator[Step]:
    backend = organizations_backends[account_id]["aws"]
    policy_id = scp["PolicyId"]
    known: list[Any] = [*backend.accounts, *backend.ou]
    targets = {one.id: one for one in known}
    policy: Any = backend.get_policy_by_id(policy_id)
    verb = "Detach" if is_reversal else "Attach"
    for target_id in scp["TargetIds"]:
        target = targets.get(target_id)
        if target is None:
            raise ExecutionFailedError(f"We can't find a root, OU, or account with the TargetId {target_id}.")
        if is_reversal and policy not in target.attached_policies:
            continue
        change = backend.detach_policy if is_reversal else backend.attach_policy
        needs = tuple(Need(f"organizations:{verb}Policy", arn) for arn in (policy.arn, target.arn))
        yield Step(needs, _bind(change, PolicyId=policy_id, TargetId=target_id))


def _ec2_steps(account_id: str, ssm: Mapping[str, Any], is_reversal: bool) -> Iterator[Step]:
    region, ids = ssm["Region"], list(ssm["InstanceIds"])
    backend = ec2_backends[account_id][region]
    verb = "Start" if is_reversal else "Stop"
    change = backend.start_instances if is_reversal else backend.stop_instances
    backend.get_multi_instances_by_id(ids)
    for instance_id in ids:
        arn = f"arn:aws:ec2:{region}:{account_id}:instance/{instance_id}"
        needs = _automation_needs(
            region,
            f"AWS-{verb}EC2Instance",
            ("ec2:DescribeInstanceStatus", "*"),
            (f"ec2:{verb}Instances", arn),
        )
        yield Step(needs, _bind(change, [instance_id]))


def _rds_steps(account_id: str, ssm: Mapping[str, Any], is_reversal: bool) -> Iterator[Step]:
    region = ssm["Region"]
    backend = rds_backends[account_id][region]
    verb = "Start" if is_reversal else "Stop"
    change = backend.start_db_instance if is_reversal else backend.stop_db_instance
    settled = "available" if is_reversal else "stopped"
    for name in ssm["InstanceIds"]:
        instance = backend.describe_db_instances(name)[0]
        if instance.status == settled:
            continue
        arn = f"arn:aws:rds:{region}:{account_id}:db:{name}"
        needs = _automation_needs(
            region, f"AWS-{verb}RdsInstance", ("rds:DescribeDBInstances", arn), (f"rds:{verb}DBInstance", arn)
        )
        yield Step(needs, _bind(change, name))


def _automation_needs(region: str, document: str, *calls: tuple[str, str]) -> tuple[Need, ...]:
    """What AWSBudgetsActions_RolePolicyForResourceAdministrationWithSSM grants: the document and its calls."""
    through_ssm = {"aws:calledvia": ["ssm.amazonaws.com"]}
    start = Need(
        "ssm:StartAutomationExecution", f"arn:aws:ssm:{region}::automation-definition/{document}:$DEFAULT"
    )
    return (start, *(Need(action, resource, through_ssm) for action, resource in calls))


def _bind(change: Callable[..., Any], *given: Any, **named: Any) -> Callable[[], Any]:
    return lambda: change(*given, **named)
