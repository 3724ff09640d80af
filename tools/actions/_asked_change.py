"""The changes a caller asks for: the parameters of update_budget, and what they mean for what stands."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from tools.actions._action import BudgetName, MutatingParameters
from tools.actions._asked_budget import asked_filters, asked_notification
from tools.actions._choices import (
    AutoAdjustChoice,
    CostCategoryValues,
    CostTypesChoice,
    MomentInput,
    NotificationChoice,
    NotNegative,
    PlannedLimits,
    TagValues,
    Text,
    Texts,
    planned_start,
    subscribers_from,
)
from tools.domain.budget import AutoAdjust
from tools.domain.budget_types import BudgetType, Measure
from tools.domain.definition_changes import DefinitionChange
from tools.domain.errors import problem_with
from tools.domain.expression_rules import metric_named
from tools.domain.notifications import (
    ComparisonOperator,
    Notification,
    NotificationType,
    Subscriber,
    Threshold,
    ThresholdType,
    default_notifications,
    merged_subscribers,
    problems_with_subscribers,
)
from tools.domain.periods import TimeUnit
from tools.domain.quoting import quoted
from tools.domain.scope_changes import ScopeChange
from tools.domain.scope_rules import FILTER_PARAMETERS
from tools.domain.subscriber_channels import ChannelName

REMOVABLE = (
    "end",
    "planned_limits",
    "auto_adjust",
    *FILTER_PARAMETERS.values(),
    "other_filters",
    "cost_types",
    "filter_expression",
    "metric",
    "billing_view_arn",
    "notification_email",
    "notification_topic_arn",
    "notifications",
    "resource_tags",
)
_WITH_KEYS = ("other_filters", "resource_tags")


def _checked_removals(names: Any) -> Any:
    listed = [names] if isinstance(names, str) else names
    if not isinstance(listed, list):
        return listed
    for name in listed:
        if isinstance(name, str) and not _is_removable(name):
            raise ValueError(
                f"{quoted(name)} cannot be removed; what can be: {', '.join(REMOVABLE)}, other_filters.KEY, "
                "resource_tags.KEY"
            )
    return listed


def _is_removable(name: str) -> bool:
    parameter, dot, key = name.partition(".")
    return name in REMOVABLE or (parameter in _WITH_KEYS and bool(dot and key))


class UpdateBudgetParameters(MutatingParameters):
    """The budget, and what is to change of it; what is left out stays as it is."""

    budget_name: BudgetName = Field(description="An existing budget. Its name and type cannot be changed.")
    amount: NotNegative | None = Field(
        default=None, description="The new limit per period; ends planned limits and auto-adjusting."
    )
    unit: Text | None = Field(default=None, description="USAGE only: the unit of the limit.")
    time_unit: TimeUnit | None = Field(
        default=None,
        description="How often it begins anew; an amount that is not named stays, per new period.",
    )
    target: Decimal | None = Field(
        default=None,
        gt=0,
        le=100,
        description="RI and Savings Plans only: the percentage to reach; the LESS_THAN notification that says the "
        "present one is turned to it.",
    )
    service_filter: Texts | None = Field(default=None, description="Instead of the present services.")
    linked_accounts: Texts | None = Field(default=None, description="Instead of the present accounts.")
    regions: Texts | None = Field(default=None, description="Instead of the present regions.")
    tags: TagValues | None = Field(default=None, description="Instead of all present cost allocation tags.")
    cost_categories: CostCategoryValues | None = Field(
        default=None, description="Instead of all present cost categories."
    )
    usage_types: Texts | None = Field(default=None, description="Instead of the present usage types.")
    usage_type_groups: Texts | None = Field(default=None, description="Instead of the present groups.")
    instance_types: Texts | None = Field(default=None, description="Instead of the present instance types.")
    operations: Texts | None = Field(default=None, description="Instead of the present operations.")
    purchase_types: Texts | None = Field(default=None, description="Instead of the present purchase types.")
    other_filters: dict[str, Texts] | None = Field(
        default=None, description="Any other key of AWS's CostFilters; keys that are not named stay."
    )
    cost_types: CostTypesChoice | None = Field(
        default=None, description="COST only: the switches to change; those that are not named stay."
    )
    filter_expression: dict[str, Any] | None = Field(
        default=None, description="Instead of the present filters of either kind and cost_types."
    )
    metric: Text | None = Field(
        default=None, description="Another metric; other filters are carried over into a filter expression."
    )
    billing_view_arn: Text | None = Field(default=None, description="Watch the costs of this billing view.")
    planned_limits: PlannedLimits | None = Field(
        default=None,
        description="All periods, or single ones of the present plan; ends a fixed limit and auto-adjusting.",
    )
    auto_adjust: AutoAdjustChoice | None = Field(
        default=None, description="AWS derives the limit itself from now on; ends a fixed limit and a plan."
    )
    start: MomentInput | None = Field(default=None, description="A day or moment in UTC.")
    end: MomentInput | None = Field(default=None, description="A day or moment in UTC.")
    notification_email: Texts | None = Field(
        default=None,
        description="Instead of the present addresses of all notifications, or for `notifications` that name "
        "nobody; a budget without notifications gets the usual ones.",
    )
    notification_topic_arn: Text | None = Field(
        default=None, description="Instead of the present SNS topic, in the same way."
    )
    notifications: list[NotificationChoice] | None = Field(
        default=None,
        description="All notifications there are to be; others are removed. One that names nobody keeps "
        "its present subscribers; a new one tells everybody whom the present ones tell.",
    )
    resource_tags: dict[str, str] = Field(
        default_factory=dict, description="Tags on the budget itself to set; others stay."
    )
    remove: Annotated[
        list[Text], BeforeValidator(_checked_removals, json_schema_input_type=str | list[str])
    ] = Field(
        default_factory=list,
        description="Parameters whose value is to be taken away, such as end, regions, other_filters.AZ, "
        "notifications, resource_tags or resource_tags.KEY.",
    )
    dry_run: bool = Field(default=False, description="Check everything and show what would be sent.")


def asked_change(parameters: UpdateBudgetParameters) -> DefinitionChange:
    """What the parameters name of the definition."""
    adjust, chosen = parameters.auto_adjust, parameters.cost_types
    removed = frozenset(parameters.remove)
    return DefinitionChange(
        amount=parameters.amount,
        unit=parameters.unit,
        time_unit=parameters.time_unit,
        planned_limits={
            planned_start(key): amount for key, amount in (parameters.planned_limits or {}).items()
        },
        auto_adjust=None if adjust is None else AutoAdjust(type=adjust.type, periods=adjust.periods),
        starts=parameters.start,
        ends=parameters.end,
        scope=ScopeChange(
            filters=asked_filters(parameters, parameters.other_filters),
            cost_types={} if chosen is None else chosen.model_dump(include=chosen.model_fields_set),
            expression=parameters.filter_expression,
            metric=None if parameters.metric is None else metric_named(parameters.metric),
            billing_view_arn=parameters.billing_view_arn,
            removed=removed,
        ),
        removed=removed,
    )


def names_notifications(parameters: UpdateBudgetParameters) -> bool:
    """Whether anything is said of notifications or of who is told."""
    named = ("target", "notification_email", "notification_topic_arn", "notifications")
    return any(getattr(parameters, name) is not None or name in parameters.remove for name in named)


def names_tags(parameters: UpdateBudgetParameters) -> bool:
    """Whether anything is said of the tags on the budget itself."""
    return bool(parameters.resource_tags) or any(
        each.partition(".")[0] == "resource_tags" for each in parameters.remove
    )


def wanted_notifications(
    parameters: UpdateBudgetParameters, existing: tuple[Notification, ...], budget_type: BudgetType
) -> tuple[Notification, ...]:
    """The notifications there are to be, right or wrong; `existing` come with their subscribers."""
    everybody = subscribers_from(parameters.notification_email, parameters.notification_topic_arn)
    if parameters.notifications is not None:
        standing = {each.identity: each for each in existing}
        others = everybody or merged_subscribers(existing)[0]
        return tuple(
            _chosen(each, standing.get(each.identity), others, parameters)
            for each in (asked_notification(choice, budget_type, ()) for choice in parameters.notifications)
        )
    if "notifications" in parameters.remove:
        existing = ()
    if not existing and parameters.target is None:
        return default_notifications(budget_type, everybody) if everybody else ()
    kept = tuple(replace(each, subscribers=_told(each, parameters)) for each in existing)
    if parameters.target is None or budget_type.default_target is None:
        return kept
    return _held_to(parameters.target, kept, everybody)


def _chosen(
    chosen: Notification,
    standing: Notification | None,
    others: tuple[Subscriber, ...],
    parameters: UpdateBudgetParameters,
) -> Notification:
    """One of `notifications`, with its own subscribers, else those it has, else those of the others."""
    if standing is None:
        return replace(chosen, subscribers=chosen.subscribers or others)
    told = chosen.subscribers or _told(standing, parameters) or others
    return replace(standing, subscribers=told)


def wanted_tags(parameters: UpdateBudgetParameters, existing: dict[str, str]) -> dict[str, str]:
    """The tags there are to be on the budget itself."""
    removed = parameters.remove
    kept = {
        key: value
        for key, value in existing.items()
        if "resource_tags" not in removed and f"resource_tags.{key}" not in removed
    }
    return kept | parameters.resource_tags


def problems_with_change(
    parameters: UpdateBudgetParameters,
    budget_type: BudgetType,
    existing: tuple[Notification, ...],
    account_id: str,
    *,
    is_adjusting: bool,
) -> list[dict[str, str]]:
    """What is wrong with parameters that the changed budget has no place for.

    `existing` are the notifications that stand; `is_adjusting` says whether AWS will set the limit itself.
    """
    problems = [
        problem_with("remove", f"'{name}' is given and removed", "one of the two")
        for name in parameters.remove
        if _is_given(name, parameters)
    ]
    for name, told in (
        ("notification_email", subscribers_from(parameters.notification_email, None)),
        ("notification_topic_arn", subscribers_from(None, parameters.notification_topic_arn)),
    ):
        found = problems_with_subscribers(told, account_id) if told else []
        problems += [problem_with(name, each) for each in found]
    if parameters.target is not None:
        problems += _problems_with_target(parameters, budget_type, existing)
    if parameters.unit is not None and is_adjusting and budget_type.measure is Measure.USAGE:
        problems.append(
            problem_with("unit", "AWS takes the unit of a budget that adjusts itself from the usage")
        )
    return problems


def _is_given(removed: str, parameters: UpdateBudgetParameters) -> bool:
    parameter, _, key = removed.partition(".")
    given = getattr(parameters, parameter)
    return key in (given or {}) if key else given not in (None, {})


def _problems_with_target(
    parameters: UpdateBudgetParameters, budget_type: BudgetType, existing: tuple[Notification, ...]
) -> list[dict[str, str]]:
    if budget_type.default_target is None:
        return [problem_with("target", f"{budget_type.name} budgets have a limit, not a target", "amount")]
    if parameters.notifications is not None or "notifications" in parameters.remove:
        return [
            problem_with("target", "a target is a notification; it cannot be given besides notifications")
        ]
    everybody = parameters.notification_email or parameters.notification_topic_arn
    higher = sorted(each.threshold.value for each in _lower_bounds(existing) if each is not _holder(existing))
    if parameters.target is not None and higher and higher[-1] > parameters.target:
        return [
            problem_with(
                "target",
                f"another notification, LESS_THAN {higher[-1]} %, would still hold the budget to more",
                "notifications: all there are to be",
            )
        ]
    if _holder(existing) is None and not everybody:
        return [
            problem_with(
                "target",
                "AWS keeps a target only as the threshold of a notification, and nobody is to be told",
                "with notification_email or notification_topic_arn",
            )
        ]
    return []


def _held_to(
    target: Decimal, existing: tuple[Notification, ...], everybody: tuple[Subscriber, ...]
) -> tuple[Notification, ...]:
    """The notifications with the one that holds the target turned to the new one."""
    below = Notification(
        NotificationType.ACTUAL, ComparisonOperator.LESS_THAN, Threshold(target), everybody or None
    )
    holder = _holder(existing)
    if holder is None:
        return (*existing, below) if everybody else existing
    below = replace(below, subscribers=holder.subscribers)
    others = tuple(each for each in existing if each.identity not in (holder.identity, below.identity))
    return (*others, below)


def _holder(existing: tuple[Notification, ...]) -> Notification | None:
    """The notification that says what the budget is held to: the highest LESS_THAN percentage."""
    return max(_lower_bounds(existing), key=lambda each: each.threshold.value, default=None)


def _lower_bounds(existing: tuple[Notification, ...]) -> list[Notification]:
    return [
        each
        for each in existing
        if each.operator is ComparisonOperator.LESS_THAN and each.threshold.type is ThresholdType.PERCENTAGE
    ]


def _told(notification: Notification, parameters: UpdateBudgetParameters) -> tuple[Subscriber, ...]:
    """Who is told of an existing notification from now on."""
    told = list(notification.subscribers or ())
    for channel, parameter, named in (
        (ChannelName.EMAIL, "notification_email", subscribers_from(parameters.notification_email, None)),
        (
            ChannelName.SNS,
            "notification_topic_arn",
            subscribers_from(None, parameters.notification_topic_arn),
        ),
    ):
        if named or parameter in parameters.remove:
            told = [*(each for each in told if each.channel is not channel), *named]
    return tuple(told)
