"""Whom and what a budget action would hit: whether it exists, and in a dry run, what it loses and keeps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple, TypeVar

from pydantic import Field

from tools.actions._action import Incomplete, Model
from tools.actions._reply import Amount, read_or_say, shown
from tools.domain.action_cost import ActionCost, action_cost
from tools.domain.blast_radius import Impact, denied_by, denies_nothing, impact_on
from tools.domain.budget_actions import (
    BudgetActionTarget,
    IamPolicyTarget,
    InstancesTarget,
    ScpTarget,
    SsmActionSubType,
)
from tools.domain.errors import problem_with
from tools.domain.target_notes import (
    notes_on_account,
    notes_on_database,
    notes_on_instance,
    notes_on_policy,
    notes_on_principal,
)
from tools.domain.targets import Account, Database, Instance, Policy, Principal
from tools.gateways import Gateways

Found = TypeVar("Found")


class PolicyView(Model):
    """The policy that would be attached."""

    id: str
    denies: list[str] = Field(description="By service, with the limits of each statement.")
    notes: list[str]


class PrincipalView(Model):
    """A role, user or group, and what becomes of what it may do; one line per service."""

    kind: str
    name: str
    arn: str
    members: list[str] = Field(description="The users of a group: all of them are hit.")
    may_today: list[str] | None = Field(description="Null where its policies could not be read.")
    may_no_longer: list[str] | None
    only: list[str] | None = Field(description="Losses on some resources or under conditions.")
    keeps: list[str] | None
    notes: list[str]


class AccountView(Model):
    """An account that the service control policy would bind."""

    id: str
    name: str
    state: str
    notes: list[str]


class InstanceView(Model):
    """An instance that would be stopped."""

    id: str
    name: str | None
    type: str
    state: str
    notes: list[str] = Field(description="Whether it comes back, or cannot be stopped.")


class BlastRadius(Model):
    """Whom and what one budget action would hit."""

    level: int | None = Field(description="Which of the levels; null for a single budget action.")
    policy: PolicyView | None
    principals: list[PrincipalView]
    accounts: list[AccountView]
    instances: list[InstanceView]


class CostView(Model):
    """What budget actions cost: two budgets that have some are free, each further one $0.10 a day."""

    budgets_with_actions: int = Field(description="In the account, this one included.")
    added_per_month: Amount = Field(description="What this budget adds, for 30 days.")
    sentence: str


class Hit(NamedTuple):
    """What was found of a target; `problems` say what does not exist. What could not be read is left out."""

    problems: list[dict[str, str]]
    policy: Policy | None = None
    principals: Sequence[Principal] = ()
    accounts: Sequence[Account] = ()
    instances: Sequence[Instance] = ()
    databases: Sequence[Database] = ()


def find_target(target: BudgetActionTarget, gateways: Gateways, incomplete: list[Incomplete]) -> Hit:
    """Look up everything the target names. What cannot be read is said in `incomplete` and taken to exist."""
    match target:
        case IamPolicyTarget():
            return _find_principals(target, gateways, incomplete)
        case ScpTarget():
            return _find_accounts(target, gateways, incomplete)
        case InstancesTarget():
            return _find_instances(target, gateways, incomplete)


def blast_radius(
    hit: Hit, level: int | None, account_id: str, gateways: Gateways, incomplete: list[Incomplete]
) -> BlastRadius:
    """What was found, with what principals lose and keep by it."""
    policy = hit.policy
    return BlastRadius(
        level=level,
        policy=None
        if policy is None
        else PolicyView(
            id=policy.id,
            denies=denied_by(policy),
            notes=notes_on_policy(is_without_denial=denies_nothing(policy)),
        ),
        principals=[_principal(each, policy, gateways, incomplete) for each in hit.principals],
        accounts=[
            AccountView(
                id=each.id, name=each.name, state=each.state, notes=notes_on_account(each, account_id)
            )
            for each in hit.accounts
        ],
        instances=[
            *(
                InstanceView(
                    id=each.id,
                    name=each.name,
                    type=each.type,
                    state=each.state,
                    notes=notes_on_instance(each),
                )
                for each in hit.instances
            ),
            *(
                InstanceView(
                    id=each.id,
                    name=each.id,
                    type=f"{each.engine} {each.type}",
                    state=each.state,
                    notes=notes_on_database(each),
                )
                for each in hit.databases
            ),
        ],
    )


def cost_of(
    budget_name: str, account_id: str, gateways: Gateways, incomplete: list[Incomplete]
) -> CostView | None:
    """What the budget's actions would cost; None where the account's could not be read."""
    everything = read_or_say(
        "budget actions of the account",
        incomplete,
        lambda: gateways.budgets.all_budget_actions(account_id),
    )
    if everything is None:
        return None
    cost: ActionCost = action_cost(budget_name, {each.definition.budget_name for each in everything})
    return CostView(
        budgets_with_actions=cost.budgets,
        added_per_month=shown(cost.added_per_month),
        sentence=cost.sentence,
    )


def _find_principals(target: IamPolicyTarget, gateways: Gateways, incomplete: list[Incomplete]) -> Hit:
    problems: list[dict[str, str]] = []
    found: list[Principal] = []
    policy = _existing(
        f"policy {target.policy_arn}",
        lambda: gateways.targets.managed_policy(target.policy_arn),
        problem_with("policy_arn", f"there is no policy {target.policy_arn}", "a policy that exists"),
        problems,
        incomplete,
    )
    kinds = (
        ("target_roles", "role", target.roles),
        ("target_users", "user", target.users),
        ("target_groups", "group", target.groups),
    )
    for parameter, kind, names in kinds:
        for name in names:
            principal = _existing(
                f"{kind} {name}",
                partial(gateways.targets.principal, kind, name),
                problem_with(parameter, f"there is no {kind} '{name}'", f"a {kind} that exists"),
                problems,
                incomplete,
            )
            found += [] if principal is None else [principal]
    return Hit(problems, policy=policy, principals=found)


def _find_accounts(target: ScpTarget, gateways: Gateways, incomplete: list[Incomplete]) -> Hit:
    problems: list[dict[str, str]] = []
    found: dict[str, Account] = {}
    policy = _existing(
        f"policy {target.policy_id}",
        lambda: gateways.targets.service_control_policy(target.policy_id),
        problem_with(
            "policy_id",
            f"the organization has no service control policy {target.policy_id}",
            "one that exists",
        ),
        problems,
        incomplete,
    )
    for each in target.target_ids:
        kind = "account" if each.isdigit() else "organizational unit"
        accounts = _existing(
            f"{kind} {each}",
            partial(gateways.targets.accounts_under, each),
            problem_with("target_ids", f"the organization has no {kind} {each}", "one that exists"),
            problems,
            incomplete,
        )
        found |= {account.id: account for account in accounts or ()}
    return Hit(problems, policy=policy, accounts=list(found.values()))


def _find_instances(target: InstancesTarget, gateways: Gateways, incomplete: list[Incomplete]) -> Hit:
    if target.sub_type is SsmActionSubType.STOP_RDS_INSTANCES:
        databases = read_or_say(
            f"databases in {target.region}",
            incomplete,
            lambda: gateways.targets.databases(target.region, target.instance_ids),
        )
        return Hit(_absent(target, databases), databases=databases or ())
    instances = read_or_say(
        f"instances in {target.region}",
        incomplete,
        lambda: gateways.targets.instances(target.region, target.instance_ids),
    )
    return Hit(_absent(target, instances), instances=instances or ())


def _absent(
    target: InstancesTarget, found: Sequence[Instance] | Sequence[Database] | None
) -> list[dict[str, str]]:
    """Databases are named without regard to case."""
    if found is None:
        return []
    there = {each.id.lower() for each in found}
    return [
        problem_with("instance_ids", f"there is no instance '{each}' in {target.region}", "one that exists")
        for each in target.instance_ids
        if each.lower() not in there
    ]


def _existing(
    part: str,
    read: Callable[[], Found | None],
    absence: dict[str, str],
    problems: list[dict[str, str]],
    incomplete: list[Incomplete],
) -> Found | None:
    """What `read` gives; where that is nothing, `absence` is a problem, unless it could not be read."""
    said = len(incomplete)
    found = read_or_say(part, incomplete, read)
    if found is None and len(incomplete) == said:
        problems.append(absence)
    return found


def _principal(
    principal: Principal, policy: Policy | None, gateways: Gateways, incomplete: list[Incomplete]
) -> PrincipalView:
    impact = None if policy is None else _impact(principal, policy, gateways, incomplete)
    return PrincipalView(
        kind=principal.kind,
        name=principal.name,
        arn=principal.arn,
        members=list(principal.members),
        may_today=None if impact is None else impact.may_today,
        may_no_longer=None if impact is None else impact.may_no_longer,
        only=None if impact is None else impact.only,
        keeps=None if impact is None else impact.keeps,
        notes=notes_on_principal(principal, is_spared=impact is not None and impact.spared),
    )


def _impact(
    principal: Principal, policy: Policy, gateways: Gateways, incomplete: list[Incomplete]
) -> Impact | None:
    """None where any of its policies could not be read: half of them would be a wrong answer."""
    sources = [(principal.kind, principal.name), *(("group", each) for each in principal.groups)]

    def read() -> list[Policy]:
        return [found for kind, name in sources for found in gateways.targets.policies_of(kind, name)]

    found = read_or_say(f"policies of {principal.kind} {principal.name}", incomplete, read)
    return None if found is None else impact_on(principal.arn, found, policy)
