"""What every StateStore promises of alerts and announcements: the fake and the table on the embedded AWS alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from tests.builders import ACCOUNT, NOW, a_budget, usd
from tests.embedded import items_of_state_table
from tests.fakes import FakeStateStore
from tools.aws.state_store import DynamoDbStateStore
from tools.domain.action_records import ActionRecord, RecordChange
from tools.domain.alert_life import ended, handled, seen
from tools.domain.alerts import Alert, AlertChange, Resolution
from tools.domain.announcements import Announcement, AnnouncementType, Delivery, DeliveryState
from tools.domain.crossings import WatchedThreshold
from tools.domain.notifications import ComparisonOperator, NotificationType, Threshold
from tools.domain.sightings import sightings_of
from tools.domain.standing import standing_of
from tools.domain.state_items import EXPIRY
from tools.ports.state import StateStore

from .test_state_store import table

MEMBER = "999999999999"
SECOND = timedelta(seconds=1)


@pytest.fixture(params=["fake", "embedded AWS"])
def state(request: pytest.FixtureRequest) -> StateStore:
    return FakeStateStore() if request.param == "fake" else table()


def opened(budget: str = "a-budget", *, percent: int = 80, account_id: str = ACCOUNT) -> AlertChange:
    watched = WatchedThreshold(
        NotificationType.ACTUAL, ComparisonOperator.GREATER_THAN, Threshold(Decimal(percent))
    )
    [sighting] = sightings_of(standing_of(a_budget(budget, actual=150), NOW), [watched], account_id)
    change = seen(None, sighting, NOW)
    assert change is not None
    return change


def stored(state: StateStore, change: AlertChange) -> Alert:
    assert state.save_alert(change)
    assert change.after is not None
    return change.after


def over(alert: Alert, at: datetime = NOW) -> AlertChange:
    change = ended(alert, at, Resolution.PERIOD_ENDED)
    assert change is not None
    return change


def an_announcement(id: str = "a", *, account_id: str = ACCOUNT, at: datetime = NOW) -> Announcement:
    return Announcement(
        id=id,
        account_id=account_id,
        at=at,
        type=AnnouncementType.BUDGET_ACTION,
        event="reversed",
        budget_name="a-budget",
        data={"words": "ü", "amounts": [{"amount": "1.50", "unit": "USD"}]},
    )


def test_an_alert_is_read_back_whole_with_its_announcement(state: StateStore) -> None:
    change = opened()
    alert = stored(state, change)
    acknowledged = stored(state, handled(alert, NOW + SECOND, note="ü: known", until=NOW + 2 * SECOND))
    assert state.alerts(ACCOUNT) == [acknowledged]
    assert state.alert(alert.key) == acknowledged
    assert [each.event for each in state.pending_announcements(ACCOUNT)] == ["opened", "snoozed"]
    assert state.pending_announcements(ACCOUNT)[0] == change.announcement


def test_an_alert_opens_once(state: StateStore) -> None:
    assert state.save_alert(opened())
    assert not state.save_alert(opened())
    assert len(state.pending_announcements(ACCOUNT)) == 1


def test_a_step_from_an_alert_that_somebody_changed_is_not_written(state: StateStore) -> None:
    alert = stored(state, opened())
    changed = stored(state, handled(alert, NOW, note="first", until=None))
    assert not state.save_alert(handled(alert, NOW, note="second", until=None))
    assert not state.save_alert(over(alert))
    assert state.alerts(ACCOUNT) == [changed]
    assert len(state.pending_announcements(ACCOUNT)) == 2


def test_a_step_of_an_alert_that_is_gone_is_not_written(state: StateStore) -> None:
    alert = stored(state, opened())
    assert state.save_alert(AlertChange(before=alert, after=None))
    assert not state.save_alert(handled(alert, NOW, note=None, until=None))
    assert state.alerts(ACCOUNT) == []
    assert state.alert(alert.key) is None


def test_when_its_period_is_over_an_alert_is_among_the_past_ones(state: StateStore) -> None:
    change = over(stored(state, opened()))
    past = stored(state, change)
    assert state.alerts(ACCOUNT) == []
    assert state.past_alerts(ACCOUNT, most=10).alerts == [past]


def test_past_alerts_come_last_ended_first_by_page_time_and_budget(state: StateStore) -> None:
    ends = {"a": NOW, "b": NOW + SECOND, "c": NOW + 2 * SECOND}
    for name, at in ends.items():
        stored(state, over(stored(state, opened(name)), at))

    def names(**asked: object) -> list[str]:
        page = state.past_alerts(ACCOUNT, **{"most": 10, **asked})  # type: ignore[arg-type]
        return [each.key.budget_name for each in page.alerts]

    assert names() == ["c", "b", "a"]
    assert names(budget_name="b") == ["b"]
    assert names(since=NOW + SECOND) == ["c", "b"]
    assert names(until=NOW + SECOND) == ["a"]
    first = state.past_alerts(ACCOUNT, most=2)
    assert [each.key.budget_name for each in first.alerts] == ["c", "b"]
    assert names(before=first.last) == ["a"]
    assert state.past_alerts(ACCOUNT, most=3).last is None


def a_record(
    status: str = "EXECUTION_SUCCESS", *, version: int = 1, account_id: str = ACCOUNT
) -> ActionRecord:
    return ActionRecord(
        account_id=account_id,
        budget_name="a-budget",
        action_id="00000000-0000-0000-0000-000000000001",
        status=status,
        since=NOW,
        limit=usd("99.50"),
        failing="REVERSE_FAILURE",
        tries=2,
        reminded_at=NOW + SECOND,
        version=version,
    )


def test_a_record_of_a_budget_action_is_read_back_whole_with_what_is_told_of_it(state: StateStore) -> None:
    assert state.save_action_record(
        RecordChange(before=None, after=a_record(), announcement=an_announcement())
    )
    assert state.action_records(ACCOUNT) == [a_record()]
    assert state.pending_announcements(ACCOUNT) == [an_announcement()]
    assert state.action_records(MEMBER) == []


def test_a_record_that_somebody_changed_is_not_overwritten(state: StateStore) -> None:
    begun = RecordChange(before=None, after=a_record())
    assert state.save_action_record(begun)
    assert not state.save_action_record(begun)
    second = a_record("STANDBY", version=2)
    assert state.save_action_record(RecordChange(before=a_record(), after=second))
    late = RecordChange(
        before=a_record(), after=a_record("PENDING", version=2), announcement=an_announcement()
    )
    assert not state.save_action_record(late)
    assert not state.save_action_record(RecordChange(before=a_record(), after=None))
    assert (state.action_records(ACCOUNT), state.pending_announcements(ACCOUNT)) == ([second], [])
    assert state.save_action_record(RecordChange(before=second, after=None))
    assert state.action_records(ACCOUNT) == []


def test_accounts_see_nothing_of_each_other(state: StateStore) -> None:
    stored(state, opened(account_id=MEMBER))
    state.announce(an_announcement(account_id=MEMBER))
    assert state.alerts(ACCOUNT) == []
    assert state.pending_announcements(ACCOUNT) == []
    assert len(state.pending_announcements(MEMBER)) == 2


def test_the_same_is_announced_once_even_after_it_was_told(state: StateStore) -> None:
    assert state.announce(an_announcement())
    assert not state.announce(an_announcement(at=NOW + SECOND))
    claimed = state.claim_announcement(an_announcement(), NOW, NOW + SECOND)
    assert claimed is not None
    assert state.settle_announcement(claimed, NOW, is_done=True)
    assert state.pending_announcements(ACCOUNT) == []
    assert not state.announce(an_announcement())
    assert state.pending_announcements(ACCOUNT) == []


def test_one_run_at_a_time_has_an_announcement(state: StateStore) -> None:
    state.announce(an_announcement())
    claimed = state.claim_announcement(an_announcement(), NOW, NOW + SECOND)
    assert claimed is not None
    assert state.claim_announcement(an_announcement(), NOW, NOW + SECOND) is None
    [leased] = state.pending_announcements(ACCOUNT)
    assert leased == claimed
    assert state.claim_announcement(leased, NOW, NOW + 2 * SECOND) is None
    taken_over = state.claim_announcement(leased, NOW + SECOND, NOW + 2 * SECOND)
    assert taken_over is not None
    assert not state.settle_announcement(claimed, NOW + SECOND, is_done=True)
    assert state.settle_announcement(taken_over, NOW + SECOND, is_done=True)


def test_how_far_the_channels_have_got_is_kept(state: StateStore) -> None:
    state.announce(an_announcement())
    claimed = state.claim_announcement(an_announcement(), NOW, NOW + SECOND)
    assert claimed is not None
    partly = Delivery(attempts=2, remaining=("c-1", "c-2"), reached=3, last_error="THROTTLED")
    told = Delivery(state=DeliveryState.DELIVERED, attempts=1, reached=1)
    settled = claimed.with_delivery("WEBSOCKET", partly).with_delivery("SNS", told)
    assert state.settle_announcement(settled, NOW, is_done=False)
    [pending] = state.pending_announcements(ACCOUNT)
    assert pending == replace(settled, claimed_until=None, revision=claimed.revision + 1)
    assert pending.delivery_by("WEBSOCKET") == partly
    assert not pending.is_settled_for(["WEBSOCKET", "SNS"])


def test_pending_announcements_come_in_the_order_of_time(state: StateStore) -> None:
    for id, at in (("z", NOW), ("a", NOW + 2 * SECOND), ("m", NOW + SECOND)):
        state.announce(an_announcement(id, at=at))
    assert [each.id for each in state.pending_announcements(ACCOUNT)] == ["z", "m", "a"]


def test_alerts_and_announcements_are_read_on_all_pages(state: StateStore) -> None:
    """DynamoDB gives a megabyte at a time."""
    note = "n" * 20_000
    for percent in range(1, 81):
        alert = stored(state, opened(percent=percent))
        stored(state, handled(alert, NOW, note=note, until=None))
    assert len(state.alerts(ACCOUNT)) == 80
    assert len(state.pending_announcements(ACCOUNT)) == 160


def test_past_alerts_and_told_announcements_expire_and_present_ones_do_not() -> None:
    state: DynamoDbStateStore = table()
    stored(state, opened("present"))
    stored(state, over(stored(state, opened("past"))))
    told = state.pending_announcements(ACCOUNT)[0]
    claimed = state.claim_announcement(told, NOW, NOW + SECOND)
    assert claimed is not None
    assert state.settle_announcement(claimed, NOW, is_done=True)
    expiring = {item["pk"]["S"].partition("#")[2]: EXPIRY in item for item in items_of_state_table()}
    assert expiring == {"alerts": False, "past-alerts": True, "outbox": False, "told": True}
