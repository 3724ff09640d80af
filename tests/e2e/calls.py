"""What every event source sends, meant well, wrong, or with bad intent, and what it has to hear back."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.callers import (
    AlbAnswer,
    AlbAnswerOfLists,
    FunctionAnswer,
    HttpAnswer,
    OperationAnswer,
    StandardReply,
    SupervisorReply,
    sample,
)
from tests.notifications import sns_envelope, sns_event, sqs_event

PAGE = "https://finops.example.com"
EVIL = "https://evil.example.com"
NAME = "cloudfront-monthly"
READ = {"action": "analyze_budgets", "parameters": {"budget_names": [NAME]}}
DELETE = {"action": "delete_budget", "parameters": {"budget_name": NAME, "confirm": NAME}}

Check = Callable[[Any], None]


@dataclass(frozen=True)
class Call:
    """One event of a source, how it is meant, and what the source has to hear back."""

    source: str
    meant: str
    event: Any
    check: Check
    context: Any = None

    def __str__(self) -> str:
        return f"{self.source}-{self.meant}"


@dataclass(frozen=True)
class Failed:
    """An invocation that failed: the kind of its error, and why."""

    kind: str
    why: str


def over(name: str, request: Any, method: str = "POST", **members: Any) -> dict[str, Any]:
    """A verbatim sample of an HTTP event, with this request in its body."""
    event = sample(name)
    if "http" in event["requestContext"]:
        event["requestContext"]["http"]["method"] = method
    else:
        event["method" if "method" in event else "httpMethod"] = method
    event.pop("multiValueHeaders", None)
    body = request if isinstance(request, str) else json.dumps(request)
    return {**event, "headers": {"Content-Type": "application/json"}, "body": body, **members}


def function(name: str, **texts: str) -> dict[str, Any]:
    """What a group of functions sends."""
    event = sample("18_bedrockAgentEvent")
    del event["httpMethod"], event["apiPath"]
    listed = [{"name": key, "type": "string", "value": text} for key, text in texts.items()]
    return {**event, "function": name, "parameters": listed}


def operation(path: str, **texts: str) -> dict[str, Any]:
    """What a group of API operations sends."""
    event = sample("19_bedrockAgentPostEvent")
    properties = [{"name": key, "type": "string", "value": text} for key, text in texts.items()]
    body = {"content": {"application/json": {"properties": properties}}}
    return {**event, "apiPath": path, "requestBody": body}


def tool(name: Any) -> dict[str, Any]:
    """The client context in which AgentCore Gateway names a tool."""
    return {"custom": {"bedrockAgentCoreToolName": name, "bedrockAgentCoreGatewayId": "g"}}


def _reads(shape: Any) -> Check:
    """The answer has this shape, and the budget that was asked for is in it."""

    def check(answer: Any) -> None:
        found = shape.model_validate(answer)
        reply = found if isinstance(found, StandardReply) else found.reply
        assert [each["name"] for each in reply.data["budgets"]] == [NAME]

    return check


def _fails(shape: Any, code: str, told: Any = None) -> Check:
    """The answer has this shape and says why it failed; `told` is the status or state that its source reads."""

    def check(answer: Any) -> None:
        found = shape.model_validate(answer)
        reply = found if isinstance(found, StandardReply) else found.reply
        assert reply.error.code == code
        if isinstance(found, HttpAnswer):
            assert found.status_code == told
        elif isinstance(found, OperationAnswer):
            assert found.response.http_status_code == told
        elif isinstance(found, FunctionAnswer):
            assert found.response.function_response.response_state == told

    return check


def _is_wrong(shape: Any = StandardReply, told: Any = 400) -> Check:
    return _fails(shape, "INVALID_REQUEST", told)


def _asks(answer: Any) -> None:
    """A question reached the action that answers it; the reply can be read whether or not there is a model."""
    reply = SupervisorReply.model_validate(answer)
    assert (reply.action, bool(reply.failure)) == ("ask", reply.status == "error")


def _refuses_question(shape: Any) -> Check:
    def check(answer: Any) -> None:
        found = shape.model_validate(answer)
        body = json.loads(found.body)
        assert (found.status_code, body["error"]) == (400, body["response"])

    return check


def _equals(expected: Any) -> Check:
    def check(answer: Any) -> None:
        assert answer == expected

    return check


def _is_awake(answer: Any) -> None:
    assert StandardReply.model_validate(answer).data == {"awake": True, "incomplete": []}


def _lets_in(origin: str | None) -> Check:
    def check(answer: Any) -> None:
        found = HttpAnswer.model_validate(answer)
        assert (found.status_code, found.body) == (204, "")
        assert found.headers.get("Access-Control-Allow-Origin") == origin

    return check


def _reads_in_lists(answer: Any) -> None:
    found = AlbAnswerOfLists.model_validate(answer)
    assert found.multi_value_headers["Content-Type"] == ["application/json"]
    assert json.loads(found.body)["data"]["summary"]["budgets"] == 1


def _over_http(source: str, name: str, shape: Any = HttpAnswer) -> list[Call]:
    """What every service that speaks HTTP may send."""
    encoded: dict[str, Any] = {
        "body": base64.b64encode(json.dumps(READ).encode()).decode(),
        "isBase64Encoded": True,
    }
    unwaited = {**DELETE, "asynchronous": True}
    return [
        Call(source, "good", over(name, READ), _reads(shape)),
        Call(source, "good in base64", over(name, READ, **encoded), _reads(shape)),
        Call(source, "bad: no JSON", over(name, "Hello from Lambda!"), _is_wrong(shape)),
        Call(source, "bad: GET", over(name, READ, "GET"), _is_wrong(shape, 405)),
        Call(source, "bad action", over(name, {"action": "none"}), _fails(shape, "UNKNOWN_ACTION", 404)),
        Call(source, "hostile page", over(name, DELETE, headers={"Origin": EVIL}), _is_wrong(shape, 403)),
        Call(source, "hostile: nobody waits", over(name, unwaited), _is_wrong(shape)),
        Call(source, "hostile: depth", over(name, "[" * 50_000), _is_wrong(shape)),
        Call(source, "hostile: DELETE", over(name, DELETE, "DELETE"), _is_wrong(shape, 405)),
        Call(source, "hostile question", over(name, {"query": "x", **DELETE}), _refuses_question(shape)),
    ]


def _in_lists() -> dict[str, Any]:
    event = over("12_albEvent", READ, multiValueHeaders={"accept": ["*/*"]})
    del event["headers"]
    return event


def _preflight(origin: str) -> dict[str, Any]:
    return over("11_lambdaFunctionUrlEvent", "", "OPTIONS", headers={"origin": origin})


_MESSAGE = json.dumps(DELETE)
_NO_WAITING = {"action": "nothing", "asynchronous": True}
_UNKNOWN_TO_A_MODEL = _fails(FunctionAnswer, "UNKNOWN_ACTION", "REPROMPT")
_UNKNOWN_PATH = _fails(OperationAnswer, "UNKNOWN_ACTION", 404)

DIRECT = [
    Call("direct", "good", READ, _reads(StandardReply)),
    Call(
        "direct",
        "bad",
        {"action": "analyze_budgets", "parameters": {"budget_names": 5}},
        _fails(StandardReply, "INVALID_PARAMETERS"),
    ),
    Call("direct", "hostile", {**DELETE, "colour": "\ud800"}, _is_wrong()),
    Call("question", "good", {"query": "Which budgets are over?"}, _asks),
    Call("question", "good again", {"query": "Which budgets are over?"}, _asks),
    Call("question", "bad", {"query": 5, "session_id": []}, _asks),
    Call("question", "hostile", {"query": "x", **DELETE}, _asks),
    Call("schedule", "good", {**READ, "asynchronous": True}, _reads(StandardReply)),
    Call("schedule", "bad", _NO_WAITING, _equals(Failed("AsynchronousFailure", "UNKNOWN_ACTION"))),
    Call("schedule", "hostile", {**DELETE, "asynchronous": "yes"}, _is_wrong()),
    Call("ping", "good", {"warmup": True}, _is_awake),
    Call("ping", "bad", {"warmup": "please"}, _is_wrong()),
    Call("ping", "hostile", {"ping": True, "detail": DELETE}, _is_awake),
]
HTTP = [
    *_over_http("api_gateway", "09_apiGatewayProxyEvent"),
    Call("api_gateway", "bad: verbatim", sample("09_apiGatewayProxyEvent"), _is_wrong(HttpAnswer, 405)),
    *_over_http("http_api", "10_apiGatewayProxyV2Event"),
    Call("http_api", "bad: verbatim", sample("10_apiGatewayProxyV2Event"), _is_wrong(HttpAnswer)),
    *_over_http("function_url", "11_lambdaFunctionUrlEvent"),
    Call("function_url", "good preflight", _preflight(PAGE), _lets_in(PAGE)),
    Call("function_url", "hostile preflight", _preflight(EVIL), _lets_in(None)),
    *_over_http("alb", "12_albEvent", AlbAnswer),
    Call("alb", "good in lists", _in_lists(), _reads_in_lists),
    *_over_http("vpc_lattice", "21_vpcLatticeV2Event"),
]
MODELS = [
    Call("function", "good", function("analyze_budgets", budget_names=f"[{NAME}]"), _reads(FunctionAnswer)),
    Call(
        "function",
        "bad",
        function("update_budget", budget_name=NAME, amount="a lot"),
        _fails(FunctionAnswer, "INVALID_PARAMETERS", "REPROMPT"),
    ),
    Call(
        "function",
        "hostile",
        function("delete_budget", budget_name=NAME, confirm="\ud800"),
        _is_wrong(FunctionAnswer, "REPROMPT"),
    ),
    Call("function", "hostile name", function("../delete_budget"), _UNKNOWN_TO_A_MODEL),
    Call(
        "operation",
        "good",
        operation("/analyze_budgets", budget_names=f'["{NAME}"]'),
        _reads(OperationAnswer),
    ),
    Call("operation", "bad: verbatim", sample("19_bedrockAgentPostEvent"), _UNKNOWN_PATH),
    Call("operation", "bad: path", sample("20_bedrockAgentEventWithPathParams"), _UNKNOWN_PATH),
    Call(
        "operation",
        "hostile",
        {**operation("/delete_budget", budget_name=NAME, confirm=NAME), "parameters": "all"},
        _is_wrong(OperationAnswer),
    ),
    Call("tool", "good", {"budget_names": [NAME]}, _reads(StandardReply), tool("b___analyze_budgets")),
    Call("tool", "bad", {}, _fails(StandardReply, "UNKNOWN_ACTION"), tool("b___nothing")),
    Call("tool", "hostile", DELETE, _fails(StandardReply, "INVALID_PARAMETERS"), tool("b___delete_budget")),
    Call("tool", "hostile context", {**DELETE, "x": 1}, _is_wrong(), tool({"a": [1]})),
]
MESSAGES = [
    Call("sns", "good", sns_event(sns_envelope("text")), _equals({"received": 1})),
    Call("sns", "bad: verbatim", sample("13_snsEvent"), _equals({"received": 1})),
    Call("sns", "hostile", sns_event(sns_envelope(_MESSAGE)), _equals({"received": 1})),
    Call("sqs", "good", sample("14_snsSqsEvent"), _equals({"batchItemFailures": []})),
    Call("sqs", "bad: verbatim", sample("15_sqsEvent"), _equals({"batchItemFailures": []})),
    Call("sqs", "hostile", sqs_event(_MESSAGE), _equals({"batchItemFailures": []})),
]
OTHERS = [
    Call("another service", "bad: EventBridge", sample("16_eventBridgeEvent"), _is_wrong()),
    Call("another service", "bad: Config", sample("17_awsConfigRuleScheduled"), _is_wrong()),
    Call("another service", "bad: alarm", sample("22_cloudWatchAlarmEventSingleMetric"), _is_wrong()),
    Call("another service", "hostile", {**sample("16_eventBridgeEvent"), "detail": DELETE}, _is_wrong()),
]
CALLS: list[Call] = [*DIRECT, *HTTP, *MODELS, *MESSAGES, *OTHERS]

_CREATE = {"action": "create_budget", "parameters": {"budget_name": "by-http", "amount": 5}}
CHANGES: list[Call] = [
    Call("http_api", "good", over("10_apiGatewayProxyV2Event", _CREATE), lambda _: None),
    Call(
        "bedrock_agent",
        "good",
        operation("/create_budget", budget_name="by-agent", amount="5"),
        lambda _: None,
    ),
    Call(
        "agentcore_gateway",
        "good",
        {"budget_name": "by-tool", "amount": "5"},
        lambda _: None,
        tool("b___create_budget"),
    ),
]
"""Calls that make a budget, by the source that its record names."""
