"""execute_budget_action: approve, retry, reverse or reset one budget action, or all of a budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from tools.actions._action import BudgetName, Incomplete, Model, MutatingParameters, action
from tools.actions._choices import Text
from tools.actions._governance import ChangeResult
from tools.actions._reply import Moment, WarningView, read_or_say, warnings_of
from tools.actions._steps import CallView, calls_for, perform
from tools.domain.audit import Change
from tools.domain.budget_action_executions import (
    Plan,
    advice_on_execution,
    plan_of,
    require_something,
    what_next,
    why_not,
)
from tools.domain.budget_action_states import ExecutionType, allowed_executions, leads_to
from tools.domain.budget_actions import BudgetAction, restriction_in_words
from tools.domain.budget_steps import BudgetStep, ExecuteAction
from tools.domain.errors import BudgetAgentError, InvalidParameters, problem_with
from tools.domain.quoting import quoted
from tools.gateways import Gateways


def _as_execution_type(given: Any) -> Any:
    """`approve` and `Approve_Budget_Action` are APPROVE_BUDGET_ACTION."""
    if not isinstance(given, str):
        return given
    name = given.strip().upper()
    return name if name.endswith("_BUDGET_ACTION") else f"{name}_BUDGET_ACTION"


class ExecuteBudgetActionParameters(MutatingParameters):
    """What is done with which budget action."""

    budget_name: BudgetName = Field(description="The budget that the budget actions are attached to.")
    action_id: Text | None = Field(
        default=None, description="One budget action; all of the budget that can be when left out."
    )
    execution_type: Annotated[ExecutionType, BeforeValidator(_as_execution_type)] = Field(
        description="APPROVE lets a PENDING one act, RETRY tries a failed one again, REVERSE takes its "
        "restriction back, RESET watches again after a reversal. The verb alone works too. APPROVE needs a reason."
    )
    dry_run: bool = Field(default=False, description="Check everything and show what would be sent.")


class ExecutedAction(Model):
    """A budget action and what became of it."""

    action_id: str
    does: str = Field(description="In words: what to whom.")
    executed: bool = Field(description="Whether it was sent; in a dry run, whether it would be.")
    status_before: str
    status: str | None = Field(description="Afterwards; null when it could not be read.")
    can_do: list[str] = Field(description="What a person can do with it next.")
    next: str | None = Field(description="What its status means, what it waits for and what is possible now.")


class ExecuteBudgetActionResult(ChangeResult):
    """What was done, and where each budget action stands now."""

    budget_name: str
    execution_type: str
    dry_run: bool
    executed: int = Field(description="How many were sent; in a dry run, how many would be.")
    budget_actions: list[ExecutedAction] = Field(description="Those asked for, possible or not.")
    next_period: Moment | None = Field(
        description="When the budget's next period begins, where that is known."
    )
    done: list[str] = Field(description="Every call that was made, in words and in order.")
    calls: list[CallView] | None = Field(description="Dry run only: the calls that would be made, in order.")
    warnings: list[WarningView]

    def recorded_change(self) -> Change:
        """The status of what was executed, before and after; who approved and why stands beside it."""
        executed = [each for each in self.budget_actions if each.executed]
        kind = {"execution_type": self.execution_type}
        return Change(
            before={**kind, "budget_actions": {each.action_id: each.status_before for each in executed}},
            after={
                **kind,
                "budget_actions": {each.action_id: each.status for each in executed},
                "does": {each.action_id: each.does for each in executed},
            },
            is_change=bool(executed),
        )


@action(
    mutates=True, example={"budget_name": "EC2-Monthly-Budget", "execution_type": "APPROVE_BUDGET_ACTION"}
)
def execute_budget_action(
    parameters: ExecuteBudgetActionParameters, gateways: Gateways
) -> ExecuteBudgetActionResult:
    """Approve, retry, reverse or reset a budget action, or all of a budget whose state allows it.

    Use it when a budget action waits for approval (PENDING), failed, or has to be taken back before the budget
    period ends. An approval needs a reason, which is kept with who gave it. What the state of a budget action
    does not allow is refused, saying what it waits for and what is possible now. dry_run shows all of it.
    """
    now = gateways.clock.now()
    account_id = parameters.account_id or gateways.identity.account_id
    name, execution = parameters.budget_name, parameters.execution_type
    _require_reason(parameters)
    incomplete: list[Incomplete] = []
    asked = _asked(parameters, gateways.budgets.budget_actions_of(account_id, name))
    next_period = _next_period(account_id, name, now, gateways, incomplete)
    plan = plan_of(execution, asked)
    require_something(name, execution, plan, next_period)
    steps = [ExecuteAction(each.id, execution) for each in plan.possible]
    done, calls = list[str](), None
    if parameters.dry_run:
        calls = calls_for(steps, account_id, name, gateways)
        after: dict[str, str] | None = {each.id: each.status for each in asked}
    else:
        done = perform(
            steps, account_id, name, gateways, has_happened=_Looking(plan, account_id, name, gateways)
        )
        after = _statuses(account_id, name, gateways, incomplete)
    return ExecuteBudgetActionResult(
        budget_name=name,
        execution_type=execution.value,
        dry_run=parameters.dry_run,
        executed=len(plan.possible),
        budget_actions=[_view(each, plan, execution, after, next_period) for each in asked],
        next_period=next_period,
        done=done,
        calls=calls,
        warnings=warnings_of(advice_on_execution(execution, plan.possible, next_period)),
        incomplete=incomplete,
    )


def _require_reason(parameters: ExecuteBudgetActionParameters) -> None:
    is_approval = parameters.execution_type is ExecutionType.APPROVE_BUDGET_ACTION
    if is_approval and not parameters.dry_run and not (parameters.reason or "").strip():
        raise InvalidParameters.because(
            "reason",
            "an approval is recorded with who gave it and why, so it needs a reason",
            "why the restriction is right, in a sentence",
        )


def _asked(parameters: ExecuteBudgetActionParameters, attached: Sequence[BudgetAction]) -> list[BudgetAction]:
    if parameters.action_id is None:
        return list(attached)
    found = [each for each in attached if each.id == parameters.action_id]
    if not found:
        raise InvalidParameters.listing(
            [
                problem_with(
                    "action_id",
                    f"budget {quoted(parameters.budget_name)} has no budget action {quoted(parameters.action_id)}",
                    ", ".join(each.id for each in attached) or "none; create_budget_actions attaches one",
                )
            ]
        )
    return found


def _next_period(
    account_id: str, name: str, now: datetime, gateways: Gateways, incomplete: list[Incomplete]
) -> datetime | None:
    """None for a budget whose last period this is, too."""
    budget = read_or_say(
        "next budget period", incomplete, lambda: gateways.budgets.get_budget(account_id, name)
    )
    return None if budget is None else budget.definition.next_period_starts(now)


class _Looking:
    """Whether AWS's refusal comes from the step having happened already: the action is where it leads."""

    def __init__(self, plan: Plan, account_id: str, name: str, gateways: Gateways) -> None:
        self._before = {each.id: each.status for each in plan.possible}
        self._account_id, self._name, self._gateways = account_id, name, gateways

    def __call__(self, step: BudgetStep) -> bool:
        if not isinstance(step, ExecuteAction):
            return False
        try:
            found = self._gateways.budgets.budget_actions_of(self._account_id, self._name)
        except BudgetAgentError:
            # The refusal that is being looked into is told then.
            return False
        status = next((each.status for each in found if each.id == step.action_id), None)
        return status in leads_to(self._before[step.action_id], step.execution)


def _statuses(
    account_id: str, name: str, gateways: Gateways, incomplete: list[Incomplete]
) -> dict[str, str] | None:
    found = read_or_say(
        "status afterwards", incomplete, lambda: gateways.budgets.budget_actions_of(account_id, name)
    )
    return None if found is None else {each.id: each.status for each in found}


def _view(
    attached: BudgetAction,
    plan: Plan,
    execution: ExecutionType,
    after: dict[str, str] | None,
    next_period: datetime | None,
) -> ExecutedAction:
    status = None if after is None else after.get(attached.id)
    is_possible = attached in plan.possible
    words = None
    if not is_possible:
        words = why_not(attached, execution, next_period)
    elif status is not None:
        words = what_next(replace(attached, status=status), next_period)
    return ExecutedAction(
        action_id=attached.id,
        does=restriction_in_words(attached.definition.target),
        executed=is_possible,
        status_before=attached.status,
        status=status,
        can_do=[each.value for each in allowed_executions(status)] if status is not None else [],
        next=words,
    )
