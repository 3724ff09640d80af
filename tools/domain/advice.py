"""Advice on what AWS accepts although it will probably not do what its creator wants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tools.domain.budget import BudgetDefinition
from tools.domain.budget_types import Breach
from tools.domain.notifications import (
    ComparisonOperator,
    Notification,
    NotificationType,
    ThresholdType,
)
from tools.domain.scope_lint import unmatched_filters
from tools.domain.scope_rules import parameter_of

BEDROCK = "Amazon Bedrock"


@dataclass(frozen=True, slots=True)
class Advice:
    """A code, one sentence, and the value that was probably meant."""

    code: str
    message: str
    meant: str | None = None


def advice_on_budget(
    definition: BudgetDefinition, notifications: Sequence[Notification], now: datetime
) -> list[Advice]:
    """What to know about a budget that AWS would accept."""
    return [
        *_on_filters(definition),
        *_on_limit(definition),
        *_on_notifications(definition, notifications),
        *_on_time(definition, now),
    ]


def _on_filters(definition: BudgetDefinition) -> list[Advice]:
    found = [
        Advice(
            "MATCHES_NOTHING",
            f"{_where(each.filter)}: {each.problem}; AWS accepts it and counts nothing for it.",
            each.meant,
        )
        for each in unmatched_filters(definition.scope)
    ]
    if BEDROCK in definition.scope.values_of("Service"):
        found.append(
            Advice(
                "MODELS_BILLED_ELSEWHERE",
                "Models of other vendors on Bedrock can be billed as services of their own, which a filter on "
                f"'{BEDROCK}' leaves out; compare with the services that Cost Explorer shows.",
            )
        )
    return found


def _where(filter_name: str) -> str:
    return "filter_expression" if filter_name == "Tags" else parameter_of(filter_name)


def _on_limit(definition: BudgetDefinition) -> list[Advice]:
    if definition.limit is None or definition.limit.amount:
        return []
    return [
        Advice(
            "ZERO_LIMIT",
            "With a limit of 0 every percentage is 0 too, so all thresholds are passed by the first cent.",
        )
    ]


def _on_notifications(definition: BudgetDefinition, notifications: Sequence[Notification]) -> list[Advice]:
    if not notifications:
        # The governance rule someone_is_told has something to say of it.
        return []
    fails_above = definition.type.breach is Breach.ABOVE
    found = []
    if not fails_above and any(each.operator is ComparisonOperator.GREATER_THAN for each in notifications):
        found.append(
            Advice(
                "FIRES_WHEN_FINE",
                f"{definition.type.name} budgets fail by falling; a GREATER_THAN notification fires while all "
                "is well.",
                ComparisonOperator.LESS_THAN.value,
            )
        )
    if fails_above and all(
        each.threshold.type is ThresholdType.PERCENTAGE and each.threshold.value > 100
        for each in notifications
    ):
        found.append(
            Advice(
                "ONLY_ABOVE_THE_LIMIT",
                "Every threshold is over 100 %, so nobody hears of it before the limit is exceeded.",
            )
        )
    if all(each.type is NotificationType.FORECASTED for each in notifications):
        found.append(
            Advice(
                "ONLY_FORECASTED",
                "Forecasts need about five weeks of history; until then these notifications stay silent. "
                "Add one on ACTUAL.",
            )
        )
    return found


def _on_time(definition: BudgetDefinition, now: datetime) -> list[Advice]:
    if definition.starts is None or definition.starts <= now:
        return []
    return [Advice("STARTS_LATER", f"Nothing is watched before {definition.starts:%Y-%m-%d}.")]
