"""list_budget_actions: every budget action with its status, level, history, and what a person can do next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from pydantic import Field

from tools.actions._action import BudgetName, Incomplete, Model, Parameters, Result, WholeNumber, action
from tools.actions._budget_action_view import BudgetActionView, budget_action_view
from tools.actions._reply import Moment, read_or_say
from tools.domain.budget_action_executions import what_next
from tools.domain.budget_action_levels import Level, Watched, levels_of
from tools.domain.budget_action_states import BudgetActionStatus, allowed_executions, state_of
from tools.domain.budget_actions import BudgetAction, BudgetActionEvent, restricted_by, restriction_in_words
from tools.domain.errors import BudgetNotFound
from tools.domain.money import Spend
from tools.domain.paging import page_of
from tools.gateways import Gateways


class ListBudgetActionsParameters(Parameters):
    """Which budget actions, and how much of their history."""

    budget_name: BudgetName | None = Field(
        default=None, description="Only those of this budget; with their history unless told otherwise."
    )
    statuses: list[BudgetActionStatus] | None = Field(
        default=None, description="Only those in these states, such as PENDING."
    )
    include_history: bool | None = Field(
        default=None,
        description="Read the history of each, one call per budget action; by default only for one budget.",
    )
    history_entries: WholeNumber = Field(
        default=20, ge=1, le=500, description="Newest entries of the history shown of each."
    )
    page_size: WholeNumber = Field(default=100, ge=1, le=1000, description="Budget actions per reply.")
    next_token: str | None = Field(
        default=None,
        description="Continues where the reply before ended; send the same other parameters.",
    )


class LevelView(Model):
    """Where it stands among the thresholds of its budget's actions, the lowest first."""

    number: int
    of: int


class HistoryEntry(Model):
    """Something that happened to it."""

    at: Moment
    status: str = Field(description="What it became.")
    event: str = Field(description="AWS's word: SYSTEM, CREATE_ACTION, UPDATE_ACTION, EXECUTE_ACTION.")
    message: str


class ListedAction(Model):
    """A budget action."""

    action_id: str
    status: str
    meaning: str = Field(description="What the status means.")
    restricts: str = Field(
        description="Whether somebody is restricted by it now: yes, no, or perhaps, in part."
    )
    restricted: list[str] = Field(description="Whom or what it restricts when carried out, one by one.")
    does: str = Field(description="In words: what to whom.")
    level: LevelView | None = Field(
        description="Among the thresholds of its budget's actions; null where percentages and amounts cannot be "
        "compared without the limit."
    )
    can_do: list[str] = Field(description="What execute_budget_action can do with it now.")
    next: str = Field(description="What it waits for, and what a person can do.")
    budget_action: BudgetActionView
    history: list[HistoryEntry] | None = Field(description="The newest first; null when it was not read.")
    history_left_out: int = Field(description="Older entries that are not shown.")


class ListBudgetActionsResult(Result):
    """The budget actions, those that wait for a person first."""

    total: int = Field(description="Of the account, or of the budget, in any state.")
    by_status: dict[str, int]
    budgets: int = Field(description="Budgets that have actions: beyond two, each costs $0.10 a day.")
    waiting: int = Field(description="How many wait for approval.")
    budget_actions: list[ListedAction]
    left_out: int = Field(description="Budget actions that match but are not in this reply.")
    next_token: str | None


@action(mutates=False)
def list_budget_actions(
    parameters: ListBudgetActionsParameters, gateways: Gateways
) -> ListBudgetActionsResult:
    """List the budget actions of the account, or of one budget, with status, level, history and what to do next.

    Use it to see what waits for approval, what restricts whom, what failed and why, and what a person can do about
    it. Those that wait for a person come first, then what failed, then what restricts. Changes nothing.
    """
    now = gateways.clock.now()
    account_id = parameters.account_id or gateways.identity.account_id
    incomplete: list[Incomplete] = []
    around = _around(parameters.budget_name, account_id, now, gateways, incomplete)
    attached = (
        gateways.budgets.all_budget_actions(account_id)
        if parameters.budget_name is None
        else gateways.budgets.budget_actions_of(account_id, parameters.budget_name)
    )
    wanted = parameters.statuses
    matching = sorted((each for each in attached if wanted is None or each.status in wanted), key=_urgency)
    levels = _levels(attached, around.limit)
    read_history = _history_reader(parameters, account_id, gateways, incomplete)
    views: dict[str, ListedAction] = {}

    def view(each: BudgetAction) -> ListedAction:
        if each.id not in views:
            events = read_history(each)
            level = levels.get((each.definition.budget_name, _watched(each)))
            views[each.id] = _view(each, level, events, parameters.history_entries, around.next_period)
        return views[each.id]

    page = page_of(
        matching,
        key=lambda each: each.id,
        size=parameters.page_size,
        bytes_of=lambda each: len(view(each).model_dump_json()) + 2,
        token=parameters.next_token,
        question=[account_id, parameters.model_dump(mode="json", exclude={"page_size", "next_token"})],
    )
    return ListBudgetActionsResult(
        total=len(attached),
        by_status=_counted(attached),
        budgets=len({each.definition.budget_name for each in attached}),
        waiting=sum(each.status == BudgetActionStatus.PENDING for each in attached),
        budget_actions=[view(each) for each in page.entries],
        left_out=page.left_out,
        next_token=page.next_token,
        incomplete=incomplete,
    )


class _Around(NamedTuple):
    """What is known of the one budget that was asked for; nothing where it is about the whole account."""

    limit: Spend | None = None
    next_period: datetime | None = None


def _around(
    name: str | None, account_id: str, now: datetime, gateways: Gateways, incomplete: list[Incomplete]
) -> _Around:
    if name is None:
        return _Around()
    budget = read_or_say(
        "limit and period of the budget", incomplete, lambda: gateways.budgets.get_budget(account_id, name)
    )
    if budget is None:
        return _Around()
    return _Around(budget.definition.limit_at(now), budget.definition.next_period_starts(now))


def _history_reader(
    parameters: ListBudgetActionsParameters,
    account_id: str,
    gateways: Gateways,
    incomplete: list[Incomplete],
) -> Callable[[BudgetAction], list[BudgetActionEvent] | None]:
    is_read = parameters.include_history
    if is_read is None:
        is_read = parameters.budget_name is not None

    def read(each: BudgetAction) -> list[BudgetActionEvent] | None:
        def history() -> list[BudgetActionEvent] | None:
            try:
                return gateways.budgets.budget_action_history(
                    account_id, each.definition.budget_name, each.id
                )
            except BudgetNotFound as error:
                # It was deleted since it was listed.
                incomplete.append(
                    Incomplete(
                        part=f"history of {each.id}", code=error.code, reason=error.message, retryable=True
                    )
                )
                return None

        return read_or_say(f"history of {each.id}", incomplete, history) if is_read else None

    return read


def _levels(attached: Sequence[BudgetAction], limit: Spend | None) -> dict[tuple[str, Watched], Level]:
    """Per budget; those of a budget whose thresholds cannot be compared are left out."""
    by_budget: dict[str, list[Watched]] = {}
    for each in attached:
        by_budget.setdefault(each.definition.budget_name, []).append(_watched(each))
    return {
        (name, watched): level
        for name, all_watched in by_budget.items()
        for watched, level in (levels_of(all_watched, limit) or {}).items()
    }


def _watched(each: BudgetAction) -> Watched:
    return (each.definition.notification_type, each.definition.threshold)


_ORDER = ("PENDING", "REVERSE_FAILURE", "EXECUTION_FAILURE", "RESET_FAILURE", "EXECUTION_SUCCESS")


def _urgency(each: BudgetAction) -> tuple[int, str, str, Decimal, str]:
    """Those that wait for a person first, then failures, then what restricts; then by budget and threshold."""
    place = _ORDER.index(each.status) if each.status in _ORDER else len(_ORDER)
    threshold = each.definition.threshold
    return (place, each.definition.budget_name, threshold.type, threshold.value, each.id)


def _counted(attached: Sequence[BudgetAction]) -> dict[str, int]:
    statuses = [each.status for each in attached]
    return {status: statuses.count(status) for status in sorted(set(statuses))}


def _view(
    each: BudgetAction,
    level: Level | None,
    events: list[BudgetActionEvent] | None,
    most: int,
    next_period: datetime | None,
) -> ListedAction:
    state = state_of(each.status)
    return ListedAction(
        action_id=each.id,
        status=each.status,
        meaning=state.meaning,
        restricts=state.restricts.value,
        restricted=restricted_by(each.definition.target),
        does=restriction_in_words(each.definition.target),
        level=None if level is None else LevelView(number=level.number, of=level.of),
        can_do=[allowed.value for allowed in allowed_executions(each.status)],
        next=what_next(each, next_period),
        budget_action=budget_action_view(each.definition),
        history=None
        if events is None
        else [
            HistoryEntry(at=entry.at, status=entry.status, event=entry.type, message=entry.message)
            for entry in events[:most]
        ],
        history_left_out=max(len(events or ()) - most, 0),
    )
