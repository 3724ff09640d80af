"""The way from a budget that stands to one that is asked for: what update_budget and adjust_budgets send."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from tools.actions._action import Incomplete
from tools.actions._asked_change import (
    UpdateBudgetParameters,
    asked_change,
    names_notifications,
    names_tags,
    problems_with_change,
    wanted_notifications,
    wanted_tags,
)
from tools.actions._reply import read_or_say
from tools.domain.advice import Advice, advice_on_budget
from tools.domain.budget import Budget, BudgetDefinition
from tools.domain.budget_action_rules import problems_with_host
from tools.domain.budget_actions import BudgetAction
from tools.domain.budget_records import BudgetRecord, UndoRecord
from tools.domain.budget_rules import problems_with_budget, problems_with_tags
from tools.domain.budget_steps import BudgetStep, RemoveTags, ReplaceDefinition, SetTags
from tools.domain.change_advice import advice_on_change
from tools.domain.definition_changes import (
    ChangedDefinition,
    changed_definition,
    changes_between,
    standing_definition,
    with_derived_limit,
)
from tools.domain.differences import Difference
from tools.domain.errors import InvalidParameters
from tools.domain.notification_changes import notification_steps
from tools.domain.notification_rules import problems_with_notifications
from tools.domain.notifications import Notification
from tools.gateways import Gateways


class UpdatePlan(NamedTuple):
    """What stands, what is to stand, and the way there."""

    before: BudgetDefinition
    after: BudgetDefinition
    notifications_before: tuple[Notification, ...] | None
    notifications_after: tuple[Notification, ...] | None
    differences: list[Difference]
    steps: list[BudgetStep]
    advice: list[Advice]
    incomplete: list[Incomplete]
    undo: UndoRecord


def planned_update(
    parameters: UpdateBudgetParameters, account_id: str, gateways: Gateways, now: datetime
) -> UpdatePlan:
    """Fetch what stands and decide the way to what is asked. Raises InvalidParameters with all that is wrong."""
    name, incomplete = parameters.budget_name, list[Incomplete]()
    budget = gateways.budgets.get_budget(account_id, name)
    standing = standing_definition(budget.definition, now)
    changed = changed_definition(budget.definition, asked_change(parameters), now)
    differences = changes_between(standing, changed.definition)
    existing, wanted = _notifications(parameters, budget, account_id, gateways, incomplete)
    problems = _problems_with_definition(
        parameters, standing, changed, account_id, now
    ) + problems_with_change(
        parameters,
        budget.type,
        existing or (),
        account_id,
        is_adjusting=changed.definition.auto_adjust is not None,
    )
    steps: list[BudgetStep] = [ReplaceDefinition(changed.definition)] if differences else []
    actions = _actions(budget, account_id, gateways, incomplete) if differences else []
    if actions and "time_unit" in {each.what for each in differences}:
        problems += [{**each, "parameter": "time_unit"} for each in problems_with_host(changed.definition)]
    if names_notifications(parameters):
        problems += _new_notification_problems(budget, wanted, account_id, problems)
        steps += notification_steps(existing or (), wanted or ())
    tags = _tags(parameters, account_id, gateways) if names_tags(parameters) else None
    if tags is not None:
        problems += problems_with_tags(tags.wanted)
        steps += tags.steps
    if problems:
        raise InvalidParameters.listing(problems)
    advice = _advice(budget, standing, changed, differences, actions, now) if differences else []
    if steps:
        advice += advice_on_budget(changed.definition, () if wanted is None else wanted, now)
    return UpdatePlan(
        with_derived_limit(standing, budget.definition),
        with_derived_limit(changed.definition, budget.definition),
        existing,
        wanted,
        differences,
        steps,
        advice,
        incomplete,
        _undo(standing, changed.definition, existing, wanted, tags, parameters),
    )


def _notifications(
    parameters: UpdateBudgetParameters,
    budget: Budget,
    account_id: str,
    gateways: Gateways,
    incomplete: list[Incomplete],
) -> tuple[tuple[Notification, ...] | None, tuple[Notification, ...] | None]:
    """Those that stand and those that are to; a change of them has to know them, any other only shows them."""
    if names_notifications(parameters):
        existing = gateways.budgets.notifications_of(account_id, budget.name)
        return existing, wanted_notifications(parameters, existing, budget.type)
    read = read_or_say(
        "notifications", incomplete, lambda: gateways.budgets.notifications_of(account_id, budget.name)
    )
    return read, read


def _problems_with_definition(
    parameters: UpdateBudgetParameters,
    standing: BudgetDefinition,
    changed: ChangedDefinition,
    account_id: str,
    now: datetime,
) -> list[dict[str, str]]:
    """What AWS would refuse of the change. What stands and is not named was accepted by AWS, whatever we think."""
    if changed.problems:
        return changed.problems
    accepted = problems_with_budget(standing, (), {}, now=now, account_id=account_id)
    found = problems_with_budget(changed.definition, (), {}, now=now, account_id=account_id)
    named = parameters.model_fields_set
    return [each for each in found if each not in accepted or each["parameter"].partition(".")[0] in named]


def _new_notification_problems(
    budget: Budget,
    wanted: tuple[Notification, ...] | None,
    account_id: str,
    said: list[dict[str, str]],
) -> list[dict[str, str]]:
    """A bad address is said once, under the parameter it came in."""
    found = problems_with_notifications(budget.type, wanted or (), account_id)
    texts = {each["problem"] for each in said}
    return [each for each in found if each["problem"] not in texts]


def _actions(
    budget: Budget, account_id: str, gateways: Gateways, incomplete: list[Incomplete]
) -> list[BudgetAction]:
    if not budget.type.allows_budget_actions:
        return []
    found = read_or_say(
        "budget actions", incomplete, lambda: gateways.budgets.budget_actions_of(account_id, budget.name)
    )
    return found or []


class _Tags(NamedTuple):
    """The tags on the budget that stand, and those there are to be."""

    existing: dict[str, str]
    wanted: dict[str, str]

    @property
    def steps(self) -> list[BudgetStep]:
        """Removals come first here: they make room for what is set, and nobody is told by a tag."""
        gone = tuple(key for key in self.existing if key not in self.wanted)
        new = {key: value for key, value in self.wanted.items() if self.existing.get(key) != value}
        steps: list[BudgetStep] = [RemoveTags(gone)] if gone else []
        return [*steps, SetTags(new)] if new else steps


def _tags(parameters: UpdateBudgetParameters, account_id: str, gateways: Gateways) -> _Tags:
    existing = dict(gateways.budgets.tags_of(account_id, parameters.budget_name))
    return _Tags(existing, wanted_tags(parameters, existing))


def _undo(
    standing: BudgetDefinition,
    changed: BudgetDefinition,
    existing: tuple[Notification, ...] | None,
    wanted: tuple[Notification, ...] | None,
    tags: _Tags | None,
    parameters: UpdateBudgetParameters,
) -> UndoRecord:
    """Both sides exactly, of notifications and tags only where they are changed."""
    is_told = names_notifications(parameters)
    return UndoRecord(
        before=BudgetRecord(
            definition=standing,
            notifications=existing if is_told else None,
            tags=None if tags is None else tags.existing,
        ),
        after=BudgetRecord(
            definition=changed,
            notifications=wanted if is_told else None,
            tags=None if tags is None else tags.wanted,
        ),
    )


def _advice(
    budget: Budget,
    standing: BudgetDefinition,
    changed: ChangedDefinition,
    differences: list[Difference],
    actions: list[BudgetAction],
    now: datetime,
) -> list[Advice]:
    return advice_on_change(
        budget,
        standing,
        changed.definition,
        differences,
        actions,
        now,
        is_scope_carried_over=changed.is_scope_carried_over,
    )
