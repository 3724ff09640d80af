"""AWS Budgets: budgets are created, replaced, deleted and read."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from moto.budgets.models import budgets_backends

from local.server import EmbeddedAws
from tests.contracts.local.budget_requests import (
    EC2,
    a_budget,
    a_notification,
    an_ri_budget,
    create,
    describe,
    dollars,
    notifications_of,
    refusal,
    refused_budget,
    spend_on,
    watched,
)
from tests.contracts.local.worlds import ACCOUNT, NOON, a_client, as_role

MEMBER = "210000000001"
END_OF_TIME = datetime(2087, 6, 15, tzinfo=UTC)


def test_a_budget_reads_back_complete(budgets: Any) -> None:
    assert create(budgets) == {
        "BudgetName": "monthly",
        "BudgetType": "COST",
        "TimeUnit": "MONTHLY",
        "BudgetLimit": {"Amount": "100.0", "Unit": "USD"},
        "TimePeriod": {"Start": datetime(2026, 10, 1, tzinfo=UTC), "End": END_OF_TIME},
        "CostFilters": {},
        "CostTypes": {
            "IncludeTax": True,
            "IncludeSubscription": True,
            "UseBlended": False,
            "IncludeRefund": True,
            "IncludeCredit": True,
            "IncludeUpfront": True,
            "IncludeRecurring": True,
            "IncludeOtherSubscription": True,
            "IncludeSupport": True,
            "IncludeDiscount": True,
            "UseAmortized": False,
        },
        "CalculatedSpend": {"ActualSpend": {"Amount": "0.0", "Unit": "USD"}},
        "LastUpdatedTime": NOON,
        "HealthStatus": {"Status": "HEALTHY", "LastUpdatedTime": NOON},
    }


@pytest.mark.parametrize(
    ("sent", "returned"),
    [
        ("1200", "1200.0"),
        ("432.10", "432.1"),
        (".5", "0.5"),
        ("007.00", "7.0"),
        ("0", "0.0"),
        (
            "123456789012345678901234567890.123456789012345678901",
            "123456789012345678901234567890.123456789012345678901",
        ),
    ],
)
def test_amounts_come_back_canonical(budgets: Any, sent: str, returned: str) -> None:
    budget = create(budgets, a_budget(BudgetLimit=dollars(sent)))
    assert budget["BudgetLimit"] == dollars(returned)


@pytest.mark.parametrize(
    ("time_unit", "start"),
    [
        ("DAILY", datetime(2026, 10, 20, tzinfo=UTC)),
        ("MONTHLY", datetime(2026, 10, 1, tzinfo=UTC)),
        ("QUARTERLY", datetime(2026, 10, 1, tzinfo=UTC)),
        ("ANNUALLY", datetime(2026, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_budget_begins_with_the_current_period(budgets: Any, time_unit: str, start: datetime) -> None:
    budget = create(budgets, a_budget(TimeUnit=time_unit))
    assert budget["TimePeriod"] == {"Start": start, "End": END_OF_TIME}


def test_a_budget_may_have_begun_long_ago(budgets: Any) -> None:
    start = datetime(2006, 3, 14, tzinfo=UTC)
    assert create(budgets, a_budget(TimePeriod={"Start": start}))["TimePeriod"]["Start"] == start


def test_a_custom_budget_has_one_period_of_its_own(aws: EmbeddedAws, budgets: Any) -> None:
    for day, amount in ((9, "1"), (10, "20"), (20, "300"), (21, "4000")):
        spend_on(aws, date(2026, 10, day), amount)
    period = {"Start": datetime(2026, 10, 10, tzinfo=UTC), "End": datetime(2026, 11, 10, tzinfo=UTC)}
    budget = create(budgets, a_budget(TimeUnit="CUSTOM", TimePeriod=period))
    assert budget["CalculatedSpend"]["ActualSpend"] == dollars("320.0")


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        (
            {"TimePeriod": {"End": END_OF_TIME + timedelta(seconds=1)}},
            "end time should not be after timestamp 3706473600",
        ),
        (
            {"TimePeriod": {"Start": NOON + timedelta(2), "End": NOON + timedelta(1)}},
            "start time should be before end time",
        ),
        ({"TimePeriod": {"Start": NOON - timedelta(9), "End": NOON}}, "end time should be in the future"),
        ({"TimeUnit": "CUSTOM"}, "a CUSTOM budget needs the start and the end of its time period"),
        ({"LastUpdatedTime": NOON}, "LastUpdatedTime is calculated and cannot be set"),
        ({"HealthStatus": {"Status": "HEALTHY"}}, "HealthStatus is calculated and cannot be set"),
        (
            {"CalculatedSpend": {"ActualSpend": dollars("1")}},
            "CalculatedSpend is calculated and cannot be set",
        ),
    ],
)
def test_a_budget_that_cannot_be_is_refused(budgets: Any, members: dict[str, Any], reason: str) -> None:
    assert refused_budget(budgets, a_budget(**members)) == reason
    assert budgets.describe_budgets(AccountId=ACCOUNT).get("Budgets") is None


def test_only_cost_and_usage_budgets_may_be_custom(budgets: Any) -> None:
    period = {"Start": NOON, "End": NOON + timedelta(9)}
    reason = refused_budget(budgets, an_ri_budget(TimeUnit="CUSTOM", TimePeriod=period))
    assert reason == "CUSTOM is not in the supported time unit set: [DAILY, MONTHLY, QUARTERLY, ANNUALLY]"


def test_a_second_budget_of_the_same_name_is_a_duplicate(budgets: Any) -> None:
    create(budgets)
    assert refusal(budgets.create_budget, AccountId=ACCOUNT, Budget=a_budget()) == (
        "DuplicateRecordException",
        "Error creating budget: monthly - the budget already exists.",
    )


def test_an_account_has_a_quota_of_budgets(aws: EmbeddedAws, budgets: Any) -> None:
    create(budgets)
    store: Any = budgets_backends[ACCOUNT]["aws"]
    assert store.store.budget_quota == 20_000
    store.store.budget_quota = 1
    code, text = refusal(budgets.create_budget, AccountId=ACCOUNT, Budget=a_budget("second"))
    assert (code, text) == (
        "ServiceQuotaExceededException",
        "Unable to create budget - an account can only have 1 budgets",
    )


def test_a_budget_with_a_bad_notification_is_not_created(budgets: Any) -> None:
    twice = [watched(a_notification(80)), watched(a_notification(80.0, ThresholdType="PERCENTAGE"))]
    code, _ = refusal(
        budgets.create_budget, AccountId=ACCOUNT, Budget=a_budget(), NotificationsWithSubscribers=twice
    )
    assert code == "DuplicateRecordException"
    assert budgets.describe_budgets(AccountId=ACCOUNT).get("Budgets") is None


def test_an_update_replaces_the_whole_budget(budgets: Any) -> None:
    create(budgets, a_budget(CostFilters={"Service": [EC2]}, CostTypes={"IncludeTax": False}), watched())
    budgets.update_budget(AccountId=ACCOUNT, NewBudget=a_budget(BudgetLimit=dollars("250")))
    budget = describe(budgets)
    assert budget["BudgetLimit"] == dollars("250.0")
    assert budget["CostFilters"] == {}
    assert budget["CostTypes"]["IncludeTax"] is True
    assert len(notifications_of(budgets)) == 1


def test_figures_are_zero_after_an_update_until_the_next_refresh(aws: EmbeddedAws, budgets: Any) -> None:
    spend_on(aws, date(2026, 10, 20), "55.0960")
    assert create(budgets)["CalculatedSpend"]["ActualSpend"] == dollars("55.096")
    budgets.update_budget(AccountId=ACCOUNT, NewBudget=a_budget())
    assert describe(budgets)["CalculatedSpend"] == {"ActualSpend": dollars("0.0")}
    aws.world.clock.advance(timedelta(hours=8))
    assert describe(budgets)["CalculatedSpend"]["ActualSpend"] == dollars("55.096")


def test_an_update_is_dated(aws: EmbeddedAws, budgets: Any) -> None:
    create(budgets)
    aws.world.clock.advance(timedelta(hours=1))
    assert describe(budgets)["LastUpdatedTime"] == NOON
    budgets.update_budget(AccountId=ACCOUNT, NewBudget=a_budget())
    assert describe(budgets)["LastUpdatedTime"] == NOON + timedelta(hours=1)


def test_an_update_is_held_to_the_rules_of_a_new_budget(budgets: Any) -> None:
    create(budgets)
    code, text = refusal(
        budgets.update_budget,
        AccountId=ACCOUNT,
        NewBudget=a_budget(BudgetLimit={"Amount": "1", "Unit": "EUR"}),
    )
    assert (code, text) == (
        "InvalidParameterException",
        "Unable to create/update budget - EUR is not in the supported unit set: [USD]",
    )
    assert describe(budgets)["BudgetLimit"] == dollars("100.0")


def test_a_deleted_budget_takes_its_notifications_along(budgets: Any) -> None:
    create(budgets, a_budget(), watched())
    budgets.delete_budget(AccountId=ACCOUNT, BudgetName="monthly")
    assert "Budgets" not in budgets.describe_budgets(AccountId=ACCOUNT)
    listed = budgets.describe_budget_notifications_for_account(AccountId=ACCOUNT)
    assert listed["BudgetNotificationsForAccount"] == []
    create(budgets)
    assert notifications_of(budgets) == []


@pytest.mark.parametrize(
    ("operation", "request_", "text"),
    [
        ("describe_budget", {"BudgetName": "x"}, "Unable to get budget: x - the budget doesn't exist."),
        (
            "update_budget",
            {"NewBudget": a_budget("x")},
            "Unable to update budget: x - the budget doesn't exist.",
        ),
        (
            "delete_budget",
            {"BudgetName": "x"},
            "Unable to delete budget: x - the budget doesn't exist. Try creating it first. ",
        ),
        (
            "describe_budget_performance_history",
            {"BudgetName": "x"},
            "Unable to get budget: x - the budget doesn't exist.",
        ),
    ],
)
def test_a_budget_that_is_not_there_is_not_found(
    budgets: Any, operation: str, request_: dict[str, Any], text: str
) -> None:
    assert refusal(getattr(budgets, operation), AccountId=ACCOUNT, **request_) == ("NotFoundException", text)


def test_an_account_without_budgets_is_answered_with_an_empty_object(budgets: Any) -> None:
    answer = budgets.describe_budgets(AccountId=ACCOUNT)
    assert answer.keys() == {"ResponseMetadata"}


def test_a_budget_whose_time_is_over_is_deleted(aws: EmbeddedAws, budgets: Any) -> None:
    create(budgets, a_budget(TimePeriod={"End": NOON + timedelta(hours=6)}))
    aws.world.clock.advance(timedelta(hours=5))
    assert describe(budgets)["BudgetName"] == "monthly"
    aws.world.clock.advance(timedelta(hours=1))
    assert refusal(budgets.describe_budget, AccountId=ACCOUNT, BudgetName="monthly")[0] == "NotFoundException"


def test_another_accounts_budgets_are_denied(budgets: Any) -> None:
    assert refusal(budgets.describe_budgets, AccountId=MEMBER)[0] == "AccessDeniedException"
    assert refusal(budgets.create_budget, AccountId=MEMBER, Budget=a_budget())[0] == "AccessDeniedException"


@pytest.fixture
def member_budgets(aws: EmbeddedAws) -> Any:
    """A client of AWS Budgets in a member account."""
    role = f"arn:aws:iam::{MEMBER}:role/OrganizationAccountAccessRole"
    organizations = a_client("organizations", aws)
    organizations.create_organization(FeatureSet="ALL")
    created = organizations.create_account(AccountName="member", Email="member@example.com")
    account_id = created["CreateAccountStatus"]["AccountId"]
    credentials = as_role(aws, role.replace(MEMBER, account_id))
    client = a_client("budgets", aws, **credentials)
    client.account_id = account_id
    return client


def test_a_member_account_has_budgets_of_its_own(aws: EmbeddedAws, budgets: Any, member_budgets: Any) -> None:
    spend_on(aws, date(2026, 10, 5), "7", account=member_budgets.account_id)
    spend_on(aws, date(2026, 10, 5), "50")
    create(budgets)
    member_budgets.create_budget(AccountId=member_budgets.account_id, Budget=a_budget())
    described = member_budgets.describe_budget(AccountId=member_budgets.account_id, BudgetName="monthly")
    assert described["Budget"]["CalculatedSpend"]["ActualSpend"] == dollars("7.0")
    assert describe(budgets)["CalculatedSpend"]["ActualSpend"] == dollars("57.0")


def test_a_member_account_cannot_filter_by_linked_account(member_budgets: Any) -> None:
    budget = a_budget(CostFilters={"LinkedAccount": [ACCOUNT]})
    code, text = refusal(member_budgets.create_budget, AccountId=member_budgets.account_id, Budget=budget)
    assert code == "InvalidParameterException"
    assert text.endswith("the linked account filter is not supported in a linked account")


def test_a_payer_can_keep_budgets_to_itself(budgets: Any, member_budgets: Any) -> None:
    payer: Any = budgets_backends[ACCOUNT]["aws"]
    payer.store.lets_linked_accounts_budget = False
    account_id = member_budgets.account_id
    assert refusal(member_budgets.describe_budgets, AccountId=account_id) == (
        "AccessDeniedException",
        f"Account {account_id} is a linked account. To enable budgets for your account, ask the payer account "
        "to enable budgets first.",
    )
    assert budgets.describe_budgets(AccountId=ACCOUNT)["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_the_primary_billing_view_is_all_the_account_costs(budgets: Any) -> None:
    arn = f"arn:aws:billing::{ACCOUNT}:billingview/primary"
    assert create(budgets, a_budget(BillingViewArn=arn))["BillingViewArn"] == arn


def test_a_billing_view_that_is_not_there_is_not_found(budgets: Any) -> None:
    arn = f"arn:aws:billing::{ACCOUNT}:billingview/custom-1234"
    code, _ = refusal(budgets.create_budget, AccountId=ACCOUNT, Budget=a_budget(BillingViewArn=arn))
    assert code == "NotFoundException"
