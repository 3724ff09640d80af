"""Monthly series from a tidy CSV: `series_id,period,amount`, one line a month, any other columns ignored."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from tools.domain.money import USD
from tools.domain.spend_history import MonthlySpend, SpendHistory

Account = Mapping[str, SpendHistory]
"""Series by name, as the scopes of one account."""

COLUMNS = ("series_id", "period", "amount")
_MONTH = re.compile(r"(\d{4})-(\d{2})(?:-\d{2})?")


class UnreadableSeriesError(Exception):
    """What is wrong with the file, and in which line."""


def read_series(path: Path) -> Account:
    """The series of a file by name, each sorted by month; lines of one series and month are added up.

    A month without a line is unknown and left out, since a file does not say whether it was zero. Raises
    UnreadableSeriesError for a missing column, a period that is no month and an amount that is no number.
    """
    found: dict[str, dict[date, Decimal]] = {}
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        missing = [column for column in COLUMNS if column not in (rows.fieldnames or ())]
        if missing:
            raise UnreadableSeriesError(f"{path}: no column {', '.join(missing)}")
        for row in rows:
            where = f"{path}, line {rows.line_num}"
            by_month = found.setdefault(row["series_id"], {})
            month = _month(row["period"], where)
            by_month[month] = by_month.get(month, Decimal(0)) + _amount(row["amount"], where)
    return {
        name: SpendHistory(USD, tuple(MonthlySpend(month, by_month[month]) for month in sorted(by_month)))
        for name, by_month in found.items()
    }


def _month(given: str | None, where: str) -> date:
    matched = _MONTH.fullmatch((given or "").strip())
    if matched is None or not 1 <= int(matched[2]) <= 12:
        raise UnreadableSeriesError(f"{where}: {given!r} is not a month such as 2025-03")
    return date(int(matched[1]), int(matched[2]), 1)


def _amount(given: str | None, where: str) -> Decimal:
    try:
        amount = Decimal((given or "").strip())
    except InvalidOperation as error:
        raise UnreadableSeriesError(f"{where}: {given!r} is not an amount") from error
    if not amount.is_finite():
        raise UnreadableSeriesError(f"{where}: {given!r} is not an amount")
    return amount
