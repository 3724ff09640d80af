"""What a planned change touches, and what would stand after it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from tools.domain.budget_action_states import ExecutionType
from tools.domain.budget_steps import (
    AddNotification,
    AddSubscriber,
    BudgetStep,
    CreateAction,
    DeleteAction,
    DeleteBudget,
    ExecuteAction,
    RemoveNotification,
    RemoveSubscriber,
    RemoveTags,
    ReplaceDefinition,
    SetTags,
)
from tools.domain.governance.governed import Facet, GovernedBudget, after_step
from tools.domain.planned_change import PlannedChange

_OF_ACTIONS = frozenset({Facet.ACTIONS, Facet.TARGETS, Facet.ACCOUNT_ACTIONS})
_OF_NEW_BUDGETS = frozenset(
    {Facet.DEFINITION, Facet.NOTIFICATIONS, Facet.SUBSCRIBERS, Facet.TAGS, Facet.RECENT_COSTS}
)

_RESTRICTING = (ExecutionType.APPROVE_BUDGET_ACTION, ExecutionType.RETRY_BUDGET_ACTION)


def changed_facets(change: PlannedChange) -> frozenset[Facet]:
    """What it touches. What only takes away or releases touches nothing: nobody is kept from that."""
    found: set[Facet] = set()
    if change.created is not None:
        found |= _OF_NEW_BUDGETS
    for step in change.steps:
        found |= _touched_by(step)
    return frozenset(found)


def before_change(standing: GovernedBudget, change: PlannedChange) -> GovernedBudget:
    """The budget without the actions that are to be carried out: carried out, they are as if they were new."""
    executed = {each.action_id for each in change.steps if isinstance(each, ExecuteAction)}
    if not executed or standing.read_actions is None:
        return standing
    others = tuple(each for each in standing.read_actions if each.id not in executed)
    return replace(standing, read_actions=others)


def after_change(budget: GovernedBudget, change: PlannedChange) -> GovernedBudget | None:
    """The budget, or the new one, with everything else of the change; None when it is gone."""
    standing: GovernedBudget | None = budget
    for step in change.steps:
        standing = None if standing is None else after_step(standing, step)
    return standing


def is_part_of(step: BudgetStep, planned: Collection[BudgetStep]) -> bool:
    """Whether a step is one of those that were planned, or takes one of them back after another has failed."""
    match step:
        case RemoveNotification():
            return step in planned or AddNotification(step.notification) in planned
        case RemoveSubscriber():
            return step in planned or AddSubscriber(step.notification, step.subscriber) in planned
        case _:
            return step in planned


def facets_of(looked_at: Iterable[frozenset[Facet]]) -> frozenset[Facet]:
    """All facets that have to be read."""
    return frozenset().union(*looked_at)


def _touched_by(step: BudgetStep) -> set[Facet]:
    match step:
        case ReplaceDefinition():
            return {Facet.DEFINITION}
        case SetTags() | RemoveTags():
            return {Facet.TAGS}
        case CreateAction():
            return set(_OF_ACTIONS)
        case ExecuteAction():
            return {Facet.TARGETS} if step.execution in _RESTRICTING else set()
        case DeleteAction() | DeleteBudget():
            return set()
        case _:
            return {Facet.NOTIFICATIONS, Facet.SUBSCRIBERS}
