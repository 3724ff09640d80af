"""Tidy files: one line per period and service, `period,service,amount` and more columns if there are."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

from local.imports.imported import (
    Accounts,
    Imported,
    UnreadableLineError,
    days_of_month,
    read_amount,
    record_type_of,
    spread,
)
from local.imports.lines import Line, refuse_other_currency
from local.ledger.record import CostRecord, pairs

REQUIRED = ("period", "service", "amount")
SUMS = frozenset({"total", "total costs", "grand total", "service total", "all services"})
NOT_TAGS = frozenset({*REQUIRED, "account", "currency", "region", "series_id", "source"})
_MONTH = re.compile(r"\d{4}-\d{2}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def is_tidy(header: Sequence[str]) -> bool:
    """Does the header have a period, a service and an amount?"""
    return set(REQUIRED) <= {name.strip().lower() for name in header}


def read_tidy(header: Sequence[str], lines: Sequence[Line]) -> Imported:
    """The costs of a tidy file.

    A period is `YYYY-MM` or `YYYY-MM-DD`; days that are all firsts of (at least two) months stand for those
    months. A month's amount is spread over its days. `account`, `region` and `currency` are optional; a
    column called `tag:<key>` is a tag. Raises ValueError for a currency other than USD.
    """
    imported, accounts, sums = Imported(), Accounts(), Counter[str]()
    names = [name.strip().lower() for name in header]
    tags = {name: name.strip()[4:] for name in header if name.strip().lower().startswith("tag:")}
    rows = [(line, dict(zip(names, line.cells, strict=False))) for line in lines]
    is_monthly = are_months([row.get("period", "") for _, row in rows])
    for line, row in rows:
        imported.lines_read += 1
        refuse_other_currency(row.get("currency"), line.number)
        try:
            if line.reason is not None:
                raise UnreadableLineError(line.reason)
            service = row["service"].strip()
            if service.lower() in SUMS:
                sums[service] += 1
                imported.lines_set_aside += 1
                continue
            if not service:
                raise UnreadableLineError("service is empty")
            first_day, days = read_period(row["period"], is_monthly=is_monthly)
            amount = read_amount(row["amount"], "amount")
        except UnreadableLineError as error:
            imported.problems.append((line.number, str(error)))
            continue
        cells = dict(zip(header, line.cells, strict=True))
        imported.ledger.add(
            CostRecord(
                day=day,
                account=accounts.id_of(row.get("account") or None),
                service=service,
                region=row.get("region") or None,
                record_type=record_type_of(service),
                tags=pairs({key: cells[name] for name, key in tags.items() if cells[name]}),
                unblended=share,
            )
            for day, share in spread(amount, first_day, days)
            if share
        )
        imported.lines_used += 1
        imported.cover(first_day, first_day.replace(day=first_day.day + days - 1))
    for name, count in sums.items():
        imported.notes.append(f"{count} lines of {name!r} are sums of others and were not counted again.")
    unread = [name for name in header if name.strip().lower() not in NOT_TAGS and name not in tags]
    if unread:
        imported.notes.append(f"Columns that are not used: {', '.join(unread)}; a tag's is called tag:<key>.")
    imported.notes.extend(accounts.notes())
    imported.account_names.update(accounts.names())
    return imported


def are_months(periods: Sequence[str]) -> bool:
    """Do days stand for months? When all of them are firsts of months, and of more than one."""
    days = {period.strip() for period in periods if _DAY.fullmatch(period.strip())}
    return len(days) > 1 and all(day.endswith("-01") for day in days)


def read_period(text: str, *, is_monthly: bool) -> tuple[date, int]:
    """First day and number of days of a period. Raises UnreadableLineError."""
    period = text.strip()
    try:
        if _MONTH.fullmatch(period):
            first_day = date.fromisoformat(f"{period}-01")
            return first_day, days_of_month(first_day)
        if _DAY.fullmatch(period):
            day = date.fromisoformat(period)
            return day, days_of_month(day) if is_monthly else 1
    except ValueError as error:
        raise UnreadableLineError(f"no calendar has the period {text!r}") from error
    raise UnreadableLineError(f"the period is neither YYYY-MM nor YYYY-MM-DD: {text!r}")
