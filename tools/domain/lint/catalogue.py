"""The list of lint checks, and what they find."""

from __future__ import annotations

from tools.domain.lint._check import Check, LintedAccount, LintFinding
from tools.domain.lint.filters import silence, unknown_values
from tools.domain.lint.limits import always_fires, never_fires
from tools.domain.lint.overlaps import duplicates, shadowed
from tools.domain.lint.upkeep import health, lives_that_are_over, other_units, plans_that_run_out

CHECKS: tuple[Check, ...] = (
    unknown_values,
    silence,
    always_fires,
    never_fires,
    other_units,
    health,
    plans_that_run_out,
    lives_that_are_over,
    duplicates,
    shadowed,
)


def lint(account: LintedAccount) -> list[LintFinding]:
    """Everything the checks find, the gravest first, then by code and name."""
    found = [each for check in CHECKS for each in check(account)]
    return sorted(found, key=lambda each: (-each.severity, each.code, each.budget, each.sentence))
