"""What AWS refuses of the notifications of one budget, and what it accepts although it helps nobody.

Source: Budgets API shapes `Notification`, `NotificationThreshold` and the user guide (ten notifications, a
percentage up to 1,000,000, only actual figures for utilization and coverage).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tools.domain.budget_types import BudgetType
from tools.domain.errors import problem_with
from tools.domain.notifications import (
    HIGHEST_THRESHOLD,
    MOST_NOTIFICATIONS,
    Notification,
    NotificationType,
    Threshold,
    ThresholdType,
    problems_with_subscribers,
)

HIGHEST_PERCENTAGE = Decimal(1_000_000)


def problems_with_notifications(
    budget_type: BudgetType, notifications: Sequence[Notification], account_id: str
) -> list[dict[str, str]]:
    """Every reason for which AWS would refuse these notifications of a budget of this type."""
    problems = []
    if len(notifications) > MOST_NOTIFICATIONS:
        problems.append(
            problem_with(
                "notifications",
                f"{len(notifications)} notifications",
                f"at most {MOST_NOTIFICATIONS} per budget",
            )
        )
    seen: dict[tuple[str, str, Decimal, str], int] = {}
    for position, notification in enumerate(notifications):
        where = f"notifications.{position}"
        first = seen.setdefault(notification.identity, position)
        if first != position:
            problems.append(
                problem_with(
                    where, f"equals notifications.{first}", "put their subscribers into one notification"
                )
            )
        if notification.type is NotificationType.FORECASTED and not budget_type.watches_forecast:
            problems.append(
                problem_with(f"{where}.type", f"AWS forecasts no {budget_type.name} budgets", "ACTUAL")
            )
        problem = problem_with_threshold(notification.threshold)
        if problem is not None:
            problems.append(problem_with(f"{where}.threshold", *problem))
        problems += [
            problem_with(f"{where}.subscribers", each)
            for each in problems_with_subscribers(notification.subscribers or (), account_id)
        ]
    return problems


def problem_with_threshold(threshold: Threshold) -> tuple[str, str] | None:
    """What is wrong with a threshold and what is allowed; None when AWS takes it."""
    is_percentage = threshold.type is ThresholdType.PERCENTAGE
    highest = HIGHEST_PERCENTAGE if is_percentage else HIGHEST_THRESHOLD
    if 0 <= threshold.value <= highest:
        return None
    return f"{threshold.value:f} is out of bounds", f"0 to {highest:,}{' percent' if is_percentage else ''}"
