"""The template's roles and topics, held to what they promise by the services that use them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from local.authorization.enforcement import role_may
from local.server import EmbeddedAws
from tests.contracts.local.account_resources import DENY_ALL, Clients, make_developers, trust
from tests.contracts.local.budget_requests import a_notification, create, email, spend_on, topic, watched
from tests.contracts.local.deployed_template import deploy_template
from tests.contracts.local.worlds import ACCOUNT

DENY_SPENDING = f"arn:aws:iam::{ACCOUNT}:policy/budget-management-deny-new-spending"

Deploy = Callable[..., dict[str, str]]


@pytest.fixture
def deploy(aws: EmbeddedAws, clients: Clients) -> Deploy:
    """Deploys the template with a package that answers the event it gets; the outputs."""
    return partial(deploy_template, clients)


@pytest.fixture
def restrict(aws: EmbeddedAws, budgets: Any, deploy: Deploy) -> Callable[..., tuple[str, str]]:
    """Lets the stack's budget action role attach a policy: the action's status and its last message."""

    def run(policy: str = DENY_ALL, **targets: list[str]) -> tuple[str, str]:
        create(budgets)
        spend_on(aws, date(2026, 10, 20), "90")
        action = budgets.create_budget_action(
            AccountId=ACCOUNT,
            BudgetName="monthly",
            NotificationType="ACTUAL",
            ActionType="APPLY_IAM_POLICY",
            ActionThreshold={"ActionThresholdValue": 80, "ActionThresholdType": "PERCENTAGE"},
            Definition={"IamActionDefinition": {"PolicyArn": policy, **targets}},
            ExecutionRoleArn=f"arn:aws:iam::{ACCOUNT}:role/budget-management-budget-action-role",
            ApprovalModel="AUTOMATIC",
            Subscribers=[email()],
        )
        named = {"AccountId": ACCOUNT, "BudgetName": "monthly", "ActionId": action["ActionId"]}
        aws.world.clock.advance(timedelta(minutes=2))
        last = budgets.describe_budget_action_histories(**named)["ActionHistories"][0]
        if last["Status"] == "EXECUTION_SUCCESS":
            budgets.execute_budget_action(**named, ExecutionType="REVERSE_BUDGET_ACTION")
            last = budgets.describe_budget_action_histories(**named)["ActionHistories"][0]
        return last["Status"], last["ActionHistoryDetails"]["Message"]

    return run


@pytest.mark.parametrize("policy", [DENY_ALL, DENY_SPENDING])
def test_a_listed_policy_is_attached_and_detached_again(
    clients: Clients, deploy: Deploy, restrict: Any, policy: str
) -> None:
    make_developers(clients)
    deploy()
    status, _ = restrict(policy, Roles=["developer"], Groups=["developer"], Users=["developer"])
    assert status == "REVERSE_SUCCESS"


def test_a_policy_off_the_list_is_not_attached(clients: Clients, deploy: Deploy, restrict: Any) -> None:
    make_developers(clients)
    deploy()
    status, message = restrict("arn:aws:iam::aws:policy/AdministratorAccess", Roles=["developer"])
    assert status == "EXECUTION_FAILURE"
    assert "not authorized to perform: iam:AttachRolePolicy" in message


def test_a_policy_put_on_the_list_is_attached(clients: Clients, deploy: Deploy, restrict: Any) -> None:
    make_developers(clients)
    deploy(
        RestrictionPolicyArns="arn:aws:iam::aws:policy/ReadOnlyAccess,arn:aws:iam::aws:policy/ViewOnlyAccess"
    )
    assert restrict("arn:aws:iam::aws:policy/ReadOnlyAccess", Roles=["developer"])[0] == "REVERSE_SUCCESS"


@pytest.mark.parametrize("role", ["execution-role", "budget-action-role", "schedule-role"])
def test_the_agents_own_roles_are_never_restricted(deploy: Deploy, restrict: Any, role: str) -> None:
    deploy()
    status, message = restrict(Roles=[f"budget-management-{role}"])
    assert status == "EXECUTION_FAILURE"
    assert "with an explicit deny" in message


@pytest.mark.parametrize("kind", ["User", "Group", "Role"])
def test_what_is_protected_is_never_restricted(
    clients: Clients, deploy: Deploy, restrict: Any, kind: str
) -> None:
    more = {"AssumeRolePolicyDocument": trust("ec2.amazonaws.com")} if kind == "Role" else {}
    getattr(clients("iam"), f"create_{kind.lower()}")(**{f"{kind}Name": "owner"}, Path="/protected/", **more)
    deploy()
    status, message = restrict(**{f"{kind}s": ["owner"]})
    assert status == "EXECUTION_FAILURE"
    assert "with an explicit deny" in message


@pytest.mark.parametrize("is_on", [True, False])
def test_instances_and_accounts_are_restricted_only_where_a_parameter_says_so(
    aws: EmbeddedAws, deploy: Deploy, is_on: bool
) -> None:
    deploy(**({"AllowStoppingInstances": "true", "ServiceControlPolicyId": "p-12345678"} if is_on else {}))
    role = f"arn:aws:iam::{ACCOUNT}:role/budget-management-budget-action-role"
    policies = f"arn:aws:organizations::{ACCOUNT}:policy/o-example/service_control_policy"
    through_ssm = {"aws:calledvia": ["ssm.amazonaws.com"]}

    def may(action: str, resource: str, context: Any = None) -> bool:
        return role_may(role, action, resource, context, now=aws.world.clock.now()).is_allowed

    assert may("organizations:AttachPolicy", f"{policies}/p-12345678") is is_on
    assert may("organizations:DetachPolicy", f"arn:aws:organizations::{ACCOUNT}:ou/o-example/ou-1") is is_on
    assert not may("organizations:AttachPolicy", f"{policies}/p-87654321")
    for verb in ("Stop", "Start"):
        document = f"arn:aws:ssm:us-east-1::automation-definition/AWS-{verb}EC2Instance:$DEFAULT"
        assert may("ssm:StartAutomationExecution", document) is is_on
        stopping = {f"ec2:{verb}Instances": "instance/i-1", f"rds:{verb}DBInstance": "db:one"}
        for action, resource in stopping.items():
            arn = f"arn:aws:{action[:3]}:us-east-1:{ACCOUNT}:{resource}"
            assert may(action, arn, through_ssm) is is_on
            assert not may(action, arn), "only through the automation"


def test_the_break_glass_role_is_never_restricted(clients: Clients, deploy: Deploy, restrict: Any) -> None:
    clients("iam").create_role(RoleName="rescue", AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))
    deploy(BreakGlassRoleName="rescue")
    assert restrict(Roles=["rescue"])[0] == "EXECUTION_FAILURE"


def test_the_restricted_can_read_but_not_spend_nor_lift_it(
    aws: EmbeddedAws, clients: Clients, deploy: Deploy
) -> None:
    iam = clients("iam")
    allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    deploy()
    for path, name in (("/", "developer"), ("/protected/", "owner")):
        iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))
        iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=json.dumps(allow))
        iam.attach_role_policy(RoleName=name, PolicyArn=DENY_SPENDING)

    def may(role: str, action: str, resource: str = "*", **context: str) -> bool:
        arn = f"arn:aws:iam::{ACCOUNT}:role{role}"
        return role_may(arn, action, resource, context, now=aws.world.clock.now()).is_allowed

    for free in (
        "ec2:DescribeInstances",
        "ec2:StopInstances",
        "support:CreateCase",
        "ce:GetCostAndUsage",
        "s3:GetObject",
    ):
        assert may("/developer", free), free
    for spending in ("ec2:RunInstances", "rds:CreateDBInstance", "bedrock:InvokeModel", "iam:DeletePolicy"):
        assert not may("/developer", spending, DENY_SPENDING if spending.startswith("iam:") else "*"), (
            spending
        )
    assert not may(
        "/developer",
        "iam:DetachRolePolicy",
        f"arn:aws:iam::{ACCOUNT}:role/developer",
        **{"iam:policyarn": DENY_SPENDING},
    )
    assert may("/protected/owner", "ec2:RunInstances")


def test_alerts_reach_the_topic_of_the_stack(
    aws: EmbeddedAws, budgets: Any, clients: Clients, deploy: Deploy
) -> None:
    arn = deploy()["AlertsTopicArn"]
    queue = clients("sqs").create_queue(QueueName="listener")["QueueUrl"]
    clients("sns").subscribe(
        TopicArn=arn, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:{ACCOUNT}:listener"
    )
    create(budgets, None, watched(a_notification(80), topic(arn)))
    spend_on(aws, date(2026, 10, 20), "90")
    aws.world.clock.advance(timedelta(hours=8))
    (message,) = clients("sqs").receive_message(QueueUrl=queue)["Messages"]
    assert "monthly" in json.loads(message["Body"])["Subject"]


def test_the_function_may_be_invoked_by_the_supervisor_the_topic_and_nobody_else(
    clients: Clients, deploy: Deploy
) -> None:
    supervisor = "arn:aws:iam::111122223333:role/supervisor"
    outputs = deploy(SupervisorPrincipal=supervisor)

    policy = clients("lambda").get_policy(FunctionName=outputs["FunctionName"], Qualifier="live")["Policy"]
    allowed = {(_principal(each), each["Resource"]) for each in json.loads(policy)["Statement"]}
    function, alias = outputs["FunctionArn"], outputs["FunctionAliasArn"]
    assert allowed == {(supervisor, function), (supervisor, alias), ("sns.amazonaws.com", alias)}


def test_every_resource_has_the_properties_of_the_template(clients: Clients, deploy: Deploy) -> None:
    outputs = deploy(
        NotificationEmail="finops@company.com", ReservedConcurrency="2", MonitoringSchedule="rate(1 hour)"
    )
    function = clients("lambda").get_function(FunctionName=outputs["FunctionName"])
    assert function["Concurrency"]["ReservedConcurrentExecutions"] == 2
    configuration = function["Configuration"]
    assert configuration["TracingConfig"] == {"Mode": "Active"}
    assert configuration["DeadLetterConfig"]["TargetArn"].endswith(":budget-management-dead-letters")
    assert configuration["LoggingConfig"]["LogFormat"] == "JSON"
    table = clients("dynamodb").describe_table(TableName=outputs["StateTableName"])["Table"]
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert table["DeletionProtectionEnabled"] is True
    (group,) = clients("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/budget-management-agent")[
        "logGroups"
    ]
    assert group["retentionInDays"] == 30
    schedule = clients("scheduler").get_schedule(
        Name="budget-management-monitor-budgets", GroupName="budget-management"
    )
    assert (schedule["ScheduleExpression"], schedule["State"]) == ("rate(1 hour)", "ENABLED")
    assert json.loads(schedule["Target"]["Input"]) == {
        "action": "monitor_budgets",
        "parameters": {"notify": True},
        "asynchronous": True,
    }
    alarms = clients("cloudwatch").describe_alarms()["MetricAlarms"]
    assert {each["AlarmName"].removeprefix("budget-management-") for each in alarms} == {
        "errors",
        "throttles",
        "duration",
        "dead-letters",
        "heartbeat",
        "internal-errors",
    }
    subscriptions = clients("sns").list_subscriptions_by_topic(TopicArn=outputs["AlertsTopicArn"])[
        "Subscriptions"
    ]
    assert {each["Protocol"] for each in subscriptions} == {"lambda", "email"}
    assert (
        clients("cloudwatch").list_dashboards()["DashboardEntries"][0]["DashboardName"]
        == outputs["DashboardName"]
    )


def test_monitoring_can_be_switched_off_and_releasing_left_to_people(
    clients: Clients, deploy: Deploy
) -> None:
    deploy(MonitoringState="DISABLED", ReleaseMode="MANUAL")
    schedules = {
        name: clients("scheduler").get_schedule(
            Name=f"budget-management-{name}", GroupName="budget-management"
        )
        for name in ("monitor-budgets", "reconcile-budget-actions")
    }
    assert {name: each["State"] for name, each in schedules.items()} == {
        "monitor-budgets": "DISABLED",
        "reconcile-budget-actions": "ENABLED",
    }
    reconciling = json.loads(schedules["reconcile-budget-actions"]["Target"]["Input"])
    assert reconciling["parameters"] == {"release": "MANUAL", "list_uncovered": False}
    names = [each["AlarmName"] for each in clients("cloudwatch").describe_alarms()["MetricAlarms"]]
    assert "budget-management-heartbeat" not in names


def _principal(statement: dict[str, Any]) -> str:
    """Who a statement is for; Lambda's policies name some in a mapping and some without."""
    named = statement["Principal"]
    return str(next(iter(named.values())) if isinstance(named, dict) else named)
