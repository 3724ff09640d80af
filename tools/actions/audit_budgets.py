"""audit_budgets: everything that stands, held against the governance rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from pydantic import Field

from tools.actions._action import BudgetName, Incomplete, Model, Parameters, Result, WholeNumber, action
from tools.actions._cost_meter import CostMeter
from tools.actions._governance import (
    ExceptionView,
    ExcusedView,
    RulesView,
    ViolationView,
    exception_view,
    excused_view,
    rules_view,
    violation_view,
)
from tools.actions._governed_account import AuditedAccount
from tools.actions._linting import CHECK_FILTERS, CHECK_HISTORY, LintReport, linted
from tools.actions._reading import named_budgets
from tools.actions._reply import ReadCost
from tools.domain.budget import Budget
from tools.domain.errors import InvalidParameters
from tools.domain.governance._rule import Severity
from tools.domain.governance.governed import GovernedBudget
from tools.domain.governance.judging import Judgement, Violation, judged
from tools.domain.governance.planning import facets_of
from tools.domain.governance.rule_set import RuleInForce, RuleSet
from tools.domain.paging import MOST_NAMES, page_of
from tools.domain.quoting import quoted
from tools.domain.standing import standing_of
from tools.gateways import Gateways

_SEVEREST_FIRST = tuple(Severity)


class AuditBudgetsParameters(Parameters):
    """What to audit."""

    budget_names: list[BudgetName] | None = Field(
        default=None,
        min_length=1,
        max_length=MOST_NAMES,
        description="Only the budgets with exactly these names, at most 500; the account itself is left out then.",
    )
    rules: list[str] | None = Field(default=None, min_length=1, description="Only rules with these ids.")
    check_history: bool | None = CHECK_HISTORY
    check_filters: bool = CHECK_FILTERS
    page_size: WholeNumber = Field(default=200, ge=1, le=1000, description="Findings per reply.")
    next_token: str | None = Field(
        default=None, description="Continues where the reply before ended; send the same other parameters."
    )


class RuleLookedAt(Model):
    """A rule and how much it found."""

    rule: str
    sentence: str
    severity: str
    findings: int | None = Field(description="Null: what it looks at could not be read, see incomplete.")
    excused: int | None


class AuditBudgetsResult(Result):
    """What breaks the rules, the gravest first."""

    sentence: str
    rules_in_force: RulesView
    audited: int = Field(description="How many budgets were held against the rules.")
    rules: list[RuleLookedAt] = Field(description="Those that are on and can be broken.")
    findings: list[ViolationView]
    left_out: int = Field(description="Findings that are not in this reply.")
    next_token: str | None = Field(description="Send it to read on; null when nothing is left out.")
    excused: list[ExcusedView] = Field(description=f"What exceptions spare, at most {MOST_NAMES}.")
    excused_left_out: int
    expired_exceptions: list[ExceptionView] = Field(description="Exceptions whose last day is over.")
    lint: LintReport | None = Field(
        description="Budgets that never or always fire, as in analyze_budgets; null when `rules` is given."
    )
    cost_explorer: ReadCost | None = Field(
        description="What reading spend by account and filter values took; null: nothing."
    )


@action(mutates=False)
def audit_budgets(parameters: AuditBudgetsParameters, gateways: Gateways) -> AuditBudgetsResult:
    """Hold every budget of the account, whoever made it, against the governance rules.

    Use it to find budgets that nobody hears of, restrictions without a warning or on somebody protected, accounts
    without a budget, and whatever else the rules of this deployment forbid. Each finding has its reason in figures
    and its remedy. Tells which exceptions spare what, and which of them are over. Changes nothing.
    """
    rule_set, problem = gateways.rules.in_force()
    incomplete: list[Incomplete] = []
    if problem is not None:
        incomplete.append(
            Incomplete(
                part="governance rules",
                code=problem.code,
                reason=problem.reason,
                retryable=problem.retryable,
            )
        )
    account_id = parameters.account_id or gateways.identity.account_id
    rules = _chosen(parameters, rule_set)
    names = parameters.budget_names
    budgets = named_budgets(names, account_id, gateways, incomplete)
    meter = CostMeter(gateways.clock.now(), incomplete)
    audited = AuditedAccount(
        account_id, gateways, facets_of(each.looks_at for each in rules), meter, incomplete
    )
    governed, account = audited.read(budgets)
    readable = [each for each in rules if not each.looks_at & audited.unread]
    found = Judgement() if names is not None else judged(account, readable, rule_set)
    for each in governed:
        found = found.with_others(judged(each, readable, rule_set))
    report = _lint(parameters, budgets, governed, account_id, gateways, meter)
    page = page_of(
        [violation_view(each) for each in _ordered(found, rules)],
        key=lambda view: f"{view.rule}#{view.budget}#{view.reason}",
        size=parameters.page_size,
        bytes_of=lambda view: len(view.model_dump_json()) + 2,
        token=parameters.next_token,
        question=[account_id, parameters.model_dump(mode="json", exclude={"page_size", "next_token"})],
    )
    today = gateways.clock.now().date()
    return AuditBudgetsResult(
        sentence=_sentence(found, len(budgets)),
        rules_in_force=rules_view(rule_set),
        audited=len(budgets),
        rules=_counted(rules, readable, found),
        findings=page.entries,
        left_out=page.left_out,
        next_token=page.next_token,
        excused=[excused_view(each) for each in found.excused[:MOST_NAMES]],
        excused_left_out=max(len(found.excused) - MOST_NAMES, 0),
        expired_exceptions=[exception_view(each) for each in rule_set.exceptions if each.is_expired(today)],
        lint=report,
        cost_explorer=meter.view() if meter.reads else None,
        incomplete=incomplete,
    )


def _chosen(parameters: AuditBudgetsParameters, rule_set: RuleSet) -> list[RuleInForce]:
    """The rules to look at. Raises InvalidParameters for ids that are none."""
    wanted = parameters.rules
    unknown = [each for each in wanted or () if each not in rule_set.rules]
    if unknown:
        raise InvalidParameters.because(
            "rules", f"there is no rule {quoted(unknown[0])}", ", ".join(rule_set.rules)
        )
    of_account = parameters.budget_names is None
    return [
        each
        for each in rule_set.looked_at()
        if (wanted is None or each.rule.id in wanted) and (of_account or not each.rule.is_of_account)
    ]


def _lint(
    parameters: AuditBudgetsParameters,
    budgets: Sequence[Budget],
    governed: Sequence[GovernedBudget],
    account_id: str,
    gateways: Gateways,
    meter: CostMeter,
) -> LintReport | None:
    """What is wrong with the budgets whatever the rules; nothing where only certain rules are asked for."""
    if parameters.rules is not None:
        return None
    standings = [
        standing_of(replace(budget, notifications=each.read_notifications), meter.now)
        for budget, each in zip(budgets, governed, strict=True)
    ]
    return linted(
        standings,
        account_id,
        gateways,
        gateways.cost_explorer,
        meter,
        check_history=parameters.check_history,
        check_filters=parameters.check_filters,
    )


def _ordered(found: Judgement, rules: Sequence[RuleInForce]) -> list[Violation]:
    """The gravest first, then rule by rule, then by name; each once."""
    order = {each.rule.id: position for position, each in enumerate(rules)}
    distinct = {(each.rule, each.budget_name, each.reason): each for each in found.violations}
    return sorted(
        distinct.values(),
        key=lambda each: (
            _SEVEREST_FIRST.index(each.severity),
            order[each.rule],
            each.budget_name or "",
            each.reason,
        ),
    )


def _counted(
    rules: Sequence[RuleInForce], readable: Sequence[RuleInForce], found: Judgement
) -> list[RuleLookedAt]:
    broken = Counter(each.rule for each in found.violations)
    spared = Counter(each.violation.rule for each in found.excused)
    return [
        RuleLookedAt(
            rule=each.rule.id,
            sentence=each.rule.sentence,
            severity=each.severity.value,
            findings=broken[each.rule.id] if each in readable else None,
            excused=spared[each.rule.id] if each in readable else None,
        )
        for each in rules
    ]


def _sentence(found: Judgement, budgets: int) -> str:
    held = f"{budgets} budget{'s' * (budgets != 1)} held against the rules"
    if not found.violations:
        return f"{held}: nothing breaks them."
    concerned = {each.budget_name for each in found.violations if each.budget_name is not None}
    grave = sum(each.severity is Severity.ERROR for each in found.violations)
    return (
        f"{held}: {len(found.violations)} finding{'s' * (len(found.violations) != 1)} on {len(concerned)} of them "
        f"and the account, {grave} that would refuse a change."
    )
