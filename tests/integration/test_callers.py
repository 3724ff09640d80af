"""Events of all kinds through the real handler: who asked is kept, and what asks for nothing costs nothing."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from agent.asynchronous import AsynchronousFailure
from tests.callers import FunctionAnswer, HttpAnswer, OperationAnswer, StandardReply, SupervisorReply, sample
from tests.embedded import STATE_TABLE, make_state_table
from tests.lambda_context import Context
from tests.pipeline import Pipeline, pipeline
from tests.unit.test_any_event import values

BUDGET = {"budget_name": "called", "amount": 100, "notification_email": "finops@example.com"}
ARN = "arn:aws:sts::123456789012:assumed-role/analyst/anna"
MEMORY = {"BUDGET_STATE_TABLE": STATE_TABLE}


@dataclass(frozen=True)
class Custom:
    """A client context."""

    custom: Any


@dataclass(frozen=True)
class ContextOfGateway(Context):
    """An invocation by AgentCore Gateway."""

    client_context: Any = field(
        default_factory=lambda: Custom(
            {
                "bedrockAgentCoreToolName": "budgets___create_budget",
                "bedrockAgentCoreGatewayId": "finops-abc",
                "bedrockAgentCoreTargetId": "TARGET1234",
            }
        )
    )


def over_http(body: Any, **authorizer: Any) -> dict[str, Any]:
    event = sample("10_apiGatewayProxyV2Event")
    event["requestContext"]["authorizer"] = authorizer
    return {**event, "headers": {}, "body": json.dumps(body)}


def by_agent(action: str, parameters: dict[str, Any]) -> dict[str, Any]:
    event = sample("19_bedrockAgentPostEvent")
    properties = [{"name": name, "type": "string", "value": str(value)} for name, value in parameters.items()]
    body = {"content": {"application/json": {"properties": properties}}}
    return {**event, "apiPath": f"/{action}", "requestBody": body}


CREATE = {"action": "create_budget", "parameters": BUDGET}
CALLS = [
    (CREATE, Context(), "direct", None),
    (over_http(CREATE, iam={"userArn": ARN}), Context(), "http_api", f"iam:{ARN}"),
    (over_http(CREATE), Context(), "http_api", None),
    (
        by_agent("create_budget", BUDGET),
        Context(),
        "bedrock_agent",
        "8ZXY0W8P1H/TSTALIASID#12345678912345",
    ),
    (BUDGET, ContextOfGateway(), "agentcore_gateway", "finops-abc/TARGET1234"),
]


@pytest.mark.parametrize(("event", "context", "source", "principal"), CALLS)
def test_a_change_is_recorded_with_who_asked(
    event: Any, context: Context, source: str, principal: str | None
) -> None:
    with pipeline("empty", **MEMORY) as through:
        make_state_table()
        through.send(event, context)
        [change] = through.act("list_changes")["data"]["changes"]
    assert (change["budget_name"], change["outcome"]) == ("called", "CHANGED")
    assert (change["requester"]["source"], change["requester"]["principal"]) == (source, principal)


def error_code(reply: dict[str, Any]) -> str:
    return StandardReply.model_validate(reply).error.code


def budgets(through: Pipeline) -> list[str]:
    return [each["name"] for each in through.act("analyze_budgets")["data"]["budgets"]]


def test_values_that_came_as_texts_make_the_budget_that_was_asked_for() -> None:
    texts = {
        **BUDGET,
        "amount": "100.50",
        "time_unit": "quarterly",
        "tags": "{team=data}",
        "dry_run": "false",
    }
    with pipeline("empty") as through:
        answer = OperationAnswer.model_validate(through.send(by_agent("create_budget", texts)))
    created = answer.reply.data["budget"]
    assert (created["limit"], created["time_unit"]) == ({"amount": "100.50", "unit": "USD"}, "QUARTERLY")
    assert answer.response.http_status_code == 200


def test_an_agents_overview_of_a_large_account_fits() -> None:
    event = {**sample("18_bedrockAgentEvent"), "function": "analyze_budgets", "parameters": []}
    del event["httpMethod"], event["apiPath"]
    with pipeline() as through:
        raw = through.send(event)
    assert len(json.dumps(raw)) <= 25_000
    assert FunctionAnswer.model_validate(raw).reply.data["summary"]["budgets"] == 12


def test_whatever_describe_agent_tells_fits_an_agent_too() -> None:
    with pipeline() as through:
        raw = through.send(by_agent("describe_agent", {}))
    assert len(json.dumps(raw)) <= 25_000
    data = OperationAnswer.model_validate(raw).reply.data
    assert "action_names" in data["incomplete"][0]["reason"]


@pytest.mark.parametrize(
    "event", [{"warmup": True}, {"source": "aws.events", "detail-type": "Scheduled Event"}]
)
def test_a_ping_asks_nothing_of_aws(event: Any) -> None:
    with pipeline(AWS_ACCOUNT_ID="wrong") as through:
        assert error_code(through.act("analyze_budgets")) == "INTERNAL_ERROR", "no agent can be built"
        reply = StandardReply.model_validate(through.send(event))
    assert reply.data == {"awake": True, "incomplete": []}


@pytest.mark.parametrize("name", ["16_eventBridgeEvent", "17_awsConfigRuleScheduled"])
def test_an_event_of_another_service_is_refused(name: str) -> None:
    with pipeline("empty") as through:
        reply = StandardReply.model_validate(through.send(sample(name)))
    assert reply.error.code == "INVALID_REQUEST"
    assert reply.data["request_id"] == Context().aws_request_id


def test_the_pages_that_the_setting_names_may_call() -> None:
    preflight = sample("10_apiGatewayProxyV2Event")
    preflight["requestContext"]["http"]["method"] = "OPTIONS"
    page = "https://finops.example.com"
    event = {**preflight, "headers": {"origin": page}}
    with pipeline(CORS_ALLOWED_ORIGINS=page) as through:
        allowed = HttpAnswer.model_validate(through.send(event))
    with pipeline() as through:
        refused = HttpAnswer.model_validate(through.send(event))
    assert allowed.headers["Access-Control-Allow-Origin"] == page
    assert "Access-Control-Allow-Origin" not in refused.headers


def test_a_wrong_setting_is_an_error_over_http_too_and_lets_no_page_in() -> None:
    event = {**over_http({"action": "analyze_budgets"}), "headers": {"origin": "https://finops.example.com"}}
    with pipeline(CORS_ALLOWED_ORIGINS="finops.example.com") as through:
        refused = HttpAnswer.model_validate(through.send(event))
        failed = HttpAnswer.model_validate(through.send({**event, "headers": {}}))
    assert (refused.status_code, failed.status_code) == (403, 500)
    assert "Access-Control-Allow-Origin" not in refused.headers
    assert failed.reply.error.code == "INTERNAL_ERROR"


def test_a_body_in_base64_reaches_the_action() -> None:
    body = base64.b64encode(json.dumps({"action": "analyze_budgets"}).encode()).decode()
    with pipeline() as through:
        answer = HttpAnswer.model_validate(
            through.send({**over_http({}), "body": body, "isBase64Encoded": True})
        )
    assert answer.reply.data["summary"]["budgets"] == 12


def test_a_question_of_the_wrong_kind_is_answered_in_the_supervisors_shape() -> None:
    with pipeline("empty") as through:
        reply = SupervisorReply.model_validate(through.send({"query": "How are we?", "colour": "red"}))
    assert "colour" in reply.response


def test_no_event_makes_the_handler_fail_unasked_nor_changes_a_budget() -> None:
    with pipeline("empty", AWS_ATTEMPTS="1") as through:

        @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
        @given(values)
        def answered(event: Any) -> None:
            try:
                answer = through.send(event)
            except AsynchronousFailure:
                return
            json.dumps(answer, ensure_ascii=False, allow_nan=False).encode()

        answered()
        assert budgets(through) == []
