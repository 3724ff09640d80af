"""GetReservationUtilization and GetReservationCoverage: how reservations and usage meet."""

from collections.abc import Mapping, Sequence
from typing import Any

from local.cost_explorer.asked import Asked, invalid, refuse_unbuilt
from local.cost_explorer.commitment import (
    Items,
    amounts,
    check_dimensions,
    percent,
    read_slices,
    select,
    split,
    sum_columns,
    wanted_of,
)
from local.cost_explorer.paging import page
from local.cost_explorer.periods import Slice
from local.ledger.filters import dimension_value
from local.ledger.record import RESERVABLE_COLUMNS, RESERVATION_COLUMNS
from local.ledger.table import Table

Wire = dict[str, Any]

DEFAULT_SERVICE = "Amazon Elastic Compute Cloud - Compute"
PAGE_SIZE = 500
UTILIZATION_DIMENSIONS = (
    "AZ", "DATABASE_ENGINE", "INSTANCE_TYPE", "INSTANCE_TYPE_FAMILY", "LINKED_ACCOUNT", "PLATFORM", "REGION",
    "SERVICE", "SUBSCRIPTION_ID", "TENANCY",
)  # fmt: skip
COVERAGE_DIMENSIONS = tuple(name for name in UTILIZATION_DIMENSIONS if name != "SUBSCRIPTION_ID")
COVERAGE_GROUPS = (
    "AZ", "DATABASE_ENGINE", "INSTANCE_TYPE", "LINKED_ACCOUNT", "OPERATING_SYSTEM", "PLATFORM", "REGION",
    "TENANCY",
)  # fmt: skip
COVERAGE_METRICS = ("Hour", "Unit", "Cost")


def get_reservation_utilization(params: Mapping[str, Any], asked: Asked) -> Wire:
    """The answer to GetReservationUtilization; periods without a reservation are left out."""
    refuse_unbuilt(params, "SortBy")
    keys = _group_keys(params, ("SUBSCRIPTION_ID",))
    check_dimensions(params.get("Filter"), UTILIZATION_DIMENSIONS)
    slices = read_slices(params, asked)
    items = _select_of_one_service(asked.ledger.reservations, params, asked)
    rows = []
    for piece in slices:
        there = _there(items, piece, asked)
        if there:
            groups = [
                {
                    "Key": keys[0],
                    "Value": subscription,
                    "Attributes": _attributes_of(members[0][0]),
                    "Utilization": _utilization(members, piece, asked),
                }
                for subscription, members in split(there, lambda item: item.subscription_id).items()
            ] if keys else []  # fmt: skip
            rows.append(
                {"TimePeriod": piece.wire, "Groups": groups, "Total": _utilization(there, piece, asked)}
            )
    shown, token = page(rows, params.get("MaxResults") or PAGE_SIZE, params)
    whole = Slice(slices[0].start, slices[-1].end)
    return {
        "UtilizationsByTime": list(shown),
        "Total": _utilization(items, whole, asked),
        "NextPageToken": token,
    }


def get_reservation_coverage(params: Mapping[str, Any], asked: Asked) -> Wire:
    """The answer to GetReservationCoverage; periods without anything to cover are left out."""
    refuse_unbuilt(params, "SortBy")
    keys = _group_keys(params, COVERAGE_GROUPS)
    metrics = params.get("Metrics") or COVERAGE_METRICS
    unknown = [metric for metric in metrics if metric not in COVERAGE_METRICS]
    if unknown:
        raise invalid(f"Metrics {', '.join(unknown)} are not valid: {', '.join(COVERAGE_METRICS)} are.")
    check_dimensions(params.get("Filter"), COVERAGE_DIMENSIONS)
    slices = read_slices(params, asked)
    items = _select_of_one_service(asked.ledger.reservable, params, asked)
    rows = []
    for piece in slices:
        there = _there(items, piece, asked)
        if there:
            groups = [
                {"Attributes": dict(group), "Coverage": _coverage(members, metrics, piece, asked)}
                for group, members in split(there, lambda item: _group_of(item, keys)).items()
            ] if keys else []  # fmt: skip
            rows.append(
                {
                    "TimePeriod": piece.wire,
                    "Groups": groups,
                    "Total": _coverage(there, metrics, piece, asked),
                }
            )
    shown, token = page(rows, params.get("MaxResults") or PAGE_SIZE, params)
    whole = Slice(slices[0].start, slices[-1].end)
    return {
        "CoveragesByTime": list(shown),
        "Total": _coverage(items, metrics, whole, asked),
        "NextPageToken": token,
    }


def _group_keys(params: Mapping[str, Any], allowed: Sequence[str]) -> Sequence[str]:
    keys = [definition.get("Key") or "" for definition in params.get("GroupBy") or ()]
    if any(definition.get("Type") not in (None, "DIMENSION") for definition in params.get("GroupBy") or ()):
        raise invalid("Only the GroupBy Type DIMENSION is supported.")
    unknown = [key for key in keys if key not in allowed]
    if unknown:
        raise invalid(f"GroupBy {', '.join(unknown)} is not supported: {', '.join(allowed)} are.")
    return keys


def _select_of_one_service(table: Table[Any], params: Mapping[str, Any], asked: Asked) -> Items:
    """What the filter lets through, of the one service it names or of EC2 if it names none."""
    services = wanted_of(params.get("Filter"), "SERVICE")
    if len(services) > 1:
        raise invalid("Only one value of the dimension SERVICE is supported.")
    service = services[0] if services else DEFAULT_SERVICE
    return [pair for pair in select(table, params.get("Filter"), asked) if pair[0].service == service]


def _there(items: Items, piece: Slice, asked: Asked) -> Items:
    return [(item, series) for item, series in items if piece.is_touched(series, asked)]


def _attributes_of(reservation: Any) -> dict[str, str]:
    return {
        "accountId": reservation.account,
        "instanceType": reservation.instance_type,
        "region": reservation.region,
        "service": reservation.service,
        "subscriptionId": reservation.subscription_id,
        **({"platform": reservation.platform} if reservation.platform else {}),
        **({"tenancy": reservation.tenancy} if reservation.tenancy else {}),
    }


def _group_of(item: Any, keys: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Coverage groups name their attributes in camelCase: `instanceType`, `linkedAccount`."""
    return tuple((_camel(key), dimension_value(item, key) or "") for key in keys)


def _camel(key: str) -> str:
    first, *rest = key.lower().split("_")
    return first + "".join(word.capitalize() for word in rest)


def _utilization(items: Items, piece: Slice, asked: Asked) -> Wire:
    """ReservationAggregates. Savings are what the used hours would have cost on demand, less all fees."""
    sums = sum_columns(items, RESERVATION_COLUMNS, piece, asked)
    purchased, used = sums["purchased_hours"], sums["used_hours"]
    purchased_units, used_units = (
        _in_units(items, column, piece, asked) for column in RESERVATION_COLUMNS[:2]
    )
    fees = sums["upfront_fee"] + sums["recurring_fee"]
    on_demand = sums["on_demand_cost_of_used_hours"]
    cost_of_unused = fees * (purchased - used) // purchased if purchased else 0
    potential = on_demand * purchased // used - fees if used else 0
    return {
        "UtilizationPercentage": percent(used, purchased),
        "UtilizationPercentageInUnits": percent(used_units, purchased_units),
        **amounts(
            {
                "PurchasedHours": purchased,
                "PurchasedUnits": purchased_units,
                "TotalActualHours": used,
                "TotalActualUnits": used_units,
                "UnusedHours": purchased - used,
                "UnusedUnits": purchased_units - used_units,
                "OnDemandCostOfRIHoursUsed": on_demand,
                "NetRISavings": on_demand - fees,
                "TotalPotentialRISavings": potential,
                "AmortizedUpfrontFee": sums["upfront_fee"],
                "AmortizedRecurringFee": sums["recurring_fee"],
                "TotalAmortizedFee": fees,
                "RICostForUnusedHours": cost_of_unused,
                "RealizedSavings": on_demand - (fees - cost_of_unused),
                "UnrealizedSavings": potential - (on_demand - (fees - cost_of_unused)),
            }
        ),
    }


def _coverage(items: Items, metrics: Sequence[str], piece: Slice, asked: Asked) -> Wire:
    sums = sum_columns(items, RESERVABLE_COLUMNS, piece, asked)
    reserved, on_demand = sums["reserved_hours"], sums["on_demand_hours"]
    reserved_units, on_demand_units = (
        _in_units(items, column, piece, asked) for column in ("reserved_hours", "on_demand_hours")
    )
    coverage: Wire = {}
    if "Hour" in metrics:
        coverage["CoverageHours"] = {
            **amounts(
                {
                    "OnDemandHours": on_demand,
                    "ReservedHours": reserved,
                    "TotalRunningHours": reserved + on_demand,
                }
            ),
            "CoverageHoursPercentage": percent(reserved, reserved + on_demand),
        }
    if "Unit" in metrics:
        coverage["CoverageNormalizedUnits"] = {
            **amounts(
                {
                    "OnDemandNormalizedUnits": on_demand_units,
                    "ReservedNormalizedUnits": reserved_units,
                    "TotalRunningNormalizedUnits": reserved_units + on_demand_units,
                }
            ),
            "CoverageNormalizedUnitsPercentage": percent(reserved_units, reserved_units + on_demand_units),
        }
    if "Cost" in metrics:
        coverage["CoverageCost"] = amounts({"OnDemandCost": sums["on_demand_cost"]})
    return coverage


def _in_units(items: Items, column: str, piece: Slice, asked: Asked) -> int:
    """Hours in normalized units: each item's own factor times its hours."""
    return sum(
        item.units_per_hour * sum_columns([(item, series)], [column], piece, asked)[column]
        for item, series in items
    )
