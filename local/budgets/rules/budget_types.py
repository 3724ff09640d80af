"""What each of the six budget types allows."""

from collections.abc import Mapping
from dataclasses import dataclass

COST_METRICS = (
    "BlendedCost",
    "UnblendedCost",
    "AmortizedCost",
    "NetUnblendedCost",
    "NetAmortizedCost",
)
USAGE_METRICS = ("UsageQuantity", "NormalizedUsageAmount", "Hours")

_CALENDAR = ("DAILY", "MONTHLY", "QUARTERLY", "ANNUALLY")


@dataclass(frozen=True)
class BudgetType:
    """The rules of one BudgetType.

    `called` is the word in AWS's texts. A type with a fixed limit is measured in percent: its limit is 100
    PERCENTAGE and the target is the threshold of a notification.
    """

    called: str
    filter_keys: tuple[str, ...]
    metrics: tuple[str, ...]
    time_units: tuple[str, ...] = _CALENDAR
    has_fixed_limit: bool = False
    needs_one_service: bool = False
    takes_actions: bool = False


# The fourteen keys of a COST budget, in the order in which AWS lists them when it refuses another one.
_COST_KEYS = (
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
)
# AWS publishes no key set for the other types. These follow the filters its console offers for them
# (AWS Cost Management user guide, budget filters); emulator-defined.
_USAGE_KEYS = (
    "PurchaseType",
    "UsageTypeGroup",
    "Operation",
    "UsageType",
    "CostCategory",
    "LinkedAccount",
    "TagKeyValue",
    "AZ",
    "Region",
    "InstanceType",
)
_RESERVATION_KEYS = (
    "Service",
    "LinkedAccount",
    "InstanceType",
    "Region",
    "Platform",
    "Tenancy",
    "AZ",
    "TagKeyValue",
)
_PLAN_UTILIZATION_KEYS = (
    "LinkedAccount",
    "SavingsPlansType",
    "Region",
    "InstanceFamily",
    "InstanceTypeFamily",
)
_PLAN_COVERAGE_KEYS = ("LinkedAccount", "Service", "Region", "InstanceFamily", "InstanceTypeFamily")

# Services whose reservations a budget can watch (Budget.CostFilters in the service model), by the value that
# selects them; the last is the name older accounts still carry.
RESERVATION_SERVICES = (
    "Amazon Elastic Compute Cloud - Compute",
    "Amazon Redshift",
    "Amazon Relational Database Service",
    "Amazon ElastiCache",
    "Amazon OpenSearch Service",
    "Amazon Elasticsearch Service",
)

# CUSTOM for these two only, and which metrics a percentage may have: emulator-defined, AWS does not say.
BUDGET_TYPES: Mapping[str, BudgetType] = {
    "COST": BudgetType("cost", _COST_KEYS, COST_METRICS, (*_CALENDAR, "CUSTOM"), takes_actions=True),
    "USAGE": BudgetType("usage", _USAGE_KEYS, USAGE_METRICS, (*_CALENDAR, "CUSTOM"), takes_actions=True),
    "RI_UTILIZATION": BudgetType(
        "ri utilization", _RESERVATION_KEYS, USAGE_METRICS, has_fixed_limit=True, needs_one_service=True
    ),
    "RI_COVERAGE": BudgetType(
        "ri coverage", _RESERVATION_KEYS, USAGE_METRICS, has_fixed_limit=True, needs_one_service=True
    ),
    "SAVINGS_PLANS_UTILIZATION": BudgetType(
        "savings plans utilization", _PLAN_UTILIZATION_KEYS, COST_METRICS, has_fixed_limit=True
    ),
    "SAVINGS_PLANS_COVERAGE": BudgetType(
        "savings plans coverage", _PLAN_COVERAGE_KEYS, COST_METRICS, has_fixed_limit=True
    ),
}
