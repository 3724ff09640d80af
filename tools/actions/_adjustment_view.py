"""What adjust_budgets says of one budget."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from tools.actions._action import Model
from tools.actions._adjusting import Adjusted
from tools.actions._recommendation_view import IntervalView
from tools.actions._reply import Amount, Percent, WarningView, amount_of, percent_of, shown, warnings_of
from tools.actions._steps import CallView
from tools.domain.limit_adjustments import LimitProposal
from tools.domain.money import Spend
from tools.domain.recommenders._recommender import INTERVAL_PROBABILITY


class BacktestView(Model):
    """Every past period measured by the limit that the periods before it would have asked for."""

    periods: int
    over: int
    share_over_percent: Percent | None


class LimitAdjustmentView(Model):
    """A limit that does not fit."""

    before: Amount
    after: Amount = Field(description="The same as before where it is held back altogether.")
    change_percent: Percent | None
    wanted: Amount = Field(description="What its past asks for, without any rails.")
    expected: Amount = Field(description="Of the next period.")
    interval: IntervalView | None
    past_periods: int
    over_before: int = Field(description="Past periods over the present limit.")
    over_wanted: int = Field(description="Past periods over the wanted one.")
    backtest: BacktestView


class ThresholdAdjustmentView(Model):
    """A notification whose threshold is moved; whom it tells stays."""

    before_percent: Percent
    after_percent: Percent
    reason: str


class AdjustmentError(Model):
    """Why a budget was not adjusted."""

    code: str
    message: str
    details: dict[str, Any]
    retryable: bool


class AdjustmentView(Model):
    """One budget: before, after, why, and what held it back."""

    budget_name: str
    budget_type: str
    time_unit: str
    outcome: str = Field(description="PROPOSED, ADJUSTED, HELD_BACK, FAILED, or NOT_BEGUN: time ran out.")
    limit: LimitAdjustmentView | None = Field(description="Null where the limit fits or is not adjusted.")
    thresholds: list[ThresholdAdjustmentView]
    why: str | None
    held_back: list[str] = Field(description="Which rails kept the limit from being what is wanted.")
    spent: Amount | None = Field(description="In this period already; null when AWS has no figure of it.")
    aws_forecast: Amount | None = Field(description="AWS's own forecast of this period, which costs nothing.")
    source: str = Field(description="Whose figures its past is: Cost Explorer's or AWS Budgets'.")
    warnings: list[WarningView]
    done: list[str] = Field(description="Every call that was made, in words and in order.")
    calls: list[CallView] | None = Field(description="Dry run only: the calls that would be made.")
    error: AdjustmentError | None
    change_id: str | None = Field(description="For undo_change.")


def adjustment_view(adjusted: Adjusted) -> AdjustmentView:
    """The view of a plan and what became of it."""
    plan, error = adjusted.plan, adjusted.error
    budget, proposal = plan.budget, plan.proposal
    return AdjustmentView(
        budget_name=budget.name,
        budget_type=budget.type.name.value,
        time_unit=budget.definition.time_unit.value,
        outcome=adjusted.outcome.value,
        limit=None if proposal is None else _limit_view(proposal, is_kept=plan.update is None),
        thresholds=[
            ThresholdAdjustmentView(
                before_percent=each.old.threshold.value,
                after_percent=each.new.threshold.value,
                reason=each.reason,
            )
            for each in plan.thresholds
        ],
        why=None if proposal is None else proposal.sentence,
        held_back=list(plan.held_back),
        spent=amount_of(plan.spent),
        aws_forecast=None if plan.spent is None else amount_of(budget.forecasted_spend),
        source=plan.history.source,
        warnings=[] if plan.update is None else warnings_of(plan.update.advice),
        done=list(adjusted.done),
        calls=None if adjusted.calls is None else list(adjusted.calls),
        error=None
        if error is None
        else AdjustmentError(
            code=error.code, message=error.message, details=error.details, retryable=error.retryable
        ),
        change_id=adjusted.change_id,
    )


def _limit_view(proposal: LimitProposal, *, is_kept: bool) -> LimitAdjustmentView:
    estimate, unit = proposal.estimate, proposal.wanted.unit
    after = proposal.present if is_kept or proposal.limit is None else proposal.limit
    ratio = after.ratio_to(proposal.present)
    return LimitAdjustmentView(
        before=shown(proposal.present),
        after=shown(after),
        change_percent=percent_of(None if ratio is None else ratio - 1),
        wanted=shown(proposal.wanted),
        expected=shown(Spend(estimate.expected, unit)),
        interval=None
        if estimate.low is None or estimate.high is None
        else IntervalView(
            low=shown(Spend(estimate.low, unit)),
            high=shown(Spend(estimate.high, unit)),
            probability_percent=INTERVAL_PROBABILITY * 100,
        ),
        past_periods=proposal.periods,
        over_before=proposal.over_present,
        over_wanted=proposal.over_wanted,
        backtest=BacktestView(
            periods=proposal.backtest.periods,
            over=proposal.backtest.over,
            share_over_percent=percent_of(proposal.backtest.share_over),
        ),
    )
