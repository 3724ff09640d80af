"""What AWS gives only page by page, or only when asked, the adapter reads whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.builders import ACCOUNT, a_budget, a_notification
from tests.embedded import begin, clients
from tools.aws.budgets import AwsBudgets
from tools.domain.scope import Scope

# AWS gives 100 budgets a page, and the notifications of 50.
MORE_THAN_TWO_PAGES = 205
BY_SERVICE = {"Dimensions": {"Key": "SERVICE", "Values": ["Amazon CloudFront"], "MatchOptions": ["EQUALS"]}}


@pytest.fixture
def budgets() -> AwsBudgets:
    begin("empty")
    return AwsBudgets(clients().budgets, ACCOUNT)


def test_every_page_of_budgets_and_of_their_notifications_is_read(budgets: AwsBudgets) -> None:
    names = [f"budget-{number:03d}" for number in range(MORE_THAN_TWO_PAGES)]
    for name in names:
        budgets.create_budget(ACCOUNT, a_budget(name).definition, (a_notification(80),), {})
    assert sorted(each.name for each in budgets.list_budgets(ACCOUNT)) == names
    assert sorted(budgets.notifications_by_budget(ACCOUNT)) == names


def test_a_filter_expression_is_asked_for_in_a_list_and_alone(budgets: AwsBudgets) -> None:
    scope = Scope(expression=BY_SERVICE, metric="UnblendedCost")
    budgets.create_budget(ACCOUNT, replace(a_budget("web").definition, scope=scope), (), {})
    [listed] = budgets.list_budgets(ACCOUNT)
    assert listed.definition.scope.expression == BY_SERVICE
    assert budgets.get_budget(ACCOUNT, "web").definition.scope.expression == BY_SERVICE
