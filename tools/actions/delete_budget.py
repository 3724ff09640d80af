"""delete_budget: a budget with its budget actions, and the requests that would make it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import Field

from tools.actions._action import BudgetName, Model, MutatingParameters, action
from tools.actions._defined_budget import DefinedBudget, defined_budget
from tools.actions._governance import ChangeResult
from tools.actions._reply import WarningView, warnings_of
from tools.actions._restore import RestoreView, restoring
from tools.actions._steps import CallView, calls_for, perform
from tools.domain.advice import Advice
from tools.domain.audit import Change
from tools.domain.budget import BudgetDefinition
from tools.domain.budget_action_rules import problems_with_budget_action
from tools.domain.budget_actions import BudgetAction, restricted_by, restriction_in_words
from tools.domain.budget_records import BudgetRecord, RecordedAction, UndoRecord
from tools.domain.budget_rules import problems_with_budget
from tools.domain.budget_steps import BudgetStep, DeleteAction, DeleteBudget
from tools.domain.definition_changes import standing_definition, with_derived_limit
from tools.domain.deletion_rules import (
    advice_on_deletion,
    problems_with_deletion,
    require_rest,
    restricting,
)
from tools.domain.errors import InvalidParameters
from tools.domain.notifications import Notification
from tools.gateways import Gateways


class DeleteBudgetParameters(MutatingParameters):
    """The budget to delete."""

    budget_name: BudgetName = Field(description="The budget's exact name.")
    confirm: str | None = Field(
        default=None, description="The same name once more; only a dry run goes without."
    )
    leave_restrictions: bool = Field(
        default=False,
        description="Delete budget actions too whose restriction is in force. It stays in force, and nothing "
        "takes it back any more.",
    )
    dry_run: bool = Field(default=False, description="Check everything and show what would be deleted.")


class AttachedAction(Model):
    """A budget action of the budget."""

    action_id: str
    status: str
    does: str = Field(description="In words: what to whom.")


class RestrictionView(Model):
    """What a budget action has done and stays done without it."""

    action_id: str
    restriction: str
    restricted: list[str] = Field(description="Roles, users, groups, accounts or instances, one by one.")


class DeleteBudgetResult(ChangeResult):
    """What was deleted, what stays behind, and how to make it again."""

    deleted: bool
    dry_run: bool
    budget: DefinedBudget = Field(description="As it was.")
    budget_actions: list[AttachedAction] = Field(description="Those that went with it.")
    restrictions_left: list[RestrictionView]
    restore: RestoreView = Field(description="Requests that make it again, each to be sent as it is.")
    done: list[str] = Field(description="Every call that was made, in words and in order.")
    calls: list[CallView] | None = Field(description="Dry run only: the calls that would be made, in order.")
    warnings: list[WarningView]

    def recorded_change(self) -> Change:
        """The budget and the requests that make it again before, nothing after."""
        before = {"budget": self.budget, "restore": self.restore}
        return Change(
            before={name: each.model_dump(mode="json") for name, each in before.items()}, undo=self.undo
        )


@action(mutates=True, example={"budget_name": "EC2-Monthly-Budget", "confirm": "EC2-Monthly-Budget"})
def delete_budget(parameters: DeleteBudgetParameters, gateways: Gateways) -> DeleteBudgetResult:
    """Delete a budget with its notifications and budget actions; the reply holds requests that make it again.

    Use it for a budget that nobody needs any more. confirm has to repeat its name. A budget action whose
    restriction is in force is only deleted with leave_restrictions, since nothing takes the restriction back
    afterwards; while AWS is working on one, nothing is deleted. dry_run shows all of it and deletes nothing.
    """
    now = gateways.clock.now()
    account_id = parameters.account_id or gateways.identity.account_id
    name = parameters.budget_name
    # Whatever is needed to make it again has to be read before anything is gone, so no failure is passed over.
    read = gateways.budgets.get_budget(account_id, name).definition
    definition = standing_definition(read, now)
    actions = gateways.budgets.budget_actions_of(account_id, name)
    require_rest(name, actions)
    problems = problems_with_deletion(
        name,
        parameters.confirm,
        actions,
        leaves_restrictions=parameters.leave_restrictions,
        is_rehearsal=parameters.dry_run,
    )
    if problems:
        raise InvalidParameters.listing(problems)
    notifications = gateways.budgets.notifications_of(account_id, name)
    tags = gateways.budgets.tags_of(account_id, name)
    tagged = [(each, gateways.budgets.tags_of(account_id, name, each.id)) for each in actions]
    restore = restoring(definition, notifications, tags, tagged, parameters.account_id)
    steps: list[BudgetStep] = [*(DeleteAction(each.id) for each in actions), DeleteBudget()]
    done, calls = list[str](), None
    if parameters.dry_run:
        calls = calls_for(steps, account_id, name, gateways)
    else:
        kept = {"restore": restore.model_dump(mode="json")}
        done = perform(steps, account_id, name, gateways, kept)
    advice = [
        *advice_on_deletion(actions),
        *_advice_on_restoring(definition, notifications, tags, actions, account_id, gateways, now),
    ]
    return DeleteBudgetResult(
        deleted=bool(done),
        dry_run=parameters.dry_run,
        budget=defined_budget(with_derived_limit(definition, read), notifications, now),
        budget_actions=[
            AttachedAction(
                action_id=each.id,
                status=each.status,
                does=restriction_in_words(each.definition.target),
            )
            for each in actions
        ],
        restrictions_left=[
            RestrictionView(
                action_id=each.id,
                restriction=restriction_in_words(each.definition.target),
                restricted=restricted_by(each.definition.target),
            )
            for each in restricting(actions)
        ],
        restore=restore,
        done=done,
        calls=calls,
        warnings=warnings_of(advice),
        undo=UndoRecord(
            before=BudgetRecord(
                definition=definition,
                notifications=notifications,
                tags=tags,
                actions=tuple(RecordedAction(definition=each.definition, tags=held) for each, held in tagged),
            ),
            after=None,
        ).as_json(),
    )


def _advice_on_restoring(
    definition: BudgetDefinition,
    notifications: Sequence[Notification],
    tags: Mapping[str, str],
    actions: Sequence[BudgetAction],
    account_id: str,
    gateways: Gateways,
    now: datetime,
) -> list[Advice]:
    """What others made and our own rules would not let through again."""
    identity = gateways.identity
    problems = problems_with_budget(definition, notifications, tags, now=now, account_id=account_id)
    for each in actions:
        problems += problems_with_budget_action(
            each.definition.target,
            each.definition.threshold,
            each.definition.execution_role_arn,
            definition,
            account_id=account_id,
            agent_role_arn=identity.role_arn() if account_id == identity.account_id else None,
        )
    return [
        Advice(
            "RESTORE_WOULD_BE_REFUSED",
            f"restore holds what this agent would not create: {each['parameter']}: {each['problem']}.",
        )
        for each in problems
    ]
