"""Insights: each detector finds its case, and only its case."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.builders import NOW, a_budget, a_notification
from tools.domain.budget import Budget, HealthStatus
from tools.domain.budget_types import RI_COVERAGE, RI_UTILIZATION, USAGE
from tools.domain.insights.catalogue import DETECTORS, insights_about
from tools.domain.scope import scope_by
from tools.domain.standing import standing_of

TOLD = (a_notification(80),)


def codes(*budgets: Budget, now: datetime = NOW) -> list[str]:
    return [each.code for each in insights_about([standing_of(budget, now) for budget in budgets])]


def sentence(code: str, *budgets: Budget) -> str:
    found = insights_about([standing_of(budget, NOW) for budget in budgets])
    return next(each.sentence for each in found if each.code == code)


def test_a_healthy_budget_gives_no_insight() -> None:
    assert codes(a_budget(actual=60, forecasted=95, notifications=TOLD)) == []


def test_a_breached_budget_is_said_with_its_figures() -> None:
    budget = a_budget("web", limit=100, actual=130, notifications=TOLD)
    assert "'web' $130.00 of $100.00 (130.0 %), $30.00 over" in sentence("BREACHED", budget)


def test_a_reservation_below_its_target_is_said_in_points() -> None:
    wanted = (a_notification(90, type=RI_UTILIZATION),)
    budget = a_budget("ri", type=RI_UTILIZATION, actual=71, notifications=wanted)
    assert "'ri' 71.0 % of at least 90.0 %, 19.0 points short" in sentence("BREACHED", budget)


def test_full_utilization_raises_nothing() -> None:
    assert codes(a_budget(type=RI_UTILIZATION, actual=100, notifications=TOLD)) == []


def test_a_forecast_over_the_limit_is_its_own_insight() -> None:
    assert codes(a_budget(actual=60, forecasted=120, notifications=TOLD)) == ["FORECAST_TO_BREACH"]


def test_the_worst_budget_is_named_first_and_all_are_listed() -> None:
    budgets = [
        a_budget(f"b{over}", actual=over, forecasted=over, notifications=TOLD)
        for over in (101, 140, 120, 110)
    ]
    [insight] = insights_about([standing_of(each, NOW) for each in budgets])
    assert insight.budgets == ("b140", "b120", "b110", "b101")
    assert insight.sentence.startswith("4 budgets are breached: 'b140'")
    assert insight.sentence.endswith("and 1 more.")


def test_spending_faster_than_time_is_ahead_of_pace() -> None:
    budget = a_budget(actual=75, forecasted=99, notifications=TOLD)
    assert "75.0 % used after 62.9 % of its period" in sentence("AHEAD_OF_PACE", budget)


def test_pace_says_nothing_early_in_a_period() -> None:
    early = datetime(2026, 10, 3, tzinfo=UTC)
    budget = a_budget(actual=40, forecasted=99, last_updated=early, notifications=TOLD)
    assert codes(budget, now=early) == []


def test_spending_much_slower_than_time_is_behind_pace() -> None:
    assert codes(a_budget(actual=20, forecasted=60, notifications=TOLD)) == ["BEHIND_PACE"]


def test_a_budget_without_notifications_is_one_nobody_hears_of() -> None:
    assert codes(a_budget(actual=60, notifications=())) == ["NO_SUBSCRIBERS"]


def test_notifications_that_were_not_read_prove_nothing() -> None:
    assert codes(a_budget(actual=60, notifications=None)) == []


def test_figures_older_than_a_day_are_stale() -> None:
    budget = a_budget(actual=60, last_updated=NOW - timedelta(hours=30), notifications=TOLD)
    assert "30 hours ago" in sentence("STALE_FIGURES", budget)


def test_a_budget_without_any_figure_cannot_be_judged() -> None:
    assert codes(a_budget(actual=None, last_updated=None, notifications=TOLD)) == ["NO_FIGURES"]


def test_a_limit_far_above_what_is_expected_is_found() -> None:
    assert "LIMIT_FAR_ABOVE_SPEND" in codes(
        a_budget(limit=1000, actual=60, forecasted=95, notifications=TOLD)
    )


def test_a_limit_far_below_what_is_expected_is_found() -> None:
    assert "LIMIT_FAR_BELOW_SPEND" in codes(
        a_budget(limit=100, actual=150, forecasted=240, notifications=TOLD)
    )


def test_without_a_forecast_the_pace_is_carried_on() -> None:
    budget = a_budget(actual=150, notifications=TOLD)
    assert "expects $238.46 of $100.00" in sentence("LIMIT_FAR_BELOW_SPEND", budget)


def test_a_display_name_that_matches_nothing_is_said_with_what_was_meant() -> None:
    budget = a_budget(actual=0, scope=scope_by("Service", "EC2-Instances"), notifications=TOLD)
    assert "'Amazon Elastic Compute Cloud - Compute'" in sentence("MATCHES_NOTHING", budget)


def test_a_scope_that_counts_spend_is_not_suspected() -> None:
    budget = a_budget(actual=60, scope=scope_by("Service", "EC2-Instances"), notifications=TOLD)
    assert codes(budget) == []


def test_a_budget_over_everything_cannot_match_nothing() -> None:
    assert "MATCHES_NOTHING" not in codes(a_budget(actual=0, notifications=TOLD))


def test_what_aws_calls_unhealthy_is_passed_on() -> None:
    health = HealthStatus(is_healthy=False, reason="FILTER_INVALID")
    assert "FILTER_INVALID" in sentence("UNHEALTHY", a_budget(health=health, notifications=TOLD))


@pytest.mark.parametrize("type", [RI_UTILIZATION, RI_COVERAGE], ids=lambda each: each.name)
def test_percentages_have_no_pace_and_no_unfit_limit(type: object) -> None:
    budget = a_budget(type=type, actual=99, notifications=TOLD)  # type: ignore[arg-type]
    assert codes(budget) == []


def test_usage_is_said_in_its_unit() -> None:
    budget = a_budget("gb", type=USAGE, limit=5000, actual=5200, notifications=TOLD)
    assert "5,200 GB of 5,000 GB" in sentence("BREACHED", budget)


def test_graver_insights_come_first() -> None:
    found = codes(
        a_budget("slow", actual=20, forecasted=60, notifications=TOLD),
        a_budget("untold", actual=60, notifications=()),
        a_budget("over", actual=130, forecasted=140, notifications=TOLD),
    )
    assert found == ["BREACHED", "NO_SUBSCRIBERS", "BEHIND_PACE"]


def test_every_detector_has_a_code_of_its_own() -> None:
    assert len({each.code for each in DETECTORS}) == len(DETECTORS)


def test_the_ranking_weighs_by_ratio_not_by_dollars() -> None:
    small = a_budget("small", limit=10, actual=30, forecasted=30, notifications=TOLD)
    large = a_budget("large", limit=10_000, actual=11_000, forecasted=11_000, notifications=TOLD)
    [insight] = [
        each
        for each in insights_about([standing_of(budget, NOW) for budget in (large, small)])
        if each.code == "BREACHED"
    ]
    assert insight.budgets == ("small", "large")
    assert Decimal(30) / 10 > Decimal(11_000) / 10_000
