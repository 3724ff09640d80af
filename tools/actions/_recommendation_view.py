"""A recommendation as replies show it, with the create_budget request that is ready to be sent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from pydantic import Field

from tools.actions._action import Model
from tools.actions._reply import Amount, Percent, amount_of, percent_of, shown
from tools.domain.backtest import Backtest
from tools.domain.claimed_forecasts import ClaimedForecast
from tools.domain.existing_budgets import Comparison
from tools.domain.gross import WITHOUT_THEM, Gross
from tools.domain.money import USD, Spend, plain
from tools.domain.notifications import Notification
from tools.domain.periods import TimeUnit
from tools.domain.recommendation import BudgetRecommendation
from tools.domain.recommenders._recommender import INTERVAL_PROBABILITY
from tools.domain.savings import Adjustment
from tools.domain.spend_story import PeriodAmount, story_of


class IntervalView(Model):
    """Where a month lies with this probability."""

    low: Amount
    high: Amount
    probability_percent: Percent


class SuggestedNotification(Model):
    """A notification worth having; the threshold is a percentage of the limit."""

    type: str
    operator: str
    threshold_percent: Percent


class SavingView(Model):
    """A saving that is counted on: so much a month, so likely, and whose claim it is."""

    service: str
    monthly_savings: Amount
    probability_percent: Percent
    claimed_by: str


class ForecastView(Model):
    """A forecast that was averaged with the estimate: of which month, and whose claim it is."""

    month: str
    mean: Amount
    low: Amount | None
    high: Amount | None
    probability_percent: Percent = Field(description="How likely the month lies between low and high.")
    claimed_by: str


class AdjustmentView(Model):
    """How claims of others moved the limit."""

    before: Amount = Field(description="What the past alone asks for.")
    after: Amount
    savings: list[SavingView]
    forecast: ForecastView | None


class ExistingBudgetView(Model):
    """The budget of the same type and scope that exists."""

    verdict: str = Field(description="FITS, TOO_LOW, TOO_HIGH, NONE (there is none) or UNKNOWN.")
    sentence: str
    name: str | None
    time_unit: str | None
    limit: Amount | None = Field(description="Of its own time unit.")
    target_percent: Percent | None
    ratio_percent: Percent | None = Field(
        description="Its limit per month, or its target, by the recommended one."
    )
    counts_differently: list[str] = Field(description="Costs it leaves out, or another metric.")


class CreateBudgetRequest(Model):
    """A request for create_budget, to be sent as it is."""

    action: str
    parameters: dict[str, Any]


class BacktestView(Model):
    """How often months passed limits that only the months before them were known for."""

    months: int
    over: int = Field(
        description="Months over the limit that would have been recommended, from this scope alone."
    )
    share_over_percent: Percent | None
    auto_adjust_3_share_over_percent: Percent | None = Field(
        description="The same for the mean of the 3 months before, as an auto-adjusting budget of AWS takes it."
    )
    auto_adjust_6_share_over_percent: Percent | None = Field(description="The same for the mean of 6.")


class BeforeCreditsView(Model):
    """The same month and limit before credits and refunds, which a budget counts unless its cost types say no."""

    expected_spend: Amount
    limit: Amount
    taken_off: Amount = Field(description="What credits and refunds took off the months that were looked at.")
    last_month: str = Field(description="The last month in which they did.")
    cost_types: dict[str, bool] = Field(
        description="Of create_budget, for a budget that does not count them."
    )


class RecommendationView(Model):
    """One budget the account should have. Figures are of one whole month."""

    scope: str
    filter: dict[str, Any] = Field(
        description="The scope as parameters of create_budget; empty for all costs."
    )
    budget_type: str
    time_unit: str
    limit: Amount
    target_percent: Percent | None = Field(
        description="RI and Savings Plans: the percentage to stay above; null for COST and USAGE."
    )
    expected_spend: Amount = Field(description="An ordinary month; a percentage for RI and Savings Plans.")
    interval: IntervalView | None = Field(description="Null for a starting limit.")
    before_credits: BeforeCreditsView | None = Field(
        description="Null where no credit or refund changed these months, or nobody knows."
    )
    backtest: BacktestView | None = Field(
        description="Null for RI and Savings Plans, and with fewer than 4 months."
    )
    method: str
    is_starting_limit: bool = Field(description="Too few months are known; the limit is only to start with.")
    months_used: int
    first_month: str
    last_month: str
    trend_percent: Percent | None = Field(description="Change a month by the mean; null under three months.")
    volatility_percent: Percent | None = Field(description="Standard deviation by the mean.")
    rationale: str
    story: str | None = Field(
        description="What the months tell: a step, growth, a spike; null where nothing is plain to see."
    )
    evidence: list[str]
    suggested_notifications: list[SuggestedNotification]
    optimization: AdjustmentView | None = Field(
        description="Null when no claimed saving or forecast applies."
    )
    existing_budget: ExistingBudgetView | None = Field(
        description="Null when existing budgets were not read."
    )
    create_budget: CreateBudgetRequest


def recommendation_view(
    recommendation: BudgetRecommendation,
    name: str,
    comparison: Comparison | None,
    *,
    emails: Sequence[str],
    account_id: str | None,
) -> RecommendationView:
    """The view; `name` goes into the request, `emails` and `account_id` where the caller gave them."""
    low, high = recommendation.low, recommendation.high
    return RecommendationView(
        scope=recommendation.where.in_words(),
        filter=_filter_of(recommendation),
        budget_type=recommendation.budget_type.name.value,
        time_unit="MONTHLY",
        limit=shown(recommendation.limit),
        target_percent=recommendation.target,
        expected_spend=shown(recommendation.expected),
        interval=None
        if low is None or high is None
        else IntervalView(
            low=shown(low), high=shown(high), probability_percent=_percent(INTERVAL_PROBABILITY)
        ),
        before_credits=_before_credits_view(recommendation.gross),
        backtest=_backtest_view(recommendation.backtest),
        method=recommendation.estimate.method,
        is_starting_limit=recommendation.estimate.is_starting,
        months_used=recommendation.estimate.months_used,
        first_month=f"{recommendation.months[0].month:%Y-%m}",
        last_month=f"{recommendation.months[-1].month:%Y-%m}",
        trend_percent=percent_of(recommendation.trend),
        volatility_percent=percent_of(recommendation.volatility),
        rationale=recommendation.rationale,
        story=_story(recommendation),
        evidence=list(recommendation.evidence),
        suggested_notifications=[_notification_view(each) for each in recommendation.notifications],
        optimization=_adjustment_view(recommendation.adjustment),
        existing_budget=_existing_view(comparison),
        create_budget=CreateBudgetRequest(
            action="create_budget", parameters=_request(recommendation, name, emails, account_id)
        ),
    )


def _story(recommendation: BudgetRecommendation) -> str | None:
    """What happened in the months; None for percentages, which neither grow nor end."""
    if recommendation.target is not None:
        return None
    months = [PeriodAmount(each.month, each.amount) for each in recommendation.months]
    found = story_of(months, recommendation.expected.unit, TimeUnit.MONTHLY)
    return None if found is None else found.sentence


def _request(
    recommendation: BudgetRecommendation, name: str, emails: Sequence[str], account_id: str | None
) -> dict[str, Any]:
    """Without an address there are no notifications, and so no target: AWS keeps it as one."""
    request: dict[str, Any] = {
        "budget_name": name,
        "budget_type": recommendation.budget_type.name.value,
        "time_unit": "MONTHLY",
        **_filter_of(recommendation),
    }
    if account_id is not None:
        request["account_id"] = account_id
    if recommendation.target is None:
        request["amount"] = str(plain(recommendation.limit.amount))
        request["unit"] = recommendation.limit.unit
    if emails:
        request["notification_email"] = list(emails)
        if recommendation.target is not None:
            request["target"] = str(plain(recommendation.target))
        else:
            request["notifications"] = [
                {"type": each.type.value, "threshold": str(plain(each.threshold.value))}
                for each in recommendation.notifications
            ]
    return request


def _before_credits_view(gross: Gross | None) -> BeforeCreditsView | None:
    if gross is None:
        return None
    return BeforeCreditsView(
        expected_spend=shown(gross.expected),
        limit=shown(gross.limit),
        taken_off=shown(gross.taken_off),
        last_month=f"{gross.last_taken:%Y-%m}",
        cost_types=dict(WITHOUT_THEM),
    )


def _backtest_view(backtest: Backtest | None) -> BacktestView | None:
    if backtest is None or not backtest.periods:
        return None

    return BacktestView(
        months=backtest.periods,
        over=backtest.over,
        share_over_percent=percent_of(backtest.share_over),
        auto_adjust_3_share_over_percent=percent_of(backtest.share_over_mean_of_3),
        auto_adjust_6_share_over_percent=percent_of(backtest.share_over_mean_of_6),
    )


def _filter_of(recommendation: BudgetRecommendation) -> dict[str, Any]:
    return {
        name: values[0] if len(values) == 1 else list(values)
        for name, values in recommendation.where.filter.items()
    }


def _notification_view(notification: Notification) -> SuggestedNotification:
    return SuggestedNotification(
        type=notification.type.value,
        operator=notification.operator.value,
        threshold_percent=notification.threshold.value,
    )


def _adjustment_view(adjustment: Adjustment | None) -> AdjustmentView | None:
    if adjustment is None:
        return None
    return AdjustmentView(
        before=shown(adjustment.before),
        after=shown(adjustment.after),
        savings=[
            SavingView(
                service=each.service,
                monthly_savings=Amount(amount=each.monthly, unit=adjustment.after.unit),
                probability_percent=_percent(each.probability),
                claimed_by=each.claimed_by,
            )
            for each in adjustment.savings
        ],
        forecast=_forecast_view(adjustment.forecast),
    )


def _forecast_view(forecast: ClaimedForecast | None) -> ForecastView | None:
    if forecast is None:
        return None
    low, high = forecast.lower, forecast.upper
    return ForecastView(
        month=f"{forecast.month:%Y-%m}",
        mean=shown(Spend(forecast.mean, USD)),
        low=None if low is None else shown(Spend(low, USD)),
        high=None if high is None else shown(Spend(high, USD)),
        probability_percent=_percent(forecast.probability),
        claimed_by=forecast.claimed_by,
    )


def _existing_view(comparison: Comparison | None) -> ExistingBudgetView | None:
    if comparison is None:
        return None
    return ExistingBudgetView(
        verdict=comparison.verdict.value,
        sentence=comparison.sentence,
        name=comparison.name,
        time_unit=None if comparison.time_unit is None else comparison.time_unit.value,
        limit=amount_of(comparison.limit),
        target_percent=comparison.target,
        ratio_percent=percent_of(comparison.ratio),
        counts_differently=list(comparison.counts_differently),
    )


def _percent(ratio: Decimal) -> Decimal:
    return ratio * 100
