"""someone_is_told: no budget without a listener."""

from __future__ import annotations

from tools.domain.governance._rule import Example, Severity, a_budget, rule
from tools.domain.governance.governed import Facet, GovernedBudget


@rule(
    severity=Severity.WARNING,
    remedy="Give it notification_email or notification_topic_arn.",
    looks_at=[Facet.NOTIFICATIONS],
    good=Example((a_budget(),)),
    bad=Example((a_budget(notification_email=None),)),
)
def someone_is_told(budget: GovernedBudget) -> list[str]:
    """A budget tells somebody."""
    if budget.notifications:
        return []
    return [f"'{budget.name}' has no notification, so nobody hears of it."]
