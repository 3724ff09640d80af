"""Periods of Cost Explorer requests: what may be asked, and the slices an answer is cut into."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from local.cost_explorer.asked import Asked, invalid
from local.ledger.table import Series, total

HISTORY_MONTHS = 14
MULTI_YEAR_MONTHS = 38
COMMITMENT_MONTHS = 13
HOURLY_DAYS = 14

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_HOUR = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:00:00Z")


@dataclass(frozen=True)
class Slice:
    """One period of an answer; end exclusive. Hours are cut evenly out of a day, for the ledger keeps days."""

    start: datetime
    end: datetime
    is_hourly: bool = False

    @property
    def wire(self) -> dict[str, str]:
        """TimePeriod of the answer."""
        form = "%Y-%m-%dT%H:%M:%SZ" if self.is_hourly else "%Y-%m-%d"
        return {"Start": self.start.strftime(form), "End": self.end.strftime(form)}

    @property
    def first_day(self) -> date:
        """The first day that is touched."""
        return self.start.date()

    @property
    def end_day(self) -> date:
        """The day after the last one that is touched."""
        return self.start.date() + timedelta(days=1) if self.is_hourly else self.end.date()

    def total(self, series: list[Series], columns: tuple[str, ...], asked: Asked) -> int:
        """Sum over the slice of what is there already, in units of 10**-12."""
        if not self.is_hourly:
            return total(series, columns, self.first_day, min(self.end_day, asked.today + timedelta(days=1)))
        if self.start >= asked.now:
            return 0
        amount = total(series, columns, self.first_day, self.end_day)
        return amount * (self.start.hour + 1) // 24 - amount * self.start.hour // 24

    def is_touched(self, one: Series, asked: Asked) -> bool:
        """Does the series have a line in the slice that is there already?"""
        end = min(self.end_day, asked.today + timedelta(days=1))
        is_there = not self.is_hourly or self.start < asked.now
        return is_there and one.is_present(self.first_day.toordinal(), end.toordinal())


def read_period(interval: Mapping[str, str], granularity: str | None) -> tuple[datetime, datetime]:
    """Start and end of a DateInterval, midnights unless HOURLY. Raises Refused where AWS would."""
    pattern, form = (_HOUR, "yyyy-MM-ddThh:mm:ssZ") if granularity == "HOURLY" else (_DAY, "yyyy-MM-dd")
    moments = []
    for name in ("Start", "End"):
        text = interval.get(name) or ""
        moment = _moment(text) if pattern.fullmatch(text) else None
        if moment is None:
            # The two spaces are AWS's.
            raise invalid(f"{name} time  is invalid. Valid format is: {form}.")
        moments.append(moment)
    start, end = moments
    if start >= end:
        raise invalid("Start date (and hour) should be before end date (and hour)")
    return start, end


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).replace(tzinfo=UTC)
    except ValueError:
        return None


def check_history(start: datetime, end: datetime, granularity: str | None, asked: Asked) -> None:
    """Raise Refused when the period reaches further back or ahead than Cost Explorer keeps."""
    if granularity == "HOURLY":
        if start.date() < asked.today - timedelta(days=HOURLY_DAYS):
            raise invalid("You haven't enabled hourly data beyond 14 days.")
        return
    is_multi_year = granularity == "MONTHLY" and asked.has_multi_year_data
    months = MULTI_YEAR_MONTHS if is_multi_year else HISTORY_MONTHS
    if start.date() < months_before(asked.today, months):
        raise invalid(f"You haven't enabled historical data beyond {months} months.")
    if end.date() > next_month(asked.today):
        raise invalid("end date past the beginning of next month")


def cut(start: datetime, end: datetime, granularity: str | None) -> Iterator[Slice]:
    """The slices of a period: hours, days or calendar months; the whole of it without a granularity."""
    if granularity is None:
        yield Slice(start, end)
        return
    while start < end:
        stop = min(_next_stop(start, granularity), end)
        yield Slice(start, stop, granularity == "HOURLY")
        start = stop


def _next_stop(start: datetime, granularity: str) -> datetime:
    if granularity == "HOURLY":
        return start + timedelta(hours=1)
    if granularity == "DAILY":
        return start + timedelta(days=1)
    return datetime.combine(next_month(start.date()), time(), UTC)


def next_month(day: date) -> date:
    """The first day of the next month."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def months_before(day: date, months: int) -> date:
    """The same day so many months before (after: negative), or the last one of that month."""
    index = day.year * 12 + day.month - 1 - months
    first = date(index // 12, index % 12 + 1, 1)
    return first.replace(day=min(day.day, (next_month(first) - timedelta(days=1)).day))


def is_open(piece: Slice, today: date) -> bool:
    """Is the bill of the slice still open (Estimated)? Emulator-defined: the month's, until it has ended."""
    return piece.end_day > today.replace(day=1)
