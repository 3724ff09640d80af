"""No event whatever makes it fail unasked, and whatever is answered is JSON."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.asynchronous import AsynchronousFailure
from agent.events import TOOL_NAME
from tests.callers import SAMPLES, StandIn, sample
from tests.notifications import sns_envelope, sns_event

KNOWN = (
    *(
        "action",
        "parameters",
        "query",
        "asynchronous",
        "body",
        "headers",
        "httpMethod",
        "requestContext",
        "http",
    ),
    *(
        "elb",
        "identity",
        "authorizer",
        "claims",
        "Records",
        "eventSource",
        "messageVersion",
        "actionGroup",
        "function",
    ),
    *(
        "apiPath",
        "requestBody",
        "content",
        "properties",
        "name",
        "value",
        "agent",
        "sessionId",
        "source",
        "warmup",
    ),
    *("detail-type", "isBase64Encoded", "multiValueHeaders", "sessionAttributes"),
)
keys = st.sampled_from(KNOWN) | st.text(max_size=5)
texts = st.sampled_from(
    [
        "POST",
        "OPTIONS",
        "analyze_budgets",
        "/create_budget",
        '{"query": "x"}',
        "e30=",
        "[a, b]",
        "{a=b}",
        "\ud800",
    ]
) | st.text(max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=5),
    max_leaves=25,
)


def answer_to(event: Any, custom: dict[str, Any] | None = None) -> None:
    """Send it; what comes back has to be JSON that can be written."""
    agent = StandIn(
        {"text": "Well.", "outcome": "KEPT", "is_refused": False}, origins="https://a.example.com"
    )
    try:
        answer = agent.arrive(event, custom)
    except AsynchronousFailure:
        return
    json.dumps(answer, ensure_ascii=False, allow_nan=False).encode()
    assert agent.requests or agent.refusals or isinstance(answer, dict)


@given(values)
def test_anything_is_answered(event: Any) -> None:
    answer_to(event)


@given(values, st.dictionaries(st.just(TOOL_NAME) | keys, values, max_size=3))
def test_anything_is_answered_whatever_the_client_context(event: Any, custom: dict[str, Any]) -> None:
    answer_to(event, custom)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every place in a structure, as what holds it and where."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, held in pairs for place in [(value, key), *places(held)]]


@pytest.mark.parametrize("name", sorted(each.stem for each in SAMPLES.glob("*.json")))
@settings(max_examples=40)
@given(st.data())
def test_a_real_event_with_something_else_in_some_places_is_answered(name: str, data: st.DataObject) -> None:
    event = copy.deepcopy(sample(name))
    for _ in range(data.draw(st.integers(1, 3))):
        found = places(event)
        holder, key = found[data.draw(st.integers(0, len(found) - 1))]
        holder[key] = data.draw(values)
    answer_to(event)


def test_only_what_nobody_waits_for_fails() -> None:
    agent = StandIn({"outcome": "KEPT", "is_refused": False})
    assert agent.arrive(sns_event(sns_envelope("text"))) == {"received": 1}
