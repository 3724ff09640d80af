"""The channels of a deployed agent: clients of the stack's own WebSocket API, of somebody's own, and a topic."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest

from local.remote import Remote
from local.websocket.client import WebSocketClient
from local.websocket.signing import signed_headers
from tests.builders import ACCOUNT
from tests.e2e.deployment import BUCKET, PROJECT, Deployment, readme_commands, with_host_parameters
from tests.integration.embedded_process import embedded_process

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(platform.system() != "Linux", reason="Lambda's wheels run on Linux only"),
]

TABLE = "their-connections"
CHANNELS = (
    "CreateMessagesTopic=true CreateWebSocketApi=true "
    f"WebSocketApiId=dashboard WebSocketStage=test WebSocketConnectionsTable={TABLE}"
)
# Seconds that a function may take to start on a busy machine.
PATIENCE = 60.0
LARGEST_FRAME = 32 * 1024


@pytest.fixture(scope="module")
def deployed(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The agent with every channel, in the company's account."""
    with embedded_process("company") as url:
        deployment = Deployment(url, tmp_path_factory.mktemp("deployment"))
        deployment.run(f"aws s3 mb s3://{BUCKET}")
        deployment.run(f"aws s3 cp {package} s3://{BUCKET}/budget-management-agent.zip")
        deploy = readme_commands()[2].replace("ProjectName=", f"{CHANNELS} ProjectName=")
        deployment.run(with_host_parameters(deploy))
        deployment.client("dynamodb").create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "connectionId", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "connectionId", "KeyType": "HASH"}],
        )
        deployment.client("sqs").create_queue(QueueName="people")
        deployment.client("sns").subscribe(
            TopicArn=deployment.outputs()["MessagesTopicArn"],
            Protocol="sqs",
            Endpoint=f"arn:aws:sqs:us-east-1:{ACCOUNT}:people",
        )
        yield deployment


class Listeners:
    """One listener per channel, and what each has heard."""

    def __init__(self, deployed: Deployment, opened: ExitStack) -> None:
        self._deployed = deployed
        host = urlsplit(deployed.url).netloc
        url = f"ws://{host}/ws/{api_of(deployed)}/live"
        self.stacks = opened.enter_context(
            WebSocketClient(url, timeout=PATIENCE, headers=signed_headers(url, administrator()))
        )
        self.owners = opened.enter_context(
            WebSocketClient(f"ws://{host}/ws/dashboard/test", timeout=PATIENCE)
        )
        item = {"connectionId": {"S": self.owners.connection_id}}
        deployed.client("dynamodb").put_item(TableName=TABLE, Item=item)
        self.say({"action": "subscribe"})

    def say(self, message: Any) -> Any:
        self.stacks.send(json.dumps(message).encode())
        return json.loads(self.stacks.receive() or b"")

    def heard(self) -> tuple[list[Any], list[Any], list[Any]]:
        """What came since the last time: over the stack's API, over the owner's, and to people."""
        return (
            self._until(self.stacks, "error"),
            self._until(self.owners, "message"),
            [json.loads(each) for each in self._queue()],
        )

    def _until(self, client: WebSocketClient, last: str) -> list[Any]:
        """Everything before the answer to a message that makes no sense."""
        client.send(b"what else?")
        told: list[Any] = []
        while True:
            raw = client.receive() or b""
            message = json.loads(raw)
            if last in message:
                return told
            assert len(raw) <= LARGEST_FRAME
            told.append(message)

    def _queue(self) -> Iterator[str]:
        sqs = self._deployed.client("sqs")
        url = sqs.get_queue_url(QueueName="people")["QueueUrl"]
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            yield from (json.loads(each["Body"])["Message"] for each in messages)


@pytest.fixture
def listeners(deployed: Deployment) -> Iterator[Listeners]:
    with ExitStack() as opened:
        yield Listeners(deployed, opened)


def administrator() -> Any:
    make: Any = boto3.Session
    return make(aws_access_key_id="any", aws_secret_access_key="any", region_name="us-east-1")


def api_of(deployed: Deployment) -> str:
    address = urlsplit(deployed.outputs()["WebSocketUrl"])
    assert (address.scheme, address.path) == ("wss", "/live")
    return address.netloc.partition(".")[0]


def acknowledged_alert(deployed: Deployment) -> Any:
    """Something new to tell the programs: somebody looks after the first alert, with a longer note."""
    listed = deployed.act("list_alerts")
    alert = listed["data"]["alerts"][0]
    note = f"{len(alert['note'] or '') * 'x'}x"
    reply = deployed.act("acknowledge_alert", alert_id=alert["alert_id"], reason=note)
    assert reply["status"] == "success", reply
    return reply["data"]


def test_every_alert_is_told_once_by_every_channel_however_permissions_come_and_go(
    deployed: Deployment, listeners: Listeners
) -> None:
    with deployed.without("execute-api:ManageConnections", "sns:Publish"):
        first = deployed.act("monitor_budgets", notify=True)["data"]
    missing = {each["part"]: each["reason"] for each in first["incomplete"]}
    assert set(missing) == {f"announcements by {each}" for each in ("websocket", "stack_websocket", "topic")}
    assert "sns:Publish" in missing["announcements by topic"]
    assert "execute-api:ManageConnections" in missing["announcements by websocket"]
    opened = len(first["alerts"]["opened"])
    assert opened > 1
    assert (first["announced"]["sent"], len(first["announced"]["pending"])) == (0, 3 * opened)
    with deployed.without("dynamodb:Scan"):
        second = deployed.act("monitor_budgets", notify=True)["data"]
    (missed,) = second["incomplete"]
    assert (missed["part"], "dynamodb:Scan" in missed["reason"]) == ("announcements by websocket", True)
    assert (second["announced"]["sent"], len(second["announced"]["pending"])) == (2 * opened, opened)
    third = deployed.act("monitor_budgets", notify=True)["data"]
    assert (third["announced"], third["incomplete"]) == ({"sent": opened, "pending": [], "failed": []}, [])
    assert deployed.act("monitor_budgets", notify=True)["data"]["announced"]["sent"] == 0
    stacks, owners, people = listeners.heard()
    assert stacks == owners == people
    assert len({each["data"]["id"] for each in stacks}) == len(stacks) == opened
    for message in stacks:
        assert list(message) == ["type", "agent", "data", "timestamp"]
        assert (message["type"], message["agent"]) == ("budget_alert", "BudgetManagementAgent")


def test_an_endpoint_that_was_down_for_an_hour_is_told_afterwards_and_once(
    deployed: Deployment, listeners: Listeners
) -> None:
    deployed.act("monitor_budgets", notify=True)
    listeners.heard()
    remote = Remote(deployed.url)
    fault = {"service": "apigatewaymanagementapi", "operation": "PostToConnection", "kind": "server-error"}
    remote.ask("POST", "faults", {**fault, "times": 1000})
    try:
        pending = acknowledged_alert(deployed)["announced"]
        # The schedules go on meanwhile, try again, and open what a second look confirms.
        remote.ask("POST", "clock", {"advance": "1h"})
        assert listeners.heard()[:2] == ([], [])
    finally:
        remote.ask("DELETE", "faults")
    assert pending["sent"] == 0
    assert {each["channel"] for each in pending["pending"]} == {"websocket", "stack_websocket"}
    assert deployed.act("monitor_budgets", notify=True)["data"]["announced"]["pending"] == []
    stacks, owners, _ = listeners.heard()
    assert stacks == owners
    assert [each["data"]["event"] for each in stacks].count("acknowledged") == 1
    assert len({each["data"]["id"] for each in stacks}) == len(stacks)
    assert [each["timestamp"] for each in stacks] == sorted(each["timestamp"] for each in stacks)
    deployed.act("monitor_budgets", notify=True)
    assert listeners.heard()[:2] == ([], [])


def test_who_left_is_forgotten_and_who_stays_is_told(deployed: Deployment, listeners: Listeners) -> None:
    deployed.act("monitor_budgets", notify=True)
    listeners.heard()
    listeners.owners.close()
    reply = acknowledged_alert(deployed)
    assert (reply["announced"]["pending"], reply["incomplete"]) == ([], [])
    assert deployed.client("dynamodb").scan(TableName=TABLE)["Items"] == []


def test_only_who_signs_may_connect_and_each_says_what_it_hears(
    deployed: Deployment, listeners: Listeners
) -> None:
    url = f"ws://{urlsplit(deployed.url).netloc}/ws/{api_of(deployed)}/live"
    with pytest.raises(ConnectionError, match="says 403"):
        WebSocketClient(url)
    everything = {"account_id": None, "budget_name": None}
    team = {"account_id": ACCOUNT, "budget_name": "team"}
    said = {"action": "subscribe", "budget_name": "team"}
    assert listeners.say(said) == {"subscriptions": [everything, team]}
    assert listeners.say({"action": "unsubscribe"}) == {"subscriptions": []}
    told = listeners.say({"action": "shout"})
    assert "subscribe" in told["error"]


def test_a_client_that_says_goodbye_is_in_the_table_no_more(
    deployed: Deployment, listeners: Listeners
) -> None:
    def connected() -> list[str]:
        items = deployed.client("dynamodb").query(
            TableName=f"{PROJECT}-state",
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"{ACCOUNT}#connections"}},
        )["Items"]
        return [each["sk"]["S"] for each in items]

    assert listeners.stacks.connection_id in connected()
    listeners.stacks.close()
    while listeners.stacks.connection_id in connected():
        continue


def test_a_deployment_without_channels_may_reach_nobody(deployed: Deployment) -> None:
    command = with_host_parameters(readme_commands()[2])
    without = "CreateMessagesTopic=false CreateWebSocketApi=false WebSocketApiId= WebSocketConnectionsTable="
    deployed.run(command.replace("ProjectName=", f"{without} ProjectName="))
    policy = deployed.client("iam").get_role_policy(RoleName=f"{PROJECT}-execution-role", PolicyName="agent")
    for permission in ("execute-api:", "sns:", "dynamodb:Scan"):
        assert permission not in json.dumps(policy["PolicyDocument"])
    assert deployed.client("apigatewayv2").get_apis()["Items"] == []
    assert "WebSocketUrl" not in deployed.outputs()
    assert deployed.act("monitor_budgets", notify=True)["data"]["announced"]["pending"] == []
