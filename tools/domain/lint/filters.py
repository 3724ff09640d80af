"""Filters that match no spend: values that nobody has, with the nearest one that somebody has, and silence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from difflib import get_close_matches

from tools.domain.aws_services import service_meant_by
from tools.domain.budget_types import Breach
from tools.domain.insights._insight import ENOUGH_OF_A_PERIOD, Severity
from tools.domain.lint._check import Linted, LintedAccount, LintFinding
from tools.domain.money import USD, Spend, as_percent
from tools.domain.period_words import PERIOD_WORDS
from tools.domain.scope_lint import unmatched_filters
from tools.domain.scope_rules import parameter_of

_NEAR = 0.6


def unknown_values(account: LintedAccount) -> Iterator[LintFinding]:
    """Values that cannot match, or that no cost line of the account has."""
    for linted in account.budgets:
        scope = linted.standing.budget.definition.scope
        said = set()
        for name, values in sorted(scope.key() or (), key=lambda entry: entry[0]):
            real = account.real.get(name)
            for value in sorted(values) if real is not None else ():
                if real is not None and value not in real:
                    said.add(value)
                    yield _unknown(linted, name, value, real, account)
        for problem in unmatched_filters(scope):
            if problem.value not in said:
                meant = f"; probably meant '{problem.meant}'" if problem.meant else ""
                yield _finding(
                    linted, f"it can never fire: {problem.problem}{meant}", problem.filter, problem.meant
                )


def silence(account: LintedAccount) -> Iterator[LintFinding]:
    """Narrowed budgets that count nothing, now and in every past period that is known."""
    unknown = {each.budget for each in unknown_values(account)}
    for linted in account.budgets:
        standing = linted.standing
        if standing.name in unknown or standing.budget.type.breach is Breach.BELOW:
            continue
        if (
            standing.budget.definition.scope.is_everything
            or standing.actual is None
            or standing.actual.amount
        ):
            continue
        if standing.elapsed is None or standing.elapsed < ENOUGH_OF_A_PERIOD:
            continue
        amounts = [spend.amount for _, spend in linted.amounts]
        if any(amounts):
            continue
        word = PERIOD_WORDS[standing.budget.definition.time_unit]
        past = f" and in {len(amounts)} whole past {word}s" if amounts else ""
        yield LintFinding(
            code="MATCHES_NO_SPEND",
            severity=Severity.HIGH,
            budget=standing.name,
            sentence=f"'{standing.name}' counts nothing after {as_percent(standing.elapsed)} % of its"
            f" {word}{past}: no cost line matches {standing.budget.definition.scope.in_words()}.",
            remedy=f"Correct its filters with update_budget, or delete_budget '{standing.name}' if what it watched"
            " has ended. check_filters tells which values exist.",
        )


def _unknown(
    linted: Linted, name: str, value: str, real: Mapping[str, Decimal], account: LintedAccount
) -> LintFinding:
    since = f" since {account.since:%Y-%m-%d}" if account.since else ""
    nearest = nearest_value(value, name, real)
    near = ""
    if nearest is not None:
        spent = Spend(real[nearest], USD).in_words()
        near = f"; the nearest that has is '{nearest}' with {spent}"
    what = f"it can never fire: no cost line has {name} '{value}'{since}{near}"
    return _finding(linted, what, name, nearest)


def _finding(linted: Linted, what: str, filter_name: str, meant: str | None) -> LintFinding:
    parameter = parameter_of(filter_name)
    remedy = f"update_budget '{linted.name}' with another {parameter}."
    if meant is not None:
        remedy = f"update_budget '{linted.name}' with {parameter} ['{meant}'], if that is what is meant."
    return LintFinding(
        code="UNKNOWN_FILTER_VALUE",
        severity=Severity.HIGH,
        budget=linted.name,
        sentence=f"'{linted.name}': {what}.",
        remedy=remedy,
    )


def nearest_value(value: str, filter_name: str, real: Mapping[str, Decimal]) -> str | None:
    """The value that somebody has and that was probably meant; None where none is near."""
    if filter_name == "Service" and (meant := service_meant_by(value)) in real:
        return meant
    by_lower = {each.lower(): each for each in sorted(real)}
    if value.lower() in by_lower:
        return by_lower[value.lower()]
    close = get_close_matches(value.lower(), by_lower, n=1, cutoff=_NEAR)
    return by_lower[close[0]] if close else None
