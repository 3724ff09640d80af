"""An organization's accounts: their units, who may enter them, what they see, and policies that hold in them."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.ledger.ledger import Ledger
from local.ledger.record import CostRecord
from local.scenarios.company import make_company
from local.scenarios.scenario import Account, OrganizationalUnit, Scenario
from local.server import EmbeddedAws
from tests.contracts.local.account_resources import an_action, make_execution_role
from tests.contracts.local.worlds import ACCOUNT, NOON, a_client, a_world, as_role

ONE, OTHER = "210000000001", "210000000002"
TODAY = date(2026, 10, 20)
OCTOBER = {"Start": "2026-10-01", "End": "2026-10-21"}
SPENT = {ACCOUNT: Decimal(100), ONE: Decimal(20), OTHER: Decimal(3)}


@pytest.fixture
def aws(served: EmbeddedAws) -> EmbeddedAws:
    """A management account and two members that have spent, one of them two units deep."""
    ledger = Ledger()
    ledger.add(
        CostRecord(account=account, service="Amazon S3", day=date(2026, 10, 5), unblended=amount)
        for account, amount in SPENT.items()
    )
    accounts = [
        Account(ACCOUNT, "company", "c@example.com"),
        Account(ONE, "one", "one@example.com"),
        Account(OTHER, "other", "other@example.com"),
    ]
    units = [OrganizationalUnit("outer"), OrganizationalUnit("inner", (ONE,), parent="outer")]
    served.reset(a_world(Scenario(ledger=ledger, accounts=accounts, units=units)))
    return served


def enter(aws: EmbeddedAws, account: str) -> dict[str, str]:
    """Credentials in a member account, as options for `a_client`."""
    return as_role(aws, f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole")


def outcome(call: Callable[[], Any]) -> str:
    """`allowed`, or the error's code and text."""
    try:
        call()
    except ClientError as error:
        return f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"
    return "allowed"


def a_budget(**members: Any) -> dict[str, Any]:
    limit = {"Amount": "10", "Unit": "USD"}
    return {
        "BudgetName": "monthly",
        "BudgetType": "COST",
        "TimeUnit": "MONTHLY",
        "BudgetLimit": limit,
        **members,
    }


class TestUnits:
    """Where the accounts are."""

    def test_accounts_are_in_the_units_the_scenario_names(self, aws: EmbeddedAws) -> None:
        organizations = a_client("organizations", aws)
        root = organizations.list_roots()["Roots"][0]["Id"]
        (outer,) = organizations.list_organizational_units_for_parent(ParentId=root)["OrganizationalUnits"]
        (inner,) = organizations.list_organizational_units_for_parent(ParentId=outer["Id"])[
            "OrganizationalUnits"
        ]
        assert (outer["Name"], inner["Name"]) == ("outer", "inner")
        inside = organizations.list_accounts_for_parent(ParentId=inner["Id"])["Accounts"]
        in_root = organizations.list_accounts_for_parent(ParentId=root)["Accounts"]
        assert [account["Id"] for account in inside] == [ONE]
        assert [account["Id"] for account in in_root] == [ACCOUNT, OTHER]

    def test_the_company_has_an_account_in_each_unit(self, served: EmbeddedAws) -> None:
        company = make_company(TODAY)
        served.reset(a_world(Scenario(ledger=Ledger(), accounts=company.accounts, units=company.units)))
        organizations = a_client("organizations", served)
        parents = {
            account.id: organizations.list_parents(ChildId=account.id)["Parents"][0]["Type"]
            for account in company.accounts
        }
        assert parents.pop(ACCOUNT) == "ROOT"
        assert set(parents.values()) == {"ORGANIZATIONAL_UNIT"}

    def test_a_member_cannot_look_into_the_organization(self, aws: EmbeddedAws) -> None:
        organizations = a_client("organizations", aws, **enter(aws, ONE))
        told = outcome(organizations.list_accounts)
        assert told == "AccessDeniedException: You don't have permissions to access this resource."
        assert organizations.describe_organization()["Organization"]["MasterAccountId"] == ACCOUNT


class TestCosts:
    """Who sees which costs."""

    @pytest.mark.parametrize(
        ("account", "sees"), [(ACCOUNT, Decimal(123)), (ONE, Decimal(20)), (OTHER, Decimal(3))]
    )
    def test_a_member_sees_its_own_costs_and_the_management_account_all(
        self, aws: EmbeddedAws, account: str, sees: Decimal
    ) -> None:
        explorer = a_client("ce", aws, **({} if account == ACCOUNT else enter(aws, account)))
        answer = explorer.get_cost_and_usage(
            TimePeriod=OCTOBER, Granularity="MONTHLY", Metrics=["UnblendedCost"]
        )
        assert Decimal(answer["ResultsByTime"][0]["Total"]["UnblendedCost"]["Amount"]) == sees

    def test_a_member_finds_no_other_account_in_its_costs(self, aws: EmbeddedAws) -> None:
        explorer = a_client("ce", aws, **enter(aws, ONE))
        answer = explorer.get_dimension_values(TimePeriod=OCTOBER, Dimension="LINKED_ACCOUNT")
        assert [value["Value"] for value in answer["DimensionValues"]] == [ONE]

    @pytest.mark.parametrize("account", [ACCOUNT, ONE])
    def test_a_budget_counts_what_its_account_sees(self, aws: EmbeddedAws, account: str) -> None:
        budgets = a_client("budgets", aws, **({} if account == ACCOUNT else enter(aws, account)))
        budgets.create_budget(AccountId=account, Budget=a_budget())
        aws.world.clock.advance(timedelta(hours=12))
        (budget,) = budgets.describe_budgets(AccountId=account)["Budgets"]
        seen = sum(SPENT.values()) if account == ACCOUNT else SPENT[account]
        assert Decimal(budget["CalculatedSpend"]["ActualSpend"]["Amount"]) == seen


class TestBudgets:
    """Whose budgets can be reached."""

    def test_each_account_has_budgets_of_its_own(self, aws: EmbeddedAws) -> None:
        member = a_client("budgets", aws, **enter(aws, ONE))
        member.create_budget(AccountId=ONE, Budget=a_budget())
        assert [one["BudgetName"] for one in member.describe_budgets(AccountId=ONE)["Budgets"]] == ["monthly"]
        assert a_client("budgets", aws).describe_budgets(AccountId=ACCOUNT).get("Budgets", []) == []

    @pytest.mark.parametrize(("caller", "owner"), [(ACCOUNT, ONE), (ONE, ACCOUNT), (ONE, OTHER)])
    def test_another_accounts_budgets_are_denied(self, aws: EmbeddedAws, caller: str, owner: str) -> None:
        budgets = a_client("budgets", aws, **({} if caller == ACCOUNT else enter(aws, caller)))
        assert outcome(lambda: budgets.describe_budgets(AccountId=owner)).startswith("AccessDeniedException")

    @pytest.mark.parametrize(
        "scope",
        [
            {"CostFilters": {"LinkedAccount": [ONE]}},
            {
                "FilterExpression": {"Dimensions": {"Key": "LINKED_ACCOUNT", "Values": [ONE]}},
                "Metrics": ["UnblendedCost"],
            },
        ],
    )
    def test_only_the_management_account_filters_by_account(
        self, aws: EmbeddedAws, scope: dict[str, Any]
    ) -> None:
        member = a_client("budgets", aws, **enter(aws, ONE))
        told = outcome(lambda: member.create_budget(AccountId=ONE, Budget=a_budget(**scope)))
        assert told.startswith("InvalidParameterException")
        assert "linked account" in told
        management = a_client("budgets", aws)
        assert (
            outcome(lambda: management.create_budget(AccountId=ACCOUNT, Budget=a_budget(**scope)))
            == "allowed"
        )


class TestEntering:
    """AssumeRole into member accounts."""

    def test_a_role_made_inside_an_account_can_be_entered_by_whom_it_trusts(self, aws: EmbeddedAws) -> None:
        iam = a_client("iam", aws, **enter(aws, ONE))
        trust = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
        iam.create_role(RoleName="reader", AssumeRolePolicyDocument=_document(trust))
        iam.attach_role_policy(
            RoleName="reader", PolicyArn="arn:aws:iam::aws:policy/AWSBudgetsReadOnlyAccess"
        )
        reader = as_role(aws, f"arn:aws:iam::{ONE}:role/reader")
        identity = a_client("sts", aws, **reader).get_caller_identity()
        assert identity["Arn"] == f"arn:aws:sts::{ONE}:assumed-role/reader/test"
        budgets = a_client("budgets", aws, **reader)
        assert outcome(lambda: budgets.describe_budgets(AccountId=ONE)) == "allowed"
        created = outcome(lambda: budgets.create_budget(AccountId=ONE, Budget=a_budget()))
        assert "budgets:ModifyBudget" in created

    def test_one_member_cannot_enter_another(self, aws: EmbeddedAws) -> None:
        sts = a_client("sts", aws, **enter(aws, ONE))
        other = f"arn:aws:iam::{OTHER}:role/OrganizationAccountAccessRole"
        told = outcome(lambda: sts.assume_role(RoleArn=other, RoleSessionName="test"))
        assert told.startswith("AccessDenied:")


class TestServiceControlPolicies:
    """Policies of the organization hold in member accounts, wherever above them they are attached."""

    def stop_tables(self, aws: EmbeddedAws, effect: str = "Deny", action: str = "dynamodb:*") -> str:
        """A policy that denies DynamoDB, or allows only something else; its id."""
        created = a_client("organizations", aws).create_policy(
            Content=_document({"Effect": effect, "Action": action, "Resource": "*"}),
            Description="",
            Name=f"{effect}-{action}".replace(":*", ""),
            Type="SERVICE_CONTROL_POLICY",
        )
        return str(created["Policy"]["PolicySummary"]["Id"])

    def places(self, aws: EmbeddedAws) -> dict[str, str]:
        organizations = a_client("organizations", aws)
        root = organizations.list_roots()["Roots"][0]["Id"]
        (outer,) = organizations.list_organizational_units_for_parent(ParentId=root)["OrganizationalUnits"]
        (inner,) = organizations.list_organizational_units_for_parent(ParentId=outer["Id"])[
            "OrganizationalUnits"
        ]
        return {"root": root, "outer": outer["Id"], "inner": inner["Id"], "account": ONE}

    @pytest.mark.parametrize(
        ("place", "denied"),
        [("root", {ONE, OTHER}), ("outer", {ONE}), ("inner", {ONE}), ("account", {ONE})],
    )
    def test_a_deny_holds_below_where_it_is_attached(
        self, aws: EmbeddedAws, place: str, denied: set[str]
    ) -> None:
        organizations, stop = a_client("organizations", aws), self.stop_tables(aws)
        tables = {each: a_client("dynamodb", aws, **enter(aws, each)) for each in (ONE, OTHER)}
        tables[ACCOUNT] = a_client("dynamodb", aws)
        target = self.places(aws)[place]
        organizations.attach_policy(PolicyId=stop, TargetId=target)
        told = {account: outcome(client.list_tables) for account, client in tables.items()}
        assert {account for account, text in told.items() if text != "allowed"} == denied
        assert told[ONE].endswith("with an explicit deny in a service control policy")
        organizations.detach_policy(PolicyId=stop, TargetId=target)
        assert {outcome(client.list_tables) for client in tables.values()} == {"allowed"}

    def test_what_one_level_does_not_allow_is_denied(self, aws: EmbeddedAws) -> None:
        organizations, only = a_client("organizations", aws), self.stop_tables(aws, "Allow", "sts:*")
        inner = self.places(aws)["inner"]
        organizations.attach_policy(PolicyId=only, TargetId=inner)
        organizations.detach_policy(PolicyId="p-FullAWSAccess", TargetId=inner)
        told = outcome(a_client("dynamodb", aws, **enter(aws, ONE)).list_tables)
        assert "no service control policy allows the dynamodb:ListTables action" in told

    def test_policies_count_only_while_they_are_enabled(self, aws: EmbeddedAws) -> None:
        organizations, stop = a_client("organizations", aws), self.stop_tables(aws)
        organizations.attach_policy(PolicyId=stop, TargetId=ONE)
        root = self.places(aws)["root"]
        organizations.disable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
        assert outcome(a_client("dynamodb", aws, **enter(aws, ONE)).list_tables) == "allowed"
        told = outcome(lambda: organizations.attach_policy(PolicyId=stop, TargetId=OTHER))
        assert told.startswith("PolicyTypeNotEnabledException")

    def test_every_target_keeps_one_policy_and_takes_five(self, aws: EmbeddedAws) -> None:
        organizations = a_client("organizations", aws)
        told = outcome(lambda: organizations.detach_policy(PolicyId="p-FullAWSAccess", TargetId=ONE))
        assert told.startswith("ConstraintViolationException: You cannot remove the last policy")
        policies = [self.stop_tables(aws, action=f"s{number}:*") for number in range(5)]
        told_each = [
            outcome(lambda: organizations.attach_policy(PolicyId=each, TargetId=ONE))  # noqa: B023
            for each in policies
        ]
        assert told_each[:4] == ["allowed"] * 4
        assert told_each[4].startswith("ConstraintViolationException")

    @pytest.mark.parametrize("place", ["account", "outer"])
    def test_a_budget_action_stops_an_account_until_it_is_reversed(
        self, aws: EmbeddedAws, place: str
    ) -> None:
        policy, target = self.stop_tables(aws), self.places(aws)[place]
        make_execution_role(
            lambda service: a_client(service, aws), "organizations:AttachPolicy", "organizations:DetachPolicy"
        )
        budgets, tables = a_client("budgets", aws), a_client("dynamodb", aws, **enter(aws, ONE))
        budgets.create_budget(AccountId=ACCOUNT, Budget=a_budget(CostFilters={"LinkedAccount": [ONE]}))
        definition = {"ScpActionDefinition": {"PolicyId": policy, "TargetIds": [target]}}
        request = an_action(ActionType="APPLY_SCP_POLICY", Definition=definition)
        action = budgets.create_budget_action(**request)["ActionId"]
        assert outcome(tables.list_tables) == "allowed"
        aws.world.clock.set(NOON + timedelta(hours=12))
        assert outcome(tables.list_tables).endswith("with an explicit deny in a service control policy")
        assert outcome(a_client("dynamodb", aws).list_tables) == "allowed"
        budgets.execute_budget_action(
            AccountId=ACCOUNT, BudgetName="monthly", ActionId=action, ExecutionType="REVERSE_BUDGET_ACTION"
        )
        assert outcome(tables.list_tables) == "allowed"


def _document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("list_accounts", {}),
        ("list_roots", {}),
        ("create_organizational_unit", {"ParentId": "r-abcd", "Name": "unit"}),
        (
            "create_policy",
            {"Content": "{}", "Description": "", "Name": "a", "Type": "SERVICE_CONTROL_POLICY"},
        ),
    ],
)
def test_an_account_without_an_organization_is_told_so(
    served: EmbeddedAws, operation: str, request_: dict[str, Any]
) -> None:
    served.reset(a_world())
    organizations = a_client("organizations", served)
    told = outcome(lambda: getattr(organizations, operation)(**request_))
    assert told.startswith("AWSOrganizationsNotInUseException")
    organizations.create_organization(FeatureSet="ALL")
    assert organizations.list_accounts()["Accounts"][0]["Id"] == ACCOUNT
