"""Requests that make a deleted budget and its budget actions again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from pydantic import Field

from tools.actions._action import Model
from tools.domain.budget import BudgetDefinition
from tools.domain.budget_actions import BudgetAction, IamPolicyTarget, InstancesTarget, ScpTarget
from tools.domain.budget_types import Measure
from tools.domain.money import plain
from tools.domain.notifications import Notification, Subscriber
from tools.domain.scope import CostTypes, Scope
from tools.domain.scope_rules import FILTER_PARAMETERS


class RequestView(Model):
    """A request that can be sent as it is."""

    action: str
    parameters: dict[str, Any]


class RestoreView(Model):
    """What makes it again: first the budget, then its budget actions."""

    create_budget: RequestView
    create_budget_actions: list[RequestView] = Field(description="In any order, after the budget.")


def restoring(
    definition: BudgetDefinition,
    notifications: Sequence[Notification],
    tags: Mapping[str, str],
    actions: Sequence[tuple[BudgetAction, Mapping[str, str]]],
    account_id: str | None,
) -> RestoreView:
    """The requests for a standing definition, with `actions` and their tags; `account_id` where one was named."""
    account = {} if account_id is None else {"account_id": account_id}
    return RestoreView(
        create_budget=RequestView(
            action="create_budget",
            parameters={
                **account,
                "budget_name": definition.name,
                "budget_type": definition.type.name.value,
                "time_unit": definition.time_unit.value,
                **_limit(definition),
                **_scope(definition.scope),
                **_time(definition),
                "notifications": [_notification(each) for each in notifications],
                **({"resource_tags": dict(tags)} if tags else {}),
            },
        ),
        create_budget_actions=[_action_request(each, held, account) for each, held in actions],
    )


def _action_request(action: BudgetAction, tags: Mapping[str, str], account: Mapping[str, str]) -> RequestView:
    definition = action.definition
    return RequestView(
        action="create_budget_actions",
        parameters={
            **account,
            "budget_name": definition.budget_name,
            "action_type": definition.type.value,
            "threshold": _text(definition.threshold.value),
            "threshold_type": definition.threshold.type.value,
            "notification_type": definition.notification_type.value,
            "approval_model": definition.approval_model.value,
            **_target(action),
            "execution_role_arn": definition.execution_role_arn,
            "subscribers": [_subscriber(each) for each in definition.subscribers],
            **({"resource_tags": dict(tags)} if tags else {}),
        },
    )


def _limit(definition: BudgetDefinition) -> dict[str, Any]:
    """One kind of limit. The limit of RI and Savings Plans budgets is fixed, the unit of costs is known."""
    adjust = definition.auto_adjust
    if definition.type.fixed_limit is not None:
        return {}
    if adjust is not None:
        periods = {} if adjust.periods is None else {"periods": adjust.periods}
        return {"auto_adjust": {"type": adjust.type.value, **periods}}
    spends = [*definition.planned_limits.values(), *([definition.limit] if definition.limit else [])]
    is_usage = definition.type.measure is Measure.USAGE
    unit = {"unit": spends[0].unit} if spends and is_usage else {}
    if definition.planned_limits:
        planned = {
            f"{start:%Y-%m-%d}": _text(each.amount) for start, each in definition.planned_limits.items()
        }
        return {"planned_limits": planned, **unit}
    return {} if definition.limit is None else {"amount": _text(definition.limit.amount), **unit}


def _scope(scope: Scope) -> dict[str, Any]:
    found: dict[str, Any] = {}
    others = {}
    for name, values in scope.filters.items():
        if name in FILTER_PARAMETERS:
            found[FILTER_PARAMETERS[name]] = list(values)
        else:
            others[name] = list(values)
    if others:
        found["other_filters"] = others
    usual = CostTypes()
    chosen = {
        each.name: getattr(scope.cost_types, each.name)
        for each in fields(CostTypes)
        if scope.cost_types is not None and getattr(scope.cost_types, each.name) != getattr(usual, each.name)
    }
    if chosen:
        found["cost_types"] = chosen
    if scope.expression is not None:
        found["filter_expression"] = dict(scope.expression)
    if scope.metric is not None:
        found["metric"] = scope.metric
    if scope.billing_view_arn is not None:
        found["billing_view_arn"] = scope.billing_view_arn
    return found


def _time(definition: BudgetDefinition) -> dict[str, str]:
    moments = {"start": definition.starts, "end": definition.ends}
    return {name: _moment(moment) for name, moment in moments.items() if moment is not None}


def _notification(notification: Notification) -> dict[str, Any]:
    return {
        "type": notification.type.value,
        "operator": notification.operator.value,
        "threshold": _text(notification.threshold.value),
        "threshold_type": notification.threshold.type.value,
        "subscribers": [_subscriber(each) for each in notification.subscribers or ()],
    }


def _subscriber(subscriber: Subscriber) -> dict[str, str]:
    return {"channel": subscriber.channel.value, "address": subscriber.address}


def _target(action: BudgetAction) -> dict[str, Any]:
    target = action.definition.target
    match target:
        case IamPolicyTarget():
            named = {
                "target_roles": target.roles,
                "target_users": target.users,
                "target_groups": target.groups,
            }
            return {
                "policy_arn": target.policy_arn,
                **{name: list(each) for name, each in named.items() if each},
            }
        case ScpTarget():
            return {"policy_id": target.policy_id, "target_ids": list(target.target_ids)}
        case InstancesTarget():
            return {
                "sub_type": target.sub_type.value,
                "region": target.region,
                "instance_ids": list(target.instance_ids),
            }


def _text(amount: Decimal) -> str:
    return f"{plain(amount):f}"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
