"""AWS Cost Explorer behind `CostExplorerGateway`: calls, pages and translation, no decisions.

botocore has no paginators for these calls, so pages are followed by hand; each page is billed. With a
grouping the `Total` of a result is empty and only its groups count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from tools.aws.errors import aws_errors
from tools.domain.budget_types import BudgetTypeName
from tools.domain.commitments import CommitmentMonth
from tools.domain.errors import DataUnavailable
from tools.domain.money import Spend
from tools.ports.cost_explorer import (
    BETWEEN_GROUPS,
    CommitmentRead,
    CostExplorerGateway,
    CostRead,
    DailyRead,
    GroupedRead,
)

if TYPE_CHECKING:
    from mypy_boto3_ce import CostExplorerClient

COST_AND_USAGE: Final = "ce:GetCostAndUsage"

PERMISSIONS: Mapping[str, tuple[str, ...]] = {
    "GetCostAndUsage": (COST_AND_USAGE,),
    "GetReservationUtilization": ("ce:GetReservationUtilization",),
    "GetReservationCoverage": ("ce:GetReservationCoverage",),
    "GetSavingsPlansUtilization": ("ce:GetSavingsPlansUtilization",),
    "GetSavingsPlansCoverage": ("ce:GetSavingsPlansCoverage",),
}

# Cost Explorer's own word for a quantity in several units.
MIXED: Final = "N/A"

_NO_COMMITMENTS = ("DataUnavailableException",)


class AwsCostExplorer:
    """Cost Explorer through boto3."""

    def __init__(self, client: CostExplorerClient) -> None:
        self._client = client

    def fresh(self) -> CostExplorerGateway:
        """Itself: it remembers nothing."""
        return self

    def monthly_amounts(
        self,
        months: tuple[date, date],
        *,
        metric: str,
        group_by: tuple[str, str] | None = None,
        and_by: tuple[str, str] | None = None,
        account_id: str | None = None,
        expression: Mapping[str, Any] | None = None,
    ) -> CostRead:
        """GetCostAndUsage by month, to its last page."""
        request: dict[str, Any] = {
            "TimePeriod": _interval(months),
            "Granularity": "MONTHLY",
            "Metrics": [metric],
        }
        groupings = [each for each in (group_by, and_by) if each is not None]
        if groupings:
            request["GroupBy"] = [{"Type": kind, "Key": key} for kind, key in groupings]
        if expression is not None:
            request["Filter"] = expression
        if account_id is not None:
            request["Filter"] = {"Dimensions": {"Key": "LINKED_ACCOUNT", "Values": [account_id]}}
        amounts: dict[str, dict[date, Decimal]] = defaultdict(dict)
        units: dict[str, str] = {}
        pages = 0
        for page in self._pages("get_cost_and_usage", COST_AND_USAGE, "NextPageToken", request):
            pages += 1
            for result in page["ResultsByTime"]:
                month = _day(result["TimePeriod"]["Start"])
                for group, figure in _figures(result, metric, grouped=bool(groupings)):
                    before = amounts[group].get(month, Decimal(0))
                    amounts[group][month] = before + Decimal(figure["Amount"])
                    units[group] = (
                        figure["Unit"] if units.get(group, figure["Unit"]) == figure["Unit"] else MIXED
                    )
        return CostRead(amounts, units, pages=pages)

    def grouped_amounts(
        self,
        days: tuple[date, date],
        *,
        metrics: tuple[str, ...],
        group_by: tuple[tuple[str, str], ...],
        expression: Mapping[str, Any] | None = None,
        most_pages: int,
    ) -> GroupedRead:
        """GetCostAndUsage by month, its months added up, to the last page that may be read."""
        request: dict[str, Any] = {
            "TimePeriod": _interval(days),
            "Granularity": "MONTHLY",
            "Metrics": list(metrics),
            "GroupBy": [{"Type": kind, "Key": key} for kind, key in group_by],
        }
        if expression is not None:
            request["Filter"] = expression
        amounts: dict[tuple[str, ...], dict[str, Spend]] = {}
        pages = 0
        is_complete = False
        for page in self._pages("get_cost_and_usage", COST_AND_USAGE, "NextPageToken", request):
            pages += 1
            for result in page["ResultsByTime"]:
                for group in result["Groups"]:
                    into = amounts.setdefault(tuple(group["Keys"]), {})
                    for metric in metrics:
                        _add(into, metric, group["Metrics"][metric])
            is_complete = not page.get("NextPageToken")
            if pages == most_pages:
                break
        return GroupedRead(tuple(amounts.items()), is_complete, pages=pages)

    def daily_amounts(
        self, days: tuple[date, date], *, metric: str, expression: Mapping[str, Any] | None = None
    ) -> DailyRead:
        """GetCostAndUsage by day, to its last page."""
        request: dict[str, Any] = {"TimePeriod": _interval(days), "Granularity": "DAILY", "Metrics": [metric]}
        if expression is not None:
            request["Filter"] = expression
        amounts: dict[date, Decimal] = {}
        pages = 0
        for page in self._pages("get_cost_and_usage", COST_AND_USAGE, "NextPageToken", request):
            pages += 1
            for result in page["ResultsByTime"]:
                for _, figure in _figures(result, metric, grouped=False):
                    amounts[_day(result["TimePeriod"]["Start"])] = Decimal(figure["Amount"])
        return DailyRead(amounts, pages=pages)

    def commitment_percentages(
        self,
        budget_type: BudgetTypeName,
        months: tuple[date, date],
        *,
        service: str | None = None,
        account_id: str | None = None,
    ) -> CommitmentRead:
        """One of the four utilization and coverage calls, by month.

        "No Savings Plans in the period" arrives as DataUnavailableException and is an empty list here: it
        says that there are none, not that reading failed.
        """
        request: dict[str, Any] = {"TimePeriod": _interval(months), "Granularity": "MONTHLY"}
        narrowed = [
            {"Dimensions": {"Key": key, "Values": [value]}}
            for key, value in (("SERVICE", service), ("LINKED_ACCOUNT", account_id))
            if value is not None
        ]
        if narrowed:
            request["Filter"] = narrowed[0] if len(narrowed) == 1 else {"And": narrowed}
        match budget_type:
            case BudgetTypeName.RI_UTILIZATION:
                return self._reservation_utilization(request)
            case BudgetTypeName.RI_COVERAGE:
                return self._reservation_coverage(request)
            case BudgetTypeName.SAVINGS_PLANS_UTILIZATION:
                return self._savings_plans_utilization(request)
            case BudgetTypeName.SAVINGS_PLANS_COVERAGE:
                return self._savings_plans_coverage(request)
            case _:
                raise ValueError(f"{budget_type} counts no commitments")

    def _reservation_utilization(self, request: dict[str, Any]) -> CommitmentRead:
        pages = self._all(
            "get_reservation_utilization", "ce:GetReservationUtilization", "NextPageToken", request
        )
        found = tuple(
            CommitmentMonth(
                _day(each["TimePeriod"]["Start"]), Decimal(each["Total"]["UtilizationPercentage"])
            )
            for page in pages
            for each in page["UtilizationsByTime"]
            if Decimal(each["Total"]["PurchasedHours"])
        )
        return _commitments(found, pages)

    def _reservation_coverage(self, request: dict[str, Any]) -> CommitmentRead:
        pages = self._all("get_reservation_coverage", "ce:GetReservationCoverage", "NextPageToken", request)
        hours = [
            (_day(each["TimePeriod"]["Start"]), each["Total"]["CoverageHours"])
            for page in pages
            for each in page["CoveragesByTime"]
        ]
        if not any(Decimal(each["ReservedHours"]) for _, each in hours):
            return _commitments((), pages)
        found = tuple(
            CommitmentMonth(month, Decimal(each["CoverageHoursPercentage"]))
            for month, each in hours
            if Decimal(each["TotalRunningHours"])
        )
        return _commitments(found, pages)

    def _savings_plans_utilization(self, request: dict[str, Any]) -> CommitmentRead:
        pages = self._all("get_savings_plans_utilization", "ce:GetSavingsPlansUtilization", None, request)
        found = tuple(
            CommitmentMonth(
                _day(each["TimePeriod"]["Start"]), Decimal(each["Utilization"]["UtilizationPercentage"])
            )
            for page in pages
            for each in page.get("SavingsPlansUtilizationsByTime") or ()
        )
        return _commitments(found, pages)

    def _savings_plans_coverage(self, request: dict[str, Any]) -> CommitmentRead:
        pages = self._all("get_savings_plans_coverage", "ce:GetSavingsPlansCoverage", "NextToken", request)
        covered: dict[date, Decimal] = defaultdict(Decimal)
        whole: dict[date, Decimal] = defaultdict(Decimal)
        for page in pages:
            for row in page["SavingsPlansCoverages"]:
                month = _day(row["TimePeriod"]["Start"])
                covered[month] += Decimal(row["Coverage"]["SpendCoveredBySavingsPlans"])
                whole[month] += Decimal(row["Coverage"]["TotalCost"])
        found = tuple(
            CommitmentMonth(month, covered[month] / total * 100)
            for month, total in sorted(whole.items())
            if total
        )
        return _commitments(found, pages)

    def _all(
        self, operation: str, permission: str, token: str | None, request: dict[str, Any]
    ) -> list[Mapping[str, Any]]:
        """Every page; none when AWS says that the account has no such commitments."""
        try:
            return list(self._pages(operation, permission, token, request))
        except DataUnavailable as error:
            if error.details.get("aws_error") in _NO_COMMITMENTS:
                return []
            raise

    def _pages(
        self, operation: str, permission: str, token: str | None, request: dict[str, Any]
    ) -> Iterator[Mapping[str, Any]]:
        call = getattr(self._client, operation)
        while True:
            with aws_errors(permission):
                page = call(**request)
            yield page
            following = page.get(token) if token is not None else None
            if token is None or not following:
                return
            request = request | {token: following}


def _commitments(months: tuple[CommitmentMonth, ...], pages: Sequence[object]) -> CommitmentRead:
    """An answer that there are none is a page as well."""
    return CommitmentRead(months, pages=max(len(pages), 1))


def _figures(
    result: Mapping[str, Any], metric: str, *, grouped: bool
) -> Iterator[tuple[str, Mapping[str, str]]]:
    if grouped:
        for group in result["Groups"]:
            yield BETWEEN_GROUPS.join(group["Keys"]), group["Metrics"][metric]
    elif result["Total"]:
        yield "", result["Total"][metric]


def _add(into: dict[str, Spend], metric: str, figure: Mapping[str, str]) -> None:
    """Add one month's figure; amounts in different units have the unit that Cost Explorer gives such sums."""
    amount, unit, before = Decimal(figure["Amount"]), figure["Unit"], into.get(metric)
    if before is not None:
        amount, unit = before.amount + amount, unit if unit == before.unit else MIXED
    into[metric] = Spend(amount, unit)


def _interval(months: tuple[date, date]) -> dict[str, str]:
    return {"Start": months[0].isoformat(), "End": months[1].isoformat()}


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])
