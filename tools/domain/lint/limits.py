"""Limits and thresholds that no period reaches, or that every period breaks."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from tools.domain.budget_types import Breach
from tools.domain.insights._insight import Severity
from tools.domain.lint._check import Linted, LintedAccount, LintFinding
from tools.domain.money import PERCENTAGE, Spend
from tools.domain.notifications import ComparisonOperator
from tools.domain.period_words import PERIOD_WORDS, period_called

FEWEST_PERIODS = 3
FAR_BEYOND = Decimal(3)
"""A threshold so many times what was ever reached is not reached by an ordinary surprise either."""


def never_fires(account: LintedAccount) -> Iterator[LintFinding]:
    """Budgets whose nearest threshold lies far beyond everything that past periods and this one came to."""
    for linted in account.budgets:
        nearest, limit = _nearest_threshold(linted), linted.standing.limit
        if nearest is None or limit is None or len(linted.amounts) < FEWEST_PERIODS:
            continue
        time_unit = linted.standing.budget.definition.time_unit
        known = [(start, spend) for start, spend in linted.amounts if spend.unit == nearest.unit]
        actual = linted.standing.actual
        period = linted.standing.period
        if actual is not None and period is not None and actual.unit == nearest.unit:
            known.append((period.start.date(), actual))
        is_below = linted.standing.budget.type.breach is Breach.BELOW
        pick = min if is_below else max
        start, extreme = pick(known, key=lambda entry: entry[1].amount, default=(None, None))
        if start is None or extreme is None or extreme.amount <= 0:
            continue
        ratio = extreme.amount / nearest.amount if is_below else nearest.amount / extreme.amount
        if ratio < FAR_BEYOND:
            continue
        word = PERIOD_WORDS[time_unit]
        side = ("under", "least") if is_below else ("over", "most")
        yield LintFinding(
            code="NEVER_FIRES",
            severity=Severity.MEDIUM,
            budget=linted.name,
            sentence=f"'{linted.name}' fires only {side[0]} {nearest.in_words()}, and the {side[1]} of"
            f" {len(known)} {word}s was {extreme.in_words()} in {period_called(time_unit, start)}.",
            remedy=f"See what fits with recommend_budgets, then update_budget '{linted.name}'.",
        )


def always_fires(account: LintedAccount) -> Iterator[LintFinding]:
    """Limits under what every period comes to anyway, and targets that no period reached."""
    for linted in account.budgets:
        definition = linted.standing.budget.definition
        is_below = definition.type.breach is Breach.BELOW
        held_to = linted.standing.limit
        if is_below:
            target = linted.standing.target
            held_to = None if target is None else Spend(target, PERCENTAGE)
        if held_to is None or definition.auto_adjust is not None:
            continue
        known = [(start, spend) for start, spend in linted.amounts if spend.unit == held_to.unit]
        if len(known) < FEWEST_PERIODS:
            continue
        best = (max if is_below else min)(known, key=lambda entry: entry[1].amount)
        if (best[1].amount >= held_to.amount) if is_below else (best[1].amount <= held_to.amount):
            continue
        word, what = PERIOD_WORDS[definition.time_unit], "target" if is_below else "limit"
        extreme = "best" if is_below else "cheapest"
        yield LintFinding(
            code="ALWAYS_FIRES",
            severity=Severity.HIGH,
            budget=linted.name,
            sentence=f"'{linted.name}' is broken in every {word}: the {extreme} of {len(known)} whole ones was"
            f" {best[1].in_words()} in {period_called(definition.time_unit, best[0])}, and its {what} is"
            f" {held_to.in_words()}.",
            remedy=f"See why with get_budget_performance, and what fits with recommend_budgets; then"
            f" update_budget '{linted.name}'.",
        )


def _nearest_threshold(linted: Linted) -> Spend | None:
    """The amount at which its first notification fires, whichever figure it watches; None without any."""
    budget, limit = linted.standing.budget, linted.standing.limit
    if not budget.notifications or limit is None:
        return None
    is_below = budget.type.breach is Breach.BELOW
    wanted = ComparisonOperator.LESS_THAN if is_below else ComparisonOperator.GREATER_THAN
    amounts = [each.threshold.amount_of(limit) for each in budget.notifications if each.operator is wanted]
    if not amounts:
        return None
    nearest = (max if is_below else min)(amounts, key=lambda amount: amount.amount)
    return nearest if nearest.amount > 0 else None
