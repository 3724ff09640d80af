"""What can go wrong, as exceptions that carry the code a caller sees.

BudgetAgentError
├── InvalidRequest            INVALID_REQUEST       the event is not a request
├── UnknownAction             UNKNOWN_ACTION        nothing is called that
├── InvalidParameters         INVALID_PARAMETERS    an action was asked with values it cannot take
├── BudgetNotFound            BUDGET_NOT_FOUND
├── BudgetAlreadyExists       BUDGET_ALREADY_EXISTS
├── QuotaExceeded             QUOTA_EXCEEDED        an AWS quota is used up
├── AccessDenied              ACCESS_DENIED         names the IAM permission that is missing
├── Throttled                 THROTTLED             retryable
├── AwsUnavailable            AWS_UNAVAILABLE       retryable
├── ResourceLocked            RESOURCE_LOCKED       retryable: AWS is changing the budget action
│   └── NotAllowedInState     RESOURCE_LOCKED       not retryable: its state has to change first
├── DataUnavailable           DATA_UNAVAILABLE      AWS has no figures for what was asked
├── StateUnavailable          STATE_UNAVAILABLE     the agent has no table to remember in
├── ModelUnavailable          MODEL_UNAVAILABLE     no language model can be asked
├── ConfirmationRefused       CONFIRMATION_REFUSED  a confirmation token does not fit its request
├── GovernanceViolation       GOVERNANCE_VIOLATION  the user's own rules forbid the change
├── GovernanceFileInvalid     GOVERNANCE_FILE_INVALID  the file of those rules cannot be used
└── InternalError             INTERNAL_ERROR        a defect of ours; no internals leave
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from tools.domain.quoting import shortened

MOST_PROBLEMS = 50
_LONGEST_PROBLEM = 1000


class BudgetAgentError(Exception):
    """A failure that a caller is told about: code, message, details and whether a retry can help."""

    code: ClassVar[str]
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details: dict[str, Any] = dict(details or {})


class InvalidRequest(BudgetAgentError):
    """The event is not `{"action": ..., "parameters": {...}}`."""

    code = "INVALID_REQUEST"


class UnknownAction(BudgetAgentError):
    """No action has that name."""

    code = "UNKNOWN_ACTION"


class InvalidParameters(BudgetAgentError):
    """Parameters that the action, or AWS, does not take; `details.problems` lists each one."""

    code = "INVALID_PARAMETERS"

    @classmethod
    def because(cls, parameter: str, problem: str, allowed: str | None = None) -> InvalidParameters:
        """One problem with one parameter: what is wrong and what is allowed."""
        return cls.listing([problem_with(parameter, problem, allowed)])

    @classmethod
    def listing(cls, problems: list[dict[str, str]]) -> InvalidParameters:
        """Every problem at once; the message repeats them as one sentence each.

        Of more than MOST_PROBLEMS the first are listed and the others counted, in `details.further_problems`.
        """
        listed = problems[:MOST_PROBLEMS]
        further = len(problems) - len(listed)
        sentences = "; ".join(f"{each['parameter']}: {each['problem']}" for each in listed)
        if not further:
            return cls(sentences, {"problems": listed})
        return cls(
            f"{sentences}; and {further} more problems", {"problems": listed, "further_problems": further}
        )


def problem_with(parameter: str, problem: str, allowed: str | None = None) -> dict[str, str]:
    """One entry of `details.problems`: where, what is wrong, what is allowed."""
    entry = {"parameter": shortened(parameter), "problem": shortened(problem, _LONGEST_PROBLEM)}
    if allowed is not None:
        entry["allowed"] = allowed
    return entry


class BudgetNotFound(BudgetAgentError):
    """The account has no budget of that name."""

    code = "BUDGET_NOT_FOUND"


class BudgetAlreadyExists(BudgetAgentError):
    """The account already has a budget of that name."""

    code = "BUDGET_ALREADY_EXISTS"


class QuotaExceeded(BudgetAgentError):
    """An AWS quota (budgets per account, notifications per budget, subscribers per notification) is used up."""

    code = "QUOTA_EXCEEDED"


class AccessDenied(BudgetAgentError):
    """IAM, or the account's billing settings, refuse; `details.permission` is the IAM action that is missing."""

    code = "ACCESS_DENIED"


class Throttled(BudgetAgentError):
    """AWS asks to slow down; the same request may succeed later."""

    code = "THROTTLED"
    retryable = True


class AwsUnavailable(BudgetAgentError):
    """AWS did not answer, or answered with a fault of its own."""

    code = "AWS_UNAVAILABLE"
    retryable = True


class ResourceLocked(BudgetAgentError):
    """AWS is in the middle of changing the budget action, or somebody else changes the same thing."""

    code = "RESOURCE_LOCKED"
    retryable = True


class NotAllowedInState(ResourceLocked):
    """No budget action is in a state that allows the call; `details` say what each waits for."""

    retryable = False


class DataUnavailable(BudgetAgentError):
    """AWS answered, but keeps no figures for what was asked. Never to be read as zero."""

    code = "DATA_UNAVAILABLE"


class StateUnavailable(BudgetAgentError):
    """The agent's memory was asked for, and no table is configured or the configured one does not exist."""

    code = "STATE_UNAVAILABLE"


class ModelUnavailable(BudgetAgentError):
    """No model is configured, or the configured one cannot be used; `details.configure` names the settings."""

    code = "MODEL_UNAVAILABLE"


class ConfirmationRefused(BudgetAgentError):
    """A confirmation token is unknown, over, used, or of another request or caller. Nothing was changed."""

    code = "CONFIRMATION_REFUSED"


class GovernanceViolation(BudgetAgentError):
    """A governance rule forbids the change; `details.violations` lists each with its reason and remedy."""

    code = "GOVERNANCE_VIOLATION"


class GovernanceFileInvalid(BudgetAgentError):
    """The file of governance rules cannot be used; `details.problems` lists why. The last good one stays."""

    code = "GOVERNANCE_FILE_INVALID"

    @classmethod
    def because(cls, where: str, problem: str, allowed: str | None = None) -> GovernanceFileInvalid:
        """One problem in one place: what is wrong and what is allowed."""
        return cls.listing([problem_with(where, problem, allowed)])

    @classmethod
    def listing(cls, problems: list[dict[str, str]]) -> GovernanceFileInvalid:
        """Every problem at once; of more than MOST_PROBLEMS the first."""
        listed = problems[:MOST_PROBLEMS]
        sentences = "; ".join(f"{each['parameter']}: {each['problem']}" for each in listed)
        more = len(problems) - len(listed)
        rest = f"; and {more} more problems" if more else ""
        return cls(
            f"The rules file is wrong: {sentences}{rest}.",
            {"problems": listed, **({"further_problems": more} if more else {})},
        )


class InternalError(BudgetAgentError):
    """A defect of the agent. The reply names only the request id; the log holds the traceback."""

    code = "INTERNAL_ERROR"
