"""Daily amounts by key, held as exact integers so that two years of a company sum in milliseconds."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Generic, TypeAlias, TypeVar

Key = TypeVar("Key")
Column: TypeAlias = "array[int] | list[int]"

DECIMALS = 12
SCALE = 10**DECIMALS


def to_units(amount: Decimal) -> int:
    """The amount in units of 10**-12, the finest a ledger keeps; rounded half-even beyond that."""
    scaled = amount.scaleb(DECIMALS)
    return int(scaled.to_integral_value())


def to_decimal(units: int) -> Decimal:
    """Units of 10**-12 as a plain decimal number without trailing zeros."""
    whole, fraction = divmod(abs(units), SCALE)
    digits = f"{fraction:0{DECIMALS}d}".rstrip("0")
    number = Decimal(f"{whole}.{digits}" if digits else str(whole))
    return -number if units < 0 else number


class Series:
    """The daily columns of one key, from its first day on; a column that was never filled is zero."""

    __slots__ = ("columns", "first", "present")

    def __init__(self, first: int, present: bytearray, columns: dict[str, Column]) -> None:
        self.first = first
        self.present = present
        self.columns = columns

    def total(self, column: str, start: int, end: int) -> int:
        """Sum over ordinal days start..end-1."""
        values = self.columns.get(column)
        if values is None:
            return 0
        low, high = max(start - self.first, 0), end - self.first
        return sum(values[low:high]) if high > low else 0

    def is_present(self, start: int, end: int) -> bool:
        """Is there a line on any ordinal day in start..end-1?"""
        low, high = max(start - self.first, 0), end - self.first
        return high > low and 1 in self.present[low:high]

    def add(self, day: int, amounts: Mapping[str, int]) -> None:
        """Add amounts to one ordinal day, growing the columns where needed."""
        if day < self.first:
            self._prepend(self.first - day)
        missing = day - self.first + 1 - len(self.present)
        if missing > 0:
            self.present.extend(bytes(missing))
            for name in self.columns:
                self.columns[name] = _grown(self.columns[name], missing)
        index = day - self.first
        self.present[index] = 1
        for name, amount in amounts.items():
            values = self.columns.get(name)
            if values is None:
                values = self.columns[name] = array("q", bytes(8 * len(self.present)))
            try:
                values[index] += amount
            except OverflowError:
                values = self.columns[name] = list(values)
                values[index] += amount

    def _prepend(self, days: int) -> None:
        self.first -= days
        self.present[:0] = bytes(days)
        for name, values in self.columns.items():
            if isinstance(values, list):
                self.columns[name] = [0] * days + values
            else:
                self.columns[name] = array("q", bytes(8 * days)) + values


def _grown(values: Column, days: int) -> Column:
    if isinstance(values, list):
        return values + [0] * days
    return values + array("q", bytes(8 * days))


def as_column(values: Sequence[int]) -> Column:
    """The integers in eight bytes each, or as they are where one does not fit."""
    try:
        return array("q", values)
    except OverflowError:
        return list(values)


class Table(Generic[Key]):
    """Daily series by key."""

    def __init__(self) -> None:
        self.rows: dict[Key, Series] = {}
        self.first: int | None = None
        self.last: int | None = None

    def __iter__(self) -> Iterator[Key]:
        return iter(list(self.rows))

    def items(self) -> list[tuple[Key, Series]]:
        """Keys and series as they are now: a line may be added while others still read."""
        return list(self.rows.items())

    def add(self, key: Key, day: date, amounts: Mapping[str, int]) -> None:
        """Add integer amounts (units of 10**-12) by column to one day of a key."""
        ordinal = day.toordinal()
        series = self.rows.get(key)
        if series is None:
            series = self.rows[key] = Series(ordinal, bytearray(), {})
        series.add(ordinal, amounts)
        self._stretch(ordinal, ordinal)

    def fill(self, key: Key, first_day: date, columns: Mapping[str, Sequence[int]]) -> None:
        """Set the whole series of a new key at once; every column has the same length.

        A day on which all columns are zero counts as a day without a line.
        """
        if key in self.rows:
            raise ValueError(f"the series is filled already: {key}")
        ordinal = first_day.toordinal()
        lengths = {len(values) for values in columns.values()}
        if len(lengths) != 1 or lengths == {0}:
            raise ValueError(f"the columns of a series have one length, above 0: {sorted(lengths)}")
        present = bytearray(map(any, zip(*columns.values(), strict=True)))
        self.rows[key] = Series(ordinal, present, {name: as_column(v) for name, v in columns.items()})
        self._stretch(ordinal, ordinal + lengths.pop() - 1)

    def select(self, is_wanted: Callable[[Key], bool]) -> list[Series]:
        """The series of the keys that are wanted."""
        return [series for key, series in self.items() if is_wanted(key)]

    def _stretch(self, first: int, last: int) -> None:
        self.first = first if self.first is None else min(self.first, first)
        self.last = last if self.last is None else max(self.last, last)


def total(series: Iterable[Series], columns: Sequence[str], start: date, end: date) -> int:
    """Sum of the columns over start (inclusive) to end (exclusive), in units of 10**-12."""
    low, high = start.toordinal(), end.toordinal()
    return sum(one.total(column, low, high) for one in series for column in columns)


def daily(series: Iterable[Series], columns: Sequence[str], start: date, end: date) -> list[int]:
    """One sum per day from start (inclusive) to end (exclusive), in units of 10**-12."""
    low, high = start.toordinal(), end.toordinal()
    sums = [0] * max(high - low, 0)
    for one in series:
        begin = max(low, one.first)
        for column in columns:
            values = one.columns.get(column, ())[begin - one.first : max(high - one.first, 0)]
            for offset, amount in enumerate(values, begin - low):
                sums[offset] += amount
    return sums


def first_present(series: Iterable[Series], before: date) -> date | None:
    """The earliest day, before the given one, on which any of the series has a line."""
    limit = before.toordinal()
    found = [
        one.first + offset
        for one in series
        if (offset := one.present.find(1)) >= 0 and one.first + offset < limit
    ]
    return date.fromordinal(min(found)) if found else None


def days(start: date, end: date) -> Iterator[date]:
    """Each day from start (inclusive) to end (exclusive)."""
    for offset in range((end - start).days):
        yield start + timedelta(days=offset)
