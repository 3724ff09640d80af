"""Audit entries of an action that changes several budgets, or one that its parameters do not name: one for each.

So that each can be found by its budget, and undone by itself. As with every change the entry comes first: where it
cannot be begun, nothing is changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import time_ns
from typing import Any, TypeVar
from uuid import uuid4

from tools.actions._action import Incomplete
from tools.domain.audit import AuditEntry, Change, Outcome, kept, position_of
from tools.domain.errors import BudgetAgentError, InternalError
from tools.gateways import Gateways
from tools.ports.state import StateStore

Done = TypeVar("Done")


@dataclass
class Recorder:
    """Records changes of one call of an action; `incomplete` gets what could not be recorded of those made.

    Without a state table nothing is recorded: whoever runs the action says so.
    """

    gateways: Gateways
    account_id: str
    action: str
    reason: str | None
    incomplete: list[Incomplete]

    def recorded(
        self, budget_name: str, change: Callable[[], tuple[Done, Change]]
    ) -> tuple[Done, str | None]:
        """What `change` gives, and the id of its audit entry, None without a state table.

        Raises what `change` raises, which is recorded too; and where the entry cannot be begun the error of the
        state table: then nothing was changed.
        """
        state = self.gateways.state
        if state is None:
            return change()[0], None
        entry = AuditEntry(
            id=new_entry_id(),
            account_id=self.account_id,
            at=self.gateways.clock.now(),
            action=self.action,
            budget_name=budget_name,
            reason=self.reason,
            requester=self.gateways.requester,
        )
        try:
            state.begin_change(entry)
        except BudgetAgentError as error:
            raise nothing_changed(error) from error
        try:
            done, made = change()
        except Exception as error:
            failure = error if isinstance(error, BudgetAgentError) else InternalError("The agent failed.")
            self._complete(state, replace(entry, outcome=Outcome.FAILED, error=kept(_as_json(failure))))
            raise
        self._complete(state, completed(entry, made))
        return done, entry.position

    def _complete(self, state: StateStore, entry: AuditEntry) -> None:
        """A change that was made stands, whether or not its entry can be completed."""
        try:
            state.finish_change(replace(entry, finished_at=self.gateways.clock.now()))
        except BudgetAgentError as error:
            self.incomplete.append(
                Incomplete(
                    part=f"audit of '{entry.budget_name}'",
                    code=error.code,
                    reason=f"The audit entry of {position_of(entry.at)} could not be completed and stays STARTED. "
                    f"{error.message}",
                    retryable=False,
                )
            )


def new_entry_id() -> str:
    """An id that nobody else makes and whose order is that of making: AWS tells the time to the second only."""
    return f"{time_ns():016x}-{uuid4().hex[:16]}"


def completed(entry: AuditEntry, change: Change) -> AuditEntry:
    """The entry of a change that was made, or that was not needed."""
    return replace(
        entry,
        outcome=Outcome.CHANGED if change.is_change else Outcome.UNCHANGED,
        before=kept(change.before),
        after=kept(change.after),
        undo=kept(change.undo),
    )


Failure = TypeVar("Failure", bound=BudgetAgentError)


def nothing_changed(error: Failure) -> Failure:
    """The error of a state table that a change could not begin without."""
    return type(error)(
        f"Nothing was changed, because the agent's memory does not answer. {error.message}",
        {**error.details, "part": "state"},
    )


def _as_json(error: BudgetAgentError) -> dict[str, Any]:
    return {
        "code": error.code,
        "message": error.message,
        "details": error.details,
        "retryable": error.retryable,
    }
