"""The gate of one call of an action: judges by the governance rules what the call is about to change.

Rules are loaded when there is something to judge. What they look at is read as far as the action has not read it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from agent.guarded_budgets import GuardedGateways, UngovernedChangeError
from tools.actions._action import Incomplete, Result
from tools.actions._governance import ChangeResult, GovernanceView, governance_view
from tools.domain.errors import GovernanceViolation
from tools.domain.planned_change import PlannedChange
from tools.gateways import Gateways

if TYPE_CHECKING:
    from agent.governed_reading import GovernedReading
    from tools.actions._cost_meter import CostMeter
    from tools.domain.governance.judging import Excused, Judgement, Violation
    from tools.domain.governance.rule_set import RuleInForce, RuleSet

AnyResult = TypeVar("AnyResult", bound=Result)


class Gate:
    """Where one call's changes are judged, as a ChangeGate and behind every write.

    In a dry run nothing is refused, what would be is shown; and nothing can be written.
    """

    def __init__(self, gateways: Gateways, *, is_rehearsal: bool) -> None:
        self._is_rehearsal = is_rehearsal
        self._guarded = GuardedGateways(gateways, self)
        self._passed: list[PlannedChange] = []
        self._rules: RuleSet | None = None
        self._violations: dict[tuple[str, str | None, str], Violation] = {}
        self._excused: list[Excused] = []
        self._stood: set[tuple[str, str]] = set()
        self._incomplete: list[Incomplete] = []
        self._meter: CostMeter | None = None

    @property
    def gateways(self) -> Gateways:
        """Those that the action gets."""
        return self._guarded.as_gateways()

    def consider(self, change: PlannedChange) -> None:
        """Judge everything that a call will change, before its first write; what was considered has passed."""
        if not self._has_passed(change):
            self._judge(change)
            self._passed.append(change)

    def before_write(self, change: PlannedChange) -> None:
        """Judge a write on its own, unless it is part of what was considered."""
        if self._is_rehearsal:
            raise UngovernedChangeError(change.budget_name)
        if not self._has_passed(change):
            self._judge(change)

    def before_rehearsal(self, change: PlannedChange) -> None:
        """The same for what a dry run shows."""
        if not self._has_passed(change):
            self._judge(change)

    def reported(self, result: AnyResult) -> AnyResult:
        """The result of the call with what the rules say of it."""
        incomplete = [*result.incomplete, *self._incomplete]
        changes: dict[str, object] = {"incomplete": incomplete} if self._incomplete else {}
        if isinstance(result, ChangeResult) and self._rules is not None:
            changes["governance"] = self._view(self._rules)
        return result.model_copy(update=changes) if changes else result

    def _has_passed(self, change: PlannedChange) -> bool:
        from tools.domain.governance.planning import is_part_of

        return any(
            (passed.account_id, passed.budget_name) == (change.account_id, change.budget_name)
            and change.created in (None, passed.created)
            and all(is_part_of(each, passed.steps) for each in change.steps)
            for passed in self._passed
        )

    def _judge(self, change: PlannedChange) -> None:
        from agent.governed_reading import GovernedReading
        from tools.domain.governance.judging import rules_for
        from tools.domain.governance.planning import changed_facets

        changed = changed_facets(change)
        if not changed:
            return
        rules = self._rules_in_force()
        reading = GovernedReading(self.gateways, self._guarded.budgets, self._metered)
        found = self._judgement(change, rules_for(rules, changed), rules, reading)
        self._excused += [each for each in found.excused if each not in self._excused]
        self._violations |= {(each.rule, each.budget_name, each.reason): each for each in found.violations}
        if not self._is_rehearsal and any(each.refuses for each in found.violations):
            raise self._refusal(rules)

    def _judgement(
        self, change: PlannedChange, chosen: list[RuleInForce], rules: RuleSet, reading: GovernedReading
    ) -> Judgement:
        from tools.domain.governance.judging import Judgement, judged, told_apart
        from tools.domain.governance.planning import after_change, before_change, facets_of

        account_id, facets = change.account_id, facets_of(each.looks_at for each in chosen)
        if change.created is None:
            standing = reading.existing(account_id, change.budget_name, facets)
        else:
            standing = reading.new(account_id, change.created, facets)
        before = before_change(standing, change)
        judgeable = self._readable(chosen, reading)
        if change.created is None:
            self._note_standing(judged(before, judgeable, rules))
        after = after_change(standing, change)
        found = Judgement() if after is None else judged(after, judgeable, rules)
        of_account = [each for each in judgeable if each.rule.is_of_account]
        if of_account and after is not None and after.read_actions and not before.read_actions:
            account = reading.account(account_id)
            judgeable = self._readable(of_account, reading)
            if judgeable:
                self._note_standing(judged(account, judgeable, rules))
                acting = replace(account, read_acting_budgets=account.acting_budgets | {change.budget_name})
                found = found.with_others(judged(acting, judgeable, rules))
        return told_apart(found, self._stood)

    def _note_standing(self, judgement: Judgement) -> None:
        """What was so at any time before a write of this call, such a write can restore."""
        self._stood |= {(each.rule, each.reason) for each in judgement.violations}

    def _readable(self, chosen: list[RuleInForce], reading: GovernedReading) -> list[RuleInForce]:
        """The rules for which everything could be read. A rule that can refuse must not be passed over."""
        found = []
        for each in chosen:
            failed = sorted(each.looks_at & reading.failures.keys())
            if not failed:
                found.append(each)
                continue
            error = reading.failures[failed[0]]
            if each.severity == "ERROR":
                raise type(error)(
                    f"Nothing was changed, because the governance rule {each.rule.id} cannot be judged. "
                    f"{error.message}",
                    {**error.details, "part": "governance", "rule": each.rule.id},
                )
            self._incomplete.append(
                Incomplete(
                    part=f"governance rule {each.rule.id}",
                    code=error.code,
                    reason=error.message,
                    retryable=error.retryable,
                )
            )
        return found

    def _rules_in_force(self) -> RuleSet:
        if self._rules is None:
            self._rules, problem = self.gateways.rules.in_force()
            if problem is not None:
                self._incomplete.append(
                    Incomplete(
                        part="governance rules",
                        code=problem.code,
                        reason=problem.reason,
                        retryable=problem.retryable,
                    )
                )
        return self._rules

    def _metered(self) -> CostMeter:
        """What counts the pages of Cost Explorer, from the first on."""
        from tools.actions._cost_meter import CostMeter

        if self._meter is None:
            self._meter = CostMeter(self.gateways.clock.now(), self._incomplete)
        return self._meter

    def _refusal(self, rules: RuleSet) -> GovernanceViolation:
        view = self._view(rules)
        sentences = " ".join(f"{each.reason} {each.remedy} ({each.rule})" for each in view.refused)
        incomplete = [each.model_dump(mode="json") for each in self._incomplete]
        return GovernanceViolation(
            f"The governance rules forbid it. {sentences}",
            {
                "violations": [each.model_dump(mode="json") for each in view.refused],
                "warnings": [each.model_dump(mode="json") for each in view.warnings],
                "rules": view.rules.model_dump(mode="json"),
                **({"incomplete": incomplete} if incomplete else {}),
            },
        )

    def _view(self, rules: RuleSet) -> GovernanceView:
        paid = None if self._meter is None else self._meter.view()
        return governance_view(rules, list(self._violations.values()), self._excused, paid)
