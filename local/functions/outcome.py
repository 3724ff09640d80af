"""What an invocation is asked for and what comes of it."""

import json
from dataclasses import dataclass
from typing import Any

# Source: Lambda developer guide, "Lambda quotas".
RESPONSE_LIMIT = 6_291_556


@dataclass(frozen=True)
class Invocation:
    """One event for one version of a function.

    `function` is the version to run, `invoked_arn` what the caller named; `client_context` is JSON or None.
    """

    function: Any
    invoked_arn: str
    payload: bytes
    request_id: str
    client_context: str | None = None


@dataclass(frozen=True)
class Outcome:
    """The answer of an invocation: JSON bytes, whether they describe an error, the log and the version run."""

    payload: bytes
    is_error: bool
    log: str
    version: str

    @property
    def error_message(self) -> str:
        """The errorMessage of a failed invocation, empty if it says none."""
        try:
            described = json.loads(self.payload)
        except ValueError:
            return ""
        return str(described.get("errorMessage", "")) if isinstance(described, dict) else ""


def exit_payload(request_id: str, exit_status: int | None) -> bytes:
    """What Lambda answers when the runtime process has ended; `exit_status` is negative for a signal."""
    if exit_status == 0:
        cause = "Runtime exited without providing a reason"
    elif exit_status is not None and exit_status < 0:
        cause = f"Runtime exited with error: signal: {_SIGNALS.get(-exit_status, str(-exit_status))}"
    else:
        cause = f"Runtime exited with error: exit status {exit_status}"
    return _error("Runtime.ExitError", f"RequestId: {request_id} Error: {cause}")


def timeout_payload(request_id: str, seconds: int) -> bytes:
    """What Lambda answers when the function's time is up."""
    return _error("Sandbox.Timedout", f"RequestId: {request_id} Error: {timeout_text(seconds)}")


def timeout_text(seconds: int) -> str:
    """Lambda's words for a function whose time is up."""
    return f"Task timed out after {seconds:.2f} seconds"


def size_payload() -> bytes:
    """What Lambda answers instead of a reply over the limit."""
    text = f"Response payload size exceeded maximum allowed payload size ({RESPONSE_LIMIT} bytes)."
    return _error("Function.ResponseSizeTooLarge", text)


def _error(kind: str, message: str) -> bytes:
    return json.dumps({"errorType": kind, "errorMessage": message}).encode()


_SIGNALS = {6: "aborted", 9: "killed", 11: "segmentation fault", 15: "terminated"}
