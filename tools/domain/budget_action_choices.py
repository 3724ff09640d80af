"""What a caller says a budget action should do, read into a target: complete, of one type, names repaired."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tools.domain.advice import Advice
from tools.domain.budget_action_rules import principal_named
from tools.domain.budget_actions import (
    BudgetActionTarget,
    BudgetActionType,
    IamPolicyTarget,
    InstancesTarget,
    ScpTarget,
    SsmActionSubType,
)
from tools.domain.errors import problem_with

_PRINCIPALS = {"target_roles": "role", "target_users": "user", "target_groups": "group"}
_REQUIRED = {
    BudgetActionType.APPLY_IAM_POLICY: ("policy_arn",),
    BudgetActionType.APPLY_SCP_POLICY: ("policy_id", "target_ids"),
    BudgetActionType.RUN_SSM_DOCUMENTS: ("sub_type", "region", "instance_ids"),
}
_OPTIONAL = {BudgetActionType.APPLY_IAM_POLICY: tuple(_PRINCIPALS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetChoice:
    """Every parameter that says what is done to whom; only those of one action type may be given."""

    policy_arn: str | None = None
    target_roles: Sequence[str] = ()
    target_users: Sequence[str] = ()
    target_groups: Sequence[str] = ()
    policy_id: str | None = None
    target_ids: Sequence[str] = ()
    sub_type: SsmActionSubType | None = None
    region: str | None = None
    instance_ids: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTarget:
    """The target, what keeps it from being one, and what was repaired; without a target there are problems."""

    target: BudgetActionTarget | None
    problems: list[dict[str, str]] = field(default_factory=list)
    repairs: list[Advice] = field(default_factory=list)


def read_target(action_type: BudgetActionType, choice: TargetChoice, account_id: str) -> ReadTarget:
    """The target of an action of this type. A name may be given as ARN of the same account and kind."""
    problems = _problems_with_parameters(action_type, choice)
    if action_type is not BudgetActionType.APPLY_IAM_POLICY:
        return ReadTarget(target=_target(choice, {}), problems=problems)
    repairs: list[Advice] = []
    names: dict[str, tuple[str, ...]] = {}
    for parameter, kind in _PRINCIPALS.items():
        found = []
        for given in getattr(choice, parameter):
            name, problem = principal_named(kind, given, account_id)
            if problem is not None:
                problems.append(problem_with(parameter, problem, f"the name of a {kind}"))
            elif name != given:
                repairs.append(
                    Advice(
                        "NAME_INSTEAD_OF_ARN", f"{parameter}: AWS wants names, so '{given}' was read.", name
                    )
                )
            found.append(name)
        names[parameter] = tuple(dict.fromkeys(found))
    return ReadTarget(target=_target(choice, names), problems=problems, repairs=repairs)


def _problems_with_parameters(action_type: BudgetActionType, choice: TargetChoice) -> list[dict[str, str]]:
    required, optional = _REQUIRED[action_type], _OPTIONAL.get(action_type, ())
    problems = [
        problem_with(name, f"is required for {action_type}") for name in required if not getattr(choice, name)
    ]
    if optional and not any(getattr(choice, name) for name in optional):
        problems.append(
            problem_with(optional[0], f"{action_type} needs somebody to restrict", ", ".join(optional))
        )
    for other, names in ((each, (*_REQUIRED[each], *_OPTIONAL.get(each, ()))) for each in BudgetActionType):
        if other is action_type:
            continue
        problems += [
            problem_with(name, f"belongs to {other}, not to {action_type}", ", ".join((*required, *optional)))
            for name in names
            if getattr(choice, name)
        ]
    return problems


def _target(choice: TargetChoice, names: dict[str, tuple[str, ...]]) -> BudgetActionTarget | None:
    if names and choice.policy_arn:
        return IamPolicyTarget(
            policy_arn=choice.policy_arn,
            roles=names["target_roles"],
            users=names["target_users"],
            groups=names["target_groups"],
        )
    if names:
        return None
    if choice.policy_id and choice.target_ids:
        return ScpTarget(policy_id=choice.policy_id, target_ids=tuple(dict.fromkeys(choice.target_ids)))
    if choice.sub_type and choice.region and choice.instance_ids:
        return InstancesTarget(
            sub_type=choice.sub_type,
            region=choice.region,
            instance_ids=tuple(dict.fromkeys(choice.instance_ids)),
        )
    return None
