"""Audit entries: every change the agent was asked for, by whom, why, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

LARGEST_PART_BYTES = 60_000
"""What each of an entry's parts may have as JSON, so that items stay far under DynamoDB's 400 KB."""


class Outcome(StrEnum):
    """What became of a change."""

    STARTED = "STARTED"
    CHANGED = "CHANGED"
    UNCHANGED = "UNCHANGED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """Who asked, as far as Lambda and the event show it.

    Lambda does not tell a function which IAM principal invoked it; the invocation's id leads to them in
    CloudTrail's data events. The Cognito identity is there for callers that have one. `source` is the kind of
    event, `principal` the caller that the event names; None where it names nobody, and in entries older than both.
    """

    invocation_id: str | None = None
    function_arn: str | None = None
    cognito_identity_id: str | None = None
    request_id: str | None = None
    source: str | None = None
    principal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an action changed: what was there before and what is there now, as replies show it.

    `undo` holds both exactly (`tools.domain.budget_records`); None for what undo_change cannot undo.
    """

    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    undo: Mapping[str, Any] | None = None
    is_change: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One change. It is written as STARTED before the change, and completed after it.

    An entry that stays STARTED belongs to a change whose end is unknown: the function was ended in the middle, or
    the table did not answer any more.
    """

    id: str
    account_id: str
    at: datetime
    action: str
    budget_name: str | None
    reason: str | None
    requester: Requester = field(default_factory=Requester)
    outcome: Outcome = Outcome.STARTED
    finished_at: datetime | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    undo: Mapping[str, Any] | None = None
    error: Mapping[str, Any] | None = None

    @property
    def position(self) -> str:
        """Where it stands among the account's entries: they are in the order of time, and none is twice.

        Replies call it `change_id`.
        """
        return f"{position_of(self.at)}#{self.id}"


def position_of(moment: datetime) -> str:
    """A moment as text whose order is that of time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def kept(part: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """A part as it is kept; of one that is too large only its size, said as `left_out_bytes`."""
    if part is None:
        return None
    size = len(json.dumps(part, ensure_ascii=False, default=str).encode(errors="replace"))
    return part if size <= LARGEST_PART_BYTES else {"left_out_bytes": size}
