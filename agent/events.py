"""Who is calling: how each event source is recognised, and which module answers it in the shape it wants.

An event source is one entry of SOURCES. The modules that answer are imported when an event of theirs arrives: a
request that somebody sends to the function itself pays for none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from agent.answers import Answers, Arrival
from agent.asynchronous import AsynchronousFailure, failures_in
from agent.contract import is_asynchronous

TOOL_NAME = "bedrockAgentCoreToolName"
"""Where AgentCore Gateway says, in the client context, which tool is called."""

Respond = Callable[[Arrival, Answers, str], Any]


@dataclass(frozen=True, slots=True)
class EventSource:
    """One kind of event: how it is recognised, and how it is answered.

    `name` is what audit entries call it.
    """

    name: str
    sent: Callable[[Arrival], bool]
    respond: Respond


def respond(arrival: Arrival, answers: Answers) -> Any:
    """Answer an event as its source wants it; what no source sends is taken for a request.

    Raises AsynchronousFailure where nobody waits for the reply, and nothing else.
    """
    for source in SOURCES:
        if source.sent(arrival):
            return source.respond(arrival, answers, source.name)
    return _respond_to_request(arrival.event, answers)


def _respond_to_request(event: Any, answers: Answers) -> dict[str, Any]:
    """The standard reply. A request that says so, such as a schedule's, fails where that tells of a failure."""
    response = answers.request(event)
    if is_asynchronous(event) and failures_in(response):
        raise AsynchronousFailure([response])
    return response.model_dump(mode="json")


def _by(module: str) -> Respond:
    """What the `respond` of a module of `agent` answers."""

    def respond_in(arrival: Arrival, answers: Answers, source: str) -> Any:
        return import_module(f"agent.{module}").respond(arrival, answers, source)

    return respond_in


def _member(value: Any, *path: str) -> Any:
    """What an object holds at the end of a path; None where it is none, or holds nothing there."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _is_from_agentcore(arrival: Arrival) -> bool:
    return isinstance(arrival.custom.get(TOOL_NAME), str)


def _is_from_sns(arrival: Arrival) -> bool:
    return _all_records(arrival, lambda record: record.get("EventSource") == "aws:sns")


def _is_from_sqs(arrival: Arrival) -> bool:
    return _all_records(
        arrival,
        lambda record: record.get("eventSource") == "aws:sqs" and isinstance(record.get("messageId"), str),
    )


def _all_records(arrival: Arrival, fits: Callable[[Mapping[str, Any]], bool]) -> bool:
    records = _member(arrival.event, "Records")
    return (
        isinstance(records, list)
        and bool(records)
        and all(isinstance(each, Mapping) and fits(each) for each in records)
    )


def _is_from_websocket(arrival: Arrival) -> bool:
    context = _member(arrival.event, "requestContext")
    return isinstance(context, Mapping) and "connectionId" in context and "eventType" in context


def _is_from_bedrock_agent(arrival: Arrival) -> bool:
    event = arrival.event
    return (
        isinstance(event, Mapping)
        and "messageVersion" in event
        and "actionGroup" in event
        and ("function" in event or "apiPath" in event)
    )


def _is_from_alb(arrival: Arrival) -> bool:
    return _member(arrival.event, "requestContext", "elb") is not None


def _is_from_lattice(arrival: Arrival) -> bool:
    return _member(arrival.event, "requestContext", "serviceNetworkArn") is not None


def _is_from_function_url(arrival: Arrival) -> bool:
    domain = _member(arrival.event, "requestContext", "domainName")
    return _is_from_http_api(arrival) and isinstance(domain, str) and ".lambda-url." in domain


def _is_from_http_api(arrival: Arrival) -> bool:
    return _member(arrival.event, "requestContext", "http") is not None


def _is_from_api_gateway(arrival: Arrival) -> bool:
    has_context = isinstance(_member(arrival.event, "requestContext"), Mapping)
    return has_context and "httpMethod" in arrival.event


def _is_question(arrival: Arrival) -> bool:
    return isinstance(arrival.event, Mapping) and "query" in arrival.event


def _is_ping(arrival: Arrival) -> bool:
    """What keeps functions warm: a plugin's or one's own ping, or a schedule that sends no request."""
    event = arrival.event
    if not isinstance(event, Mapping) or "action" in event:
        return False
    return (
        any(event.get(name) is True for name in ("warmup", "warmer", "ping"))
        or event.get("source") == "serverless-plugin-warmup"
        or (event.get("source") == "aws.events" and event.get("detail-type") == "Scheduled Event")
    )


def _is_no_request(arrival: Arrival) -> bool:
    return isinstance(arrival.event, Mapping) and bool(arrival.event) and "action" not in arrival.event


SOURCES: tuple[EventSource, ...] = (
    EventSource("agentcore_gateway", _is_from_agentcore, _by("agentcore_events")),
    EventSource("sns", _is_from_sns, _by("notification_events")),
    EventSource("sqs", _is_from_sqs, _by("notification_events")),
    EventSource(
        "websocket", _is_from_websocket, lambda arrival, answers, _: answers.websocket(arrival.event)
    ),
    EventSource("bedrock_agent", _is_from_bedrock_agent, _by("bedrock_agent_events")),
    EventSource("alb", _is_from_alb, _by("http_events")),
    EventSource("vpc_lattice", _is_from_lattice, _by("http_events")),
    EventSource("function_url", _is_from_function_url, _by("http_events")),
    EventSource("http_api", _is_from_http_api, _by("http_events")),
    EventSource("api_gateway", _is_from_api_gateway, _by("http_events")),
    EventSource("direct", _is_question, _by("short_form")),
    EventSource("ping", _is_ping, lambda _, answers, __: answers.awake().model_dump(mode="json")),
    EventSource("another service", _is_no_request, _by("foreign_events")),
)
