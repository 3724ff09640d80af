"""WebSocket events through the real handler and the state table of the embedded AWS."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.embedded import STATE_TABLE, items_of_state_table, make_state_table, the_server
from tests.pipeline import Pipeline, pipeline

ID = "L0SM9cOFvHcCIhw="
TABLE = {"BUDGET_STATE_TABLE": STATE_TABLE, "AWS_ATTEMPTS": "1"}


def event(kind: str, **members: Any) -> dict[str, Any]:
    return {
        "requestContext": {
            "routeKey": {"CONNECT": "$connect", "DISCONNECT": "$disconnect"}.get(kind, "$default"),
            "eventType": kind,
            "connectionId": ID,
            "stage": "live",
            "apiId": "a1b2c3d4e5",
        },
        "isBase64Encoded": False,
        **members,
    }


def say(through: Pipeline, message: Any) -> tuple[int, Any]:
    answer = through.send(event("MESSAGE", body=json.dumps(message)))
    return answer["statusCode"], json.loads(answer["body"])


def test_a_client_comes_subscribes_and_goes() -> None:
    with pipeline("empty", **TABLE) as through:
        make_state_table()
        assert through.send(event("CONNECT")) == {"statusCode": 200}
        assert say(through, {"action": "subscribe", "budget_name": "team"})[0] == 200
        (item,) = items_of_state_table()
        assert (item["sk"], "team" in item["subscriptions"]["S"]) == ({"S": ID}, True)
        assert through.send(event("DISCONNECT")) == {"statusCode": 200}
        assert items_of_state_table() == []


def test_a_table_that_fails_keeps_the_client_out() -> None:
    with pipeline("empty", **TABLE) as through:
        make_state_table()
        through.fault("dynamodb", "*", "server-error")
        assert through.send(event("CONNECT"))["statusCode"] == 503
        the_server().faults.clear()
        assert through.send(event("CONNECT"))["statusCode"] == 200


@pytest.mark.parametrize("variables", [{}, {"BUDGET_STATE_TABLE": "no-such-table"}, {"AWS_ATTEMPTS": "none"}])
def test_an_agent_that_can_keep_nobody_says_so(variables: dict[str, str]) -> None:
    with pipeline("empty", **variables) as through:
        assert through.send(event("CONNECT"))["statusCode"] == 503


def test_an_event_that_api_gateway_cannot_have_sent_is_a_failure_and_no_traceback_leaves() -> None:
    with pipeline("empty", **TABLE) as through:
        make_state_table()
        through.send(event("CONNECT"))
        assert through.send(event("MESSAGE", body="not base64", isBase64Encoded=True)) == {"statusCode": 500}
