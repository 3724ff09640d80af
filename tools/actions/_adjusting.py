"""Deciding which budgets are adjusted and how, and doing it one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from tools.actions._asked_change import UpdateBudgetParameters
from tools.actions._budget_histories import BudgetHistory, BudgetHistoryReader
from tools.actions._defined_budget import defined_budget
from tools.actions._planned_update import UpdatePlan, planned_update
from tools.actions._recording import Recorder
from tools.actions._steps import CallView, calls_for, perform
from tools.domain.audit import Change
from tools.domain.budget import Budget
from tools.domain.budget_questions import is_of_months
from tools.domain.budget_types import Measure
from tools.domain.errors import BudgetAgentError
from tools.domain.fitted_thresholds import FittedThreshold, fitted_thresholds
from tools.domain.guard_rails import GuardRails
from tools.domain.limit_adjustments import LimitProposal, proposed_limit, reason_for_no_limit
from tools.domain.money import Spend, plain
from tools.domain.notifications import Notification
from tools.domain.past_changes import PastChanges
from tools.domain.periods import TimeUnit
from tools.domain.standing import standing_of
from tools.gateways import Gateways

# What is left of an invocation for its reply, its audit entries and the budget at work.
SECONDS_FOR_THE_REST = 10.0

_WILL_FIRE = "ACTION_WILL_FIRE"


class Outcome(StrEnum):
    """What became of a proposal."""

    PROPOSED = "PROPOSED"
    ADJUSTED = "ADJUSTED"
    HELD_BACK = "HELD_BACK"
    FAILED = "FAILED"
    NOT_BEGUN = "NOT_BEGUN"


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """A budget that is not looked into, or not touched, and why."""

    name: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentPlan:
    """What is to be done to one budget; without `update` the rails allow nothing of it."""

    budget: Budget
    history: BudgetHistory
    spent: Spend | None
    proposal: LimitProposal | None
    thresholds: tuple[FittedThreshold, ...]
    held_back: tuple[str, ...]
    update: UpdatePlan | None
    error: BudgetAgentError | None = None

    @property
    def weight(self) -> Decimal:
        """By how much the limit moves, as a ratio; what is wanted where it does not move."""
        proposal = self.proposal
        if proposal is None or not proposal.present.amount:
            return Decimal(0)
        wanted = proposal.limit or proposal.wanted
        return abs(wanted.amount / proposal.present.amount - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjusted:
    """A plan and what became of it."""

    plan: AdjustmentPlan
    outcome: Outcome
    done: tuple[str, ...] = ()
    calls: tuple[CallView, ...] | None = None
    change_id: str | None = None
    error: BudgetAgentError | None = None


@dataclass(kw_only=True)
class Adjuster:
    """Decides for one budget after the other."""

    gateways: Gateways
    account_id: str
    now: datetime
    rails: GuardRails
    breach_probability: Decimal
    days_between_changes: int
    fixed_tag: tuple[str, str]
    includes_planned: bool
    includes_auto_adjusting: bool
    limits: bool
    thresholds: bool
    pace: bool
    reader: BudgetHistoryReader
    past: PastChanges

    def plans_for(self, budgets: Sequence[Budget]) -> tuple[list[AdjustmentPlan], list[LeftAlone]]:
        """What to do, the largest moves first, and what is left alone; budgets that fit are in neither.

        A history that cannot be read leaves its budget alone. Raises the first error where none could be read.
        """
        plans: list[AdjustmentPlan] = []
        alone: list[LeftAlone] = []
        errors: list[BudgetAgentError] = []
        read = 0
        for budget in budgets:
            reason = self._reason_to_leave(budget)
            if reason is not None:
                alone.append(reason)
                continue
            try:
                found = self._plan(budget)
            except BudgetAgentError as error:
                errors.append(error)
                alone.append(LeftAlone(budget.name, error.code, f"its past was not read: {error.message}"))
                continue
            read += 1
            if isinstance(found, LeftAlone):
                alone.append(found)
            elif found is not None:
                plans.append(found)
        if errors and not read:
            raise errors[0]
        return sorted(plans, key=lambda each: (-each.weight, each.budget.name)), alone

    def _reason_to_leave(self, budget: Budget) -> LeftAlone | None:
        """What can be seen without reading its past."""
        definition, name = budget.definition, budget.name
        if budget.type.measure is Measure.PERCENT:
            reason = "the limit of such budgets is always 100 %; recommend_budgets proposes targets"
            return LeftAlone(name, "FIXED_LIMIT", reason)
        if definition.auto_adjust is not None and not self.includes_auto_adjusting:
            return LeftAlone(name, "AUTO_ADJUSTING", "AWS adjusts it; include_auto_adjusting ends that")
        if definition.planned_limits and not self.includes_planned:
            return LeftAlone(name, "PLANNED", "its limits are planned; include_planned ends the plan")
        if not is_of_months(definition.time_unit):
            reason = (
                f"{definition.time_unit.value} budgets are not adjusted: their periods are no calendar months"
            )
            return LeftAlone(name, "TIME_UNIT", reason)
        if definition.period_at(self.now) is None:
            return LeftAlone(name, "NOT_RUNNING", "it has not begun yet, or has ended")
        rests_until = self.past.rests_until(name, self.days_between_changes, self.now)
        if rests_until is not None:
            reason = f"its limit was changed less than {self.days_between_changes} days ago; it rests until "
            return LeftAlone(name, "CHANGED_LATELY", f"{reason}{rests_until:%Y-%m-%d %H:%M} UTC")
        return None

    def _plan(self, budget: Budget) -> AdjustmentPlan | LeftAlone | None:
        limit, period = budget.definition.limit_at(self.now), budget.definition.period_at(self.now)
        if limit is None or period is None:
            return LeftAlone(budget.name, "NO_LIMIT", "AWS shows no limit of it yet")
        found = self.reader.of(budget)
        history = found.history
        reason = reason_for_no_limit(history)
        if reason is not None:
            return LeftAlone(budget.name, "NO_HISTORY", reason)
        spent = self._spent(budget, limit)
        proposal = None
        if self.limits:
            proposal = proposed_limit(
                history,
                limit,
                self.past.limit_at(budget.name, period.start, limit),
                spent,
                self.rails,
                self.breach_probability,
            )
        thresholds = self._thresholds(budget, found, proposal, limit, spent)
        if proposal is None and not thresholds:
            return None
        fixed = self._reason_by_tag(budget)
        if fixed is not None:
            return fixed
        plan = AdjustmentPlan(
            budget=budget,
            history=found,
            spent=spent,
            proposal=proposal,
            thresholds=tuple(thresholds),
            held_back=proposal.held_back if proposal is not None else (),
            update=None,
        )
        return self._with_update(plan)

    def _spent(self, budget: Budget, limit: Spend) -> Spend | None:
        """What is spent in this period; None where AWS's figure is of another one, or was reset by a change."""
        spent = standing_of(budget, self.now).actual
        if spent is None or spent.unit != limit.unit or budget.figures_are_reset(self.now):
            return None
        return spent

    def _thresholds(
        self,
        budget: Budget,
        found: BudgetHistory,
        proposal: LimitProposal | None,
        present: Spend,
        spent: Spend | None,
    ) -> list[FittedThreshold]:
        """None while the limit they are measured by is not the one that fits."""
        if not self.thresholds or not budget.notifications:
            return []
        if proposal is not None and proposal.limit != proposal.wanted:
            return []
        limit = present if proposal is None or proposal.limit is None else proposal.limit
        profile = None
        if self.pace and budget.definition.time_unit is TimeUnit.MONTHLY and _has_lower(budget.notifications):
            profile = self.reader.profile_of(budget)
        return fitted_thresholds(budget.notifications, found.history, limit, spent, profile)

    def _reason_by_tag(self, budget: Budget) -> LeftAlone | None:
        """Read only for a budget that would be touched: tags are one call each."""
        key, value = self.fixed_tag
        tags = self.gateways.budgets.tags_of(self.account_id, budget.name)
        if tags.get(key, "").casefold() != value.casefold():
            return None
        return LeftAlone(budget.name, "TAGGED_AS_FIXED", f"it has the tag {key}={tags[key]}")

    def _with_update(self, plan: AdjustmentPlan) -> AdjustmentPlan:
        """The plan with the way there, checked as update_budget checks it; none where nothing is to be done."""
        moved = plan.proposal is not None and plan.proposal.limit is not None
        if not moved and not plan.thresholds:
            return plan
        try:
            update = planned_update(self._request(plan), self.account_id, self.gateways, self.now)
        except BudgetAgentError as error:
            return replace(plan, error=error)
        fires = [each.message for each in update.advice if each.code == _WILL_FIRE]
        if fires:
            return replace(plan, held_back=(*plan.held_back, *fires))
        return replace(plan, update=update)

    def _request(self, plan: AdjustmentPlan) -> UpdateBudgetParameters:
        """What somebody would send to update_budget to do the same."""
        request: dict[str, Any] = {"budget_name": plan.budget.name}
        if plan.proposal is not None and plan.proposal.limit is not None:
            request["amount"] = plan.proposal.limit.amount
        if plan.thresholds:
            standing = self.gateways.budgets.notifications_of(self.account_id, plan.budget.name)
            turned = {each.old.identity: each.new for each in plan.thresholds}
            request["notifications"] = [_choice(each, turned.get(each.identity)) for each in standing]
        return UpdateBudgetParameters.model_validate(request)


def performed(plans: Sequence[AdjustmentPlan], recorder: Recorder, *, is_rehearsal: bool) -> list[Adjusted]:
    """Do what is planned, one budget after the other: what fails stops no other."""
    found = []
    for plan in plans:
        update = plan.update
        if plan.error is not None:
            found.append(Adjusted(plan=plan, outcome=Outcome.FAILED, error=plan.error))
        elif update is None:
            found.append(Adjusted(plan=plan, outcome=Outcome.HELD_BACK))
        elif is_rehearsal:
            calls = calls_for(update.steps, recorder.account_id, plan.budget.name, recorder.gateways)
            found.append(Adjusted(plan=plan, outcome=Outcome.PROPOSED, calls=tuple(calls)))
        elif recorder.gateways.seconds_left() < SECONDS_FOR_THE_REST:
            found.append(Adjusted(plan=plan, outcome=Outcome.NOT_BEGUN))
        else:
            found.append(_adjusted(plan, update, recorder))
    return found


def _adjusted(plan: AdjustmentPlan, update: UpdatePlan, recorder: Recorder) -> Adjusted:
    def change() -> tuple[list[str], Change]:
        done = perform(update.steps, recorder.account_id, plan.budget.name, recorder.gateways)
        now = recorder.gateways.clock.now()
        before = defined_budget(update.before, update.notifications_before, now)
        after = defined_budget(update.after, update.notifications_after, now)
        return done, Change(
            before=before.model_dump(mode="json"),
            after={**after.model_dump(mode="json"), "done": done},
            undo=update.undo.as_json(),
            is_change=bool(done),
        )

    try:
        done, change_id = recorder.recorded(plan.budget.name, change)
    except BudgetAgentError as error:
        return Adjusted(plan=plan, outcome=Outcome.FAILED, error=error)
    return Adjusted(plan=plan, outcome=Outcome.ADJUSTED, done=tuple(done), change_id=change_id)


def _choice(standing: Notification, turned: Notification | None) -> dict[str, Any]:
    """A notification as a parameter of update_budget, with the subscribers that it has."""
    wanted = turned or standing
    return {
        "type": wanted.type,
        "operator": wanted.operator,
        "threshold": str(plain(wanted.threshold.value)),
        "threshold_type": wanted.threshold.type,
        "subscribers": [
            {"channel": each.channel, "address": each.address} for each in standing.subscribers or ()
        ],
    }


def _has_lower(notifications: Sequence[Notification]) -> bool:
    """Whether there are thresholds below the limit beside the highest, which warns: they can tell the pace."""
    return sum(each.threshold.value < 100 for each in notifications) > 1
