"""What every channel promises: the fake of the unit tests, and the adapters on the embedded AWS alike."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any, Protocol
from urllib.parse import urlsplit

import boto3
import pytest

from local.faults import Fault, Kind
from local.server import EmbeddedAws
from local.websocket.client import WebSocketClient
from tests.builders import ACCOUNT, NOW
from tests.embedded import STATE_TABLE, begin, clients, environment, make_state_table
from tests.fake_channels import DOWN, FakeChannel, an_announcement
from tools.aws.connections import DynamoDbConnections, OwnersConnections
from tools.aws.state_table import StateTable
from tools.aws.topic import TopicChannel
from tools.aws.websocket import WebSocketChannel
from tools.domain.announcements import Announcement
from tools.domain.channel_messages import message_of, subject_of, text_of
from tools.domain.channels import OWNERS_WEBSOCKET, STACK_WEBSOCKET
from tools.domain.connections import KEPT, Connection, Subscription
from tools.domain.deliveries import DeliveryRun, Failure
from tools.domain.errors import StateUnavailable
from tools.ports.channels import AnnouncementChannel

TABLE = "their-connections"
TOPIC_ARN = f"arn:aws:sns:us-east-1:{ACCOUNT}:budget-management-messages"
STAGE = "alerts/live"
UNREACHABLE = "http://127.0.0.1:9/alerts/live"


class Audience(Protocol):
    """A channel with its recipients."""

    @property
    def channel(self) -> AnnouncementChannel:
        """The channel."""

    def join(self) -> str:
        """One more recipient; its name."""

    def leave(self, name: str) -> None:
        """A recipient is gone without a word to the channel."""

    def heard(self, name: str) -> list[str]:
        """The ids of what a recipient was told, each read once."""

    def fail_once(self) -> None:
        """Let the next recipient that is tried fail."""

    def known(self) -> list[str]:
        """Whom the channel knows."""


class FakeAudience:
    def __init__(self) -> None:
        self.fake = FakeChannel([])
        self.channel = self.fake
        self._fails = False

    def join(self) -> str:
        self.fake.recipients.append(f"recipient {len(self.fake.recipients)}")
        return self.fake.recipients[-1]

    def leave(self, name: str) -> None:
        self.fake.gone.add(name)

    def heard(self, name: str) -> list[str]:
        return self.fake.heard.pop(name, [])

    def fail_once(self) -> None:
        self.fake.dead = {self.fake.recipients[0]: DOWN}

    def known(self) -> list[str]:
        return list(self.fake.recipients)


class EmbeddedAudience:
    """Clients that are really connected. `is_owners` says whose table of connections it is."""

    def __init__(self, stack: ExitStack, *, is_owners: bool) -> None:
        self.aws = begin("empty")
        self._stack = stack
        self._clients: dict[str, WebSocketClient] = {}
        self._is_owners = is_owners
        self.channel: WebSocketChannel = make_channel(self.aws, is_owners=is_owners)
        self.store = connections()
        with environment():
            self._dynamodb: Any = boto3.client("dynamodb")

    def join(self) -> str:
        url = f"ws://{urlsplit(self.aws.url).netloc}/ws/{STAGE}"
        client = self._stack.enter_context(WebSocketClient(url, timeout=5.0))
        self._clients[client.connection_id] = client
        if self._is_owners:
            self._dynamodb.put_item(TableName=TABLE, Item={"connectionId": {"S": client.connection_id}})
        else:
            self.store.connect(Connection(id=client.connection_id, subscriptions=(Subscription(),)))
        return client.connection_id

    def leave(self, name: str) -> None:
        self._clients[name].close()

    def heard(self, name: str) -> list[str]:
        # What a client sends is answered after what was pushed to it before.
        client, told = self._clients[name], []
        client.send(b"anything more?")
        while (message := json.loads(client.receive() or b"{}")).get("message") != "Forbidden":
            told.append(message["data"]["id"])
        return told

    def fail_once(self) -> None:
        self.aws.faults.order(Fault("apigatewaymanagementapi", "PostToConnection", Kind.THROTTLE))

    def known(self) -> list[str]:
        return [each.id for each in self.channel._source.connections(NOW)]


def make_channel(aws: EmbeddedAws, *, is_owners: bool, address: str | None = None) -> WebSocketChannel:
    with environment():
        held = clients()
        client = held.connections(address or f"{aws.url}/{STAGE}")
        if not is_owners:
            make_state_table()
            return WebSocketChannel(STACK_WEBSOCKET, lambda: client, connections())
        boto3.client("dynamodb").create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "connectionId", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "connectionId", "KeyType": "HASH"}],
        )
        return WebSocketChannel(OWNERS_WEBSOCKET, lambda: client, OwnersConnections(held.dynamodb, TABLE))


def connections() -> DynamoDbConnections:
    return DynamoDbConnections(StateTable(clients().dynamodb, STATE_TABLE), ACCOUNT)


@pytest.fixture(params=["fake", "websocket", "stack_websocket"])
def audience(request: pytest.FixtureRequest) -> Iterator[Audience]:
    if request.param == "fake":
        yield FakeAudience()
        return
    with ExitStack() as stack:
        yield EmbeddedAudience(stack, is_owners=request.param == "websocket")


def run(*, seconds: float = 60.0, failed: dict[str, Failure] | None = None) -> DeliveryRun:
    return DeliveryRun(NOW, lambda: seconds, failed or {})


def test_everybody_is_told_and_counted(audience: Audience) -> None:
    names = {audience.join(), audience.join()}
    sent = audience.channel.deliver(an_announcement("a"), None, run())
    assert (set(sent.reached), sent.failed, sent.gone) == (names, {}, ())
    assert [audience.heard(each) for each in names] == [["a"], ["a"]]


def test_only_those_who_are_named_are_told(audience: Audience) -> None:
    one, other = audience.join(), audience.join()
    sent = audience.channel.deliver(an_announcement("a"), (other, "somebody who left"), run())
    assert (sent.reached, sent.failed) == ((other,), {})
    assert (audience.heard(one), audience.heard(other)) == ([], ["a"])


def test_nobody_there_is_no_failure(audience: Audience) -> None:
    sent = audience.channel.deliver(an_announcement(), None, run())
    assert (sent.reached, sent.failed, sent.is_refused) == ((), {}, False)


def test_who_is_gone_is_forgotten_and_no_failure(audience: Audience) -> None:
    one, gone = audience.join(), audience.join()
    audience.leave(gone)
    sent = audience.channel.deliver(an_announcement(), None, run())
    assert (sent.reached, sent.gone, sent.failed, sent.problems) == ((one,), (gone,), {}, ())
    assert audience.known() == [one]


def test_one_that_fails_stops_no_other_and_says_why(audience: Audience) -> None:
    names = [audience.join() for _ in range(5)]
    audience.fail_once()
    sent = audience.channel.deliver(an_announcement(), None, run())
    (failed,) = sent.failed.values()
    assert len(sent.reached) == 4
    assert {*sent.reached, *sent.failed} == set(names)
    assert (bool(failed.reason), failed.retryable, sent.is_refused) == (True, True, False)


def test_who_failed_before_in_the_run_is_not_tried(audience: Audience) -> None:
    one, other = audience.join(), audience.join()
    sent = audience.channel.deliver(an_announcement("a"), None, run(failed={one: DOWN}))
    assert (sent.reached, sent.failed) == ((other,), {one: DOWN})
    assert audience.heard(one) == []


def test_without_time_nobody_is_tried(audience: Audience) -> None:
    one = audience.join()
    sent = audience.channel.deliver(an_announcement(), None, run(seconds=0))
    assert [failed.code for failed in sent.failed.values()] == ["OUT_OF_TIME"]
    assert (sent.is_refused, audience.heard(one)) == (True, [])


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def test_forty_clients_are_told_at_the_same_time_each_once(stack: ExitStack) -> None:
    audience = EmbeddedAudience(stack, is_owners=False)
    names = [audience.join() for _ in range(40)]
    sent = audience.channel.deliver(an_announcement("a"), None, run())
    assert sorted(sent.reached) == sorted(names)
    assert [audience.heard(each) for each in names] == [["a"]] * 40


@pytest.mark.parametrize("is_owners", [True, False])
def test_an_endpoint_that_does_not_answer_is_asked_for_few_of_them(stack: ExitStack, is_owners: bool) -> None:
    audience = EmbeddedAudience(stack, is_owners=is_owners)
    names = [audience.join() for _ in range(20)]
    begun: list[str] = []
    with environment():
        client = clients().connections(UNREACHABLE)

    class Unreachable:
        def post_to_connection(self, **request: Any) -> Any:
            begun.append(request["ConnectionId"])
            return client.post_to_connection(**request)

    audience.channel._client = Unreachable
    sent = audience.channel.deliver(an_announcement(), None, run())
    assert (sent.reached, set(sent.failed)) == ((), set(names))
    assert {each.code for each in sent.failed.values()} == {"AWS_UNAVAILABLE"}
    assert len(begun) <= 16


def test_a_missing_permission_is_named(stack: ExitStack) -> None:
    audience = EmbeddedAudience(stack, is_owners=False)
    audience.join()
    audience.aws.faults.order(Fault("apigatewaymanagementapi", "PostToConnection", Kind.ACCESS_DENIED))
    (failed,) = audience.channel.deliver(an_announcement(), None, run()).failed.values()
    assert failed.code == "ACCESS_DENIED"
    assert "execute-api:ManageConnections" in failed.reason


def test_who_is_gone_and_cannot_be_forgotten_is_said(stack: ExitStack) -> None:
    audience = EmbeddedAudience(stack, is_owners=True)
    gone = audience.join()
    audience.leave(gone)
    audience.aws.faults.order(Fault("dynamodb", "DeleteItem", Kind.SERVER_ERROR))
    sent = audience.channel.deliver(an_announcement(), None, run())
    (problem,) = sent.problems
    assert (sent.gone, sent.failed) == ((gone,), {})
    assert gone in problem.reason
    assert audience.channel.deliver(an_announcement(), None, run()).gone == (gone,)
    assert audience.known() == []


def test_a_client_hears_only_what_it_subscribed_to(stack: ExitStack) -> None:
    audience = EmbeddedAudience(stack, is_owners=False)
    one = audience.join()
    before = audience.store.connection(one)
    assert before is not None
    assert audience.store.subscribe(before, replace(before, subscriptions=(Subscription(ACCOUNT, "team"),)))
    for id, budget in (("a", "team"), ("b", "other")):
        audience.channel.deliver(an_announcement(id, budget=budget), None, run())
    assert audience.heard(one) == ["a"]


def test_an_owner_may_narrow_what_a_client_is_told(stack: ExitStack) -> None:
    audience = EmbeddedAudience(stack, is_owners=True)
    one = audience.join()
    item = {"connectionId": {"S": one}, "budget_name": {"S": "team"}, "joined": {"N": "1"}}
    audience._dynamodb.put_item(TableName=TABLE, Item=item)
    audience._dynamodb.put_item(TableName=TABLE, Item={"connectionId": {"S": "x"}, "account_id": {"S": "9"}})
    for id, budget in (("a", "team"), ("b", "other")):
        audience.channel.deliver(an_announcement(id, budget=budget), None, run())
    assert audience.heard(one) == ["a"]


def test_every_page_of_an_owners_table_is_read(stack: ExitStack) -> None:
    audience = EmbeddedAudience(stack, is_owners=True)
    for number in range(12):
        item = {"connectionId": {"S": f"client {number}"}, "filler": {"S": "x" * 200_000}}
        audience._dynamodb.put_item(TableName=TABLE, Item=item)
    reply = audience._dynamodb.scan(TableName=TABLE)
    assert "LastEvaluatedKey" in reply, "it has one page only"
    assert len(audience.known()) == 12


def test_an_owners_table_that_is_not_there_is_named() -> None:
    begin("empty")
    with pytest.raises(StateUnavailable, match=r"nothing-here.*WEBSOCKET_CONNECTIONS_TABLE"):
        OwnersConnections(clients().dynamodb, "nothing-here").connections(NOW)


@pytest.fixture
def store() -> DynamoDbConnections:
    begin("empty")
    make_state_table()
    return connections()


def a_connection(**members: Any) -> Connection:
    return Connection(id="L0SM9cOFvHcCIhw=", connected_at=NOW, expires_at=NOW + KEPT, **members)


def test_a_connection_is_read_back_whole(store: DynamoDbConnections) -> None:
    kept = a_connection(
        subscriptions=(Subscription(), Subscription(ACCOUNT), Subscription(ACCOUNT, "Ü 80 %"))
    )
    store.connect(kept)
    assert (store.connections(NOW), store.connection(kept.id), store.connection("x")) == ([kept], kept, None)


def test_a_connection_is_over_before_dynamodb_deletes_it(store: DynamoDbConnections) -> None:
    store.connect(a_connection())
    assert store.connections(NOW + KEPT - timedelta(seconds=1)) != []
    assert store.connections(NOW + KEPT) == []


def test_connecting_again_changes_nothing_and_forgetting_again_neither(store: DynamoDbConnections) -> None:
    store.connect(a_connection(subscriptions=(Subscription(),)))
    store.connect(a_connection())
    assert store.connections(NOW)[0].subscriptions == (Subscription(),)
    for _ in range(2):
        store.forget(a_connection().id)
    assert store.connections(NOW) == []


def test_a_subscription_is_kept_unless_another_came_in_between(store: DynamoDbConnections) -> None:
    first = a_connection()
    store.connect(first)
    second = first.subscribed(Subscription(ACCOUNT))
    assert store.subscribe(first, second)
    assert not store.subscribe(first, first.subscribed(Subscription()))
    assert store.connection(first.id) == second
    store.forget(first.id)
    assert not store.subscribe(second, first)
    assert store.connection(first.id) is None


def test_the_connections_of_agents_of_two_accounts_are_apart(store: DynamoDbConnections) -> None:
    store.connect(a_connection())
    assert DynamoDbConnections(store._table, "999999999999").connections(NOW) == []


def a_topic(aws: EmbeddedAws) -> tuple[TopicChannel, Callable[[], list[Any]]]:
    """The channel of a topic, and what a queue that listens to it gets."""
    with environment():
        sns: Any = boto3.client("sns")
        sqs: Any = boto3.client("sqs")
        sns.create_topic(Name=TOPIC_ARN.rpartition(":")[2])
        url = sqs.create_queue(QueueName="listening")["QueueUrl"]
        arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:listening"
        sns.subscribe(TopicArn=TOPIC_ARN, Protocol="sqs", Endpoint=arn)
        held = clients()
        held.sns()

    def received() -> list[Any]:
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(each["Body"]) for each in messages]

    return TopicChannel(held.sns, TOPIC_ARN), received


def published(announcement: Announcement) -> tuple[Any, Any]:
    """The request that publishes an announcement, and what came of it."""
    requests: list[Any] = []

    class Listening:
        def publish(self, **request: Any) -> Any:
            requests.append(request)
            return {}

    sent = TopicChannel(Listening, TOPIC_ARN).deliver(announcement, None, run())
    return requests[0], sent


def test_a_topic_is_told_once_and_programs_get_the_json_message() -> None:
    channel, received = a_topic(begin("empty"))
    announcement = an_announcement(severity="WARNING", sentence="It is past 80 %.")
    assert channel.deliver(announcement, None, run()).reached == (TOPIC_ARN,)
    (got,) = received()
    assert json.loads(got["Message"]) == message_of(announcement)
    assert got["Subject"] == subject_of(announcement)
    values = {name: each["Value"] for name, each in got["MessageAttributes"].items()}
    assert values == {
        "id": "a1",
        "type": "budget_alert",
        "event": "opened",
        "account_id": ACCOUNT,
        "budget_name": "team",
        "severity": "WARNING",
    }


def test_people_get_a_text() -> None:
    announcement = an_announcement(sentence="It is past 80 %.")
    request, _ = published(announcement)
    assert json.loads(request["Message"])["default"] == text_of(announcement)


def test_the_largest_message_is_within_what_sns_takes() -> None:
    for filling in ('"', "é", "\n", "\x01"):
        request, _ = published(an_announcement(details=filling * 100_000, sentence=filling * 1_900))
        assert len(request["Message"].encode()) < 256 * 1024


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (Kind.THROTTLE, "THROTTLED"),
        (Kind.SERVER_ERROR, "AWS_UNAVAILABLE"),
        (Kind.ACCESS_DENIED, "ACCESS_DENIED"),
    ],
)
def test_a_topic_that_takes_nothing_is_said(kind: Kind, code: str) -> None:
    aws = begin("empty")
    channel, received = a_topic(aws)
    aws.faults.order(Fault("sns", "Publish", kind))
    sent = channel.deliver(an_announcement(), None, run())
    assert (sent.is_refused, [each.code for each in sent.failed.values()]) == (True, [code])
    assert received() == []
    assert channel.deliver(an_announcement(), None, run()).reached == (TOPIC_ARN,)


def test_a_topic_is_not_told_when_there_is_no_time() -> None:
    channel, received = a_topic(begin("empty"))
    sent = channel.deliver(an_announcement(), None, run(seconds=0))
    assert [each.code for each in sent.failed.values()] == ["OUT_OF_TIME"]
    assert received() == []


def test_a_topic_that_is_not_there_is_said() -> None:
    begin("empty")
    with environment():
        held = clients()
        held.sns()
    sent = TopicChannel(held.sns, TOPIC_ARN).deliver(an_announcement(), None, run())
    assert sent.is_refused
