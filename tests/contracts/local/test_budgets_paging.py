"""AWS Budgets: pages and tokens, driven by boto3's own paginators."""

import base64
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from local.budgets.accounts import store_of
from local.budgets.budget import Budget
from local.budgets.rules.budget import accept_budget
from local.server import EmbeddedAws
from tests.contracts.local.account_resources import Clients, an_action, make_execution_role
from tests.contracts.local.budget_requests import (
    a_budget,
    a_notification,
    create,
    email,
    refusal,
    spend_on,
    watched,
)
from tests.contracts.local.worlds import ACCOUNT, NOON

ON_BUDGET = {"AccountId": ACCOUNT, "BudgetName": "monthly"}


def fill_account(count: int) -> None:
    """Many budgets at once, made by the service's own hands but without as many HTTP calls."""
    store = store_of(ACCOUNT, "aws")
    meter = store.meter()
    for _ in range(count):
        store.budgets_made += 1
        name = f"budget {store.budgets_made:05}"
        settings = accept_budget(a_budget(name), NOON, ACCOUNT, is_management_account=True)
        store.budgets[name] = Budget.create(store.budgets_made, settings, meter, NOON)


def pages(client: Any, operation: str, **request: Any) -> Iterator[Any]:
    page: Iterator[Any] = iter(client.get_paginator(operation).paginate(AccountId=ACCOUNT, **request))
    return page


def test_two_thousand_budgets_are_twenty_pages(aws: EmbeddedAws, budgets: Any) -> None:
    fill_account(2000)
    found = [[one["BudgetName"] for one in page["Budgets"]] for page in pages(budgets, "describe_budgets")]
    assert [len(page) for page in found] == [100] * 20
    assert [name for page in found for name in page] == [f"budget {number:05}" for number in range(1, 2001)]


def test_a_page_of_budgets_holds_a_thousand_at_most(aws: EmbeddedAws, budgets: Any) -> None:
    fill_account(1001)
    sizes = [
        len(page["Budgets"])
        for page in pages(budgets, "describe_budgets", PaginationConfig={"PageSize": 1000})
    ]
    assert sizes == [1000, 1]


def test_a_full_last_page_has_no_token(aws: EmbeddedAws, budgets: Any) -> None:
    fill_account(100)
    assert "NextToken" not in budgets.describe_budgets(AccountId=ACCOUNT)


def test_a_budget_deleted_between_two_pages_makes_none_be_skipped(aws: EmbeddedAws, budgets: Any) -> None:
    fill_account(4)
    first = budgets.describe_budgets(AccountId=ACCOUNT, MaxResults=2)
    budgets.delete_budget(AccountId=ACCOUNT, BudgetName="budget 00001")
    second = budgets.describe_budgets(AccountId=ACCOUNT, MaxResults=2, NextToken=first["NextToken"])
    assert [one["BudgetName"] for one in second["Budgets"]] == ["budget 00003", "budget 00004"]


def test_notifications_of_an_account_come_by_fifty_budgets(budgets: Any) -> None:
    for number in range(51):
        create(budgets, a_budget(f"budget {number}"), watched(), watched(a_notification(90)))
    sizes = [
        len(page["BudgetNotificationsForAccount"])
        for page in pages(budgets, "describe_budget_notifications_for_account")
    ]
    assert sizes == [50, 1]


def test_notifications_and_subscribers_come_in_pages(budgets: Any) -> None:
    addresses = [email(f"{number}@example.com") for number in range(5)]
    create(budgets, a_budget(), *(watched(a_notification(number), *addresses) for number in range(3)))
    by_two = {"PaginationConfig": {"PageSize": 2}, "BudgetName": "monthly"}
    sizes = [
        len(page["Notifications"]) for page in pages(budgets, "describe_notifications_for_budget", **by_two)
    ]
    assert sizes == [2, 1]
    found = pages(budgets, "describe_subscribers_for_notification", Notification=a_notification(1), **by_two)
    assert [[one["Address"][0] for one in page["Subscribers"]] for page in found] == [
        ["0", "1"],
        ["2", "3"],
        ["4"],
    ]


def test_a_history_comes_in_pages(aws: EmbeddedAws, budgets: Any) -> None:
    spend_on(aws, date(2020, 1, 1), "1")
    create(budgets, a_budget(TimeUnit="DAILY"))
    starts = [
        entry["TimePeriod"]["Start"].date()
        for page in pages(
            budgets,
            "describe_budget_performance_history",
            BudgetName="monthly",
            PaginationConfig={"PageSize": 25},
        )
        for entry in page["BudgetPerformanceHistory"]["BudgetedAndActualAmountsList"]
    ]
    assert starts == [date(2026, 10, 20) - timedelta(days) for days in reversed(range(60))]


def a_made_up_token(position: str) -> str:
    content = f'["DescribeBudgets", "", {position}, 0]'
    return base64.urlsafe_b64encode(content.encode()).decode()


@pytest.mark.parametrize(
    "token",
    ["nonsense", "bm90IGpzb24=", "W10=", "ü", a_made_up_token("1e999"), a_made_up_token("[" * 100_000)],
    ids=["text", "no JSON", "empty", "umlaut", "infinite", "nested"],
)
def test_a_token_nobody_gave_is_invalid(budgets: Any, token: str) -> None:
    code, _ = refusal(budgets.describe_budgets, AccountId=ACCOUNT, NextToken=token)
    assert code == "InvalidNextTokenException"


def test_a_token_of_another_list_is_invalid(budgets: Any) -> None:
    for name in ("monthly", "second"):
        create(budgets, a_budget(name), watched(), watched(a_notification(90)))
    token = budgets.describe_notifications_for_budget(**ON_BUDGET, MaxResults=1)["NextToken"]
    for call, request_ in (
        (budgets.describe_budgets, {"AccountId": ACCOUNT}),
        (budgets.describe_notifications_for_budget, {"AccountId": ACCOUNT, "BudgetName": "second"}),
    ):
        assert refusal(call, **request_, NextToken=token)[0] == "InvalidNextTokenException"
    assert budgets.describe_notifications_for_budget(**ON_BUDGET, NextToken=token)["Notifications"]


def test_a_token_of_actions_turns_invalid_instead_of_expiring(
    aws: EmbeddedAws, budgets: Any, clients: Clients
) -> None:
    make_execution_role(clients)
    create(budgets)
    for _ in range(2):
        budgets.create_budget_action(**an_action())
    token = budgets.describe_budget_actions_for_account(AccountId=ACCOUNT, MaxResults=1)["NextToken"]
    aws.world.clock.advance(timedelta(hours=25))
    code, _ = refusal(budgets.describe_budget_actions_for_account, AccountId=ACCOUNT, NextToken=token)
    assert code == "InvalidNextTokenException"


def test_a_token_expires_after_a_day(aws: EmbeddedAws, budgets: Any) -> None:
    fill_account(3)
    token = budgets.describe_budgets(AccountId=ACCOUNT, MaxResults=1)["NextToken"]
    aws.world.clock.advance(timedelta(hours=24))
    assert len(budgets.describe_budgets(AccountId=ACCOUNT, NextToken=token)["Budgets"]) == 2
    aws.world.clock.advance(timedelta(seconds=1))
    code, _ = refusal(budgets.describe_budgets, AccountId=ACCOUNT, NextToken=token)
    assert code == "ExpiredNextTokenException"
