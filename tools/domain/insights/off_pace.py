"""Budgets spent faster or much slower than their period passes."""

from __future__ import annotations

from decimal import Decimal

from tools.domain.insights._insight import Detector, Finding, Severity, has_pace, pace_in_words
from tools.domain.standing import Standing
from tools.domain.status import BudgetStatus

AHEAD = Decimal("1.15")
BEHIND = Decimal("0.5")


def _ahead_of_pace(standing: Standing) -> Finding | None:
    if standing.status in (BudgetStatus.BREACHED, BudgetStatus.FORECASTED_BREACH):
        return None
    if not has_pace(standing) or standing.pace is None or standing.pace < AHEAD:
        return None
    return Finding(standing.name, standing.pace, pace_in_words(standing))


def _behind_pace(standing: Standing) -> Finding | None:
    if not has_pace(standing) or standing.pace is None or standing.pace > BEHIND:
        return None
    if standing.actual is None or not standing.actual.amount:
        return None
    return Finding(standing.name, 1 - standing.pace, pace_in_words(standing))


AHEAD_OF_PACE = Detector(
    code="AHEAD_OF_PACE",
    severity=Severity.MEDIUM,
    one="One budget is spent faster than its period passes",
    several="{count} budgets are spent faster than their periods pass",
    find=_ahead_of_pace,
)
BEHIND_PACE = Detector(
    code="BEHIND_PACE",
    severity=Severity.INFO,
    one="One budget is spent much slower than its period passes",
    several="{count} budgets are spent much slower than their periods pass",
    find=_behind_pace,
)
