"""What a period is called, for sentences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from tools.domain.periods import TimeUnit

PERIOD_WORDS: Mapping[TimeUnit, str] = MappingProxyType(
    {
        TimeUnit.DAILY: "day",
        TimeUnit.MONTHLY: "month",
        TimeUnit.QUARTERLY: "quarter",
        TimeUnit.ANNUALLY: "year",
        TimeUnit.CUSTOM: "period",
    }
)


def period_called(time_unit: TimeUnit, day: date) -> str:
    """The period that a day begins: `2026-10-19`, `2026-10`, the quarter `2026 Q4`, the year `2026`."""
    match time_unit:
        case TimeUnit.MONTHLY:
            return f"{day:%Y-%m}"
        case TimeUnit.QUARTERLY:
            return f"{day.year} Q{(day.month + 2) // 3}"
        case TimeUnit.ANNUALLY:
            return str(day.year)
        case _:
            return day.isoformat()


def days_called(days: tuple[date, date]) -> str:
    """A row of days, from the first up to, not including, the second: `2026-10-01 to 2026-10-19`."""
    last = days[1] - timedelta(days=1)
    return days[0].isoformat() if days[0] == last else f"{days[0].isoformat()} to {last.isoformat()}"
