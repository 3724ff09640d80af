"""Recommendations: the limit, or target, that a scope's own past months support, with the reasons in numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from tools.domain.backtest import Backtest, backtest_of
from tools.domain.budget_types import BudgetType
from tools.domain.claimed_forecasts import ClaimedForecast, combined
from tools.domain.estimates import estimate_of, sayable_limit
from tools.domain.gross import Gross, gross_of
from tools.domain.grouping import GroupScope
from tools.domain.money import PERCENTAGE, Spend
from tools.domain.notifications import Notification, NotificationType, Threshold, operator_for
from tools.domain.rationale import rationale_of_limit, rationale_of_target
from tools.domain.recommenders._experience import NO_EXPERIENCE, Experience
from tools.domain.recommenders._recommender import Estimate
from tools.domain.savings import Adjustment, Saving
from tools.domain.spend_history import MonthlySpend, SpendHistory
from tools.domain.trend import slope_per_period, volatility_of

# Above this a single replaced instance, or one idle day, would already alarm.
HIGHEST_TARGET = Decimal(95)
LOWEST_TARGET = Decimal(1)
LOWEST_WARNING = Decimal(80)

_HUNDRED = Decimal(100)
_WARNING_STEP = Decimal(5)


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetRecommendation:
    """A budget that somebody should have.

    `limit` is rounded up to be sayable, and `backtest` says how such limits did, where enough months are known;
    `target` is the percentage to stay above for utilization and coverage budgets, whose limit is fixed.
    `expected`, `low` and `high` are of one month. `trend` and `volatility` are ratios of the mean. `gross` is what
    it would be without credits and refunds, where there were any.
    """

    budget_type: BudgetType
    where: GroupScope
    limit: Spend
    target: Decimal | None
    expected: Spend
    low: Spend | None
    high: Spend | None
    estimate: Estimate
    months: tuple[MonthlySpend, ...]
    trend: Decimal | None
    volatility: Decimal | None
    rationale: str
    notifications: tuple[Notification, ...]
    adjustment: Adjustment | None = None
    backtest: Backtest | None = None
    gross: Gross | None = None

    @property
    def evidence(self) -> tuple[str, ...]:
        """Sentences with the figures behind it."""
        done, gross = self.backtest, self.gross
        return (
            *self.estimate.evidence,
            *((done.sentence,) if done is not None and done.periods else ()),
            *((gross.sentence,) if gross is not None else ()),
        )


def recommend_limit(
    budget_type: BudgetType,
    where: GroupScope,
    history: SpendHistory,
    breach_probability: Decimal,
    savings: Sequence[Saving] = (),
    forecast: ClaimedForecast | None = None,
    experience: Experience = NO_EXPERIENCE,
    taken_off: Mapping[date, Decimal] | None = None,
) -> BudgetRecommendation | None:
    """The limit of a cost or usage budget, with what held in other scopes; None for an empty history.

    `taken_off` is what credits and refunds took off the months of a cost budget, as negative amounts.
    """
    own = estimate_of(history, breach_probability, experience)
    if own is None:
        return None
    estimate = own if forecast is None else combined(own, forecast, breach_probability)
    counted = min(sum((each.counted for each in savings), Decimal(0)), estimate.expected)
    before = sayable_limit(own, history.unit)
    lowered = _lowered_by(estimate, counted)
    limit = sayable_limit(lowered, history.unit)
    is_claimed = bool(savings) or forecast is not None
    adjustment = (
        Adjustment(before=before, after=limit, savings=tuple(savings), forecast=forecast)
        if is_claimed
        else None
    )
    return _recommendation(
        budget_type,
        where,
        history,
        lowered,
        limit=limit,
        target=None,
        rationale=rationale_of_limit(where, history, lowered, limit, breach_probability, adjustment),
        adjustment=adjustment,
        backtest=backtest_of(history, breach_probability),
        gross=gross_of(history, taken_off or {}, breach_probability, experience),
    )


def recommend_target(
    budget_type: BudgetType, where: GroupScope, history: SpendHistory, breach_probability: Decimal
) -> BudgetRecommendation | None:
    """The target of a utilization or coverage budget; None for an empty history.

    What is missing to 100 % is estimated like spend, since falling below is how these budgets fail.
    """
    usual, limit = budget_type.default_target, budget_type.fixed_limit
    if usual is None or limit is None:
        raise ValueError(f"{budget_type.name} budgets have no target")
    missing = replace(
        history, months=tuple(replace(each, amount=_HUNDRED - each.amount) for each in history.months)
    )
    shortfall = estimate_of(missing, breach_probability)
    if shortfall is None:
        return None
    estimate = _mirrored(shortfall, history)
    supported = usual if estimate.is_starting else estimate.limit.to_integral_value(rounding=ROUND_FLOOR)
    target = min(max(supported, LOWEST_TARGET), HIGHEST_TARGET)
    return _recommendation(
        budget_type,
        where,
        history,
        estimate,
        limit=limit,
        target=target,
        rationale=rationale_of_target(budget_type, where, estimate, target, breach_probability),
    )


def suggested_notifications(
    budget_type: BudgetType, *, expected_share: Decimal | None, target: Decimal | None
) -> tuple[Notification, ...]:
    """What to watch: a warning above the usual month, the limit, and the forecast; or the target.

    A warning at a share that every ordinary month reaches would be noise, so it moves up with the expected
    share of the limit. `expected_share` is a ratio.
    """
    operator = operator_for(budget_type)
    if target is not None:
        return (Notification(NotificationType.ACTUAL, operator, Threshold(target)),)
    share = (expected_share or Decimal(0)) * 100 / _WARNING_STEP
    warning = max(share.to_integral_value(rounding=ROUND_CEILING) * _WARNING_STEP, LOWEST_WARNING)
    watched = [(NotificationType.ACTUAL, warning)] if warning < _HUNDRED else []
    watched += [(NotificationType.ACTUAL, _HUNDRED), (NotificationType.FORECASTED, _HUNDRED)]
    return tuple(Notification(figure, operator, Threshold(percent)) for figure, percent in watched)


def _recommendation(
    budget_type: BudgetType,
    where: GroupScope,
    history: SpendHistory,
    estimate: Estimate,
    *,
    limit: Spend,
    target: Decimal | None,
    rationale: str,
    adjustment: Adjustment | None = None,
    backtest: Backtest | None = None,
    gross: Gross | None = None,
) -> BudgetRecommendation:
    expected = Spend(estimate.expected, history.unit)
    return BudgetRecommendation(
        budget_type=budget_type,
        where=where,
        limit=limit,
        target=target,
        expected=expected,
        low=None if estimate.low is None else Spend(estimate.low, history.unit),
        high=None if estimate.high is None else Spend(estimate.high, history.unit),
        estimate=estimate,
        months=history.months[-estimate.months_used :],
        trend=slope_per_period(history.amounts[-estimate.months_used :]),
        volatility=volatility_of(history.amounts[-estimate.months_used :]),
        rationale=rationale,
        notifications=suggested_notifications(
            budget_type, expected_share=expected.ratio_to(limit), target=target
        ),
        adjustment=adjustment,
        backtest=backtest,
        gross=gross,
    )


def _lowered_by(estimate: Estimate, amount: Decimal) -> Estimate:
    def lowered(figure: Decimal) -> Decimal:
        return max(figure - amount, Decimal(0))

    return replace(
        estimate,
        limit=lowered(estimate.limit),
        expected=lowered(estimate.expected),
        low=None if estimate.low is None else lowered(estimate.low),
        high=None if estimate.high is None else lowered(estimate.high),
    )


def _mirrored(shortfall: Estimate, history: SpendHistory) -> Estimate:
    """An estimate of what is missing to 100 % as one of what is reached, never outside 0 to 100."""

    def reached(missing: Decimal) -> Decimal:
        return min(max(_HUNDRED - missing, Decimal(0)), _HUNDRED)

    recent = ", ".join(Spend(amount, PERCENTAGE).in_words() for amount in history.amounts[-3:])
    return replace(
        shortfall,
        limit=reached(shortfall.limit),
        expected=reached(shortfall.expected),
        low=None if shortfall.high is None else reached(shortfall.high),
        high=None if shortfall.low is None else reached(shortfall.low),
        evidence=(
            f"The last months reached {recent}.",
            "Estimated from what was missing to 100 %:",
            *shortfall.evidence,
        ),
    )
