"""The reasons of a recommendation as sentences with figures."""

from __future__ import annotations

from decimal import Decimal

from tools.domain.budget_types import BudgetType
from tools.domain.grouping import GroupScope
from tools.domain.money import PERCENTAGE, Spend, as_percent, plain, rounded
from tools.domain.recommenders._recommender import INTERVAL_PROBABILITY, Estimate
from tools.domain.savings import Adjustment
from tools.domain.spend_history import SpendHistory
from tools.domain.trend import slope_per_period

_STEADY = Decimal("0.01")


def rationale_of_limit(
    where: GroupScope,
    history: SpendHistory,
    estimate: Estimate,
    limit: Spend,
    breach_probability: Decimal,
    adjustment: Adjustment | None,
) -> str:
    """What is expected of the scope, and how likely an ordinary month passes the limit."""
    saved = "" if adjustment is None else " " + _saved_in_words(adjustment)
    if estimate.is_starting:
        months = (
            "1 whole month is" if estimate.months_used == 1 else f"{estimate.months_used} whole months are"
        )
        made = "not an estimate" if estimate.low is None else "made from its days"
        return (
            f"Only {months} known of {where.in_words()}: {limit.in_words()} is a limit to start with,"
            f" {made}.{saved}"
        )
    expected = _expected_in_words(_capitalized(where.in_words()), estimate, history.unit)
    return (
        f"{expected}{_movement_in_words(history, estimate)}."
        f" By chance alone a month passes {limit.in_words()} with a probability of at most about"
        f" {as_percent(breach_probability)} %.{saved}"
    )


def rationale_of_target(
    budget_type: BudgetType,
    where: GroupScope,
    estimate: Estimate,
    target: Decimal,
    breach_probability: Decimal,
) -> str:
    """What is expected of the commitments, and how likely an ordinary month falls below the target."""
    usual = budget_type.default_target
    if estimate.is_starting:
        return (
            f"Too few whole months are known: {target} % is the usual target to start with, not an estimate."
        )
    below = (
        f" That is under the usual target of {usual} %, so look at the commitments themselves too."
        if usual is not None and target < usual
        else ""
    )
    expected = _expected_in_words(_measured_in_words(budget_type, where), estimate, PERCENTAGE)
    return (
        f"{expected}. By chance alone a month falls below {target} % with a probability of at most about"
        f" {as_percent(breach_probability)} %.{below}"
    )


def _expected_in_words(what: str, estimate: Estimate, unit: str) -> str:
    between = (
        ""
        if estimate.low is None or estimate.high is None
        else f", between {Spend(estimate.low, unit).in_words()} and {Spend(estimate.high, unit).in_words()}"
        f" in {plain(INTERVAL_PROBABILITY * 10)} of 10 months"
    )
    return (
        f"{what} is expected at {Spend(estimate.expected, unit).in_words()} a month{between},"
        f" judging by {estimate.months_used} whole months"
    )


def _measured_in_words(budget_type: BudgetType, where: GroupScope) -> str:
    """`RI utilization of Amazon Redshift`, `Savings Plans coverage`."""
    kind, _, measure = budget_type.name.value.rpartition("_")
    commitments = "RI" if kind == "RI" else "Savings Plans"
    services = where.scope.values_of("Service")
    return f"{commitments} {measure.lower()}" + (f" of {services[0]}" if services else "")


def _capitalized(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}"


def _movement_in_words(history: SpendHistory, estimate: Estimate) -> str:
    trend = slope_per_period(history.amounts[-estimate.months_used :])
    if trend is None:
        return ""
    if abs(trend) < _STEADY:
        return " that were steady"
    return f" that {'rose' if trend > 0 else 'fell'} by {as_percent(abs(trend))} % of their mean a month"


def _saved_in_words(adjustment: Adjustment) -> str:
    claims = [
        *_forecast_in_words(adjustment),
        *_savings_in_words(adjustment),
    ]
    return f"It was {adjustment.before.in_words()} before {' and '.join(claims)}."


def _forecast_in_words(adjustment: Adjustment) -> list[str]:
    forecast = adjustment.forecast
    if forecast is None:
        return []
    mean = Spend(forecast.mean, adjustment.after.unit).in_words()
    return [f"a forecast of {mean} for {forecast.month:%Y-%m} claimed by {forecast.claimed_by}"]


def _savings_in_words(adjustment: Adjustment) -> list[str]:
    claims = " and ".join(
        f"{Spend(each.monthly, adjustment.after.unit).in_words()} a month claimed by {each.claimed_by}"
        f" ({rounded(each.probability * 100, PERCENTAGE)} % likely)"
        for each in adjustment.savings
    )
    return [f"savings of {claims}"] if claims else []
