"""The budget a caller asks for: the parameters of create_budget, and what they mean."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import Field

from tools.actions._action import MutatingParameters, Parameters
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
from tools.domain.budget import AutoAdjust, BudgetDefinition
from tools.domain.budget_types import BUDGET_TYPES, BudgetType, BudgetTypeName, Measure, default_unit
from tools.domain.errors import problem_with
from tools.domain.expression_rules import metric_named
from tools.domain.money import Spend
from tools.domain.notifications import (
    ComparisonOperator,
    Notification,
    NotificationType,
    Subscriber,
    Threshold,
    default_notifications,
    operator_for,
    problems_with_subscribers,
)
from tools.domain.periods import TimeUnit
from tools.domain.scope import CostTypes, Scope
from tools.domain.scope_changes import USUAL_METRIC
from tools.domain.scope_rules import FILTER_PARAMETERS


class IfExists(StrEnum):
    """What to do when the account already has a budget of that name."""

    ERROR = "error"
    SKIP = "skip"


class CreateBudgetParameters(MutatingParameters):
    """The budget to create."""

    budget_name: str = Field(description="Unique in the account, 1 to 100 characters without : and \\.")
    budget_type: BudgetTypeName = Field(default=BudgetTypeName.COST, description="What the budget watches.")
    amount: NotNegative | None = Field(
        default=None,
        description="The limit per period. One of amount, planned_limits and auto_adjust for COST and USAGE; the "
        "limit of RI and Savings Plans budgets is always 100 percent.",
    )
    unit: Text | None = Field(
        default=None, description="USD for COST (default); for USAGE the usage's unit, such as Hrs or GB."
    )
    time_unit: TimeUnit = Field(
        default=TimeUnit.MONTHLY,
        description="How often it begins anew; CUSTOM is one period from start to end.",
    )
    target: Decimal | None = Field(
        default=None,
        gt=0,
        le=100,
        description="RI and Savings Plans only: the percentage to reach, watched as a LESS_THAN notification.",
    )
    service_filter: Texts | None = Field(
        default=None,
        description="Services as Cost Explorer calls them, such as 'Amazon Elastic Compute Cloud - Compute'. "
        "RI budgets need exactly one.",
    )
    linked_accounts: Texts | None = Field(default=None, description="Account ids of 12 digits.")
    regions: Texts | None = Field(default=None, description="Region codes, such as eu-central-1.")
    tags: TagValues | None = Field(
        default=None, description='Cost allocation tags: {"team": "data"} or \'user:team$data\'.'
    )
    cost_categories: CostCategoryValues | None = Field(
        default=None, description='{"Department": "Research"} or \'Department$Research\'.'
    )
    usage_types: Texts | None = Field(default=None, description="Such as BoxUsage:t3.medium.")
    usage_type_groups: Texts | None = Field(
        default=None, description="Such as 'EC2: Running Hours'. A USAGE budget needs a usage type or group."
    )
    instance_types: Texts | None = Field(default=None, description="Such as m5.large.")
    operations: Texts | None = Field(default=None, description="Such as RunInstances.")
    purchase_types: Texts | None = Field(default=None, description="Such as 'On Demand Instances'.")
    other_filters: dict[str, Texts] | None = Field(
        default=None,
        description="Any other key of AWS's CostFilters with its values: AZ, Platform, Tenancy, SavingsPlansType, "
        "InstanceTypeFamily, BillingEntity, LegalEntityName, InvoicingEntity.",
    )
    cost_types: CostTypesChoice | None = Field(
        default=None, description='COST only: which kinds of cost count, such as {"include_credit": false}.'
    )
    filter_expression: dict[str, Any] | None = Field(
        default=None, description="Instead of all filters above and cost_types: a filter as AWS's Expression."
    )
    metric: Text | None = Field(
        default=None,
        description="With filter_expression: UnblendedCost (default for COST), NetUnblendedCost, AmortizedCost, "
        "UsageQuantity (default for USAGE), Hours (default for RI), ...",
    )
    billing_view_arn: Text | None = Field(default=None, description="Watch the costs of this billing view.")
    planned_limits: PlannedLimits | None = Field(
        default=None,
        description='A limit per period: {"2026-10": 900, "2026-11": 1100, ...}, 12 months or 4 quarters from '
        "the current one.",
    )
    auto_adjust: AutoAdjustChoice | None = Field(default=None, description="AWS derives the limit itself.")
    start: MomentInput | None = Field(
        default=None, description="A day or moment in UTC; the current period's start when left out."
    )
    end: MomentInput | None = Field(default=None, description="A day or moment in UTC; never when left out.")
    notification_email: Texts | None = Field(
        default=None,
        description="Who is told. Without `notifications`: of 80 % and 100 % actual and 100 % forecasted, or of "
        "falling below the target.",
    )
    notification_topic_arn: Text | None = Field(
        default=None,
        description="An SNS topic of the same account that is told, besides or instead of e-mail.",
    )
    notifications: list[NotificationChoice] | None = Field(
        default=None, description="Thresholds of your own instead of the usual ones, at most ten."
    )
    resource_tags: dict[str, str] = Field(default_factory=dict, description="Tags on the budget itself.")
    template: Text | None = Field(
        default=None,
        description="A template of list_budget_templates; what is named here as well takes the place of its own.",
    )
    template_parameters: dict[str, Any] = Field(
        default_factory=dict, description="What the template leaves to say."
    )
    if_exists: IfExists = Field(
        default=IfExists.ERROR, description="skip leaves an existing budget alone and says how it differs."
    )
    dry_run: bool = Field(default=False, description="Check everything and return what would be sent.")


def asked_definition(parameters: CreateBudgetParameters) -> BudgetDefinition:
    """What the parameters say, right or wrong; a unit that nobody knows is an empty text."""
    budget_type = BUDGET_TYPES[parameters.budget_type]
    unit = parameters.unit or default_unit(budget_type) or ""
    adjust = parameters.auto_adjust
    return BudgetDefinition(
        name=parameters.budget_name,
        type=budget_type,
        time_unit=parameters.time_unit,
        scope=_scope(parameters, budget_type),
        limit=_limit(parameters.amount, unit, budget_type),
        planned_limits={
            planned_start(key): Spend(planned, unit)
            for key, planned in (parameters.planned_limits or {}).items()
        },
        auto_adjust=None if adjust is None else AutoAdjust(type=adjust.type, periods=adjust.periods),
        starts=parameters.start,
        ends=parameters.end,
    )


def _limit(amount: Decimal | None, unit: str, budget_type: BudgetType) -> Spend | None:
    if amount is None and budget_type.fixed_limit is not None:
        amount = budget_type.fixed_limit.amount
    return None if amount is None else Spend(amount, unit)


def _scope(parameters: CreateBudgetParameters, budget_type: BudgetType) -> Scope:
    chosen = parameters.cost_types
    metric = parameters.metric
    if parameters.filter_expression is not None and metric is None:
        metric = USUAL_METRIC[budget_type.measure]
    return Scope(
        filters=asked_filters(parameters, parameters.other_filters),
        cost_types=None if chosen is None else CostTypes(**chosen.model_dump()),
        expression=parameters.filter_expression,
        metric=None if metric is None else metric_named(metric),
        billing_view_arn=parameters.billing_view_arn,
    )


def asked_filters(parameters: Parameters, others: dict[str, list[str]] | None) -> dict[str, tuple[str, ...]]:
    """The CostFilters that parameters name, by AWS's key; each value once."""
    filters = {
        name: tuple(dict.fromkeys(values))
        for name, parameter in FILTER_PARAMETERS.items()
        if (values := getattr(parameters, parameter)) is not None
    }
    for name, values in (others or {}).items():
        filters[name] = tuple(dict.fromkeys((*filters.get(name, ()), *values)))
    return filters


def asked_notifications(
    parameters: CreateBudgetParameters, budget_type: BudgetType
) -> tuple[Notification, ...]:
    """The given notifications, told to everybody where they name nobody; else the usual ones; else none."""
    everybody = subscribers_from(parameters.notification_email, parameters.notification_topic_arn)
    if parameters.notifications is not None:
        return tuple(asked_notification(each, budget_type, everybody) for each in parameters.notifications)
    if not everybody:
        return ()
    if parameters.target is not None:
        below = Threshold(parameters.target)
        return (Notification(NotificationType.ACTUAL, ComparisonOperator.LESS_THAN, below, everybody),)
    return default_notifications(budget_type, everybody)


def asked_notification(
    choice: NotificationChoice, budget_type: BudgetType, everybody: tuple[Subscriber, ...]
) -> Notification:
    """One notification as it was chosen; where it names nobody, everybody is told."""
    own = (
        *subscribers_from(choice.emails, choice.topic_arn),
        *(Subscriber(each.channel, each.address) for each in choice.subscribers or ()),
    )
    return Notification(
        choice.type,
        choice.operator or operator_for(budget_type),
        Threshold(choice.threshold, choice.threshold_type),
        own or everybody,
    )


def problems_with_choices(
    parameters: CreateBudgetParameters, budget_type: BudgetType, account_id: str
) -> list[dict[str, str]]:
    """What is wrong with parameters that the definition has no place for: target, unit, who is told.

    Without notifications of the caller's own, everybody is in all the usual ones; a bad address is said once.
    """
    problems = []
    if parameters.notifications is None:
        for name, told in (
            ("notification_email", subscribers_from(parameters.notification_email, None)),
            ("notification_topic_arn", subscribers_from(None, parameters.notification_topic_arn)),
        ):
            found = problems_with_subscribers(told, account_id) if told else []
            problems += [problem_with(name, each) for each in found]
    if parameters.target is not None:
        if budget_type.default_target is None:
            problems.append(
                problem_with("target", f"{budget_type.name} budgets have a limit, not a target", "amount")
            )
        elif parameters.notifications is not None:
            problems.append(
                problem_with("target", "a target is a notification; it cannot be given besides notifications")
            )
        elif not (parameters.notification_email or parameters.notification_topic_arn):
            problems.append(
                problem_with(
                    "target",
                    "AWS keeps a target only as the threshold of a notification, and nobody is to be told",
                    "with notification_email or notification_topic_arn",
                )
            )
    if (
        parameters.unit is not None
        and parameters.auto_adjust is not None
        and budget_type.measure is Measure.USAGE
    ):
        problems.append(
            problem_with("unit", "AWS takes the unit of a budget that adjusts itself from the usage")
        )
    return problems
