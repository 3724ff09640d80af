"""A budget out of a template: what its request would be, and the response that is attached to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from pydantic import Field

from tools.actions._action import Incomplete, Model, parsed
from tools.actions._levels import Levels, LevelsRequest, create_levels, steps_of_levels
from tools.actions._restriction_choice import LevelChoice
from tools.domain.budget import Budget
from tools.domain.budget_records import BudgetRecord, RecordedAction, UndoRecord
from tools.domain.budget_steps import AddNotification, AddSubscriber, BudgetStep, CreateAction, DeleteBudget
from tools.domain.budget_templates._template import BudgetTemplate
from tools.domain.budget_templates.library import packaged_templates
from tools.domain.errors import BudgetAgentError, InvalidParameters
from tools.domain.planned_change import NewBudget, PlannedChange
from tools.domain.quoting import quoted
from tools.domain.response_levels import Standing
from tools.gateways import Gateways

if TYPE_CHECKING:
    from tools.actions._asked_budget import CreateBudgetParameters

_OF_TEMPLATE = frozenset({"template", "template_parameters"})


class ResponseLevels(Model):
    """The levels of a template, filled in."""

    levels: list[LevelChoice] = Field(default_factory=list)


def all_templates(
    gateways: Gateways,
) -> tuple[Mapping[str, BudgetTemplate], frozenset[str], list[Incomplete]]:
    """The packaged templates and those of the rules file, which are the file's, and what is wrong with it."""
    rules, problem = gateways.rules.in_force()
    incomplete = []
    if problem is not None:
        incomplete.append(
            Incomplete(
                part="templates of the rules file",
                code=problem.code,
                reason=problem.reason,
                retryable=problem.retryable,
            )
        )
    return {**packaged_templates(), **rules.templates}, frozenset(rules.templates), incomplete


def budget_and_levels(
    parameters: CreateBudgetParameters, gateways: Gateways
) -> tuple[dict[str, Any], list[LevelChoice]]:
    """The request of create_budget that the template stands for, and the levels of its response.

    What the caller names takes the place of what the template says. Raises InvalidParameters for a template that
    there is not, and for values that do not fit its gaps.
    """
    templates, _, _ = all_templates(gateways)
    name = parameters.template
    if name is None:
        raise InvalidParameters.because("template_parameters", "belong to a template", "template")
    if name not in templates:
        close = get_close_matches(name, templates, n=1)
        meant = f"; did you mean '{close[0]}'?" if close else ""
        raise InvalidParameters.because(
            "template", f"there is no template {quoted(name)}{meant}", ", ".join(templates)
        )
    template = templates[name]
    problems = template.problems_with(parameters.template_parameters)
    if problems:
        raise InvalidParameters.listing(problems)
    budget, levels = template.filled(parameters.template_parameters)
    named = parameters.model_dump(mode="json", exclude_unset=True, exclude=set(_OF_TEMPLATE))
    return {**budget, **named}, parsed(ResponseLevels, {"levels": levels}).levels


class Response:
    """The response to one new budget, planned before the budget is made."""

    def __init__(
        self,
        levels: list[LevelChoice],
        account_id: str,
        created: NewBudget,
        gateways: Gateways,
        *,
        dry_run: bool,
    ) -> None:
        self._request = LevelsRequest(levels, (), None, {}, dry_run)
        self._account_id = account_id
        self._created = created
        self._gateways = gateways
        self._budget = Budget(definition=created.definition)
        self._standing = Standing(created.notifications, ())
        self._steps: list[BudgetStep] = []

    def plan(self) -> None:
        """Check it, and have it judged by the governance rules together with the budget.

        Raises InvalidParameters and GovernanceViolation: then nothing was made.
        """
        self._steps = steps_of_levels(
            self._request, self._budget, self._standing, self._account_id, self._gateways
        )
        change = PlannedChange(
            account_id=self._account_id,
            budget_name=self._budget.name,
            created=self._created,
            steps=tuple(self._steps),
        )
        self._gateways.gate.consider(change)

    def make(self, incomplete: list[Incomplete]) -> Levels:
        """Attach it to the budget that was made, or show what would be sent.

        Where it fails, the budget is deleted again, unless a restriction is left that only it holds.
        """
        try:
            return create_levels(
                self._request, self._budget, self._account_id, self._gateways, incomplete, self._standing
            )
        except BudgetAgentError as error:
            if self._request.dry_run:
                raise
            raise self._without_budget(error) from error

    def undo_record(self) -> dict[str, Any]:
        """What undo_change has to know: the budget with its response."""
        watched = {each.identity: each for each in self._created.notifications}
        actions = []
        for step in self._steps:
            match step:
                case AddNotification():
                    watched[step.notification.identity] = step.notification
                case AddSubscriber():
                    known = watched[step.notification.identity]
                    told = (*(known.subscribers or ()), step.subscriber)
                    watched[known.identity] = replace(known, subscribers=told)
                case CreateAction():
                    actions.append(RecordedAction(definition=step.definition, tags=step.tags))
                case _:
                    raise AssertionError(step)
        record = BudgetRecord(
            definition=self._created.definition,
            notifications=tuple(watched.values()),
            tags=self._created.tags,
            actions=tuple(actions),
        )
        return UndoRecord(before=None, after=record).as_json()

    def _without_budget(self, error: BudgetAgentError) -> BudgetAgentError:
        name = self._budget.name
        if error.details.get("not_undone"):
            return type(error)(f"{error.message} The budget '{name}' stays with what is left.", error.details)
        try:
            self._gateways.budgets.apply(self._account_id, name, DeleteBudget())
        except BudgetAgentError as failed:
            sentence = (
                f"{error.message} The budget '{name}' was made and could not be deleted: {failed.message}"
            )
            left = [{"what": f"create the budget {name}", "why": failed.message}]
            return type(error)(sentence, {**error.details, "not_undone": left})
        undone = [*error.details.get("undone", []), f"create the budget {name}"]
        return type(error)(
            f"{error.message} The budget '{name}' was deleted again.", {**error.details, "undone": undone}
        )
