"""The rules in force: which there are, how grave each is, with which parameters, and what is excepted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from tools.domain.governance._rule import Rule, RuleParameters, Severity
from tools.domain.governance.governed import Facet

if TYPE_CHECKING:
    from tools.domain.budget_templates._template import BudgetTemplate


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleInForce:
    """A rule with what the file decides about it."""

    rule: Rule
    severity: Severity
    parameters: RuleParameters

    @property
    def looks_at(self) -> frozenset[Facet]:
        """What it has to be shown, with these parameters."""
        return self.rule.looks_at - self.parameters.unneeded()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleException:
    """Budgets or accounts that a rule does not hold for, why, and until which day, that day included.

    `rule` is a rule's id; `budgets` and `accounts` are patterns, and both have to match.
    """

    rule: str
    reason: str
    until: date
    budgets: tuple[str, ...] = ("*",)
    accounts: tuple[str, ...] = ("*",)

    def is_expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return today > self.until

    def covers(self, rule: str, budget_name: str | None, account_id: str) -> bool:
        """Whether it is for this rule and this budget; without a budget, for the account."""
        return (
            self.rule == rule
            and any(fnmatchcase(account_id, each) for each in self.accounts)
            and any(fnmatchcase(budget_name or "", each) for each in self.budgets)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """All rules as a file sets them; `version` and `source` say which file."""

    version: str
    source: str
    rules: Mapping[str, RuleInForce]
    exceptions: tuple[RuleException, ...] = ()
    templates: Mapping[str, BudgetTemplate] = field(default_factory=dict)
    """Those of the file; `tools.domain.budget_templates` has others."""

    def looked_at(self) -> list[RuleInForce]:
        """The rules that are on and, with their parameters, can be broken."""
        return [
            each
            for each in self.rules.values()
            if each.severity is not Severity.OFF and each.parameters.has_something_to_check()
        ]
