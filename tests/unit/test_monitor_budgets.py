"""monitor_budgets: what is past a threshold, in which order, and what is held back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.builders import NOW, a_budget, a_notification
from tests.fakes import FakeBudgets, FakeCostExplorer, gateways_with
from tools.actions.monitor_budgets import monitor_budgets
from tools.domain.budget import Budget
from tools.domain.budget_types import BUDGET_TYPES, RI_UTILIZATION, SAVINGS_PLANS_COVERAGE, BudgetType
from tools.domain.errors import AccessDenied, InvalidParameters, Throttled


def monitor(
    *budgets: Budget,
    fake: FakeBudgets | None = None,
    cost_explorer: FakeCostExplorer | None = None,
    now: datetime = NOW,
    **parameters: Any,
) -> dict[str, Any]:
    gateways = gateways_with(budgets, fake_budgets=fake, cost_explorer=cost_explorer, now=now)
    return monitor_budgets.run(parameters, gateways).model_dump(mode="json")


def test_nothing_past_a_threshold_is_said_in_one_sentence() -> None:
    data = monitor(a_budget(actual=50), a_budget("other", actual=60))
    assert data["sentence"] == "None of 2 budgets is past a threshold."
    assert data["crossings"] == []


def test_a_crossing_says_which_by_how_much_since_when_and_what_next() -> None:
    [crossing] = monitor(a_budget("web", actual=130))["crossings"]
    assert (crossing["budget"], crossing["severity"], crossing["figure"]) == ("web", "CRITICAL", "ACTUAL")
    assert crossing["threshold"] == {"amount": "100.0", "unit": "PERCENTAGE"}
    assert crossing["past_by"] == {"amount": "30.00", "unit": "USD"}
    assert (crossing["since"], crossing["since_is_estimated"]) == ("2026-10-16", True)
    assert "get_budget_performance" in crossing["next_step"]


def test_the_gravest_comes_first() -> None:
    data = monitor(
        a_budget("warned", actual=85),
        a_budget("forecast", actual=50, forecasted=120),
        a_budget("over", actual=101),
    )
    assert [each["budget"] for each in data["crossings"]] == ["over", "forecast", "warned"]
    assert data["by_severity"] == {"CRITICAL": 1, "HIGH": 1, "MEDIUM": 1, "LOW": 0}
    assert data["sentence"].startswith("3 of 3 budgets are past a threshold; gravest: 'over'")


@pytest.mark.parametrize("type", BUDGET_TYPES.values(), ids=lambda each: each.name)
def test_every_type_is_judged_from_the_side_on_which_it_fails(type: BudgetType) -> None:
    below = type.default_target is not None
    bad, good = (10, 100) if below else (130, 10)
    data = monitor(a_budget("bad", type=type, actual=bad), a_budget("good", type=type, actual=good))
    assert [(each["budget"], each["direction"]) for each in data["crossings"]] == [
        ("bad", "BELOW" if below else "ABOVE")
    ]


def test_thresholds_of_the_caller_do_not_change_the_target_of_a_commitment() -> None:
    assert monitor(a_budget(type=RI_UTILIZATION, actual=95), thresholds=[99])["crossings"] == []


def test_given_thresholds_replace_the_usual_ones() -> None:
    assert monitor(a_budget(actual=85), thresholds=[90])["crossings"] == []
    [crossing] = monitor(a_budget(actual=55), thresholds=[50])["crossings"]
    assert crossing["threshold"]["amount"] == "50.0"


def test_the_budgets_own_notifications_can_be_the_thresholds() -> None:
    budget = a_budget(actual=85, notifications=(a_notification(84),))
    [crossing] = monitor(budget, use_notifications=True)["crossings"]
    assert crossing["threshold"]["amount"] == "84.0"


def test_figures_of_the_last_period_raise_nothing_and_are_listed() -> None:
    old = a_budget(actual=500, last_updated=datetime(2026, 9, 30, 20, tzinfo=UTC))
    data = monitor(old)
    assert data["crossings"] == []
    assert data["held_back"] == [
        {"budget": "a-budget", "reason": "its figures are still those of the last period"}
    ]
    assert data["held_back_count"] == 1
    assert "1 held back" in data["sentence"]


def test_the_first_hours_of_a_month_raise_nothing() -> None:
    early = datetime(2026, 11, 1, 6, tzinfo=UTC)
    data = monitor(a_budget(actual=500, last_updated=early), now=early)
    assert (data["crossings"], len(data["held_back"])) == ([], 1)


def test_exact_dates_come_from_daily_costs_and_their_price_is_said() -> None:
    daily = FakeCostExplorer(daily={date(2026, 10, day): Decimal(day) for day in range(1, 21)})
    data = monitor(a_budget(actual=210), cost_explorer=daily, exact_dates=True)
    [crossing] = data["crossings"]
    assert (crossing["since"], crossing["since_is_estimated"]) == ("2026-10-14", False)
    assert data["cost_explorer"] == {
        "pages": 1,
        "price": {"amount": "0.01", "unit": "USD"},
        "cached_pages": 0,
        "as_of": "2026-10-20T12:00:00Z",
    }


def test_without_exact_dates_cost_explorer_is_not_read() -> None:
    cost_explorer = FakeCostExplorer()
    assert monitor(a_budget(actual=130), cost_explorer=cost_explorer)["cost_explorer"] is None
    assert cost_explorer.reads == []


def test_an_exact_date_that_cannot_be_read_stays_an_estimate_and_is_said() -> None:
    cost_explorer = FakeCostExplorer(failing={"daily_amounts": Throttled("slow down")})
    data = monitor(a_budget("web", actual=130), cost_explorer=cost_explorer, exact_dates=True)
    assert data["crossings"][0]["since_is_estimated"] is True
    assert data["incomplete"][0]["part"] == "crossing date of 'web'"


def test_a_listing_that_fails_is_an_error_and_not_all_clear() -> None:
    with pytest.raises(AccessDenied):
        monitor(fake=FakeBudgets(failing={"list_budgets": AccessDenied("no")}))


def test_tokens_lead_through_all_crossings() -> None:
    budgets = [a_budget(f"budget-{number}", actual=130) for number in range(3)]
    first = monitor(*budgets, page_size=2)
    rest = monitor(*budgets, page_size=2, next_token=first["next_token"])
    assert first["left_out"] == 1
    assert [each["budget"] for each in first["crossings"] + rest["crossings"]] == [
        each.name for each in budgets
    ]


def test_a_commitment_far_below_its_target_is_grave() -> None:
    budget = a_budget(
        type=SAVINGS_PLANS_COVERAGE,
        actual=40,
        notifications=(a_notification(75, type=SAVINGS_PLANS_COVERAGE),),
    )
    [crossing] = monitor(budget)["crossings"]
    assert (crossing["severity"], crossing["since"]) == ("HIGH", None)
    assert crossing["past_by"] == {"amount": "35.0", "unit": "PERCENTAGE"}


@pytest.mark.parametrize(
    "parameters", [{"thresholds": []}, {"thresholds": [0]}, {"thresholds": ["x"]}, {"page_size": 0}]
)
def test_parameters_out_of_bounds_are_refused(parameters: dict[str, Any]) -> None:
    with pytest.raises(InvalidParameters):
        monitor(**parameters)


def test_twenty_thousand_budgets_that_are_held_back_fit_into_one_reply_of_lambda() -> None:
    early = datetime(2026, 11, 1, 6, tzinfo=UTC)
    budgets = [a_budget(f"{number:0100d}", actual=500, last_updated=early) for number in range(20_000)]
    result = monitor_budgets.run({}, gateways_with(budgets, now=early))
    assert len(result.model_dump_json()) < 6_000_000
    data = result.model_dump(mode="json")
    assert (data["held_back_count"], len(data["held_back"])) == (20_000, 500)


def test_own_notifications_that_cannot_be_read_are_an_error_and_no_all_clear() -> None:
    fake = FakeBudgets(failing={"notifications_by_budget": Throttled("slow down")})
    with pytest.raises(Throttled):
        monitor(a_budget(actual=130), fake=fake, use_notifications=True)


@pytest.mark.parametrize("type", [RI_UTILIZATION, SAVINGS_PLANS_COVERAGE], ids=lambda each: each.name)
def test_a_budget_whose_target_cannot_be_read_is_held_back(type: BudgetType) -> None:
    fake = FakeBudgets(failing={"notifications_by_budget": Throttled("slow down")})
    data = monitor(a_budget("ri", type=type, actual=10), fake=fake)
    assert data["crossings"] == []
    [held_back] = data["held_back"]
    assert (held_back["budget"], "target" in held_back["reason"]) == ("ri", True)
    assert [each["part"] for each in data["incomplete"]] == ["notifications"]
