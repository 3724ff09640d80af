"""update_budget: a budget changed in place, keeping what is not named."""

from __future__ import annotations

from pydantic import Field

from tools.actions._action import Model, action
from tools.actions._asked_change import (
    UpdateBudgetParameters,
)
from tools.actions._defined_budget import DefinedBudget, defined_budget
from tools.actions._governance import ChangeResult
from tools.actions._planned_update import planned_update
from tools.actions._reply import WarningView, warnings_of
from tools.actions._steps import CallView, calls_for, perform
from tools.domain.audit import Change
from tools.gateways import Gateways


class ChangeView(Model):
    """One thing that differs, in words."""

    what: str
    before: str
    after: str


class UpdateBudgetResult(ChangeResult):
    """The budget before and after, and what was done."""

    changed: bool = Field(description="False where everything stands already as asked, and in a dry run.")
    dry_run: bool
    before: DefinedBudget
    after: DefinedBudget = Field(description="As it stands now; in a dry run as it would.")
    differences: list[ChangeView] = Field(description="Of the definition.")
    done: list[str] = Field(description="Every call that was made, in words and in order.")
    calls: list[CallView] | None = Field(description="Dry run only: the calls that would be made, in order.")
    warnings: list[WarningView]

    def recorded_change(self) -> Change:
        """The budget before and after, with the calls that led there: they tell of tags too."""
        return Change(
            before=self.before.model_dump(mode="json"),
            after={**self.after.model_dump(mode="json"), "done": self.done},
            undo=self.undo,
            is_change=self.changed,
        )


@action(mutates=True, example={"budget_name": "EC2-Monthly-Budget", "amount": 1200})
def update_budget(parameters: UpdateBudgetParameters, gateways: Gateways) -> UpdateBudgetResult:
    """Change a budget in place: limit, filters, period, notifications, tags; what is not named stays.

    Use it to raise or lower a limit, to change who is told, or to narrow what is counted, without losing the
    budget's history, notifications and budget actions. remove takes values away. Everything AWS would refuse is
    said at once and nothing is changed; where all stands already as asked, nothing is sent. dry_run shows before,
    after and the calls.
    """
    now = gateways.clock.now()
    account_id = parameters.account_id or gateways.identity.account_id
    name = parameters.budget_name
    plan = planned_update(parameters, account_id, gateways, now)
    done, calls = list[str](), None
    if parameters.dry_run:
        calls = calls_for(plan.steps, account_id, name, gateways)
    else:
        done = perform(plan.steps, account_id, name, gateways)
    return UpdateBudgetResult(
        changed=bool(done),
        dry_run=parameters.dry_run,
        before=defined_budget(plan.before, plan.notifications_before, now),
        after=defined_budget(plan.after, plan.notifications_after, now),
        differences=[
            ChangeView(what=each.what, before=each.existing, after=each.asked) for each in plan.differences
        ],
        done=done,
        calls=calls,
        warnings=warnings_of(plan.advice),
        incomplete=plan.incomplete,
        undo=plan.undo.as_json(),
    )
