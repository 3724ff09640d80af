"""What AWS gives only page by page, or only when asked, the adapter reads whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.builders import ACCOUNT, a_budget, a_notification
from tests.embedded import begin, clients
from tools.aws.budgets import AwsBudgets
from tools.domain.notifications import Subscriber
from tools.domain.scope import Scope
from tools.domain.subscriber_channels import ChannelName

BY_SERVICE = {"Dimensions": {"Key": "SERVICE", "Values": ["Amazon CloudFront"], "MatchOptions": ["EQUALS"]}}
BUDGET_OF_THE_COMPANY = "elasticache-monthly"


class SmallPages:
    """A Budgets client that gets two entries a page, however many are asked for."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        call = getattr(self._client, operation)
        return lambda **request: call(
            **{name: 2 if name == "MaxResults" else each for name, each in request.items()}
        )


def through_small_pages() -> AwsBudgets:
    small: Any = SmallPages(clients().budgets)
    return AwsBudgets(small, ACCOUNT)


def test_every_page_of_budgets_notifications_and_subscribers_is_read() -> None:
    begin("empty")
    budgets = through_small_pages()
    names = [f"budget-{number}" for number in range(5)]
    told = tuple(Subscriber(ChannelName.EMAIL, f"{name}@company.com") for name in names)
    notifications = tuple(a_notification(percent, subscribers=told) for percent in (50, 60, 70, 80, 90))
    for name in names:
        budgets.create_budget(ACCOUNT, a_budget(name).definition, notifications, {})
    assert sorted(each.name for each in budgets.list_budgets(ACCOUNT)) == names
    listed = budgets.notifications_by_budget(ACCOUNT)
    assert sorted(listed) == names
    read = budgets.notifications_of(ACCOUNT, "budget-0")
    assert sorted(each.threshold.value for each in read) == [50, 60, 70, 80, 90]
    assert all(sorted(each.subscribers or (), key=lambda one: one.address) == list(told) for each in read)


def test_every_page_of_the_history_is_read() -> None:
    begin("company")
    whole = AwsBudgets(clients().budgets, ACCOUNT).performance_history(ACCOUNT, BUDGET_OF_THE_COMPANY)
    assert len(whole) > 10
    assert through_small_pages().performance_history(ACCOUNT, BUDGET_OF_THE_COMPANY) == whole


@pytest.mark.parametrize("metric", ["UnblendedCost", "AmortizedCost"])
def test_a_filter_expression_is_asked_for_in_a_list_and_alone(metric: str) -> None:
    begin("empty")
    budgets = AwsBudgets(clients().budgets, ACCOUNT)
    scope = Scope(expression=BY_SERVICE, metric=metric)
    budgets.create_budget(ACCOUNT, replace(a_budget("web").definition, scope=scope), (), {})
    [listed] = budgets.list_budgets(ACCOUNT)
    alone = budgets.get_budget(ACCOUNT, "web")
    assert [each.definition.scope.expression for each in (listed, alone)] == [BY_SERVICE, BY_SERVICE]
