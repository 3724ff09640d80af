"""The six AWS budget types and everything that differs between them, as data.

Source: AWS Budgets user guide (creating budgets, budget filters, configuring budget actions) and the
Budgets API shapes `BudgetType`, `Budget` and `BudgetLimit`. RI and Savings Plans budgets have the fixed
limit 100 PERCENTAGE; what an owner wants to reach is a LESS_THAN threshold on a notification.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tools.domain.money import PERCENTAGE, USD, Spend
from tools.domain.periods import TimeUnit


class BudgetTypeName(StrEnum):
    """The names AWS gives the six types."""

    COST = "COST"
    USAGE = "USAGE"
    RI_UTILIZATION = "RI_UTILIZATION"
    RI_COVERAGE = "RI_COVERAGE"
    SAVINGS_PLANS_UTILIZATION = "SAVINGS_PLANS_UTILIZATION"
    SAVINGS_PLANS_COVERAGE = "SAVINGS_PLANS_COVERAGE"


class Breach(StrEnum):
    """On which side of its limit or target a budget fails."""

    ABOVE = "ABOVE"
    BELOW = "BELOW"


class Measure(StrEnum):
    """What a budget counts."""

    COST = "COST"
    USAGE = "USAGE"
    PERCENT = "PERCENT"


RESERVATION_SERVICES = (
    "Amazon Elastic Compute Cloud - Compute",
    "Amazon Relational Database Service",
    "Amazon Redshift",
    "Amazon ElastiCache",
    "Amazon OpenSearch Service",
    "Amazon Elasticsearch Service",
)

_CALENDAR = frozenset({TimeUnit.DAILY, TimeUnit.MONTHLY, TimeUnit.QUARTERLY, TimeUnit.ANNUALLY})
_ANY_TIME_UNIT = _CALENDAR | {TimeUnit.CUSTOM}


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetType:
    """What one budget type measures, allows and needs.

    `filters` are the legal CostFilters keys; `default_target` is the percentage a BELOW type is held to
    when none of its notifications says one; `metrics` are the metrics a filter expression may go with.
    """

    name: BudgetTypeName
    measure: Measure
    breach: Breach
    filters: frozenset[str]
    metrics: frozenset[str]
    time_units: frozenset[TimeUnit] = _CALENDAR
    fixed_limit: Spend | None = None
    default_target: Decimal | None = None
    services: tuple[str, ...] | None = None
    allows_planned_limits: bool = False
    allows_auto_adjust: bool = False
    allows_cost_types: bool = False
    allows_budget_actions: bool = False
    watches_forecast: bool = False

    @property
    def needs_service(self) -> bool:
        """Whether exactly one service, from `services`, has to be named."""
        return self.services is not None


_COST_METRICS = frozenset(
    {"BlendedCost", "UnblendedCost", "AmortizedCost", "NetUnblendedCost", "NetAmortizedCost"}
)
_USAGE_METRICS = frozenset({"UsageQuantity", "NormalizedUsageAmount"})
_HOURS = frozenset({"Hours"})
_ONE_HUNDRED_PERCENT = Spend(Decimal(100), PERCENTAGE)

_COST_FILTERS = frozenset(
    {
        "PurchaseType",
        "UsageTypeGroup",
        "Service",
        "Operation",
        "UsageType",
        "BillingEntity",
        "CostCategory",
        "LinkedAccount",
        "TagKeyValue",
        "LegalEntityName",
        "InvoicingEntity",
        "AZ",
        "Region",
        "InstanceType",
    }
)
_USAGE_FILTERS = frozenset(
    {
        "AZ",
        "CostCategory",
        "InstanceType",
        "LinkedAccount",
        "Operation",
        "PurchaseType",
        "Region",
        "TagKeyValue",
        "UsageType",
        "UsageTypeGroup",
    }
)
_RESERVATION_FILTERS = frozenset(
    {"AZ", "InstanceType", "LinkedAccount", "Platform", "Region", "Service", "TagKeyValue", "Tenancy"}
)

COST = BudgetType(
    name=BudgetTypeName.COST,
    measure=Measure.COST,
    breach=Breach.ABOVE,
    filters=_COST_FILTERS,
    metrics=_COST_METRICS,
    time_units=_ANY_TIME_UNIT,
    allows_planned_limits=True,
    allows_auto_adjust=True,
    allows_cost_types=True,
    allows_budget_actions=True,
    watches_forecast=True,
)
USAGE = BudgetType(
    name=BudgetTypeName.USAGE,
    measure=Measure.USAGE,
    breach=Breach.ABOVE,
    filters=_USAGE_FILTERS,
    metrics=_USAGE_METRICS,
    time_units=_ANY_TIME_UNIT,
    allows_planned_limits=True,
    allows_auto_adjust=True,
    allows_budget_actions=True,
    watches_forecast=True,
)
RI_UTILIZATION = BudgetType(
    name=BudgetTypeName.RI_UTILIZATION,
    measure=Measure.PERCENT,
    breach=Breach.BELOW,
    filters=_RESERVATION_FILTERS,
    metrics=_HOURS,
    fixed_limit=_ONE_HUNDRED_PERCENT,
    default_target=Decimal(80),
    services=RESERVATION_SERVICES,
)
RI_COVERAGE = BudgetType(
    name=BudgetTypeName.RI_COVERAGE,
    measure=Measure.PERCENT,
    breach=Breach.BELOW,
    filters=_RESERVATION_FILTERS,
    metrics=_HOURS,
    fixed_limit=_ONE_HUNDRED_PERCENT,
    default_target=Decimal(70),
    services=RESERVATION_SERVICES,
)
SAVINGS_PLANS_UTILIZATION = BudgetType(
    name=BudgetTypeName.SAVINGS_PLANS_UTILIZATION,
    measure=Measure.PERCENT,
    breach=Breach.BELOW,
    filters=frozenset({"LinkedAccount", "Region", "SavingsPlansType", "InstanceTypeFamily"}),
    metrics=frozenset(),
    fixed_limit=_ONE_HUNDRED_PERCENT,
    default_target=Decimal(80),
)
SAVINGS_PLANS_COVERAGE = BudgetType(
    name=BudgetTypeName.SAVINGS_PLANS_COVERAGE,
    measure=Measure.PERCENT,
    breach=Breach.BELOW,
    filters=frozenset({"LinkedAccount", "Region", "Service", "InstanceTypeFamily"}),
    metrics=frozenset(),
    fixed_limit=_ONE_HUNDRED_PERCENT,
    default_target=Decimal(70),
)

BUDGET_TYPES: Mapping[BudgetTypeName, BudgetType] = {
    budget_type.name: budget_type
    for budget_type in (
        COST,
        USAGE,
        RI_UTILIZATION,
        RI_COVERAGE,
        SAVINGS_PLANS_UTILIZATION,
        SAVINGS_PLANS_COVERAGE,
    )
}

BUDGET_ACTION_TYPES = tuple(each.name.value for each in BUDGET_TYPES.values() if each.allows_budget_actions)


def default_unit(budget_type: BudgetType) -> str | None:
    """The unit a limit has when the caller names none; None where only the caller can know it (usage)."""
    if budget_type.fixed_limit is not None:
        return budget_type.fixed_limit.unit
    return USD if budget_type.measure is Measure.COST else None
