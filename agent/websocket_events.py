"""API Gateway's WebSocket events: clients come, say what they want to hear, and go.

Source of the shapes: API Gateway developer guide, "Set up a WebSocket API integration request". A client sends
`{"action": "subscribe"}` for everything, and with `account_id` or `budget_name` for less; `unsubscribe` takes the
same, and alone ends everything. The answer says what the connection listens to.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tools.domain.connections import EVERYTHING, KEPT, MOST_SUBSCRIPTIONS, Connection, Subscription
from tools.domain.errors import BudgetAgentError
from tools.domain.names import problem_with_budget_name
from tools.ports.channels import ConnectionStore

_ACCOUNT = re.compile(r"\d{12}")
_KNOWN = {"action", "account_id", "budget_name"}
_HOW = (
    'Send {"action": "subscribe"} or {"action": "unsubscribe"}, and if you like account_id and budget_name.'
)
# Somebody else's message of the same connection came in between: as often as a client can send at once.
_TRIES = 5

Answer = dict[str, Any]


class _WrongMessage(Exception):
    """A message that says nothing we understand; the text is for its client."""


def answer_websocket(
    event: Mapping[str, Any], connections: ConnectionStore | None, account_id: str, now: datetime
) -> Answer:
    """The answer that API Gateway takes: a status, and for a message the text that its client gets.

    `account_id` is the agent's own, which a budget belongs to if its subscription names no other. A table that
    does not answer, or none, is 503: at $connect that keeps the client out, who then knows to come again.
    """
    context = event["requestContext"]
    if connections is None:
        return _told(503, {"error": "The agent has no table to keep connections in."})
    try:
        match context["eventType"]:
            case "CONNECT":
                connection = Connection(id=context["connectionId"], connected_at=now, expires_at=now + KEPT)
                connections.connect(connection)
                return {"statusCode": 200}
            case "DISCONNECT":
                connections.forget(context["connectionId"])
                return {"statusCode": 200}
        return _answer_message(event, connections, account_id)
    except _WrongMessage as error:
        return _told(400, {"error": str(error)})
    except BudgetAgentError as error:
        return _told(503, {"error": error.message, "code": error.code})


def _answer_message(event: Mapping[str, Any], connections: ConnectionStore, account_id: str) -> Answer:
    verb, subscription = _asked(_body(event), account_id)
    for _ in range(_TRIES):
        before = connections.connection(event["requestContext"]["connectionId"])
        if before is None:
            return _told(410, {"error": "This connection is not known any more; connect again."})
        after = before.subscribed(subscription) if verb == "subscribe" else before.unsubscribed(subscription)
        if len(after.subscriptions) > MOST_SUBSCRIPTIONS:
            raise _WrongMessage(f"A connection has at most {MOST_SUBSCRIPTIONS} subscriptions.")
        if connections.subscribe(before, after):
            return _told(200, {"subscriptions": [_view(each) for each in after.subscriptions]})
    return _told(409, {"error": "Too many messages at once; send this one again."})


def _asked(body: str, account_id: str) -> tuple[str, Subscription]:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        message = None
    if not isinstance(message, dict) or message.get("action") not in ("subscribe", "unsubscribe"):
        raise _WrongMessage(_HOW)
    unknown = sorted(message.keys() - _KNOWN)
    if unknown:
        raise _WrongMessage(f"There is no {', '.join(unknown)[:200]}. {_HOW}")
    account, budget = message.get("account_id"), message.get("budget_name")
    if account is not None and not (isinstance(account, str) and _ACCOUNT.fullmatch(account)):
        raise _WrongMessage("account_id has 12 digits, in quotes.")
    if budget is None:
        return message["action"], Subscription(account) if account else EVERYTHING
    problem = problem_with_budget_name(budget) if isinstance(budget, str) else "is no text"
    if problem is not None:
        raise _WrongMessage(f"budget_name {problem}")
    return message["action"], Subscription(account or account_id, budget)


def _body(event: Mapping[str, Any]) -> str:
    body = event.get("body") or ""
    return base64.b64decode(body).decode(errors="replace") if event.get("isBase64Encoded") else str(body)


def _view(subscription: Subscription) -> dict[str, str | None]:
    return {"account_id": subscription.account_id, "budget_name": subscription.budget_name}


def _told(status: int, body: Mapping[str, Any]) -> Answer:
    return {"statusCode": status, "body": json.dumps(body, ensure_ascii=False)}
