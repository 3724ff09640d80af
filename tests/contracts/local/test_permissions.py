"""What each call needs: the IAM actions that really exist, on the ARNs that really name things."""

import json
from pathlib import Path
from typing import Any

import cfnlint
import pytest
from moto.core.utils import get_service_model

from local.authorization.actions import action_of
from local.authorization.permissions import permissions_of
from local.authorization.resources import Place

ACCOUNT = "123456789012"
HERE = Place(ACCOUNT, "us-east-1")
BUDGET = f"arn:aws:budgets::{ACCOUNT}:budget"
TABLE = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/acting"

_TABLES = json.loads(
    (Path(cfnlint.__file__).parent / "data" / "AdditionalSpecs" / "Policies.json").read_text(encoding="utf-8")
)

# Operations that IAM knows under no name of their own: transactions need an action per item, which
# permissions_of names, and PartiQL is not built.
_WITHOUT_OWN_ACTION = {
    "dynamodb": {
        "BatchExecuteStatement",
        "ExecuteStatement",
        "ExecuteTransaction",
        "TransactGetItems",
        "TransactWriteItems",
    },
}
# Newer than the table.
_NEWER = {
    "dynamodb": {"CancelBulkOperation", "DescribeBulkOperation", "ListBulkOperations", "StartBulkPutItems"}
}


@pytest.mark.parametrize(
    "service",
    [
        "apigatewaymanagementapi",
        "budgets",
        "ce",
        "dynamodb",
        "events",
        "organizations",
        "scheduler",
        "ses",
        "sesv2",
        "sns",
        "sqs",
        "stepfunctions",
        "sts",
    ],
)
def test_every_operation_asks_for_an_action_that_iam_has(service: str) -> None:
    spared = _WITHOUT_OWN_ACTION.get(service, set()) | _NEWER.get(service, set())
    unknown = []
    for operation in sorted(set(get_service_model(service).operation_names) - spared):
        action = action_of(service, operation)
        if action is not None:
            prefix, name = action.split(":")
            if name.lower() not in _TABLES[prefix]["Actions"]:
                unknown.append(action)
    assert unknown == []


@pytest.mark.parametrize(
    ("service", "operation", "action"),
    [
        ("budgets", "DescribeBudgets", "budgets:ViewBudget"),
        ("budgets", "CreateSubscriber", "budgets:ModifyBudget"),
        ("budgets", "DeleteNotification", "budgets:ModifyBudget"),
        ("budgets", "ExecuteBudgetAction", "budgets:ExecuteBudgetAction"),
        ("budgets", "TagResource", "budgets:TagResource"),
        ("lambda", "Invoke", "lambda:InvokeFunction"),
        ("bedrock-runtime", "Converse", "bedrock:InvokeModel"),
        ("bedrock-runtime", "ConverseStream", "bedrock:InvokeModelWithResponseStream"),
        ("apigatewaymanagementapi", "PostToConnection", "execute-api:ManageConnections"),
        ("sts", "GetCallerIdentity", None),
    ],
)
def test_an_action_that_is_not_called_like_its_operation(
    service: str, operation: str, action: str | None
) -> None:
    assert action_of(service, operation) == action


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "resources"),
    [
        ("budgets", "DescribeBudgets", {"AccountId": ACCOUNT}, [f"{BUDGET}/*"]),
        ("budgets", "DescribeBudget", {"AccountId": ACCOUNT, "BudgetName": "a"}, [f"{BUDGET}/a"]),
        ("budgets", "CreateBudget", {"AccountId": ACCOUNT, "Budget": {"BudgetName": "a"}}, [f"{BUDGET}/a"]),
        ("budgets", "UpdateBudget", {"NewBudget": {"BudgetName": "a"}}, [f"{BUDGET}/a"]),
        ("budgets", "CreateBudgetAction", {"BudgetName": "a"}, [f"{BUDGET}/a/action/*"]),
        ("budgets", "DeleteBudgetAction", {"BudgetName": "a", "ActionId": "i"}, [f"{BUDGET}/a/action/i"]),
        ("budgets", "DescribeBudgetActionsForAccount", {"AccountId": ACCOUNT}, ["*"]),
        ("budgets", "TagResource", {"ResourceARN": f"{BUDGET}/a"}, [f"{BUDGET}/a"]),
        ("ce", "GetCostForecast", {}, [f"arn:aws:ce:us-east-1:{ACCOUNT}:/GetCostForecast"]),
        ("dynamodb", "ListTables", {}, [f"{TABLE}/*"]),
        ("dynamodb", "PutItem", {"TableName": "t"}, [f"{TABLE}/t"]),
        ("dynamodb", "Query", {"TableName": "t", "IndexName": "i"}, [f"{TABLE}/t/index/i"]),
        ("dynamodb", "BatchWriteItem", {"RequestItems": {"t": [], "u": []}}, [f"{TABLE}/t", f"{TABLE}/u"]),
        ("sns", "Publish", {"TopicArn": "arn:aws:sns:us-east-1:1:t"}, ["arn:aws:sns:us-east-1:1:t"]),
        ("sns", "CreateTopic", {"Name": "t"}, [f"arn:aws:sns:us-east-1:{ACCOUNT}:t"]),
        ("iam", "AttachRolePolicy", {"RoleName": "acting", "PolicyArn": "p"}, [ROLE]),
        (
            "lambda",
            "Invoke",
            {"FunctionName": "f", "Qualifier": "live"},
            [f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f:live"],
        ),
        ("s3", "GetObject", {"Bucket": "b", "Key": "k/l"}, ["arn:aws:s3:::b/k/l"]),
        (
            "bedrock-runtime",
            "Converse",
            {"modelId": "amazon.nova"},
            ["arn:aws:bedrock:us-east-1::foundation-model/amazon.nova"],
        ),
        (
            "ec2",
            "StopInstances",
            {"InstanceIds": ["i-1", "i-2"]},
            [f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-{n}" for n in "12"],
        ),
        ("kms", "ListKeys", {}, ["*"]),
    ],
)
def test_a_call_works_on_the_arns_its_parameters_name(
    service: str, operation: str, parameters: dict[str, Any], resources: list[str]
) -> None:
    needed = permissions_of(service, operation, parameters, HERE)
    assert [permission.resource for permission in needed] == resources


def test_a_transaction_needs_an_action_for_each_item() -> None:
    items = [{"Put": {"TableName": "t"}}, {"ConditionCheck": {"TableName": "u"}}]
    needed = permissions_of("dynamodb", "TransactWriteItems", {"TransactItems": items}, HERE)
    assert [(each.action, each.resource) for each in needed] == [
        ("dynamodb:PutItem", f"{TABLE}/t"),
        ("dynamodb:ConditionCheckItem", f"{TABLE}/u"),
    ]


def test_a_budget_action_passes_its_execution_role_to_aws_budgets() -> None:
    request = {"BudgetName": "a", "ExecutionRoleArn": ROLE}
    needed = permissions_of("budgets", "CreateBudgetAction", request, HERE)
    assert [(each.action, each.resource) for each in needed] == [
        ("budgets:CreateBudgetAction", f"{BUDGET}/a/action/*"),
        ("iam:PassRole", ROLE),
    ]
    assert needed[-1].context == {"iam:passedtoservice": "budgets.amazonaws.com"}


def test_an_update_that_leaves_the_role_alone_passes_none() -> None:
    request = {"BudgetName": "a", "ActionId": "i"}
    needed = permissions_of("budgets", "UpdateBudgetAction", request, HERE)
    assert [each.action for each in needed] == ["budgets:UpdateBudgetAction"]


def test_a_schedule_passes_the_role_of_its_target() -> None:
    request = {"Name": "daily", "Target": {"Arn": "x", "RoleArn": ROLE}}
    assert permissions_of("scheduler", "CreateSchedule", request, HERE)[-1].resource == ROLE


def test_creating_a_budget_with_tags_also_tags() -> None:
    request = {"Budget": {"BudgetName": "a"}, "ResourceTags": [{"Key": "Team", "Value": "data"}]}
    create, tag = permissions_of("budgets", "CreateBudget", request, HERE)
    assert (create.action, tag.action, tag.resource) == (
        "budgets:ModifyBudget",
        "budgets:TagResource",
        f"{BUDGET}/a",
    )
    assert tag.context == {"aws:requesttag/team": "data", "aws:tagkeys": ["Team"]}
