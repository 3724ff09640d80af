"""Spend history: what a scope spent in whole past months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from tools.domain.money import Spend

MONTHS_OF_SILENCE = 2


@dataclass(frozen=True, slots=True)
class MonthlySpend:
    """One whole month (its first day) and what was spent in it."""

    month: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class DailySpend:
    """One whole day and what was spent in it."""

    day: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class SpendHistory:
    """Consecutive whole months of one scope, oldest first, in one unit.

    A month without a line in an account that has data is a true zero: AWS bills nothing for it. Months
    before the first spend are not part of the history. `days` are consecutive ones from the first with spend on,
    up to now, where somebody read them, which is done for young scopes only.
    """

    unit: str
    months: tuple[MonthlySpend, ...]
    days: tuple[DailySpend, ...] = ()

    @property
    def amounts(self) -> list[Decimal]:
        """The amounts, oldest first."""
        return [each.amount for each in self.months]

    @property
    def mean(self) -> Spend | None:
        """The mean of the months; None without any."""
        if not self.months:
            return None
        return Spend(sum(self.amounts, Decimal(0)) / len(self.months), self.unit)

    @property
    def ended(self) -> date | None:
        """The last month with spend, when nothing at all was spent in two or more months since; else None."""
        spent = [each.month for each in self.months if each.amount]
        if not spent or any(each.amount for each in self.months[-MONTHS_OF_SILENCE:]):
            return None
        return spent[-1]


def days_from(amounts: Mapping[date, Decimal], until: date) -> tuple[DailySpend, ...]:
    """The days from the first one that has spend up to, not including, `until`; a day without a line is zero."""
    first = min((day for day, amount in amounts.items() if amount and day < until), default=until)
    return tuple(
        DailySpend(day, amounts.get(day, Decimal(0)))
        for day in (first + timedelta(days=count) for count in range((until - first).days))
    )


def history_from(
    unit: str,
    amounts_by_month: Mapping[date, Decimal],
    months: Sequence[date],
    cancelled: Mapping[date, Decimal] | None = None,
) -> SpendHistory:
    """A history over the given months, begun at the first one that has spend.

    A month whose spend was `cancelled`, by credits of just that much, has spend too.
    """
    started = [month for month in months if amounts_by_month.get(month) or (cancelled or {}).get(month)]
    if not started:
        return SpendHistory(unit, ())
    return SpendHistory(
        unit,
        tuple(
            MonthlySpend(month, amounts_by_month.get(month, Decimal(0)))
            for month in months
            if month >= started[0]
        ),
    )
