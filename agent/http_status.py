"""The HTTP status that each error of the agent has, for callers that speak HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from agent.contract import AgentResponse


@dataclass(frozen=True, slots=True)
class Outcome:
    """A status, and in how many seconds a retry is worth trying where the error is retryable."""

    status: HTTPStatus
    retry_after: int | None = None


OUTCOMES: Mapping[str, Outcome] = {
    "INVALID_REQUEST": Outcome(HTTPStatus.BAD_REQUEST),
    "INVALID_PARAMETERS": Outcome(HTTPStatus.BAD_REQUEST),
    "UNKNOWN_ACTION": Outcome(HTTPStatus.NOT_FOUND),
    "BUDGET_NOT_FOUND": Outcome(HTTPStatus.NOT_FOUND),
    "DATA_UNAVAILABLE": Outcome(HTTPStatus.NOT_FOUND),
    "ACCESS_DENIED": Outcome(HTTPStatus.FORBIDDEN),
    "GOVERNANCE_VIOLATION": Outcome(HTTPStatus.FORBIDDEN),
    "CONFIRMATION_REFUSED": Outcome(HTTPStatus.FORBIDDEN),
    "BUDGET_ALREADY_EXISTS": Outcome(HTTPStatus.CONFLICT),
    "QUOTA_EXCEEDED": Outcome(HTTPStatus.CONFLICT),
    # The agent waits up to 25 seconds itself before it says so.
    "RESOURCE_LOCKED": Outcome(HTTPStatus.CONFLICT, retry_after=60),
    # The AWS SDK has already tried several times.
    "THROTTLED": Outcome(HTTPStatus.TOO_MANY_REQUESTS, retry_after=30),
    "AWS_UNAVAILABLE": Outcome(HTTPStatus.SERVICE_UNAVAILABLE, retry_after=30),
    # Something that the deployment lacks: no retry helps, whoever runs it has to.
    "STATE_UNAVAILABLE": Outcome(HTTPStatus.SERVICE_UNAVAILABLE),
    "MODEL_UNAVAILABLE": Outcome(HTTPStatus.SERVICE_UNAVAILABLE),
    "GOVERNANCE_FILE_INVALID": Outcome(HTTPStatus.SERVICE_UNAVAILABLE),
    "INTERNAL_ERROR": Outcome(HTTPStatus.INTERNAL_SERVER_ERROR),
}


def status_of(response: AgentResponse) -> HTTPStatus:
    """The status of a reply."""
    code = response.error_code
    return HTTPStatus.OK if code is None else OUTCOMES[code].status


def retry_after(response: AgentResponse) -> int | None:
    """In how many seconds the same request is worth sending again; None where no retry helps."""
    code = response.error_code
    if code is None or not response.data["error"]["retryable"]:
        return None
    return OUTCOMES[code].retry_after
