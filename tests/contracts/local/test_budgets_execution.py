"""AWS Budgets: what budget actions do to the account, and when they may not."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from local.budgets import inbox
from local.server import EmbeddedAws
from tests.contracts.local.account_resources import (
    DENY_ALL,
    Clients,
    an_action,
    attached_to,
    make_developers,
    make_execution_role,
)
from tests.contracts.local.budget_requests import a_budget, create, refusal, spend_on
from tests.contracts.local.worlds import ACCOUNT, a_client, as_role

ALL_IAM = [f"iam:{verb}{kind}Policy" for verb in ("Attach", "Detach") for kind in ("Role", "Group", "User")]
SSM = ["ssm:StartAutomationExecution", "ec2:*", "rds:*"]
SCP = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Action": "ec2:RunInstances", "Resource": "*"}],
}


def run(aws: EmbeddedAws, client: Any, **members: Any) -> tuple[dict[str, Any], str, str]:
    """Create an action on a breached budget and let it run: what names it, its status, the last message."""
    create(client)
    spend_on(aws, date(2026, 10, 20), "90")
    created = client.create_budget_action(**an_action(**members))
    action = {"AccountId": ACCOUNT, "BudgetName": "monthly", "ActionId": created["ActionId"]}
    aws.world.clock.advance(timedelta(minutes=2))
    return action, *outcome(client, action)


def execute(client: Any, action: dict[str, Any], what: str) -> tuple[str, str]:
    client.execute_budget_action(**action, ExecutionType=f"{what}_BUDGET_ACTION")
    return outcome(client, action)


def outcome(client: Any, action: dict[str, Any]) -> tuple[str, str]:
    last = client.describe_budget_action_histories(**action)["ActionHistories"][0]
    return last["Status"], last["ActionHistoryDetails"]["Message"]


def test_a_policy_is_attached_to_roles_groups_and_users(
    aws: EmbeddedAws, budgets: Any, clients: Clients
) -> None:
    make_developers(clients)
    make_execution_role(clients, *ALL_IAM)
    targets = {kind: ["developer"] for kind in ("Roles", "Groups", "Users")}
    action, status, _ = run(
        aws, budgets, Definition={"IamActionDefinition": {"PolicyArn": DENY_ALL, **targets}}
    )
    assert status == "EXECUTION_SUCCESS"
    assert [attached_to(clients, kind) for kind in ("role", "group", "user")] == [[DENY_ALL]] * 3
    assert execute(budgets, action, "REVERSE")[0] == "REVERSE_SUCCESS"
    assert [attached_to(clients, kind) for kind in ("role", "group", "user")] == [[]] * 3


def test_the_role_that_was_acted_on_is_denied(aws: EmbeddedAws, budgets: Any, clients: Clients) -> None:
    allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    anyone = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}],
    }
    iam = clients("iam")
    iam.create_role(RoleName="developer", AssumeRolePolicyDocument=json.dumps(anyone))
    iam.put_role_policy(RoleName="developer", PolicyName="all", PolicyDocument=json.dumps(allow))
    make_execution_role(clients, *ALL_IAM)
    developer = a_client("budgets", aws, **as_role(aws, f"arn:aws:iam::{ACCOUNT}:role/developer"))
    assert developer.describe_budgets(AccountId=ACCOUNT)
    action, status, _ = run(aws, budgets)
    assert status == "EXECUTION_SUCCESS"
    code, text = refusal(developer.describe_budgets, AccountId=ACCOUNT)
    assert (code, "budgets:ViewBudget" in text) == ("AccessDeniedException", True)
    execute(budgets, action, "REVERSE")
    assert developer.describe_budgets(AccountId=ACCOUNT)


def test_an_action_fails_whose_role_may_not_do_it(aws: EmbeddedAws, budgets: Any, clients: Clients) -> None:
    make_developers(clients)
    make_execution_role(clients, "iam:AttachUserPolicy")
    action, status, reason = run(aws, budgets)
    assert status == "EXECUTION_FAILURE"
    assert "is not authorized to perform: iam:AttachRolePolicy on resource: " in reason
    assert reason.endswith("because no identity-based policy allows the iam:AttachRolePolicy action")
    assert attached_to(clients, "role") == []
    allow = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "iam:AttachRolePolicy", "Resource": "*"}],
    }
    clients("iam").put_role_policy(
        RoleName="budget-actions", PolicyName="more", PolicyDocument=json.dumps(allow)
    )
    assert execute(budgets, action, "RETRY")[0] == "EXECUTION_SUCCESS"
    status, reason = execute(budgets, action, "REVERSE")
    assert (status, "iam:DetachRolePolicy" in reason) == ("REVERSE_FAILURE", True)
    assert attached_to(clients, "role") == [DENY_ALL]


def test_permissions_are_checked_for_all_targets_before_anything_changes(
    aws: EmbeddedAws, budgets: Any, clients: Clients
) -> None:
    make_developers(clients)
    clients("iam").create_role(RoleName="other", AssumeRolePolicyDocument="{}")
    make_execution_role(clients, *ALL_IAM, resource=f"arn:aws:iam::{ACCOUNT}:role/developer")
    both = {"IamActionDefinition": {"PolicyArn": DENY_ALL, "Roles": ["developer", "other"]}}
    _, status, _ = run(aws, budgets, Definition=both)
    assert status == "EXECUTION_FAILURE"
    assert attached_to(clients, "role") == []


def test_a_permission_may_be_narrowed_to_one_policy(aws: EmbeddedAws, budgets: Any, clients: Clients) -> None:
    make_developers(clients)
    make_execution_role(clients)
    statement = {
        "Effect": "Allow",
        "Action": ALL_IAM,
        "Resource": "*",
        "Condition": {"ArnEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/ReadOnlyAccess"}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    clients("iam").put_role_policy(RoleName="budget-actions", PolicyName="act", PolicyDocument=document)
    assert run(aws, budgets)[1] == "EXECUTION_FAILURE"


@pytest.mark.parametrize(
    ("definition", "reason"),
    [
        ({"PolicyArn": DENY_ALL, "Roles": ["nobody"]}, "Role nobody not found"),
        ({"PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/none", "Roles": ["developer"]}, "policy/none"),
    ],
)
def test_an_action_on_what_is_not_there_fails(
    aws: EmbeddedAws, budgets: Any, clients: Clients, definition: dict[str, Any], reason: str
) -> None:
    make_developers(clients)
    make_execution_role(clients, *ALL_IAM)
    _, status, message = run(aws, budgets, Definition={"IamActionDefinition": definition})
    assert status == "EXECUTION_FAILURE"
    assert reason in message


def test_an_action_fails_whose_role_has_gone(aws: EmbeddedAws, budgets: Any, clients: Clients) -> None:
    make_developers(clients)
    make_execution_role(clients)
    create(budgets)
    budgets.create_budget_action(**an_action())
    clients("iam").delete_role(RoleName="budget-actions")
    spend_on(aws, date(2026, 10, 20), "90")
    aws.world.clock.advance(timedelta(minutes=2))
    (action,) = budgets.describe_budget_actions_for_account(AccountId=ACCOUNT)["Actions"]
    assert action["Status"] == "EXECUTION_FAILURE"


def test_a_service_control_policy_is_attached_to_accounts_and_units(
    aws: EmbeddedAws, budgets: Any, clients: Clients
) -> None:
    organizations = clients("organizations")
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    unit = organizations.create_organizational_unit(ParentId=root, Name="dev")["OrganizationalUnit"]["Id"]
    account = organizations.create_account(AccountName="dev", Email="dev@example.com")
    account_id = account["CreateAccountStatus"]["AccountId"]
    policy = organizations.create_policy(
        Content=json.dumps(SCP), Name="freeze", Description="", Type="SERVICE_CONTROL_POLICY"
    )["Policy"]["PolicySummary"]["Id"]
    make_execution_role(clients, "organizations:AttachPolicy", "organizations:DetachPolicy")

    def targets() -> set[str]:
        listed = organizations.list_targets_for_policy(PolicyId=policy)["Targets"]
        return {target["TargetId"] for target in listed}

    definition = {"ScpActionDefinition": {"PolicyId": policy, "TargetIds": [account_id, unit]}}
    action, status, _ = run(aws, budgets, ActionType="APPLY_SCP_POLICY", Definition=definition)
    assert (status, targets()) == ("EXECUTION_SUCCESS", {account_id, unit})
    assert execute(budgets, action, "REVERSE")[0] == "REVERSE_SUCCESS"
    assert targets() == set()


def test_only_the_management_account_applies_service_control_policies(
    aws: EmbeddedAws, clients: Clients, budgets: Any
) -> None:
    organizations = clients("organizations")
    organizations.create_organization(FeatureSet="ALL")
    created = organizations.create_account(AccountName="dev", Email="dev@example.com")
    member = created["CreateAccountStatus"]["AccountId"]
    role = f"arn:aws:iam::{member}:role/OrganizationAccountAccessRole"
    client = a_client("budgets", aws, **as_role(aws, role))
    client.create_budget(AccountId=member, Budget=a_budget())
    definition = {"ScpActionDefinition": {"PolicyId": "p-12345678", "TargetIds": [member]}}
    request_ = an_action(AccountId=member, ActionType="APPLY_SCP_POLICY", Definition=definition)
    code, text = refusal(client.create_budget_action, **request_)
    assert code == "InvalidParameterException"
    assert text.endswith("APPLY_SCP_POLICY is supported in the management account only")


def test_ec2_instances_are_stopped_and_started(aws: EmbeddedAws, budgets: Any, clients: Clients) -> None:
    ec2 = clients("ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    started = ec2.run_instances(ImageId=image, MinCount=2, MaxCount=2)["Instances"]
    ids = [instance["InstanceId"] for instance in started]
    make_execution_role(clients, *SSM)

    def states() -> set[str]:
        found = ec2.describe_instances(InstanceIds=ids)["Reservations"]
        return {one["State"]["Name"] for reservation in found for one in reservation["Instances"]}

    ssm = {"ActionSubType": "STOP_EC2_INSTANCES", "Region": "us-east-1", "InstanceIds": ids}
    action, status, _ = run(
        aws, budgets, ActionType="RUN_SSM_DOCUMENTS", Definition={"SsmActionDefinition": ssm}
    )
    assert (status, states()) == ("EXECUTION_SUCCESS", {"stopped"})
    assert execute(budgets, action, "REVERSE")[0] == "REVERSE_SUCCESS"
    assert states() == {"running"}


def test_rds_instances_are_stopped_and_started(aws: EmbeddedAws, budgets: Any, clients: Clients) -> None:
    rds = clients("rds")
    rds.create_db_instance(
        DBInstanceIdentifier="orders",
        DBInstanceClass="db.t3.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="admin1",
        MasterUserPassword="not-a-real-one",
    )
    make_execution_role(clients, *SSM)

    def state() -> str:
        return str(
            rds.describe_db_instances(DBInstanceIdentifier="orders")["DBInstances"][0]["DBInstanceStatus"]
        )

    ssm = {"ActionSubType": "STOP_RDS_INSTANCES", "Region": "us-east-1", "InstanceIds": ["orders"]}
    action, status, _ = run(
        aws, budgets, ActionType="RUN_SSM_DOCUMENTS", Definition={"SsmActionDefinition": ssm}
    )
    assert (status, state()) == ("EXECUTION_SUCCESS", "stopped")
    assert execute(budgets, action, "REVERSE")[0] == "REVERSE_SUCCESS"
    assert state() == "available"


def test_stopping_an_instance_needs_the_automation_document(
    aws: EmbeddedAws, budgets: Any, clients: Clients
) -> None:
    ec2 = clients("ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    instance = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    make_execution_role(clients, "ec2:*")
    ssm = {"ActionSubType": "STOP_EC2_INSTANCES", "Region": "us-east-1", "InstanceIds": [instance]}
    _, status, reason = run(
        aws, budgets, ActionType="RUN_SSM_DOCUMENTS", Definition={"SsmActionDefinition": ssm}
    )
    assert (status, "ssm:StartAutomationExecution" in reason) == ("EXECUTION_FAILURE", True)


def test_the_managed_policy_for_instances_is_enough(aws: EmbeddedAws, budgets: Any, clients: Clients) -> None:
    ec2 = clients("ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    instance = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    make_execution_role(clients)
    managed = "arn:aws:iam::aws:policy/AWSBudgetsActions_RolePolicyForResourceAdministrationWithSSM"
    clients("iam").attach_role_policy(RoleName="budget-actions", PolicyArn=managed)
    ssm = {"ActionSubType": "STOP_EC2_INSTANCES", "Region": "us-east-1", "InstanceIds": [instance]}
    _, status, reason = run(
        aws, budgets, ActionType="RUN_SSM_DOCUMENTS", Definition={"SsmActionDefinition": ssm}
    )
    assert (status, reason) == ("EXECUTION_SUCCESS", "The action was executed.")


def test_an_instance_that_is_not_there_cannot_be_stopped(
    aws: EmbeddedAws, budgets: Any, clients: Clients
) -> None:
    make_execution_role(clients, *SSM)
    ssm = {"ActionSubType": "STOP_EC2_INSTANCES", "Region": "us-east-1", "InstanceIds": ["i-12345678"]}
    _, status, reason = run(
        aws, budgets, ActionType="RUN_SSM_DOCUMENTS", Definition={"SsmActionDefinition": ssm}
    )
    assert (status, "i-12345678" in reason) == ("EXECUTION_FAILURE", True)


def test_subscribers_of_an_action_are_told(aws: EmbeddedAws, budgets: Any, clients: Clients) -> None:
    make_developers(clients)
    make_execution_role(clients, *ALL_IAM)
    action, _, _ = run(aws, budgets)
    (mail,) = inbox.mails()
    assert mail.to == "team@example.com"
    assert mail.subject == "AWS Budgets: budget action update for monthly"
    assert f"Action ID: {action['ActionId']}\n" in mail.body
    assert "Action Status: EXECUTION_SUCCESS\n" in mail.body
    execute(budgets, action, "REVERSE")
    assert "Action Status: REVERSE_SUCCESS\n" in inbox.mails()[1].body
