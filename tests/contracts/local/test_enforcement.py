"""Role sessions and IAM users are held to their policies, with real clients; the user's own keys are not."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.ledger.ledger import Ledger
from local.scenarios.scenario import Account, Scenario
from local.server import EmbeddedAws
from tests.contracts.local.worlds import ACCOUNT, NOON, a_client, a_world, as_role

MEMBER = "210000000001"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/working"


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def allow(action: str | list[str], resource: str = "*", **parts: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **parts}


def trust(principal: Any, **parts: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **parts}


OWN_ACCOUNT = trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root"})


def create_role(
    aws: EmbeddedAws, *statements: dict[str, Any], trusted: dict[str, Any] = OWN_ACCOUNT, **options: Any
) -> None:
    iam = a_client("iam", aws)
    iam.create_role(RoleName="working", AssumeRolePolicyDocument=document(trusted), **options)
    if statements:
        iam.put_role_policy(RoleName="working", PolicyName="own", PolicyDocument=document(*statements))


def outcome(call: Callable[[], Any]) -> str:
    """`allowed`, or the error's code and text."""
    try:
        call()
    except ClientError as error:
        return f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"
    return "allowed"


def view(aws: EmbeddedAws, name: str = "a", **request: Any) -> str:
    """What a session of the role is told when it looks for a budget that is not there."""
    budgets = a_client("budgets", aws, **as_role(aws, ROLE, **request))
    told = outcome(lambda: budgets.describe_budget(AccountId=ACCOUNT, BudgetName=name))
    return "allowed" if told.startswith("NotFoundException") else told


def test_the_users_own_keys_may_do_anything(aws: EmbeddedAws) -> None:
    assert outcome(lambda: a_client("budgets", aws).describe_budgets(AccountId=ACCOUNT)) == "allowed"


def test_a_role_needs_the_real_action_name(aws: EmbeddedAws) -> None:
    create_role(aws, allow(["budgets:DescribeBudget", "budgets:DescribeBudgets"]))
    assert view(aws) == (
        f"AccessDeniedException: User: arn:aws:sts::{ACCOUNT}:assumed-role/working/test is not authorized to "
        f"perform: budgets:ViewBudget on resource: arn:aws:budgets::{ACCOUNT}:budget/a because no "
        "identity-based policy allows the budgets:ViewBudget action"
    )


def test_a_role_may_see_only_the_budgets_it_is_allowed(aws: EmbeddedAws) -> None:
    create_role(aws, allow("budgets:ViewBudget", f"arn:aws:budgets::{ACCOUNT}:budget/team-*"))
    assert view(aws, "team-a") == "allowed"
    assert "AccessDenied" in view(aws, "other")


def test_a_denial_speaks_the_protocol_of_its_service(aws: EmbeddedAws) -> None:
    create_role(aws)
    session = as_role(aws, ROLE)
    calls: dict[str, Callable[[], Any]] = {
        "AccessDeniedException 400": a_client("dynamodb", aws, **session).list_tables,
        "AccessDenied 403": a_client("sns", aws, **session).list_topics,
        "AccessDeniedException 403": a_client("lambda", aws, **session).list_functions,
        "UnauthorizedOperation 403": a_client("ec2", aws, **session).describe_instances,
    }
    for expected, call in calls.items():
        with pytest.raises(ClientError, match="is not authorized to perform") as denied:
            call()
        response = denied.value.response
        status = response["ResponseMetadata"]["HTTPStatusCode"]
        assert f"{response['Error']['Code']} {status}" == expected


def test_anyone_may_ask_who_they_are(aws: EmbeddedAws) -> None:
    create_role(aws)
    identity = a_client("sts", aws, **as_role(aws, ROLE)).get_caller_identity()
    assert identity["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/working/test"


def test_a_deny_policy_attached_later_stops_a_session_that_is_open(aws: EmbeddedAws) -> None:
    create_role(aws, allow("*"))
    budgets = a_client("budgets", aws, **as_role(aws, ROLE))
    assert outcome(lambda: budgets.describe_budgets(AccountId=ACCOUNT)) == "allowed"
    iam = a_client("iam", aws)
    deny = "arn:aws:iam::aws:policy/AWSDenyAll"
    iam.attach_role_policy(RoleName="working", PolicyArn=deny)
    told = outcome(lambda: budgets.describe_budgets(AccountId=ACCOUNT))
    assert told.endswith("with an explicit deny in an identity-based policy")
    iam.detach_role_policy(RoleName="working", PolicyArn=deny)
    assert outcome(lambda: budgets.describe_budgets(AccountId=ACCOUNT)) == "allowed"


def test_a_permissions_boundary_limits_a_role(aws: EmbeddedAws) -> None:
    create_role(aws, allow("*"), PermissionsBoundary="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    assert "no permissions boundary allows" in view(aws)


def test_a_session_policy_limits_a_session(aws: EmbeddedAws) -> None:
    create_role(aws, allow("*"))
    assert "no session policy allows" in view(aws, Policy=document(allow("s3:*")))
    assert view(aws, Policy=document(allow("budgets:*"))) == "allowed"


def test_conditions_see_the_region_and_the_worlds_time(aws: EmbeddedAws) -> None:
    before = {"DateLessThan": {"aws:CurrentTime": "2026-10-21T00:00:00Z"}}
    create_role(
        aws, allow("budgets:*", Condition={**before, "StringEquals": {"aws:RequestedRegion": "us-east-1"}})
    )
    assert view(aws) == "allowed"
    aws.world.clock.set(NOON.replace(day=21))
    assert "AccessDenied" in view(aws)


def test_conditions_see_the_tags_of_a_budget(aws: EmbeddedAws) -> None:
    for name, team in (("ours", "a"), ("theirs", "b")):
        budget = {
            "BudgetName": name,
            "BudgetType": "COST",
            "TimeUnit": "MONTHLY",
            "BudgetLimit": {"Amount": "100", "Unit": "USD"},
        }
        tags = [{"Key": "Team", "Value": team}]
        a_client("budgets", aws).create_budget(AccountId=ACCOUNT, Budget=budget, ResourceTags=tags)
    tagged = {"StringEquals": {"aws:ResourceTag/team": "a"}}
    forbidden = {
        **allow("budgets:ModifyBudget", Condition={"StringEquals": {"aws:ResourceTag/Team": "b"}}),
        "Effect": "Deny",
    }
    modify = allow("budgets:ModifyBudget")
    create_role(aws, allow("budgets:ViewBudget", Condition=tagged), modify, forbidden)
    assert view(aws, "ours") == "allowed"
    assert "no identity-based policy allows" in view(aws, "theirs")
    assert "no identity-based policy allows" in view(aws, "neither")
    budgets = a_client("budgets", aws, **as_role(aws, ROLE))
    deny = outcome(lambda: budgets.delete_budget(AccountId=ACCOUNT, BudgetName="theirs"))
    assert "explicit deny" in deny
    assert outcome(lambda: budgets.delete_budget(AccountId=ACCOUNT, BudgetName="ours")) == "allowed"


def test_creating_a_budget_action_needs_to_pass_its_role(aws: EmbeddedAws) -> None:
    create_role(aws, allow(["budgets:CreateBudgetAction"]))
    budgets = a_client("budgets", aws, **as_role(aws, ROLE))
    request = {
        "AccountId": ACCOUNT,
        "BudgetName": "a",
        "NotificationType": "ACTUAL",
        "ActionType": "APPLY_IAM_POLICY",
        "ActionThreshold": {"ActionThresholdValue": 90, "ActionThresholdType": "PERCENTAGE"},
        "Definition": {
            "IamActionDefinition": {"PolicyArn": "arn:aws:iam::aws:policy/AWSDenyAll", "Roles": ["x"]}
        },
        "ExecutionRoleArn": ROLE,
        "ApprovalModel": "AUTOMATIC",
        "Subscribers": [{"SubscriptionType": "EMAIL", "Address": "a@example.com"}],
    }
    told = outcome(lambda: budgets.create_budget_action(**request))
    assert f"not authorized to perform: iam:PassRole on resource: {ROLE}" in told
    passing = {"StringEquals": {"iam:PassedToService": "budgets.amazonaws.com"}}
    a_client("iam", aws).put_role_policy(
        RoleName="working",
        PolicyName="passing",
        PolicyDocument=document(allow("iam:PassRole", ROLE, Condition=passing)),
    )
    assert "iam:PassRole" not in outcome(lambda: budgets.create_budget_action(**request))


def test_a_role_that_is_not_there_cannot_be_assumed(aws: EmbeddedAws) -> None:
    told = outcome(lambda: as_role(aws, f"arn:aws:iam::{ACCOUNT}:role/absent"))
    assert told == (
        f"AccessDenied: User: arn:aws:iam::{ACCOUNT}:user/administrator is not authorized to perform: "
        f"sts:AssumeRole on resource: arn:aws:iam::{ACCOUNT}:role/absent"
    )


@pytest.mark.parametrize(
    ("trusted", "request_", "is_trusted"),
    [
        (trust({"Service": "budgets.amazonaws.com"}), {}, False),
        (trust({"AWS": ACCOUNT}), {}, True),
        (trust({"AWS": "*"}), {}, True),
        (trust({"AWS": "arn:aws:iam::999999999999:root"}), {}, False),
        (trust({"AWS": ACCOUNT}, Condition={"StringEquals": {"sts:ExternalId": "secret"}}), {}, False),
        (
            trust({"AWS": ACCOUNT}, Condition={"StringEquals": {"sts:ExternalId": "secret"}}),
            {"ExternalId": "secret"},
            True,
        ),
    ],
)
def test_a_role_trusts_whom_its_trust_policy_names(
    aws: EmbeddedAws, trusted: dict[str, Any], request_: dict[str, Any], is_trusted: bool
) -> None:
    create_role(aws, trusted=trusted)
    told = outcome(lambda: as_role(aws, ROLE, **request_))
    assert (told == "allowed") is is_trusted


def test_a_role_may_not_assume_another_without_being_allowed(aws: EmbeddedAws) -> None:
    create_role(aws)
    iam = a_client("iam", aws)
    other = f"arn:aws:iam::{ACCOUNT}:role/other"
    iam.create_role(RoleName="other", AssumeRolePolicyDocument=document(OWN_ACCOUNT))
    sts = a_client("sts", aws, **as_role(aws, ROLE))
    asking = {"RoleArn": other, "RoleSessionName": "test"}
    assert "no identity-based policy allows the sts:AssumeRole" in outcome(lambda: sts.assume_role(**asking))
    iam.put_role_policy(
        RoleName="working", PolicyName="assuming", PolicyDocument=document(allow("sts:AssumeRole", other))
    )
    assert outcome(lambda: sts.assume_role(**asking)) == "allowed"


def test_a_trust_policy_that_names_the_role_itself_is_enough(aws: EmbeddedAws) -> None:
    create_role(aws)
    iam = a_client("iam", aws)
    iam.create_role(RoleName="other", AssumeRolePolicyDocument=document(trust({"AWS": ROLE})))
    sts = a_client("sts", aws, **as_role(aws, ROLE))
    other = f"arn:aws:iam::{ACCOUNT}:role/other"
    assert outcome(lambda: sts.assume_role(RoleArn=other, RoleSessionName="test")) == "allowed"


def test_a_user_is_held_to_its_own_policies_and_its_groups(aws: EmbeddedAws) -> None:
    iam = a_client("iam", aws)
    iam.create_user(UserName="anna")
    key = iam.create_access_key(UserName="anna")["AccessKey"]
    credentials = {
        "aws_access_key_id": key["AccessKeyId"],
        "aws_secret_access_key": key["SecretAccessKey"],
    }
    budgets = a_client("budgets", aws, **credentials)
    assert f"User: arn:aws:iam::{ACCOUNT}:user/anna is not authorized" in outcome(
        lambda: budgets.describe_budgets(AccountId=ACCOUNT)
    )
    iam.create_group(GroupName="finance")
    iam.add_user_to_group(GroupName="finance", UserName="anna")
    iam.put_group_policy(
        GroupName="finance", PolicyName="reading", PolicyDocument=document(allow("budgets:ViewBudget"))
    )
    assert outcome(lambda: budgets.describe_budgets(AccountId=ACCOUNT)) == "allowed"
    iam.attach_user_policy(UserName="anna", PolicyArn="arn:aws:iam::aws:policy/AWSDenyAll")
    assert "explicit deny" in outcome(lambda: budgets.describe_budgets(AccountId=ACCOUNT))


def test_a_user_with_a_boundary_is_refused_as_moto_would_forget_it(aws: EmbeddedAws) -> None:
    iam = a_client("iam", aws)
    boundary = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    told = outcome(lambda: iam.create_user(UserName="anna", PermissionsBoundary=boundary))
    assert told.startswith("NotImplementedException")
    assert iam.list_users()["Users"] == []


def test_what_moto_would_ignore_in_a_session_is_refused(aws: EmbeddedAws) -> None:
    create_role(aws)
    told = outcome(lambda: as_role(aws, ROLE, PolicyArns=[{"arn": "arn:aws:iam::aws:policy/AWSDenyAll"}]))
    assert told.startswith("NotImplementedException")
    assert "PolicyArns" in told


class TestMemberAccounts:
    """An organization with one member account."""

    @pytest.fixture
    def aws(self, served: EmbeddedAws) -> EmbeddedAws:
        accounts = [Account(ACCOUNT, "company", "c@example.com"), Account(MEMBER, "member", "m@example.com")]
        served.reset(a_world(Scenario(ledger=Ledger(), accounts=accounts)))
        return served

    def enter(self, aws: EmbeddedAws) -> dict[str, str]:
        return as_role(aws, f"arn:aws:iam::{MEMBER}:role/OrganizationAccountAccessRole")

    def test_the_access_role_exists_by_itself_and_may_do_anything(self, aws: EmbeddedAws) -> None:
        session = self.enter(aws)
        assert a_client("sts", aws, **session).get_caller_identity()["Account"] == MEMBER
        a_client("dynamodb", aws, **session).list_tables()

    def test_an_account_outside_the_organization_cannot_be_entered(self, aws: EmbeddedAws) -> None:
        told = outcome(lambda: as_role(aws, "arn:aws:iam::999999999999:role/OrganizationAccountAccessRole"))
        assert told.startswith("AccessDenied")

    def test_a_service_control_policy_holds_in_the_member_account_only(self, aws: EmbeddedAws) -> None:
        organizations = a_client("organizations", aws)
        stop = document({"Effect": "Deny", "Action": "dynamodb:*", "Resource": "*"})
        created = organizations.create_policy(
            Content=stop, Description="stop", Name="stop", Type="SERVICE_CONTROL_POLICY"
        )
        policy_id = created["Policy"]["PolicySummary"]["Id"]
        dynamodb = a_client("dynamodb", aws, **self.enter(aws))
        for target in (MEMBER, ACCOUNT):
            organizations.attach_policy(PolicyId=policy_id, TargetId=target)
        assert outcome(dynamodb.list_tables).endswith("with an explicit deny in a service control policy")
        assert outcome(a_client("dynamodb", aws).list_tables) == "allowed"
        organizations.detach_policy(PolicyId=policy_id, TargetId=MEMBER)
        assert outcome(dynamodb.list_tables) == "allowed"

    @pytest.mark.parametrize(
        ("resource", "reads"),
        [
            ("account/o-*/*", ["describe_account"]),
            ("ou/o-*/ou-*", ["describe_organizational_unit", "list_accounts_for_parent"]),
            ("policy/o-*/service_control_policy/*", ["describe_policy"]),
            (f"account/o-*/{ACCOUNT}", []),
        ],
    )
    def test_parts_of_the_organization_are_allowed_by_their_arns(
        self, aws: EmbeddedAws, resource: str, reads: list[str]
    ) -> None:
        organizations = a_client("organizations", aws)
        root = organizations.list_roots()["Roots"][0]["Id"]
        unit = organizations.create_organizational_unit(ParentId=root, Name="Unit")["OrganizationalUnit"][
            "Id"
        ]
        policy = organizations.create_policy(
            Content=document(allow("*")), Description="all", Name="all", Type="SERVICE_CONTROL_POLICY"
        )["Policy"]["PolicySummary"]["Id"]
        create_role(aws, allow("organizations:*", f"arn:aws:organizations::{ACCOUNT}:{resource}"))
        session = a_client("organizations", aws, **as_role(aws, ROLE))
        asked = {
            "describe_account": lambda: session.describe_account(AccountId=MEMBER),
            "describe_organizational_unit": lambda: session.describe_organizational_unit(
                OrganizationalUnitId=unit
            ),
            "list_accounts_for_parent": lambda: session.list_accounts_for_parent(ParentId=unit),
            "describe_policy": lambda: session.describe_policy(PolicyId=policy),
        }
        assert [name for name, ask in asked.items() if outcome(ask) == "allowed"] == reads
