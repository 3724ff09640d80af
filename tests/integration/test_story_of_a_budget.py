"""What happens to an account whose budget is overspent, told through the AWS CLI and `python -m local` alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contracts.local.account_resources import DENY_ALL, EXECUTION_ROLE, TOPIC, trust
from tests.contracts.local.aws_program import Shell
from tests.contracts.local.worlds import ACCOUNT
from tests.integration.embedded_process import embedded_process

# Each command is a process of its own, on a machine that may be busy.
pytestmark = pytest.mark.timeout(300)

BUDGET = f"--account-id {ACCOUNT} --budget-name monthly"
ALERT = """\
AWS Budget Notification {day}
AWS Account {account}

Dear AWS Customer,

You requested that we alert you when the ACTUAL Cost associated with your monthly budget is greater than \
$800.00 for the current month. The ACTUAL Cost associated with this budget is {amount}. You can find \
additional details below and by accessing the AWS Budgets dashboard [1].

Budget Name: monthly
Budget Type: Cost
Budgeted Amount: $1,000.00
Alert Type: ACTUAL
Alert Threshold: > $800.00
ACTUAL Amount: {amount}

[1] https://console.aws.amazon.com/billing/home#/budgets
"""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with embedded_process() as running:
        yield running


@pytest.fixture
def account(url: str, tmp_path: Path) -> Account:
    shell = Shell(url, tmp_path)
    shell.local("reset")
    return Account(shell)


class Account:
    """An account with a developer role that may do everything, and what a person does and sees in it."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self._make_role("developer", {"AWS": ACCOUNT}, "*")
        session = shell.run(
            f"aws sts assume-role --role-arn arn:aws:iam::{ACCOUNT}:role/developer --role-session-name work"
        )["Credentials"]
        self.developer = {
            "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
            "AWS_SESSION_TOKEN": session["SessionToken"],
        }

    def make_execution_role(self, *actions: str) -> None:
        """The role that the budget's action runs with, allowed these IAM actions."""
        self._make_role("budget-actions", {"Service": "budgets.amazonaws.com"}, *actions)

    def make_topic(self) -> None:
        """A topic that AWS Budgets may publish to, and a queue that receives from it."""
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "budgets.amazonaws.com"},
            "Action": "SNS:Publish",
            "Resource": TOPIC,
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.shell.run("aws sns create-topic --name alerts --attributes", json.dumps({"Policy": policy}))
        # The AWS CLI's sqs commands do not read AWS_ENDPOINT_URL.
        self._sqs = f"--endpoint-url {self.shell.url}"
        self._queue = self.shell.run(f"aws sqs create-queue --queue-name alerts {self._sqs}")["QueueUrl"]
        queue_arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:alerts"
        self.shell.run(
            f"aws sns subscribe --topic-arn {TOPIC} --protocol sqs --notification-endpoint {queue_arn}"
        )

    def make_budget(self, *subscribers: dict[str, str]) -> None:
        """$1,000 a month; with subscribers, they are alerted above 80 %."""
        budget = {
            "BudgetName": "monthly",
            "BudgetType": "COST",
            "TimeUnit": "MONTHLY",
            "BudgetLimit": {"Amount": "1000", "Unit": "USD"},
        }
        notification = {
            "NotificationType": "ACTUAL",
            "ComparisonOperator": "GREATER_THAN",
            "Threshold": 80,
            "ThresholdType": "PERCENTAGE",
        }
        alerts = [{"Notification": notification, "Subscribers": subscribers}] if subscribers else []
        self.shell.run(
            f"aws budgets create-budget --account-id {ACCOUNT}",
            "--budget",
            json.dumps(budget),
            "--notifications-with-subscribers",
            json.dumps(alerts),
        )

    def make_action(self, approval_model: str) -> None:
        """Above 80 %, everything is denied to the developer role."""
        definition = {"IamActionDefinition": {"PolicyArn": DENY_ALL, "Roles": ["developer"]}}
        made = self.shell.run(
            f"aws budgets create-budget-action {BUDGET} --notification-type ACTUAL "
            "--action-type APPLY_IAM_POLICY "
            "--action-threshold ActionThresholdValue=80,ActionThresholdType=PERCENTAGE "
            f"--execution-role-arn {EXECUTION_ROLE} --approval-model {approval_model} "
            "--subscribers SubscriptionType=EMAIL,Address=team@example.com --definition",
            json.dumps(definition),
        )
        self._action = f"{BUDGET} --action-id {made['ActionId']}"

    def spend(self, amount: str) -> None:
        self.shell.local(f"spend --service 'Amazon SageMaker' --amount {amount}")

    def pass_time(self, move: str) -> None:
        self.shell.local(f"clock {move}")

    def execute(self, what: str) -> None:
        self.shell.run(self._execute_command(what))

    def refusal_to_execute(self, what: str) -> str:
        return self.shell.fail(self._execute_command(what))

    def status(self) -> str:
        return str(self.shell.run(f"aws budgets describe-budget-action {self._action}")["Action"]["Status"])

    def history(self) -> list[tuple[str, str]]:
        """Statuses with their messages, oldest first."""
        answer = self.shell.run(f"aws budgets describe-budget-action-histories {self._action}")
        return [
            (entry["Status"], entry["ActionHistoryDetails"]["Message"])
            for entry in reversed(answer["ActionHistories"])
        ]

    def policies(self) -> list[str]:
        """Of the developer role, those that are attached."""
        answer = self.shell.run("aws iam list-attached-role-policies --role-name developer")
        return [policy["PolicyArn"] for policy in answer["AttachedPolicies"]]

    def alert_state(self) -> str:
        answer = self.shell.run(f"aws budgets describe-notifications-for-budget {BUDGET}")
        return str(answer["Notifications"][0]["NotificationState"])

    def messages(self) -> list[dict[str, Any]]:
        """What has arrived in the queue since it was last looked at."""
        receive = f"aws sqs receive-message --max-number-of-messages 10 --queue-url {self._queue} {self._sqs}"
        received = (self.shell.run(receive) or {}).get("Messages", [])
        for each in received:
            handle = each["ReceiptHandle"]
            self.shell.run(
                f"aws sqs delete-message --queue-url {self._queue} --receipt-handle {handle} {self._sqs}"
            )
        return [json.loads(each["Body"]) for each in received]

    def let_developer_work(self) -> None:
        self.shell.run(f"aws budgets describe-budgets --account-id {ACCOUNT}", **self.developer)
        self.shell.run("aws iam list-users", **self.developer)

    def see_developer_denied(self) -> None:
        refused = self.shell.fail(f"aws budgets describe-budgets --account-id {ACCOUNT}", **self.developer)
        assert "(AccessDeniedException)" in refused
        assert "is not authorized to perform: budgets:ViewBudget on resource: " in refused
        assert "with an explicit deny in an identity-based policy" in refused
        assert "(AccessDenied)" in self.shell.fail("aws iam list-users", **self.developer)

    def _execute_command(self, what: str) -> str:
        return f"aws budgets execute-budget-action {self._action} --execution-type {what}_BUDGET_ACTION"

    def _make_role(self, name: str, who: dict[str, str], *actions: str) -> None:
        assumed_by = trust().replace('{"Service": "budgets.amazonaws.com"}', json.dumps(who))
        self.shell.run(f"aws iam create-role --role-name {name} --assume-role-policy-document", assumed_by)
        statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.shell.run(
            f"aws iam put-role-policy --role-name {name} --policy-name allowed --policy-document", document
        )


def test_an_overspent_budget_alerts_and_acts_and_does_so_again_next_period(account: Account) -> None:
    account.make_topic()
    account.make_execution_role("iam:AttachRolePolicy", "iam:DetachRolePolicy")
    account.make_budget({"SubscriptionType": "SNS", "Address": TOPIC})
    account.make_action("AUTOMATIC")
    assert (account.status(), account.alert_state()) == ("STANDBY", "OK")
    account.let_developer_work()

    account.spend("900")
    assert (account.status(), account.messages()) == ("STANDBY", [])
    account.pass_time("advance 12h")
    (alert,) = account.messages()
    assert (alert["Type"], alert["TopicArn"]) == ("Notification", TOPIC)
    assert alert["Subject"] == "AWS Budgets: monthly has exceeded your alert threshold"
    assert alert["Message"] == ALERT.format(day="October 20, 2026", account=ACCOUNT, amount="$900.00")
    assert (account.status(), account.policies()) == ("EXECUTION_SUCCESS", [DENY_ALL])
    account.see_developer_denied()

    account.execute("REVERSE")
    assert (account.status(), account.policies()) == ("REVERSE_SUCCESS", [])
    account.let_developer_work()
    account.pass_time("advance 1d")
    assert (account.status(), account.messages()) == ("REVERSE_SUCCESS", [])

    account.execute("RESET")
    assert account.status() == "STANDBY"
    account.pass_time("set 2026-11-01")
    assert (account.status(), account.policies(), account.alert_state()) == ("STANDBY", [], "OK")
    assert account.messages() == []

    account.spend("850.50")
    account.pass_time("advance 12h")
    (alert,) = account.messages()
    assert alert["Message"] == ALERT.format(day="November 01, 2026", account=ACCOUNT, amount="$850.50")
    assert (account.status(), account.policies()) == ("EXECUTION_SUCCESS", [DENY_ALL])
    account.see_developer_denied()


def test_an_action_that_needs_approval_waits_for_it(account: Account) -> None:
    account.make_execution_role("iam:AttachRolePolicy", "iam:DetachRolePolicy")
    account.make_budget()
    account.make_action("MANUAL")
    refused = account.refusal_to_execute("APPROVE")
    assert "(ResourceLockedException)" in refused
    assert "This method is not allowed during [ActionStatus: Standby]" in refused

    account.spend("900")
    account.pass_time("advance 12h")
    assert (account.status(), account.policies()) == ("PENDING", [])
    account.let_developer_work()

    account.execute("APPROVE")
    assert (account.status(), account.policies()) == ("EXECUTION_SUCCESS", [DENY_ALL])
    account.see_developer_denied()
    assert [status for status, _ in account.history()] == [
        "STANDBY",
        "PENDING",
        "EXECUTION_IN_PROGRESS",
        "EXECUTION_SUCCESS",
    ]


def test_an_action_whose_role_may_not_undo_it_stays_done_and_says_why(account: Account) -> None:
    account.make_execution_role("iam:AttachRolePolicy")
    account.make_budget()
    account.make_action("AUTOMATIC")
    account.spend("900")
    account.pass_time("advance 12h")
    assert account.status() == "EXECUTION_SUCCESS"

    account.execute("REVERSE")
    assert (account.status(), account.policies()) == ("REVERSE_FAILURE", [DENY_ALL])
    status, reason = account.history()[-1]
    assert status == "REVERSE_FAILURE"
    assert "is not authorized to perform: iam:DetachRolePolicy on resource: " in reason
    assert f"arn:aws:iam::{ACCOUNT}:role/developer" in reason
    account.see_developer_denied()
