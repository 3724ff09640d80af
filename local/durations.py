"""Durations and moments as people type them: `12h`, `1d12h`, `2026-11-01`."""

import re
from datetime import UTC, date, datetime, timedelta

_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_PART = re.compile(r"(\d+)([wdhms])")


def parse_duration(text: str) -> timedelta:
    """`90m`, `12h`, `3d`, `2w`, `1d12h`. Raises ValueError for anything else."""
    if not re.fullmatch(rf"(?:{_PART.pattern})+", text):
        raise ValueError(f"{text!r} is no duration; write it like 12h, 3d or 1d12h (w, d, h, m, s)")
    return sum(
        (timedelta(**{_UNITS[unit]: int(number)}) for number, unit in _PART.findall(text)), timedelta()
    )


def parse_moment(text: str) -> datetime:
    """`2026-11-01` (its first moment) or `2026-11-01T12:00:00Z`, UTC unless it says otherwise.

    Raises ValueError for anything else.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no date; write it like 2026-11-01 or 2026-11-01T12:00:00Z") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def parse_day(text: str) -> date:
    """`2026-11-01`. Raises ValueError for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no date; write it like 2026-11-01") from error


def spell(moment: datetime) -> str:
    """The moment in UTC as `2026-11-01T12:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
