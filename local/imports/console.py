"""The CSV download of the Cost Explorer console: one column per service, or per period when turned around."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from local.imports.imported import (
    Accounts,
    Imported,
    UnreadableLineError,
    read_amount,
    record_type_of,
    spread,
)
from local.imports.lines import Line
from local.imports.services import service_of_console
from local.imports.tidy import are_months, read_period
from local.ledger.record import CostRecord

# What the console can have grouped by, as it heads the first column.
GROUPINGS = ("service", "linked account", "region")
UNKNOWN_SERVICE = "All services"
_UNIT = re.compile(r"\s*\(\$\)$")
_PERIOD = re.compile(r"\d{4}-\d{2}(-\d{2})?")
_ACCOUNT = re.compile(r"\(?\b([0-9]{12})\b\)?")


def is_console(header: Sequence[str]) -> bool:
    """Is this a download of the console: a known grouping, and amounts in dollars or by period?"""
    if len(header) < 2 or header[0].strip().lower() not in (*GROUPINGS, "date", ""):
        return False
    names = [_plain(name) for name in header[1:]]
    has_dollars = any(name.strip().endswith("($)") for name in header[1:])
    return has_dollars or any(_PERIOD.fullmatch(name) for name in names)


def read_console(header: Sequence[str], lines: Sequence[Line]) -> Imported:
    """The costs of a console download, by service, linked account or region, either way around.

    Total rows and columns are sums and not counted again. Months are spread over their days.
    """
    imported = Imported()
    accounts = Accounts()
    grouping = header[0].strip().lower()
    names = [_plain(name) for name in header[1:]]
    is_turned = any(_PERIOD.fullmatch(name) for name in names)
    periods = names if is_turned else [line.cells[0].strip() for line in lines]
    is_monthly = are_months([period for period in periods if _PERIOD.fullmatch(period)])
    for line in lines:
        imported.lines_read += 1
        if line.reason is not None:
            imported.problems.append((line.number, line.reason))
            continue
        first_cell = line.cells[0].strip()
        if _is_sum(first_cell):
            imported.lines_set_aside += 1
            imported.notes.append(f"Line {line.number}, {first_cell!r}, is a sum and was not counted again.")
            continue
        try:
            records = list(_records(line, names, grouping, accounts, is_turned, is_monthly))
        except UnreadableLineError as error:
            imported.problems.append((line.number, str(error)))
            continue
        for first_day, days, record in records:
            imported.ledger.add(record(day, share) for day, share in days if share)
            imported.cover(first_day, days[-1][0])
        imported.lines_used += 1
    sums = [name for name in names if _is_sum(name)]
    if sums:
        imported.notes.append(f"The columns {', '.join(sums)} are sums and were not counted again.")
    imported.notes.extend(accounts.notes())
    imported.account_names.update(accounts.names())
    return imported


def _records(
    line: Line, names: Sequence[str], grouping: str, accounts: Accounts, is_turned: bool, is_monthly: bool
) -> Iterator[tuple[date, list[Any], Callable[..., CostRecord]]]:
    first_cell = line.cells[0].strip()
    for name, cell in zip(names, line.cells[1:], strict=True):
        if _is_sum(name) or not cell.strip():
            continue
        period, group = (name, first_cell) if is_turned else (first_cell, name)
        first_day, days = read_period(period, is_monthly=is_monthly)
        amount = read_amount(cell, name)
        dimensions = _dimensions(grouping, group, accounts)

        def record(day: date, share: Any, dimensions: dict[str, Any] = dimensions) -> CostRecord:
            return CostRecord(day=day, unblended=share, **dimensions)

        yield first_day, list(spread(amount, first_day, days)), record


def _dimensions(grouping: str, group: str, accounts: Accounts) -> dict[str, Any]:
    if grouping == "linked account":
        found = _ACCOUNT.search(group)
        account = accounts.id_of(found.group(1) if found else group)
        return {"account": account, "service": UNKNOWN_SERVICE, "region": None}
    account = accounts.id_of(None)
    if grouping == "region":
        return {"account": account, "service": UNKNOWN_SERVICE, "region": group}
    service = service_of_console(group)
    return {
        "account": account,
        "service": service,
        "region": None,
        "record_type": record_type_of(service),
    }


def _plain(name: str) -> str:
    return _UNIT.sub("", name.strip())


def _is_sum(name: str) -> bool:
    return name.strip().lower() in (
        "total",
        "total cost",
        "total costs",
        *(f"{one} total" for one in GROUPINGS),
    )
