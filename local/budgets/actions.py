"""Budget actions: what AWS does when a threshold is crossed, their states and their history."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from local.budgets.errors import locked
from local.budgets.execution import ExecutionFailedError, Executor

# What can be asked of an action, in which states, and the work it sets off.
# Sources: AWS Cost Management user guide (budget actions), and clients that drive them.
ALLOWED_WORK: Mapping[str, Mapping[str, str]] = {
    "APPROVE_BUDGET_ACTION": {"PENDING": "EXECUTION"},
    "RETRY_BUDGET_ACTION": {"EXECUTION_FAILURE": "EXECUTION", "REVERSE_FAILURE": "REVERSE"},
    "REVERSE_BUDGET_ACTION": {"EXECUTION_SUCCESS": "REVERSE", "REVERSE_FAILURE": "REVERSE"},
    "RESET_BUDGET_ACTION": {"REVERSE_SUCCESS": "RESET", "RESET_FAILURE": "RESET"},
}


@dataclass(frozen=True)
class Event:
    """An entry of an action's history; `action` is the wire shape as it was then."""

    serial: int
    at: datetime
    status: str
    kind: str
    message: str
    action: Mapping[str, Any]

    def describe(self) -> dict[str, Any]:
        """The wire shape."""
        return {
            "Timestamp": self.at,
            "Status": self.status,
            "EventType": self.kind,
            "ActionHistoryDetails": {"Message": self.message, "Action": self.action},
        }


@dataclass
class Action:
    """One budget action. `settings` are the wire members that a client sets.

    `applied` is the definition that was carried out and not undone yet.
    """

    action_id: str
    serial: int
    budget_name: str
    settings: dict[str, Any]
    status: str = "STANDBY"
    tags: dict[str, str] = field(default_factory=dict)
    applied: Mapping[str, Any] | None = None
    events: list[Event] = field(default_factory=list)

    def describe(self) -> dict[str, Any]:
        """The wire shape."""
        return {
            "ActionId": self.action_id,
            "BudgetName": self.budget_name,
            "Status": self.status,
            **deepcopy(self.settings),
        }

    @property
    def is_in_progress(self) -> bool:
        """Whether work is going on, in which nothing else can be asked."""
        return self.status.endswith("_IN_PROGRESS")

    def record(self, kind: str, message: str, at: datetime) -> None:
        """Add to the history, with the action as it is now."""
        self.events.append(Event(len(self.events), at, self.status, kind, message, self.describe()))

    def require_rest(self) -> None:
        """Raise Refused while work is in progress."""
        if self.is_in_progress:
            raise wrong_state(self.status)


def wrong_state(status: str) -> Exception:
    """The refusal of what an action cannot do in its state; AWS spells the status in camel case."""
    spelled = "".join(word.capitalize() for word in status.split("_"))
    return locked(f"This method is not allowed during [ActionStatus: {spelled}]")


def begin(action: Action, execution_type: str, at: datetime) -> None:
    """Set off what ExecuteBudgetAction asks for. Raises Refused where the state does not allow it."""
    work = ALLOWED_WORK[execution_type].get(action.status)
    if work is None:
        raise wrong_state(action.status)
    action.status = f"{work}_IN_PROGRESS"
    action.record("EXECUTE_ACTION", f"{execution_type} was requested.", at)


def trigger(action: Action, at: datetime) -> None:
    """The threshold was crossed: execute, or wait for approval."""
    if action.settings["ApprovalModel"] == "MANUAL":
        action.status = "PENDING"
        action.record("SYSTEM", "The threshold was crossed. The action requires approval.", at)
    else:
        action.status = "EXECUTION_IN_PROGRESS"
        action.record("SYSTEM", "The threshold was crossed. The action is being executed.", at)


def finish(action: Action, account_id: str, executor: Executor, at: datetime) -> None:
    """Do the work in progress, and note how it ended."""
    work = action.status.removesuffix("_IN_PROGRESS")
    role = action.settings["ExecutionRoleArn"]
    try:
        if work == "EXECUTION":
            executor.execute(account_id, role, action.settings["Definition"])
            action.applied = deepcopy(action.settings["Definition"])
        elif work == "REVERSE":
            executor.reverse(account_id, role, action.applied or action.settings["Definition"])
            action.applied = None
    except ExecutionFailedError as failure:
        action.status = f"{work}_FAILURE"
        action.record("SYSTEM", str(failure), at)
        return
    action.status = "STANDBY" if work == "RESET" else f"{work}_SUCCESS"
    action.record("SYSTEM", _OUTCOMES[work], at)


_OUTCOMES = {
    "EXECUTION": "The action was executed.",
    "REVERSE": "The action was reversed.",
    "RESET": "The action was reset and is evaluated again.",
}


def rearm(action: Action, account_id: str, executor: Executor, at: datetime) -> None:
    """A new period begins: an attached IAM policy is detached, and the action waits again.

    Only IAM policies are detached by themselves; SCPs stay attached and instances stopped (emulator-defined:
    the sources speak of IAM policies). If detaching fails, the action ends in REVERSE_FAILURE.
    """
    if action.status == "STANDBY":
        return
    if action.applied is not None and "IamActionDefinition" in action.applied:
        action.status = "REVERSE_IN_PROGRESS"
        action.record("SYSTEM", "A new budget period began. The policy is being detached.", at)
        finish(action, account_id, executor, at)
        if action.status == "REVERSE_FAILURE":
            return
    action.status = "STANDBY"
    action.record("SYSTEM", "A new budget period began. The action is on standby.", at)
