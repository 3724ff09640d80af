"""The control endpoint under /_local/: what no AWS has, as JSON over HTTP."""

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from local.bedrock.control import forget_script, load_script, tell
from local.budgets import inbox
from local.cost_explorer.models import (
    pages_read,
    pages_read_by_operation,
    price_of_pages_read,
    reset_pages_read,
)
from local.durations import parse_duration, parse_moment, spell
from local.faults import Fault, Faults
from local.http_answer import HttpAnswer
from local.request import Environ, body_of
from local.spending import cost_record
from local.websocket.connections import Connections
from local.world import World

logger = logging.getLogger(__name__)

Json = Any


class Served(Protocol):
    """What is controlled."""

    @property
    def world(self) -> World:
        """The world of this moment."""

    def reset(self) -> World:
        """Begin again."""


class Control:
    """Answers requests below /_local/. A wrong request is 400 with {"error": sentence}, an unknown path 404."""

    def __init__(self, served: Served, faults: Faults, connections: Connections) -> None:
        self._served = served
        self._connections = connections
        self._faults = faults
        self._routes: Mapping[tuple[str, str], Callable[[dict[str, Any]], Json]] = {
            ("GET", "health"): self._health,
            ("GET", "clock"): self._clock,
            ("POST", "clock"): self._move_clock,
            ("GET", "faults"): self._list_faults,
            ("POST", "faults"): self._order_fault,
            ("DELETE", "faults"): self._clear_faults,
            ("POST", "spend"): self._spend,
            ("GET", "inbox"): self._inbox,
            ("GET", "cost-explorer"): self._pages_read,
            ("DELETE", "cost-explorer"): self._forget_pages_read,
            ("GET", "bedrock"): lambda _: tell(),
            ("POST", "bedrock"): load_script,
            ("DELETE", "bedrock"): lambda _: forget_script(),
            ("GET", "connections"): self._list_connections,
            ("POST", "reset"): self._reset,
        }

    def answer(self, environ: Environ) -> HttpAnswer:
        """Answer one request of the control endpoint."""
        method, name = environ["REQUEST_METHOD"], environ["PATH_INFO"].removeprefix("/_local/").strip("/")
        try:
            action = self._routes.get((method, name))
            if action is None:
                return _json_answer("404 Not Found", {"error": f"there is no {method} /_local/{name}"})
            return _json_answer("200 OK", action(_parse(body_of(environ))))
        except (ValueError, TypeError) as error:
            return _json_answer("400 Bad Request", {"error": str(error)})
        except Exception as error:
            logger.exception("unhandled error in %s /_local/%s", method, name)
            return _json_answer("500 Internal Server Error", {"error": f"{type(error).__name__}: {error}"})

    def _health(self, _: dict[str, Any]) -> Json:
        return {"status": "ready", "account_id": self._served.world.account_id, **self._clock(_)}

    def _clock(self, _: dict[str, Any]) -> Json:
        return {"now": spell(self._served.world.clock.now())}

    def _move_clock(self, request: dict[str, Any]) -> Json:
        clock = self._served.world.clock
        if request.keys() == {"advance"}:
            clock.advance(parse_duration(request["advance"]))
        elif request.keys() == {"set"}:
            clock.set(parse_moment(request["set"]))
        else:
            raise ValueError('say {"advance": "12h"} or {"set": "2026-11-01"}')
        return self._clock(request)

    def _list_faults(self, _: dict[str, Any]) -> Json:
        return {
            "faults": [
                {
                    "service": fault.service,
                    "operation": fault.operation,
                    "kind": fault.kind,
                    "times": fault.times,
                    "left": fault.left,
                    **({} if fault.seconds is None else {"seconds": fault.seconds}),
                }
                for fault in self._faults
            ]
        }

    def _order_fault(self, request: dict[str, Any]) -> Json:
        unknown = request.keys() - {"service", "operation", "kind", "times", "seconds"}
        missing = {"service", "operation", "kind"} - request.keys()
        if unknown or missing:
            raise ValueError("a fault says service, operation and kind, and may say times and seconds")
        self._faults.order(Fault(**request))
        return self._list_faults(request)

    def _clear_faults(self, request: dict[str, Any]) -> Json:
        self._faults.clear()
        return self._list_faults(request)

    def _spend(self, request: dict[str, Any]) -> Json:
        world = self._served.world
        record = cost_record(request, world)
        is_known = bool(world.ledger.lines(world.account_id, lambda line: line.service == record.service))
        world.spend([record])
        added = {
            "day": record.day.isoformat(),
            "account": record.account,
            "service": record.service,
            "amount": format(record.unblended, "f"),
        }
        note = (
            {} if is_known else {"note": f"nothing was spent on a service called {record.service!r} before"}
        )
        return {"added": added, **note}

    def _inbox(self, _: dict[str, Any]) -> Json:
        return {
            "mails": [
                {"to": mail.to, "subject": mail.subject, "body": mail.body, "at": spell(mail.at)}
                for mail in inbox.mails()
            ],
            "undelivered": [
                {
                    "topic_arn": message.topic_arn,
                    "subject": message.subject,
                    "reason": message.reason,
                    "at": spell(message.at),
                }
                for message in inbox.undelivered()
            ],
        }

    def _list_connections(self, _: dict[str, Any]) -> Json:
        return {
            "connections": [
                {
                    "id": one.id,
                    "api_id": one.api_id,
                    "stage": one.stage,
                    "connected_at": spell(one.connected_at),
                }
                for one in self._connections.listed()
            ]
        }

    def _pages_read(self, _: dict[str, Any]) -> Json:
        return {
            "pages": pages_read(),
            "by_operation": pages_read_by_operation(),
            "price": format(price_of_pages_read(), "f"),
            "unit": "USD",
        }

    def _forget_pages_read(self, request: dict[str, Any]) -> Json:
        reset_pages_read()
        return self._pages_read(request)

    def _reset(self, request: dict[str, Any]) -> Json:
        self._faults.clear()
        self._served.reset()
        return self._clock(request)


def _parse(body: bytes) -> dict[str, Any]:
    parsed = json.loads(body or b"{}")
    if not isinstance(parsed, dict):
        raise ValueError("the request is not a JSON object")
    return parsed


def _json_answer(status: str, document: Json) -> HttpAnswer:
    body = json.dumps(document).encode()
    return HttpAnswer(status, [("Content-Type", "application/json")], body)
