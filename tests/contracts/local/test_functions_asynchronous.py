"""Asynchronous invocation: accepted at once, retried, and handed to those it concerns when it fails."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.contracts.local.function_resources import (
    FUNCTION,
    RECORDER,
    ROLE,
    Clients,
    allow,
    attributes_of,
    invoke,
    make_function,
    make_queue,
    make_role,
    read_queue,
    seen,
    settle,
)
from tests.contracts.local.worlds import ACCOUNT

pytestmark = pytest.mark.usefixtures("aws")

FAIL = {"fail": True}


@pytest.fixture
def functions(clients: Clients) -> Any:
    """A recorder, with a queue for dead letters and one for records."""
    make_queue(clients, "seen")
    dead = make_queue(clients, "dead")
    make_queue(clients, "records")
    return make_function(clients, RECORDER, DeadLetterConfig={"TargetArn": dead})


def records(clients: Clients) -> list[Any]:
    return [json.loads(message["Body"]) for message in read_queue(clients, "records")]


def test_an_event_is_accepted_and_handled_later(functions: Any, clients: Clients) -> None:
    body, answer = invoke(functions, {"a": 1}, InvocationType="Event")
    assert (body, answer["StatusCode"]) == (None, 202)
    settle()
    assert seen(clients) == [{"a": 1}]
    assert read_queue(clients, "dead") == []


def test_a_failing_event_is_tried_three_times_and_then_dead(functions: Any, clients: Clients) -> None:
    _, answer = invoke(functions, FAIL, InvocationType="Event")
    settle()
    assert seen(clients) == [FAIL] * 3
    (letter,) = read_queue(clients, "dead")
    assert json.loads(letter["Body"]) == FAIL
    assert attributes_of(letter) == {
        "RequestID": answer["ResponseMetadata"]["RequestId"],
        "ErrorCode": "200",
        "ErrorMessage": "as told",
    }


@pytest.mark.parametrize(("retries", "attempts"), [(0, 1), (1, 2)])
def test_fewer_retries_are_respected(functions: Any, clients: Clients, retries: int, attempts: int) -> None:
    functions.put_function_event_invoke_config(FunctionName="agent", MaximumRetryAttempts=retries)
    invoke(functions, FAIL, InvocationType="Event")
    settle()
    assert len(seen(clients)) == attempts
    assert len(read_queue(clients, "dead")) == 1


def test_an_event_that_would_be_too_old_is_not_tried_again(functions: Any, clients: Clients) -> None:
    functions.put_function_event_invoke_config(
        FunctionName="agent",
        MaximumEventAgeInSeconds=120,
        DestinationConfig={"OnFailure": {"Destination": f"arn:aws:sqs:us-east-1:{ACCOUNT}:records"}},
    )
    invoke(functions, FAIL, InvocationType="Event")
    settle()
    # The second attempt comes after one minute, the third would come after three.
    assert len(seen(clients)) == 2
    (record,) = records(clients)
    assert record["requestContext"]["condition"] == "EventAgeExceeded"


def test_destinations_get_a_record_of_what_happened(functions: Any, clients: Clients) -> None:
    destination = {"Destination": f"arn:aws:sqs:us-east-1:{ACCOUNT}:records"}
    functions.put_function_event_invoke_config(
        FunctionName="agent",
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": destination, "OnSuccess": destination},
    )
    _, accepted = invoke(functions, FAIL, InvocationType="Event")
    settle()
    invoke(functions, {"a": 1}, InvocationType="Event")
    settle()
    failure, success = records(clients)
    assert failure["requestContext"] == {
        "requestId": accepted["ResponseMetadata"]["RequestId"],
        "functionArn": f"{FUNCTION}:$LATEST",
        "condition": "RetriesExhausted",
        "approximateInvokeCount": 1,
    }
    assert failure["timestamp"] == "2026-10-20T12:00:00.000Z"
    assert failure["requestPayload"] == FAIL
    assert failure["responseContext"] == {
        "statusCode": 200,
        "executedVersion": "$LATEST",
        "functionError": "Unhandled",
    }
    assert failure["responsePayload"]["errorMessage"] == "as told"
    assert success["requestContext"]["condition"] == "Success"
    assert success["responsePayload"] == {"seen": True}


def test_a_function_can_be_a_destination(functions: Any, clients: Clients) -> None:
    make_function(clients, RECORDER, name="next")
    functions.put_function_event_invoke_config(
        FunctionName="agent", DestinationConfig={"OnSuccess": {"Destination": f"{FUNCTION[:-5]}next"}}
    )
    invoke(functions, {"a": 1}, InvocationType="Event")
    settle()
    settle()
    first, second = seen(clients)
    assert first == {"a": 1}
    assert second["responsePayload"] == {"seen": True}


def test_zero_reserved_concurrency_sends_events_to_the_dead_letters_at_once(
    functions: Any, clients: Clients
) -> None:
    functions.put_function_concurrency(FunctionName="agent", ReservedConcurrentExecutions=0)
    invoke(functions, {"a": 1}, InvocationType="Event")
    settle()
    assert seen(clients) == []
    (letter,) = read_queue(clients, "dead")
    assert attributes_of(letter)["ErrorCode"] == "429"


def test_events_wait_for_reserved_concurrency(functions: Any, clients: Clients) -> None:
    functions.put_function_concurrency(FunctionName="agent", ReservedConcurrentExecutions=1)
    for number in range(5):
        invoke(functions, {"number": number}, InvocationType="Event")
    settle()
    assert sorted(event["number"] for event in seen(clients)) == [0, 1, 2, 3, 4]


def test_configurations_belong_to_their_qualifier(functions: Any, clients: Clients) -> None:
    functions.publish_version(FunctionName="agent")
    functions.create_alias(FunctionName="agent", Name="live", FunctionVersion="1")
    functions.put_function_event_invoke_config(FunctionName="agent", Qualifier="live", MaximumRetryAttempts=0)
    invoke(functions, FAIL, InvocationType="Event", Qualifier="live")
    settle()
    assert len(seen(clients)) == 1
    with pytest.raises(ClientError, match="doesn't have an EventInvokeConfig"):
        functions.get_function_event_invoke_config(FunctionName="agent")
    assert (
        functions.get_function_event_invoke_config(FunctionName="agent", Qualifier="live")["FunctionArn"]
        == f"{FUNCTION}:live"
    )
    (listed,) = functions.list_function_event_invoke_configs(FunctionName="agent")[
        "FunctionEventInvokeConfigs"
    ]
    assert listed["MaximumRetryAttempts"] == 0
    functions.update_function_event_invoke_config(
        FunctionName="agent", Qualifier="live", MaximumEventAgeInSeconds=60
    )
    changed = functions.get_function_event_invoke_config(FunctionName="agent", Qualifier="live")
    assert (changed["MaximumRetryAttempts"], changed["MaximumEventAgeInSeconds"]) == (0, 60)
    functions.delete_function_event_invoke_config(FunctionName="agent", Qualifier="live")
    assert (
        functions.list_function_event_invoke_configs(FunctionName="agent")["FunctionEventInvokeConfigs"] == []
    )


@pytest.mark.parametrize(
    "members",
    [
        {"MaximumRetryAttempts": 3},
        {"MaximumEventAgeInSeconds": 21_601},
        {},
        {"DestinationConfig": {"OnFailure": {"Destination": f"arn:aws:s3:::{'records'}"}}},
    ],
)
def test_event_invoke_configs_are_checked(functions: Any, members: dict[str, Any]) -> None:
    with pytest.raises(ClientError):
        functions.put_function_event_invoke_config(FunctionName="agent", **members)


def test_the_role_has_to_be_allowed_to_send_dead_letters(clients: Clients) -> None:
    make_role(clients, "logs:*")
    dead = make_queue(clients, "dead")
    with pytest.raises(ClientError, match="does not have permissions to call SendMessage on SQS"):
        make_function(clients, DeadLetterConfig={"TargetArn": dead})
    allow(clients, "logs:*", "sqs:SendMessage")
    functions = make_function(clients, DeadLetterConfig={"TargetArn": dead})
    kept = functions.get_function_configuration(FunctionName="agent")["DeadLetterConfig"]
    assert kept == {"TargetArn": dead}
    assert functions.get_function_configuration(FunctionName="agent")["Role"] == ROLE


def test_a_dead_letter_is_lost_once_the_role_may_no_longer_send_it(functions: Any, clients: Clients) -> None:
    allow(clients, "logs:*")
    invoke(functions, {"a": 1}, InvocationType="Event")
    settle()
    assert read_queue(clients, "dead") == []
