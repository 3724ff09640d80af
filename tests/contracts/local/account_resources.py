"""What budget actions and alerts work on: roles, topics, policies and instances in the embedded account."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.contracts.local.worlds import ACCOUNT

Clients = Callable[[str], Any]

DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"
EXECUTION_ROLE = f"arn:aws:iam::{ACCOUNT}:role/budget-actions"
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:alerts"


def trust(service: str = "budgets.amazonaws.com", condition: Mapping[str, Any] | None = None) -> str:
    """A trust policy for one service."""
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def make_execution_role(
    clients: Clients, *actions: str, resource: str = "*", trust_policy: str | None = None
) -> str:
    """The role budget actions run with, allowed these IAM actions."""
    iam = clients("iam")
    iam.create_role(RoleName="budget-actions", AssumeRolePolicyDocument=trust_policy or trust())
    if actions:
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": resource}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_role_policy(RoleName="budget-actions", PolicyName="act", PolicyDocument=document)
    return EXECUTION_ROLE


def make_developers(clients: Clients) -> None:
    """A role, a group and a user, all called developer."""
    iam = clients("iam")
    iam.create_role(RoleName="developer", AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))
    iam.create_group(GroupName="developer")
    iam.create_user(UserName="developer")


def attached_to(clients: Clients, kind: str) -> list[str]:
    """The managed policies attached to the developer role, group or user."""
    name = {f"{kind.capitalize()}Name": "developer"}
    answer = getattr(clients("iam"), f"list_attached_{kind}_policies")(**name)
    return [policy["PolicyArn"] for policy in answer["AttachedPolicies"]]


def make_topic(
    clients: Clients, policy: Mapping[str, Any] | None = None, **attributes: str
) -> Callable[[], list[Any]]:
    """A topic that AWS Budgets may publish to, unless a policy is given; returns what reads its messages."""
    sns, sqs = clients("sns"), clients("sqs")
    arn = sns.create_topic(Name="alerts", Attributes=attributes)["TopicArn"]
    statement = policy or {
        "Effect": "Allow",
        "Principal": {"Service": "budgets.amazonaws.com"},
        "Action": "SNS:Publish",
        "Resource": arn,
        "Condition": {
            "StringEquals": {"aws:SourceAccount": ACCOUNT},
            "ArnLike": {"aws:SourceArn": f"arn:aws:budgets::{ACCOUNT}:*"},
        },
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=document)
    queue = sqs.create_queue(QueueName="alerts")["QueueUrl"]
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:{ACCOUNT}:alerts")

    def read() -> list[Any]:
        received = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"]) for message in received]

    return read


def an_action(**members: Any) -> dict[str, Any]:
    """A CreateBudgetAction request: deny everything to the developer role above 80 percent, automatically."""
    return {
        "AccountId": ACCOUNT,
        "BudgetName": "monthly",
        "NotificationType": "ACTUAL",
        "ActionType": "APPLY_IAM_POLICY",
        "ActionThreshold": {"ActionThresholdValue": 80, "ActionThresholdType": "PERCENTAGE"},
        "Definition": {"IamActionDefinition": {"PolicyArn": DENY_ALL, "Roles": ["developer"]}},
        "ExecutionRoleArn": EXECUTION_ROLE,
        "ApprovalModel": "AUTOMATIC",
        "Subscribers": [{"SubscriptionType": "EMAIL", "Address": "team@example.com"}],
        **members,
    }
