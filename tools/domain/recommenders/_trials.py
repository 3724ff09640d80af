"""Rules on trial: what each would have cost in past months, had its limit been the budget's.

A rule is a look and a margin on its guess. Margins are of two kinds: a number of times the look's own typical
miss, and a share of the guess. A limit costs by how far the month went over it, and, less, by how far it was too
high: the pinball loss, whose cheapest limit is the one that is passed with the probability asked for.

Sources: combining forecasts by their past losses, N. Cesa-Bianchi and G. Lugosi, Prediction, Learning, and Games
(2006), chapter 2; the pinball loss, R. Koenker and G. Bassett, Regression Quantiles (Econometrica, 1978).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from tools.domain.money import PERCENTAGE
from tools.domain.periods import add_months
from tools.domain.recommenders._looks import LOOKS, YEAR
from tools.domain.spend_history import SpendHistory

MARGINS: tuple[tuple[float, float], ...] = (
    *((misses, 0.0) for misses in (-3.5, -1.4, 0.0, 0.7, 1.4, 2.2, 3.5)),
    *((0.0, share) for share in (-0.1, 0.05, 0.1, 0.2)),
)
"""What rules put on a look's guess: so many of its typical misses, and this share of the guess."""
_WIDEST_MISSES = max(misses for misses, _ in MARGINS)
_WIDEST_SHARE = max(share for _, share in MARGINS)
_ABOVE = [index for index, margin in enumerate(MARGINS) if sum(margin) > 0]

# Losses are put in the usual one of limits that one month in ten passes.
COMPARED_AT = 0.9
MIDDLE = 0.5
# A month counts a tenth less for each month since; two years back it counts for nothing much.
FADING = 0.9
MOST_TRIALS = 15
FADING_OF_MISSES = 0.95
# Before a look has missed at all its typical miss is taken as 3 %, and that counts as two months.
FIRST_MISS = 0.03
MONTHS_OF_FIRST_MISS = 2.0
# The typical miss is a geometric mean, so that one odd month does not widen it; no miss counts as less than this.
SMALLEST_MISS = 0.004
LARGEST_MISS = 4.0
# A month beyond ten times the usual says no more about rules than one of ten times.
FARTHEST = 10.0
MONTHS_A_YEAR = 12


@dataclass(slots=True)
class Record:
    """What the trials of one scope say, by look. Everything is in levels, a level being the mean size of the 12
    months before, and counts less the longer before the last of its months it was.

    `over` sums, by rule, how far its limits were above the month; `short` how far the months were above the bare
    guess; `misses` and `sizes` what a margin of one typical miss and of the whole guess would have added to it.
    """

    over: list[list[float]] = field(default_factory=lambda: [[0.0] * len(MARGINS) for _ in LOOKS])
    short: list[float] = field(default_factory=lambda: [0.0] * len(LOOKS))
    misses: list[float] = field(default_factory=lambda: [0.0] * len(LOOKS))
    sizes: list[float] = field(default_factory=lambda: [0.0] * len(LOOKS))
    trials: list[float] = field(default_factory=lambda: [0.0] * len(LOOKS))
    _usual: dict[float, float] = field(default_factory=dict, compare=False, repr=False)

    def losses(self, look: int, quantile: float) -> list[float]:
        """The summed loss of each of the look's rules: `over + quantile x (actual - limit)`."""
        short, miss, size = self.short[look], self.misses[look], self.sizes[look]
        return [
            over + quantile * (short - misses * miss - share * size)
            for over, (misses, share) in zip(self.over[look], MARGINS, strict=True)
        ]

    def usual(self, quantile: float) -> float:
        """The mean loss a month of the rules that make sense at the quantile; 1 before any trial.

        Above the middle those are the ones with a margin above zero, else all. Remembered, so ask last.
        """
        found = self._usual.get(quantile)
        if found is None:
            found = self._usual[quantile] = self._mean_loss(quantile)
        return found

    def _mean_loss(self, quantile: float) -> float:
        chosen = _ABOVE if quantile > MIDDLE else range(len(MARGINS))
        means = []
        for look, trials in enumerate(self.trials):
            if trials:
                losses = self.losses(look, quantile)
                means.append(sum([losses[rule] for rule in chosen]) / (len(chosen) * trials))
        return sum(means) / len(means) if means else 1.0


Offer = tuple[tuple[float, ...] | None, ...]
"""The limits that a look's rules propose for one month, by look; None for looks that need more months."""


@dataclass(slots=True)
class Trials:
    """The trials of one scope, month after month: look at `offer()`, then `settle()` the month."""

    amounts: Sequence[float]
    days: Sequence[int]
    known: int = 1
    record: Record = field(default_factory=Record)
    _by_day: list[float] = field(init=False)
    _logs: list[float] = field(default_factory=lambda: [0.0] * len(LOOKS), init=False)
    _weights: list[float] = field(default_factory=lambda: [0.0] * len(LOOKS), init=False)

    def __post_init__(self) -> None:
        self._by_day = [amount / days for amount, days in zip(self.amounts, self.days, strict=False)]

    def offer(self) -> Offer:
        """The rules' limits for the month after the known ones, in amounts; none is negative."""
        level = self._level()
        offered: list[tuple[float, ...] | None] = []
        for look, guess in enumerate(self._guesses()):
            if guess is None:
                offered.append(None)
                continue
            miss, size = level * self._typical_miss(look), abs(guess)
            limits = [guess + misses * miss + share * size for misses, share in MARGINS]
            offered.append(tuple([max(limit, 0.0) for limit in limits]))
        return tuple(offered)

    def settle(self) -> None:
        """Let the next month be known, and count what every rule would have cost.

        The first miss is not counted: a first month is seldom a whole one.
        """
        if self.known > 1:
            self._count()
        self.known += 1

    def _count(self) -> None:
        level, record = self._level(), self.record
        weight = FADING ** (len(self.amounts) - 1 - self.known)
        actual = min(self.amounts[self.known], FARTHEST * level)
        for look, guess in enumerate(self._guesses()):
            if guess is None:
                continue
            beyond, size = (guess - actual) / level, abs(guess) / level
            miss = self._typical_miss(look)
            if beyond + max(_WIDEST_MISSES * miss, _WIDEST_SHARE * size) > 0.0:
                record.over[look] = [
                    before + weight * above
                    if (above := beyond + misses * miss + share * size) > 0.0
                    else before
                    for before, (misses, share) in zip(record.over[look], MARGINS, strict=True)
                ]
            record.short[look] -= weight * beyond
            record.misses[look] += weight * miss
            record.sizes[look] += weight * size
            record.trials[look] += weight
            missed = min(abs(beyond), LARGEST_MISS) + SMALLEST_MISS
            self._logs[look] = self._logs[look] * FADING_OF_MISSES + math.log(missed)
            self._weights[look] = self._weights[look] * FADING_OF_MISSES + 1.0

    def _level(self) -> float:
        """The mean size of the last 12 known months; never zero."""
        recent = self.amounts[max(0, self.known - YEAR) : self.known]
        return sum(map(abs, recent)) / len(recent) or 1.0

    def _guesses(self) -> list[float | None]:
        months, by_day = self.amounts[: self.known], self._by_day[: self.known]
        days = self.days[self.known]
        return [
            None
            if self.known < look.fewest_months
            else look.guess(by_day) * days
            if look.by_day
            else look.guess(months)
            for look in LOOKS
        ]

    def _typical_miss(self, look: int) -> float:
        logs = self._logs[look] + MONTHS_OF_FIRST_MISS * _LOG_OF_FIRST_MISS
        return math.exp(logs / (self._weights[look] + MONTHS_OF_FIRST_MISS))


_LOG_OF_FIRST_MISS = math.log(FIRST_MISS)


def trials_of(history: SpendHistory) -> Trials:
    """Trials at their beginning: one month is known."""
    return Trials([float(each.amount) for each in history.months], _days(history))


def _days(history: SpendHistory) -> list[int]:
    """The days of each period and of the next one; all 1 where amounts are not by the day.

    Those are percentages, and periods that do not begin with a month. Periods may be quarters or years: the
    shortest distance between two is how many months they have.
    """
    starts = [each.month for each in history.months]
    if history.unit == PERCENTAGE or any(start.day != 1 for start in starts):
        return [1] * (len(starts) + 1)
    numbers = [start.year * MONTHS_A_YEAR + start.month for start in starts]
    length = min((later - earlier for earlier, later in pairwise(numbers)), default=1)
    starts.append(add_months(starts[-1], length))
    return [(add_months(start, length) - start).days for start in starts]


@lru_cache(maxsize=2048)
def settled(history: SpendHistory) -> tuple[Record, Offer]:
    """The record of all months of a history, and what the rules offer for the month after it.

    Only the last MOST_TRIALS months are tried. Remembered, because a recommendation needs it several times; the
    record is not to be changed.
    """
    trials = trials_of(history)
    trials.known = max(1, len(history.months) - MOST_TRIALS)
    while trials.known < len(history.months):
        trials.settle()
    return trials.record, trials.offer()
