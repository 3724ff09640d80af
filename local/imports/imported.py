"""Imported: what was read from a file of costs, and what became of every line."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from local.ledger.ledger import MANAGEMENT_ACCOUNT, Ledger
from local.ledger.table import to_decimal, to_units

ACCOUNT_DIGITS = 12


class UnreadableLineError(ValueError):
    """This one line cannot be used; the message says why."""


@dataclass
class Imported:
    """The ledger of a file and the account of its lines.

    `lines_read` = `lines_used` + `lines_set_aside` + the problems. Set aside is what is understood but is no
    spending of its own (sums, other providers); `notes` say which and how many. `problems` are (line number
    in the file, reason), every one of them. `first_day` and `last_day` bound the periods of the used lines,
    None when there is none. `account_names` are the names the file gives its accounts, by id.
    """

    ledger: Ledger = field(default_factory=Ledger)
    first_day: date | None = None
    last_day: date | None = None
    lines_read: int = 0
    lines_used: int = 0
    lines_set_aside: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    account_names: dict[str, str] = field(default_factory=dict)

    def cover(self, first_day: date, last_day: date) -> None:
        """Extend the days that the file speaks of, both ends included."""
        self.first_day = first_day if self.first_day is None else min(self.first_day, first_day)
        self.last_day = last_day if self.last_day is None else max(self.last_day, last_day)


class Accounts:
    """Account ids out of what a file calls its accounts."""

    def __init__(self) -> None:
        self._stand_ins: dict[str, str] = {}
        self._changed: Counter[str] = Counter()

    def id_of(self, text: str | None) -> str:
        """Twelve digits: padded, cut to the last twelve, or a stand-in for a name; the payer for none."""
        if text is None:
            return MANAGEMENT_ACCOUNT
        digits = text.replace("-", "").strip()
        if not re.fullmatch(r"[0-9]+", digits):
            if text not in self._stand_ins:
                number = len(self._stand_ins)
                self._stand_ins[text] = f"{number:0{ACCOUNT_DIGITS}d}" if number else MANAGEMENT_ACCOUNT
            return self._stand_ins[text]
        normal = digits.zfill(ACCOUNT_DIGITS)[-ACCOUNT_DIGITS:]
        if normal != digits:
            self._changed[f"{digits} became {normal}"] += 1
        return normal

    def notes(self) -> Iterator[str]:
        """What was made of ids that are not twelve digits."""
        if self._changed:
            example = min(self._changed)
            yield (
                f"{len(self._changed)} account ids are not twelve digits; they were filled up with zeros, or cut "
                f"to their last twelve, such as {example}."
            )
        for name, stand_in in self._stand_ins.items():
            yield f"{name!r} is no account id; its costs are those of {stand_in}."

    def names(self) -> dict[str, str]:
        """The names that have a stand-in, by it."""
        return {stand_in: name for name, stand_in in self._stand_ins.items()}


def read_amount(text: str | None, what: str) -> Decimal:
    """The number of a cell, thousands separators allowed. Raises UnreadableLineError for none."""
    cleaned = (text or "").replace(",", "").replace("$", "").strip()
    try:
        amount = Decimal(cleaned)
    except InvalidOperation as error:
        raise UnreadableLineError(f"{what} is no number: {text!r}") from error
    if not amount.is_finite():
        raise UnreadableLineError(f"{what} is no number: {text!r}")
    return amount


def spread(amount: Decimal, first_day: date, days: int) -> Iterator[tuple[date, Decimal]]:
    """The amount over consecutive days, as evenly as the ledger can hold it, adding up to the amount."""
    units = to_units(amount)
    for offset in range(days):
        share = units * (offset + 1) // days - units * offset // days
        yield first_day + timedelta(days=offset), to_decimal(share)


def days_of_month(first_day: date) -> int:
    """How many days the month has."""
    return ((first_day.replace(day=28) + timedelta(days=4)).replace(day=1) - first_day.replace(day=1)).days


def record_type_of(service: str) -> str:
    """The RECORD_TYPE of a line of which only the service is known."""
    if service == "Tax":
        return "Tax"
    return "Support" if service.startswith("AWS Support") else "Usage"
