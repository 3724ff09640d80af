"""Cron expressions of EventBridge: six fields, evaluated in a time zone."""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_LAST_YEAR = 2199


@dataclass(frozen=True)
class Cron:
    """Minutes, hours, day of month, month, day of week, year.

    Source: EventBridge Scheduler user guide, "Cron-based schedules". `zone` is where the wall clock hangs; a
    time that a change to summer time skips does not occur, one that comes twice occurs the first time.
    """

    fields: tuple[str, str, str, str, str, str]
    zone: ZoneInfo

    @classmethod
    def parse(cls, text: str, zone: ZoneInfo) -> "Cron":
        """Read the six fields. Raises ValueError if they are not ones of EventBridge."""
        fields = text.upper().split()
        if len(fields) != 6:
            raise ValueError(f"cron({text}) has {len(fields)} fields, not six")
        if (fields[2] == "?") == (fields[4] == "?"):
            raise ValueError(f"cron({text}) has to leave one of day of month and day of week open with ?")
        cron = cls((fields[0], fields[1], fields[2], fields[3], fields[4], fields[5]), zone)
        if not (cron._times and cron._months and cron._years):
            raise ValueError(f"cron({text}) never occurs")
        # Reads the fields of days as well, which are not sets of numbers.
        cron._is_day(date(2024, 2, 29))
        return cron

    def next(self, after: datetime, until: datetime) -> datetime | None:
        """The first occurrence after `after` and not after `until`, in UTC; None if there is none."""
        day = after.astimezone(self.zone).date()
        last = until.astimezone(self.zone).date()
        while day <= last:
            if self._is_day(day):
                for moment in self._moments(day):
                    if after < moment <= until:
                        return moment
            day += timedelta(days=1)
        return None

    @cached_property
    def _times(self) -> list[time]:
        minutes, hours = _numbers(self.fields[0], 0, 59), _numbers(self.fields[1], 0, 23)
        return [time(hour, minute) for hour in sorted(hours) for minute in sorted(minutes)]

    @cached_property
    def _months(self) -> set[int]:
        return _numbers(self.fields[3], 1, 12, _MONTHS)

    @cached_property
    def _years(self) -> set[int]:
        return _numbers(self.fields[5], 1970, _LAST_YEAR)

    def _moments(self, day: date) -> Iterator[datetime]:
        for each in self._times:
            local = datetime.combine(day, each, self.zone)
            moment = local.astimezone(UTC)
            if moment.astimezone(self.zone).replace(tzinfo=None) == local.replace(tzinfo=None):
                yield moment

    def _is_day(self, day: date) -> bool:
        if day.month not in self._months or day.year not in self._years:
            return False
        if self.fields[2] != "?":
            return _is_day_of_month(self.fields[2], day)
        return _is_day_of_week(self.fields[4], day)


def _is_day_of_month(field: str, day: date) -> bool:
    last = calendar.monthrange(day.year, day.month)[1]
    if field == "L":
        return day.day == last
    if field == "LW":
        return day == _nearest_weekday(day.replace(day=last))
    nearest = re.fullmatch(r"(\d+)W", field)
    if nearest:
        wanted = int(nearest[1])
        return wanted <= last and day == _nearest_weekday(day.replace(day=wanted))
    return day.day in _numbers(field, 1, 31)


def _is_day_of_week(field: str, day: date) -> bool:
    weekday = day.isoweekday() % 7 + 1
    last = calendar.monthrange(day.year, day.month)[1]
    if field == "L":
        return weekday == 7
    of_month = re.fullmatch(r"(\w+)#([1-5])", field)
    if of_month:
        return weekday in _numbers(of_month[1], 1, 7, _WEEKDAYS) and (day.day + 6) // 7 == int(of_month[2])
    final = re.fullmatch(r"(\w+)L", field)
    if final:
        return weekday in _numbers(final[1], 1, 7, _WEEKDAYS) and day.day + 7 > last
    return weekday in _numbers(field, 1, 7, _WEEKDAYS)


def _nearest_weekday(day: date) -> date:
    """The working day nearest to `day` within its month."""
    for step in (0, -1, 1, -2, 2):
        near = day + timedelta(days=step)
        if near.isoweekday() <= 5 and near.month == day.month:
            return near
    raise AssertionError(f"{day} has no working day near it")


def _numbers(field: str, lowest: int, highest: int, names: tuple[str, ...] = ()) -> set[int]:
    """The numbers that `*`, lists, ranges and steps describe. Raises ValueError for anything else."""
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, final = span.partition("-")
        if span == "*":
            start, end = lowest, highest
        else:
            start = _number(first, lowest, highest, names)
            end = _number(final, lowest, highest, names) if final else (highest if step else start)
        found |= set(range(start, end + 1, int(step or 1)))
    return found


def _number(text: str, lowest: int, highest: int, names: tuple[str, ...]) -> int:
    value = names.index(text) + lowest if text in names else int(text)
    if not lowest <= value <= highest:
        raise ValueError(f"{text} is not between {lowest} and {highest}")
    return value
