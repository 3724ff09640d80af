"""analyze_budgets: what it shows, what it adds up, what it leaves out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.builders import ACCOUNT, a_budget, a_notification, usd
from tests.fakes import FakeBudgets, gateways_with
from tools.actions.analyze_budgets import analyze_budgets
from tools.domain.budget import Budget
from tools.domain.budget_types import BUDGET_TYPES, RI_UTILIZATION, USAGE, BudgetType
from tools.domain.errors import AccessDenied, BudgetNotFound, InvalidParameters, Throttled
from tools.domain.periods import TimeUnit


def analyze(*budgets: Budget, fake: FakeBudgets | None = None, **parameters: Any) -> dict[str, Any]:
    result = analyze_budgets.run(parameters, gateways_with(budgets, fake_budgets=fake))
    return result.model_dump(mode="json")


@pytest.mark.parametrize("type", BUDGET_TYPES.values(), ids=lambda each: each.name)
def test_every_budget_type_is_shown_with_its_own_unit(type: BudgetType) -> None:
    [shown] = analyze(a_budget(type=type, actual=85, forecasted=90, notifications=()))["budgets"]
    assert shown["type"] == type.name
    assert shown["actual_spend"]["unit"] == shown["limit"]["unit"]
    assert shown["utilization_percent"] == 85.0
    assert (shown["target_percent"] is None) == (type.default_target is None)
    assert (shown["pace_percent"] is None) == (type.default_target is not None)


def test_amounts_are_decimal_strings_and_percentages_numbers_with_one_decimal() -> None:
    [shown] = analyze(a_budget(limit=120, actual="33.333"))["budgets"]
    assert shown["actual_spend"] == {"amount": "33.33", "unit": "USD"}
    assert shown["remaining"] == {"amount": "86.67", "unit": "USD"}
    assert shown["variance"] == {"amount": "-86.67", "unit": "USD"}
    assert shown["utilization_percent"] == 27.8
    assert shown["elapsed_percent"] == 62.9
    assert shown["pace_percent"] == 44.2


def test_missing_figures_are_null_and_never_zero() -> None:
    [shown] = analyze(a_budget(actual=None, forecasted=None))["budgets"]
    for name in ("actual_spend", "forecasted_spend", "remaining", "variance", "utilization_percent"):
        assert shown[name] is None
    assert shown["budget_status"] is None


def test_figures_of_the_last_period_are_not_shown_as_those_of_this_one() -> None:
    [shown] = analyze(a_budget(actual=500, last_updated=datetime(2026, 9, 30, 20, tzinfo=UTC)))["budgets"]
    assert shown["figures_are_current"] is False
    assert shown["actual_spend"] is None


def test_the_planned_limit_of_the_current_period_is_the_limit() -> None:
    planned = {datetime(2026, month, 1, tzinfo=UTC): usd(month * 10) for month in (9, 10, 11)}
    [shown] = analyze(a_budget(limit=90, actual=50, planned=planned))["budgets"]
    assert shown["limit"] == {"amount": "100.00", "unit": "USD"}
    assert shown["planned"] is True


def test_only_amounts_that_may_be_added_are_added() -> None:
    summary = analyze(
        a_budget("one", limit=100, actual=10),
        a_budget("two", limit=50, actual=20),
        a_budget("daily", time_unit=TimeUnit.DAILY, limit=5, actual=1),
        a_budget("hours", type=USAGE, limit=1000, actual=400),
        a_budget("reservations", type=RI_UTILIZATION, actual=90),
        a_budget("unknown", limit=70, actual=None),
    )["summary"]
    assert [
        (each["type"], each["time_unit"], each["limit"]["amount"], each["budgets"])
        for each in summary["totals"]
    ] == [
        ("COST", "DAILY", "5.00", 1),
        ("COST", "MONTHLY", "150.00", 2),
        ("USAGE", "MONTHLY", "1000", 1),
    ]
    assert "overlap" in summary["note"]
    assert summary["by_status"]["UNKNOWN"] == 1


def test_filters_narrow_by_type_and_status() -> None:
    budgets = [
        a_budget("over", actual=200),
        a_budget("fine"),
        a_budget("reservation", type=RI_UTILIZATION, actual=10),
    ]
    assert [each["name"] for each in analyze(*budgets, budget_types=["RI_UTILIZATION"])["budgets"]] == [
        "reservation"
    ]
    assert [each["name"] for each in analyze(*budgets, budget_statuses=["BREACHED"])["budgets"]] == [
        "over",
        "reservation",
    ]
    assert analyze(*budgets, budget_types=["COST"], budget_statuses=["ON_TRACK"])["summary"]["budgets"] == 1


def test_a_budget_is_found_by_its_name_wherever_it_stands_in_the_list() -> None:
    budgets = [a_budget(f"budget-{number:03d}") for number in range(250)]
    data = analyze(*budgets, budget_names=["budget-180", "budget-007", "budget-180"])
    assert [each["name"] for each in data["budgets"]] == ["budget-007", "budget-180"]


def test_a_name_that_does_not_exist_is_said_beside_those_that_do() -> None:
    data = analyze(a_budget("here"), budget_names=["here", "gone"])
    assert [each["name"] for each in data["budgets"]] == ["here"]
    assert [(each["part"], each["code"]) for each in data["incomplete"]] == [
        ("budget 'gone'", "BUDGET_NOT_FOUND")
    ]


def test_none_of_the_names_existing_is_an_error() -> None:
    with pytest.raises(BudgetNotFound, match="gone"):
        analyze(a_budget("here"), budget_names=["gone"])


def test_tokens_lead_through_all_budgets_while_the_summary_covers_all() -> None:
    budgets = [a_budget(f"budget-{number}") for number in range(5)]
    names: list[str] = []
    token = None
    while True:
        data = analyze(*budgets, page_size=2, next_token=token)
        assert data["summary"]["budgets"] == 5
        names += [each["name"] for each in data["budgets"]]
        token = data["next_token"]
        if token is None:
            break
        assert data["left_out"] == 5 - len(names)
    assert names == [each.name for each in budgets]


def test_an_account_without_budgets_is_an_empty_answer_with_nothing_incomplete() -> None:
    data = analyze()
    assert (data["summary"]["budgets"], data["budgets"], data["insights"], data["incomplete"]) == (
        0,
        [],
        [],
        [],
    )


def test_a_listing_that_fails_is_an_error_and_not_an_empty_account() -> None:
    fake = FakeBudgets(failing={"list_budgets": AccessDenied("no", {"permission": "budgets:ViewBudget"})})
    with pytest.raises(AccessDenied):
        analyze(fake=fake)


def test_notifications_that_fail_are_null_and_said() -> None:
    fake = FakeBudgets(failing={"notifications_by_budget": Throttled("slow down")})
    data = analyze(a_budget(notifications=(a_notification(80),)), fake=fake)
    assert data["budgets"][0]["notifications"] is None
    assert data["incomplete"][0]["part"] == "notifications"


def test_notifications_show_percent_or_the_limits_unit() -> None:
    [shown] = analyze(a_budget(notifications=(a_notification(80),)))["budgets"]
    assert shown["notifications"] == [
        {
            "type": "ACTUAL",
            "operator": "GREATER_THAN",
            "threshold": {"amount": "80", "unit": "PERCENTAGE"},
            "in_alarm": None,
        }
    ]


@pytest.mark.parametrize(
    "parameters",
    [
        {"page_size": 0},
        {"page_size": 1001},
        {"budget_types": []},
        {"budget_types": ["MONEY"]},
        {"budget_names": ["a:b"]},
    ],
)
def test_parameters_out_of_bounds_are_refused(parameters: dict[str, Any]) -> None:
    with pytest.raises(InvalidParameters):
        analyze(**parameters)


def test_the_account_that_is_asked_is_the_agents_own_unless_another_is_named() -> None:
    asked: list[str] = []

    class Listening(FakeBudgets):
        def list_budgets(self, account_id: str) -> list[Budget]:
            asked.append(account_id)
            return []

    analyze(fake=Listening())
    analyze(fake=Listening(), account_id="210000000001")
    assert asked == [ACCOUNT, "210000000001"]


def test_twenty_thousand_budgets_of_the_longest_names_fit_into_one_reply_of_lambda() -> None:
    budgets = [a_budget(f"{number:0100d}", actual=500, notifications=()) for number in range(20_000)]
    result = analyze_budgets.run({"page_size": 1000}, gateways_with(budgets))
    assert len(result.model_dump_json()) < 6_000_000
    data = result.model_dump(mode="json")
    assert data["summary"]["budgets"] == 20_000
    assert [each["count"] for each in data["insights"] if each["code"] == "BREACHED"] == [20_000]
    assert len(data["insights"][0]["budgets"]) == 500
