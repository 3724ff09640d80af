"""Faults on demand strike the calls they are meant for, as AWS's own faults look, and then end."""

import json
from collections.abc import Callable
from http.client import HTTPConnection, IncompleteRead
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from local.faults import ANY_OPERATION, Fault, Faults, Kind
from local.request import Call
from local.server import EmbeddedAws
from tests.contracts.local.worlds import ACCOUNT, a_client


def error_of(call: Callable[[], Any]) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as raised:
        call()
    error = raised.value.response
    return error["ResponseMetadata"]["HTTPStatusCode"], error["Error"]["Code"], error["Error"]["Message"]


def describe_budgets(aws: EmbeddedAws, **options: Any) -> Any:
    return a_client("budgets", aws, **options).describe_budgets(AccountId=ACCOUNT)


def create_budget(aws: EmbeddedAws, name: str) -> None:
    budget = {
        "BudgetName": name,
        "BudgetType": "COST",
        "TimeUnit": "MONTHLY",
        "BudgetLimit": {"Amount": "100", "Unit": "USD"},
    }
    a_client("budgets", aws).create_budget(AccountId=ACCOUNT, Budget=budget)


@pytest.mark.parametrize(
    ("service", "operation", "request_", "expected"),
    [
        ("budgets", "describe_budgets", {"AccountId": ACCOUNT}, (400, "ThrottlingException")),
        (
            "ce",
            "get_tags",
            {"TimePeriod": {"Start": "2026-10-01", "End": "2026-10-02"}},
            (400, "LimitExceededException"),
        ),
        ("dynamodb", "list_tables", {}, (400, "ThrottlingException")),
        ("sns", "list_topics", {}, (429, "Throttled")),
        ("sts", "get_caller_identity", {}, (400, "Throttling")),
        ("iam", "list_users", {}, (400, "Throttling")),
        ("lambda", "list_functions", {}, (429, "TooManyRequestsException")),
        ("s3", "list_buckets", {}, (503, "SlowDown")),
    ],
)
def test_each_service_throttles_in_its_own_way(
    aws: EmbeddedAws, service: str, operation: str, request_: dict[str, Any], expected: tuple[int, str]
) -> None:
    aws.faults.order(Fault(service, ANY_OPERATION, Kind.THROTTLE))
    assert error_of(lambda: getattr(a_client(service, aws), operation)(**request_))[:2] == expected


def test_a_fault_ends_by_itself(aws: EmbeddedAws) -> None:
    aws.faults.order(Fault("budgets", "DescribeBudgets", Kind.THROTTLE, times=2))
    for _ in range(2):
        assert error_of(lambda: describe_budgets(aws))[1] == "ThrottlingException"
    describe_budgets(aws)
    assert list(aws.faults) == []


def test_a_client_that_retries_gets_past_a_throttle(aws: EmbeddedAws) -> None:
    aws.faults.order(Fault("budgets", "DescribeBudgets", Kind.THROTTLE))
    answer = describe_budgets(aws, retries={"mode": "standard", "total_max_attempts": 2})
    assert answer["ResponseMetadata"]["RetryAttempts"] == 1


def test_only_the_operation_named_is_struck(aws: EmbeddedAws) -> None:
    aws.faults.order(Fault("budgets", "DescribeBudget", Kind.THROTTLE))
    describe_budgets(aws)
    assert len(aws.faults) == 1


def test_an_operation_named_by_its_path_is_struck_too(aws: EmbeddedAws) -> None:
    aws.faults.order(Fault("lambda", "ListFunctions", Kind.SERVER_ERROR))
    client = a_client("lambda", aws)
    client.list_event_source_mappings()
    assert error_of(client.list_functions)[:2] == (500, "ServiceException")


def test_a_server_error_is_the_services_own(aws: EmbeddedAws) -> None:
    for service in ("budgets", "sts"):
        aws.faults.order(Fault(service, ANY_OPERATION, Kind.SERVER_ERROR))
    assert error_of(lambda: describe_budgets(aws))[:2] == (500, "InternalErrorException")
    assert error_of(a_client("sts", aws).get_caller_identity)[:2] == (500, "InternalFailure")


def test_a_denial_names_the_real_action_and_resource(aws: EmbeddedAws) -> None:
    aws.faults.order(Fault("budgets", "DescribeBudgets", Kind.ACCESS_DENIED))
    assert error_of(lambda: describe_budgets(aws)) == (
        400,
        "AccessDeniedException",
        f"User: arn:aws:iam::{ACCOUNT}:user/administrator is not authorized to perform: budgets:ViewBudget "
        f"on resource: arn:aws:budgets::{ACCOUNT}:budget/* because no identity-based policy allows the "
        "budgets:ViewBudget action",
    )


def test_a_timeout_gives_no_answer_within_the_clients_time(aws: EmbeddedAws) -> None:
    aws.faults.order(Fault("budgets", "DescribeBudgets", Kind.TIMEOUT, seconds=30))
    with pytest.raises(ReadTimeoutError):
        describe_budgets(aws, read_timeout=0.2)


def test_a_held_connection_ends_without_an_answer(aws: EmbeddedAws) -> None:
    aws.faults.order(Fault("budgets", "DescribeBudgets", Kind.TIMEOUT, seconds=0.05))
    with pytest.raises(ConnectionClosedError):
        describe_budgets(aws)


def test_clearing_lets_go_of_a_held_call(aws: EmbeddedAws) -> None:
    aws.faults.order(Fault("budgets", "DescribeBudgets", Kind.SLOW, times=9, seconds=100))
    answers: list[Any] = []
    caller = Thread(target=lambda: answers.append(describe_budgets(aws)))
    caller.start()
    while not any(fault.left < fault.times for fault in aws.faults):
        caller.join(0.01)
    aws.faults.clear()
    caller.join(10)
    assert len(answers) == 1


def test_a_slow_call_is_answered_all_the_same(aws: EmbeddedAws) -> None:
    aws.faults.order(Fault("budgets", "DescribeBudgets", Kind.SLOW, seconds=0.01))
    assert describe_budgets(aws)["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert len(aws.faults) == 0


def test_a_truncated_page_ends_in_mid_body(aws: EmbeddedAws) -> None:
    aws.faults.order(Fault("dynamodb", "ListTables", Kind.TRUNCATED_PAGE))
    # Not with boto3: it does not compare the body with its Content-Length and takes cut JSON for an empty answer.
    headers = {
        "Authorization": "AWS4-HMAC-SHA256 Credential=AKIA/20261020/us-east-1/dynamodb/aws4_request, Signature=0",
        "X-Amz-Target": "DynamoDB_20120810.ListTables",
        "Content-Type": "application/x-amz-json-1.0",
    }
    connection = HTTPConnection(urlsplit(aws.url).netloc, timeout=10)
    connection.request("POST", "/", "{}", headers)
    with pytest.raises(IncompleteRead) as cut:
        connection.getresponse().read()
    assert 0 < len(cut.value.partial) < len('{"TableNames": []}')
    connection.request("POST", "/", "{}", headers)
    assert json.loads(connection.getresponse().read()) == {"TableNames": []}
    connection.close()


def test_a_stale_read_does_not_see_the_budget_just_created(aws: EmbeddedAws) -> None:
    create_budget(aws, "old")
    aws.faults.order(Fault("budgets", ANY_OPERATION, Kind.STALE_READ, times=2))
    create_budget(aws, "new")
    budgets = a_client("budgets", aws)
    assert budgets.describe_budget(AccountId=ACCOUNT, BudgetName="old")["Budget"]["BudgetName"] == "old"
    status, code, message = error_of(lambda: budgets.describe_budget(AccountId=ACCOUNT, BudgetName="new"))
    assert (status, code) == (400, "NotFoundException")
    assert message == "Unable to get budget: new - the budget doesn't exist."
    assert [each["BudgetName"] for each in describe_budgets(aws)["Budgets"]] == ["old"]
    assert sorted(each["BudgetName"] for each in describe_budgets(aws)["Budgets"]) == ["new", "old"]
    assert len(aws.faults) == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("budget", "*", "throttle"), "no service 'budget'"),
        (("budgets", "ListBudgets", "throttle"), "budgets has no operation 'ListBudgets'"),
        (("budgets", "*", "explode"), "no fault 'explode'"),
        (("budgets", "*", "throttle", 0), "at least once"),
        (("budgets", "*", "throttle", 1, 5.0), "takes no seconds"),
        (("budgets", "*", "slow", 1, -5.0), "has to be positive"),
        (("budgets", "*", "slow", 1, float("nan")), "positive and finite"),
        (("budgets", "*", "slow", 1, "5"), "has to be a number"),
        (("budgets", "*", "throttle", 1.5), "a whole number"),
        (("budgets", "*", "throttle", True), "a whole number"),
        (("budgets", 5, "throttle"), "has to be a string"),
        (("dynamodb", "*", "stale-read"), "built for budgets only"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(arguments: tuple[Any, ...], says: str) -> None:
    with pytest.raises(ValueError, match=says.replace("*", r"\*")):
        Fault(*arguments)


def test_faults_strike_in_the_order_they_were_ordered() -> None:
    faults = Faults()
    call = Call("budgets", "DescribeBudgets", "us-east-1", "", "json")
    faults.order(Fault("budgets", "*", Kind.THROTTLE))
    faults.order(Fault("budgets", "DescribeBudgets", Kind.SERVER_ERROR))
    kinds = [fault.kind for _ in range(3) if (fault := faults.take(call, *Kind))]
    assert kinds == [Kind.THROTTLE, Kind.SERVER_ERROR]


def test_kinds_are_spelled_as_the_command_line_takes_them() -> None:
    assert json.dumps([*Kind]) == (
        '["throttle", "server-error", "timeout", "slow", "access-denied", "stale-read", "truncated-page"]'
    )
