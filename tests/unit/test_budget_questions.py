"""What is asked of Cost Explorer for a budget's past, and how months become its periods."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.builders import NOW, a_budget, usd
from tools.domain.audit import AuditEntry, Outcome
from tools.domain.budget_questions import GroupedQuestion, by_month, by_time_unit, grouped_question
from tools.domain.budget_types import COST, USAGE, BudgetType
from tools.domain.money import USD
from tools.domain.past_changes import PastChanges
from tools.domain.periods import TimeUnit, add_months
from tools.domain.scope import CostTypes, Scope, scope_by
from tools.domain.spend_history import MonthlySpend, SpendHistory

COSTS, USAGES = "UnblendedCost", "UsageQuantity"


@pytest.mark.parametrize(
    ("budget_type", "scope", "question"),
    [
        (COST, Scope(), GroupedQuestion(COSTS, None, ("",))),
        (COST, Scope(cost_types=CostTypes()), GroupedQuestion(COSTS, None, ("",))),
        (COST, scope_by("Service", "B", "A"), GroupedQuestion(COSTS, ("DIMENSION", "SERVICE"), ("A", "B"))),
        (
            COST,
            scope_by("LinkedAccount", "1"),
            GroupedQuestion(COSTS, ("DIMENSION", "LINKED_ACCOUNT"), ("1",)),
        ),
        (
            COST,
            scope_by("TagKeyValue", "user:team$b", "user:team$a"),
            GroupedQuestion(COSTS, ("TAG", "team"), ("team$a", "team$b")),
        ),
        (
            COST,
            scope_by("CostCategory", "Unit$x"),
            GroupedQuestion(COSTS, ("COST_CATEGORY", "Unit"), ("Unit$x",)),
        ),
        (
            COST,
            Scope(expression={"Dimensions": {"Key": "SERVICE", "Values": ["A"]}}, metric=COSTS),
            GroupedQuestion(COSTS, ("DIMENSION", "SERVICE"), ("A",)),
        ),
        (
            USAGE,
            scope_by("UsageType", "BoxUsage"),
            GroupedQuestion(USAGES, ("DIMENSION", "USAGE_TYPE"), ("BoxUsage",)),
        ),
    ],
)
def test_one_grouping_answers_for_a_scope_of_one_key(
    budget_type: BudgetType, scope: Scope, question: GroupedQuestion
) -> None:
    assert grouped_question(a_budget(type=budget_type, scope=scope).definition) == question


@pytest.mark.parametrize(
    ("budget_type", "scope"),
    [
        (COST, Scope(filters={"Service": ("A",), "Region": ("eu-west-1",)})),
        (COST, scope_by("Region", "eu-west-1")),
        (COST, scope_by("TagKeyValue", "user:team$a", "user:unit$b")),
        (COST, scope_by("TagKeyValue", "aws:createdBy$a")),
        (COST, scope_by("TagKeyValue", "user:team$")),
        (COST, Scope(filters={"Service": ("A",)}, cost_types=CostTypes(include_credit=False))),
        (COST, Scope(filters={"Service": ("A",)}, billing_view_arn="arn:x")),
        (COST, Scope(expression={"Not": {"Dimensions": {"Key": "SERVICE", "Values": ["A"]}}}, metric=COSTS)),
        (COST, Scope(metric="NetUnblendedCost")),
        (USAGE, Scope()),
        (USAGE, scope_by("UsageTypeGroup", "EC2: Running Hours")),
    ],
)
def test_other_scopes_only_their_own_filter_can_tell(budget_type: BudgetType, scope: Scope) -> None:
    assert grouped_question(a_budget(type=budget_type, scope=scope).definition) is None


def test_months_become_whole_quarters_and_incomplete_ones_are_left_out() -> None:
    first = date(2026, 2, 1)
    months = tuple(MonthlySpend(add_months(first, number), Decimal(number)) for number in range(9))
    quarters = by_time_unit(SpendHistory(USD, months), TimeUnit.QUARTERLY)
    assert [(each.month, each.amount) for each in quarters.months] == [
        (date(2026, 4, 1), Decimal(2 + 3 + 4)),
        (date(2026, 7, 1), Decimal(5 + 6 + 7)),
    ]
    assert by_time_unit(SpendHistory(USD, months), TimeUnit.MONTHLY).months == months


def test_days_become_months() -> None:
    days = {date(2026, 1, 31): Decimal(1), date(2026, 2, 1): Decimal(2), date(2026, 2, 28): Decimal(3)}
    assert by_month(days) == {date(2026, 1, 1): 1, date(2026, 2, 1): 5}


def an_entry(
    days_ago: float, before: str | None, after: str | None, outcome: Outcome = Outcome.CHANGED
) -> AuditEntry:
    def side(amount: str | None) -> dict[str, object] | None:
        return None if amount is None else {"limit": {"amount": amount, "unit": "USD"}}

    return AuditEntry(
        id=str(days_ago),
        account_id="1",
        at=NOW - timedelta(days=days_ago),
        action="update_budget",
        budget_name="b",
        reason=None,
        outcome=outcome,
        before=side(before),
        after=side(after),
    )


OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)


def test_a_budget_rests_after_a_change_of_its_limit_and_of_nothing_else() -> None:
    past = PastChanges([an_entry(3, "100.00", "120.00"), an_entry(1, "120.00", "120.00")])
    assert past.rests_until("b", 7, NOW) == NOW + timedelta(days=4)
    assert past.rests_until("b", 3, NOW) is None
    assert past.rests_until("another", 7, NOW) is None


def test_a_creation_and_a_change_whose_end_is_not_known_count_too_and_a_failure_does_not() -> None:
    assert PastChanges([an_entry(1, None, "100.00")]).last("b") is not None
    assert PastChanges([an_entry(1, None, None, Outcome.STARTED)]).last("b") is not None
    assert PastChanges([an_entry(1, "100.00", "120.00", Outcome.FAILED)]).last("b") is None


def test_the_limit_of_the_periods_start_is_what_the_first_change_since_found() -> None:
    entries = [
        an_entry(30, "50.00", "100.00"),
        an_entry(10, "100.00", "110.00"),
        an_entry(5, "110.00", "120.00"),
    ]
    assert PastChanges(entries).limit_at("b", OCTOBER, usd(120)) == usd(100)
    assert PastChanges(entries[:1]).limit_at("b", OCTOBER, usd(120)) == usd(120)
    assert PastChanges([an_entry(5, None, "80.00")]).limit_at("b", OCTOBER, usd(120)) == usd(80)
