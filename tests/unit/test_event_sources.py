"""Event sources: who is recognised, what becomes a request, and what each source hears back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.asynchronous import AsynchronousFailure
from agent.invocation import Caller
from tests.callers import StandIn
from tests.notifications import (
    TOPIC,
    Letter,
    in_a_queue,
    message_id,
    sample,
    sns_envelope,
    sns_event,
    sqs_event,
)
from tools.domain.errors import AccessDenied, BudgetAgentError, Throttled

DENIED = AccessDenied("AWS said: a-secret-name", {"permission": "budgets:ViewBudget"})


class Answering(StandIn):
    """Notes the requests, and fails for the messages whose text is listed."""

    def __init__(
        self,
        failing: dict[str, BudgetAgentError] | None = None,
        incomplete: list[dict[str, Any]] | None = None,
    ) -> None:
        super().__init__({"outcome": "NOT_UNDERSTOOD", "is_refused": True, "incomplete": incomplete or []})
        self._failing = failing or {}

    def error_for(self, request: Any) -> BudgetAgentError | None:
        parameters = request.get("parameters", {}) if isinstance(request, dict) else {}
        return self._failing.get(parameters.get("message", "")) if isinstance(parameters, dict) else None

    @property
    def parameters(self) -> list[dict[str, Any]]:
        return [each["parameters"] for each in self.requests]


def respond(event: Any, answer: Answering) -> Any:
    return answer.arrive(event)


def test_what_api_gateway_tells_of_a_websocket_is_answered_elsewhere() -> None:
    answer = Answering()
    event = {"requestContext": {"connectionId": "c", "eventType": "CONNECT"}}
    assert respond(event, answer) == {"statusCode": 200, "told": event}
    assert answer.requests == []


def test_a_plain_request_gets_the_standard_reply() -> None:
    answer = Answering()
    request = {"action": "analyze_budgets", "parameters": {}}
    assert respond(request, answer)["status"] == "success"
    assert answer.requests == [request]


@pytest.mark.parametrize(
    "event",
    [
        None,
        {},
        [],
        {"Records": []},
        {"Records": {}},
        {"Records": [1]},
    ],
)
def test_what_no_source_sends_is_left_to_the_contract(event: Any) -> None:
    answer = Answering()
    respond(event, answer)
    assert answer.requests == [event]


def test_a_message_of_sns_becomes_a_request() -> None:
    answer, letter = Answering(), Letter()
    respond(sns_event(sns_envelope(letter.text, subject=letter.subject)), answer)
    assert answer.callers == [Caller("sns")]
    assert answer.requests == [
        {
            "action": "receive_notification",
            "parameters": {
                "message_id": message_id(),
                "message": letter.text,
                "subject": letter.subject,
                "topic_arn": TOPIC,
                "sent_at": "2026-10-20T11:59:30+00:00",
            },
            "request_id": message_id(),
        }
    ]


def test_the_sample_of_sns_is_read() -> None:
    answer = Answering()
    respond(sample("13_snsEvent"), answer)
    assert answer.parameters == [
        {
            "message_id": "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
            "message": "Hello from SNS!",
            "subject": "TestInvoke",
            "topic_arn": "arn:aws:sns:us-east-2:123456789012:sns-lambda",
            "sent_at": "2019-01-02T12:45:07+00:00",
        }
    ]


def test_an_envelope_in_a_queue_is_opened() -> None:
    direct, queued = Answering(), Answering()
    envelope = sns_envelope("text", subject="subject")
    respond(sns_event(envelope), direct)
    assert respond(sqs_event(in_a_queue(envelope)), queued) == {"batchItemFailures": []}
    assert queued.requests == direct.requests


def test_the_sample_of_sns_in_sqs_is_opened() -> None:
    answer = Answering()
    assert respond(sample("14_snsSqsEvent"), answer) == {"batchItemFailures": []}
    assert answer.parameters == [
        {
            "message_id": "d88d4479-6ec0-54fe-b63f-1cf9df4bb16e",
            "message": '{"message": "hello world", "username": "lessa"}',
            "topic_arn": "arn:aws:sns:eu-west-1:231436140809:powertools265",
            "sent_at": "2021-01-19T10:07:07.287000+00:00",
        }
    ]


def test_with_raw_delivery_the_body_is_the_message() -> None:
    answer = Answering()
    respond(sample("15_sqsEvent"), answer)
    assert answer.parameters == [
        {
            "message_id": "059f36b4-87a3-44ab-83d2-661975830a7d",
            "message": "Test message.",
            "sent_at": "2018-12-17T21:37:29.183000+00:00",
        },
        {
            "message_id": "2e1424d4-f796-459a-8184-9c92662be6da",
            "message": '{"message": "foo1"}',
            "sent_at": "2018-12-17T21:37:30.636000+00:00",
        },
    ]


def test_a_request_in_a_queue_is_a_text_and_not_obeyed() -> None:
    answer, body = Answering(), json.dumps({"action": "delete_budget", "parameters": {}})
    respond(sqs_event(body), answer)
    assert [each["action"] for each in answer.requests] == ["receive_notification"]
    assert answer.parameters[0]["message"] == body


def test_of_a_batch_only_what_failed_stays_in_the_queue() -> None:
    answer = Answering({"second": DENIED, "fourth": Throttled("later")})
    event = sqs_event("first", "second", "third", "fourth", "fifth")
    assert respond(event, answer) == {
        "batchItemFailures": [{"itemIdentifier": "queued-2"}, {"itemIdentifier": "queued-4"}]
    }
    assert len(answer.requests) == 5


def test_a_message_of_sns_that_fails_makes_the_invocation_fail_after_all_were_worked_on() -> None:
    answer = Answering({"first": DENIED, "second": Throttled("later")})
    envelopes = [
        sns_envelope(text, number=number) for number, text in enumerate(("first", "second", "third"))
    ]
    with pytest.raises(AsynchronousFailure) as caught:
        respond(sns_event(*envelopes), answer)
    assert str(caught.value) == "ACCESS_DENIED (budgets:ViewBudget is missing); THROTTLED"
    assert len(answer.requests) == 3


def test_messages_that_went_well_say_how_many_there_were() -> None:
    assert respond(sns_event(sns_envelope("one"), sns_envelope("two", number=2)), Answering()) == {
        "received": 2
    }


@pytest.mark.parametrize("asynchronous", [False, None])
def test_who_waits_for_the_reply_reads_the_error_there(asynchronous: bool | None) -> None:
    request = {"action": "monitor_budgets", "parameters": {"message": "fails"}}
    marked = request if asynchronous is None else {**request, "asynchronous": asynchronous}
    assert respond(marked, Answering({"fails": DENIED}))["data"]["error"]["code"] == "ACCESS_DENIED"


def test_a_request_that_nobody_waits_for_fails_with_its_error() -> None:
    request = {"action": "monitor_budgets", "parameters": {"message": "fails"}, "asynchronous": True}
    with pytest.raises(AsynchronousFailure, match="ACCESS_DENIED"):
        respond(request, Answering({"fails": DENIED}))
    assert respond({**request, "parameters": {}}, Answering())["status"] == "success"


@pytest.mark.parametrize(
    ("part", "code", "retryable", "fails"),
    [
        ("alerts", "THROTTLED", True, True),
        ("alerts", "STATE_UNAVAILABLE", False, True),
        ("alerts", "ACCESS_DENIED", False, True),
        ("alerts", "DATA_UNAVAILABLE", False, False),
        ("budget 'x'", "BUDGET_NOT_FOUND", False, False),
        ("announcements by WEBSOCKET", "AWS_UNAVAILABLE", True, False),
        ("announcements by WEBSOCKET", "ACCESS_DENIED", False, True),
    ],
)
def test_what_is_missing_fails_it_too_where_a_retry_or_somebody_can_help(
    part: str, code: str, retryable: bool, fails: bool
) -> None:
    missing = {"part": part, "code": code, "reason": "a-secret-name", "retryable": retryable}
    request = {"action": "monitor_budgets", "asynchronous": True}
    if not fails:
        assert respond(request, Answering(incomplete=[missing]))["status"] == "success"
        return
    with pytest.raises(AsynchronousFailure) as caught:
        respond(request, Answering(incomplete=[missing]))
    assert str(caught.value) == code


@pytest.mark.parametrize(
    "broken",
    [None, "text", {}, {"Message": None, "MessageId": 5}, {"Message": {"a": 1}, "Timestamp": "yesterday"}],
)
def test_a_record_without_a_message_is_still_handed_over_to_be_recorded(broken: Any) -> None:
    answer = Answering()
    respond({"Records": [{"EventSource": "aws:sns", "Sns": broken}]}, answer)
    [parameters] = answer.parameters
    assert parameters["message"] == ""
    assert len(parameters["message_id"]) == 64


def test_an_id_that_is_made_up_is_the_same_at_every_delivery() -> None:
    answer = Answering()
    for text in ("one", "one", "two"):
        respond(sns_event(sns_envelope(text, MessageId="not an id")), answer)
    first, again, other = [each["message_id"] for each in answer.parameters]
    assert first == again != other


def test_half_characters_and_texts_without_end_become_something_that_can_be_kept() -> None:
    answer = Answering()
    respond(sns_event(sns_envelope("\ud800" + "x" * 1_000_000, subject="\udfff" * 5_000)), answer)
    [parameters] = answer.parameters
    assert parameters["message"].startswith("?xxx")
    assert len(parameters["message"]) == 25_000
    assert parameters["subject"] == "?" * 1_000


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
records = st.fixed_dictionaries(
    {},
    optional={
        "EventSource": st.just("aws:sns") | values,
        "eventSource": st.just("aws:sqs") | values,
        "messageId": st.text(max_size=5) | values,
        "attributes": st.dictionaries(st.just("SentTimestamp"), st.text("0123456789-e", max_size=30))
        | values,
        "body": st.text() | values.map(lambda value: json.dumps(value)),
        "Sns": st.dictionaries(
            st.sampled_from(["Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp"]), values
        )
        | values,
    },
)


@given(st.fixed_dictionaries({"Records": st.lists(records, max_size=3)}) | values)
def test_no_event_makes_it_fail_unasked(event: Any) -> None:
    answer = Answering()
    respond(event, answer)
    assert answer.requests or answer.refusals


def test_a_body_without_end_of_brackets_is_a_text() -> None:
    answer = Answering()
    respond(sqs_event("[" * 200_000), answer)
    assert answer.parameters[0]["message"] == "[" * 25_000
