"""What the agent remembers of a budget action: the state it saw last, since when, and how often it tried to help.

AWS's state is the truth and a record is brought up to it; the record tells what changed in between, so that every
change is announced once, and keeps the limit at which somebody was restricted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from tools.domain.announcements import Announcement, AnnouncementType
from tools.domain.budget_action_states import BudgetActionStatus, is_in_progress, state_of
from tools.domain.budget_actions import BudgetAction, restriction_in_words
from tools.domain.money import Spend, rounded

REMIND_AFTER = timedelta(days=1)

_S = BudgetActionStatus
_SETTLED = (_S.STANDBY, _S.PENDING, _S.EXECUTION_SUCCESS, _S.REVERSE_SUCCESS)
_FAILED = (_S.EXECUTION_FAILURE, _S.REVERSE_FAILURE, _S.RESET_FAILURE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRecord:
    """A budget action as it was seen last. `version` counts the changes of the record.

    `since` is when this status was first seen; `limit` the budget's limit when the restriction was, None while
    there is none or where it was not known; `failing` the failed state that people were told of, None while
    nothing fails; `tries` how often the agent has asked AWS to mend that; `reminded_at` when people were last told
    that it waits for one of them.
    """

    account_id: str
    budget_name: str
    action_id: str
    status: str
    since: datetime
    limit: Spend | None = None
    failing: str | None = None
    tries: int = 0
    reminded_at: datetime | None = None
    version: int = 0

    @property
    def position(self) -> str:
        """Where it stands among the account's records; no name of a budget has a colon."""
        return f"{self.budget_name}:{self.action_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordChange:
    """A record before (None: there was none) and after (None: AWS has no such action), and what is told."""

    before: ActionRecord | None
    after: ActionRecord | None
    announcement: Announcement | None = None


def observed(
    record: ActionRecord | None, action: BudgetAction, account_id: str, limit: Spend | None, now: datetime
) -> RecordChange | None:
    """What AWS's present state makes of the record; None when it says nothing new."""
    if record is not None and record.status == action.status:
        return None
    before = record or ActionRecord(
        account_id=account_id,
        budget_name=action.definition.budget_name,
        action_id=action.id,
        status=_S.STANDBY,
        since=now,
    )
    is_settled, has_failed = action.status in _SETTLED, action.status in _FAILED
    is_new_failure = has_failed and before.failing != action.status
    after = replace(
        before,
        status=action.status,
        since=now,
        limit=limit if action.status == _S.EXECUTION_SUCCESS else None if is_settled else before.limit,
        failing=None if is_settled else action.status if has_failed else before.failing,
        tries=0 if is_settled or is_new_failure else before.tries,
        reminded_at=None if is_settled or is_new_failure else before.reminded_at,
        version=before.version + 1,
    )
    is_untouched = record is None and action.status == _S.STANDBY
    event = None if is_untouched else _event(before, action.status)
    announcement = None if event is None else announcement_of(after, action, event, now)
    return RecordChange(before=record, after=after, announcement=announcement)


def trying(record: ActionRecord) -> RecordChange:
    """The agent is about to ask AWS for something; the record keeps two runs from asking twice."""
    after = replace(record, tries=record.tries + 1, version=record.version + 1)
    return RecordChange(before=record, after=after)


def reminding(
    record: ActionRecord, action: BudgetAction, why: str, now: datetime, *, first_after: timedelta
) -> RecordChange | None:
    """Tell people that it waits for one of them: some time after it began, then once a day; None until then."""
    last, pause = (
        (record.since, first_after) if record.reminded_at is None else (record.reminded_at, REMIND_AFTER)
    )
    if now - last < pause:
        return None
    after = replace(record, reminded_at=now, version=record.version + 1)
    announcement = announcement_of(after, action, "needs_a_person", now, why)
    return RecordChange(before=record, after=after, announcement=announcement)


def gone(record: ActionRecord) -> RecordChange:
    """AWS has no such budget action any more."""
    return RecordChange(before=record, after=None)


def announcement_of(
    record: ActionRecord, action: BudgetAction, event: str, now: datetime, why: str | None = None
) -> Announcement:
    """What is told of a step; its id is the action's and the record's version."""
    return Announcement(
        id=f"{record.action_id}-{record.version:06}-{event}",
        account_id=record.account_id,
        at=now,
        type=AnnouncementType.BUDGET_ACTION,
        event=event,
        budget_name=record.budget_name,
        data=_data(record, action, event, why),
    )


def _event(before: ActionRecord, status: str) -> str | None:
    """What is told of a change of state; None for what AWS is still working on, and for failures told already."""
    if is_in_progress(status):
        return None
    if status == _S.STANDBY:
        return "approval_lapsed" if before.status == _S.PENDING else "rearmed"
    if status not in _EVENTS:
        return "unknown_state"
    return None if before.failing == status else _EVENTS[BudgetActionStatus(status)]


_EVENTS = {
    _S.PENDING: "waits_for_approval",
    _S.EXECUTION_SUCCESS: "restricted",
    _S.EXECUTION_FAILURE: "restriction_failed",
    _S.REVERSE_SUCCESS: "released",
    _S.REVERSE_FAILURE: "release_failed",
    _S.RESET_FAILURE: "rearming_failed",
}


def _data(record: ActionRecord, action: BudgetAction, event: str, why: str | None) -> Mapping[str, Any]:
    does = restriction_in_words(action.definition.target)
    state = state_of(action.status)
    sentence = f"{does[0].upper()}{does[1:]}: {state.meaning}."
    return {
        "event": event,
        "account_id": record.account_id,
        "budget_name": record.budget_name,
        "action_id": record.action_id,
        "status": action.status,
        "does": does,
        "restricts": state.restricts.value,
        "limit": None
        if record.limit is None
        else {"amount": f"{rounded(record.limit.amount, record.limit.unit):f}", "unit": record.limit.unit},
        "sentence": sentence if why is None else f"{sentence} {why}",
    }
