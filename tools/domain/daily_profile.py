"""How spending usually grows over a period, from whole past months of daily costs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from tools.domain.periods import add_months


@dataclass(frozen=True, slots=True)
class DailyProfile:
    """Of each past month the share that was spent by the end of each day, as ratios, the last of which is 1."""

    shares: tuple[tuple[Decimal, ...], ...]

    @property
    def periods(self) -> int:
        """How many months it knows."""
        return len(self.shares)

    def most_by(self, elapsed: Decimal) -> Decimal:
        """The most that any of the months had spent by this share of its days, a ratio of the whole month."""
        return max(month[max(math.ceil(elapsed * len(month)), 1) - 1] for month in self.shares)


def daily_profile(amounts: Mapping[date, Decimal], months: Sequence[date]) -> DailyProfile | None:
    """The profile of these months; None where none of them has spend on every day's record.

    A month that has a day without a figure, or that came to nothing, says nothing.
    """
    found = []
    for month in months:
        days = [month + timedelta(days=day) for day in range((add_months(month, 1) - month).days)]
        spent = [amounts[day] for day in days if day in amounts]
        total = sum(spent, Decimal(0))
        if len(spent) == len(days) and total > 0:
            found.append(_cumulative(spent, total))
    return DailyProfile(tuple(found)) if found else None


def _cumulative(spent: Sequence[Decimal], total: Decimal) -> tuple[Decimal, ...]:
    so_far = Decimal(0)
    shares = []
    for amount in spent:
        so_far += amount
        shares.append(so_far / total)
    return tuple(shares)
