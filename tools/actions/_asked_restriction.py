"""A restriction as a caller describes it, read and checked: whom it hits, and with which role."""

from __future__ import annotations

from typing import NamedTuple

from tools.actions._restriction_choice import RestrictionChoice
from tools.domain.advice import Advice
from tools.domain.budget import BudgetDefinition
from tools.domain.budget_action_choices import read_target
from tools.domain.budget_action_rules import problems_with_budget_action
from tools.domain.budget_actions import BudgetActionTarget, BudgetActionType
from tools.domain.errors import AccessDenied, problem_with
from tools.domain.notifications import Threshold
from tools.gateways import AgentIdentity

EXECUTION_ROLE_VARIABLE = "BUDGET_ACTION_EXECUTION_ROLE_ARN"


class AskedRestriction(NamedTuple):
    """The target, what is wrong with it, and what was repaired; without a target there are problems."""

    target: BudgetActionTarget | None
    problems: list[dict[str, str]]
    repairs: list[Advice]


def asked_restriction(
    action_type: BudgetActionType,
    choice: RestrictionChoice,
    threshold: Threshold,
    execution_role_arn: str | None,
    budget: BudgetDefinition,
    account_id: str,
    identity: AgentIdentity,
) -> AskedRestriction:
    """The restriction that was asked for, and everything that AWS or safety refuses of it."""
    read = read_target(action_type, choice.target(), account_id)
    problems = read.problems + problems_with_budget_action(
        read.target,
        threshold,
        execution_role_arn,
        budget,
        account_id=account_id,
        agent_role_arn=identity.role_arn() if account_id == identity.account_id else None,
    )
    return AskedRestriction(read.target, problems, read.repairs)


def problem_without_role(account_id: str) -> dict[str, str]:
    """That nobody says with which role AWS Budgets shall act."""
    return problem_with(
        "execution_role_arn",
        f"neither the request nor the environment variable {EXECUTION_ROLE_VARIABLE} says with which role AWS "
        "Budgets shall act",
        f"the ARN of a role of {account_id} that trusts budgets.amazonaws.com",
    )


def perhaps_a_new_role(error: AccessDenied) -> AccessDenied:
    """A refused creation, with the advice to try again where the execution role may be too new.

    IAM takes a while to let AWS Budgets see a new role; the service words this like any other refusal.
    """
    if error.details.get("permission") == "sts:AssumeRole":
        return error
    return AccessDenied(
        f"{error.message} If the execution role was made a moment ago, try again in a minute.", error.details
    )
