"""A budget's definition with some of it changed: what is not named stays.

AWS replaces the whole definition (UpdateBudget) and puts its defaults where something is left out, so the whole
of it is made here: what stands, as a request can say it, and the change on top.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from tools.domain.budget import AutoAdjust, BudgetDefinition
from tools.domain.budget_types import default_unit
from tools.domain.differences import Difference, differences_between
from tools.domain.limit_rules import planned_starts
from tools.domain.money import Spend
from tools.domain.periods import END_OF_TIME, TimeUnit
from tools.domain.scope_changes import ScopeChange, changed_scope, standing_scope


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionChange:
    """What is named of a definition; the rest stays. `removed` are parameter names.

    Naming one kind of limit ends the others. Of planned limits single periods can be named.
    """

    amount: Decimal | None = None
    unit: str | None = None
    time_unit: TimeUnit | None = None
    planned_limits: Mapping[datetime, Decimal] = field(default_factory=dict)
    auto_adjust: AutoAdjust | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    scope: ScopeChange = field(default_factory=ScopeChange)
    removed: frozenset[str] = frozenset()


class ChangedDefinition(NamedTuple):
    """The definition after the change, and what keeps the change from being made."""

    definition: BudgetDefinition
    problems: list[dict[str, str]]
    is_scope_carried_over: bool


def standing_definition(read: BudgetDefinition, now: datetime) -> BudgetDefinition:
    """The definition that AWS answers with, as a request could give it to say the same.

    One kind of limit, one family of filters, no end where it is AWS's default. A plan begins with the current
    period, as AWS wants it, and goes on with its last limit, as AWS would.
    """
    definition = replace(
        read,
        scope=standing_scope(read.scope, read.type),
        auto_adjust=None if read.auto_adjust is None else replace(read.auto_adjust, last_adjusted=None),
        limit=None if read.planned_limits or read.auto_adjust else read.limit,
        ends=None if read.ends == END_OF_TIME else read.ends,
    )
    return (
        replace(definition, planned_limits=_continued(definition, now)) if read.planned_limits else definition
    )


def with_derived_limit(definition: BudgetDefinition, read: BudgetDefinition) -> BudgetDefinition:
    """A standing or changed definition with the limit that AWS has derived, where the same adjustment stands."""
    standing = None if read.auto_adjust is None else replace(read.auto_adjust, last_adjusted=None)
    if definition.auto_adjust is None or definition.auto_adjust != standing:
        return definition
    return replace(definition, limit=read.limit)


def changed_definition(read: BudgetDefinition, change: DefinitionChange, now: datetime) -> ChangedDefinition:
    """The definition that AWS answered with, changed; it may still break rules, which are checked elsewhere."""
    standing = standing_definition(read, now)
    scope, problems, is_carried_over = changed_scope(standing.scope, change.scope, standing.type)
    changed = replace(
        standing,
        scope=scope,
        time_unit=change.time_unit or standing.time_unit,
        starts=change.starts or standing.starts,
        ends=None if "end" in change.removed else change.ends or standing.ends,
    )
    return ChangedDefinition(_with_limit(changed, standing, read, change, now), problems, is_carried_over)


def changes_between(before: BudgetDefinition, after: BudgetDefinition) -> list[Difference]:
    """Everything that differs between two definitions of the same budget, in words; of plans by period."""
    found = [
        each
        for each in differences_between(before, after)
        if not (each.what == "limit" and before.planned_limits and after.planned_limits)
    ]
    if before.planned_limits and after.planned_limits:
        found += _changes_of_plan(before.planned_limits, after.planned_limits)
    for what, old, new in (("start", before.starts, after.starts), ("end", before.ends, after.ends)):
        if old != new:
            found.append(Difference(what, _day(old), _day(new)))
    return found


def _with_limit(
    changed: BudgetDefinition,
    standing: BudgetDefinition,
    read: BudgetDefinition,
    change: DefinitionChange,
    now: datetime,
) -> BudgetDefinition:
    """The limit named, or the one that stands; without its plan or adjustment a budget keeps today's limit."""
    unit = change.unit or _unit_of(read) or default_unit(read.type) or ""
    if change.amount is None and not change.planned_limits and change.auto_adjust is None:
        ends_plan = bool(standing.planned_limits) and "planned_limits" in change.removed
        ends_adjustment = standing.auto_adjust is not None and "auto_adjust" in change.removed
        if ends_plan or ends_adjustment:
            changed = replace(changed, limit=read.limit_at(now), planned_limits={}, auto_adjust=None)
        return _in_unit(changed, change.unit)
    planned = {start: Spend(amount, unit) for start, amount in change.planned_limits.items()}
    if planned and changed.time_unit is standing.time_unit:
        kept = set(planned_starts(changed, now))
        stays = {start: each for start, each in standing.planned_limits.items() if start in kept}
        planned = {start: Spend(each.amount, unit) for start, each in stays.items()} | planned
    fixed = changed.limit if changed.type.fixed_limit is not None else None
    return replace(
        changed,
        limit=fixed if change.amount is None else Spend(change.amount, unit),
        planned_limits=dict(sorted(planned.items())),
        auto_adjust=change.auto_adjust,
    )


def _in_unit(definition: BudgetDefinition, unit: str | None) -> BudgetDefinition:
    if unit is None:
        return definition
    limit = definition.limit
    return replace(
        definition,
        limit=None if limit is None else Spend(limit.amount, unit),
        planned_limits={start: Spend(each.amount, unit) for start, each in definition.planned_limits.items()},
    )


def _continued(definition: BudgetDefinition, now: datetime) -> dict[datetime, Spend]:
    found = {}
    for start in planned_starts(definition, now):
        begun = [each for each in definition.planned_limits if each <= start]
        if begun:
            found[start] = definition.planned_limits[max(begun)]
    return found


def _unit_of(definition: BudgetDefinition) -> str | None:
    if definition.limit is not None:
        return definition.limit.unit
    return next((each.unit for each in definition.planned_limits.values()), None)


def _changes_of_plan(before: Mapping[datetime, Spend], after: Mapping[datetime, Spend]) -> list[Difference]:
    return [
        Difference(f"limit from {start:%Y-%m-%d}", _in_words(before.get(start)), _in_words(after.get(start)))
        for start in sorted({*before, *after})
        if before.get(start) != after.get(start)
    ]


def _in_words(spend: Spend | None) -> str:
    return "none" if spend is None else spend.in_words()


def _day(moment: datetime | None) -> str:
    return "none" if moment is None else f"{moment:%Y-%m-%dT%H:%M:%SZ}"
