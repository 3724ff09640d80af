"""WebSocket APIs that somebody made: their routes, their functions, and who may connect."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlsplit

import boto3
import pytest
from aws_lambda_powertools.utilities.parser.models.apigw_websocket import (
    APIGatewayWebSocketConnectEventModel,
    APIGatewayWebSocketDisconnectEventModel,
    APIGatewayWebSocketMessageEventModel,
)
from botocore.exceptions import ClientError

from local.remote import Remote
from local.server import EmbeddedAws
from local.websocket.client import WebSocketClient
from local.websocket.signing import signed_headers
from tests.contracts.local.function_resources import (
    FUNCTION,
    Clients,
    allow,
    make_function,
    make_queue,
    read_queue,
)
from tests.contracts.local.worlds import ACCOUNT, a_client, as_role

# Keeps what it gets in a queue, and answers what it is told.
CODE = """
import json
import boto3

sqs = boto3.client("sqs")

def handler(event, context):
    queue = sqs.get_queue_url(QueueName="seen")["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(event))
    said = event.get("body") or ""
    if "fail" in said or "fail" in (event.get("queryStringParameters") or {}):
        raise RuntimeError("as told")
    refuse = "refuse" in (event.get("queryStringParameters") or {})
    return {"statusCode": 418 if refuse else 200, "body": "no" if refuse else f"heard {said}"}
"""

# Whoever the account's own policies let.
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)

Make = Callable[..., str]


@pytest.fixture
def make(aws: EmbeddedAws, clients: Clients) -> Make:
    """Makes an API whose routes lead to one function; its id."""

    def run(
        *routes: str,
        authorization: str = "NONE",
        answers: tuple[str, ...] = (),
        auto_deploy: bool = True,
        lets: str = "*",
    ) -> str:
        apis = clients("apigatewayv2")
        make_queue(clients, "seen")
        make_function(clients, CODE)
        api: str = apis.create_api(
            Name="alerts", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action"
        )["ApiId"]
        clients("lambda").add_permission(
            FunctionName="agent",
            StatementId="api",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{api}/{lets}",
        )
        uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
        integration = apis.create_integration(
            ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=uri, IntegrationMethod="POST"
        )["IntegrationId"]
        for key in routes:
            given: dict[str, Any] = {"AuthorizationType": authorization} if key == "$connect" else {}
            if key in answers:
                given["RouteResponseSelectionExpression"] = "$default"
            route = apis.create_route(ApiId=api, RouteKey=key, Target=f"integrations/{integration}", **given)[
                "RouteId"
            ]
            if key in answers:
                apis.create_route_response(ApiId=api, RouteId=route, RouteResponseKey="$default")
        apis.create_stage(ApiId=api, StageName="live", AutoDeploy=auto_deploy)
        return api

    return run


def url_of(aws: EmbeddedAws, api: str, stage: str = "live", query: str = "") -> str:
    return f"ws://{urlsplit(aws.url).netloc}/ws/{api}/{stage}{query}"


def seen(clients: Clients) -> list[Any]:
    return [json.loads(message["Body"]) for message in read_queue(clients, "seen")]


def wait_until_nobody_is_connected(aws: EmbeddedAws) -> None:
    while Remote(aws.url).ask("GET", "connections")["connections"]:
        continue


def test_a_connection_a_message_and_a_goodbye_reach_the_function_in_aws_own_shapes(
    aws: EmbeddedAws, clients: Clients, make: Make
) -> None:
    api = make("$connect", "$disconnect", "$default", answers=("$default",))
    with WebSocketClient(url_of(aws, api, query="?team=data")) as client:
        client.send(b"hello")
        assert client.receive() == b"heard hello"
    wait_until_nobody_is_connected(aws)
    connected, said, *_ = seen(clients)
    APIGatewayWebSocketConnectEventModel.model_validate(connected)
    APIGatewayWebSocketMessageEventModel.model_validate(said)
    assert connected["queryStringParameters"] == {"team": "data"}
    assert said["body"] == "hello"
    for event in (connected, said):
        context = event["requestContext"]
        assert (context["apiId"], context["stage"]) == (api, "live")
        assert context["connectionId"] == client.connection_id
        assert context["requestTime"] == "20/Oct/2026:12:00:00 +0000"


def test_a_goodbye_reaches_the_function_with_its_code(aws: EmbeddedAws, clients: Clients, make: Make) -> None:
    api = make("$disconnect")
    WebSocketClient(url_of(aws, api)).close()
    events: list[Any] = []
    while not events:
        events = seen(clients)
    APIGatewayWebSocketDisconnectEventModel.model_validate(events[0])
    assert events[0]["requestContext"]["disconnectStatusCode"] == 1000


def test_a_client_that_vanished_is_told_as_ended_abnormally(
    aws: EmbeddedAws, clients: Clients, make: Make
) -> None:
    api = make("$disconnect")
    WebSocketClient(url_of(aws, api)).hang_up()
    events: list[Any] = []
    while not events:
        events = seen(clients)
    assert events[0]["requestContext"]["disconnectStatusCode"] == 1006


def test_a_message_goes_the_way_that_its_body_selects(aws: EmbeddedAws, clients: Clients, make: Make) -> None:
    api = make("subscribe", "$default", answers=("subscribe", "$default"))
    with WebSocketClient(url_of(aws, api)) as client:
        for message in (b'{"action": "subscribe"}', b'{"action": "other"}', b"no json", b"[1]", b"\xff"):
            client.send(message)
            client.receive()
    keys = [event["requestContext"]["routeKey"] for event in seen(clients)]
    assert keys == ["subscribe", "$default", "$default", "$default", "$default"]


def test_without_a_route_response_nothing_is_answered(aws: EmbeddedAws, clients: Clients, make: Make) -> None:
    api = make("quiet", "$default", answers=("$default",))
    with WebSocketClient(url_of(aws, api)) as client:
        client.send(b'{"action": "quiet"}')
        client.send(b"second")
        assert client.receive() == b"heard second"


def test_a_message_that_no_route_takes_is_forbidden(aws: EmbeddedAws, make: Make) -> None:
    with WebSocketClient(url_of(aws, make("subscribe"))) as client:
        client.send(b"anything")
        assert json.loads(client.receive() or b"")["message"] == "Forbidden"


def test_a_function_that_fails_is_an_internal_error_for_the_client(aws: EmbeddedAws, make: Make) -> None:
    with WebSocketClient(url_of(aws, make("$default"))) as client:
        client.send(b"fail")
        assert json.loads(client.receive() or b"")["message"] == "Internal server error"


@pytest.mark.parametrize(("query", "status"), [("?refuse=1", 418), ("?fail=1", 502)])
def test_a_function_that_does_not_agree_keeps_the_client_out(
    aws: EmbeddedAws, make: Make, query: str, status: int
) -> None:
    with pytest.raises(ConnectionError, match=f"says {status}"):
        WebSocketClient(url_of(aws, make("$connect"), query=query))


def test_api_gateway_needs_the_functions_leave(aws: EmbeddedAws, clients: Clients, make: Make) -> None:
    api = make("$connect", lets="live/$default")
    with pytest.raises(ConnectionError, match="says 502"):
        WebSocketClient(url_of(aws, api))
    assert seen(clients) == []


def test_a_stage_that_is_not_there_or_not_deployed_is_forbidden(aws: EmbeddedAws, make: Make) -> None:
    api = make("$default", auto_deploy=False)
    for stage in ("live", "other"):
        with pytest.raises(ConnectionError, match="says 403"):
            WebSocketClient(url_of(aws, api, stage))
        management = a_client("apigatewaymanagementapi", aws, path=f"/{api}/{stage}")
        with pytest.raises(ClientError, match="Forbidden"):
            management.get_connection(ConnectionId="L0SM9cOFvHcCIhw=")


def a_session(**credentials: str) -> boto3.Session:
    given = {"aws_access_key_id": "anything", "aws_secret_access_key": "anything", **credentials}
    return boto3.Session(region_name="us-east-1", **given)  # type: ignore[arg-type]


def test_iam_lets_in_who_signs_and_tells_the_function_who_it_is(
    aws: EmbeddedAws, clients: Clients, make: Make
) -> None:
    url = url_of(aws, make("$connect", authorization="AWS_IAM"))
    with pytest.raises(ConnectionError, match=r"says 403.*Missing Authentication Token"):
        WebSocketClient(url)
    WebSocketClient(url, headers=signed_headers(url, a_session())).close()
    (event,) = seen(clients)
    assert event["requestContext"]["identity"]["userArn"] == f"arn:aws:iam::{ACCOUNT}:user/administrator"
    assert "Authorization" not in event["headers"]


@pytest.mark.parametrize(
    ("resource", "is_allowed"), [("live/$connect", True), ("other/$connect", False), ("*", True)]
)
def test_a_role_may_connect_where_its_policy_says(
    aws: EmbeddedAws, clients: Clients, make: Make, resource: str, is_allowed: bool
) -> None:
    api = make("$connect", authorization="AWS_IAM")
    clients("iam").create_role(RoleName="viewer", AssumeRolePolicyDocument=TRUST)
    arn = f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{api}/{resource}"
    allow(clients, "execute-api:Invoke", role="viewer", resource=arn)
    url = url_of(aws, api)
    session = a_session(**as_role(aws, f"arn:aws:iam::{ACCOUNT}:role/viewer"))
    headers = signed_headers(url, session)
    if is_allowed:
        WebSocketClient(url, headers=headers).close()
    else:
        with pytest.raises(
            ConnectionError, match=r"not authorized to perform: execute-api:Invoke on resource"
        ):
            WebSocketClient(url, headers=headers)


def test_a_browser_signs_in_the_query(aws: EmbeddedAws, make: Make) -> None:
    api = make("$connect", authorization="AWS_IAM")
    credential = quote("anything/20261020/us-east-1/execute-api/aws4_request", safe="")
    WebSocketClient(url_of(aws, api, query=f"?X-Amz-Credential={credential}")).close()


def test_what_would_be_ignored_is_refused(aws: EmbeddedAws, clients: Clients, make: Make) -> None:
    apis, api = clients("apigatewayv2"), make("$default")
    with pytest.raises(ClientError, match="Route selection expression is required"):
        apis.create_api(Name="a", ProtocolType="WEBSOCKET")
    with pytest.raises(ClientError, match="restricted to the \\$connect route only"):
        apis.create_route(ApiId=api, RouteKey="other", AuthorizationType="AWS_IAM")
    with pytest.raises(ClientError, match="does not build AuthorizationType CUSTOM"):
        apis.create_route(ApiId=api, RouteKey="$connect", AuthorizationType="CUSTOM")
    with pytest.raises(ClientError, match="does not build IntegrationType MOCK"):
        apis.create_integration(ApiId=api, IntegrationType="MOCK")
    with pytest.raises(ClientError, match="already exists"):
        apis.create_route(ApiId=api, RouteKey="$default")


def test_the_address_of_an_api_is_that_of_a_websocket(aws: EmbeddedAws, clients: Clients, make: Make) -> None:
    api = make("$default")
    told = clients("apigatewayv2").get_api(ApiId=api)
    assert told["ApiEndpoint"] == f"wss://{api}.execute-api.us-east-1.amazonaws.com"


def test_a_function_finds_the_api_under_its_own_address(aws: EmbeddedAws, clients: Clients) -> None:
    code = "import os\ndef handler(event, context):\n    return [os.environ['API'], os.environ['OTHER']]\n"
    address = "https://abcdefgh.execute-api.us-east-1.amazonaws.com/live"
    variables = {"API": address, "OTHER": f"see {address}"}
    functions = make_function(clients, code, Environment={"Variables": variables})
    told = json.loads(functions.invoke(FunctionName="agent")["Payload"].read())
    assert told == [f"{aws.url}/abcdefgh/live", f"see {address}"]
    kept = functions.get_function_configuration(FunctionName="agent")["Environment"]["Variables"]
    assert kept == variables


def test_making_an_api_needs_the_action_of_its_http_method(aws: EmbeddedAws, clients: Clients) -> None:
    clients("iam").create_role(RoleName="deployer", AssumeRolePolicyDocument=TRUST)
    allow(clients, "apigateway:POST", role="deployer", resource="arn:aws:apigateway:us-east-1::/apis")
    deployer = a_client("apigatewayv2", aws, **as_role(aws, f"arn:aws:iam::{ACCOUNT}:role/deployer"))
    made = deployer.create_api(Name="a", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.a")
    with pytest.raises(ClientError, match="apigateway:DELETE on resource: .*/apis/" + made["ApiId"]):
        deployer.delete_api(ApiId=made["ApiId"])


def test_a_stack_makes_an_api_changes_and_removes_it(aws: EmbeddedAws, clients: Clients) -> None:
    make_queue(clients, "seen")
    make_function(clients, CODE)
    clients("lambda").add_permission(
        FunctionName="agent",
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    formation = clients("cloudformation")
    formation.create_stack(StackName="alerts", TemplateBody=json.dumps(a_template(50)))
    (stack,) = formation.describe_stacks(StackName="alerts")["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    told = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    assert told["Url"] == f"wss://{told['Api']}.execute-api.us-east-1.amazonaws.com/live"
    with WebSocketClient(url_of(aws, told["Api"])) as client:
        client.send(b"hello")
        assert client.receive() == b"heard hello"
    formation.update_stack(StackName="alerts", TemplateBody=json.dumps(a_template(60)))
    (stage,) = clients("apigatewayv2").get_stages(ApiId=told["Api"])["Items"]
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] == 60
    formation.delete_stack(StackName="alerts")
    assert clients("apigatewayv2").get_apis()["Items"] == []


def a_template(rate: int) -> dict[str, Any]:
    api = {"Ref": "Api"}
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"

    def resource(kind: str, **properties: Any) -> dict[str, Any]:
        return {"Type": f"AWS::ApiGatewayV2::{kind}", "Properties": properties}

    return {
        "Resources": {
            "Api": resource(
                "Api",
                Name="alerts",
                ProtocolType="WEBSOCKET",
                RouteSelectionExpression="$request.body.action",
            ),
            "Integration": resource(
                "Integration", ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=uri
            ),
            "Route": resource(
                "Route",
                ApiId=api,
                RouteKey="$default",
                RouteResponseSelectionExpression="$default",
                Target={"Fn::Sub": "integrations/${Integration}"},
            ),
            "Response": resource(
                "RouteResponse", ApiId=api, RouteId={"Ref": "Route"}, RouteResponseKey="$default"
            ),
            "Stage": resource(
                "Stage",
                ApiId=api,
                StageName="live",
                AutoDeploy=True,
                DefaultRouteSettings={"ThrottlingRateLimit": rate, "ThrottlingBurstLimit": 100},
            ),
        },
        "Outputs": {
            "Api": {"Value": api},
            "Url": {"Value": {"Fn::Sub": "${Api.ApiEndpoint}/${Stage}"}},
        },
    }
