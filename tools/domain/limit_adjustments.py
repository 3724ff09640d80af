"""Limits that no longer fit: what past periods ask for instead, how that would have done, what is held back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tools.domain.backtest import FEWEST_PERIODS, Backtest, backtest_of
from tools.domain.estimates import estimate_of, sayable_limit
from tools.domain.existing_budgets import LARGEST_FIT, SMALLEST_FIT
from tools.domain.guard_rails import GuardRails, within_rails
from tools.domain.money import Spend, as_percent
from tools.domain.recommenders._recommender import INTERVAL_PROBABILITY, Estimate
from tools.domain.spend_history import SpendHistory


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitProposal:
    """A limit that does not fit, the one that would (`wanted`), and the one the rails allow (`limit`).

    `over_present` and `over_wanted` count past periods above either limit.
    """

    present: Spend
    wanted: Spend
    limit: Spend | None
    held_back: tuple[str, ...]
    estimate: Estimate
    backtest: Backtest
    periods: int
    over_present: int
    over_wanted: int

    @property
    def sentence(self) -> str:
        """Why, in numbers."""
        estimate, unit = self.estimate, self.wanted.unit
        expected, between = Spend(estimate.expected, unit).in_words(), ""
        if estimate.low is not None and estimate.high is not None:
            low, high = (Spend(each, unit).in_words() for each in (estimate.low, estimate.high))
            between = f", between {low} and {high} with a probability of {as_percent(INTERVAL_PROBABILITY)} %"
        side = "low" if self.wanted.amount > self.present.amount else "high"
        return (
            f"{self.present.in_words()} is too {side}: {expected} is expected a period{between}. "
            f"Of {self.periods} past periods {self.over_present} were over {self.present.in_words()}, and "
            f"{self.over_wanted} over {self.wanted.in_words()}. Limits set like this were passed in "
            f"{self.backtest.over} of {self.backtest.periods} periods that came after."
        )


def reason_for_no_limit(history: SpendHistory) -> str | None:
    """Why nothing can be said of a history; None when something can."""
    if not history.months or not any(history.amounts):
        return "nothing was spent or used in its past periods"
    if history.ended is not None:
        return f"it ended: nothing was spent or used after {history.ended:%Y-%m}"
    if len(history.months) < FEWEST_PERIODS:
        return f"only {len(history.months)} whole past periods are known, {FEWEST_PERIODS} are needed"
    return None


def fits(present: Spend, wanted: Spend) -> bool:
    """Whether the present limit does as well: by the same measure as `recommend_budgets` says FITS."""
    if not wanted.amount:
        return not present.amount
    return SMALLEST_FIT <= present.amount / wanted.amount <= LARGEST_FIT


def limit_wanted(history: SpendHistory, breach_probability: Decimal) -> tuple[Spend, Estimate] | None:
    """The limit that the next period passes with the probability; None where the past gives none to speak of."""
    estimate = estimate_of(history, breach_probability)
    if estimate is None or estimate.is_starting or not estimate.limit:
        return None
    return sayable_limit(estimate, history.unit), estimate


def proposed_limit(
    history: SpendHistory,
    present: Spend,
    at_period_start: Spend,
    spent: Spend | None,
    rails: GuardRails,
    breach_probability: Decimal,
) -> LimitProposal | None:
    """What to do about a limit; None where the past gives no limit, or the present one fits."""
    found = limit_wanted(history, breach_probability)
    if found is None or fits(present, found[0]):
        return None
    wanted, estimate = found
    railed = within_rails(wanted, present, at_period_start, spent, rails)
    return LimitProposal(
        present=present,
        wanted=wanted,
        limit=railed.limit,
        held_back=railed.held_back,
        estimate=estimate,
        backtest=backtest_of(history, breach_probability),
        periods=len(history.months),
        over_present=_over(history.amounts, present.amount),
        over_wanted=_over(history.amounts, wanted.amount),
    )


def _over(amounts: Sequence[Decimal], limit: Decimal) -> int:
    return sum(amount > limit for amount in amounts)
