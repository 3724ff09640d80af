"""Dates and times of day that are known, in every detail in which they may be written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from tools.domain.prose.dates import moment_of, month_of
from tools.domain.prose.readings import WrittenDate


class KnownDates:
    """A month, a quarter or a year is known by any of its days; a day by no month."""

    def __init__(self) -> None:
        self._dates: set[WrittenDate] = set()

    def add(self, date: WrittenDate) -> None:
        """A date from now on known, with everything that says less of it."""
        if date not in self._dates:
            self._dates.update(_less_detailed(date))

    def add_moment(self, moment: datetime) -> None:
        """A moment in UTC."""
        self.add(
            WrittenDate(
                moment.year, None, moment.month, moment.day, moment.hour, moment.minute, moment.second
            )
        )

    def add_text(self, text: str, *, is_end: bool) -> bool:
        """A whole text that is a day, a moment or a month in ISO form; whether it was one.

        AWS's periods end before their end, so the day before an end at midnight is known, too.
        """
        moment = moment_of(text)
        if moment is not None:
            self.add_moment(moment)
            if is_end and moment.time() == time.min:
                self.add_moment(moment - timedelta(days=1))
            return True
        month = month_of(text)
        if month is not None:
            self.add(WrittenDate(month[0], month=month[1]))
        return month is not None

    def has(self, date: WrittenDate) -> bool:
        """Whether it is known in this detail."""
        return date in self._dates


def _less_detailed(date: WrittenDate) -> Iterator[WrittenDate]:
    year, month, day = date.year, date.month, date.day
    yield date
    if day is not None:
        yield WrittenDate(year, None, month, day)
        yield WrittenDate(None, None, month, day)
        yield WrittenDate(day=day)
    if month is not None:
        quarter = (month + 2) // 3
        yield WrittenDate(year, month=month)
        yield WrittenDate(month=month)
        yield WrittenDate(year, quarter)
        yield WrittenDate(None, quarter)
    if date.quarter is not None:
        yield WrittenDate(None, date.quarter)
    if year is not None:
        yield WrittenDate(year)
    if date.hour is not None:
        for second in (date.second, None):
            yield WrittenDate(hour=date.hour, minute=date.minute, second=second)
            yield WrittenDate(year, None, month, day, date.hour, date.minute, second)
