"""What figures, a person and the end of a period make of an alert."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.builders import ACCOUNT, NOW, a_budget, usd
from tools.domain.alert_life import LONGEST_REFRESH, ended, handled, seen
from tools.domain.alerts import Alert, AlertChange, AlertSource, AlertStatus, Resolution, Sighting
from tools.domain.budget import HealthStatus
from tools.domain.budget_types import RI_UTILIZATION
from tools.domain.crossings import WatchedThreshold
from tools.domain.notifications import ComparisonOperator, NotificationType, Threshold
from tools.domain.sightings import sightings_of
from tools.domain.standing import standing_of

HOUR = timedelta(hours=1)
REFRESHED = datetime(2026, 10, 20, 8, tzinfo=UTC)


def a_sighting(
    actual: int = 90,
    *,
    forecasted: int | None = None,
    refreshed: datetime | None = REFRESHED,
    now: datetime = NOW,
    limit: int = 100,
) -> Sighting:
    """What 80 % of the limit looks like: of the forecast where there is one, else of the actual figure."""
    figure = NotificationType.ACTUAL if forecasted is None else NotificationType.FORECASTED
    watched = WatchedThreshold(figure, ComparisonOperator.GREATER_THAN, Threshold(Decimal(80)))
    budget = a_budget(
        limit=limit,
        actual=actual,
        forecasted=forecasted,
        last_updated=datetime(2026, 9, 1, tzinfo=UTC),
        health=HealthStatus(is_healthy=True, as_of=refreshed),
    )
    [sighting] = sightings_of(standing_of(budget, now), [watched], ACCOUNT)
    return sighting


def after(change: AlertChange | None) -> Alert:
    assert change is not None
    assert change.after is not None
    return change.after


def told(change: AlertChange | None) -> str | None:
    assert change is not None
    return None if change.announcement is None else change.announcement.event


def an_open_alert() -> Alert:
    return after(seen(None, a_sighting(), NOW))


def test_an_actual_figure_past_its_threshold_opens_an_alert_at_once() -> None:
    change = seen(None, a_sighting(90), NOW)
    assert (after(change).status, told(change)) == (AlertStatus.OPEN, "opened")


def test_a_figure_within_its_threshold_opens_nothing() -> None:
    assert seen(None, a_sighting(80), NOW) is None


def test_what_is_seen_again_is_not_announced_again() -> None:
    alert = an_open_alert()
    assert seen(alert, a_sighting(), NOW + HOUR) is None
    more = seen(alert, a_sighting(95, refreshed=REFRESHED + 8 * HOUR), NOW + 8 * HOUR)
    assert (after(more).value, told(more)) == (usd(95), None)


def test_it_resolves_when_the_figure_falls_back_and_opens_anew_as_another_occurrence() -> None:
    resolved = seen(an_open_alert(), a_sighting(90, limit=200), NOW + HOUR)
    assert (after(resolved).resolution, told(resolved)) == (Resolution.FELL_BACK, "resolved")
    again = seen(after(resolved), a_sighting(), NOW + 2 * HOUR)
    assert (after(again).occurrence, told(again)) == (2, "opened")


def test_each_opening_and_ending_is_announced_under_an_id_of_its_own() -> None:
    first = seen(None, a_sighting(), NOW)
    second = seen(after(first), a_sighting(10), NOW)
    third = seen(after(second), a_sighting(), NOW)
    ids = [each.announcement.id for each in (first, second, third) if each and each.announcement]
    assert len(set(ids)) == 3
    repeated = seen(None, a_sighting(), NOW)
    assert repeated is not None
    assert repeated.announcement is not None
    assert repeated.announcement.id == ids[0]


def test_a_forecast_waits_for_a_second_refresh() -> None:
    first = seen(None, a_sighting(50, forecasted=120), NOW)
    assert (after(first).status, told(first)) == (AlertStatus.WAITING, None)
    assert seen(after(first), a_sighting(50, forecasted=120), NOW + HOUR) is None
    second = seen(
        after(first), a_sighting(50, forecasted=110, refreshed=REFRESHED + 8 * HOUR), NOW + 8 * HOUR
    )
    assert (after(second).status, told(second)) == (AlertStatus.OPEN, "opened")


def test_a_forecast_that_dips_at_the_second_refresh_is_forgotten() -> None:
    first = seen(None, a_sighting(50, forecasted=120), NOW)
    dipped = seen(after(first), a_sighting(50, forecasted=70, refreshed=REFRESHED + 8 * HOUR), NOW + 8 * HOUR)
    assert dipped is not None
    assert (dipped.after, dipped.announcement) == (None, None)


def test_where_aws_does_not_tell_its_refreshes_other_figures_or_time_are_one() -> None:
    first = after(seen(None, a_sighting(50, forecasted=120, refreshed=None), NOW))
    unchanged = a_sighting(50, forecasted=120, refreshed=None)
    assert seen(first, unchanged, NOW + LONGEST_REFRESH - HOUR) is None
    assert told(seen(first, unchanged, NOW + LONGEST_REFRESH)) == "opened"
    assert told(seen(first, a_sighting(50, forecasted=121, refreshed=None), NOW + HOUR)) == "opened"


def test_a_forecast_that_has_happened_is_over_and_does_not_open() -> None:
    waiting = after(seen(None, a_sighting(50, forecasted=120), NOW))
    opened = after(seen(waiting, a_sighting(50, forecasted=120, refreshed=REFRESHED + HOUR), NOW + HOUR))
    happened = a_sighting(85, forecasted=120, refreshed=REFRESHED + 2 * HOUR)
    assert after(seen(opened, happened, NOW + 2 * HOUR)).resolution is Resolution.OVERTAKEN
    assert seen(None, happened, NOW) is None


def test_stale_figures_open_and_resolve_nothing_and_are_marked() -> None:
    later = NOW + timedelta(days=2)
    assert seen(None, a_sighting(90, now=later), later) is None
    marked = seen(an_open_alert(), a_sighting(10, now=later), later)
    assert (after(marked).is_stale, after(marked).status, told(marked)) == (True, AlertStatus.OPEN, None)
    fresh = a_sighting(90, now=later, refreshed=later - HOUR)
    assert not after(seen(after(marked), fresh, later)).is_stale


def test_figures_that_come_out_of_order_change_nothing() -> None:
    alert = after(seen(None, a_sighting(90, refreshed=REFRESHED), NOW))
    assert seen(alert, a_sighting(10, refreshed=REFRESHED - 8 * HOUR), NOW) is None


def test_the_same_breach_found_by_aws_is_the_same_alert() -> None:
    found = seen(an_open_alert(), a_sighting(), NOW, AlertSource.AWS_NOTIFICATION)
    assert after(found).sources == (AlertSource.MONITORING, AlertSource.AWS_NOTIFICATION)
    assert told(found) is None


def test_an_acknowledged_alert_is_silent_until_it_is_over() -> None:
    change = handled(an_open_alert(), NOW, note="known", until=None)
    assert (after(change).status, told(change)) == (AlertStatus.ACKNOWLEDGED, "acknowledged")
    assert told(seen(after(change), a_sighting(95, refreshed=NOW), NOW)) is None
    assert told(seen(after(change), a_sighting(10, refreshed=NOW), NOW)) == "resolved"


def test_a_snoozed_alert_speaks_once_when_its_time_is_over() -> None:
    snoozed = after(handled(an_open_alert(), NOW, note=None, until=NOW + HOUR))
    assert seen(snoozed, a_sighting(), NOW + HOUR / 2) is None
    woken = seen(snoozed, a_sighting(), NOW + HOUR)
    assert (after(woken).status, told(woken)) == (AlertStatus.OPEN, "snooze_ended")
    assert seen(after(woken), a_sighting(), NOW + 2 * HOUR) is None


@pytest.mark.parametrize("resolution", [Resolution.PERIOD_ENDED, Resolution.BUDGET_GONE])
def test_the_end_of_its_period_or_budget_resolves_it_once(resolution: Resolution) -> None:
    change = ended(an_open_alert(), NOW, resolution)
    assert (after(change).resolution, told(change)) == (resolution, "resolved")
    assert change is not None
    assert change.leaves is (resolution is Resolution.PERIOD_ENDED)
    assert ended(after(change), NOW, Resolution.BUDGET_GONE) is None


def test_an_alert_that_is_over_leaves_in_silence_when_its_period_ends() -> None:
    resolved = after(seen(an_open_alert(), a_sighting(10), NOW))
    change = ended(resolved, NOW, Resolution.PERIOD_ENDED)
    assert change is not None
    assert (change.after, change.announcement, change.leaves) == (resolved, None, True)


def test_a_waiting_forecast_is_forgotten_at_the_end() -> None:
    waiting = after(seen(None, a_sighting(50, forecasted=120), NOW))
    change = ended(waiting, NOW, Resolution.PERIOD_ENDED)
    assert change == AlertChange(before=waiting, after=None)


def test_every_step_has_a_version_of_its_own() -> None:
    alert = an_open_alert()
    assert alert.version == 1
    assert after(handled(alert, NOW, note=None, until=None)).version == 2


def test_the_zero_after_an_edit_says_nothing() -> None:
    edited = a_budget(
        actual=0, last_updated=REFRESHED + HOUR, health=HealthStatus(is_healthy=True, as_of=REFRESHED)
    )
    watched = WatchedThreshold(
        NotificationType.ACTUAL, ComparisonOperator.GREATER_THAN, Threshold(Decimal(80))
    )
    assert sightings_of(standing_of(edited, NOW), [watched], ACCOUNT) == []
    counted = replace(edited, health=HealthStatus(is_healthy=True, as_of=REFRESHED + 2 * HOUR))
    assert len(sightings_of(standing_of(counted, NOW), [watched], ACCOUNT)) == 1


def test_a_utilization_that_is_zeroed_by_an_edit_is_no_breach() -> None:
    edited = a_budget(
        type=RI_UTILIZATION,
        actual=0,
        last_updated=NOW - HOUR,
        health=HealthStatus(is_healthy=True),
        notifications=(),
    )
    watched = WatchedThreshold(NotificationType.ACTUAL, ComparisonOperator.LESS_THAN, Threshold(Decimal(80)))
    assert sightings_of(standing_of(edited, NOW), [watched], ACCOUNT) == []
    [a_day_later] = sightings_of(standing_of(edited, NOW + timedelta(days=1)), [watched], ACCOUNT)
    assert a_day_later.is_past
