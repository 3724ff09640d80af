"""The states of a budget action as one table: what leads from which to which, in words, and what is allowed when.

Source: Budgets API shapes `ActionStatus` and `ExecutionType`; user guide, "Configuring budget actions" (approval,
undo, reset, no further evaluation after a reversal); the service's refusal "This method is not allowed during
[ActionStatus: Standby]"; AWS's blog on the new period. That a failed execution, reversal or reset can be tried
again is what the execution types' names say; no page of AWS's does.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class BudgetActionStatus(StrEnum):
    """AWS's words."""

    STANDBY = "STANDBY"
    PENDING = "PENDING"
    EXECUTION_IN_PROGRESS = "EXECUTION_IN_PROGRESS"
    EXECUTION_SUCCESS = "EXECUTION_SUCCESS"
    EXECUTION_FAILURE = "EXECUTION_FAILURE"
    REVERSE_IN_PROGRESS = "REVERSE_IN_PROGRESS"
    REVERSE_SUCCESS = "REVERSE_SUCCESS"
    REVERSE_FAILURE = "REVERSE_FAILURE"
    RESET_IN_PROGRESS = "RESET_IN_PROGRESS"
    RESET_FAILURE = "RESET_FAILURE"


class ExecutionType(StrEnum):
    """What a person can do with a budget action; AWS's words."""

    APPROVE_BUDGET_ACTION = "APPROVE_BUDGET_ACTION"
    RETRY_BUDGET_ACTION = "RETRY_BUDGET_ACTION"
    REVERSE_BUDGET_ACTION = "REVERSE_BUDGET_ACTION"
    RESET_BUDGET_ACTION = "RESET_BUDGET_ACTION"

    @property
    def verb(self) -> str:
        """approve, retry, reverse, reset."""
        return self.removesuffix("_BUDGET_ACTION").lower()


class AwsEvent(StrEnum):
    """What AWS does by itself, in words."""

    CREATED = "it is created"
    CROSSED_AUTOMATIC = "the threshold is crossed, AUTOMATIC"
    CROSSED_MANUAL = "the threshold is crossed, MANUAL"
    DONE = "AWS is done"
    FAILED = "AWS fails"
    NEW_PERIOD = "a new budget period begins"


@dataclass(frozen=True, slots=True)
class Transition:
    """One way from a state to the next; `start` is None for what does not exist yet."""

    start: BudgetActionStatus | None
    cause: ExecutionType | AwsEvent
    end: BudgetActionStatus


class Restricts(StrEnum):
    """Whether somebody is restricted by the action in a state."""

    YES = "yes"
    NO = "no"
    PERHAPS = "perhaps, in part"


@dataclass(frozen=True, slots=True)
class State:
    """A state in words: what it means, and what it waits for."""

    meaning: str
    waits_for: str
    restricts: Restricts


_S, _E, _A = BudgetActionStatus, ExecutionType, AwsEvent

TRANSITIONS: tuple[Transition, ...] = (
    Transition(None, _A.CREATED, _S.STANDBY),
    Transition(_S.STANDBY, _A.CROSSED_AUTOMATIC, _S.EXECUTION_IN_PROGRESS),
    Transition(_S.STANDBY, _A.CROSSED_MANUAL, _S.PENDING),
    Transition(_S.PENDING, _E.APPROVE_BUDGET_ACTION, _S.EXECUTION_IN_PROGRESS),
    Transition(_S.EXECUTION_IN_PROGRESS, _A.DONE, _S.EXECUTION_SUCCESS),
    Transition(_S.EXECUTION_IN_PROGRESS, _A.FAILED, _S.EXECUTION_FAILURE),
    Transition(_S.EXECUTION_FAILURE, _E.RETRY_BUDGET_ACTION, _S.EXECUTION_IN_PROGRESS),
    Transition(_S.EXECUTION_SUCCESS, _E.REVERSE_BUDGET_ACTION, _S.REVERSE_IN_PROGRESS),
    Transition(_S.REVERSE_IN_PROGRESS, _A.DONE, _S.REVERSE_SUCCESS),
    Transition(_S.REVERSE_IN_PROGRESS, _A.FAILED, _S.REVERSE_FAILURE),
    Transition(_S.REVERSE_FAILURE, _E.RETRY_BUDGET_ACTION, _S.REVERSE_IN_PROGRESS),
    Transition(_S.REVERSE_FAILURE, _E.REVERSE_BUDGET_ACTION, _S.REVERSE_IN_PROGRESS),
    Transition(_S.REVERSE_SUCCESS, _E.RESET_BUDGET_ACTION, _S.RESET_IN_PROGRESS),
    Transition(_S.RESET_IN_PROGRESS, _A.DONE, _S.STANDBY),
    Transition(_S.RESET_IN_PROGRESS, _A.FAILED, _S.RESET_FAILURE),
    Transition(_S.RESET_FAILURE, _E.RESET_BUDGET_ACTION, _S.RESET_IN_PROGRESS),
    *(
        Transition(status, _A.NEW_PERIOD, _S.STANDBY)
        for status in (
            _S.PENDING,
            _S.EXECUTION_SUCCESS,
            _S.EXECUTION_FAILURE,
            _S.REVERSE_SUCCESS,
            _S.REVERSE_FAILURE,
            _S.RESET_FAILURE,
        )
    ),
)

_BUSY = "AWS to finish, which takes minutes; nothing else can be asked of it until then"

STATES: dict[BudgetActionStatus, State] = {
    _S.STANDBY: State(
        "it stands by, and its threshold is not crossed as far as AWS has looked",
        "the threshold to be crossed, which AWS looks at when it refreshes the budget, about three times a day; "
        "nobody can set it off before",
        Restricts.NO,
    ),
    _S.PENDING: State(
        "its threshold is crossed, and it waits for a person",
        "approval; without it nothing is restricted, and a new budget period puts it back on standby",
        Restricts.NO,
    ),
    _S.EXECUTION_IN_PROGRESS: State("AWS is carrying it out", _BUSY, Restricts.PERHAPS),
    _S.EXECUTION_SUCCESS: State(
        "it was carried out, and the restriction is in force",
        "somebody to reverse it, or a new budget period, in which AWS takes off an IAM policy by itself; service "
        "control policies and stopped instances stay as they are until it is reversed",
        Restricts.YES,
    ),
    _S.EXECUTION_FAILURE: State(
        "AWS could not carry it out, or only in part; its history says why",
        "a retry once the cause is mended: mostly a target that is gone, or a permission that the execution role "
        "lacks",
        Restricts.PERHAPS,
    ),
    _S.REVERSE_IN_PROGRESS: State("AWS is taking the restriction back", _BUSY, Restricts.PERHAPS),
    _S.REVERSE_SUCCESS: State(
        "the restriction was taken back, and it is not looked at again in this budget period",
        "a reset, which puts it on standby at once, or a new budget period, which does so by itself",
        Restricts.NO,
    ),
    _S.REVERSE_FAILURE: State(
        "AWS could not take the restriction back, and it stays in force at least in part; its history says why",
        "a retry once the cause is mended: mostly a permission to detach or to start that the execution role "
        "lacks",
        Restricts.YES,
    ),
    _S.RESET_IN_PROGRESS: State("AWS is putting it back on standby", _BUSY, Restricts.NO),
    _S.RESET_FAILURE: State(
        "AWS could not put it back on standby",
        "another reset, or a new budget period",
        Restricts.NO,
    ),
}

_UNKNOWN = State(
    "AWS calls its state by a word that this agent does not know",
    "somebody to look at it in the AWS console",
    Restricts.PERHAPS,
)


def state_of(status: str) -> State:
    """The state in words; of a status that AWS has added since, that it is not known."""
    return STATES[BudgetActionStatus(status)] if status in list(BudgetActionStatus) else _UNKNOWN


def is_in_progress(status: str) -> bool:
    """Whether AWS is working on it, so that nothing can be asked of it."""
    return any(each.start == status and each.cause is AwsEvent.DONE for each in TRANSITIONS)


def allowed_executions(status: str) -> tuple[ExecutionType, ...]:
    """What a person can do in this state; nothing in one that is not known."""
    return tuple(
        each.cause for each in TRANSITIONS if each.start == status and isinstance(each.cause, ExecutionType)
    )


def allowing(execution: ExecutionType) -> tuple[BudgetActionStatus, ...]:
    """The states in which a person can do it."""
    return tuple(each.start for each in TRANSITIONS if each.cause is execution and each.start is not None)


def leads_to(status: str, execution: ExecutionType) -> frozenset[BudgetActionStatus]:
    """Every state that AWS gets to by itself once it is asked for; empty where the state does not allow it."""
    begun = {each.end for each in TRANSITIONS if each.start == status and each.cause is execution}
    ended = {
        each.end
        for each in TRANSITIONS
        if each.start in begun and each.cause in (AwsEvent.DONE, AwsEvent.FAILED)
    }
    return frozenset(begun | ended)
