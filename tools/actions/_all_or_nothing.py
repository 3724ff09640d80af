"""Performing steps that belong together: all of them, or none as far as AWS lets them be undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tools.actions._asked_restriction import perhaps_a_new_role
from tools.domain.budget_action_states import (
    ExecutionType,
    Restricts,
    allowed_executions,
    is_in_progress,
    state_of,
)
from tools.domain.budget_actions import BudgetAction
from tools.domain.budget_steps import (
    AddNotification,
    AddSubscriber,
    BudgetStep,
    CreateAction,
    DeleteAction,
    ExecuteAction,
    RemoveNotification,
    RemoveSubscriber,
)
from tools.domain.errors import AccessDenied, AwsUnavailable, BudgetAgentError
from tools.domain.planned_change import PlannedChange
from tools.domain.response_levels import Standing
from tools.gateways import Gateways

_REVERSED_FIRST = (
    "execute_budget_action with execution_type REVERSE_BUDGET_ACTION takes it back; delete it afterwards"
)


@dataclass
class Undoing:
    """What was taken back, in words, and what was not, with the reason."""

    undone: list[str] = field(default_factory=list)
    left: list[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Place:
    """Where steps are performed."""

    account_id: str
    budget_name: str
    gateways: Gateways

    def consider(self, steps: Sequence[BudgetStep]) -> None:
        """Have all of them judged by the governance rules together."""
        change = PlannedChange(account_id=self.account_id, budget_name=self.budget_name, steps=tuple(steps))
        self.gateways.gate.consider(change)

    def apply(self, step: BudgetStep) -> None:
        """Perform one step."""
        self.gateways.budgets.apply(self.account_id, self.budget_name, step)

    def actions(self) -> list[BudgetAction]:
        """The budget actions as they stand."""
        return self.gateways.budgets.budget_actions_of(self.account_id, self.budget_name)


def perform_all_or_nothing(steps: Sequence[BudgetStep], before: Standing, place: Place) -> list[str]:
    """Perform the steps in order; what was done, in words.

    `before` is what stood before the first of them. A step that fails has the others undone, the last first, and
    ends with its error, whose details say what `failed`, what was `undone`, and under `not_undone` what still
    stands and why. A function that dies in between undoes nothing; the same request then does what is left.
    """
    place.consider(steps)
    done: list[str] = []
    for position, step in enumerate(steps):
        try:
            place.apply(step)
        except BudgetAgentError as error:
            is_sure = not isinstance(error, AwsUnavailable)
            begun = steps[:position] if is_sure else steps[: position + 1]
            undoing = _undo(begun, before, place, known_done=position)
            raise _told(error, step, steps[position + 1 :], undoing, place.budget_name) from error
        done.append(step.in_words())
    return done


def without_twins(
    steps: Sequence[BudgetStep], before: Standing, after: Sequence[BudgetAction], place: Place
) -> tuple[tuple[BudgetAction, ...], list[str]]:
    """The budget actions without those that were made twice, and what was deleted, in words.

    CreateBudgetAction has no token: where a reply is lost, boto3 sends it again and AWS makes a second one. One
    that cannot be deleted stays among them.
    """
    old = {each.id for each in before.actions}
    gone, done = set[str](), list[str]()
    for step in steps:
        if not isinstance(step, CreateAction):
            continue
        made = [
            each for each in after if each.id not in old and each.definition.does_the_same_as(step.definition)
        ]
        for second in made[1:]:
            undoing = Undoing()
            _take_back_action(second, step, place, undoing)
            if undoing.undone:
                gone.add(second.id)
                done.append(f"delete the second budget action that a lost reply made ({second.id})")
    return tuple(each for each in after if each.id not in gone), done


def _told(
    error: BudgetAgentError,
    failed: BudgetStep,
    not_begun: Sequence[BudgetStep],
    undoing: Undoing,
    name: str,
) -> BudgetAgentError:
    told = perhaps_a_new_role(error) if isinstance(error, AccessDenied) else error
    if undoing.left:
        left = "; ".join(f"{each['what']} ({each['why']})" for each in undoing.left)
        outcome = f"What could not be taken back and still stands on '{name}': {left}."
    else:
        outcome = f"Everything done before was taken back, so '{name}' is as it was."
    details: dict[str, Any] = {
        **told.details,
        "failed": failed.in_words(),
        "not_done": [each.in_words() for each in not_begun],
        "undone": undoing.undone,
        "not_undone": undoing.left,
    }
    return type(error)(f"{told.message} It failed to {failed.in_words()}. {outcome}", details)


def _undo(steps: Sequence[BudgetStep], before: Standing, place: Place, *, known_done: int) -> Undoing:
    """Take the steps back, the last first. Of those after `known_done` nobody knows whether they happened."""
    undoing = Undoing()
    made = _made(steps, before, place, undoing, known_done)
    for step in reversed(steps):
        match step:
            case AddNotification():
                _take_back(RemoveNotification(step.notification), step, place, undoing)
            case AddSubscriber():
                _take_back(RemoveSubscriber(step.notification, step.subscriber), step, place, undoing)
            case CreateAction():
                for each in made:
                    if each.definition.does_the_same_as(step.definition):
                        _take_back_action(each, step, place, undoing)
            case _:
                undoing.left.append({"what": step.in_words(), "why": "nothing takes this back"})
    return undoing


def _made(
    steps: Sequence[BudgetStep], before: Standing, place: Place, undoing: Undoing, known_done: int
) -> list[BudgetAction]:
    """The budget actions that stand now and did not before. Where they cannot be read, all of them are left."""
    if not any(isinstance(step, CreateAction) for step in steps):
        return []
    old = {each.id for each in before.actions}
    try:
        return [each for each in place.actions() if each.id not in old]
    except BudgetAgentError as error:
        for position, step in enumerate(steps):
            if isinstance(step, CreateAction):
                sure = "" if position < known_done else "it may not stand at all, and "
                why = f"{sure}the budget's actions could not be read: {error.message}"
                undoing.left.append({"what": step.in_words(), "why": why})
        return []


def _take_back(inverse: BudgetStep, step: BudgetStep, place: Place, undoing: Undoing) -> None:
    try:
        place.apply(inverse)
    except BudgetAgentError as error:
        undoing.left.append({"what": step.in_words(), "why": error.message})
        return
    undoing.undone.append(step.in_words())


def _take_back_action(made: BudgetAction, step: CreateAction, place: Place, undoing: Undoing) -> None:
    """Delete it, unless it has restricted somebody in the meantime: that has to be reversed before."""
    what = {"what": f"{step.in_words()} ({made.id})"}
    try:
        status = made.status
        if ExecutionType.REVERSE_BUDGET_ACTION in allowed_executions(status):
            place.apply(ExecuteAction(made.id, ExecutionType.REVERSE_BUDGET_ACTION))
            status = next((each.status for each in place.actions() if each.id == made.id), status)
        if is_in_progress(status) or state_of(status).restricts is not Restricts.NO:
            why = f"it is in {status}, and deleted it could not be taken back: {_REVERSED_FIRST}"
            undoing.left.append({**what, "why": why})
            return
        place.apply(DeleteAction(made.id))
    except BudgetAgentError as error:
        undoing.left.append({**what, "why": error.message})
        return
    undoing.undone.append(step.in_words())
