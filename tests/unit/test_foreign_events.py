"""Pings, and events of services that this agent takes nothing from."""

from __future__ import annotations

from typing import Any

import pytest

from tests.callers import StandardReply, StandIn, sample

SCHEDULED = {
    "version": "0",
    "id": "89d1a02d-5ec7-412e-82f5-13505f849b41",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "account": "123456789012",
    "time": "2026-10-20T12:00:00Z",
    "region": "us-east-1",
    "resources": ["arn:aws:events:us-east-1:123456789012:rule/keep-warm"],
    "detail": {},
}
REQUEST = {"action": "delete_budget", "parameters": {"budget_name": "a", "confirm": "a"}}


@pytest.mark.parametrize(
    "event",
    [
        {"warmup": True},
        {"warmer": True, "concurrency": 3},
        {"ping": True},
        {"source": "serverless-plugin-warmup"},
        SCHEDULED,
        {**SCHEDULED, "detail": REQUEST},
    ],
)
def test_a_ping_is_answered_without_any_request(event: Any) -> None:
    agent = StandIn()
    reply = StandardReply.model_validate(agent.arrive(event))
    assert (reply.action, reply.status, reply.data) == (None, "success", {"awake": True, "incomplete": []})
    assert agent.requests == agent.refusals == []


@pytest.mark.parametrize(
    "event",
    [{"warmup": 1}, {"ping": "true"}, {"action": "analyze_budgets", "warmup": True}, {"source": None}],
)
def test_what_only_looks_like_a_ping_is_none(event: Any) -> None:
    agent = StandIn()
    agent.arrive(event)
    assert agent.request == event


def record(source: str, **members: Any) -> dict[str, Any]:
    return {"Records": [{"eventSource": source, **members}]}


FOREIGN = [
    (sample("16_eventBridgeEvent"), "EventBridge, 'EC2 Instance State-change Notification' of 'aws.ec2'"),
    (
        {**SCHEDULED, "source": "my.app", "detail-type": "Ask", "detail": REQUEST},
        "EventBridge, 'Ask' of 'my.app'",
    ),
    (sample("17_awsConfigRuleScheduled"), "an AWS Config rule"),
    (sample("22_cloudWatchAlarmEventSingleMetric"), "a CloudWatch alarm"),
    (record("aws:s3", s3={}), "Amazon S3"),
    (record("aws:dynamodb"), "a stream of DynamoDB"),
    (record("aws:kinesis"), "Amazon Kinesis"),
    (record("aws:sqs"), "Amazon SQS"),
    ({"Records": [{"EventSource": "aws:sns"}, {"eventSource": "aws:sqs", "messageId": "1"}]}, "Amazon SNS"),
    ({"Records": [{"cf": {}}]}, "Amazon CloudFront"),
    ({"awslogs": {"data": "H4s="}}, "CloudWatch Logs"),
    ({"RequestType": "Delete", "ResponseURL": "https://x", "StackId": "s"}, "CloudFormation"),
    ({"triggerSource": "PreSignUp_SignUp", "userPoolId": "p"}, "Amazon Cognito"),
    ({"type": "TOKEN", "methodArn": "arn", "authorizationToken": "secret"}, "an authorizer"),
    ({"raw_path": "/", "method": "GET", "headers": {}}, "VPC Lattice"),
]


@pytest.mark.parametrize(("event", "sender"), FOREIGN, ids=lambda each: each if isinstance(each, str) else "")
def test_an_event_of_another_service_is_refused_by_its_name(event: Any, sender: str) -> None:
    agent = StandIn()
    reply = StandardReply.model_validate(agent.arrive(event))
    assert sender in agent.refusal.message
    assert reply.error.code == "INVALID_REQUEST"
    assert '{"action": "analyze_budgets", "parameters": {}}' in reply.error.message
    assert "nothing was done" in reply.error.message
    assert "secret" not in reply.error.message


@pytest.mark.parametrize(
    "event",
    [
        {"detail-type": "\ud800", "source": "\ud800" * 10_000},
        {"detail-type": 5, "source": None},
        {"Records": [{"eventSource": []}]},
        {"Records": [{"eventSource": "aws:unheard-of"}]},
        {"Records": ["x"]},
        {"budget_name": "a"},
        {"parameters": {}},
    ],
)
def test_a_hostile_or_unknown_event_is_refused_by_a_name_or_as_a_request(event: Any) -> None:
    agent = StandIn()
    agent.arrive(event)
    assert agent.requests == [event] or len(agent.refusal.message.encode()) < 1_500
