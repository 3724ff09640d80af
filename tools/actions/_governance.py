"""What replies of changes say about the governance rules that the change has passed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from tools.actions._action import Model, Result
from tools.actions._reply import ReadCost

if TYPE_CHECKING:
    from tools.domain.governance.judging import Excused, Violation
    from tools.domain.governance.rule_set import RuleException, RuleSet


class RulesView(Model):
    """Which rules: their version, and `package`, `s3://bucket/key` or `ssm:/name`."""

    version: str
    source: str


class ViolationView(Model):
    """A rule that is broken."""

    rule: str
    sentence: str = Field(description="What the rule says.")
    severity: str
    budget: str | None = Field(description="Null: the account as a whole breaks it.")
    reason: str = Field(description="What breaks it, in figures.")
    remedy: str


class WarningOfRule(ViolationView):
    """A rule that is broken and did not keep the change from being made."""

    stood_before: bool = Field(description="It was broken before the change, for the same reason.")


class ExceptionView(Model):
    """An exception of the rules file."""

    rule: str
    budgets: list[str]
    accounts: list[str]
    reason: str
    until: str = Field(description="Its last day.")


class ExcusedView(ViolationView):
    """A rule that is broken by leave of an exception."""

    exception: ExceptionView


class GovernanceView(Model):
    """How the change stands to the governance rules."""

    rules: RulesView
    refused: list[ViolationView] = Field(description="Dry run only: what the change would be refused for.")
    warnings: list[WarningOfRule]
    excused: list[ExcusedView]
    cost_explorer: ReadCost | None = Field(
        description="What reading recent costs took; null where none were read."
    )


class ChangeResult(Result):
    """What every action returns that changes something."""

    governance: GovernanceView | None = Field(
        default=None, description="Null where there was nothing for the rules to judge."
    )


def rules_view(rules: RuleSet) -> RulesView:
    """Which rules."""
    return RulesView(version=rules.version, source=rules.source)


def governance_view(
    rules: RuleSet, violations: Sequence[Violation], excused: Sequence[Excused], paid: ReadCost | None
) -> GovernanceView:
    """Everything that was found, told apart by what it does."""
    return GovernanceView(
        rules=rules_view(rules),
        refused=[violation_view(each) for each in violations if each.refuses],
        warnings=[
            WarningOfRule(**violation_view(each).model_dump(), stood_before=each.stood_before)
            for each in violations
            if not each.refuses
        ],
        excused=[excused_view(each) for each in excused],
        cost_explorer=paid,
    )


def violation_view(violation: Violation) -> ViolationView:
    """A violation as replies show it."""
    return ViolationView(
        rule=violation.rule,
        sentence=violation.sentence,
        severity=violation.severity.value,
        budget=violation.budget_name,
        reason=violation.reason,
        remedy=violation.remedy,
    )


def excused_view(excused: Excused) -> ExcusedView:
    """A violation and the exception that spares it."""
    return ExcusedView(
        **violation_view(excused.violation).model_dump(), exception=exception_view(excused.exception)
    )


def exception_view(exception: RuleException) -> ExceptionView:
    """An exception as replies show it."""
    return ExceptionView(
        rule=exception.rule,
        budgets=list(exception.budgets),
        accounts=list(exception.accounts),
        reason=exception.reason,
        until=f"{exception.until:%Y-%m-%d}",
    )
