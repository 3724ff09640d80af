"""GetSavingsPlansUtilization, its details, and GetSavingsPlansCoverage, with their quirks."""

from collections.abc import Mapping, Sequence
from typing import Any

from local.cost_explorer.asked import Asked, invalid, refuse_unbuilt
from local.cost_explorer.commitment import (
    Items,
    amounts,
    check_dimensions,
    percent,
    read_commitment_period,
    read_slices,
    select,
    split,
    sum_columns,
)
from local.cost_explorer.paging import page
from local.cost_explorer.periods import Slice
from local.ledger.filters import dimension_value, instance_family
from local.ledger.record import ELIGIBLE_COLUMNS, SAVINGS_PLAN_COLUMNS, SavingsPlan
from local.refusal import Refused

Wire = dict[str, Any]

UTILIZATION_DIMENSIONS = (
    "INSTANCE_TYPE_FAMILY", "LINKED_ACCOUNT", "PAYMENT_OPTION", "REGION", "SAVINGS_PLANS_TYPE", "SAVINGS_PLAN_ARN",
)  # fmt: skip
# The filter of coverage says INSTANCE_FAMILY as its grouping does (API reference).
COVERAGE_DIMENSIONS = ("INSTANCE_FAMILY", "LINKED_ACCOUNT", "REGION", "SERVICE")
COVERAGE_GROUPS = ("INSTANCE_FAMILY", "REGION", "SERVICE")
COVERAGE_METRIC = "SpendCoveredBySavingsPlans"
DATA_TYPES = ("ATTRIBUTES", "UTILIZATION", "AMORTIZED_COMMITMENT", "SAVINGS")
DEFAULT_PAGE = 20


def get_savings_plans_utilization(params: Mapping[str, Any], asked: Asked) -> Wire:
    """The answer to GetSavingsPlansUtilization. Raises Refused: DataUnavailableException without any plan."""
    refuse_unbuilt(params, "SortBy")
    check_dimensions(params.get("Filter"), UTILIZATION_DIMENSIONS)
    _check_end(params, asked)
    slices = read_slices(params, asked)
    whole = Slice(slices[0].start, slices[-1].end)
    items = _there(select(asked.ledger.savings_plans, params.get("Filter"), asked), whole, asked)
    return {
        "SavingsPlansUtilizationsByTime": [
            {"TimePeriod": piece.wire, **_utilization(items, piece, asked)} for piece in slices
        ],
        "Total": _utilization(items, whole, asked),
    }


def get_savings_plans_utilization_details(params: Mapping[str, Any], asked: Asked) -> Wire:
    """The answer to GetSavingsPlansUtilizationDetails: each plan over the whole period."""
    refuse_unbuilt(params, "SortBy")
    check_dimensions(params.get("Filter"), UTILIZATION_DIMENSIONS)
    data_types = params.get("DataType") or DATA_TYPES
    unknown = [one for one in data_types if one not in DATA_TYPES]
    if unknown:
        raise invalid(f"DataType {', '.join(unknown)} is not valid: {', '.join(DATA_TYPES)} are.")
    _check_end(params, asked)
    whole = Slice(*read_commitment_period(params, asked))
    items = _there(select(asked.ledger.savings_plans, params.get("Filter"), asked), whole, asked)
    shown, token = page(items, params.get("MaxResults") or DEFAULT_PAGE, params, "NextToken")
    return {
        "SavingsPlansUtilizationDetails": [
            {"SavingsPlanArn": plan.arn, **_details(plan, (plan, series), data_types, whole, asked)}
            for plan, series in shown
        ],
        "Total": _utilization(items, whole, asked),
        "TimePeriod": whole.wire,
        "NextToken": token,
    }


def get_savings_plans_coverage(params: Mapping[str, Any], asked: Asked) -> Wire:
    """The answer to GetSavingsPlansCoverage: rows only, no total."""
    refuse_unbuilt(params, "SortBy")
    metrics = params.get("Metrics")
    if metrics is not None and list(metrics) != [COVERAGE_METRIC]:
        raise invalid(f"Metrics must be [{COVERAGE_METRIC}].")
    keys = [definition.get("Key") or "" for definition in params.get("GroupBy") or ()]
    unknown = [key for key in keys if key not in COVERAGE_GROUPS]
    if unknown:
        raise invalid(f"GroupBy {', '.join(unknown)} is not supported: {', '.join(COVERAGE_GROUPS)} are.")
    expression = _with_instance_type_family(params.get("Filter"))
    check_dimensions(expression, [*COVERAGE_DIMENSIONS, "INSTANCE_TYPE_FAMILY"])
    _check_end(params, asked)
    slices = read_slices(params, asked)
    whole = Slice(slices[0].start, slices[-1].end)
    _there(select(asked.ledger.savings_plans, None, asked), whole, asked)
    items = select(asked.ledger.eligible, expression, asked)
    rows = [
        {
            "Attributes": dict(group),
            "Coverage": _coverage(members, piece, asked),
            "TimePeriod": piece.wire,
        }
        for piece in slices
        for group, members in split(_touched(items, piece, asked), lambda item: _group_of(item, keys)).items()
    ]
    shown, token = page(rows, params.get("MaxResults") or DEFAULT_PAGE, params, "NextToken")
    return {"SavingsPlansCoverages": list(shown), "NextToken": token}


def _check_end(params: Mapping[str, Any], asked: Asked) -> None:
    if read_commitment_period(params, asked)[1].date() > asked.today:
        raise invalid(f"end date should NOT be after [{asked.today.isoformat()}]")


def _touched(items: Items, piece: Slice, asked: Asked) -> Items:
    return [(item, series) for item, series in items if piece.is_touched(series, asked)]


def _there(items: Items, whole: Slice, asked: Asked) -> Items:
    """The items of the period. Raises Refused when there is none: AWS answers so, not with empty rows."""
    there = _touched(items, whole, asked)
    if not there:
        raise Refused(
            "DataUnavailableException", "There is no Savings Plans data for the requested time period."
        )
    return there


def _with_instance_type_family(expression: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The same filter with the name that other calls use for the instance family."""
    if expression is None:
        return None
    if expression.get("And"):
        return {"And": [_with_instance_type_family(one) for one in expression["And"]]}
    dimensions = expression.get("Dimensions")
    if dimensions and dimensions.get("Key") == "INSTANCE_FAMILY":
        return {"Dimensions": {**dimensions, "Key": "INSTANCE_TYPE_FAMILY"}}
    return expression


def _group_of(item: Any, keys: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (key, (instance_family(item) if key == "INSTANCE_FAMILY" else dimension_value(item, key)) or "")
        for key in keys
    )


def _utilization(items: Items, piece: Slice, asked: Asked) -> Wire:
    """Utilization, Savings and AmortizedCommitment of the plans in the period."""
    sums = sum_columns(items, SAVINGS_PLAN_COLUMNS, piece, asked)
    commitment, used = sums["commitment"], sums["used_commitment"]
    recurring, upfront = sums["recurring_commitment"], sums["upfront_commitment"]
    equivalent = sums["on_demand_cost_equivalent"]
    return {
        "Utilization": {
            **amounts(
                {
                    "TotalCommitment": commitment,
                    "UsedCommitment": used,
                    "UnusedCommitment": commitment - used,
                }
            ),
            "UtilizationPercentage": percent(used, commitment),
        },
        "Savings": amounts(
            {"NetSavings": equivalent - recurring - upfront, "OnDemandCostEquivalent": equivalent}
        ),
        "AmortizedCommitment": amounts(
            {
                "AmortizedRecurringCommitment": recurring,
                "AmortizedUpfrontCommitment": upfront,
                "TotalAmortizedCommitment": recurring + upfront,
            }
        ),
    }


def _details(
    plan: SavingsPlan, pair: tuple[Any, Any], data_types: Sequence[str], whole: Slice, asked: Asked
) -> Wire:
    utilization = _utilization([pair], whole, asked)
    details: Wire = {}
    if "ATTRIBUTES" in data_types:
        details["Attributes"] = {
            "AccountId": plan.account,
            "AccountName": asked.account_names.get(plan.account, plan.account),
            "EndDateTime": f"{plan.end.isoformat()}T00:00:00.000Z",
            "HourlyCommitment": format(plan.hourly_commitment.normalize(), "f"),
            "InstanceFamily": plan.instance_family or "",
            "PaymentOption": plan.payment_option,
            "Region": plan.region or "Any",
            "SavingsPlanARN": plan.arn,
            "SavingsPlansType": plan.plan_type,
            "StartDateTime": f"{plan.start.isoformat()}T00:00:00.000Z",
        }
    for data_type, member in (
        ("UTILIZATION", "Utilization"),
        ("SAVINGS", "Savings"),
        ("AMORTIZED_COMMITMENT", "AmortizedCommitment"),
    ):
        if data_type in data_types:
            details[member] = utilization[member]
    return details


def _coverage(items: Items, piece: Slice, asked: Asked) -> Wire:
    sums = sum_columns(items, ELIGIBLE_COLUMNS, piece, asked)
    covered, on_demand = sums["covered_spend"], sums["on_demand_cost"]
    return {
        **amounts(
            {
                "SpendCoveredBySavingsPlans": covered,
                "OnDemandCost": on_demand,
                "TotalCost": covered + on_demand,
            }
        ),
        "CoveragePercentage": percent(covered, covered + on_demand),
    }
