"""How limits made like a recommended one would have done over the same past, beside what AWS would have set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from tools.domain.estimates import estimate_of, sayable_limit
from tools.domain.spend_history import SpendHistory

FEWEST_PERIODS = 3
MOST_PERIODS = 12
# Source: an auto-adjusting budget takes the average of the last periods, as many as it is told to.
SHORT_AVERAGE = 3
LONG_AVERAGE = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """Each of the last periods measured by limits that only the periods before it were known for.

    `over` of them passed the limit that would have been recommended from this scope alone; the others passed
    the mean of the 3 or 6 periods before, which is what AWS's auto-adjusting budgets set.
    """

    periods: int
    over: int
    over_mean_of_3: int
    over_mean_of_6: int

    @property
    def share_over(self) -> Decimal | None:
        """The ratio of periods over their limit; None without any."""
        return self._share(self.over)

    @property
    def share_over_mean_of_3(self) -> Decimal | None:
        """The same for the mean of the three periods before."""
        return self._share(self.over_mean_of_3)

    @property
    def share_over_mean_of_6(self) -> Decimal | None:
        """The same for the mean of the six periods before."""
        return self._share(self.over_mean_of_6)

    @property
    def sentence(self) -> str:
        """The comparison in words."""
        return (
            f"Over the last {self.periods} of these months a limit made like this from the months before would"
            f" have been passed in {self.over}; the mean of the {SHORT_AVERAGE} months before, which an"
            f" auto-adjusting budget of AWS takes, in {self.over_mean_of_3}, and of {LONG_AVERAGE} in"
            f" {self.over_mean_of_6}."
        )

    def _share(self, count: int) -> Decimal | None:
        return Decimal(count) / self.periods if self.periods else None


def backtest_of(history: SpendHistory, breach_probability: Decimal) -> Backtest:
    """Walk forward over up to 12 periods, each with at least three known before it; there may be none."""
    amounts = history.amounts
    over = over_short = over_long = 0
    first = max(FEWEST_PERIODS, len(amounts) - MOST_PERIODS)
    for count in range(first, len(amounts)):
        estimate = estimate_of(replace(history, months=history.months[:count]), breach_probability)
        assert estimate is not None
        actual, before = amounts[count], amounts[:count]
        over += actual > sayable_limit(estimate, history.unit).amount
        over_short += actual > _mean(before[-SHORT_AVERAGE:])
        over_long += actual > _mean(before[-LONG_AVERAGE:])
    return Backtest(
        periods=max(len(amounts) - first, 0), over=over, over_mean_of_3=over_short, over_mean_of_6=over_long
    )


def _mean(amounts: Sequence[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0)) / len(amounts)
