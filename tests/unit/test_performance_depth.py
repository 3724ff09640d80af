"""get_budget_performance in depth: what drove a period, what it will come to, and what reading that cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.builders import ACCOUNT, NOW, a_budget, past_months, usd
from tests.fakes import FakeBudgets, FakeCostExplorer, FakeStateStore, gateways_with
from tools.actions.get_budget_performance import GetBudgetPerformanceResult, get_budget_performance
from tools.domain.budget import Budget
from tools.domain.budget_types import RI_UTILIZATION, USAGE
from tools.domain.errors import AccessDenied, InvalidParameters
from tools.domain.money import Spend
from tools.domain.performance import PeriodPerformance
from tools.domain.periods import BudgetPeriod, TimeUnit, add_months, at_midnight
from tools.domain.scope import scope_by
from tools.domain.snapshots import Snapshot

JULY, AUGUST, SEPTEMBER, OCTOBER = (date(2026, month, 1) for month in (7, 8, 9, 10))
Groups = dict[tuple[str, ...], dict[str, Spend]]


def groups(**costs: str | int) -> Groups:
    return {
        ("Amazon Redshift", name): {"UnblendedCost": usd(cost), "UsageQuantity": Spend(Decimal(2), "Hrs")}
        for name, cost in costs.items()
    }


def performed(
    budget: Budget | None = None,
    *,
    history: list[PeriodPerformance] | None = None,
    explorer: FakeCostExplorer | None = None,
    state: FakeStateStore | None = None,
    now: datetime = NOW,
    **parameters: Any,
) -> GetBudgetPerformanceResult:
    budget = budget or a_budget("web")
    held = FakeBudgets(
        history={budget.name: history if history is not None else past_months([90] * 6, last=SEPTEMBER)}
    )
    found = get_budget_performance.run(
        {"budget_name": budget.name, **parameters},
        gateways_with(
            [budget], fake_budgets=held, cost_explorer=explorer or FakeCostExplorer(), state=state, now=now
        ),
    )
    assert isinstance(found, GetBudgetPerformanceResult)
    return found


def test_the_drivers_and_the_rest_add_up_to_the_change_as_it_is_shown() -> None:
    now = groups(**{f"type-{index}": f"{index}.005" for index in range(1, 15)})
    found = performed(
        explorer=FakeCostExplorer(grouped={OCTOBER: now, AUGUST: groups(old="3.333")})
    ).explanation
    assert found is not None
    shown = sum((each.change.amount for each in found.drivers), Decimal(0)) + found.rest.amount
    assert shown == found.change.amount == found.now.amount - found.usual.amount
    assert (len(found.drivers), found.rest_groups) == (10, 5)


def test_the_sentence_says_how_much_more_than_when_and_what_made_it() -> None:
    explorer = FakeCostExplorer(grouped={OCTOBER: groups(node=150), AUGUST: groups(node=100)})
    found = performed(explorer=explorer).explanation
    assert found is not None
    assert found.sentence == (
        "$150.00 from 2026-10-01 to 2026-10-19, $50.00 (50.0 %) more than the $100.00"
        " from 2026-08-01 to 2026-08-19,"
        " the middle one of the three before. Largest: Amazon Redshift, node +$50.00 (by volume +$0.00, by price"
        " +$50.00: 2 Hrs before, 2 Hrs now)."
    )


def test_it_takes_two_pages_and_says_what_they_cost() -> None:
    explorer = FakeCostExplorer(grouped={OCTOBER: groups(node=150), AUGUST: groups(node=100)})
    found = performed(a_budget("web", forecasted=80), explorer=explorer)
    assert explorer.reads == ["grouped_amounts", "grouped_amounts"]
    assert found.cost_explorer is not None
    assert (found.cost_explorer.pages, found.cost_explorer.price.amount) == (2, Decimal("0.02"))


def test_without_explain_nothing_that_costs_is_read() -> None:
    explorer = FakeCostExplorer()
    found = performed(explorer=explorer, explain=False)
    assert explorer.reads == []
    assert (found.cost_explorer, found.explanation, found.outlook) == (None, None, None)


def test_within_one_service_accounts_and_usage_types_are_told_apart() -> None:
    explorer = FakeCostExplorer()
    performed(a_budget("web", scope=scope_by("Service", "Amazon Redshift")), explorer=explorer)
    performed(a_budget("web"), explorer=explorer, explain_by=["REGION"])
    assert [[key for _, key in keys] for _, keys, _ in explorer.asked[::2]] == [
        ["LINKED_ACCOUNT", "USAGE_TYPE"],
        ["REGION"],
    ]
    assert explorer.asked[0][2] == {"Dimensions": {"Key": "SERVICE", "Values": ["Amazon Redshift"]}}


def test_more_than_two_pages_are_not_read_and_that_is_said() -> None:
    explorer = FakeCostExplorer(
        grouped={OCTOBER: groups(a=20, b=30), AUGUST: groups(a=10, b=1)}, grouped_left={AUGUST: 1}
    )
    found = performed(a_budget("web", forecasted=80), explorer=explorer)
    assert found.explanation is not None
    assert (found.explanation.is_complete, found.explanation.left_out_groups) == (False, 1)
    assert found.explanation.change.amount == 10
    assert "Only 2 Cost Explorer pages are read" in found.notes[0]


def test_a_broken_limit_is_compared_with_the_month_before_the_step() -> None:
    history = past_months([50, 51, 50, 130, 131, 130], last=SEPTEMBER)
    explorer = FakeCostExplorer()
    found = performed(a_budget("web", actual=120), history=history, explorer=explorer)
    assert explorer.asked[1][0] == (date(2026, 6, 1), date(2026, 6, 20))
    assert found.story == "It stepped up in 2026-07: $50.00 a month before, $130.00 since, $80.00 more."
    performed(a_budget("web", actual=90), history=history, explorer=explorer)
    assert explorer.asked[3][0][0] > JULY


def test_a_past_period_is_explained_whole() -> None:
    explorer = FakeCostExplorer()
    performed(explorer=explorer, explain_period="2026-07-15", compare_with="2026-03-02")
    assert [days for days, _, _ in explorer.asked] == [
        (JULY, date(2026, 8, 1)),
        (date(2026, 3, 1), date(2026, 4, 1)),
    ]


@pytest.mark.parametrize(
    ("parameters", "where"),
    [
        ({"explain_period": "2026-11-02"}, "explain_period"),
        ({"compare_with": "2026-10-01"}, "compare_with"),
        ({"explain_by": ["COLOUR"]}, "explain_by.0"),
    ],
    ids=["not begun", "not before", "no such key"],
)
def test_what_cannot_be_compared_is_refused(parameters: dict[str, Any], where: str) -> None:
    with pytest.raises(InvalidParameters) as refused:
        performed(**parameters)
    assert refused.value.details["problems"][0]["parameter"] == where


def test_a_daily_budget_is_explained_by_yesterday() -> None:
    explorer = FakeCostExplorer()
    performed(a_budget("web", time_unit=TimeUnit.DAILY, forecasted=9), history=[], explorer=explorer)
    assert explorer.asked[0][0] == (date(2026, 10, 19), date(2026, 10, 20))


def test_on_the_first_day_of_a_month_there_is_nothing_to_explain_yet() -> None:
    first = datetime(2026, 10, 1, 9, tzinfo=UTC)
    found = performed(a_budget("web", forecasted=9, last_updated=first), now=first)
    assert found.explanation is None
    assert found.notes[0] == "No whole day of the period is over, so nothing is explained yet."


def test_an_explanation_that_is_refused_leaves_the_rest_standing() -> None:
    explorer = FakeCostExplorer(failing={"grouped_amounts": AccessDenied("IAM refuses ce:GetCostAndUsage")})
    found = performed(a_budget("web", forecasted=80), explorer=explorer)
    assert [(each.part, each.code) for each in found.incomplete] == [("explanation", "ACCESS_DENIED")]
    assert found.summary.periods == 6


def test_days_further_back_than_cost_explorer_keeps_are_said() -> None:
    refusal = InvalidParameters(
        "no", {"aws_message": "You haven't enabled historical data beyond 14 months."}
    )
    found = performed(
        a_budget("web", forecasted=80), explorer=FakeCostExplorer(failing={"grouped_amounts": refusal})
    )
    assert found.explanation is None
    assert "beyond 14 months" in found.notes[0]


def test_where_nothing_was_ever_spent_nothing_is_read() -> None:
    explorer = FakeCostExplorer()
    found = performed(
        a_budget("web", actual=0), history=past_months([0, 0], last=SEPTEMBER), explorer=explorer
    )
    assert explorer.reads == []
    assert "Nothing was spent in any period" in found.notes[0]


def test_quantities_in_several_units_are_not_added() -> None:
    mixed: Groups = {
        ("S3", "a"): {"UsageQuantity": Spend(Decimal(1), "GB"), "UnblendedCost": usd(1)},
        ("S3", "b"): {"UsageQuantity": Spend(Decimal(1), "Requests"), "UnblendedCost": usd(1)},
    }
    found = performed(
        a_budget("web", type=USAGE, forecasted=9), explorer=FakeCostExplorer(grouped={OCTOBER: mixed})
    )
    assert found.explanation is None
    assert "several units" in found.notes[0]


def test_aws_forecast_is_the_outlook_where_there_is_one() -> None:
    outlook = performed(a_budget("web", forecasted=120)).outlook
    assert outlook is not None
    assert (outlook.method, outlook.low) == ("AWS_FORECAST", None)
    assert outlook.sentence == (
        "AWS forecasts $120.00 at the end of the period: $20.00 over the limit of $100.00 (120.0 %)."
    )


def test_without_a_forecast_the_daily_profile_projects_with_an_interval_and_evidence() -> None:
    daily = {date(2026, 4, 1) + timedelta(days=offset): Decimal(2) for offset in range(202)}
    explorer = FakeCostExplorer(daily=daily)
    found = performed(explorer=explorer)
    outlook = found.outlook
    assert outlook is not None
    assert (outlook.method, outlook.probability_percent) == ("DAILY_PROFILE", Decimal(80))
    assert outlook.expected.amount == 62
    assert outlook.low is not None
    assert "12 to come" in outlook.evidence[0]
    assert "from 170 past days" in outlook.evidence[1]
    assert outlook.sentence.endswith("$38.00 under the limit of $100.00 (62.0 %).")
    assert found.cost_explorer is not None
    assert found.cost_explorer.pages == 3


def test_too_few_days_project_nothing_and_say_so() -> None:
    found = performed(explorer=FakeCostExplorer(daily={date(2026, 10, 10): Decimal(2)}))
    assert found.outlook is None
    assert any("nothing is projected before 35 days" in note for note in found.notes)


def test_a_reservation_is_neither_explained_by_costs_nor_projected() -> None:
    explorer = FakeCostExplorer()
    found = performed(a_budget("ri", type=RI_UTILIZATION), explorer=explorer)
    assert (explorer.asked, found.outlook) == ([], None)


def years(**months: int) -> FakeCostExplorer:
    amounts = {
        add_months(date(2024, 1, 1), index): Decimal(months.get(f"y{2024 + index // 12}", 0))
        for index in range(24)
    }
    return FakeCostExplorer(amounts={"": {"": amounts}})


def test_past_years_come_from_cost_explorer_and_say_so() -> None:
    found = performed(
        a_budget("year", time_unit=TimeUnit.ANNUALLY, limit=1000), explorer=years(y2024=50, y2025=90)
    )
    assert [
        each.actual_spend.amount for each in found.periods if each.actual_spend and not each.is_current
    ] == [600, 1080]
    assert [each.met for each in found.periods if not each.is_current] == [True, False]
    assert "past years are Cost Explorer's, beside today's limit" in found.notes[0]


def test_a_year_that_begins_late_is_no_whole_year() -> None:
    explorer = years(y2024=50, y2025=90)
    for month in range(1, 4):
        explorer.amounts[""][""][date(2024, month, 1)] = Decimal(0)
    found = performed(a_budget("year", time_unit=TimeUnit.ANNUALLY), explorer=explorer)
    assert [each.start.year for each in found.periods] == [2025, 2026]
    assert "begin with 2024-04, so 2024 is no whole year" in found.notes[0]


def test_years_that_cost_explorer_refuses_are_said() -> None:
    refusal = InvalidParameters(
        "no", {"aws_message": "You haven't enabled historical data beyond 14 months."}
    )
    explorer = FakeCostExplorer(failing={"monthly_amounts": refusal})
    found = performed(a_budget("year", time_unit=TimeUnit.ANNUALLY), explorer=explorer)
    assert "It refuses 2025: You haven't enabled" in found.notes[0]


def a_snapshot(day: date, forecasted: str | None, *, period: BudgetPeriod | None = None) -> Snapshot:
    first = day.replace(day=1)
    at = at_midnight(day) + timedelta(hours=8)
    return Snapshot(
        account_id=ACCOUNT,
        budget_name="web",
        taken_at=at,
        refreshed=at,
        period=period or BudgetPeriod(at_midnight(first), at_midnight(add_months(first, 1))),
        limit=usd(100),
        actual=usd(40),
        forecasted=None if forecasted is None else usd(forecasted),
        status=None,
    )


def test_past_forecasts_are_rated_by_the_snapshot_nearest_the_middle() -> None:
    state = FakeStateStore()
    for snapshot in (
        a_snapshot(date(2026, 8, 3), "500"),
        a_snapshot(date(2026, 8, 14), "99"),
        a_snapshot(date(2026, 8, 20), "95"),
        a_snapshot(date(2026, 9, 15), "81"),
        a_snapshot(date(2026, 7, 2), "10"),
    ):
        assert state.keep_snapshot(snapshot)
    record = performed(state=state).forecast_record
    assert record is not None
    assert [(each.day, each.error_percent) for each in record.forecasts] == [
        (date(2026, 8, 14), Decimal(10)),
        (date(2026, 9, 15), Decimal(-10)),
    ]
    assert record.mean_error_percent == 0
    assert record.mean_error_size_percent == 10
    assert "worst on 2026-09-15: $81.00 forecast, $90.00 came" in record.sentence


def test_a_snapshot_of_another_period_rates_nothing() -> None:
    state = FakeStateStore()
    quarter = BudgetPeriod(at_midnight(JULY), at_midnight(OCTOBER))
    assert state.keep_snapshot(a_snapshot(date(2026, 8, 14), "300", period=quarter))
    assert state.keep_snapshot(replace(a_snapshot(date(2026, 9, 15), None)))
    assert performed(state=state).forecast_record is None
