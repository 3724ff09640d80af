"""thresholds_apart: two messages about one thing within a minute are one too many."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from itertools import pairwise

from pydantic import Field

from tools.domain.budget_actions import ApprovalModel
from tools.domain.governance._rule import Example, RuleParameters, Severity, a_budget, a_restriction, rule
from tools.domain.governance.governed import Facet, GovernedBudget
from tools.domain.governance.levels import position_of_threshold
from tools.domain.money import plain


class ThresholdsParameters(RuleParameters):
    """How far apart."""

    points: Decimal = Field(
        default=Decimal(5),
        ge=0,
        description="Percentage points of the limit between thresholds on one figure that are not equal.",
    )


@rule(
    severity=Severity.WARNING,
    remedy="Move the thresholds apart, or make them equal; put a restriction without approval above one with.",
    looks_at=[Facet.DEFINITION, Facet.NOTIFICATIONS, Facet.ACTIONS],
    good=Example((a_budget(), a_restriction(threshold=110))),
    bad=Example((a_budget(), a_restriction(threshold=101))),
)
def thresholds_apart(budget: GovernedBudget, parameters: ThresholdsParameters) -> list[str]:
    """Thresholds on one figure are equal or well apart, and no approval is asked for what was done already."""
    limit = budget.limit
    lines = defaultdict(set)
    for notification in budget.notifications:
        position = position_of_threshold(notification.threshold, limit)
        lines[notification.type.value, notification.operator.value].add(position)
    for action in budget.actions:
        position = position_of_threshold(action.threshold, limit)
        lines[action.notification_type.value, "GREATER_THAN"].add(position)
    found = []
    for (figure, _), positions in lines.items():
        known = sorted(each for each in positions if each is not None)
        found += [
            f"The {figure} thresholds {_percent(low)} and {_percent(high)} are less than "
            f"{plain(parameters.points):f} points apart."
            for low, high in pairwise(known)
            if high - low < parameters.points
        ]
    return found + _approvals_too_late(budget)


def _approvals_too_late(budget: GovernedBudget) -> list[str]:
    limit = budget.limit
    placed = [
        (position, each)
        for each in budget.actions
        if (position := position_of_threshold(each.threshold, limit)) is not None
    ]
    return [
        f"At {_percent(later)} approval is asked for what is done without at {_percent(sooner)}."
        for sooner, first in placed
        for later, second in placed
        if first.approval_model is ApprovalModel.AUTOMATIC
        and second.approval_model is ApprovalModel.MANUAL
        and first.target == second.target
        and first.notification_type is second.notification_type
        and sooner < later
    ]


def _percent(position: Decimal) -> str:
    return f"{plain(position.quantize(Decimal('0.1'))):f} %"
