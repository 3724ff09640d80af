"""What tests begin with: a scenario put back is what a scenario created is, whatever was done in between."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.budgets.inbox import mails
from local.faults import Fault, Kind
from local.ledger.record import CostRecord
from local.scenarios.company_people import DATA, SANDBOX
from local.worlds import world_of_scenario
from tests.builders import ACCOUNT, NOW
from tests.embedded import EXECUTION_ROLE_ARN, begin, environment, make_state_table, the_server
from tests.told import told, without_chance

DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"
OWN_POLICY = f"arn:aws:iam::{ACCOUNT}:policy/DenyNewSpending"
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:budget-alerts"
DENY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}
)
# An organization's own features, and who one is oneself.
CANNOT_CHANGE = ("organization", "who")


@pytest.mark.parametrize("scenario", ["company", "empty"])
def test_a_scenario_put_back_tells_what_one_created_anew_tells(scenario: str) -> None:
    the_server().reset(world_of_scenario(scenario, NOW.date()))
    created = told()
    begin(scenario)
    put_back = told()
    assert without_chance(put_back) == without_chance(created)


def test_nothing_that_was_done_stays() -> None:
    begin("company")
    before = told()
    _do_something_to_everything()
    changed = told()
    for service, parts in before.items():
        for part, content in parts.items():
            assert (changed[service][part] == content) is (part in CANNOT_CHANGE), part
    begin("company")
    assert told() == before


def test_an_account_put_back_goes_on_like_one_created() -> None:
    """Ids are given, figures refreshed and mails sent as they were had the scenario been created."""
    the_server().reset(world_of_scenario("company", NOW.date()))
    created = _a_fortnight_later()
    begin("company")
    assert _a_fortnight_later() == created


def test_no_budget_is_hidden_because_an_earlier_account_had_one_of_its_name() -> None:
    name = "cloudfront-monthly"
    begin("empty")
    _order_a_stale_read()
    with environment():
        budgets: Any = boto3.client("budgets")
        budgets.create_budget(AccountId=ACCOUNT, Budget=_a_budget(name))
        with pytest.raises(ClientError, match="NotFoundException"):
            budgets.describe_budget(AccountId=ACCOUNT, BudgetName=name)
        begin("company")
        _order_a_stale_read()
        assert budgets.describe_budget(AccountId=ACCOUNT, BudgetName=name)["Budget"]["BudgetName"] == name


def _order_a_stale_read() -> None:
    the_server().faults.order(Fault("budgets", "DescribeBudget", Kind.STALE_READ))


def _do_something_to_everything() -> None:
    """Change, add and remove in every service; each step goes through AWS's own operation."""
    make_state_table()
    aws = the_server()
    with environment():
        make: Any = boto3.client
        organizations, iam, sns, budgets = (make(each) for each in ("organizations", "iam", "sns", "budgets"))
        _change_organization(organizations)
        _change_principals(iam)
        sns.set_topic_attributes(TopicArn=TOPIC, AttributeName="DisplayName", AttributeValue="Alerts")
        sns.subscribe(TopicArn=TOPIC, Protocol="email", Endpoint="finops@company.com")
        _change_budgets(budgets)
        make("s3").create_bucket(Bucket="a-bucket")
        make("sqs").create_queue(QueueName="a-queue")
        template = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
        make("cloudformation").create_stack(StackName="a-stack", TemplateBody=template)
        make("lambda").publish_layer_version(LayerName="a-layer", Content={"ZipFile": b"PK"})
    aws.world.clock.advance(timedelta(days=1))


def _change_organization(organizations: Any) -> None:
    root = organizations.list_roots()["Roots"][0]["Id"]
    (unit,) = (
        each["Id"]
        for each in organizations.list_organizational_units_for_parent(ParentId=root)["OrganizationalUnits"]
        if each["Name"] == "Sandbox"
    )
    organizations.enable_policy_type(RootId=root, PolicyType="TAG_POLICY")
    organizations.move_account(AccountId=SANDBOX, SourceParentId=unit, DestinationParentId=root)
    organizations.update_organizational_unit(OrganizationalUnitId=unit, Name="Empty")
    organizations.create_account(AccountName="new", Email="new@company.example.com")
    policy = organizations.create_policy(
        Name="deny", Description="", Type="SERVICE_CONTROL_POLICY", Content=DENY
    )["Policy"]["PolicySummary"]["Id"]
    organizations.attach_policy(PolicyId=policy, TargetId=DATA)


def _change_principals(iam: Any) -> None:
    iam.create_account_alias(AccountAlias="company")
    iam.create_user(UserName="anna")
    iam.create_access_key(UserName="anna")
    iam.create_group(GroupName="people")
    iam.attach_role_policy(RoleName="DeveloperRole", PolicyArn=DENY_ALL)
    iam.put_role_policy(RoleName="DeveloperRole", PolicyName="permissions", PolicyDocument=DENY)
    iam.delete_role_policy(RoleName="DataScienceRole", PolicyName="permissions")
    iam.delete_role(RoleName="DataScienceRole")
    iam.create_policy_version(PolicyArn=OWN_POLICY, PolicyDocument=DENY, SetAsDefault=True)


def _change_budgets(budgets: Any) -> None:
    account = {"AccountId": ACCOUNT}
    first, second, *_ = budgets.describe_budgets(**account)["Budgets"]
    budgets.delete_budget(BudgetName=second["BudgetName"], **account)
    budgets.create_budget(Budget=_a_budget("another"), **account)
    name = first["BudgetName"]
    budgets.update_budget(NewBudget={**_a_budget(name), "BudgetType": first["BudgetType"]}, **account)
    notification = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 1}
    subscriber = {"SubscriptionType": "EMAIL", "Address": "finops@company.com"}
    budgets.create_notification(
        BudgetName=name, Notification=notification, Subscribers=[subscriber], **account
    )
    budgets.create_budget_action(
        BudgetName=name,
        NotificationType="ACTUAL",
        ActionType="APPLY_IAM_POLICY",
        ActionThreshold={"ActionThresholdValue": 1, "ActionThresholdType": "ABSOLUTE_VALUE"},
        Definition={"IamActionDefinition": {"PolicyArn": DENY_ALL, "Roles": ["DeveloperRole"]}},
        ExecutionRoleArn=EXECUTION_ROLE_ARN,
        ApprovalModel="AUTOMATIC",
        Subscribers=[subscriber],
        **account,
    )
    arn = f"arn:aws:budgets::{ACCOUNT}:budget/{name}"
    budgets.tag_resource(ResourceARN=arn, ResourceTags=[{"Key": "team", "Value": "finops"}])


def _a_fortnight_later() -> Any:
    """What is told after days of spending, of which AWS Budgets is told by no call but hears at its refreshes."""
    aws = the_server()
    lavish = CostRecord(
        account=ACCOUNT, service="Amazon Textract", day=NOW.date(), unblended=Decimal(900_000)
    )
    aws.world.spend([lavish])
    aws.world.clock.advance(timedelta(days=14))
    sent = [(mail.to, mail.subject, mail.body, mail.at.isoformat()) for mail in mails()]
    assert sent, "the company's budgets tell of so much"
    with environment():
        budgets: Any = boto3.client("budgets")
        budgets.create_budget(AccountId=ACCOUNT, Budget=_a_budget("later"))
        iam: Any = boto3.client("iam")
        iam.create_role(RoleName="later", AssumeRolePolicyDocument=DENY)
    return without_chance([sent, told()])


def _a_budget(name: str) -> dict[str, Any]:
    limit = {"Amount": "100", "Unit": "USD"}
    return {"BudgetName": name, "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": limit}
