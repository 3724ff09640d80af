"""Snapshots: written when there is something new, shown by day, and missed by nobody who only reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.builders import ACCOUNT, NOW, a_budget, usd
from tests.fakes import FakeStateStore, gateways_with
from tools.actions._snapshots import keep_snapshots
from tools.actions.get_budget_performance import get_budget_performance
from tools.actions.monitor_budgets import monitor_budgets
from tools.domain.budget import Budget, HealthStatus
from tools.domain.errors import AwsUnavailable
from tools.domain.snapshots import snapshot_of
from tools.domain.standing import standing_of
from tools.domain.status import BudgetStatus


def refreshed(budget: Budget, at: datetime) -> Budget:
    return replace(budget, last_updated=at, health=HealthStatus(is_healthy=True, as_of=at))


def kept_after(*looks: tuple[Budget, datetime]) -> tuple[FakeStateStore, list[int]]:
    state = FakeStateStore()
    return state, [keep_snapshots(state, ACCOUNT, [standing_of(budget, now)]) for budget, now in looks]


def test_a_snapshot_has_limit_actual_forecast_and_status() -> None:
    state, counts = kept_after((a_budget(actual=85, forecasted=120), NOW))
    [kept] = state.kept_snapshots.values()
    assert counts == [1]
    assert (kept.limit, kept.actual, kept.forecasted) == (usd(100), usd(85), usd(120))
    assert kept.status is BudgetStatus.FORECASTED_BREACH
    assert kept.day.isoformat() == "2026-10-20"


def test_figures_that_did_not_change_are_not_written_again() -> None:
    budget = a_budget()
    later = refreshed(budget, NOW + timedelta(hours=7))
    _, counts = kept_after(
        (budget, NOW), (budget, NOW + timedelta(hours=1)), (later, NOW + timedelta(hours=8))
    )
    assert counts == [1, 0, 0]


def test_other_figures_are_written_again_and_another_limit_too() -> None:
    budget = a_budget()
    raised = a_budget(limit=200)
    _, counts = kept_after(
        (budget, NOW), (a_budget(actual=51), NOW + timedelta(hours=1)), (raised, NOW + timedelta(hours=2))
    )
    assert counts == [1, 1, 1]


def test_another_day_is_written_when_aws_has_looked_again() -> None:
    budget, tomorrow = a_budget(), NOW + timedelta(days=1)
    state, counts = kept_after((budget, NOW), (budget, tomorrow), (refreshed(budget, tomorrow), tomorrow))
    assert counts == [1, 0, 1]
    assert [day.isoformat() for _, _, day in state.kept_snapshots] == ["2026-10-20", "2026-10-21"]


@pytest.mark.parametrize(
    "budget",
    [
        a_budget(actual=None),
        a_budget(last_updated=datetime(2026, 9, 30, tzinfo=UTC)),
        a_budget(starts=datetime(2027, 1, 1, tzinfo=UTC)),
        replace(a_budget(actual=0), last_updated=NOW),
    ],
    ids=["no figures", "last period's", "not begun", "zero after a change"],
)
def test_figures_that_say_nothing_of_the_period_are_not_kept(budget: Budget) -> None:
    assert snapshot_of(standing_of(budget, NOW), ACCOUNT) is None


def test_one_query_tells_what_is_new_for_all_budgets() -> None:
    state = FakeStateStore()
    first, second = a_budget("first"), a_budget("second")
    assert keep_snapshots(state, ACCOUNT, [standing_of(each, NOW) for each in (first, second)]) == 2
    state.failing["keep_snapshot"] = AwsUnavailable("must not be written")
    assert keep_snapshots(state, ACCOUNT, [standing_of(each, NOW) for each in (first, second)]) == 0


def shown(state: FakeStateStore | None, **parameters: object) -> dict[str, object]:
    result = get_budget_performance.run(
        {"budget_name": "a-budget", **parameters}, gateways_with([a_budget()], state=state)
    )
    return result.model_dump(mode="json")


def test_performance_shows_the_snapshots_of_the_last_days_oldest_first() -> None:
    state = FakeStateStore()
    for days in (40, 2, 1):
        at = NOW - timedelta(days=days)
        budget = refreshed(a_budget(actual=50 - days, forecasted=90), at)
        keep_snapshots(state, ACCOUNT, [standing_of(budget, at)])
    snapshots = shown(state)["snapshots"]
    assert isinstance(snapshots, list)
    assert [each["day"] for each in snapshots] == ["2026-10-18", "2026-10-19"]
    assert snapshots[1] == {
        "day": "2026-10-19",
        "period": {"start": "2026-10-01T00:00:00Z", "end": "2026-11-01T00:00:00Z"},
        "limit": {"amount": "100.00", "unit": "USD"},
        "actual_spend": {"amount": "49.00", "unit": "USD"},
        "forecasted_spend": {"amount": "90.00", "unit": "USD"},
        "budget_status": "ON_TRACK",
        "last_updated": "2026-10-19T12:00:00Z",
    }
    every = shown(state, snapshot_days=36500)["snapshots"]
    assert isinstance(every, list)
    assert [each["day"] for each in every] == ["2026-09-10", "2026-10-18", "2026-10-19"]
    assert shown(state, snapshot_days=2)["snapshots"] == snapshots[1:]


def test_without_a_table_there_are_none_and_nothing_is_missing() -> None:
    reply = shown(None)
    assert (reply["snapshots"], reply["incomplete"]) == (None, [])


def test_a_table_that_does_not_answer_is_said_and_the_rest_stands() -> None:
    state = FakeStateStore(failing={"snapshots": AwsUnavailable("no answer")})
    reply = shown(state)
    assert reply["snapshots"] is None
    assert reply["incomplete"] == [
        {"part": "state", "code": "AWS_UNAVAILABLE", "reason": "no answer", "retryable": True}
    ]
    assert reply["periods"]


def test_an_unread_table_is_not_asked_for_when_nobody_wants_snapshots() -> None:
    state = FakeStateStore(failing={"snapshots": AwsUnavailable("no answer")})
    assert shown(state, snapshot_days=0)["incomplete"] == []


def monitored(state: FakeStateStore | None, **parameters: object) -> dict[str, object]:
    result = monitor_budgets.run(
        parameters, gateways_with([a_budget("first"), a_budget("second")], state=state)
    )
    return result.model_dump(mode="json")


def test_monitoring_keeps_snapshots_when_it_keeps_alerts_and_not_else() -> None:
    state = FakeStateStore()
    monitored(state)
    assert state.kept_snapshots == {}
    monitored(state, notify=True)
    assert sorted(name for _, name, _ in state.kept_snapshots) == ["first", "second"]


def test_monitoring_stands_when_snapshots_cannot_be_kept_and_says_so() -> None:
    state = FakeStateStore(failing={"keep_snapshot": AwsUnavailable("no answer")})
    reply = monitored(state, notify=True)
    assert reply["incomplete"] == [
        {"part": "snapshots", "code": "AWS_UNAVAILABLE", "reason": "no answer", "retryable": True}
    ]
    assert (reply["checked"], reply["alerts"] is None) == (2, False)
