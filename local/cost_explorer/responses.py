"""Response: the operations of Cost Explorer, each handed to the module that answers it."""

from collections.abc import Callable, Mapping
from typing import Any

from moto.core.responses import ActionResult

from local.cost_explorer.asked import Asked, asked_by, invalid
from local.cost_explorer.cost_and_usage import get_cost_and_usage
from local.cost_explorer.forecasts import get_cost_forecast, get_usage_forecast
from local.cost_explorer.models import METER
from local.cost_explorer.reservations import get_reservation_coverage, get_reservation_utilization
from local.cost_explorer.savings_plans import (
    get_savings_plans_coverage,
    get_savings_plans_utilization,
    get_savings_plans_utilization_details,
)
from local.cost_explorer.values import (
    get_cost_categories,
    get_dimension_values,
    get_tags,
    list_cost_allocation_tags,
)
from local.service import StrictResponse

Answer = Callable[[Mapping[str, Any], Asked], dict[str, Any]]


class Response(StrictResponse):
    """One request to Cost Explorer; an answer counts as one page read."""

    def __init__(self) -> None:
        super().__init__(service_name="ce")

    def get_cost_and_usage(self) -> ActionResult:
        """GetCostAndUsage."""
        return self._answer("GetCostAndUsage", get_cost_and_usage)

    def get_cost_forecast(self) -> ActionResult:
        """GetCostForecast."""
        return self._answer("GetCostForecast", get_cost_forecast)

    def get_usage_forecast(self) -> ActionResult:
        """GetUsageForecast."""
        return self._answer("GetUsageForecast", get_usage_forecast)

    def get_dimension_values(self) -> ActionResult:
        """GetDimensionValues."""
        return self._answer("GetDimensionValues", get_dimension_values)

    def get_tags(self) -> ActionResult:
        """GetTags."""
        return self._answer("GetTags", get_tags)

    def get_cost_categories(self) -> ActionResult:
        """GetCostCategories."""
        return self._answer("GetCostCategories", get_cost_categories)

    def list_cost_allocation_tags(self) -> ActionResult:
        """ListCostAllocationTags."""
        return self._answer("ListCostAllocationTags", list_cost_allocation_tags)

    def get_reservation_utilization(self) -> ActionResult:
        """GetReservationUtilization."""
        return self._answer("GetReservationUtilization", get_reservation_utilization)

    def get_reservation_coverage(self) -> ActionResult:
        """GetReservationCoverage."""
        return self._answer("GetReservationCoverage", get_reservation_coverage)

    def get_savings_plans_utilization(self) -> ActionResult:
        """GetSavingsPlansUtilization."""
        return self._answer("GetSavingsPlansUtilization", get_savings_plans_utilization)

    def get_savings_plans_utilization_details(self) -> ActionResult:
        """GetSavingsPlansUtilizationDetails."""
        return self._answer("GetSavingsPlansUtilizationDetails", get_savings_plans_utilization_details)

    def get_savings_plans_coverage(self) -> ActionResult:
        """GetSavingsPlansCoverage."""
        return self._answer("GetSavingsPlansCoverage", get_savings_plans_coverage)

    def _answer(self, operation: str, answer: Answer) -> ActionResult:
        shape = self._operation().input_shape
        missing = [
            name for name in (shape.required_members if shape else ()) if self.params.get(name) is None
        ]
        if missing:
            raise invalid(f"{missing[0]} is required.")
        wire = answer(self.params, asked_by(self.current_account))
        METER.count(operation)
        return ActionResult(wire)
