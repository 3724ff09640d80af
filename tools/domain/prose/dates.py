"""Dates and times of day as people write them: `2026-10-20`, `October 20, 2026`, `Q4 2026`, `12:00 UTC`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal

from tools.domain.prose.readings import Figure, Found, Kind, Reading, WrittenDate

_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october"),
    *("november", "december"),
)
_MONTH_NUMBERS = {name: number for number, name in enumerate(_MONTHS, start=1)}
_MONTH_NUMBERS |= {name[:3]: number for name, number in list(_MONTH_NUMBERS.items())} | {"sept": 9}
_MONTH = (
    r"(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept(?:ember)?|Sep"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)(?:\.(?=[ ]))?"
)
_YEAR = r"(?P<year>(?:19|20)\d\d)(?![\w%]|[.,]\d)"
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_LAST_DAY = _DAY.replace("day", "last")
_TO = r"(?:[ ]?-[ ]?|[ ](?:to|through|until)[ ](?:the[ ])?)"
_TIME = r"(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d)(?:\.\d{1,9})?)?"
_LETTERS = r"(?<![A-Za-z0-9])"
_END = r"(?![A-Za-z0-9]|[.,:]\d)"

_MOMENT = re.compile(
    rf"(?<![\w.-])(?P<year>(?:19|20)\d\d)-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12]\d|3[01])"
    rf"(?:(?:T|[ ]){_TIME}[ ]?(?P<zone>Z|[-+]\d\d:?\d\d)?(?![A-Za-z0-9])|(?![\w-]|[.,]\d))"
)
_MONTH_OF_YEAR = re.compile(r"(?<![\w.-])(?P<year>(?:19|20)\d\d)-(?P<month>0[1-9]|1[0-2])(?![\w-]|[.,]\d)")
_QUARTER = re.compile(
    rf"{_LETTERS}(?:Q(?P<quarter>[1-4])(?![A-Za-z0-9])(?:[ ,]{{1,2}}(?:of[ ])?{_YEAR})?"
    rf"|(?P<first>(?:19|20)\d\d)[ -]?Q(?P<then>[1-4])(?!\w))"
)
_MONTH_DAY = re.compile(
    rf"{_LETTERS}{_MONTH}[ ](?:the[ ])?{_DAY}(?:{_TO}{_LAST_DAY})?{_END}(?![ ]?%)(?:,?[ ]{_YEAR})?",
    re.IGNORECASE,
)
_DAY_MONTH = re.compile(
    rf"(?<![\w.,:$-])(?:{_DAY}{_TO})?{_LAST_DAY}[ ](?:of[ ])?{_MONTH}(?![A-Za-z])(?:,?[ ]{_YEAR})?",
    re.IGNORECASE,
)
_MONTH_YEAR = re.compile(rf"{_LETTERS}{_MONTH},?[ ](?:of[ ])?{_YEAR}", re.IGNORECASE)
_BEFORE_MONTHS = (
    *("in", "of", "by", "to", "and", "for", "from", "last", "this", "next", "since", "until", "through"),
    *("late", "early", "during"),
)
_MONTH_ALONE = re.compile(
    r"(?<![A-Za-z0-9_-])(?P<month>January|February|April|June|July|August|September|October|November|December"
    # Verbs elsewhere.
    rf"|(?:{'|'.join(f'(?i:(?<={word}[ ]))' for word in _BEFORE_MONTHS)})(?:May|March))"
    r"(?![A-Za-z0-9_])"
)
_SLASHED = re.compile(
    r"(?<![\w./-])(?P<one>\d{1,4})(?P<mark>[/.-])(?P<two>\d{1,2})(?P=mark)(?P<three>\d{2,4})(?![\w/-]|[.,]\d)"
)
_TIME_OF_DAY = re.compile(rf"(?<![\w:.,$]){_TIME}(?![\w:])(?:[ ]?(?P<half>[ap])\.?m\b)?", re.IGNORECASE)
_HOUR = re.compile(r"(?<![\w:.,$-])(?P<hour>1[0-2]|[1-9])[ ]?(?P<half>[ap])\.?m\b", re.IGNORECASE)
_YEAR_ALONE = re.compile(
    r"(?<![\w$€£¥.,:-])(?P<year>(?:19|20)\d\d)(?![\w%]|-\w|[.,:]\d"
    # With a unit it is a figure.
    r"|[ ]?(?:[%$€£¥]|percent|USD|EUR|GBP|dollars?|[GTM]B\b|k\b|x\b|thousand|million|h(?:ou)?rs?\b|times\b))"
)

TAKEN = "\ufffc"
"""What stands in a text where something was found: no part of a word, and no space."""

# What a match says, each part with the readings of which one has to be true; nothing where it is no date.
Reader = Callable[[re.Match[str]], list[tuple[Reading, ...]]]


def dates_in(text: str) -> tuple[list[Found], str]:
    """Every date and time of day in a plain text, and the text without them."""
    claimed: list[Found] = []
    for pattern, read in _FORMS:
        spans = []
        for match in pattern.finditer(text):
            said = read(match)
            if said:
                claimed += [Found(Kind.DATE, *match.span(), readings) for readings in said]
                spans.append(match.span())
        text = without(text, spans)
    return claimed, text


def without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with TAKEN in place of every character of the spans."""
    pieces, done = [], 0
    for start, end in sorted(spans):
        if end > done:
            pieces += [text[done : max(done, start)], TAKEN * (end - max(done, start))]
            done = end
    return "".join((*pieces, text[done:])) if pieces else text


def moment_of(written: str) -> datetime | None:
    """The moment that a whole text is in ISO form, in UTC; a day is its midnight."""
    if _MOMENT.fullmatch(written) is None:
        return None
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def month_of(written: str) -> tuple[int, int] | None:
    """Year and month where a whole text is `2026-10`."""
    match = _MONTH_OF_YEAR.fullmatch(written)
    return None if match is None else (int(match["year"]), int(match["month"]))


def _moment(match: re.Match[str]) -> list[tuple[Reading, ...]]:
    parts = {name: None if match[name] is None else int(match[name]) for name in _PARTS}
    written = WrittenDate(**parts)
    in_utc = None if match["zone"] in (None, "Z") else moment_of(match.group())
    if in_utc is None:
        return [(written,)]
    other = WrittenDate(in_utc.year, None, in_utc.month, in_utc.day, in_utc.hour, in_utc.minute)
    return [(written, other)]


_PARTS = ("year", "month", "day", "hour", "minute", "second")


def _month_of_year(match: re.Match[str]) -> list[tuple[Reading, ...]]:
    return [(WrittenDate(int(match["year"]), month=int(match["month"])),)]


def _quarter(match: re.Match[str]) -> list[tuple[Reading, ...]]:
    year = match["year"] or match["first"]
    return [(WrittenDate(None if year is None else int(year), int(match["quarter"] or match["then"])),)]


def _days_of_month(match: re.Match[str]) -> list[tuple[Reading, ...]]:
    month = _month_number(match["month"])
    if month is None:
        return []
    year = None if match["year"] is None else int(match["year"])
    days = [int(day) for day in (match["day"], match["last"]) if day is not None]
    said: list[tuple[Reading, ...]] = [(WrittenDate(year, month=month, day=day),) for day in days]
    if len(days) == 2 and days[0] >= days[1]:
        # `from October 20 to 12`: the second is no day of the same row of days.
        said[1] = (*said[1], Figure(Decimal(days[1]), Decimal(1), Decimal(1)))
    return said


def _month_year(match: re.Match[str]) -> list[tuple[Reading, ...]]:
    month = _month_number(match["month"])
    return [] if month is None else [(WrittenDate(int(match["year"]), month=month),)]


def _month_alone(match: re.Match[str]) -> list[tuple[Reading, ...]]:
    return [(WrittenDate(month=_MONTH_NUMBERS[match["month"].lower()]),)]


def _slashed(match: re.Match[str]) -> list[tuple[Reading, ...]]:
    """Year first, or last with the month before or after the day: either may be meant."""
    one, two, three = match["one"], match["two"], match["three"]
    if len(one) == 4:
        orders = [(one, two, three)]
    elif len(three) == 4 or (len(three) == 2 and match["mark"] == "/"):
        year = three if len(three) == 4 else f"20{three}"
        orders = [(year, one, two), (year, two, one)]
    else:
        return []
    readings = [
        WrittenDate(int(year), None, int(month), int(day))
        for year, month, day in orders
        if 1 <= int(month) <= 12 and 1 <= int(day) <= 31 and year[:2] in ("19", "20")
    ]
    return [tuple(readings)] if readings else []


def _time_of_day(match: re.Match[str]) -> list[tuple[Reading, ...]]:
    parts = match.groupdict()
    hour = int(parts["hour"])
    if parts["half"] is not None:
        hour = hour % 12 + (12 if parts["half"].lower() == "p" else 0)
    minute, second = parts.get("minute"), parts.get("second")
    return [
        (
            WrittenDate(
                hour=hour,
                minute=0 if minute is None else int(minute),
                second=None if second is None else int(second),
            ),
        )
    ]


def _year_alone(match: re.Match[str]) -> list[tuple[Reading, ...]]:
    year = int(match["year"])
    return [(WrittenDate(year), Figure(Decimal(year), Decimal(1), Decimal(1)))]


def _month_number(written: str) -> int | None:
    """The month; None for `may`, `march` and all short forms in small letters, which are other words."""
    if written.islower() and (written not in _MONTHS or written in ("may", "march")):
        return None
    return _MONTH_NUMBERS[written.lower()]


_FORMS: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (_MOMENT, _moment),
    (_SLASHED, _slashed),
    (_MONTH_OF_YEAR, _month_of_year),
    (_QUARTER, _quarter),
    (_MONTH_DAY, _days_of_month),
    (_DAY_MONTH, _days_of_month),
    (_MONTH_YEAR, _month_year),
    (_MONTH_ALONE, _month_alone),
    (_TIME_OF_DAY, _time_of_day),
    (_HOUR, _time_of_day),
    (_YEAR_ALONE, _year_alone),
)
