"""create_budget: a budget of any type with its filters, limit and notifications, checked before AWS sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import Field

from tools.actions._action import Incomplete, Model, action, parsed
from tools.actions._asked_budget import (
    CreateBudgetParameters,
    IfExists,
    asked_definition,
    asked_notifications,
    problems_with_choices,
)
from tools.actions._defined_budget import DefinedBudget, defined_budget
from tools.actions._governance import ChangeResult
from tools.actions._reply import WarningView, as_json, read_or_say, warnings_of
from tools.domain.advice import advice_on_budget
from tools.domain.audit import Change
from tools.domain.budget import BudgetDefinition
from tools.domain.budget_records import BudgetRecord, UndoRecord
from tools.domain.budget_rules import problems_with_budget
from tools.domain.differences import differences_between
from tools.domain.errors import BudgetAlreadyExists, BudgetNotFound, InvalidParameters
from tools.domain.notifications import Notification
from tools.domain.planned_change import NewBudget
from tools.gateways import Gateways

if TYPE_CHECKING:
    from tools.actions._from_template import Response
    from tools.actions._restriction_choice import LevelChoice


class DifferenceView(Model):
    """Where the existing budget is not what was asked for."""

    what: str
    existing: str
    asked: str


class CreateBudgetResult(ChangeResult):
    """What was created, or what stands in its place."""

    created: bool
    already_existed: bool | None = Field(description="Null when a dry run could not find out.")
    dry_run: bool
    budget: DefinedBudget = Field(description="The new budget, or the existing one.")
    differences: list[DifferenceView] = Field(
        description="How the existing budget differs from what was asked."
    )
    template: str | None = Field(default=None, description="The template it was made from.")
    levels: list[dict[str, Any]] = Field(
        default_factory=list,
        description="The response that the template attaches, as create_budget_actions shows it.",
    )
    warnings: list[WarningView]
    request: dict[str, Any] | None = Field(description="Dry run only: the CreateBudget request.")

    def recorded_change(self) -> Change:
        """Nothing before, the budget after; no change where it stood already."""
        if not self.created:
            return Change(is_change=False)
        return Change(after=self.budget.model_dump(mode="json"), undo=self.undo)


@action(
    mutates=True,
    example={
        "budget_name": "EC2-Monthly-Budget",
        "amount": 1000,
        "service_filter": ["Amazon Elastic Compute Cloud - Compute"],
        "notification_email": ["finops@example.com"],
    },
)
def create_budget(parameters: CreateBudgetParameters, gateways: Gateways) -> CreateBudgetResult:
    """Create a budget of any of the six types, with filters, limit and notifications.

    Use it to put a limit on costs or usage, or a target on reservation or Savings Plans utilization or
    coverage. Give a name, an amount and an e-mail address for a monthly cost budget with the usual alerts.
    Everything AWS would refuse is said at once and nothing is created; filters that AWS would accept but never
    match come back as warnings with the value probably meant. dry_run shows the request without sending it.
    """
    if parameters.template is None and not parameters.template_parameters:
        return _created(parameters, gateways)
    from tools.actions._from_template import budget_and_levels

    raw, levels = budget_and_levels(parameters, gateways)
    made = _created(parsed(CreateBudgetParameters, raw), gateways, levels)
    return made.model_copy(update={"template": parameters.template})


def _created(
    parameters: CreateBudgetParameters, gateways: Gateways, levels: Sequence[LevelChoice] = ()
) -> CreateBudgetResult:
    """The budget that is asked for, with the levels of a response where a template has some."""
    now = gateways.clock.now()
    account_id = parameters.account_id or gateways.identity.account_id
    definition = asked_definition(parameters)
    notifications = asked_notifications(parameters, definition.type)
    problems = problems_with_choices(parameters, definition.type, account_id) + problems_with_budget(
        definition,
        notifications if parameters.notifications is not None else (),
        parameters.resource_tags,
        now=now,
        account_id=account_id,
    )
    if problems:
        raise InvalidParameters.listing(problems)
    asked = _Asked(account_id, definition, notifications, parameters.resource_tags)
    response = _response(asked, levels, gateways, dry_run=parameters.dry_run) if levels else None
    if parameters.dry_run:
        rehearsed = _rehearsed(asked, gateways, now)
        return rehearsed if response is None else _with_response(rehearsed, response)
    try:
        gateways.budgets.create_budget(*asked)
    except BudgetAlreadyExists:
        if parameters.if_exists is IfExists.ERROR:
            raise
        return _skipped(asked, gateways, now)
    created = CreateBudgetResult(
        created=True,
        already_existed=False,
        dry_run=False,
        budget=defined_budget(definition, notifications, now),
        differences=[],
        warnings=warnings_of(advice_on_budget(definition, notifications, now)),
        request=None,
        undo=UndoRecord(before=None, after=_record(asked)).as_json(),
    )
    return created if response is None else _with_response(created, response)


def _response(asked: _Asked, levels: Sequence[LevelChoice], gateways: Gateways, *, dry_run: bool) -> Response:
    """The response, checked and judged together with the budget before anything is made."""
    from tools.actions._from_template import Response

    new = NewBudget(asked.definition, asked.notifications, asked.tags)
    response = Response(list(levels), asked.account_id, new, gateways, dry_run=dry_run)
    response.plan()
    return response


def _with_response(result: CreateBudgetResult, response: Response) -> CreateBudgetResult:
    """The result with the response that was made, or would be."""
    incomplete = list(result.incomplete)
    made = response.make(incomplete)
    return result.model_copy(
        update={
            "levels": [each.model_dump(mode="json") for each in made.views],
            "warnings": [*result.warnings, *warnings_of(made.advice)],
            "undo": None if result.undo is None else response.undo_record(),
            "incomplete": incomplete,
        }
    )


class _Asked(NamedTuple):
    """What CreateBudget is given."""

    account_id: str
    definition: BudgetDefinition
    notifications: tuple[Notification, ...]
    tags: Mapping[str, str]


def _record(asked: _Asked) -> BudgetRecord:
    return BudgetRecord(
        definition=asked.definition, notifications=asked.notifications, tags=asked.tags, actions=()
    )


def _rehearsed(asked: _Asked, gateways: Gateways, now: datetime) -> CreateBudgetResult:
    """What would be sent; AWS is only asked whether the budget exists."""
    incomplete: list[Incomplete] = []
    existing = _existing(asked.definition.name, asked.account_id, gateways, incomplete)
    return CreateBudgetResult(
        created=False,
        already_existed=None if incomplete else existing is not None,
        dry_run=True,
        budget=defined_budget(asked.definition, asked.notifications, now),
        differences=_differences(existing, asked.definition),
        warnings=warnings_of(advice_on_budget(asked.definition, asked.notifications, now)),
        request=as_json(gateways.budgets.create_budget_request(*asked)),
        incomplete=incomplete,
    )


def _skipped(asked: _Asked, gateways: Gateways, now: datetime) -> CreateBudgetResult:
    """The budget that stands in the way, and how it differs."""
    incomplete: list[Incomplete] = []
    name = asked.definition.name
    existing = gateways.budgets.get_budget(asked.account_id, name).definition
    watched = read_or_say(
        "notifications", incomplete, lambda: gateways.budgets.notifications_of(asked.account_id, name)
    )
    return CreateBudgetResult(
        created=False,
        already_existed=True,
        dry_run=False,
        budget=defined_budget(existing, watched, now),
        differences=_differences(existing, asked.definition),
        warnings=[],
        request=None,
        incomplete=incomplete,
    )


def _existing(
    name: str, account_id: str, gateways: Gateways, incomplete: list[Incomplete]
) -> BudgetDefinition | None:
    """The budget of that name if there is one; what cannot be read is said in `incomplete`."""
    try:
        found = read_or_say(
            f"whether '{name}' exists", incomplete, lambda: gateways.budgets.get_budget(account_id, name)
        )
    except BudgetNotFound:
        return None
    return None if found is None else found.definition


def _differences(existing: BudgetDefinition | None, asked: BudgetDefinition) -> list[DifferenceView]:
    if existing is None:
        return []
    return [
        DifferenceView(what=each.what, existing=each.existing, asked=each.asked)
        for each in differences_between(existing, asked)
    ]
