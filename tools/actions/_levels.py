"""A graduated response: levels read, checked as one set, compared with what stands, and made all or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from pydantic import Field

from tools.actions._action import Incomplete, Model
from tools.actions._all_or_nothing import Place, perform_all_or_nothing, without_twins
from tools.actions._asked_restriction import asked_restriction, problem_without_role
from tools.actions._blast_radius import BlastRadius, Hit, blast_radius, find_target
from tools.actions._budget_action_view import (
    BudgetActionThreshold,
    BudgetActionView,
    budget_action_view,
)
from tools.actions._reply import SubscriberView, read_or_say, subscribers_of
from tools.actions._restriction_choice import LevelChoice
from tools.actions._steps import CallView, calls_for
from tools.domain.advice import Advice
from tools.domain.budget import Budget
from tools.domain.budget_action_advice import advice_on_budget_action
from tools.domain.budget_action_levels import Watched, watched_in_words
from tools.domain.budget_actions import (
    ApprovalModel,
    BudgetAction,
    BudgetActionDefinition,
    restriction_in_words,
)
from tools.domain.budget_steps import BudgetStep
from tools.domain.errors import InvalidParameters, problem_with
from tools.domain.notification_rules import problem_with_threshold
from tools.domain.notifications import Subscriber
from tools.domain.response_levels import (
    Standing,
    WantedLevel,
    problems_with_order,
    problems_with_set,
    steps_to,
    usually_told,
)
from tools.gateways import Gateways


class LevelView(Model):
    """A level as it stands, or would stand."""

    number: int
    does: str = Field(description="In words: when, and what then.")
    kind: str = Field(description="NOTIFICATION or BUDGET_ACTION: as what AWS holds it.")
    notification_type: str
    threshold: BudgetActionThreshold
    existed: bool = Field(description="Whether it stood already.")
    action_id: str | None = Field(description="Of the budget action; null for a notification.")
    status: str | None = Field(description="Of the budget action; null where it could not be read yet.")
    subscribers: list[SubscriberView] = Field(description="Who is told, as far as this request goes.")
    budget_action: BudgetActionView | None


class Levels(NamedTuple):
    """What became of the levels."""

    views: list[LevelView]
    done: list[str]
    calls: list[CallView] | None
    advice: list[Advice]
    restrictions: list[BudgetActionDefinition]
    blast_radius: list[BlastRadius] | None


class LevelsRequest(NamedTuple):
    """What the levels of a request have in common."""

    levels: Sequence[LevelChoice]
    told: tuple[Subscriber, ...]
    execution_role_arn: str | None
    tags: dict[str, str]
    dry_run: bool


def steps_of_levels(
    request: LevelsRequest, budget: Budget, standing: Standing, account_id: str, gateways: Gateways
) -> list[BudgetStep]:
    """What would be made of the levels. Raises InvalidParameters with everything that is wrong."""
    return steps_to(_wanted(request, standing, budget, account_id, gateways)[0], standing, request.tags)


def create_levels(
    request: LevelsRequest,
    budget: Budget,
    account_id: str,
    gateways: Gateways,
    incomplete: list[Incomplete],
    standing: Standing | None = None,
) -> Levels:
    """Make what is missing of the levels, all of it or nothing.

    What stands has to be known, or something would be made twice, so no failure of reading is passed over. It is
    given where the budget was made a moment ago, or in a dry run would be.
    """
    now = gateways.clock.now()
    standing = standing or Standing(
        gateways.budgets.notifications_of(account_id, budget.name),
        tuple(gateways.budgets.budget_actions_of(account_id, budget.name)),
    )
    wanted, advice = _wanted(request, standing, budget, account_id, gateways)
    steps = steps_to(wanted, standing, request.tags)
    done, calls = list[str](), None
    place = Place(account_id, budget.name, gateways)
    # The rules come first: whoever may not be restricted is not looked up either.
    place.consider(steps)
    hits = _hits(wanted, standing, gateways, incomplete, request)
    if request.dry_run:
        calls = calls_for(steps, account_id, budget.name, gateways)
    else:
        done = perform_all_or_nothing(steps, standing, place)
    after = standing.actions if request.dry_run else _actions_after(place, incomplete)
    if done and after is not None:
        after, told = without_twins(steps, standing, after, place)
        done += told
    restrictions = [level.restriction for level in wanted if level.restriction is not None]
    for definition in restrictions:
        advice += advice_on_budget_action(
            definition, budget, standing.actions, now=now, account_id=account_id
        )
    advice += _on_what_stands(steps, wanted, standing, after or standing.actions)
    return Levels(
        views=[_view(number, level, standing, after) for number, level in enumerate(wanted, 1)],
        done=done,
        calls=calls,
        advice=list(dict.fromkeys(advice)),
        restrictions=restrictions,
        blast_radius=[blast_radius(hit, number, account_id, gateways, incomplete) for number, hit in hits]
        if request.dry_run
        else None,
    )


def _hits(
    wanted: Sequence[WantedLevel],
    standing: Standing,
    gateways: Gateways,
    incomplete: list[Incomplete],
    request: LevelsRequest,
) -> list[tuple[int, Hit]]:
    """What each restriction would hit, by the number of its level. Raises InvalidParameters for what is not there.

    Of what stands already nothing is asked, except for a dry run's words.
    """
    problems: list[dict[str, str]] = []
    hits = []
    for position, level in enumerate(wanted):
        restriction = level.restriction
        if restriction is None:
            continue
        stands = bool(standing.equal_actions(restriction))
        if stands and not request.dry_run:
            continue
        hit = find_target(restriction.target, gateways, incomplete)
        problems += [] if stands else [_at(position, each) for each in hit.problems]
        hits.append((position + 1, hit))
    if problems:
        raise InvalidParameters.listing(problems)
    return hits


def _wanted(
    request: LevelsRequest, standing: Standing, budget: Budget, account_id: str, gateways: Gateways
) -> tuple[list[WantedLevel], list[Advice]]:
    """The levels as they are to stand. Raises InvalidParameters with everything that is wrong."""
    identity = gateways.identity
    limit = budget.definition.limit_at(gateways.clock.now())
    role = request.execution_role_arn or identity.action_execution_role_arn
    problems: list[dict[str, str]] = []
    advice: list[Advice] = []
    wanted: list[WantedLevel] = []
    if role is None and any(level.action_type for level in request.levels):
        problems.append(problem_without_role(account_id))
    explicit = [_watched(level) for level in request.levels if level.told() or request.told]
    usual = usually_told(standing, explicit)
    for position, level in enumerate(request.levels):
        restriction, found = None, list[dict[str, str]]()
        if level.action_type is not None:
            asked = asked_restriction(
                level.action_type, level, level.at, role, budget.definition, account_id, identity
            )
            found, advice = asked.problems, [*advice, *asked.repairs]
            if asked.target is not None and role is not None:
                restriction = BudgetActionDefinition(
                    budget_name=budget.name,
                    notification_type=level.notification_type,
                    threshold=level.at,
                    target=asked.target,
                    execution_role_arn=role,
                    approval_model=level.approval_model,
                    subscribers=(),
                )
        else:
            found = _problems_of_telling(level)
        problems += [_at(position, each) for each in found]
        if level.action_type is None or restriction is not None:
            wanted.append(_with_told(level, restriction, request.told, usual, standing))
    rises, are_compared = problems_with_order([_watched(level) for level in request.levels], limit)
    problems += rises
    if not are_compared:
        advice.append(
            Advice("ORDER_UNKNOWN", "Without a limit, amounts and percentages cannot be put into an order.")
        )
    if len(wanted) == len(request.levels):
        problems += problems_with_set(wanted, standing, budget.definition, account_id)
    if problems:
        raise InvalidParameters.listing(list({tuple(each.items()): each for each in problems}.values()))
    return wanted, advice


def _with_told(
    level: LevelChoice,
    restriction: BudgetActionDefinition | None,
    of_request: tuple[Subscriber, ...],
    usual: tuple[Subscriber, ...],
    standing: Standing,
) -> WantedLevel:
    """Who is told: those the level names, those of the request, those who are told already, the usual ones."""
    named = level.told() or of_request
    if restriction is None:
        wanted = WantedLevel(watched=_watched(level), told=named)
        present = standing.equal_notification(wanted)
        told = named or (present.subscribers if present else None) or usual
        return WantedLevel(watched=_watched(level), told=told)
    equal = standing.equal_actions(restriction)
    told = named or (equal[0].definition.subscribers if equal else usual)
    return WantedLevel(watched=_watched(level), told=told, restriction=replace(restriction, subscribers=told))


def _problems_of_telling(level: LevelChoice) -> list[dict[str, str]]:
    """A level without action_type has nothing to restrict with."""
    out_of_bounds = problem_with_threshold(level.at)
    problems = [] if out_of_bounds is None else [problem_with("threshold", *out_of_bounds)]
    given = level.model_fields_set - _OF_TELLING
    return problems + [
        problem_with(name, "restricts, and the level has no action_type", "action_type, or nothing")
        for name in type(level).model_fields
        if name in given and getattr(level, name) is not None
    ]


_OF_TELLING = {
    "action_type",
    "threshold",
    "threshold_type",
    "notification_type",
    "notification_email",
    "notification_topic_arn",
    "subscribers",
}


def _at(position: int, problem: dict[str, str]) -> dict[str, str]:
    """A problem of one level; those of the budget or the role are of all."""
    if problem["parameter"] in ("budget_name", "execution_role_arn"):
        return problem
    return {**problem, "parameter": f"levels.{position}.{problem['parameter']}"}


def _watched(level: LevelChoice) -> Watched:
    return (level.notification_type, level.at)


def _actions_after(place: Place, incomplete: list[Incomplete]) -> tuple[BudgetAction, ...] | None:
    found = read_or_say("status of the budget actions", incomplete, place.actions)
    return None if found is None else tuple(found)


def _on_what_stands(
    steps: Sequence[BudgetStep],
    wanted: Sequence[WantedLevel],
    standing: Standing,
    after: Sequence[BudgetAction],
) -> list[Advice]:
    found = []
    if not steps:
        found.append(Advice("ALREADY_EXISTS", "All levels stand already; nothing was sent."))
    for level in wanted:
        if level.restriction is None:
            continue
        equal = standing.equal_actions(level.restriction)
        same = [each for each in after if each.definition.does_the_same_as(level.restriction)]
        if len(same) > 1:
            ids = ", ".join(each.id for each in same)
            found.append(Advice("STANDS_TWICE", f"These budget actions do the same; one is enough: {ids}."))
        if equal and set(equal[0].definition.subscribers) != set(level.told):
            found.append(
                Advice(
                    "OTHERS_ARE_TOLD",
                    f"Budget action {equal[0].id} stands already and goes on telling those it tells; delete it "
                    "to have it made anew.",
                )
            )
    return found


def _view(
    number: int, level: WantedLevel, standing: Standing, after: Sequence[BudgetAction] | None
) -> LevelView:
    figure, threshold = level.watched
    common = {
        "number": number,
        "notification_type": figure.value,
        "threshold": BudgetActionThreshold(value=threshold.value, type=threshold.type.value),
    }
    if level.restriction is None:
        return LevelView(
            **common,
            does=f"{watched_in_words(level.watched)}: tell",
            kind="NOTIFICATION",
            existed=standing.equal_notification(level) is not None,
            action_id=None,
            status=None,
            subscribers=subscribers_of(level.told) or [],
            budget_action=None,
        )
    before = standing.equal_actions(level.restriction)
    found = next((each for each in after or () if each.definition.does_the_same_as(level.restriction)), None)
    return LevelView(
        **common,
        does=f"{watched_in_words(level.watched)}: {_restricts(level.restriction)}",
        kind="BUDGET_ACTION",
        existed=bool(before),
        action_id=None if found is None else found.id,
        status=None if found is None else found.status,
        subscribers=subscribers_of(level.told) or [],
        budget_action=budget_action_view(level.restriction),
    )


def _restricts(restriction: BudgetActionDefinition) -> str:
    how = "after approval" if restriction.approval_model is ApprovalModel.MANUAL else "automatically"
    return f"{how} {restriction_in_words(restriction.target)}"
