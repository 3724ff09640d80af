"""monitor_budgets with notify, list_alerts and acknowledge_alert on fakes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.builders import ACCOUNT, NOW, a_budget
from tests.fake_channels import DOWN, FakeChannel
from tests.fakes import FakeBudgets, FakeStateStore, gateways_with
from tools.actions.acknowledge_alert import AcknowledgeAlertResult, acknowledge_alert
from tools.actions.list_alerts import ListAlertsResult, list_alerts
from tools.actions.monitor_budgets import MonitorBudgetsResult, monitor_budgets
from tools.domain.alerts import AlertChange, AlertStatus
from tools.domain.budget import Budget, HealthStatus
from tools.domain.errors import (
    AwsUnavailable,
    InvalidParameters,
    ResourceLocked,
    StateUnavailable,
    Throttled,
)

NEXT_MONTH = datetime(2026, 11, 3, 12, tzinfo=UTC)


def monitor(
    state: FakeStateStore | None, *budgets: Budget, now: datetime = NOW, **parameters: Any
) -> MonitorBudgetsResult:
    gateways = gateways_with(budgets, state=state, now=now)
    result = monitor_budgets.run({"notify": True, **parameters}, gateways)
    assert isinstance(result, MonitorBudgetsResult)
    return result


def alerts(state: FakeStateStore | None, **parameters: Any) -> ListAlertsResult:
    result = list_alerts.run(parameters, gateways_with(state=state))
    assert isinstance(result, ListAlertsResult)
    return result


def acknowledge(state: FakeStateStore | None, **parameters: Any) -> AcknowledgeAlertResult:
    result = acknowledge_alert.run(parameters, gateways_with(state=state))
    assert isinstance(result, AcknowledgeAlertResult)
    return result


def a_breach(name: str = "a-budget", *, now: datetime = NOW, actual: int = 95, limit: int = 100) -> Budget:
    refreshed = HealthStatus(is_healthy=True, as_of=now - timedelta(hours=4))
    return a_budget(name, actual=actual, limit=limit, health=refreshed)


def a_store_with_alerts(*names: str) -> FakeStateStore:
    state = FakeStateStore()
    monitor(state, *[a_breach(each) for each in names or ("a-budget",)])
    return state


def test_each_threshold_that_is_past_opens_one_alert() -> None:
    state = FakeStateStore()
    result = monitor(state, a_breach())
    assert result.alerts is not None
    assert [str(each.threshold.amount) for each in result.alerts.opened] == ["80.0", "90.0"]
    assert result.alerts.standing_out == 2
    assert [each.event for each in state.announced] == ["opened", "opened"]


def test_without_notify_nothing_is_kept() -> None:
    state = FakeStateStore()
    result = monitor(state, a_breach(), notify=False)
    assert (result.alerts, state.live_alerts, state.outbox) == (None, {}, {})


def test_running_again_opens_nothing_again() -> None:
    state = a_store_with_alerts()
    again = monitor(state, a_breach())
    assert again.alerts is not None
    assert (again.alerts.opened, again.alerts.standing_out, len(state.announced)) == ([], 2, 2)


def test_a_raised_limit_resolves_and_falling_under_it_again_opens_anew() -> None:
    state = a_store_with_alerts()
    raised = monitor(state, a_breach(limit=200)).alerts
    assert raised is not None
    assert [each.resolution for each in raised.resolved] == ["FELL_BACK", "FELL_BACK"]
    again = monitor(state, a_breach()).alerts
    assert again is not None
    assert [each.occurrence for each in again.opened] == [2, 2]


def test_when_the_month_turns_its_alerts_end_even_while_figures_prove_nothing() -> None:
    state = a_store_with_alerts()
    begun = datetime(2026, 11, 1, 1, tzinfo=UTC)
    result = monitor(state, a_breach(now=NOW), now=begun)
    assert result.held_back_count == 1
    assert result.alerts is not None
    assert {each.resolution for each in result.alerts.resolved} == {"PERIOD_ENDED"}
    assert len(state.ended_alerts) == 2
    next_month = monitor(state, a_breach(now=NEXT_MONTH), now=NEXT_MONTH).alerts
    assert next_month is not None
    assert [each.occurrence for each in next_month.opened] == [1, 1]


def test_a_deleted_budget_ends_its_alerts_only_when_all_budgets_were_read() -> None:
    state = a_store_with_alerts("gone", "other")
    named = monitor(state, a_breach("other"), budget_names=["other"]).alerts
    assert named is not None
    assert named.resolved == []
    everything = monitor(state, a_breach("other")).alerts
    assert everything is not None
    assert {(each.budget, each.resolution) for each in everything.resolved} == {("gone", "BUDGET_GONE")}


def test_an_alert_is_followed_by_its_own_threshold_although_others_are_watched_now() -> None:
    state = FakeStateStore()
    monitor(state, a_breach(actual=50), thresholds=[40])
    resolved = monitor(state, a_breach(actual=30)).alerts
    assert resolved is not None
    assert [str(each.threshold.amount) for each in resolved.resolved] == ["40.0"]


def test_the_same_threshold_written_otherwise_is_the_same_alert() -> None:
    state = FakeStateStore()
    monitor(state, a_breach(), thresholds=[80])
    again = monitor(state, a_breach(), thresholds=["80.00"]).alerts
    assert again is not None
    assert again.opened == []


def test_what_was_kept_before_the_table_failed_is_said_and_the_next_run_goes_on() -> None:
    class Failing(FakeStateStore):
        writes = 0

        def save_alert(self, change: AlertChange) -> bool:
            self.writes += 1
            if self.writes == 2:
                raise Throttled("slow down")
            return super().save_alert(change)

    state = Failing()
    result = monitor(state, a_breach())
    assert result.alerts is not None
    assert (len(result.alerts.opened), result.alerts.standing_out) == (1, None)
    assert [(each.part, each.code) for each in result.incomplete] == [("alerts", "THROTTLED")]
    assert len(result.crossings) == 1
    after = monitor(state, a_breach()).alerts
    assert after is not None
    assert (len(after.opened), after.standing_out, len(state.announced)) == (1, 2, 2)


@pytest.mark.parametrize("error", [AwsUnavailable("down"), StateUnavailable("no table")])
def test_without_the_agents_memory_monitoring_answers_and_says_what_is_missing(error: Any) -> None:
    result = monitor(FakeStateStore(failing={"alerts": error}), a_breach())
    assert [(each.part, each.code) for each in result.incomplete] == [("alerts", error.code)]
    assert len(result.crossings) == 1


def test_without_a_table_monitoring_answers_and_says_so() -> None:
    result = monitor(None, a_breach())
    assert result.alerts is None
    assert [each.code for each in result.incomplete] == ["STATE_UNAVAILABLE"]


def racing(state: FakeStateStore, meanwhile: Callable[[], object]) -> FakeStateStore:
    """A state table on which somebody else works before the first write of this one."""

    class Racing(FakeStateStore):
        is_first = True

        def save_alert(self, change: AlertChange) -> bool:
            if self.is_first:
                self.is_first = False
                meanwhile()
            return super().save_alert(change)

    return Racing(
        live_alerts=state.live_alerts, outbox=state.outbox, told=state.told, ended_alerts=state.ended_alerts
    )


def test_two_overlapping_runs_open_each_alert_once() -> None:
    shared = FakeStateStore()
    slow = racing(shared, lambda: monitor(shared, a_breach()))
    result = monitor(slow, a_breach()).alerts
    assert result is not None
    assert (result.opened, result.standing_out, len(shared.announced)) == ([], 2, 2)


def test_acknowledging_in_the_middle_of_a_run_is_not_lost() -> None:
    shared = a_store_with_alerts()
    later = NOW + timedelta(hours=8)
    slow = racing(shared, lambda: acknowledge(shared, budget_name="a-budget"))
    monitor(slow, a_breach(actual=97, now=later), now=later)
    kept = list(shared.live_alerts.values())
    assert {each.status for each in kept} == {AlertStatus.ACKNOWLEDGED}
    assert {each.value.amount for each in kept} == {97}


def test_an_alert_that_others_keep_changing_is_left_to_the_next_run() -> None:
    class Busy(FakeStateStore):
        def save_alert(self, change: AlertChange) -> bool:
            del change
            return False

    result = monitor(Busy(), a_breach())
    assert [each.code for each in result.incomplete] == [ResourceLocked.code]


def test_alerts_are_listed_the_gravest_first_with_their_counts() -> None:
    state = FakeStateStore()
    monitor(state, a_breach("low", actual=85), a_breach("over", actual=120))
    result = alerts(state)
    assert [each.budget for each in result.alerts] == ["over", "over", "over", "low"]
    assert result.by_status is not None
    assert (result.by_status["OPEN"], result.by_status["RESOLVED"]) == (4, 0)
    assert result.sentence.startswith("4 alerts stand out: 4 open. Gravest: Actual $120.00 of 'over' is past")


def test_alerts_are_listed_by_state_budget_and_page() -> None:
    state = a_store_with_alerts("a", "b")
    assert len(alerts(state, budget_name="b").alerts) == 2
    assert alerts(state, statuses=["RESOLVED"]).alerts == []
    first = alerts(state, page_size=3)
    rest = alerts(state, page_size=3, next_token=first.next_token)
    assert (len(first.alerts), len(rest.alerts), rest.next_token) == (3, 1, None)


def test_past_alerts_are_listed_by_page() -> None:
    state = a_store_with_alerts("a", "b")
    monitor(state, now=NEXT_MONTH)
    first = alerts(state, past=True, page_size=3)
    rest = alerts(state, past=True, page_size=3, next_token=first.next_token)
    assert (len(first.alerts), len(rest.alerts), rest.next_token) == (3, 1, None)
    assert {each.resolution for each in first.alerts} == {"PERIOD_ENDED"}
    assert len(alerts(state, past=True, until="2026-11-01").alerts) == 0


@pytest.mark.parametrize(
    ("parameters", "where"),
    [
        ({"since": "2026-10-01"}, "since"),
        ({"past": True, "since": "2026-10-02", "until": "2026-10-01"}, "until"),
        ({"statuses": []}, "statuses"),
    ],
)
def test_what_cannot_be_listed_is_refused(parameters: dict[str, Any], where: str) -> None:
    with pytest.raises(InvalidParameters) as refused:
        alerts(FakeStateStore(), **parameters)
    assert refused.value.details["problems"][0]["parameter"] == where


@pytest.mark.parametrize("act", [alerts, acknowledge])
def test_without_a_table_there_are_no_alerts_to_speak_of(act: Callable[..., Any]) -> None:
    with pytest.raises(StateUnavailable):
        act(None)


def test_one_alert_is_acknowledged_with_its_note() -> None:
    state = a_store_with_alerts()
    [first, second] = alerts(state).alerts
    result = acknowledge(state, alert_id=first.alert_id, reason="scaling test until Friday")
    assert [(each.status, each.note) for each in result.alerts] == [
        ("ACKNOWLEDGED", "scaling test until Friday")
    ]
    assert {each.alert_id: each.status for each in alerts(state).alerts} == {
        first.alert_id: "ACKNOWLEDGED",
        second.alert_id: "OPEN",
    }
    change = result.recorded_change()
    assert change.is_change


def test_acknowledging_the_same_again_changes_and_announces_nothing() -> None:
    state = a_store_with_alerts()
    acknowledge(state, budget_name="a-budget", reason="known")
    announced = len(state.announced)
    again = acknowledge(state, budget_name="a-budget", reason="known")
    assert (again.recorded_change().is_change, len(state.announced)) == (False, announced)


def test_all_alerts_of_a_budget_are_snoozed_until_a_moment() -> None:
    state = a_store_with_alerts()
    result = acknowledge(state, budget_name="a-budget", snooze_until="2026-10-21T08:00:00Z")
    assert {(each.status, str(each.snoozed_until)) for each in result.alerts} == {
        ("SNOOZED", "2026-10-21 08:00:00+00:00")
    }
    assert result.sentence == "2 alerts of 'a-budget' were snoozed until 2026-10-21 08:00 UTC."


def test_a_dry_run_shows_and_changes_nothing() -> None:
    state = a_store_with_alerts()
    before = dict(state.live_alerts)
    result = acknowledge(state, budget_name="a-budget", dry_run=True)
    assert {each.status for each in result.alerts} == {"ACKNOWLEDGED"}
    assert state.live_alerts == before


@pytest.mark.parametrize(
    ("parameters", "where"),
    [
        ({}, "alert_id"),
        ({"alert_id": "x", "budget_name": "a-budget"}, "alert_id"),
        ({"alert_id": "nothing-like-it"}, "alert_id"),
        ({"budget_name": "another"}, "budget_name"),
        ({"budget_name": "a-budget", "snooze_until": "2026-10-20T11:00:00Z"}, "snooze_until"),
        ({"budget_name": "a-budget", "snooze_until": "2026-12-20"}, "snooze_until"),
    ],
)
def test_what_cannot_be_acknowledged_is_refused(parameters: dict[str, Any], where: str) -> None:
    with pytest.raises(InvalidParameters) as refused:
        acknowledge(a_store_with_alerts(), **parameters)
    assert refused.value.details["problems"][0]["parameter"] == where


def test_an_alert_that_is_over_or_waits_is_not_acknowledged() -> None:
    state = FakeStateStore()
    monitor(state, replace(a_breach(actual=50), forecasted_spend=a_breach(actual=85).actual_spend))
    [waiting] = alerts(state, statuses=["WAITING"]).alerts
    with pytest.raises(InvalidParameters, match="waits for a second refresh"):
        acknowledge(state, alert_id=waiting.alert_id)
    state = a_store_with_alerts()
    [first, _] = alerts(state).alerts
    monitor(state, a_breach(limit=1000))
    with pytest.raises(InvalidParameters, match="is over already"):
        acknowledge(state, alert_id=first.alert_id)


def test_accounts_keep_their_alerts_apart() -> None:
    state = FakeStateStore()
    gateways = gateways_with([a_breach()], fake_budgets=FakeBudgets(), state=state)
    monitor_budgets.run({"notify": True, "account_id": "999999999999"}, gateways)
    assert alerts(state).alerts == []
    assert len(alerts(state, account_id="999999999999").alerts) == 2
    assert {each.account_id for each in state.announced} == {"999999999999"} != {ACCOUNT}


def test_what_is_opened_is_told_in_the_same_run_and_once() -> None:
    state, channel = FakeStateStore(), FakeChannel()
    gateways = gateways_with([a_breach()], state=state, channels=[channel])
    result = monitor_budgets.run({"notify": True}, gateways).model_dump()
    assert result["announced"] == {"sent": 2, "pending": [], "failed": []}
    again = monitor_budgets.run({"notify": True}, gateways).model_dump()
    assert again["announced"]["sent"] == 0
    assert len(channel.heard["one"]) == 2


def test_what_could_not_be_told_is_shown_and_told_at_the_next_run() -> None:
    state, channel = FakeStateStore(), FakeChannel(dead={"one": DOWN})
    gateways = gateways_with([a_breach()], state=state, channels=[channel])
    result = monitor_budgets.run({"notify": True}, gateways).model_dump()
    assert [each["channel"] for each in result["announced"]["pending"]] == ["websocket", "websocket"]
    assert [each["part"] for each in result["incomplete"]] == ["announcements by websocket"]
    channel.dead.clear()
    assert monitor_budgets.run({"notify": True}, gateways).model_dump()["announced"]["sent"] == 2


def test_who_looks_after_an_alert_is_told_at_once() -> None:
    state, channel = a_store_with_alerts(), FakeChannel()
    gateways = gateways_with([a_breach()], state=state, channels=[channel])
    name = alerts(state).alerts[0].budget
    rehearsed = acknowledge_alert.run({"budget_name": name, "dry_run": True}, gateways).model_dump()
    assert (rehearsed["announced"], channel.heard) == (None, {})
    result = acknowledge_alert.run({"budget_name": name}, gateways).model_dump()
    assert result["announced"]["sent"] == len(channel.heard["one"]) == 2
