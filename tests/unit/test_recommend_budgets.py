"""recommend_budgets: what it reads, what it recommends and what it says about the rest."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.builders import ACCOUNT, NOW, a_budget
from tests.fakes import FakeBudgets, FakeCostExplorer, gateways_with
from tools.actions.create_budget import create_budget
from tools.actions.recommend_budgets import RecommendBudgetsResult, recommend_budgets
from tools.domain.budget_types import BudgetTypeName
from tools.domain.commitments import CommitmentMonth
from tools.domain.errors import AccessDenied, DataUnavailable, InvalidParameters
from tools.domain.periods import add_months
from tools.domain.scope import scope_by

REDSHIFT = "Amazon Redshift"
SAGEMAKER = "Amazon SageMaker"
OCTOBER = date(2026, 10, 1)


def by_month(*amounts: str | int, last: date = date(2026, 9, 1)) -> dict[date, Decimal]:
    """Amounts of consecutive months up to the last."""
    first = add_months(last, 1 - len(amounts))
    return {add_months(first, index): Decimal(amount) for index, amount in enumerate(amounts)}


def commitments(*percents: int) -> list[CommitmentMonth]:
    return [CommitmentMonth(month, percent) for month, percent in by_month(*percents).items()]


def spending(**amounts: dict[date, Decimal]) -> FakeCostExplorer:
    return FakeCostExplorer(
        amounts={"SERVICE": {f"Amazon {name}": by_month for name, by_month in amounts.items()}}
    )


def recommended(
    cost_explorer: FakeCostExplorer | None = None,
    *,
    budgets: FakeBudgets | None = None,
    now: datetime = NOW,
    **parameters: Any,
) -> RecommendBudgetsResult:
    gateways = gateways_with(
        fake_budgets=budgets,
        cost_explorer=cost_explorer or spending(Redshift=by_month(*[1000] * 12)),
        now=now,
    )
    found = recommend_budgets.run(parameters, gateways)
    assert isinstance(found, RecommendBudgetsResult)
    return found


def shown(found: RecommendBudgetsResult) -> dict[str, Any]:
    """As the reply has it."""
    view: dict[str, Any] = found.model_dump(mode="json")
    return view


def test_every_service_above_the_minimum_gets_a_budget_the_dearest_first() -> None:
    found = recommended(
        spending(SageMaker=by_month(*[50] * 6), Redshift=by_month(*[1000] * 12), Small=by_month(*[2] * 12))
    )
    assert [each.filter for each in found.recommendations] == [
        {"service_filter": REDSHIFT},
        {"service_filter": SAGEMAKER},
    ]
    assert found.below_minimum.scopes == 1
    assert found.below_minimum.monthly_spend.amount == 2


def test_the_open_month_never_counts() -> None:
    months = by_month(*[100] * 3) | {OCTOBER: Decimal(9_000_000)}
    [found] = recommended(spending(Redshift=months)).recommendations
    assert (found.months_used, found.last_month) == (3, "2026-09")
    assert found.limit.amount < 200


def test_a_service_that_began_in_mid_lookback_has_fewer_months() -> None:
    [found] = recommended(spending(Redshift=by_month(*[100] * 5))).recommendations
    assert (found.months_used, found.first_month) == (5, "2026-05")


def test_the_lookback_narrows_what_is_read() -> None:
    [found] = recommended(spending(Redshift=by_month(*[100] * 12)), lookback_months=4).recommendations
    assert found.months_used == 4


def test_a_service_that_ended_is_named_and_not_recommended() -> None:
    found = recommended(spending(Redshift=by_month(500, 500, 500, last=date(2026, 6, 1))))
    assert found.recommendations == []
    assert [(each.scope, each.reason) for each in found.skipped] == [
        (
            "Service Amazon Redshift",
            "it ended: $500.00 a month until 2026-06, and nothing was spent after it",
        )
    ]


def test_too_little_history_gives_a_marked_starting_limit() -> None:
    [found] = recommended(spending(Redshift=by_month(100, 120))).recommendations
    assert (found.is_starting_limit, found.method, found.interval) == (True, "starting", None)


def test_an_account_that_spent_nothing_is_told_so() -> None:
    found = recommended(FakeCostExplorer())
    assert found.recommendations == []
    assert "Nothing was spent or used" in found.notes[0]


@pytest.mark.parametrize("budget_type", list(BudgetTypeName))
@pytest.mark.parametrize("email", [None, "finops@example.com"])
def test_the_request_is_one_that_create_budget_takes_unchanged(
    budget_type: BudgetTypeName, email: str | None
) -> None:
    explorer = everything()
    gateways = gateways_with(cost_explorer=explorer)
    parameters: dict[str, Any] = {"budget_types": [budget_type]}
    if email is not None:
        parameters["notification_email"] = email
    found = recommend_budgets.run(parameters, gateways)
    assert isinstance(found, RecommendBudgetsResult)
    assert found.recommendations
    for each in found.model_dump(mode="json")["recommendations"]:
        created = create_budget.run(each["create_budget"]["parameters"], gateways).model_dump(mode="json")
        assert created["created"]
        assert created["budget"]["scope"] == each["scope"]
        assert created["budget"]["limit"] == each["limit"]
        told = [
            (watch["type"], Decimal(watch["threshold"]["amount"]))
            for watch in created["budget"]["notifications"]
        ]
        suggested = [(watch["type"], watch["threshold_percent"]) for watch in each["suggested_notifications"]]
        assert told == (suggested if email is not None else [])


def test_gross_and_net_stand_side_by_side_where_credits_made_a_difference() -> None:
    explorer = spending(Redshift=by_month(*[1000] * 12), Athena=by_month(*[500] * 12))
    explorer.credits = {REDSHIFT: by_month(*[-400] * 9, 0, 0, 0)}
    with_credits, without = sorted(
        shown(recommended(explorer))["recommendations"], key=lambda each: each["scope"], reverse=True
    )
    found = with_credits["before_credits"]
    assert found["expected_spend"] == {"amount": "1000.00", "unit": "USD"}
    assert found["taken_off"] == {"amount": "3600.00", "unit": "USD"}
    assert found["last_month"] == "2026-06"
    assert any(
        "Credits and refunds took $3,600.00 off these 12 months" in each for each in with_credits["evidence"]
    )
    assert without["before_credits"] is None
    request = with_credits["create_budget"]["parameters"]
    budgets = FakeBudgets()
    made = {**request, "cost_types": found["cost_types"]}
    create_budget.run(made, gateways_with(fake_budgets=budgets))
    counted = budgets.get_budget(ACCOUNT, request["budget_name"]).definition.scope.cost_types
    assert counted is not None
    assert (counted.include_credit, counted.include_refund) == (False, False)


def test_a_limit_counts_credits_as_a_budget_does() -> None:
    explorer = spending(Redshift=by_month(*[1000] * 12))
    explorer.credits = {REDSHIFT: by_month(*[-400] * 12)}
    [found] = shown(recommended(explorer))["recommendations"]
    assert found["expected_spend"]["amount"] == "600.00"
    assert Decimal(found["before_credits"]["limit"]["amount"]) > Decimal(found["limit"]["amount"])


@pytest.mark.parametrize("credit", [-1000, -995, -1200])
def test_what_credits_hide_is_said_with_what_it_costs_before_them(credit: int) -> None:
    explorer = spending(Redshift=by_month(*[1000] * 12))
    explorer.credits = {REDSHIFT: by_month(*[credit] * 12)}
    found = recommended(explorer)
    assert found.recommendations == []
    [skipped] = found.skipped
    assert "before them the last months came to $1,000.00" in skipped.reason
    assert "include_credit" in skipped.reason


@pytest.mark.parametrize("credit", [0, -100])
def test_credits_of_the_past_hide_nothing_that_ended_or_shrank(credit: int) -> None:
    explorer = spending(Redshift=by_month(*[1000] * 10, 0, 0), Athena=by_month(*[1000] * 11, 5))
    past = by_month(*[credit] * 9, 0, 0, 0)
    explorer.credits = {REDSHIFT: past, "Amazon Athena": past}
    reasons = {each.scope: each.reason for each in recommended(explorer).skipped}
    assert reasons[f"Service {REDSHIFT}"].startswith("it ended:")
    assert not any("credits" in each for each in reasons.values())


def test_the_total_knows_its_credits_too() -> None:
    explorer = FakeCostExplorer(amounts={"": {"": by_month(*[1000] * 12)}})
    explorer.credits = {"": by_month(*[-300] * 12)}
    [found] = shown(recommended(explorer, group_by="TOTAL"))["recommendations"]
    assert found["before_credits"]["taken_off"]["amount"] == "3600.00"


def daily(first: date, *amounts: int) -> dict[date, Decimal]:
    return {first + timedelta(days=count): Decimal(amount) for count, amount in enumerate(amounts)}


def test_a_service_that_began_in_mid_month_is_judged_by_its_days_and_not_by_half_a_month() -> None:
    explorer = spending(Redshift=by_month(*[1000] * 12), Athena=by_month(330))
    explorer.daily = daily(date(2026, 9, 20), *[30] * 29)
    young = next(each for each in recommended(explorer).recommendations if "Athena" in each.scope)
    assert (young.method, young.is_starting_limit) == ("first_days", True)
    assert young.rationale.endswith("a limit to start with, made from its days.")
    assert young.expected_spend.amount == 930
    assert 1000 < young.limit.amount < 1200
    assert any("began on 2026-09-20" in each and "$30.00 a day" in each for each in young.evidence)


def test_days_are_read_for_the_five_most_expensive_young_scopes_and_priced() -> None:
    explorer = spending(
        Redshift=by_month(*[1000] * 12), **{f"New{number}": by_month(50 + number) for number in range(7)}
    )
    explorer.daily = daily(date(2026, 9, 1), *[2] * 48)
    found = recommended(explorer)
    assert explorer.reads.count("daily_amounts") == 5
    assert found.cost_explorer.pages == 6
    by_days = {each.scope for each in found.recommendations if each.method == "first_days"}
    assert by_days == {f"Service Amazon New{number}" for number in range(2, 7)}


def test_days_that_cannot_be_read_are_said_and_a_limit_to_start_with_stands() -> None:
    explorer = spending(Redshift=by_month(*[1000] * 12), Athena=by_month(330))
    explorer.failing = {"daily_amounts": AccessDenied("no", {})}
    found = recommended(explorer)
    assert [(each.part, each.code) for each in found.incomplete] == [
        ("days of Service Amazon Athena", "ACCESS_DENIED")
    ]
    assert {each.method for each in found.recommendations} == {"unchanged", "starting"}


def test_days_are_those_of_the_scope_and_of_the_account_that_is_asked_about() -> None:
    explorer = spending(Redshift=by_month(*[1000] * 12), Athena=by_month(330))
    recommended(explorer, account_id="999999999999")
    [(days, expression)] = explorer.asked_by_day
    assert days == (date(2026, 9, 1), NOW.date() - timedelta(days=1))
    assert expression == {
        "And": [
            {"Dimensions": {"Key": "LINKED_ACCOUNT", "Values": ["999999999999"]}},
            {"Dimensions": {"Key": "SERVICE", "Values": ["Amazon Athena"]}},
        ]
    }


@pytest.mark.parametrize("lookback", [1, 2])
def test_a_short_lookback_makes_no_scope_young(lookback: int) -> None:
    explorer = spending(Redshift=by_month(*[1000] * 12))
    explorer.daily = daily(date(2026, 8, 1), *[30] * 79)
    [found] = recommended(explorer, lookback_months=lookback).recommendations
    assert found.method == "starting"
    assert "daily_amounts" not in explorer.reads


def everything() -> FakeCostExplorer:
    """Something to recommend for each of the six types."""
    explorer = spending(Redshift=by_month(*[1000] * 12))
    explorer.amounts["USAGE_TYPE"] = {"BoxUsage:m5.large": by_month(*[744] * 12)}
    explorer.usage_costs = {"BoxUsage:m5.large": by_month(*[70] * 12)}
    explorer.units = {"BoxUsage:m5.large": "Hrs"}
    explorer.commitments = {
        (BudgetTypeName.RI_UTILIZATION, REDSHIFT): commitments(*[90] * 6),
        (BudgetTypeName.RI_COVERAGE, REDSHIFT): commitments(*[70] * 6),
        (BudgetTypeName.SAVINGS_PLANS_UTILIZATION, None): commitments(*[97] * 6),
        (BudgetTypeName.SAVINGS_PLANS_COVERAGE, None): commitments(*[77] * 6),
    }
    return explorer


def test_pages_are_counted_once_and_priced() -> None:
    found = recommended(everything(), budget_types=list(BudgetTypeName))
    # One page each for services, quantities, their costs and the four kinds of commitments.
    assert (found.cost_explorer.pages, found.cost_explorer.price.amount) == (7, Decimal("0.07"))


def test_usage_is_counted_in_its_unit_and_ranked_by_what_it_costs() -> None:
    found = recommended(everything(), budget_types=["USAGE", "COST"])
    assert [(each.budget_type, each.limit.unit) for each in found.recommendations] == [
        ("COST", "USD"),
        ("USAGE", "Hrs"),
    ]


def test_usage_in_several_units_is_skipped() -> None:
    explorer = everything()
    explorer.units = {"BoxUsage:m5.large": "N/A"}
    found = recommended(explorer, budget_types=["USAGE"])
    assert found.recommendations == []
    assert "no one unit" in found.skipped[0].reason


def test_usage_is_told_apart_by_account_tag_and_cost_category_without_mixing_units() -> None:
    hours, gigabytes = "BoxUsage:m5.large", "DataTransfer-Out-Bytes"
    explorer = FakeCostExplorer(
        amounts={
            "USAGE_TYPE\nteam": {
                f"{hours}\nteam$data": by_month(*[744] * 12),
                f"{hours}\nteam$web": by_month(*[100] * 12),
                f"{gigabytes}\nteam$data": by_month(*[5] * 12),
                f"{hours}\nteam$": by_month(*[9] * 12),
            }
        },
        units={f"{hours}\nteam$data": "Hrs", f"{hours}\nteam$web": "Hrs", f"{gigabytes}\nteam$data": "GB"},
        usage_costs={
            f"{hours}\nteam$data": by_month(*[70] * 12),
            f"{hours}\nteam$web": by_month(*[20] * 12),
            f"{gigabytes}\nteam$data": by_month(*[15] * 12),
        },
    )
    found = recommended(explorer, budget_types=["USAGE"], group_by="TAG", group_key="team")
    assert [(each.filter, each.limit.unit) for each in found.recommendations] == [
        ({"tags": "user:team$data", "usage_types": hours}, "Hrs"),
        ({"tags": "user:team$web", "usage_types": hours}, "Hrs"),
        ({"tags": "user:team$data", "usage_types": gigabytes}, "GB"),
    ]
    assert found.cost_explorer.pages == 2
    assert any("1 usage types have lines without a value of 'team'" in each for each in found.notes)


def test_commitments_the_account_does_not_have_are_noted() -> None:
    found = recommended(budget_types=["SAVINGS_PLANS_COVERAGE", "RI_COVERAGE"])
    assert found.recommendations == []
    assert "SAVINGS_PLANS_COVERAGE: the account had no such commitments in these months." in found.notes
    assert (
        "RI_COVERAGE of Amazon Redshift: the account had no such commitments in these months." in found.notes
    )


def test_commitments_that_ran_out_are_skipped() -> None:
    explorer = everything()
    explorer.commitments[BudgetTypeName.RI_COVERAGE, REDSHIFT] = commitments(*[70] * 6)[:-2]
    found = recommended(explorer, budget_types=["RI_COVERAGE"])
    assert found.recommendations == []
    assert "no commitments since 2026-07" in found.skipped[0].reason


def test_a_commitment_read_that_is_denied_is_said_and_the_rest_stands() -> None:
    explorer = everything()
    explorer.failing["commitment_percentages"] = AccessDenied("IAM refuses ce:GetReservationUtilization")
    found = recommended(explorer, budget_types=["COST", "RI_UTILIZATION"])
    assert len(found.recommendations) == 1
    assert [each.part for each in found.incomplete] == ["RI_UTILIZATION of Amazon Redshift"]


def test_existing_budgets_that_cannot_be_read_leave_the_recommendations_standing() -> None:
    budgets = FakeBudgets(failing={"list_budgets": AccessDenied("IAM refuses budgets:ViewBudget")})
    found = recommended(budgets=budgets)
    assert [each.part for each in found.incomplete] == ["existing budgets"]
    assert found.recommendations[0].existing_budget is None


def test_the_existing_budget_of_the_scope_is_compared_and_its_name_is_taken() -> None:
    budget = a_budget("Amazon-Redshift-Monthly", limit=200, scope=scope_by("Service", REDSHIFT))
    [found] = recommended(budgets=FakeBudgets(budgets={budget.name: budget})).recommendations
    assert found.existing_budget is not None
    assert (found.existing_budget.verdict, found.existing_budget.name) == ("TOO_LOW", budget.name)
    assert found.create_budget.parameters["budget_name"] == "Amazon-Redshift-Monthly-2"


def test_without_data_the_action_ends_with_that_error() -> None:
    explorer = FakeCostExplorer(failing={"monthly_amounts": DataUnavailable("no data yet")})
    with pytest.raises(DataUnavailable):
        recommended(explorer)


@pytest.mark.parametrize("group_by", ["TAG", "COST_CATEGORY"])
def test_a_tag_or_category_needs_its_key(group_by: str) -> None:
    with pytest.raises(InvalidParameters, match="group_key: is required") as caught:
        recommended(group_by=group_by)
    assert "allowed" in caught.value.details["problems"][0]


def test_a_key_without_a_tag_is_refused() -> None:
    with pytest.raises(InvalidParameters, match="group_key: means nothing"):
        recommended(group_key="team")


def test_an_address_that_is_none_is_refused_before_anything_is_read() -> None:
    explorer = FakeCostExplorer()
    with pytest.raises(InvalidParameters, match="not an e-mail address"):
        recommended(explorer, notification_email="nobody")
    assert explorer.reads == []


def test_lines_without_the_tag_are_said_because_no_filter_names_them() -> None:
    explorer = FakeCostExplorer(
        amounts={"team": {"team$data": by_month(*[100] * 6), "team$": by_month(*[30] * 6)}}
    )
    found = recommended(explorer, group_by="TAG", group_key="team")
    assert [each.filter for each in found.recommendations] == [{"tags": "user:team$data"}]
    assert "$180.00 in 6 months" in found.skipped[0].reason


def test_another_account_is_read_narrowed_and_named_in_the_request() -> None:
    explorer = spending(Redshift=by_month(*[100] * 6))
    [found] = recommended(explorer, account_id="210000000001").recommendations
    assert explorer.narrowed_to == ["210000000001"]
    assert found.create_budget.parameters["account_id"] == "210000000001"


def test_the_own_account_is_not_narrowed() -> None:
    explorer = spending(Redshift=by_month(*[100] * 6))
    recommended(explorer)
    assert explorer.narrowed_to == [None]


def rows(service: str, amounts: dict[date, Decimal]) -> list[dict[str, Any]]:
    return [
        {"service": service, "month": f"{month:%Y-%m}", "amount": str(amount)}
        for month, amount in amounts.items()
    ]


def test_costs_the_caller_brings_are_used_instead_of_reading() -> None:
    explorer = FakeCostExplorer()
    found = recommended(explorer, cost_data=rows(REDSHIFT, by_month(*[100] * 6)))
    assert (found.source, found.cost_explorer.pages, explorer.reads) == ("cost_data", 0, [])
    assert found.recommendations[0].months_used == 6


def test_a_service_by_another_name_is_taken_for_the_one_that_cost_explorer_knows() -> None:
    found = recommended(cost_data=rows("S3", by_month(*[100] * 6)))
    assert found.recommendations[0].filter == {"service_filter": "Amazon Simple Storage Service"}
    assert "'S3' is taken for 'Amazon Simple Storage Service'" in found.notes[-1]


def test_old_costs_are_used_up_to_their_own_end() -> None:
    found = recommended(cost_data=rows(REDSHIFT, by_month(*[100] * 6, last=date(2023, 9, 1))))
    assert found.recommendations[0].last_month == "2023-09"
    assert any("cost_data ends with 2023-09" in each for each in found.notes)


def test_the_order_of_rows_changes_nothing() -> None:
    given = rows(REDSHIFT, by_month(*range(100, 700, 50))) + rows(SAGEMAKER, by_month(*[90, 80, 110]))
    forth, back = recommended(cost_data=given), recommended(cost_data=given[::-1])
    assert forth == back


def test_text_changes_no_number_and_cost_explorer_is_asked() -> None:
    found = recommended(cost_data="we expect more", optimization_data="we will save")
    assert found.source == "Cost Explorer"
    assert found.recommendations == recommended().recommendations
    assert found.context == ["we expect more", "we will save"]
    assert len(found.unused) == 2


def test_a_claimed_saving_lowers_the_recommendation_visibly() -> None:
    claim = {"service": REDSHIFT, "monthly_savings": 400, "probability": 0.5, "source": "rightsizing"}
    [found] = recommended(optimization_data=[claim]).recommendations
    assert found.optimization is not None
    assert found.optimization.before.amount == Decimal("1004.5")
    assert found.optimization.after.amount == Decimal("804.2")
    assert found.limit.amount == Decimal("804.2")
    assert found.optimization.savings[0].claimed_by == "rightsizing"


def test_a_saving_on_a_service_without_recommendation_is_said_to_be_unused() -> None:
    found = recommended(optimization_data=[{"service": SAGEMAKER, "monthly_savings": 400}])
    assert found.recommendations[0].optimization is None
    assert "no cost budget is recommended for 'Amazon SageMaker'" in found.unused[0].reason


def test_savings_on_any_service_lower_the_total() -> None:
    explorer = FakeCostExplorer(amounts={"": {"": by_month(*[1000] * 12)}})
    [found] = recommended(
        explorer, group_by="TOTAL", optimization_data=[{"service": SAGEMAKER, "monthly_savings": 100}]
    ).recommendations
    assert found.limit.amount < 1000
    assert found.filter == {}


def test_a_claimed_forecast_moves_the_recommendation_visibly_to_the_middle() -> None:
    claim = {"service": REDSHIFT, "period": "2026-10", "mean": 2000, "source": "planner"}
    [own], [found] = recommended().recommendations, recommended(cost_data=[claim]).recommendations
    assert found.optimization is not None
    assert found.optimization.before == own.limit
    assert found.optimization.after == found.limit
    assert found.expected_spend.amount == (own.expected_spend.amount + 2000) / 2
    assert found.optimization.forecast is not None
    assert (found.optimization.forecast.claimed_by, found.optimization.forecast.month) == (
        "planner",
        "2026-10",
    )
    assert "forecast of $2,000.00 for 2026-10 claimed by planner" in found.rationale
    assert own.limit.amount < found.limit.amount < 2000


def test_a_forecast_with_an_interval_counts_as_wide_as_it_is() -> None:
    def limit(lower: int, upper: int) -> Decimal:
        claim = {"service": REDSHIFT, "period": "2026-10", "mean": 1000, "lower": lower, "upper": upper}
        [found] = recommended(cost_data=[claim]).recommendations
        return found.limit.amount

    assert limit(990, 1010) < limit(500, 1500)


def test_a_forecast_and_a_saving_both_move_it_and_both_are_named() -> None:
    [found] = recommended(
        cost_data=[{"service": "Redshift", "period": "2026-10", "mean": 2000}],
        optimization_data=[{"service": REDSHIFT, "monthly_savings": 100}],
    ).recommendations
    assert found.expected_spend.amount == 1400
    assert "a forecast of" in found.rationale
    assert "savings of $100.00" in found.rationale


def test_a_forecast_of_a_later_month_or_of_what_is_not_recommended_is_said_to_be_unused() -> None:
    found = recommended(
        cost_data=[
            {"service": REDSHIFT, "period": "2026-10", "mean": 1000},
            {"service": REDSHIFT, "period": "2026-11", "mean": 5000},
            {"service": SAGEMAKER, "period": "2026-10", "mean": 5000},
            {"period": "2026-10", "mean": 9000},
        ]
    )
    assert [each.limit.amount for each in found.recommendations] == [Decimal("1004.5")]
    assert ["Redshift for 2026-11" in each.reason for each in found.unused] == [True, False, False]
    assert len(found.unused) == 3


def test_a_cost_explorer_forecast_moves_the_total_and_nothing_else() -> None:
    response = {
        "Total": {"Amount": "2000", "Unit": "USD"},
        "ForecastResultsByTime": [
            {
                "TimePeriod": {"Start": "2026-11-01", "End": "2026-12-01"},
                "MeanValue": "2000",
                "PredictionIntervalLowerBound": "1900",
                "PredictionIntervalUpperBound": "2100",
            }
        ],
    }
    explorer = FakeCostExplorer(amounts={"": {"": by_month(*[1000] * 12)}})
    [found] = recommended(explorer, group_by="TOTAL", cost_data=response).recommendations
    assert found.expected_spend.amount == 1500
    by_service = recommended(cost_data=response)
    assert by_service.recommendations[0].optimization is None
    assert "tells nothing by SERVICE" in by_service.unused[0].reason


def test_a_longer_lookback_than_the_account_keeps_says_what_is_allowed() -> None:
    refused = InvalidParameters(
        "refused", {"aws_message": "You haven't enabled historical data beyond 14 months."}
    )
    explorer = FakeCostExplorer(failing={"monthly_amounts": refused})
    with pytest.raises(InvalidParameters, match="beyond 14 months") as caught:
        recommended(explorer, lookback_months=24)
    assert caught.value.details["problems"][0]["parameter"] == "lookback_months"


def test_in_the_first_days_of_a_month_the_last_one_may_still_change() -> None:
    found = recommended(now=datetime(2026, 10, 2, tzinfo=UTC))
    assert any("may still correct" in each for each in found.notes)


@pytest.mark.parametrize("probability", [0, 0.6])
def test_a_breach_probability_out_of_bounds_is_refused(probability: float) -> None:
    with pytest.raises(InvalidParameters, match="target_breach_probability"):
        recommended(target_breach_probability=probability)


def test_each_limit_comes_with_how_such_limits_did_beside_those_of_aws() -> None:
    growing = by_month(*range(100, 1300, 100))
    [found] = recommended(spending(Redshift=growing)).recommendations
    assert found.backtest is not None
    assert found.backtest.months == 9
    assert found.backtest.auto_adjust_3_share_over_percent == 100
    assert found.backtest.auto_adjust_6_share_over_percent == 100
    assert found.backtest.share_over_percent is not None
    assert found.backtest.share_over_percent < 50
    [short] = recommended(spending(Redshift=by_month(100, 101, 102))).recommendations
    assert short.backtest is None


def test_other_services_tell_what_a_short_history_cannot() -> None:
    calm = {f"Calm{number}": by_month(*[100 + number, 101 + number] * 6) for number in range(12)}
    wild = {f"Wild{number}": by_month(*[100 + number, 300, 50] * 4) for number in range(12)}
    short = by_month(100, 104, 101)

    def limit(others: dict[str, dict[date, Decimal]]) -> Decimal:
        found = recommended(spending(Redshift=short, **others)).recommendations
        return next(each.limit.amount for each in found if each.filter == {"service_filter": REDSHIFT})

    assert limit(calm) < limit(wild)
