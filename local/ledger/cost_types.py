"""Which charges and which cost a budget counts: CostTypes, Metrics and the record types behind them."""

from collections.abc import Mapping
from typing import Any

# Always counted: consumption and what pays for it. Mapping of the rest: AWS Budgets CostTypes to the
# RECORD_TYPE values of Cost Explorer; AWS publishes no table, so it is inferred from their names.
RECORD_TYPES: Mapping[str, frozenset[str]] = {
    "IncludeTax": frozenset({"Tax"}),
    "IncludeSubscription": frozenset({"Fee"}),
    "IncludeRefund": frozenset({"Refund"}),
    "IncludeCredit": frozenset({"Credit"}),
    "IncludeUpfront": frozenset({"Upfront"}),
    "IncludeRecurring": frozenset({"Recurring"}),
    "IncludeOtherSubscription": frozenset({"Other out-of-cycle charges"}),
    "IncludeSupport": frozenset({"Support"}),
    "IncludeDiscount": frozenset(
        {
            "BundledDiscount",
            "Enterprise Discount Program Discount",
            "Distributor Discount",
            "Private Rate Discount",
            "Solution Provider Program Discount",
            "Discount",
        }
    ),
}

METRIC_NAMES: Mapping[str, str] = {
    "BLENDED_COST": "BlendedCost",
    "UNBLENDED_COST": "UnblendedCost",
    "AMORTIZED_COST": "AmortizedCost",
    "NET_UNBLENDED_COST": "NetUnblendedCost",
    "NET_AMORTIZED_COST": "NetAmortizedCost",
    "USAGE_QUANTITY": "UsageQuantity",
    "NORMALIZED_USAGE_AMOUNT": "NormalizedUsageAmount",
}


def excluded_record_types(cost_types: Mapping[str, Any] | None) -> frozenset[str]:
    """The RECORD_TYPE values that these CostTypes leave out; a missing flag is true, as on AWS."""
    left_out: frozenset[str] = frozenset()
    for flag, record_types in RECORD_TYPES.items():
        if (cost_types or {}).get(flag) is False:
            left_out |= record_types
    return left_out


def metric_of(budget: Mapping[str, Any]) -> str:
    """The Cost Explorer metric a COST or USAGE budget counts (`UnblendedCost`, `UsageQuantity`, ...)."""
    metrics = budget.get("Metrics")
    if metrics:
        return METRIC_NAMES.get(metrics[0], metrics[0])
    if budget["BudgetType"] == "USAGE":
        return "UsageQuantity"
    cost_types = budget.get("CostTypes") or {}
    if cost_types.get("UseAmortized"):
        return "AmortizedCost"
    return "BlendedCost" if cost_types.get("UseBlended") else "UnblendedCost"
