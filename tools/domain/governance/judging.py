"""Judging: which rules a budget or an account breaks, and which exceptions spare it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tools.domain.governance._rule import Severity
from tools.domain.governance.governed import Facet, GovernedAccount, GovernedBudget
from tools.domain.governance.rule_set import RuleException, RuleInForce, RuleSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A rule that is broken: by which budget (None: by the account), why, and what to do about it.

    `stood_before` says that a change has not caused it.
    """

    rule: str
    sentence: str
    severity: Severity
    reason: str
    remedy: str
    account_id: str
    budget_name: str | None = None
    stood_before: bool = False

    @property
    def refuses(self) -> bool:
        """Whether it keeps a change from being made."""
        return self.severity is Severity.ERROR and not self.stood_before


@dataclass(frozen=True, slots=True)
class Excused:
    """A violation and the exception that spares it."""

    violation: Violation
    exception: RuleException


@dataclass(frozen=True, slots=True)
class Judgement:
    """Everything that is wrong, and what would be without exceptions."""

    violations: list[Violation] = field(default_factory=list)
    excused: list[Excused] = field(default_factory=list)

    def with_others(self, other: Judgement) -> Judgement:
        """Both together."""
        return Judgement([*self.violations, *other.violations], [*self.excused, *other.excused])


def rules_for(rules: RuleSet, changed: Iterable[Facet]) -> list[RuleInForce]:
    """The rules that a change of these facets can break."""
    facets = set(changed)
    return [each for each in rules.looked_at() if not each.rule.only_audits and each.looks_at & facets]


def judged(
    subject: GovernedBudget | GovernedAccount, rules: Sequence[RuleInForce], rule_set: RuleSet
) -> Judgement:
    """What of these rules the subject breaks; rules of the other kind of subject are passed over."""
    is_account = isinstance(subject, GovernedAccount)
    today = subject.now.date()
    name = None if isinstance(subject, GovernedAccount) else subject.name
    found = Judgement()
    for each in rules:
        if each.rule.is_of_account is not is_account:
            continue
        for violation in _violations(each, subject, name):
            exception = next(
                (
                    exception
                    for exception in rule_set.exceptions
                    if exception.covers(violation.rule, name, subject.account_id)
                    and not exception.is_expired(today)
                ),
                None,
            )
            if exception is None:
                found.violations.append(violation)
            else:
                found.excused.append(Excused(violation, exception))
    return found


def told_apart(judgement: Judgement, stood: Collection[tuple[str, str]]) -> Judgement:
    """What is wrong after a change, with that marked which stood before for the same reason, word by word."""
    return Judgement(
        [replace(each, stood_before=(each.rule, each.reason) in stood) for each in judgement.violations],
        judgement.excused,
    )


def _violations(in_force: RuleInForce, subject: Any, budget_name: str | None) -> list[Violation]:
    rule = in_force.rule
    return [
        Violation(
            rule=rule.id,
            sentence=rule.sentence,
            severity=in_force.severity,
            reason=reason,
            remedy=rule.remedy,
            account_id=subject.account_id,
            budget_name=budget_name,
        )
        for reason in rule.judge(subject, in_force.parameters)
    ]
