"""Undoing a recorded change: whether the budget still stands as the change left it, and the way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from tools.domain.audit import AuditEntry, Outcome
from tools.domain.budget import BudgetDefinition
from tools.domain.budget_records import BudgetRecord, UndoRecord, undo_record_from
from tools.domain.budget_steps import (
    BudgetStep,
    RemoveTags,
    ReplaceDefinition,
    SetTags,
    notification_in_words,
)
from tools.domain.definition_changes import changes_between, standing_definition
from tools.domain.differences import Difference
from tools.domain.errors import InvalidParameters
from tools.domain.notification_changes import notification_steps
from tools.domain.notifications import Notification

NO_BUDGET = "no such budget"
LEFT_OUT = "left_out_bytes"


def undo_record_of(entry: AuditEntry) -> UndoRecord:
    """What the entry's change can be undone from. Raises InvalidParameters where it cannot be."""
    reason = why_not(entry)
    if reason is not None or entry.undo is None:
        raise InvalidParameters.because("change_id", f"cannot be undone: {reason}")
    return undo_record_from(entry.undo)


def why_not(entry: AuditEntry) -> str | None:
    """Why a change cannot be undone; None when it can."""
    match entry.outcome:
        case Outcome.UNCHANGED:
            return "it changed nothing"
        case Outcome.STARTED:
            return "its end is not known; look at the budget itself"
        case Outcome.FAILED:
            return "it failed; its error says how far it came"
    if entry.undo is None:
        return f"{entry.action} leaves nothing that it could be undone from"
    if LEFT_OUT in entry.undo:
        return "the budget was too large to be kept whole"
    return None


def differences_from(
    expected: BudgetRecord | None, standing: BudgetRecord | None, now: datetime
) -> list[Difference]:
    """Where what stands is not what the record says; parts the record does not have are not compared.

    Plans are compared from the current period on: past periods of a plan go by themselves.
    """
    if expected is None or standing is None:
        sides = [NO_BUDGET if each is None else "a budget" for each in (expected, standing)]
        return [] if sides[0] == sides[1] else [Difference("budget", *sides)]
    recorded = standing_definition(expected.definition, now)
    if recorded.starts is None:
        # AWS fills in the current period's start.
        recorded = replace(recorded, starts=standing.definition.starts)
    found = changes_between(recorded, standing_definition(standing.definition, now))
    if expected.notifications is not None:
        found += _compared(
            "notifications",
            _watched(expected.notifications),
            _watched(standing.notifications or ()),
        )
    if expected.tags is not None:
        found += _compared("resource_tags", _tagged(expected.tags), _tagged(standing.tags or {}))
    if expected.actions is not None or standing.actions:
        counts = [str(len(each.actions or ())) for each in (expected, standing)]
        found += _compared("budget actions", [counts[0]], [counts[1]])
    return found


def steps_back(to: BudgetRecord, standing: BudgetRecord, now: datetime) -> list[BudgetStep]:
    """The steps from a budget that stands to what is recorded of it; none where it stands so already."""
    wanted = restorable(to.definition, now)
    if wanted.starts is None:
        wanted = replace(wanted, starts=standing.definition.starts)
    steps: list[BudgetStep] = []
    if changes_between(standing_definition(standing.definition, now), wanted):
        steps.append(ReplaceDefinition(wanted))
    if to.notifications is not None:
        steps += notification_steps(standing.notifications or (), to.notifications)
    if to.tags is not None:
        present = standing.tags or {}
        gone = tuple(key for key in present if key not in to.tags)
        new = {key: value for key, value in to.tags.items() if present.get(key) != value}
        steps += [RemoveTags(gone)] if gone else []
        steps += [SetTags(new)] if new else []
    return steps


def restorable(definition: BudgetDefinition, now: datetime) -> BudgetDefinition:
    """A recorded definition as AWS takes it now: a plan begins with the current period."""
    return standing_definition(definition, now)


def _compared(what: str, expected: Sequence[str], standing: Sequence[str]) -> list[Difference]:
    if sorted(expected) == sorted(standing):
        return []
    return [Difference(what, _listed(expected), _listed(standing))]


def _listed(words: Sequence[str]) -> str:
    return "; ".join(sorted(words)) or "none"


def _watched(notifications: Sequence[Notification]) -> list[str]:
    return [
        f"{notification_in_words(each)} to {', '.join(sorted(told.address for told in each.subscribers or ()))}"
        for each in notifications
    ]


def _tagged(tags: Mapping[str, str]) -> list[str]:
    return [f"{key}={value}" for key, value in tags.items()]
