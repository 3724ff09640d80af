"""The whole story of a budget, told through the AWS CLI and the clock alone."""

import json
from pathlib import Path
from typing import Any

import pytest

from local.server import EmbeddedAws
from tests.contracts.local.account_resources import DENY_ALL, EXECUTION_ROLE, TOPIC, an_action, trust
from tests.contracts.local.aws_program import Shell
from tests.contracts.local.worlds import ACCOUNT

ANYTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:alerts"


@pytest.fixture
def shell(aws: EmbeddedAws, tmp_path: Path) -> Shell:
    return Shell(aws.url, tmp_path)


def prepare(shell: Shell) -> str:
    """A topic with a queue, a developer role and an execution role; the queue's URL."""
    publish = {
        "Effect": "Allow",
        "Principal": {"Service": "budgets.amazonaws.com"},
        "Action": "SNS:Publish",
        "Resource": TOPIC,
    }
    topic_policy = json.dumps({"Version": "2012-10-17", "Statement": [publish]})
    shell.run("aws sns create-topic --name alerts --attributes", json.dumps({"Policy": topic_policy}))
    queue = shell.run(f"aws sqs create-queue --queue-name alerts --endpoint-url {shell.url}")["QueueUrl"]
    shell.run(f"aws sns subscribe --topic-arn {TOPIC} --protocol sqs --notification-endpoint {QUEUE}")
    assume = trust().replace('{"Service": "budgets.amazonaws.com"}', json.dumps({"AWS": ACCOUNT}))
    for name, document in (("developer", assume), ("budget-actions", trust())):
        shell.run(f"aws iam create-role --role-name {name} --assume-role-policy-document", document)
        shell.run(
            f"aws iam put-role-policy --role-name {name} --policy-name all --policy-document",
            json.dumps(ANYTHING),
        )
    return str(queue)


def developer(shell: Shell) -> dict[str, str]:
    """The environment of a new session of the developer role."""
    session = shell.run(
        f"aws sts assume-role --role-arn arn:aws:iam::{ACCOUNT}:role/developer --role-session-name dev"
    )["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
        "AWS_SESSION_TOKEN": session["SessionToken"],
    }


def test_a_budget_is_watched_enforced_reversed_and_armed_again(shell: Shell) -> None:
    queue = prepare(shell)
    who = developer(shell)
    budget = {
        "BudgetName": "monthly",
        "BudgetType": "COST",
        "TimeUnit": "MONTHLY",
        "BudgetLimit": {"Amount": "1000", "Unit": "USD"},
    }
    watched = {
        "Notification": {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80},
        "Subscribers": [{"SubscriptionType": "SNS", "Address": TOPIC}],
    }
    shell.run(
        f"aws budgets create-budget --account-id {ACCOUNT}",
        "--budget",
        json.dumps(budget),
        "--notifications-with-subscribers",
        json.dumps([watched]),
    )
    request = json.dumps(an_action())
    created = shell.run("aws budgets create-budget-action --cli-input-json", request)
    assert EXECUTION_ROLE in request
    named = f"--account-id {ACCOUNT} --budget-name monthly --action-id {created['ActionId']}"

    def status() -> str:
        action: dict[str, Any] = shell.run(f"aws budgets describe-budget-action {named}")["Action"]
        return str(action["Status"])

    def attached() -> list[str]:
        answer = shell.run("aws iam list-attached-role-policies --role-name developer")
        return [policy["PolicyArn"] for policy in answer["AttachedPolicies"]]

    shell.run("aws iam list-users", **who)
    assert status() == "STANDBY"

    shell.local("spend --service 'Amazon SageMaker' --amount 900")
    shell.local("clock advance 12h")
    receive = f"aws sqs receive-message --queue-url {queue} --endpoint-url {shell.url}"
    (message,) = shell.run(receive)["Messages"]
    alert = json.loads(message["Body"])
    assert alert["Subject"] == "AWS Budgets: monthly has exceeded your alert threshold"
    assert "Alert Threshold: > $800.00\nACTUAL Amount: $900.00\n" in alert["Message"]
    assert (status(), attached()) == ("EXECUTION_SUCCESS", [DENY_ALL])
    assert "AccessDenied" in shell.fail("aws iam list-users", **who)

    execute = f"aws budgets execute-budget-action {named} --execution-type"
    shell.run(f"{execute} REVERSE_BUDGET_ACTION")
    assert (status(), attached()) == ("REVERSE_SUCCESS", [])
    shell.run("aws iam list-users", **who)
    assert "ResourceLockedException" in shell.fail(f"{execute} APPROVE_BUDGET_ACTION")
    shell.run(f"{execute} RESET_BUDGET_ACTION")
    assert status() == "STANDBY"

    shell.local("clock set 2026-11-01")
    assert (status(), attached()) == ("STANDBY", [])
    (notification,) = shell.run(
        f"aws budgets describe-notifications-for-budget --account-id {ACCOUNT} --budget-name monthly"
    )["Notifications"]
    assert notification["NotificationState"] == "OK"
    histories = shell.run(f"aws budgets describe-budget-action-histories {named}")["ActionHistories"]
    assert [entry["Status"] for entry in reversed(histories)][:8] == [
        "STANDBY",
        "EXECUTION_IN_PROGRESS",
        "EXECUTION_SUCCESS",
        "REVERSE_IN_PROGRESS",
        "REVERSE_SUCCESS",
        "RESET_IN_PROGRESS",
        "STANDBY",
        "EXECUTION_IN_PROGRESS",
    ]
