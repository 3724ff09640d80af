"""WebSocket APIs: clients that stay connected, and the management API that pushes to them."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from local.command_line import main
from local.faults import Fault, Kind
from local.ledger.ledger import Ledger
from local.remote import Remote
from local.scenarios.scenario import Account, Scenario
from local.server import EmbeddedAws
from local.websocket.client import WebSocketClient
from local.websocket.frames import Opcode, encode
from tests.contracts.local.worlds import ACCOUNT, a_client, a_world, as_role

MEMBER = "210000000001"
UNKNOWN = "L0SM9cOFvHcCIhw="


def socket_url(aws: EmbeddedAws, path: str = "/ws/alerts/prod") -> str:
    return f"ws://{urlsplit(aws.url).netloc}{path}"


@pytest.fixture
def client(aws: EmbeddedAws) -> Iterator[WebSocketClient]:
    with WebSocketClient(socket_url(aws)) as connected:
        yield connected


def management(aws: EmbeddedAws, stage: str = "alerts/prod", **options: Any) -> Any:
    return a_client("apigatewaymanagementapi", aws, path=f"/{stage}", **options)


@pytest.fixture
def api(aws: EmbeddedAws) -> Any:
    return management(aws)


def refusal(call: Callable[[], Any]) -> tuple[str, int]:
    with pytest.raises(ClientError) as refused:
        call()
    response = refused.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def test_what_is_posted_arrives_at_the_client(client: WebSocketClient, api: Any) -> None:
    api.post_to_connection(ConnectionId=client.connection_id, Data=b'{"budget": "team"}')
    api.post_to_connection(ConnectionId=client.connection_id, Data="Über Budget".encode())
    assert client.receive() == b'{"budget": "team"}'
    assert client.receive() == "Über Budget".encode()


def test_a_message_of_128_kilobytes_arrives_and_a_longer_one_is_refused(
    client: WebSocketClient, api: Any
) -> None:
    longest = b"a" * 131072
    api.post_to_connection(ConnectionId=client.connection_id, Data=longest)
    assert client.receive() == longest
    told = refusal(lambda: api.post_to_connection(ConnectionId=client.connection_id, Data=longest + b"a"))
    assert told == ("PayloadTooLargeException", 413)


def test_everyone_is_reached_by_an_id_of_their_own(aws: EmbeddedAws, api: Any) -> None:
    with WebSocketClient(socket_url(aws)) as one, WebSocketClient(socket_url(aws)) as other:
        api.post_to_connection(ConnectionId=other.connection_id, Data=b"other")
        api.post_to_connection(ConnectionId=one.connection_id, Data=b"one")
        assert (one.receive(), other.receive()) == (b"one", b"other")


def test_a_client_that_said_goodbye_is_gone(client: WebSocketClient, api: Any) -> None:
    client.close()
    assert client.closed_with == 1000
    for operation, members in (
        ("post_to_connection", {"Data": b"a"}),
        ("get_connection", {}),
        ("delete_connection", {}),
    ):
        told = refusal(lambda: getattr(api, operation)(ConnectionId=client.connection_id, **members))  # noqa: B023
        assert told == ("GoneException", 410)


def test_a_client_that_vanished_is_gone(client: WebSocketClient, aws: EmbeddedAws, api: Any) -> None:
    client.hang_up()
    remote = Remote(aws.url)
    while remote.ask("GET", "connections")["connections"]:
        continue
    with pytest.raises(api.exceptions.GoneException):
        api.post_to_connection(ConnectionId=client.connection_id, Data=b"a")


@pytest.mark.parametrize("stage", ["alerts/test", "other/prod"])
def test_a_connection_belongs_to_one_stage_of_one_api(
    client: WebSocketClient, aws: EmbeddedAws, stage: str
) -> None:
    elsewhere = management(aws, stage)
    told = refusal(lambda: elsewhere.post_to_connection(ConnectionId=client.connection_id, Data=b"a"))
    assert told == ("GoneException", 410)


def test_an_id_is_gone_or_no_id_at_all(api: Any) -> None:
    assert refusal(lambda: api.get_connection(ConnectionId=UNKNOWN)) == ("GoneException", 410)
    assert refusal(lambda: api.get_connection(ConnectionId="nonsense")) == ("BadRequestException", 400)


def test_an_endpoint_without_api_and_stage_is_forbidden(aws: EmbeddedAws) -> None:
    bare = a_client("apigatewaymanagementapi", aws)
    assert refusal(lambda: bare.get_connection(ConnectionId=UNKNOWN)) == ("ForbiddenException", 403)


def test_a_connection_is_described_by_the_worlds_clock(
    client: WebSocketClient, aws: EmbeddedAws, api: Any
) -> None:
    Remote(aws.url).ask("POST", "clock", {"advance": "1h"})
    api.post_to_connection(ConnectionId=client.connection_id, Data=b"a")
    told = api.get_connection(ConnectionId=client.connection_id)
    assert told["ConnectedAt"].isoformat().startswith("2026-10-20T12:00:00")
    assert (told["LastActiveAt"] - told["ConnectedAt"]).total_seconds() == 3600
    assert told["Identity"] == {"SourceIp": "127.0.0.1", "UserAgent": "embedded-aws"}


def test_a_deleted_connection_is_closed(client: WebSocketClient, api: Any) -> None:
    api.delete_connection(ConnectionId=client.connection_id)
    assert (client.receive(), client.closed_with) == (None, 1000)
    assert refusal(lambda: api.get_connection(ConnectionId=client.connection_id)) == ("GoneException", 410)


def test_a_ping_is_answered(client: WebSocketClient, api: Any) -> None:
    client.send_raw(encode(Opcode.PING, b"there?", is_masked=True))
    client.send(b"anything")
    assert client.receive() is not None
    assert client.pongs == [b"there?"]


def test_a_client_can_tell_which_messages_came_by_now(client: WebSocketClient, api: Any) -> None:
    assert client.waiting() == []
    for data in (b"one", b"two"):
        api.post_to_connection(ConnectionId=client.connection_id, Data=data)
    assert client.waiting() == [b"one", b"two"]
    assert client.waiting() == []
    api.delete_connection(ConnectionId=client.connection_id)
    with pytest.raises(ConnectionError, match="closed"):
        client.waiting()


def test_a_message_that_no_route_takes_is_answered_as_api_gateway_does(client: WebSocketClient) -> None:
    client.send(b'{"action": "subscribe"}')
    answer = json.loads(client.receive() or b"")
    assert (answer["message"], answer["connectionId"]) == ("Forbidden", client.connection_id)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (encode(Opcode.TEXT, b"not masked"), 1002),
        (encode(Opcode.TEXT, b"\xff", is_masked=True), 1007),
        (encode(Opcode.BINARY, b"a" * 32769, is_masked=True), 1009),
    ],
    ids=["not masked", "no text", "too long"],
)
def test_a_client_that_breaks_the_rules_is_told_why_it_is_closed(
    client: WebSocketClient, sent: bytes, code: int
) -> None:
    client.send_raw(sent)
    assert (client.receive(), client.closed_with) == (None, code)


@pytest.mark.parametrize("path", ["/", "/ws", "/ws/alerts", "/ws/alerts/prod/more", "/ws/al%2Ferts/prod"])
def test_a_websocket_anywhere_else_is_not_found(aws: EmbeddedAws, path: str) -> None:
    with pytest.raises(ConnectionError, match="says 404"):
        WebSocketClient(socket_url(aws, path))


def test_another_version_of_websocket_is_refused_with_ours(aws: EmbeddedAws) -> None:
    connection = HTTPConnection("127.0.0.1", urlsplit(aws.url).port or 0, timeout=10)
    headers = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "8"}
    connection.request("GET", "/ws/alerts/prod", headers=headers)
    response = connection.getresponse()
    assert (response.status, response.headers["Sec-WebSocket-Version"]) == (426, "13")
    connection.close()


def test_a_reset_says_goodbye(client: WebSocketClient, aws: EmbeddedAws) -> None:
    aws.reset()
    assert (client.receive(), client.closed_with) == (None, 1001)
    assert Remote(aws.url).ask("GET", "connections") == {"connections": []}


def test_stopping_ends_every_websocket() -> None:
    with EmbeddedAws.start(a_world()) as aws:
        client = WebSocketClient(socket_url(aws))
    assert client.receive() is None
    client.close()


def test_the_open_connections_are_listed(client: WebSocketClient, aws: EmbeddedAws) -> None:
    assert Remote(aws.url).ask("GET", "connections") == {
        "connections": [
            {
                "id": client.connection_id,
                "api_id": "alerts",
                "stage": "prod",
                "connected_at": "2026-10-20T12:00:00Z",
            }
        ]
    }


def test_too_many_calls_are_a_fault_on_demand(client: WebSocketClient, aws: EmbeddedAws, api: Any) -> None:
    aws.faults.order(Fault("apigatewaymanagementapi", "PostToConnection", Kind.THROTTLE))
    with pytest.raises(api.exceptions.LimitExceededException):
        api.post_to_connection(ConnectionId=client.connection_id, Data=b"a")
    api.post_to_connection(ConnectionId=client.connection_id, Data=b"b")
    assert client.receive() == b"b"


@pytest.mark.parametrize(
    ("resource", "is_allowed"),
    [
        ("alerts/prod/POST/@connections/*", True),
        ("alerts/*", True),
        ("alerts/prod/GET/@connections/*", False),
        ("other/prod/POST/@connections/*", False),
    ],
)
def test_a_role_may_push_where_its_policy_says(
    client: WebSocketClient, aws: EmbeddedAws, resource: str, is_allowed: bool
) -> None:
    iam = a_client("iam", aws)
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "sts:AssumeRole",
    }
    push = {
        "Effect": "Allow",
        "Action": "execute-api:ManageConnections",
        "Resource": f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{resource}",
    }
    iam.create_role(RoleName="pushing", AssumeRolePolicyDocument=_document(trust))
    iam.put_role_policy(RoleName="pushing", PolicyName="own", PolicyDocument=_document(push))
    pushing = management(aws, **as_role(aws, f"arn:aws:iam::{ACCOUNT}:role/pushing"))
    if is_allowed:
        pushing.post_to_connection(ConnectionId=client.connection_id, Data=b"a")
        assert client.receive() == b"a"
    else:
        with pytest.raises(
            ClientError, match=r"execute-api:ManageConnections on resource: arn:aws:execute-api:"
        ) as no:
            pushing.post_to_connection(ConnectionId=client.connection_id, Data=b"a")
        assert f"alerts/prod/POST/@connections/{client.connection_id}" in str(no.value)


def test_another_account_may_not_push(aws: EmbeddedAws) -> None:
    accounts = [Account(ACCOUNT, "company", "c@example.com"), Account(MEMBER, "member", "m@example.com")]
    aws.reset(a_world(Scenario(ledger=Ledger(), accounts=accounts)))
    member = management(aws, **as_role(aws, f"arn:aws:iam::{MEMBER}:role/OrganizationAccountAccessRole"))
    with WebSocketClient(socket_url(aws)) as client:
        told = refusal(lambda: member.post_to_connection(ConnectionId=client.connection_id, Data=b"a"))
    assert told == ("ForbiddenException", 403)


def _document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_people_watch_what_is_pushed(aws: EmbeddedAws) -> None:
    watching = subprocess.Popen(
        [sys.executable, "-m", "local", "watch", "--count", "2", "--endpoint", aws.url],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert watching.stderr is not None
    connection_id = watching.stderr.readline().removeprefix("connected as ").partition(";")[0]
    local = management(aws, "local/local")
    for message in (b"one", b"two"):
        local.post_to_connection(ConnectionId=connection_id, Data=message)
    out, _ = watching.communicate(timeout=30)
    assert (watching.returncode, out) == (0, "one\ntwo\n")


def test_watching_without_a_server_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["watch", "--endpoint", "http://127.0.0.1:1"]) == 2
    assert "refused" in capsys.readouterr().err
