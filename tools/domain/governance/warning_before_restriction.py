"""warning_before_restriction: nobody is restricted who was not warned."""

from __future__ import annotations

from tools.domain.budget_actions import BudgetActionDefinition
from tools.domain.governance._rule import Example, Severity, a_budget, a_restriction, rule
from tools.domain.governance.governed import Facet, GovernedBudget
from tools.domain.governance.levels import position_of_threshold, threshold_in_words
from tools.domain.notifications import ComparisonOperator, Notification


@rule(
    severity=Severity.ERROR,
    remedy="Add a notification on the same figure with a lower threshold, or raise that of the budget action.",
    looks_at=[Facet.DEFINITION, Facet.NOTIFICATIONS, Facet.ACTIONS],
    good=Example((a_budget(), a_restriction(threshold=110))),
    bad=Example((a_budget(), a_restriction(threshold=60))),
)
def warning_before_restriction(budget: GovernedBudget) -> list[str]:
    """Before a budget action restricts, a notification on the same figure has warned."""
    return [
        f"Below the budget action at {threshold_in_words(each.threshold, budget.limit)} there is no notification "
        f"on {each.notification_type} spend."
        for each in budget.actions
        if not any(_warns_before(notification, each, budget) for notification in budget.notifications)
    ]


def _warns_before(notification: Notification, action: BudgetActionDefinition, budget: GovernedBudget) -> bool:
    """Thresholds of different kinds are compared through the limit; where there is none, they cannot be."""
    if (
        notification.type is not action.notification_type
        or notification.operator is not ComparisonOperator.GREATER_THAN
    ):
        return False
    limit = budget.limit
    warned, restricted = (position_of_threshold(each.threshold, limit) for each in (notification, action))
    if warned is not None and restricted is not None:
        return warned < restricted
    is_same_kind = notification.threshold.type is action.threshold.type
    return is_same_kind and notification.threshold.value < action.threshold.value
