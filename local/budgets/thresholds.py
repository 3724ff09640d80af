"""When a threshold is crossed."""

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal

from local.budgets.amounts import Spend

_COMPARISONS: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "GREATER_THAN": operator.gt,
    "LESS_THAN": operator.lt,
    "EQUAL_TO": operator.eq,
}


def threshold_amount(value: float, threshold_type: str, limit: Spend | None) -> Decimal | None:
    """The threshold in the budget's unit; None for a percentage of a limit that is not known.

    A percentage is one of the limit, for forecasts too (Notification in the service model: 80 percent of a
    200 dollar budget is 160 dollars).
    """
    if threshold_type == "ABSOLUTE_VALUE":
        return Decimal(str(value))
    return None if limit is None else Decimal(limit["Amount"]) * Decimal(str(value)) / 100


def is_crossed(figure: Decimal | None, comparison: str, amount: Decimal | None) -> bool:
    """Whether the figure is past the amount, strictly. Where one of them is not known, nothing is crossed."""
    return figure is not None and amount is not None and _COMPARISONS[comparison](figure, amount)
