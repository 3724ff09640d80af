"""The HTTP half of awslambdaric in plain Python, so that one copy serves every Python version.

Awslambdaric ships it compiled for a single version. It runs inside functions' processes and imports nothing
of the embedded AWS. Source: Lambda developer guide, "Using the Lambda runtime API".
"""

from __future__ import annotations

import http.client
import os
import signal
import threading
from typing import Any

INVOCATION = "/2018-06-01/runtime/invocation/"
DEADLINE = "Lambda-Runtime-Deadline-Ms"
# The reading end of a pipe whose other end the embedded AWS holds as long as it lives.
LIFELINE = "_EMBEDDED_AWS_LIFELINE"


class _Connection:
    """One kept-alive connection to the runtime API; the process ends with it."""

    def __init__(self, user_agent: str) -> None:
        self._user_agent = user_agent
        self._http = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])

    def exchange(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[bytes, dict[str, str]]:
        """Send one request. Raises RuntimeError if the runtime API refuses it."""
        try:
            self._http.request(method, path, body, {"User-Agent": self._user_agent, **(headers or {})})
            answer = self._http.getresponse()
            content = answer.read()
        except OSError:
            os._exit(1)
        except http.client.HTTPException:
            os._exit(1)
        if answer.status >= 300:
            raise RuntimeError(f"the runtime API answered {answer.status} to {path}")
        return content, dict(answer.getheaders())


_connections: list[_Connection] = []


def initialize_client(user_agent: str) -> None:
    """Connect, and watch that the embedded AWS is still there."""
    _connections[:] = [_Connection(user_agent)]
    lifeline = os.environ.pop(LIFELINE, None)
    if lifeline is not None:
        threading.Thread(target=_end_with, args=(int(lifeline),), daemon=True).start()


def next() -> tuple[bytes, dict[str, Any]]:  # noqa: A001
    """Wait for the next event: its body and the headers that describe the invocation."""
    body, headers = _connections[0].exchange("GET", INVOCATION + "next")
    # Awslambdaric calculates with it.
    return body, {**headers, DEADLINE: int(headers[DEADLINE])}


def post_invocation_result(
    invoke_id: str,
    content: bytes,
    content_type: str,
    invocation_id: str | None = None,  # noqa: ARG001
) -> None:
    """Hand in what the handler returned."""
    _connections[0].exchange(
        "POST", INVOCATION + invoke_id + "/response", content, {"Content-Type": content_type}
    )


def post_error(
    invoke_id: str,
    error: str,
    xray_fault: str,  # noqa: ARG001
    invocation_id: str | None = None,  # noqa: ARG001
) -> None:
    """Hand in the exception that the handler raised."""
    _connections[0].exchange("POST", INVOCATION + invoke_id + "/error", error.encode())


def _end_with(lifeline: int) -> None:
    os.read(lifeline, 1)
    # The process leads a group of its own, with all that the function started.
    os.killpg(os.getpgrp(), signal.SIGKILL)
