"""Recommendations: limits and targets of all six types, names, notifications, existing budgets."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.builders import NOW, a_budget, a_notification
from tools.domain.budget import Budget
from tools.domain.budget_types import (
    BUDGET_TYPES,
    COST,
    RI_COVERAGE,
    RI_UTILIZATION,
    SAVINGS_PLANS_COVERAGE,
    SAVINGS_PLANS_UTILIZATION,
    USAGE,
    BudgetType,
    BudgetTypeName,
)
from tools.domain.existing_budgets import Verdict, compared_with_existing
from tools.domain.grouping import (
    EVERYTHING,
    GroupBy,
    free_budget_name,
    scope_of_group,
    scope_of_service,
    scope_of_usage_type,
)
from tools.domain.names import problem_with_budget_name
from tools.domain.periods import TimeUnit, add_months
from tools.domain.recommendation import (
    BudgetRecommendation,
    recommend_limit,
    recommend_target,
    suggested_notifications,
)
from tools.domain.savings import Saving
from tools.domain.scope import Scope, scope_by
from tools.domain.scope_histories import ScopeHistory, triage
from tools.domain.spend_history import MonthlySpend, SpendHistory, history_from

REDSHIFT = scope_of_service("Amazon Redshift")
TEN_PERCENT = Decimal("0.10")
TARGET_TYPES = [RI_UTILIZATION, RI_COVERAGE, SAVINGS_PLANS_UTILIZATION, SAVINGS_PLANS_COVERAGE]


def history(*amounts: str | int, unit: str = "USD") -> SpendHistory:
    first = add_months(date(2026, 10, 1), -len(amounts))
    return SpendHistory(
        unit, tuple(MonthlySpend(add_months(first, at), Decimal(each)) for at, each in enumerate(amounts))
    )


def a_limit(*amounts: str | int, savings: tuple[Saving, ...] = ()) -> BudgetRecommendation:
    found = recommend_limit(COST, REDSHIFT, history(*amounts), TEN_PERCENT, savings)
    assert found is not None
    return found


def a_target(budget_type: BudgetType, *percents: str | int) -> BudgetRecommendation:
    found = recommend_target(budget_type, REDSHIFT, history(*percents, unit="PERCENTAGE"), TEN_PERCENT)
    assert found is not None
    return found


def test_a_limit_is_rounded_up_and_explained_in_numbers() -> None:
    found = a_limit(*[1000] * 12)
    assert found.limit.amount == Decimal("1004.5")
    assert "Service Amazon Redshift is expected at $1,000.00 a month" in found.rationale
    assert "a month passes $1,004.50 with a probability of at most about 10.0 %" in found.rationale


def test_usage_keeps_its_unit() -> None:
    found = recommend_limit(USAGE, scope_of_usage_type("x"), history(*[50] * 6, unit="GB"), TEN_PERCENT)
    assert found is not None
    assert found.limit.amount == Decimal("50.42")
    assert found.limit.unit == found.expected.unit == "GB"


def test_claimed_savings_lower_the_limit_visibly_and_name_their_source() -> None:
    saving = Saving(
        service="Amazon Redshift", monthly=Decimal(400), probability=Decimal("0.5"), claimed_by="rightsizing"
    )
    found = a_limit(*[1000] * 12, savings=(saving,))
    assert found.adjustment is not None
    assert found.adjustment.before.amount == Decimal("1004.5")
    assert found.adjustment.after.amount == Decimal("804.2")
    assert found.expected.amount == 800
    assert (
        "$1,004.50 before savings of $400.00 a month claimed by rightsizing (50.0 % likely)"
        in found.rationale
    )


def test_no_more_is_saved_than_is_spent() -> None:
    found = a_limit(*[100] * 12, savings=(Saving(service="Amazon Redshift", monthly=Decimal(9999)),))
    assert found.expected.amount == 0
    assert found.limit.amount > 0


def test_a_starting_limit_says_that_it_is_no_estimate() -> None:
    found = a_limit(100, 120)
    assert found.estimate.is_starting
    assert "a limit to start with, not an estimate" in found.rationale


@pytest.mark.parametrize("budget_type", TARGET_TYPES, ids=lambda each: each.name.value)
def test_a_target_lies_below_what_is_usually_reached(budget_type: BudgetType) -> None:
    found = a_target(budget_type, 90, 91, 89, 90, 92, 90)
    assert found.limit == budget_type.fixed_limit
    assert found.target is not None
    assert 80 < found.target < 90
    assert found.target <= found.estimate.limit
    assert found.low is not None
    assert found.low.amount < found.expected.amount
    [below] = found.notifications
    assert (below.operator.value, below.threshold.value) == ("LESS_THAN", found.target)


@pytest.mark.parametrize("budget_type", TARGET_TYPES, ids=lambda each: each.name.value)
def test_a_target_to_start_with_is_the_usual_one(budget_type: BudgetType) -> None:
    found = a_target(budget_type, 99)
    assert found.target == budget_type.default_target
    assert "not an estimate" in found.rationale


def test_a_target_is_never_so_high_that_an_idle_day_alarms() -> None:
    assert a_target(RI_UTILIZATION, *[100] * 12).target == 95


def test_a_poor_level_is_said_to_be_under_the_usual_target() -> None:
    found = a_target(RI_COVERAGE, *[50] * 12)
    assert found.target is not None
    assert found.target < 50
    assert "RI coverage of Amazon Redshift is expected at 50.0 %" in found.rationale
    assert "under the usual target of 70 %" in found.rationale


def test_a_warning_lies_above_the_ordinary_month() -> None:
    def thresholds(share: str) -> list[int]:
        found = suggested_notifications(COST, expected_share=Decimal(share), target=None)
        return [int(each.threshold.value) for each in found]

    assert thresholds("0.5") == [80, 100, 100]
    assert thresholds("0.87") == [90, 100, 100]
    assert thresholds("0.97") == [100, 100]


def test_names_are_legal_and_unique() -> None:
    taken = {"Amazon-Redshift-Monthly"}
    assert free_budget_name(COST, "Amazon Redshift", taken) == "Amazon-Redshift-Monthly-2"
    assert free_budget_name(COST, "Amazon Redshift", taken) == "Amazon-Redshift-Monthly-3"
    assert free_budget_name(USAGE, "Usage BoxUsage:t3.medium", taken) == "Usage-BoxUsage-t3.medium-Monthly"
    assert (
        free_budget_name(RI_UTILIZATION, "Amazon Redshift", taken) == "RI-Utilization-Amazon-Redshift-Monthly"
    )
    assert free_budget_name(COST, "日本", taken) == "Budget-Monthly"
    assert problem_with_budget_name(free_budget_name(COST, "x" * 300, taken)) is None
    assert problem_with_budget_name(free_budget_name(COST, "x" * 300, taken)) is None


@pytest.mark.parametrize(
    ("grouping", "group", "scope", "filter"),
    [
        (GroupBy.SERVICE, "Amazon S3", scope_by("Service", "Amazon S3"), {"service_filter": ["Amazon S3"]}),
        (
            GroupBy.LINKED_ACCOUNT,
            "210000000001",
            scope_by("LinkedAccount", "210000000001"),
            {"linked_accounts": ["210000000001"]},
        ),
        (GroupBy.TAG, "team$data", scope_by("TagKeyValue", "user:team$data"), {"tags": ["user:team$data"]}),
        (
            GroupBy.TAG,
            "aws:createdBy$me",
            scope_by("TagKeyValue", "aws:createdBy$me"),
            {"tags": ["aws:createdBy$me"]},
        ),
        (
            GroupBy.COST_CATEGORY,
            "Unit$Retail",
            scope_by("CostCategory", "Unit$Retail"),
            {"cost_categories": ["Unit$Retail"]},
        ),
        (GroupBy.TOTAL, "", Scope(), {}),
    ],
)
def test_a_group_becomes_the_scope_that_counts_the_same(
    grouping: GroupBy, group: str, scope: Scope, filter: dict[str, list[str]]
) -> None:
    found = scope_of_group(grouping, group)
    assert found is not None
    assert (found.scope, found.filter) == (scope, filter)


@pytest.mark.parametrize("grouping", [GroupBy.TAG, GroupBy.COST_CATEGORY])
def test_lines_without_a_tag_have_no_scope(grouping: GroupBy) -> None:
    assert scope_of_group(grouping, "team$") is None


def verdict(*budgets: Budget) -> str:
    return compared_with_existing(a_limit(*[1000] * 12), budgets, NOW).verdict.value


def existing(
    limit: int,
    time_unit: TimeUnit = TimeUnit.MONTHLY,
    type: BudgetType = COST,
    service: str = "Amazon Redshift",
) -> Budget:
    return a_budget(
        f"{time_unit}-{limit}",
        limit=limit,
        time_unit=time_unit,
        type=type,
        scope=scope_by("Service", service),
    )


def test_an_existing_limit_fits_is_too_low_or_too_high() -> None:
    assert verdict() == "NONE"
    assert verdict(existing(1000)) == "FITS"
    assert verdict(existing(500)) == "TOO_LOW"
    assert verdict(existing(5000)) == "TOO_HIGH"


def test_only_budgets_of_the_same_type_and_scope_are_compared() -> None:
    assert verdict(existing(500, service="Amazon S3"), existing(500, type=USAGE)) == "NONE"


def test_an_expression_that_counts_the_same_is_the_same_scope() -> None:
    expression = {"Dimensions": {"Key": "SERVICE", "Values": ["Amazon Redshift"]}}
    assert (
        verdict(a_budget(limit=500, scope=Scope(expression=expression, metric="UnblendedCost"))) == "TOO_LOW"
    )


def test_limits_of_other_time_units_are_compared_by_the_month() -> None:
    assert verdict(existing(3000, TimeUnit.QUARTERLY)) == "FITS"
    assert verdict(existing(12000, TimeUnit.ANNUALLY)) == "FITS"
    assert verdict(existing(35, TimeUnit.DAILY)) == "FITS"
    assert verdict(existing(3000, TimeUnit.QUARTERLY), existing(500)) == "TOO_LOW"


def test_a_limit_in_another_unit_cannot_be_compared() -> None:
    recommendation = recommend_limit(USAGE, REDSHIFT, history(*[9] * 6, unit="Hrs"), TEN_PERCENT)
    assert recommendation is not None
    found = compared_with_existing(recommendation, [existing(10, type=USAGE)], NOW)
    assert found.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(("target", "verdict"), [(88, "FITS"), (60, "TOO_LOW"), (99, "TOO_HIGH")])
def test_existing_targets_are_compared_in_points(target: int, verdict: str) -> None:
    budget = a_budget(
        type=RI_UTILIZATION,
        scope=REDSHIFT.scope,
        notifications=(a_notification(target, type=RI_UTILIZATION),),
    )
    recommendation = a_target(RI_UTILIZATION, 90, 91, 89, 90, 92, 90)
    assert compared_with_existing(recommendation, [budget], NOW).verdict.value == verdict


def test_a_target_that_could_not_be_read_is_not_judged() -> None:
    budget = a_budget(type=RI_UTILIZATION, scope=REDSHIFT.scope, notifications=None)
    found = compared_with_existing(a_target(RI_UTILIZATION, 90, 91, 89), [budget], NOW)
    assert found.verdict is Verdict.UNKNOWN


def sorted_out(*histories: SpendHistory) -> tuple[int, int, list[str]]:
    scopes = [
        ScopeHistory(budget_type=COST, where=EVERYTHING, history=each, costs=each) for each in histories
    ]
    found = triage(scopes, Decimal(10), TEN_PERCENT)
    return len(found.worth), len(found.small), [each.reason for each in found.skipped]


def test_what_ended_is_skipped_and_what_is_small_is_counted() -> None:
    ended = history(100, 100, 100, 0, 0)
    assert sorted_out(history(100, 100, 100), history(5, 5, 5), ended) == (
        1,
        1,
        ["it ended: $100.00 a month until 2026-07, and nothing was spent after it"],
    )


def test_one_silent_month_is_no_end() -> None:
    assert sorted_out(history(100, 100, 100, 0)) == (1, 0, [])


def test_what_credits_outweigh_is_said() -> None:
    _, _, [reason] = sorted_out(history(-50, -60, -55))
    assert "credits or refunds outweigh its costs" in reason


def test_the_most_expensive_scope_comes_first() -> None:
    cheap, dear = history(20, 20, 20), history(200, 200, 200)
    scopes = [
        ScopeHistory(budget_type=COST, where=EVERYTHING, history=each, costs=each) for each in (cheap, dear)
    ]
    assert [each.history for each, _ in triage(scopes, Decimal(10), TEN_PERCENT).worth] == [dear, cheap]


def test_a_month_without_a_line_is_zero_and_months_before_the_start_are_none() -> None:
    months = [add_months(date(2026, 1, 1), at) for at in range(5)]
    found = history_from("USD", {months[1]: Decimal(5), months[3]: Decimal(7)}, months)
    assert found.amounts == [5, 0, 7, 0]


@pytest.mark.parametrize("name", list(BudgetTypeName))
def test_only_types_with_targets_get_targets(name: BudgetTypeName) -> None:
    budget_type = BUDGET_TYPES[name]
    if budget_type in TARGET_TYPES:
        assert a_target(budget_type, 90, 90, 90).target is not None
    else:
        with pytest.raises(ValueError, match="have no target"):
            recommend_target(budget_type, REDSHIFT, history(1, 2, 3), TEN_PERCENT)


def test_the_backtest_counts_months_over_limits_made_before_them_beside_those_of_aws() -> None:
    found = a_limit(100, 104, 96, 102, 98, 103, 97, 101, 99, 130)
    assert found.backtest is not None
    assert (found.backtest.periods, found.backtest.over) == (7, 1)
    assert (found.backtest.over_mean_of_3, found.backtest.over_mean_of_6) == (4, 4)
    assert "would have been passed in 1; the mean of the 3 months before" in found.evidence[-1]


def test_the_backtest_looks_at_no_more_than_a_year() -> None:
    found = a_limit(*[100, 104] * 12)
    assert found.backtest is not None
    assert found.backtest.periods == 12


@pytest.mark.parametrize("amounts", [[100], [100, 101], [100, 101, 102]])
def test_without_a_fourth_month_there_is_nothing_to_look_back_at(amounts: list[int]) -> None:
    found = a_limit(*amounts)
    assert found.backtest is not None
    assert (found.backtest.periods, found.backtest.share_over) == (0, None)
    assert not any("would have been passed" in each for each in found.evidence)
