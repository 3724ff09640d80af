"""Requests over HTTP: what is read of each service's event, and the answer in its shape."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from agent.http_body import LARGEST_BODY_BYTES
from agent.http_status import OUTCOMES
from tests.callers import AlbAnswer, AlbAnswerOfLists, HttpAnswer, QuestionReply, StandIn, sample
from tools.domain import errors
from tools.domain.errors import (
    AccessDenied,
    BudgetAgentError,
    BudgetNotFound,
    ModelUnavailable,
    NotAllowedInState,
    ResourceLocked,
    Throttled,
)

REQUEST = {"action": "analyze_budgets", "parameters": {"page_size": 5}}
PAGE = "https://finops.example.com"


def http_api(body: Any = None, method: str = "POST", **headers: str) -> dict[str, Any]:
    event = sample("10_apiGatewayProxyV2Event")
    event["requestContext"]["http"]["method"] = method
    return {**event, "headers": headers, "body": json.dumps(REQUEST if body is None else body)}


def function_url(body: Any = None, method: str = "POST", **headers: str) -> dict[str, Any]:
    event = sample("11_lambdaFunctionUrlEvent")
    event["requestContext"]["http"]["method"] = method
    event["requestContext"]["domainName"] = "abc.lambda-url.us-east-1.on.aws"
    return {**event, "headers": headers, "body": json.dumps(REQUEST if body is None else body)}


def api_gateway(body: Any = None, method: str = "POST", **headers: str) -> dict[str, Any]:
    event = sample("09_apiGatewayProxyEvent")
    lists = {name: [value] for name, value in headers.items()}
    changed = {"httpMethod": method, "headers": headers, "multiValueHeaders": lists}
    return {**event, **changed, "body": json.dumps(REQUEST if body is None else body)}


def alb(body: Any = None, method: str = "POST", **headers: str) -> dict[str, Any]:
    changed = {
        "httpMethod": method,
        "headers": headers,
        "body": json.dumps(REQUEST if body is None else body),
    }
    return {**sample("12_albEvent"), **changed}


def lattice(body: Any = None, method: str = "POST", **headers: str) -> dict[str, Any]:
    lists = {name: [value] for name, value in headers.items()}
    changed = {"method": method, "headers": lists, "body": json.dumps(REQUEST if body is None else body)}
    return {**sample("21_vpcLatticeV2Event"), **changed}


SERVICES = {
    "api_gateway": api_gateway,
    "http_api": http_api,
    "function_url": function_url,
    "alb": alb,
    "vpc_lattice": lattice,
}
every_service = pytest.mark.parametrize("service", SERVICES)


def answer_of(event: dict[str, Any], agent: StandIn | None = None) -> HttpAnswer:
    """The answer, in the shape that the event's service takes."""
    shape = AlbAnswer if "elb" in event["requestContext"] else HttpAnswer
    return shape.model_validate((agent or StandIn()).arrive(event))


@every_service
def test_the_body_is_the_request_and_the_answers_body_is_the_reply(service: str) -> None:
    agent = StandIn({"budgets": ["ü"]})
    answer = answer_of(SERVICES[service](), agent)
    assert agent.request == REQUEST
    assert agent.caller.source == service
    assert (answer.status_code, answer.reply.status) == (200, "success")
    assert answer.reply.data["budgets"] == ["ü"]
    assert answer.headers == {
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Vary": "Origin",
    }


@every_service
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_body_in_base64_is_read(service: str, mark: str) -> None:
    agent = StandIn()
    body = base64.b64encode((mark + json.dumps(REQUEST)).encode()).decode()
    answer_of({**SERVICES[service](), "body": body, "isBase64Encoded": True}, agent)
    assert agent.request == REQUEST


def test_a_load_balancer_with_lists_of_headers_gets_lists() -> None:
    event = alb()
    del event["headers"]
    answer = StandIn(origins=PAGE).arrive({**event, "multiValueHeaders": {"Origin": [PAGE]}})
    read = AlbAnswerOfLists.model_validate(answer)
    assert read.status_description == "200 OK"
    assert read.multi_value_headers["Access-Control-Allow-Origin"] == [PAGE]


@every_service
def test_a_question_is_answered_with_its_words(service: str) -> None:
    agent = StandIn({"text": "All is well."}, action="ask")
    answer = answer_of(SERVICES[service]({"query": "How are we?"}), agent)
    assert agent.request == {"action": "ask", "parameters": {"query": "How are we?"}}
    reply = QuestionReply.model_validate_json(answer.body)
    assert (answer.status_code, reply.response, reply.failure) == (200, "All is well.", None)


@every_service
def test_a_question_that_fails_says_so_in_words_too(service: str) -> None:
    agent = StandIn(error=ModelUnavailable("No model is configured."), action="ask")
    answer = answer_of(SERVICES[service]({"query": "How are we?"}), agent)
    reply = QuestionReply.model_validate_json(answer.body)
    assert (answer.status_code, reply.response, reply.failure) == (503, *["No model is configured."] * 2)


@every_service
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (None, "is empty"),
        ("", "is empty"),
        (" \n", "is empty"),
        ("Hello from Lambda!", "not JSON"),
        ('{"action": "analyze_budgets"', "not JSON"),
        ('{"amount": NaN}', "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("9" * 5_000, "not JSON"),
        ({"action": "analyze_budgets"}, "not a text"),
        (" " * (LARGEST_BODY_BYTES + 1), "5,200,001 bytes"),
        ("\ud800", "no text in UTF-8"),
    ],
)
def test_a_body_that_is_none_is_refused(service: str, body: Any, said: str) -> None:
    agent = StandIn()
    answer = answer_of({**SERVICES[service](), "body": body}, agent)
    assert (answer.status_code, answer.reply.error.code) == (400, "INVALID_REQUEST")
    assert said in agent.refusal.message


@pytest.mark.parametrize("body", ["%%%", base64.b64encode(b"\xff\xfe\xfd").decode(), "e30"])
def test_a_body_that_is_not_what_the_event_says_is_refused(body: str) -> None:
    agent = StandIn()
    assert answer_of({**alb(), "body": body, "isBase64Encoded": True}, agent).status_code == 400
    assert "not base64 as the event says" in agent.refusal.message


@pytest.mark.parametrize("is_asynchronous", [True])
def test_over_http_somebody_waits_for_the_reply(is_asynchronous: bool) -> None:
    agent = StandIn()
    answer = answer_of(http_api({**REQUEST, "asynchronous": is_asynchronous}), agent)
    assert answer.status_code == 400
    assert "'asynchronous'" in agent.refusal.message


@every_service
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "TRACE", "x" * 10_000])
def test_only_post_sends_requests(service: str, method: str) -> None:
    agent = StandIn()
    answer = answer_of(SERVICES[service](method=method), agent)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST, OPTIONS")
    assert answer.reply.error.code == "INVALID_REQUEST"
    assert agent.requests == []


@pytest.mark.parametrize("name", ["09_apiGatewayProxyEvent", "11_lambdaFunctionUrlEvent", "12_albEvent"])
def test_the_samples_that_get_something_are_told_to_post(name: str) -> None:
    assert answer_of(sample(name)).status_code == 405


def test_the_sample_of_an_http_api_holds_no_request() -> None:
    agent = StandIn()
    answer_of(sample("10_apiGatewayProxyV2Event"), agent)
    assert agent.request == {"message": "hello world", "username": "tom"}


@every_service
def test_a_page_that_is_allowed_may_ask_and_read(service: str) -> None:
    agent = StandIn(origins=f"https://other.example.com, {PAGE}")
    asked = answer_of(SERVICES[service](method="OPTIONS", origin=PAGE), agent)
    assert (asked.status_code, asked.body, agent.requests) == (204, "", [])
    assert asked.headers["Access-Control-Allow-Origin"] == PAGE
    assert asked.headers["Access-Control-Allow-Methods"] == "POST, OPTIONS"
    assert "Content-Type" in asked.headers["Access-Control-Allow-Headers"]
    assert asked.headers["Vary"] == "Origin"
    answered = answer_of(SERVICES[service](Origin=PAGE), agent)
    assert (answered.status_code, answered.headers["Access-Control-Allow-Origin"]) == (200, PAGE)


@every_service
@pytest.mark.parametrize(
    ("origins", "origin"),
    [
        (None, PAGE),
        (PAGE, "https://evil.example.com"),
        (PAGE, PAGE + ".evil.example.com"),
        (PAGE, PAGE.upper()),
        (PAGE, "null"),
        (PAGE, f"{PAGE}\r\nSet-Cookie: a=b"),
        (f"{PAGE},https://other.example.com", f"{PAGE},https://other.example.com"),
    ],
)
def test_no_other_page_may(service: str, origins: str | None, origin: str) -> None:
    agent = StandIn(origins=origins)
    asked = answer_of(SERVICES[service](method="OPTIONS", origin=origin), agent)
    assert asked.status_code == 204
    assert not [name for name in asked.headers if name.startswith("Access-Control")]
    sent = answer_of(SERVICES[service](origin=origin, host="agent.example.com"), agent)
    assert (sent.status_code, agent.requests) == (403, [])
    assert not [name for name in sent.headers if name.startswith("Access-Control")]
    assert "evil" not in json.dumps(sent.headers)


def test_every_page_may_where_the_setting_says_so() -> None:
    answer = answer_of(http_api(origin="https://anybody.example.com"), StandIn(origins="*"))
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, "*")


def test_a_page_of_the_same_host_needs_no_permission() -> None:
    answer = answer_of(alb(origin="https://agent.example.com", host="agent.example.com"))
    assert answer.status_code == 200


def test_an_origin_that_is_there_twice_is_nobodys() -> None:
    agent = StandIn(origins=PAGE)
    event = {**alb(), "multiValueHeaders": {"Origin": [PAGE, "https://evil.example.com"]}}
    answer = AlbAnswerOfLists.model_validate(agent.arrive(event))
    assert (answer.status_code, agent.requests) == (403, [])
    assert "Access-Control-Allow-Origin" not in answer.multi_value_headers


def test_nothing_that_a_caller_sends_in_a_header_comes_back() -> None:
    names = ("x-marked", "access-control-request-headers", "access-control-request-method", "host")
    for method in ("OPTIONS", "POST", "GET"):
        headers = dict.fromkeys(names, "marked") | {"origin": PAGE}
        answer = answer_of(http_api(method=method, **headers), StandIn(origins=PAGE))
        assert "marked" not in answer.model_dump_json()


def all_errors() -> list[type[BudgetAgentError]]:
    found = [each for each in vars(errors).values() if isinstance(each, type)]
    return [each for each in found if issubclass(each, BudgetAgentError) and each is not BudgetAgentError]


@pytest.mark.parametrize("error", all_errors(), ids=lambda each: each.__name__)
def test_every_error_has_a_status_and_its_message_is_read(error: type[BudgetAgentError]) -> None:
    answer = answer_of(api_gateway(), StandIn(error=error("What is wrong.")))
    assert answer.status_code == OUTCOMES[error.code].status >= 400
    assert answer.reply.error.message == "What is wrong."
    assert ("Retry-After" in answer.headers) == error.retryable


def test_the_table_of_statuses_has_no_code_that_does_not_exist() -> None:
    assert set(OUTCOMES) == {each.code for each in all_errors()}


@pytest.mark.parametrize(
    ("error", "status", "retry"),
    [
        (BudgetNotFound("x"), 404, None),
        (AccessDenied("x"), 403, None),
        (Throttled("x"), 429, "30"),
        (ResourceLocked("x"), 409, "60"),
        (NotAllowedInState("x"), 409, None),
    ],
)
def test_a_retry_is_suggested_where_it_helps(error: BudgetAgentError, status: int, retry: str | None) -> None:
    answer = answer_of(alb(), StandIn(error=error))
    assert isinstance(answer, AlbAnswer)
    assert (answer.status_code, answer.headers.get("Retry-After")) == (status, retry)
    assert answer.status_description.startswith(f"{status} ")


@pytest.mark.parametrize("service", ["alb", "http_api"])
def test_a_reply_that_is_too_large_for_its_service_is_shortened(service: str) -> None:
    budgets = [{"name": f'budget "{number}"', "note": "ü" * 2_000} for number in range(600)]
    answer = answer_of(SERVICES[service](), StandIn({"budgets": budgets, "next_token": "a", "left_out": 4}))
    size = len(json.dumps(answer.model_dump(by_alias=True)))
    data = answer.reply.data
    if service == "alb":
        assert 900_000 < size <= 1_000_000
    else:
        assert 5_900_000 < size <= 6_000_000
    assert data["budgets"] == budgets[: len(data["budgets"])]
    assert data["next_token"] is data["left_out"] is None
    [missing] = data["incomplete"]
    assert missing["part"] == "budgets"
    assert f"first {len(data['budgets'])} of 600" in missing["reason"]


@pytest.mark.parametrize(
    "broken",
    [
        {"headers": None},
        {"headers": []},
        {"headers": {"Origin": 5, 7: "x"}},
        {"headers": {"origin": [PAGE, None]}, "multiValueHeaders": "x"},
        {"isBase64Encoded": "yes"},
    ],
)
def test_headers_that_are_none_do_not_matter(broken: dict[str, Any]) -> None:
    agent = StandIn(origins=PAGE)
    answer_of({**http_api(), **broken}, agent)
    assert agent.request == REQUEST


@pytest.mark.parametrize(
    "event",
    [
        {"httpMethod": 5, "requestContext": {}},
        {"httpMethod": None, "requestContext": {"elb": {}}},
        {"requestContext": {"http": 3}},
        {"requestContext": {"http": {"method": []}, "domainName": 9}},
        {"requestContext": {"serviceNetworkArn": "x"}, "method": {}},
    ],
)
def test_an_event_without_a_method_is_none_that_is_allowed(event: Any) -> None:
    assert answer_of(event).status_code == 405
