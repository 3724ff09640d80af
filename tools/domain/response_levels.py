"""A graduated response: levels at which people are told or restricted, checked as one set and compared with AWS.

Source: Budgets API and user guide: ten notifications per budget, notifications and budget actions watch one figure
and one threshold each, budget actions tell their own subscribers. That levels rise and that each stands once is
our own rule, so that nobody is restricted before they could be told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tools.domain.budget import BudgetDefinition
from tools.domain.budget_action_levels import Watched, height_of, watched_in_words
from tools.domain.budget_actions import BudgetAction, BudgetActionDefinition
from tools.domain.budget_steps import AddNotification, AddSubscriber, BudgetStep, CreateAction
from tools.domain.budget_types import BUDGET_ACTION_TYPES, Breach
from tools.domain.errors import problem_with
from tools.domain.money import Spend
from tools.domain.notifications import (
    MOST_NOTIFICATIONS,
    ComparisonOperator,
    Notification,
    Subscriber,
    Threshold,
    merged_subscribers,
    problems_with_subscribers,
)

Identity = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedLevel:
    """A level as it is to stand: a notification, or a budget action that tells its own subscribers."""

    watched: Watched
    told: tuple[Subscriber, ...]
    restriction: BudgetActionDefinition | None = None

    @property
    def notification(self) -> Notification:
        """The notification that the level is when it restricts nobody."""
        figure, threshold = self.watched
        return Notification(figure, ComparisonOperator.GREATER_THAN, threshold, self.told)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is on the budget: its notifications with their subscribers, and its budget actions."""

    notifications: tuple[Notification, ...]
    actions: tuple[BudgetAction, ...]

    def equal_notification(self, level: WantedLevel) -> Notification | None:
        """The notification of the same identity, whoever is told by it."""
        wanted = level.notification.identity
        return next((each for each in self.notifications if each.identity == wanted), None)

    def equal_actions(self, restriction: BudgetActionDefinition) -> list[BudgetAction]:
        """The budget actions that do the same at the same threshold."""
        return [each for each in self.actions if each.definition.does_the_same_as(restriction)]


def usually_told(standing: Standing, explicit: Sequence[Watched]) -> tuple[Subscriber, ...]:
    """Who a level tells that names nobody: those of the budget's notifications, as far as AWS's quota goes.

    Notifications at levels that name somebody (`explicit`) do not count: a request that is sent again after the
    first half of it was done has to find the same people as before.
    """
    named = {_identity(watched) for watched in explicit}
    counted = [each for each in standing.notifications if each.identity not in named]
    return merged_subscribers(counted)[0]


def problems_with_order(watched: Sequence[Watched], limit: Spend | None) -> tuple[list[dict[str, str]], bool]:
    """Levels that do not rise, and whether all could be compared.

    Equal ones are no fall; amounts and percentages are compared by the limit, where it is known.
    """
    problems, are_compared = [], True
    highest, of = None, 0
    for position, each in enumerate(watched):
        height = height_of(each, limit)
        if height is None:
            are_compared = False
            continue
        if highest is not None and height[0] < highest[0]:
            problems.append(
                problem_with(
                    f"levels.{position}.threshold",
                    f"{watched_in_words(each)} lies below levels.{of}, {watched_in_words(watched[of])}",
                    "levels that rise: first those that tell, then those that restrict",
                )
            )
            continue
        highest, of = height, position
    return problems, are_compared


def problems_with_set(
    levels: Sequence[WantedLevel], standing: Standing, budget: BudgetDefinition, account_id: str
) -> list[dict[str, str]]:
    """Why AWS, or consistency, does not let these levels stand together with what is on the budget."""
    problems = [*_host(budget), *_twins(levels), *_quota(levels, standing)]
    for position, level in enumerate(levels):
        if level.restriction is None:
            present = standing.equal_notification(level)
            told = (*(present.subscribers or () if present else ()), *level.told)
            found = problems_with_subscribers(tuple(dict.fromkeys(told)), account_id)
        else:
            found = problems_with_subscribers(level.told, account_id)
            problems += _contradictions(position, level.restriction, standing)
        problems += [problem_with(f"levels.{position}.notification_email", each) for each in found]
    return problems


def steps_to(levels: Sequence[WantedLevel], standing: Standing, tags: Mapping[str, str]) -> list[BudgetStep]:
    """What is missing, in this order: who is told, then who is restricted, the lowest level first.

    So a failure half-way never leaves a restriction without what was to announce it.
    """
    telling: list[BudgetStep] = []
    restricting: list[BudgetStep] = []
    for level in levels:
        if level.restriction is not None:
            if not standing.equal_actions(level.restriction):
                restricting.append(CreateAction(level.restriction, dict(tags)))
            continue
        present = standing.equal_notification(level)
        if present is None:
            telling.append(AddNotification(level.notification))
            continue
        telling += [
            AddSubscriber(replace(present, subscribers=None, in_alarm=None), each)
            for each in level.told
            if each not in (present.subscribers or ())
        ]
    return [*telling, *restricting]


def _host(budget: BudgetDefinition) -> list[dict[str, str]]:
    if budget.type.breach is Breach.ABOVE:
        return []
    return [
        problem_with(
            "levels",
            f"'{budget.name}' is a {budget.type.name} budget, which fails by falling; levels watch for exceeding",
            f"a budget of type {' or '.join(BUDGET_ACTION_TYPES)}",
        )
    ]


def _twins(levels: Sequence[WantedLevel]) -> list[dict[str, str]]:
    problems = []
    for position, level in enumerate(levels):
        for earlier, other in enumerate(levels[:position]):
            if _is_twin(level, other):
                problems.append(
                    problem_with(f"levels.{position}", f"does the same as levels.{earlier}", "one of the two")
                )
                break
    return problems


def _is_twin(one: WantedLevel, other: WantedLevel) -> bool:
    if one.restriction is None or other.restriction is None:
        return one.restriction is other.restriction and one.watched == other.watched
    return one.restriction.does_the_same_as(other.restriction)


def _quota(levels: Sequence[WantedLevel], standing: Standing) -> list[dict[str, str]]:
    present = {each.identity for each in standing.notifications}
    wanted = {each.notification.identity for each in levels if each.restriction is None}
    together = len(present | wanted)
    if together <= MOST_NOTIFICATIONS:
        return []
    return [
        problem_with(
            "levels",
            f"the budget has {len(present)} notifications, and with the levels there would be {together}",
            f"at most {MOST_NOTIFICATIONS} per budget; update_budget can remove some",
        )
    ]


def _contradictions(
    position: int, restriction: BudgetActionDefinition, standing: Standing
) -> list[dict[str, str]]:
    """An equal action that acts in another way than asked: AWS would let both stand, and the laxer one wins."""
    problems = []
    for each in standing.equal_actions(restriction):
        present = each.definition
        if present.approval_model is not restriction.approval_model:
            problems.append(
                problem_with(
                    f"levels.{position}.approval_model",
                    f"budget action {each.id} does the same at the same threshold, and is "
                    f"{present.approval_model}",
                    f"{present.approval_model}, or delete that budget action first",
                )
            )
        if present.execution_role_arn != restriction.execution_role_arn:
            problems.append(
                problem_with(
                    "execution_role_arn",
                    f"budget action {each.id} does the same at the same threshold, with "
                    f"{present.execution_role_arn}",
                    "that role, or delete that budget action first",
                )
            )
    return problems


def _identity(watched: tuple[object, Threshold]) -> Identity:
    figure, threshold = watched
    return (figure, ComparisonOperator.GREATER_THAN, threshold.value, threshold.type)
