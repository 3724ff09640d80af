"""Advice on a budget action that AWS would accept.

Source: user guide, "Configuring budget actions" (Auto Scaling, management account), AWS Budgets pricing, and
RDS's documentation that a stopped instance starts again after seven days.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tools.domain.advice import Advice
from tools.domain.budget import Budget
from tools.domain.budget_actions import (
    ApprovalModel,
    BudgetAction,
    BudgetActionDefinition,
    IamPolicyTarget,
    InstancesTarget,
    ScpTarget,
    SsmActionSubType,
)
from tools.domain.notifications import NotificationType

DENY_ALL = "AWSDenyAll"


def advice_on_budget_action(
    definition: BudgetActionDefinition,
    budget: Budget,
    others: Sequence[BudgetAction] | None,
    *,
    now: datetime,
    account_id: str,
) -> list[Advice]:
    """What to know before it acts. `others` are the budget's actions so far; None when they are unknown."""
    return [
        *_on_what_is_crossed(definition, budget, now),
        *_on_target(definition, account_id),
        *_on_price(others),
    ]


def _on_what_is_crossed(definition: BudgetActionDefinition, budget: Budget, now: datetime) -> list[Advice]:
    is_forecasted = definition.notification_type is NotificationType.FORECASTED
    period, limit = budget.definition.period_at(now), budget.definition.limit_at(now)
    figure = budget.forecasted_spend if is_forecasted else budget.actual_spend
    if figure is None and is_forecasted:
        return [
            Advice(
                "NO_FORECAST_YET",
                "AWS has no forecast for this budget; it needs about five weeks of history, and until then the "
                "action stays silent.",
            )
        ]
    if period is None or limit is None or figure is None or not budget.figures_are_of(period, now):
        return []
    threshold = definition.threshold.amount_of(limit)
    if figure.unit != threshold.unit or figure.amount <= threshold.amount:
        return []
    word = "forecasted" if is_forecasted else "actual"
    what_follows = (
        "AWS will carry the action out within minutes"
        if definition.approval_model is ApprovalModel.AUTOMATIC
        else "AWS will ask for approval within minutes"
    )
    return [
        Advice(
            "ALREADY_CROSSED",
            f"The {word} spend is {figure.in_words()}, past the threshold of {threshold.in_words()}: "
            f"{what_follows}.",
        )
    ]


def _on_target(definition: BudgetActionDefinition, account_id: str) -> list[Advice]:
    target = definition.target
    is_automatic = definition.approval_model is ApprovalModel.AUTOMATIC
    match target:
        case IamPolicyTarget() if is_automatic and target.policy_arn.endswith(f"/{DENY_ALL}"):
            return [
                Advice(
                    "LAST_RESORT",
                    f"{DENY_ALL} without approval stops everything its targets do, running workloads included; "
                    "a policy that denies only new spending, or MANUAL, harms less.",
                )
            ]
        case ScpTarget():
            own = [
                Advice(
                    "OWN_ACCOUNT",
                    f"Account {account_id} has to be the management account, and a service control policy binds "
                    "nobody there.",
                )
            ]
            return [
                Advice(
                    "MANAGEMENT_ACCOUNT_ONLY",
                    "SCP actions work only from the organization's management account.",
                ),
                *(own if account_id in target.target_ids else []),
            ]
        case InstancesTarget(sub_type=SsmActionSubType.STOP_EC2_INSTANCES):
            return [
                Advice(
                    "INSTANCES_COME_BACK",
                    "An Auto Scaling group replaces the instances that are stopped in it.",
                )
            ]
        case InstancesTarget(sub_type=SsmActionSubType.STOP_RDS_INSTANCES):
            return [Advice("INSTANCES_COME_BACK", "RDS starts a stopped instance again after seven days.")]
        case _:
            return []


def _on_price(others: Sequence[BudgetAction] | None) -> list[Advice]:
    """A budget that has actions already is paid for; further ones on it cost nothing."""
    if others:
        return []
    return [
        Advice(
            "ACTIONS_COST",
            "Two budgets with actions are free; every further one costs $0.10 a day, used or not.",
        )
    ]
