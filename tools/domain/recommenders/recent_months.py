"""The level of the recent months, with their trend where it helped before, and the spread of past misses.

Every past month is forecast from the months before it, as if nothing later were known. The misses say two
things: whether following the trend would have been better than standing still, and how far next month may
stray. Student's t carries the misses over to the limit, because they are few.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from statistics import median

from tools.domain.money import Spend
from tools.domain.recommenders._recommender import INTERVAL_PROBABILITY, Estimate, Recommender
from tools.domain.spend_history import SpendHistory
from tools.domain.student_t import student_t_quantile

MOST_MONTHS = 12
LEVEL_MONTHS = 3
# The middle of three months lies two months before the next one.
MONTHS_AHEAD_OF_LEVEL = 2
# Standing still is the safer guess, so a trend has to have been clearly better.
CLEARLY_BETTER = Decimal("0.9")
# Bills that never moved still move one day: no spread is believed to be under this share of the level.
SMALLEST_SPREAD = Decimal("0.03")
# A miss beyond three robust deviations is a one-off and counts as three. 1.4826 makes the median absolute
# deviation of a normal distribution its standard deviation.
DEVIATIONS_KEPT = 3
NORMAL_FROM_MEDIAN = Decimal("1.4826")

Amounts = Sequence[Decimal]
Forecast = Callable[[Amounts], Decimal]


@dataclass(frozen=True, slots=True)
class _Backtest:
    """A forecast with its misses (actual minus forecast), one-offs damped, and how many were damped."""

    forecast: Forecast
    misses: tuple[Decimal, ...]
    damped: int

    @property
    def mean_miss(self) -> Decimal:
        return sum((abs(miss) for miss in self.misses), Decimal(0)) / len(self.misses)


def _estimate(history: SpendHistory, breach_probability: Decimal) -> Estimate:
    amounts = history.amounts[-MOST_MONTHS:]
    smallest = SMALLEST_SPREAD * abs(_level(amounts))
    standing, following = (_backtest(each, amounts, smallest) for each in (_level, _along_the_trend))
    follows = following.mean_miss < standing.mean_miss * CLEARLY_BETTER
    chosen = following if follows else standing
    expected = max(chosen.forecast(amounts), Decimal(0))
    spread = max(_root_mean_square(chosen.misses), smallest)
    degrees = max(len(chosen.misses) - 1, 2)
    reach = spread * student_t_quantile((1 + INTERVAL_PROBABILITY) / 2, degrees)
    return Estimate(
        limit=expected + spread * student_t_quantile(1 - breach_probability, degrees),
        expected=expected,
        low=max(expected - reach, Decimal(0)),
        high=expected + reach,
        method=RECENT_MONTHS.id,
        months_used=len(amounts),
        evidence=_evidence(history.unit, amounts, chosen, spread, follows=follows),
    )


def _level(amounts: Amounts) -> Decimal:
    """The middle one of the last months, which a single odd month does not move.

    A bill that comes every other month has its middle at zero; then the mean of all months is the level.
    """
    return median(amounts[-LEVEL_MONTHS:]) or sum(amounts, Decimal(0)) / len(amounts)


def _along_the_trend(amounts: Amounts) -> Decimal:
    """The level carried on by the median slope between all pairs of months (Theil and Sen)."""
    if len(amounts) < LEVEL_MONTHS:
        return _level(amounts)
    return _level(amounts) + MONTHS_AHEAD_OF_LEVEL * _slope(amounts)


def _slope(amounts: Amounts) -> Decimal:
    return median(
        (later - earlier) / (second - first)
        for (first, earlier), (second, later) in combinations(enumerate(amounts), 2)
    )


def _backtest(forecast: Forecast, amounts: Amounts, smallest_spread: Decimal) -> _Backtest:
    raw = [amounts[month] - forecast(amounts[:month]) for month in range(1, len(amounts))]
    usual = max(median(abs(miss) for miss in raw) * NORMAL_FROM_MEDIAN, smallest_spread)
    most = usual * DEVIATIONS_KEPT
    return _Backtest(
        forecast,
        tuple(max(min(miss, most), -most) for miss in raw),
        damped=sum(abs(miss) > most for miss in raw),
    )


def _root_mean_square(misses: Sequence[Decimal]) -> Decimal:
    return (sum((miss**2 for miss in misses), Decimal(0)) / len(misses)).sqrt()


def _evidence(
    unit: str, amounts: Amounts, chosen: _Backtest, spread: Decimal, *, follows: bool
) -> tuple[str, ...]:
    def words(amount: Decimal) -> str:
        return Spend(amount, unit).in_words()

    recent = ", ".join(words(amount) for amount in amounts[-LEVEL_MONTHS:])
    sentences = [f"The last {LEVEL_MONTHS} whole months were {recent}."]
    if follows:
        sentences.append(
            f"The trend of {words(_slope(amounts))} a month is followed:"
            f" over {len(chosen.misses)} past months it came closer than standing still."
        )
    sentences.append(
        f"Forecasting {len(chosen.misses)} past months this way missed by {words(chosen.mean_miss)}"
        f" on average; the spread used is {words(spread)}."
    )
    if chosen.damped:
        months = "1 month was" if chosen.damped == 1 else f"{chosen.damped} months were"
        sentences.append(f"{months} far off the others and damped as a one-off.")
    if abs(amounts[-1] - _level(amounts)) > DEVIATIONS_KEPT * spread:
        sentences.append(
            f"The last month, {words(amounts[-1])}, stands alone so far: if it is the new level,"
            " ask again in a month."
        )
    negative = sum(amount < 0 for amount in amounts)
    if negative:
        months = "1 month is" if negative == 1 else f"{negative} months are"
        sentences.append(f"{months} negative: credits or refunds were larger than the costs.")
    return tuple(sentences)


RECENT_MONTHS = Recommender(
    id="recent_months",
    sentence="Level and trend of up to 12 recent months, with the spread of past forecasts' misses.",
    fewest_months=3,
    estimate=_estimate,
)
