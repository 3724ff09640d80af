"""The list of detectors, and the insights they find in the budgets of an account."""

from __future__ import annotations

from collections.abc import Sequence

from tools.domain.insights._insight import Detector, Finding, Insight
from tools.domain.insights.blind_budgets import (
    MATCHES_NOTHING,
    NO_FIGURES,
    NO_SUBSCRIBERS,
    STALE_FIGURES,
    UNHEALTHY,
)
from tools.domain.insights.breaches import BREACHED, FORECAST_TO_BREACH
from tools.domain.insights.off_pace import AHEAD_OF_PACE, BEHIND_PACE
from tools.domain.insights.unfit_limits import LIMIT_FAR_ABOVE_SPEND, LIMIT_FAR_BELOW_SPEND
from tools.domain.standing import Standing

MOST_NAMED = 3
"""How many budgets a sentence names with their figures; `budgets` always lists all."""

DETECTORS: tuple[Detector, ...] = (
    BREACHED,
    UNHEALTHY,
    FORECAST_TO_BREACH,
    MATCHES_NOTHING,
    NO_SUBSCRIBERS,
    STALE_FIGURES,
    NO_FIGURES,
    AHEAD_OF_PACE,
    LIMIT_FAR_BELOW_SPEND,
    LIMIT_FAR_ABOVE_SPEND,
    BEHIND_PACE,
)


def insights_about(standings: Sequence[Standing]) -> list[Insight]:
    """Everything the detectors find, the gravest first; within one insight the worst budget is named first."""
    found = []
    for detector in DETECTORS:
        findings = [each for standing in standings if (each := detector.find(standing)) is not None]
        if findings:
            findings.sort(key=lambda finding: (-finding.weight, finding.name))
            found.append(_insight(detector, findings))
    return sorted(found, key=lambda insight: (-insight.severity, -len(insight.budgets), insight.code))


def _insight(detector: Detector, findings: Sequence[Finding]) -> Insight:
    opening = detector.one if len(findings) == 1 else detector.several.format(count=len(findings))
    named = "; ".join(f"'{each.name}' {each.figures}" for each in findings[:MOST_NAMED])
    rest = len(findings) - MOST_NAMED
    more = f"; and {rest} more" if rest > 0 else ""
    return Insight(
        code=detector.code,
        severity=detector.severity,
        budgets=tuple(each.name for each in findings),
        sentence=f"{opening}: {named}{more}.",
    )
