"""Limits far from what is spent, in either direction."""

from __future__ import annotations

from decimal import Decimal

from tools.domain.budget_types import Breach
from tools.domain.insights._insight import Detector, Finding, Severity, has_pace
from tools.domain.money import Spend, as_percent
from tools.domain.standing import Standing

FAR_ABOVE = Decimal("0.4")
FAR_BELOW = Decimal("1.5")


def _limit_far_above(standing: Standing) -> Finding | None:
    expected = _expected(standing)
    if expected is None or standing.limit is None or not expected.amount:
        return None
    ratio = expected.ratio_to(standing.limit)
    if ratio is None or ratio > FAR_ABOVE:
        return None
    return Finding(
        standing.name,
        1 - ratio,
        f"expects {expected.in_words()} of {standing.limit.in_words()} ({as_percent(ratio)} %)",
    )


def _limit_far_below(standing: Standing) -> Finding | None:
    expected = _expected(standing)
    if expected is None or standing.limit is None:
        return None
    ratio = expected.ratio_to(standing.limit)
    if ratio is None or ratio < FAR_BELOW:
        return None
    return Finding(
        standing.name,
        ratio,
        f"expects {expected.in_words()} of {standing.limit.in_words()} ({as_percent(ratio)} %)",
    )


def _expected(standing: Standing) -> Spend | None:
    """What the period will end at: AWS's forecast, or the pace carried on when there is none."""
    if standing.budget.type.breach is Breach.BELOW or standing.limit is None:
        return None
    if standing.forecasted is not None:
        return standing.forecasted if standing.forecasted.unit == standing.limit.unit else None
    if standing.pace is None or not has_pace(standing):
        return None
    return standing.limit.times(standing.pace)


LIMIT_FAR_BELOW_SPEND = Detector(
    code="LIMIT_FAR_BELOW_SPEND",
    severity=Severity.MEDIUM,
    one="One limit is far below what is spent, so it only makes noise",
    several="{count} limits are far below what is spent, so they only make noise",
    find=_limit_far_below,
)
LIMIT_FAR_ABOVE_SPEND = Detector(
    code="LIMIT_FAR_ABOVE_SPEND",
    severity=Severity.LOW,
    one="One limit is far above what is spent, so it would notice a problem late",
    several="{count} limits are far above what is spent, so they would notice a problem late",
    find=_limit_far_above,
)
