"""Budgets that watch the same, and those that another one always precedes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from tools.domain.budget_types import Breach
from tools.domain.insights._insight import Severity
from tools.domain.lint._check import Linted, LintedAccount, LintFinding
from tools.domain.money import Spend
from tools.domain.period_words import PERIOD_WORDS
from tools.domain.scope import CostTypes, ScopeKey
from tools.domain.scope_expression import metric_of


class _Counting(NamedTuple):
    """What two budgets share that count the same lines of the same scope in the same rhythm."""

    type: str
    time_unit: str
    metric: str
    cost_types: CostTypes
    billing_view_arn: str | None


def duplicates(account: LintedAccount) -> Iterator[LintFinding]:
    """Budgets of one type, period and scope that count the same lines."""
    alike: dict[tuple[_Counting, ScopeKey], list[Linted]] = defaultdict(list)
    for linted in _watching(account):
        key = linted.standing.budget.definition.scope.key()
        if key is not None:
            alike[_counting(linted), key].append(linted)
    for found in alike.values():
        if len(found) < 2:
            continue
        first, *rest = sorted(found, key=lambda each: each.name)
        definition = first.standing.budget.definition
        limits = " and ".join(f"'{each.name}' ({_limit_in_words(each)})" for each in (first, *rest))
        yield LintFinding(
            code="DUPLICATE",
            severity=Severity.LOW,
            budget=first.name,
            others=tuple(each.name for each in rest),
            sentence=f"{limits} are {definition.time_unit.value} {definition.type.name.value} budgets of the same:"
            f" {definition.scope.in_words()}.",
            remedy=f"Keep one with the notifications of all, and delete_budget '{rest[-1].name}'.",
        )


def shadowed(account: LintedAccount) -> Iterator[LintFinding]:
    """Budgets inside a wider one whose limit is no higher: the wider one is always broken first."""
    within = _ByOneValue()
    watching = [each for each in _watching(account) if each.standing.budget.type.breach is Breach.ABOVE]
    for linted in watching:
        within.add(linted)
    for linted in watching:
        limit = linted.standing.limit
        wider = [each for each in within.wider_than(linted) if _is_no_higher(each.standing.limit, limit)]
        if not wider:
            continue
        first = min(wider, key=lambda each: each.name)
        word = PERIOD_WORDS[linted.standing.budget.definition.time_unit]
        yield LintFinding(
            code="SHADOWED",
            severity=Severity.LOW,
            budget=linted.name,
            others=tuple(sorted(each.name for each in wider)),
            sentence=f"'{linted.name}' ({_limit_in_words(linted)} a {word} for"
            f" {linted.standing.budget.definition.scope.in_words()}) can hardly be broken before '{first.name}'"
            f" ({_limit_in_words(first)} for {first.standing.budget.definition.scope.in_words()}), which counts"
            " the same and more.",
            remedy=f"Lower the limit of '{linted.name}' to its share with update_budget, or delete_budget it.",
        )


class _ByOneValue:
    """Scopes by the values of one of their filters, so that not all have to be compared with all."""

    def __init__(self) -> None:
        self._everything: dict[_Counting, list[Linted]] = defaultdict(list)
        self._by_value: dict[tuple[_Counting, str, str], list[Linted]] = defaultdict(list)

    def add(self, linted: Linted) -> None:
        key, counting = linted.standing.budget.definition.scope.key(), _counting(linted)
        if key is None:
            return
        if not key:
            self._everything[counting].append(linted)
            return
        name, values = min(key, key=lambda entry: (len(entry[1]), entry[0]))
        for value in values:
            self._by_value[counting, name, value].append(linted)

    def wider_than(self, linted: Linted) -> list[Linted]:
        """Every scope that counts all that this one counts, and more."""
        key, counting = linted.standing.budget.definition.scope.key(), _counting(linted)
        if not key:
            return []
        possible = {each.name: each for each in self._everything[counting]}
        for name, values in key:
            found = self._by_value[counting, name, min(values)] if values else []
            possible.update({each.name: each for each in found})
        return [each for each in possible.values() if _is_wider(each, key)]


def _is_wider(linted: Linted, key: ScopeKey) -> bool:
    wide = linted.standing.budget.definition.scope.key()
    narrow = dict(key)
    return (
        wide is not None
        and wide != key
        and all(name in narrow and narrow[name] <= values for name, values in wide)
    )


def _watching(account: LintedAccount) -> list[Linted]:
    """Budgets whose life has begun and not ended."""
    return [each for each in account.budgets if each.standing.period is not None]


def _counting(linted: Linted) -> _Counting:
    definition = linted.standing.budget.definition
    return _Counting(
        type=definition.type.name.value,
        time_unit=definition.time_unit.value,
        metric=metric_of(definition.type, definition.scope),
        cost_types=definition.scope.cost_types or CostTypes(),
        billing_view_arn=definition.scope.billing_view_arn,
    )


def _is_no_higher(limit: Spend | None, than: Spend | None) -> bool:
    return limit is not None and than is not None and limit.unit == than.unit and limit.amount <= than.amount


def _limit_in_words(linted: Linted) -> str:
    limit = linted.standing.limit
    return "without a limit" if limit is None else limit.in_words()
