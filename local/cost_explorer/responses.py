"""Response: the operations of Cost Explorer, each handed to the module that answers it."""

from collections.abc import Callable, Mapping
from typing import Any

from moto.core.responses import ActionResult

from local.cost_explorer.asked import Asked, asked_by, invalid
from local.cost_explorer.cost_and_usage import get_cost_and_usage
from local.cost_explorer.models import METER
from local.service import StrictResponse

Answer = Callable[[Mapping[str, Any], Asked], dict[str, Any]]


class Response(StrictResponse):
    """One request to Cost Explorer; an answer counts as one page read."""

    def __init__(self) -> None:
        super().__init__(service_name="ce")

    def get_cost_and_usage(self) -> ActionResult:
        """GetCostAndUsage."""
        return self._answer("GetCostAndUsage", get_cost_and_usage)

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
