"""Who the company is: its accounts, roles, policies and topics. All of it is made up."""

from collections.abc import Mapping
from typing import Any

from local.ledger.ledger import MANAGEMENT_ACCOUNT
from local.scenarios.scenario import Account, OrganizationalUnit, Policy, Role

PLATFORM, PRODUCTION, DATA, SANDBOX = (f"21000000000{number}" for number in range(1, 5))

ACCOUNTS = (
    Account(MANAGEMENT_ACCOUNT, "company", "aws@company.example.com"),
    Account(PLATFORM, "platform", "aws-platform@company.example.com"),
    Account(PRODUCTION, "production", "aws-production@company.example.com"),
    Account(DATA, "data", "aws-data@company.example.com"),
    Account(SANDBOX, "sandbox", "aws-sandbox@company.example.com"),
)

UNITS = (
    OrganizationalUnit("Infrastructure", (PLATFORM,)),
    OrganizationalUnit("Workloads", (DATA,)),
    OrganizationalUnit("Production", (PRODUCTION,), parent="Workloads"),
    OrganizationalUnit("Sandbox", (SANDBOX,)),
)

COST_CENTERS: Mapping[str, str] = {
    MANAGEMENT_ACCOUNT: "Corporate",
    PLATFORM: "Engineering",
    PRODUCTION: "Product",
    DATA: "Analytics",
    SANDBOX: "Research",
}

TOPICS = ("budget-alerts",)
ALERT_TOPIC_ARN = f"arn:aws:sns:us-east-1:{MANAGEMENT_ACCOUNT}:{TOPICS[0]}"


def _trust(principal: Mapping[str, str], **condition: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **condition}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _allow(actions: list[str], resource: str | list[str]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


_PEOPLE = _trust({"AWS": f"arn:aws:iam::{MANAGEMENT_ACCOUNT}:root"})
_ROLES_ARN = f"arn:aws:iam::{MANAGEMENT_ACCOUNT}:role"

# Trust as AWS asks for it against a confused deputy (AWS Cost Management user guide, budget action role).
_BUDGETS = _trust(
    {"Service": "budgets.amazonaws.com"},
    Condition={
        "StringEquals": {"aws:SourceAccount": MANAGEMENT_ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:budgets::{MANAGEMENT_ACCOUNT}:budget/*"},
    },
)

_ENFORCE = {
    "Version": "2012-10-17",
    "Statement": [
        _allow(
            [
                "iam:AttachGroupPolicy",
                "iam:AttachRolePolicy",
                "iam:AttachUserPolicy",
                "iam:DetachGroupPolicy",
                "iam:DetachRolePolicy",
                "iam:DetachUserPolicy",
            ],
            [
                f"{_ROLES_ARN}/DeveloperRole",
                f"{_ROLES_ARN}/DataScienceRole",
                f"arn:aws:iam::{MANAGEMENT_ACCOUNT}:group/*",
                f"arn:aws:iam::{MANAGEMENT_ACCOUNT}:user/*",
            ],
        ),
        _allow(["organizations:AttachPolicy", "organizations:DetachPolicy"], "*"),
        _allow(["ssm:StartAutomationExecution"], "*"),
        _allow(["ec2:DescribeInstanceStatus", "ec2:StartInstances", "ec2:StopInstances"], "*"),
        _allow(["rds:DescribeDBInstances", "rds:StartDBInstance", "rds:StopDBInstance"], "*"),
    ],
}

ROLES = (
    Role(
        "DeveloperRole",
        _PEOPLE,
        {"Version": "2012-10-17", "Statement": [_allow(["ec2:*", "lambda:*", "s3:*", "dynamodb:*"], "*")]},
    ),
    Role(
        "DataScienceRole",
        _PEOPLE,
        {"Version": "2012-10-17", "Statement": [_allow(["sagemaker:*", "bedrock:*", "s3:*"], "*")]},
    ),
    Role("budget-management-action-role", _BUDGETS, _ENFORCE),
)

POLICIES = (
    Policy(
        "DenyNewSpending",
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Deny",
                    "Action": [
                        "bedrock:InvokeModel*",
                        "ec2:RunInstances",
                        "ec2:StartInstances",
                        "rds:CreateDBInstance",
                        "sagemaker:Create*",
                    ],
                    "Resource": "*",
                }
            ],
        },
    ),
)
