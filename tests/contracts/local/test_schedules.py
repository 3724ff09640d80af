"""Schedules and scheduled rules fire as the world's clock passes them, with the rights they have."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.schedules.expressions import parse
from local.server import EmbeddedAws
from tests.contracts.local.function_resources import (
    FUNCTION,
    RECORDER,
    Clients,
    allow,
    attributes_of,
    make_function,
    make_queue,
    make_role,
    read_queue,
    seen,
)
from tests.contracts.local.worlds import ACCOUNT, NOON

TIMED = """
import json, urllib.request, os, email.utils
import boto3

def handler(event, context):
    sqs = boto3.client("sqs")
    answer = sqs.get_queue_url(QueueName="seen")
    date = answer["ResponseMetadata"]["HTTPHeaders"]["date"]
    sqs.send_message(QueueUrl=answer["QueueUrl"], MessageBody=json.dumps({"event": [event, date]}))
"""


@pytest.fixture
def scheduled(aws: EmbeddedAws, clients: Clients) -> Any:
    """A recorder that the role of schedules may invoke; returns a client of EventBridge Scheduler."""
    make_queue(clients, "seen")
    make_function(clients, RECORDER)
    make_role(clients, "lambda:InvokeFunction", "sqs:SendMessage", name="schedules", service="scheduler")
    return clients("scheduler")


def schedule(scheduler: Any, expression: str, target: dict[str, Any] | None = None, **members: Any) -> None:
    """A schedule called monitor that invokes the function."""
    scheduler.create_schedule(
        **{
            "Name": "monitor",
            "ScheduleExpression": expression,
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": {
                "Arn": FUNCTION,
                "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/schedules",
                "Input": json.dumps({"at": "<aws.scheduler.scheduled-time>"}),
                **(target or {}),
            },
            **members,
        }
    )


def moments(clients: Clients) -> list[str]:
    return [event["at"] for event in seen(clients)]


def test_a_rate_fires_at_once_and_then_in_its_rhythm(
    scheduled: Any, aws: EmbeddedAws, clients: Clients
) -> None:
    schedule(scheduled, "rate(2 hours)")
    aws.world.clock.advance(timedelta(hours=5))
    assert moments(clients) == ["2026-10-20T12:00:00Z", "2026-10-20T14:00:00Z", "2026-10-20T16:00:00Z"]
    aws.world.clock.advance(timedelta(hours=1))
    assert moments(clients) == ["2026-10-20T18:00:00Z"]


def test_a_cron_fires_at_its_times_in_its_zone(scheduled: Any, aws: EmbeddedAws, clients: Clients) -> None:
    schedule(scheduled, "cron(30 8 ? * MON-FRI *)", ScheduleExpressionTimezone="Europe/Berlin")
    aws.world.clock.set(datetime(2026, 10, 27, tzinfo=UTC))
    # Summer time ends on 25 October; the 24th and 25th are a weekend.
    assert moments(clients) == [
        "2026-10-21T06:30:00Z",
        "2026-10-22T06:30:00Z",
        "2026-10-23T06:30:00Z",
        "2026-10-26T07:30:00Z",
    ]


def test_a_one_time_schedule_fires_once_and_can_remove_itself(
    scheduled: Any, aws: EmbeddedAws, clients: Clients
) -> None:
    schedule(scheduled, "at(2026-10-20T13:00:00)", ActionAfterCompletion="DELETE")
    schedule(scheduled, "at(2026-10-20T13:30:00)", Name="kept")
    aws.world.clock.advance(timedelta(minutes=59))
    assert moments(clients) == []
    aws.world.clock.advance(timedelta(days=2))
    assert moments(clients) == ["2026-10-20T13:00:00Z", "2026-10-20T13:30:00Z"]
    assert [each["Name"] for each in scheduled.list_schedules()["Schedules"]] == ["kept"]


def test_start_end_and_state_are_respected(scheduled: Any, aws: EmbeddedAws, clients: Clients) -> None:
    schedule(
        scheduled,
        "rate(1 hour)",
        StartDate=NOON + timedelta(hours=2),
        EndDate=NOON + timedelta(hours=3),
    )
    schedule(scheduled, "rate(1 hour)", Name="off", State="DISABLED")
    aws.world.clock.advance(timedelta(hours=6))
    assert moments(clients) == ["2026-10-20T14:00:00Z", "2026-10-20T15:00:00Z"]


def test_a_function_sees_the_moment_for_which_it_was_scheduled(
    scheduled: Any, aws: EmbeddedAws, clients: Clients
) -> None:
    make_function(clients, TIMED, name="timed")
    schedule(scheduled, "cron(0 * * * ? *)", {"Arn": f"{FUNCTION[:-5]}timed"})
    aws.world.clock.advance(timedelta(hours=2))
    assert [date for _, date in seen(clients)] == [
        "Tue, 20 Oct 2026 13:00:00 GMT",
        "Tue, 20 Oct 2026 14:00:00 GMT",
    ]


def test_at_one_moment_the_data_are_refreshed_before_schedules_fire(
    scheduled: Any, aws: EmbeddedAws, clients: Clients
) -> None:
    order: list[int] = []
    schedule(scheduled, "at(2026-10-20T16:00:00)")
    aws.world.clock.on_refresh(lambda _: order.append(len(seen(clients))))
    aws.world.clock.advance(timedelta(hours=4))
    assert order == [0]
    assert len(seen(clients)) == 1


def test_the_role_of_a_schedule_has_to_be_allowed_the_call(
    scheduled: Any, aws: EmbeddedAws, clients: Clients
) -> None:
    make_queue(clients, "dead")
    schedule(
        scheduled,
        "at(2026-10-20T13:00:00)",
        {"DeadLetterConfig": {"Arn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:dead"}},
    )
    allow(clients, "sqs:SendMessage", role="schedules")
    aws.world.clock.advance(timedelta(hours=2))
    assert seen(clients) == []
    (letter,) = read_queue(clients, "dead")
    assert json.loads(letter["Body"]) == {"at": "2026-10-20T13:00:00Z"}
    attributes = attributes_of(letter)
    assert attributes["ERROR_CODE"] == "AccessDeniedException"
    assert "lambda:InvokeFunction" in attributes["ERROR_MESSAGE"]
    assert attributes["SCHEDULE_ARN"].endswith(":schedule/default/monitor")
    assert attributes["TARGET_ARN"] == FUNCTION


def test_a_schedule_can_feed_a_queue(scheduled: Any, aws: EmbeddedAws, clients: Clients) -> None:
    schedule(scheduled, "at(2026-10-20T13:00:00)", {"Arn": make_queue(clients, "direct")})
    aws.world.clock.advance(timedelta(hours=2))
    (message,) = read_queue(clients, "direct")
    assert json.loads(message["Body"]) == {"at": "2026-10-20T13:00:00Z"}


@pytest.mark.parametrize(
    ("expression", "members"),
    [
        ("rate(1 hours)", {}),
        ("rate(0 hours)", {}),
        ("rate(5 weeks)", {}),
        ("every hour", {}),
        ("cron(0 8 * * * *)", {}),
        ("cron(0 8 ? * MON)", {}),
        ("cron(60 8 ? * MON *)", {}),
        ("at(tomorrow)", {}),
        ("rate(1 hour)", {"ScheduleExpressionTimezone": "Mars/Olympus"}),
        ("rate(1 hour)", {"StartDate": NOON - timedelta(hours=1)}),
        ("rate(1 hour)", {"EndDate": NOON - timedelta(hours=1)}),
        ("rate(1 hour)", {"FlexibleTimeWindow": {"Mode": "FLEXIBLE"}}),
        ("rate(1 hour)", {"Target": {"Arn": FUNCTION, "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/function"}}),
        (
            "rate(1 hour)",
            {
                "Target": {
                    "Arn": "arn:aws:scheduler:::aws-sdk:budgets:describeBudgets",
                    "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/schedules",
                }
            },
        ),
    ],
)
def test_schedules_that_cannot_be_are_refused(
    scheduled: Any, expression: str, members: dict[str, Any]
) -> None:
    with pytest.raises(ClientError) as refused:
        schedule(scheduled, expression, **members)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert scheduled.list_schedules()["Schedules"] == []


def put_rule(clients: Clients, expression: str, **target: Any) -> str:
    """A rule called nightly that invokes the function; returns its ARN."""
    events = clients("events")
    arn = events.put_rule(Name="nightly", ScheduleExpression=expression)["RuleArn"]
    events.put_targets(Rule="nightly", Targets=[{"Id": "agent", "Arn": FUNCTION, **target}])
    return str(arn)


@pytest.mark.usefixtures("scheduled")
def test_a_rule_fires_into_a_function_that_lets_it_in(aws: EmbeddedAws, clients: Clients) -> None:
    arn = put_rule(clients, "rate(1 day)")
    clients("lambda").add_permission(
        FunctionName="agent",
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=arn,
    )
    aws.world.clock.advance(timedelta(days=1))
    (event,) = seen(clients)
    assert {name: event[name] for name in ("source", "detail-type", "time", "resources", "account")} == {
        "source": "aws.events",
        "detail-type": "Scheduled Event",
        "time": "2026-10-21T12:00:00Z",
        "resources": [arn],
        "account": ACCOUNT,
    }


@pytest.mark.usefixtures("scheduled")
def test_a_rule_that_no_policy_lets_in_goes_to_its_dead_letters(aws: EmbeddedAws, clients: Clients) -> None:
    arn = put_rule(
        clients, "cron(0 13 * * ? *)", Input='{"a": 1}', DeadLetterConfig={"Arn": make_queue(clients, "dead")}
    )
    aws.world.clock.advance(timedelta(hours=2))
    assert seen(clients) == []
    (letter,) = read_queue(clients, "dead")
    assert letter["Body"] == '{"a": 1}'
    assert attributes_of(letter)["RULE_ARN"] == arn


@pytest.mark.parametrize(
    ("expression", "zone", "expected"),
    [
        ("cron(0 12 L * ? *)", "UTC", "2026-10-31T12:00"),
        ("cron(0 12 LW * ? *)", "UTC", "2026-10-30T12:00"),
        ("cron(0 12 1W * ? *)", "UTC", "2026-11-02T12:00"),
        ("cron(0 12 ? * 6#1 *)", "UTC", "2026-11-06T12:00"),
        ("cron(0 12 ? * FRIL *)", "UTC", "2026-10-30T12:00"),
        ("cron(0 12 ? * L *)", "UTC", "2026-10-24T12:00"),
        ("cron(0/20 13-14 * OCT ? 2026)", "UTC", "2026-10-20T13:00"),
        ("cron(0 12 29 2 ? *)", "UTC", "2028-02-29T12:00"),
        # The hour that comes twice counts the first time.
        ("cron(30 2 25 10 ? *)", "Europe/Berlin", "2026-10-25T00:30"),
        # The hour that is skipped does not come.
        ("cron(30 2 28 3 ? *)", "Europe/Berlin", "2028-03-28T00:30"),
        ("at(2026-12-24T18:00:00)", "America/New_York", "2026-12-24T23:00"),
        ("rate(90 minutes)", "UTC", "2026-10-20T13:30"),
    ],
)
def test_expressions_find_their_next_moment(expression: str, zone: str, expected: str) -> None:
    moment = parse(expression, zone, NOON).next(NOON, NOON + timedelta(days=1000))
    assert moment == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_an_expression_that_does_not_come_in_time_finds_nothing() -> None:
    assert parse("cron(0 12 31 12 ? 2026)", "UTC", NOON).next(NOON, NOON + timedelta(days=30)) is None
