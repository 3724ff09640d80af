"""What AWS, or safety, refuses of a budget action: its budget, its target, its execution role.

Source: Budgets API shapes `Definition`, `PolicyArn`, `PolicyId`, `TargetId`, `Region`, `InstanceId`, `RoleArn`;
user guide, "Configuring budget actions" (cost and usage budgets only, names instead of ARNs, no organization
root, role and action in one account); the service's refusal of DAILY budgets. That the agent never restricts
itself or the role that would have to undo the restriction is our own rule.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tools.domain.budget import BudgetDefinition
from tools.domain.budget_actions import (
    BudgetActionTarget,
    IamPolicyTarget,
    InstancesTarget,
    ScpTarget,
    SsmActionSubType,
)
from tools.domain.budget_types import BUDGET_ACTION_TYPES
from tools.domain.errors import problem_with
from tools.domain.names import last_name, principal_from_arn
from tools.domain.notification_rules import problem_with_threshold
from tools.domain.notifications import Threshold
from tools.domain.periods import TimeUnit

MOST_TARGETS = 100

_PARTITION = r"arn:aws(?:-eusc|-cn|-us-gov|-iso|-iso-[a-z])?"
_ROLE_ARN = re.compile(
    rf"{_PARTITION}:iam::(?P<account>\d{{12}}):role/(?:[!-\x7f]+/)?(?P<name>[\w+=,.@-]+)", re.A
)
_POLICY_ARN = re.compile(
    rf"{_PARTITION}:iam::(?P<account>\d{{12}}|aws):policy/(?:[!-\x7f]+/)?(?P<name>[\w+=,.@-]+)", re.A
)
_POLICY_ID = re.compile(r"p-[0-9a-zA-Z_]{8,128}", re.A)
_TARGET_ID = re.compile(r"ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}|\d{12}", re.A)
_NAME = re.compile(r"(?:[!-\x7f]+/)?[\w+=,.@-]+", re.A)
_REGION = re.compile(r"\w{2,4}-\w+(?:-\w+)?-\d", re.A)
# AWS has one pattern for both kinds and would accept a database among EC2 instances.
_INSTANCE_IDS = {
    SsmActionSubType.STOP_EC2_INSTANCES: (
        re.compile(r"i-(?:[0-9a-f]{8}|[0-9a-f]{17})"),
        "i-0123456789abcdef0",
    ),
    SsmActionSubType.STOP_RDS_INSTANCES: (
        re.compile(r"[a-zA-Z](?:[\w-]{0,61}\w)?", re.A),
        "the identifier of a database instance",
    ),
}


def problems_with_budget_action(
    target: BudgetActionTarget | None,
    threshold: Threshold,
    execution_role_arn: str | None,
    budget: BudgetDefinition,
    *,
    account_id: str,
    agent_role_arn: str | None,
) -> list[dict[str, str]]:
    """Every reason for which such an action must not be attached to this budget; what is None is skipped."""
    problems = problems_with_host(budget)
    out_of_bounds = problem_with_threshold(threshold)
    if out_of_bounds is not None:
        problems.append(problem_with("threshold", *out_of_bounds))
    if target is not None:
        problems += problems_with_target(target, account_id)
    if isinstance(target, IamPolicyTarget):
        problems += _problems_with_lock_out(target.roles, execution_role_arn, agent_role_arn)
    if execution_role_arn is not None:
        problems += problems_with_execution_role(execution_role_arn, account_id)
    return problems


def problems_with_host(budget: BudgetDefinition) -> list[dict[str, str]]:
    """Why AWS lets no action on a budget like this."""
    problems = []
    if not budget.type.allows_budget_actions:
        problems.append(
            problem_with(
                "budget_name",
                f"'{budget.name}' is a {budget.type.name} budget; AWS attaches no action to those",
                f"a budget of type {' or '.join(BUDGET_ACTION_TYPES)}",
            )
        )
    if budget.time_unit is TimeUnit.DAILY:
        problems.append(
            problem_with(
                "budget_name",
                f"'{budget.name}' is a DAILY budget; AWS attaches no action to those",
                ", ".join(each for each in TimeUnit if each is not TimeUnit.DAILY),
            )
        )
    return problems


def problems_with_target(target: BudgetActionTarget, account_id: str) -> list[dict[str, str]]:
    """What is wrong with the policy and those it restricts, or with the instances."""
    match target:
        case IamPolicyTarget():
            return _problems_with_policy(target, account_id)
        case ScpTarget():
            return _problems_with_scp(target)
        case InstancesTarget():
            return _problems_with_instances(target)


def problems_with_execution_role(arn: str, account_id: str) -> list[dict[str, str]]:
    """Why AWS Budgets cannot act with this role."""
    role = _ROLE_ARN.fullmatch(arn)
    if role is None:
        return [
            problem_with(
                "execution_role_arn",
                f"'{arn}' is not the ARN of a role",
                f"arn:aws:iam::{account_id}:role/...",
            )
        ]
    if role["account"] != account_id:
        return [
            problem_with(
                "execution_role_arn",
                f"the role belongs to account {role['account']}; role, budget and action are of one account",
                f"a role of {account_id}",
            )
        ]
    return []


def principal_named(kind: str, given: str, account_id: str) -> tuple[str, str | None]:
    """The name of a role, user or group, and why it cannot be one; an ARN of the account's own is its name.

    `kind` is role, user or group.
    """
    if not given.startswith("arn:"):
        problem = None if _NAME.fullmatch(given) else f"'{given}' is not the name of a {kind}"
        return given, problem
    principal = principal_from_arn(given)
    if principal is None:
        return given, f"'{given}' is not the ARN of a {kind}"
    account, found, name = principal
    if found != kind:
        return given, f"'{given}' is a {found}, not a {kind}"
    if account != account_id:
        return given, f"'{given}' belongs to account {account}; an IAM action reaches only {account_id}"
    return name, None


def _problems_with_policy(target: IamPolicyTarget, account_id: str) -> list[dict[str, str]]:
    problems = []
    policy = _POLICY_ARN.fullmatch(target.policy_arn)
    if policy is None:
        problems.append(
            problem_with(
                "policy_arn",
                f"'{target.policy_arn}' is not the ARN of a managed policy",
                "such as arn:aws:iam::aws:policy/AWSDenyAll",
            )
        )
    elif policy["account"] not in (account_id, "aws"):
        problems.append(
            problem_with(
                "policy_arn", f"the policy belongs to account {policy['account']}", f"aws or {account_id}"
            )
        )
    for parameter, names in (
        ("target_roles", target.roles),
        ("target_users", target.users),
        ("target_groups", target.groups),
    ):
        problems += _problems_with_number(parameter, names)
    return problems


def _problems_with_scp(target: ScpTarget) -> list[dict[str, str]]:
    problems = _problems_with_number("target_ids", target.target_ids)
    if not _POLICY_ID.fullmatch(target.policy_id):
        problems.append(
            problem_with(
                "policy_id",
                f"'{target.policy_id}' is not the id of a service control policy",
                "p- and 8 or more",
            )
        )
    for each in target.target_ids:
        if each.startswith("r-"):
            reason = f"'{each}' is the organization's root; AWS Budgets attaches no policy there"
        elif not _TARGET_ID.fullmatch(each):
            reason = f"'{each}' is neither an account id nor the id of an organizational unit"
        else:
            continue
        problems.append(problem_with("target_ids", reason, "12 digits, or ou-..."))
    return problems


def _problems_with_instances(target: InstancesTarget) -> list[dict[str, str]]:
    problems = _problems_with_number("instance_ids", target.instance_ids)
    if not 9 <= len(target.region) <= 20 or not _REGION.fullmatch(target.region):
        problems.append(problem_with("region", f"'{target.region}' is not a region", "such as eu-central-1"))
    pattern, allowed = _INSTANCE_IDS[target.sub_type]
    problems += [
        problem_with("instance_ids", f"'{each}' names no instance that {target.sub_type} stops", allowed)
        for each in target.instance_ids
        if not pattern.fullmatch(each)
    ]
    return problems


def _problems_with_number(parameter: str, targets: Sequence[str]) -> list[dict[str, str]]:
    if len(targets) <= MOST_TARGETS:
        return []
    return [problem_with(parameter, f"names {len(targets)}", f"at most {MOST_TARGETS} per budget action")]


def _problems_with_lock_out(
    roles: Sequence[str], execution_role_arn: str | None, agent_role_arn: str | None
) -> list[dict[str, str]]:
    """Roles are compared by their last name: the ARN by which STS knows the agent has no path."""
    sacred = {}
    if execution_role_arn is not None:
        sacred[_last_name(execution_role_arn)] = "the role AWS Budgets acts with, so nothing could be undone"
    if agent_role_arn is not None:
        sacred[_last_name(agent_role_arn)] = "the agent's own role, so the agent would lock itself out"
    return [
        problem_with("target_roles", f"'{role}' is {sacred[_last_name(role)]}", "another role")
        for role in roles
        if _last_name(role) in sacred
    ]


def _last_name(role: str) -> str:
    return last_name(role).lower()
