"""Invocations that nobody waits for: they tell of a failure by failing.

SNS and a schedule do not read replies. When the invocation fails, Lambda tries again, twice, and at last puts the
event and the reason into the dead-letter queue.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.contract import AgentResponse

_WANTS_HELP = ("ACCESS_DENIED", "STATE_UNAVAILABLE")
"""What a schedule's run is not complete without, although a retry alone does not help."""
_TOLD_LATER = "announcements"
"""Parts that begin so wait in the outbox: the next run tells them, whether this one fails or not."""


class AsynchronousFailure(Exception):
    """What an invocation fails with that nobody waits for. It says why, in none of the caller's words."""

    def __init__(self, responses: list[AgentResponse]) -> None:
        super().__init__("; ".join(_reason(each) for each in responses))


def failures_in(response: AgentResponse) -> list[Mapping[str, Any]]:
    """The error of a reply, or those parts under `incomplete` that a retry or somebody's help can complete."""
    if response.error_code is not None:
        return [response.data["error"]]
    return [
        each
        for each in response.data["incomplete"]
        if each["code"] in _WANTS_HELP or (each["retryable"] and not each["part"].startswith(_TOLD_LATER))
    ]


def _reason(response: AgentResponse) -> str:
    """In codes and permissions, which are the agent's own words: Lambda writes it into the log."""
    found = []
    for each in failures_in(response):
        permission = each.get("details", {}).get("permission")
        found.append(each["code"] if permission is None else f"{each['code']} ({permission} is missing)")
    return ", ".join(dict.fromkeys(found))
