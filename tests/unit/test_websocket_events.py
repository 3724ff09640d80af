"""Clients of the stack's own WebSocket API: they come, say what they want to hear, and go."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from agent.websocket_events import answer_websocket
from tests.builders import ACCOUNT, NOW
from tests.fake_channels import FakeConnections, an_announcement, unavailable
from tools.domain.connections import KEPT, MOST_SUBSCRIPTIONS, Connection, Subscription

ID = "L0SM9cOFvHcCIhw="
OTHER = "999999999999"


@pytest.fixture
def connections() -> FakeConnections:
    return FakeConnections()


def event(kind: str, **members: Any) -> dict[str, Any]:
    return {"requestContext": {"eventType": kind, "connectionId": ID}, "isBase64Encoded": False, **members}


def connect(connections: FakeConnections) -> Any:
    return answer_websocket(event("CONNECT"), connections, ACCOUNT, NOW)


def say(connections: FakeConnections, message: Any) -> tuple[int, Any]:
    body = message if isinstance(message, str) else json.dumps(message)
    answer = answer_websocket(event("MESSAGE", body=body), connections, ACCOUNT, NOW)
    return answer["statusCode"], json.loads(answer["body"])


def hears(connections: FakeConnections, **announced: Any) -> bool:
    return connections.held[ID].hears(an_announcement(**announced))


def test_who_connects_is_kept_for_as_long_as_a_connection_can_last_and_hears_nothing_yet(
    connections: FakeConnections,
) -> None:
    assert connect(connections) == {"statusCode": 200}
    (kept,) = connections.connections(NOW)
    assert (kept.id, kept.connected_at, kept.subscriptions) == (ID, NOW, ())
    assert connections.connections(NOW + timedelta(hours=2)) == [kept]
    assert connections.connections(NOW + KEPT) == []
    assert not hears(connections)


def test_who_subscribes_to_everything_hears_everything(connections: FakeConnections) -> None:
    connect(connections)
    status, told = say(connections, {"action": "subscribe"})
    assert (status, told) == (200, {"subscriptions": [{"account_id": None, "budget_name": None}]})
    assert hears(connections, account_id=OTHER, budget="any")
    assert hears(connections, budget=None)


def test_who_subscribes_to_an_account_hears_of_no_other(connections: FakeConnections) -> None:
    connect(connections)
    say(connections, {"action": "subscribe", "account_id": OTHER})
    assert hears(connections, account_id=OTHER)
    assert not hears(connections)


def test_a_budget_is_one_of_the_agents_account_unless_another_is_named(connections: FakeConnections) -> None:
    connect(connections)
    say(connections, {"action": "subscribe", "budget_name": "team"})
    say(connections, {"action": "subscribe", "budget_name": "theirs", "account_id": OTHER})
    assert hears(connections, budget="team")
    assert not hears(connections, budget="team", account_id=OTHER)
    assert hears(connections, budget="theirs", account_id=OTHER)
    assert not hears(connections, budget="theirs")
    assert not hears(connections, budget=None)


def test_a_subscription_that_is_ended_is_heard_no_more_and_all_end_together(
    connections: FakeConnections,
) -> None:
    connect(connections)
    for name in ("a", "b", "c"):
        say(connections, {"action": "subscribe", "budget_name": name})
    _, told = say(connections, {"action": "unsubscribe", "budget_name": "b"})
    assert [each["budget_name"] for each in told["subscriptions"]] == ["a", "c"]
    assert say(connections, {"action": "unsubscribe"}) == (200, {"subscriptions": []})


def test_subscribing_twice_is_subscribing_once(connections: FakeConnections) -> None:
    connect(connections)
    say(connections, {"action": "subscribe"})
    assert len(say(connections, {"action": "subscribe"})[1]["subscriptions"]) == 1


def test_who_says_goodbye_is_forgotten(connections: FakeConnections) -> None:
    connect(connections)
    assert answer_websocket(event("DISCONNECT"), connections, ACCOUNT, NOW) == {"statusCode": 200}
    assert connections.held == {}


def test_a_repeated_connect_keeps_what_was_subscribed_meanwhile(connections: FakeConnections) -> None:
    connect(connections)
    say(connections, {"action": "subscribe"})
    connect(connections)
    assert hears(connections)


@pytest.mark.parametrize(
    "message",
    [
        "hello",
        "",
        "[" * 100_000,
        [],
        {},
        {"action": "list"},
        {"action": ["subscribe"]},
        {"action": "subscribe", "budget": "team"},
        {"action": "subscribe", "account_id": 123456789012},
        {"action": "subscribe", "account_id": "1"},
        {"action": "subscribe", "budget_name": ""},
        {"action": "subscribe", "budget_name": "a:b"},
        {"action": "subscribe", "budget_name": 7},
    ],
    ids=lambda each: str(each)[:40],
)
def test_a_message_that_makes_no_sense_is_explained_and_changes_nothing(
    connections: FakeConnections, message: Any
) -> None:
    connect(connections)
    status, told = say(connections, message)
    assert status == 400
    assert len(told["error"]) > 10
    assert connections.held[ID].subscriptions == ()


def test_a_message_in_base64_is_read_too(connections: FakeConnections) -> None:
    connect(connections)
    body = base64.b64encode(b'{"action": "subscribe"}').decode()
    coded = event("MESSAGE", body=body, isBase64Encoded=True)
    assert answer_websocket(coded, connections, ACCOUNT, NOW)["statusCode"] == 200


def test_a_connection_has_a_bound_on_what_it_listens_to(connections: FakeConnections) -> None:
    connect(connections)
    many = tuple(Subscription(ACCOUNT, str(number)) for number in range(MOST_SUBSCRIPTIONS))
    connections.held[ID] = replace(connections.held[ID], subscriptions=many)
    status, told = say(connections, {"action": "subscribe", "budget_name": "one more"})
    assert (status, "at most 100" in told["error"]) == (400, True)
    assert say(connections, {"action": "subscribe", "budget_name": "7"})[0] == 200


def test_who_is_not_known_is_told_to_come_again(connections: FakeConnections) -> None:
    assert say(connections, {"action": "subscribe"})[0] == 410


class Hurried(FakeConnections):
    """Somebody else's message comes in between, so many times."""

    times = 0

    def subscribe(self, before: Connection, after: Connection) -> bool:
        if self.times:
            self.times -= 1
            other = before.subscribed(Subscription(OTHER, str(self.times)))
            assert super().subscribe(before, other)
        return super().subscribe(before, after)


@pytest.mark.parametrize(("times", "status"), [(3, 200), (100, 409)])
def test_two_messages_at_once_lose_nothing(times: int, status: int) -> None:
    connections = Hurried()
    connect(connections)
    connections.times = times
    assert say(connections, {"action": "subscribe", "budget_name": "team"})[0] == status
    if status == 200:
        assert len(connections.held[ID].subscriptions) == times + 1


@pytest.mark.parametrize("kind", ["CONNECT", "MESSAGE", "DISCONNECT"])
def test_a_table_that_does_not_answer_is_said(connections: FakeConnections, kind: str) -> None:
    error = unavailable()
    connections.failing = dict.fromkeys(("connect", "connection", "forget"), error)
    body = json.dumps({"action": "subscribe"})
    answer = answer_websocket(event(kind, body=body), connections, ACCOUNT, NOW)
    assert (answer["statusCode"], error.code in answer["body"]) == (503, True)
    assert answer_websocket(event(kind, body=body), None, ACCOUNT, NOW)["statusCode"] == 503
