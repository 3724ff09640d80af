"""The whole pipeline for tests: an event through the real handler to the embedded AWS."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import lambda_handler
from agent import startup
from local.remote import Remote
from tests.embedded import STATE_TABLE, begin, environment, make_state_table, the_server
from tests.events import Event, events
from tests.lambda_context import Context

# This process tests more than the handler and may never send it a request.
startup.finish()


@contextmanager
def pipeline(scenario: str = "company", **variables: str) -> Iterator[Pipeline]:
    """The handler, built anew, on a scenario as it begins."""
    begin(scenario)
    lambda_handler._agent.cache_clear()
    with environment(**variables):
        yield Pipeline()
    lambda_handler._agent.cache_clear()


class Pipeline:
    """Sends events, orders faults."""

    def send(self, event: Any, context: Context | None = None) -> dict[str, Any]:
        """The handler's reply to an event."""
        reply: dict[str, Any] = lambda_handler.lambda_handler(event, context or Context())
        return reply

    def act(self, action: str, **parameters: Any) -> dict[str, Any]:
        """The reply to a named action."""
        return self.send({"action": action, "parameters": parameters})

    def fault(self, service: str, operation: str, kind: str, times: int = 100, **options: Any) -> None:
        """Order a fault of the embedded AWS."""
        Remote(the_server().url).ask(
            "POST",
            "faults",
            {"service": service, "operation": operation, "kind": kind, "times": times, **options},
        )


class ChangeIds:
    """The ids of changes, which are never twice the same, as events show them: `<moment>#1`, `<moment>#2`, ..."""

    _REAL = re.compile(r"(?<=Z#)[0-9a-f]{16}-[0-9a-f]{16}")
    _SHOWN = re.compile(r"(?<=Z#)\d{1,3}(?=\")")

    def __init__(self) -> None:
        self._seen: list[str] = []

    def shown(self, reply: Any) -> Any:
        """A reply with the number of each id, in the order in which they were seen, instead of the id."""
        return json.loads(self._REAL.sub(lambda found: self._number(found[0]), json.dumps(reply)))

    def real(self, request: Any) -> Any:
        """A request with the ids that its numbers stand for."""
        return json.loads(self._SHOWN.sub(lambda found: self._seen[int(found[0]) - 1], json.dumps(request)))

    def _number(self, identifier: str) -> str:
        if identifier not in self._seen:
            self._seen.append(identifier)
        return str(self._seen.index(identifier) + 1)


MODEL_ID = "us.anthropic.claude-sonnet-4-6"


def variables_of(event: Event) -> dict[str, str]:
    """What the environment of a handler says that an event is for."""
    memory = {"BUDGET_STATE_TABLE": STATE_TABLE} if event.remembers else {}
    return {**memory, **({"MODEL_ID": MODEL_ID} if event.asks else {})}


Send = Callable[[Any, Context], dict[str, Any]]
"""What a handler says to an event of an invocation."""


def reply_to(event: Event) -> dict[str, Any]:
    """The reply to an event on the company as it begins, after the events that come before it."""
    with pipeline(**variables_of(event)) as through:
        return replayed(event, through.send)


def replayed(event: Event, send: Send) -> dict[str, Any]:
    """The reply to an event on the account as it is, by a handler that remembers where the event says so."""
    if event.remembers:
        make_state_table()
    if event.asks:
        Remote(the_server().url).ask("POST", "bedrock", {"builtin": True})
    ids = ChangeIds()
    for position, name in enumerate(event.after):
        before = next(each for each in events() if each.name == name)
        _move_to(before)
        reply = send(ids.real(before.request), _earlier(before, position))
        assert reply["status"] == "success", name
        ids.shown(reply)
    _move_to(event)
    shown: dict[str, Any] = ids.shown(send(ids.real(event.request), Context()))
    return shown


def _earlier(event: Event, position: int) -> Context:
    """An invocation of its own: two changes of one invocation would count as one that was sent twice."""
    if "request_id" in event.request:
        return Context()
    return Context(aws_request_id=f"00000000-0000-0000-0000-{position:012d}")


def _move_to(event: Event) -> None:
    """Let the time pass that an event asks for."""
    clock = the_server().world.clock
    if event.at is not None and event.at > clock.now():
        clock.set(event.at)
