"""create_budget_actions: what AWS does by itself, or after approval, when a budget crosses a threshold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import Field

from tools.actions._action import BudgetName, Incomplete, MutatingParameters, action
from tools.actions._asked_restriction import asked_restriction, perhaps_a_new_role, problem_without_role
from tools.actions._blast_radius import BlastRadius, CostView, blast_radius, cost_of, find_target
from tools.actions._budget_action_view import BudgetActionView, budget_action_view
from tools.actions._choices import Text
from tools.actions._governance import ChangeResult
from tools.actions._levels import LevelsRequest, LevelView, create_levels
from tools.actions._reply import (
    WarningView,
    as_json,
    read_or_say,
    warnings_of,
)
from tools.actions._restriction_choice import WHO_IS_TOLD, LevelChoice, RestrictionChoice
from tools.actions._steps import CallView
from tools.domain.advice import Advice
from tools.domain.audit import Change
from tools.domain.budget import Budget
from tools.domain.budget_action_advice import advice_on_budget_action
from tools.domain.budget_actions import (
    BudgetAction,
    BudgetActionDefinition,
)
from tools.domain.budget_rules import problems_with_tags
from tools.domain.budget_steps import CreateAction
from tools.domain.errors import AccessDenied, InvalidParameters, problem_with
from tools.domain.notifications import (
    Subscriber,
    Threshold,
    merged_subscribers,
    problems_with_subscribers,
)
from tools.domain.planned_change import PlannedChange
from tools.gateways import Gateways


class _OfBudget(MutatingParameters):
    budget_name: BudgetName = Field(
        description="An existing COST or USAGE budget; restrictions need one that is not DAILY."
    )


class CreateBudgetActionsParameters(RestrictionChoice, _OfBudget):
    """The budget action to attach, or the levels to make."""

    levels: list[LevelChoice] | None = Field(
        default=None,
        min_length=1,
        description="Instead of one budget action: levels that rise, each of which tells people, and with "
        "action_type restricts. They are made all or not at all.",
    )
    execution_role_arn: Text | None = Field(
        default=None, description="The role AWS Budgets acts with; the deployment's own when left out."
    )
    resource_tags: dict[str, str] = Field(default_factory=dict, description="Tags on the budget actions.")
    dry_run: bool = Field(default=False, description="Check everything and return what would be sent.")


class CreateBudgetActionsResult(ChangeResult):
    """What was attached, or what is attached already."""

    created: bool = Field(description="Whether anything was made.")
    action_id: str | None = Field(description="Of the new budget action, or of the equal one that exists.")
    status: str | None = Field(
        description="AWS's word: STANDBY, PENDING, ...; null when it could not be read yet."
    )
    dry_run: bool
    budget_action: BudgetActionView | None = Field(description="Null where levels were asked for.")
    levels: list[LevelView] | None = Field(default=None, description="The levels, where they were asked for.")
    done: list[str] = Field(
        default_factory=list, description="Levels: every call that was made, in words and in order."
    )
    calls: list[CallView] | None = Field(
        default=None, description="Levels, dry run only: the calls that would be made, in order."
    )
    warnings: list[WarningView]
    request: dict[str, Any] | None = Field(description="Dry run only: the CreateBudgetAction request.")
    blast_radius: list[BlastRadius] | None = Field(
        default=None, description="Dry run only: whom and what each budget action would hit."
    )
    cost: CostView | None = Field(default=None, description="Dry run only: what budget actions cost.")

    def recorded_change(self) -> Change:
        """Nothing before, the budget action after; no change where an equal one is attached already."""
        if not self.created:
            return Change(is_change=False)
        if self.budget_action is None:
            return Change(after={"done": self.done, **self.model_dump(mode="json", include={"levels"})})
        return Change(after={"action_id": self.action_id, **self.budget_action.model_dump(mode="json")})


@action(
    mutates=True,
    example={
        "budget_name": "EC2-Monthly-Budget",
        "action_type": "APPLY_IAM_POLICY",
        "threshold": 90,
        "policy_arn": "arn:aws:iam::aws:policy/AWSDenyAll",
        "target_roles": ["DeveloperRole"],
    },
)
def create_budget_actions(
    parameters: CreateBudgetActionsParameters, gateways: Gateways
) -> CreateBudgetActionsResult:
    """Attach an enforcement to a budget: an IAM or service control policy, or stopping EC2 or RDS instances.

    Use it when exceeding a threshold has to have consequences. By default AWS asks a person for approval
    first; AUTOMATIC acts at once. levels make a graduated response of notifications and budget actions, all or
    nothing. Refuses what AWS would refuse, targets that would lock the agent out, and sends nothing when an equal
    action exists. Whom it names has to exist. dry_run shows the requests, whom and what they would hit, what those
    may no longer do, and what it costs, without sending anything.
    """
    account_id = parameters.account_id or gateways.identity.account_id
    budget = gateways.budgets.get_budget(account_id, parameters.budget_name)
    if parameters.levels is not None:
        return _create_levels(parameters, parameters.levels, budget, account_id, gateways)
    asked = _asked(parameters, budget, account_id, gateways)
    definition, incomplete = asked.definition, list[Incomplete]()
    others = read_or_say(
        "existing budget actions",
        incomplete,
        lambda: gateways.budgets.budget_actions_of(account_id, budget.name),
    )
    equal = next((each for each in others or () if each.definition.does_the_same_as(definition)), None)
    if equal is not None:
        return _already_there(equal, parameters, incomplete)
    # The rules come first: whoever may not be restricted is not looked up either.
    step = CreateAction(definition, parameters.resource_tags)
    gateways.gate.consider(PlannedChange(account_id=account_id, budget_name=budget.name, steps=(step,)))
    hit = find_target(definition.target, gateways, incomplete)
    if hit.problems:
        raise InvalidParameters.listing(hit.problems)
    identifier, status, request, radius, cost = None, None, None, None, None
    if parameters.dry_run:
        request = as_json(
            gateways.budgets.create_budget_action_request(account_id, definition, parameters.resource_tags)
        )
        radius = [blast_radius(hit, None, account_id, gateways, incomplete)]
        cost = cost_of(budget.name, account_id, gateways, incomplete)
    else:
        identifier = _create(definition, parameters.resource_tags, account_id, gateways)
        status = _status_of(identifier, definition.budget_name, account_id, gateways, incomplete)
    advice = advice_on_budget_action(
        definition, budget, others, now=gateways.clock.now(), account_id=account_id
    )
    return CreateBudgetActionsResult(
        created=identifier is not None,
        action_id=identifier,
        status=status,
        dry_run=parameters.dry_run,
        budget_action=budget_action_view(definition),
        warnings=warnings_of([*asked.advice, *advice]),
        request=request,
        blast_radius=radius,
        cost=cost,
        incomplete=incomplete,
    )


def _create_levels(
    parameters: CreateBudgetActionsParameters,
    levels: list[LevelChoice],
    budget: Budget,
    account_id: str,
    gateways: Gateways,
) -> CreateBudgetActionsResult:
    given = parameters.model_fields_set & set(RestrictionChoice.model_fields) - set(WHO_IS_TOLD)
    problems = [
        problem_with(name, "is said for the whole request, and there are levels", f"levels.0.{name}")
        for name in RestrictionChoice.model_fields
        if name in given and getattr(parameters, name) is not None
    ]
    problems += problems_with_tags(parameters.resource_tags)
    if problems:
        raise InvalidParameters.listing(problems)
    incomplete: list[Incomplete] = []
    request = LevelsRequest(
        levels=levels,
        told=parameters.told(),
        execution_role_arn=parameters.execution_role_arn,
        tags=parameters.resource_tags,
        dry_run=parameters.dry_run,
    )
    made = create_levels(request, budget, account_id, gateways, incomplete)
    return CreateBudgetActionsResult(
        created=bool(made.done),
        action_id=None,
        status=None,
        dry_run=parameters.dry_run,
        budget_action=None,
        levels=made.views,
        done=made.done,
        calls=made.calls,
        warnings=warnings_of(made.advice),
        request=None,
        blast_radius=made.blast_radius,
        cost=cost_of(budget.name, account_id, gateways, incomplete)
        if parameters.dry_run and made.restrictions
        else None,
        incomplete=incomplete,
    )


class _Asked(NamedTuple):
    """The action as it will be sent, and what was changed on the way there."""

    definition: BudgetActionDefinition
    advice: list[Advice]


def _asked(
    parameters: CreateBudgetActionsParameters, budget: Budget, account_id: str, gateways: Gateways
) -> _Asked:
    """The action the parameters describe. Raises InvalidParameters with everything that is wrong."""
    if parameters.action_type is None or parameters.threshold is None:
        raise InvalidParameters.listing(
            [
                problem_with(name, "is required", "a value, or levels")
                for name in ("action_type", "threshold")
                if getattr(parameters, name) is None
            ]
        )
    threshold = Threshold(parameters.threshold, parameters.threshold_type)
    role = parameters.execution_role_arn or gateways.identity.action_execution_role_arn
    asked = asked_restriction(
        parameters.action_type,
        parameters,
        threshold,
        role,
        budget.definition,
        account_id,
        gateways.identity,
    )
    problems = [*asked.problems, *([problem_without_role(account_id)] if role is None else [])]
    subscribers, advice = _subscribers(parameters, account_id, gateways, problems)
    problems += problems_with_tags(parameters.resource_tags)
    if problems or asked.target is None or role is None:
        raise InvalidParameters.listing(problems)
    return _Asked(
        BudgetActionDefinition(
            budget_name=budget.name,
            notification_type=parameters.notification_type,
            threshold=threshold,
            target=asked.target,
            execution_role_arn=role,
            approval_model=parameters.approval_model,
            subscribers=subscribers,
        ),
        [*asked.repairs, *advice],
    )


def _subscribers(
    parameters: CreateBudgetActionsParameters,
    account_id: str,
    gateways: Gateways,
    problems: list[dict[str, str]],
) -> tuple[tuple[Subscriber, ...], list[Advice]]:
    """Who is told: those given, else those of the budget's notifications as far as AWS's quota goes."""
    given = parameters.told()
    if given:
        found = problems_with_subscribers(given, account_id)
        problems += [problem_with("notification_email", each) for each in found]
        return given, []
    notifications = gateways.budgets.notifications_of(account_id, parameters.budget_name)
    merged, left_out = merged_subscribers(notifications)
    if not merged:
        problems.append(
            problem_with(
                "notification_email",
                "AWS wants somebody to tell, and the budget's own notifications tell nobody",
                "notification_email, notification_topic_arn or subscribers",
            )
        )
    if not left_out:
        return merged, []
    names = ", ".join(each.address for each in left_out)
    return merged, [
        Advice("NOT_ALL_ARE_TOLD", f"AWS allows ten e-mail addresses and one topic; left out: {names}.")
    ]


def _already_there(
    equal: BudgetAction, parameters: CreateBudgetActionsParameters, incomplete: list[Incomplete]
) -> CreateBudgetActionsResult:
    model = equal.definition.approval_model
    differs = f", but it is {model}" if model is not parameters.approval_model else ""
    advice = Advice(
        "ALREADY_EXISTS",
        f"Budget action {equal.id} does the same at the same threshold{differs}; nothing was sent.",
    )
    return CreateBudgetActionsResult(
        created=False,
        action_id=equal.id,
        status=equal.status,
        dry_run=parameters.dry_run,
        budget_action=budget_action_view(equal.definition),
        warnings=warnings_of([advice]),
        request=None,
        incomplete=incomplete,
    )


def _create(
    definition: BudgetActionDefinition, tags: Mapping[str, str], account_id: str, gateways: Gateways
) -> str:
    try:
        return gateways.budgets.create_budget_action(account_id, definition, tags)
    except AccessDenied as error:
        told = perhaps_a_new_role(error)
        if told is error:
            raise
        raise told from error


def _status_of(
    identifier: str, budget_name: str, account_id: str, gateways: Gateways, incomplete: list[Incomplete]
) -> str | None:
    """As AWS says it: an action on a budget that is over its threshold leaves STANDBY at once."""
    found = read_or_say(
        "status of the budget action",
        incomplete,
        lambda: gateways.budgets.budget_actions_of(account_id, budget_name),
    )
    return next((each.status for each in found or () if each.id == identifier), None)
