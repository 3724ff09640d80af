"""What the audit entries tell of earlier changes of limits: how long ago, and from where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tools.domain.audit import AuditEntry, Outcome
from tools.domain.money import Spend


class PastChanges:
    """The changes of limits that an account's audit entries know, by budget, the oldest first."""

    def __init__(self, entries: Iterable[AuditEntry]) -> None:
        self._by_budget: dict[str, list[AuditEntry]] = defaultdict(list)
        for entry in sorted(entries, key=lambda each: each.position):
            if entry.budget_name is not None and _moved_the_limit(entry):
                self._by_budget[entry.budget_name].append(entry)

    def last(self, budget_name: str) -> datetime | None:
        """When the budget's limit was changed last; None when no entry tells of it."""
        entries = self._by_budget.get(budget_name)
        return entries[-1].at if entries else None

    def rests_until(self, budget_name: str, days: int, now: datetime) -> datetime | None:
        """Until when a budget is left alone that was changed less than so many days ago; None when it is not."""
        last = self.last(budget_name)
        until = None if last is None else last + timedelta(days=days)
        return until if until is not None and until > now else None

    def limit_at(self, budget_name: str, start: datetime, present: Spend) -> Spend:
        """The limit that stood when a period began: what the first change since found, else the present one."""
        for entry in self._by_budget.get(budget_name, ()):
            if entry.at >= start and entry.outcome is Outcome.CHANGED:
                before = _limit(entry.before) or _limit(entry.after)
                if before is not None and before.unit == present.unit:
                    return before
        return present


def _moved_the_limit(entry: AuditEntry) -> bool:
    """Whether it changed a limit, or may have: of an entry that stays open nobody knows."""
    if entry.outcome is Outcome.STARTED:
        return True
    return entry.outcome is Outcome.CHANGED and _limit(entry.before) != _limit(entry.after)


def _limit(side: Mapping[str, Any] | None) -> Spend | None:
    limit = (side or {}).get("limit")
    return None if limit is None else Spend(Decimal(limit["amount"]), limit["unit"])
