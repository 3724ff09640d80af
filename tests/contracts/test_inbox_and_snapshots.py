"""What the state store promises of received messages and snapshots: the fake and the table alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.builders import ACCOUNT, NOW, a_budget, usd
from tests.contracts.test_state_store import MEMBER, table
from tests.embedded import STATE_TABLE, clients, items_of_state_table
from tests.fakes import FakeStateStore
from tools.aws.state_table import item_to
from tools.domain.alert_life import seen
from tools.domain.crossings import usual_thresholds
from tools.domain.inbox import LONGEST_TEXT, MessageOutcome, ReceivedMessage
from tools.domain.money import Spend
from tools.domain.periods import BudgetPeriod
from tools.domain.sightings import sightings_of
from tools.domain.snapshot_items import snapshot_items
from tools.domain.snapshots import Snapshot
from tools.domain.standing import standing_of
from tools.domain.state_items import EXPIRY, PARTITION, SORT
from tools.domain.status import BudgetStatus
from tools.ports.state import StateStore

OCTOBER = BudgetPeriod(
    datetime.fromisoformat("2026-10-01T00:00:00Z"), datetime.fromisoformat("2026-11-01T00:00:00Z")
)


@pytest.fixture(params=["fake", "embedded AWS"])
def state(request: pytest.FixtureRequest) -> StateStore:
    return FakeStateStore() if request.param == "fake" else table()


def a_message(id: str = "m-1", **parts: object) -> ReceivedMessage:
    whole = ReceivedMessage(
        account_id=ACCOUNT,
        message_id=id,
        received_at=NOW,
        outcome=MessageOutcome.PAST_THRESHOLD,
        sent_at=NOW - timedelta(seconds=1),
        topic_arn="arn:aws:sns:us-east-1:123456789012:alerts",
        subject="AWS Budgets: ü",
        budget_name="ü",
        understood={"threshold": {"amount": "80.00", "unit": "USD"}},
    )
    return replace(whole, **parts)  # type: ignore[arg-type]


def a_snapshot(name: str = "a-budget", *, at: datetime = NOW, **parts: object) -> Snapshot:
    whole = Snapshot(
        account_id=ACCOUNT,
        budget_name=name,
        taken_at=at,
        refreshed=at - timedelta(hours=1),
        period=OCTOBER,
        limit=usd(100),
        actual=usd("50.123456789"),
        forecasted=Spend(Decimal("1E+2"), "USD"),
        status=BudgetStatus.ON_TRACK,
    )
    return replace(whole, **parts)  # type: ignore[arg-type]


def days_of(state: StateStore, name: str = "a-budget", account_id: str = ACCOUNT) -> list[Snapshot]:
    return state.snapshots(account_id, name, date(2000, 1, 1), date(2100, 1, 1))


def test_a_message_that_was_not_received_is_not_there(state: StateStore) -> None:
    assert state.received(ACCOUNT, "m-1") is None


@pytest.mark.parametrize(
    "message",
    [
        a_message(),
        a_message(
            outcome=MessageOutcome.NOT_UNDERSTOOD,
            reasons=("it is not a text of AWS Budgets",),
            sent_at=None,
            topic_arn=None,
            subject=None,
            budget_name=None,
            understood=None,
            text="\x00 <script> 予算 \U0001f680",
        ),
    ],
)
def test_a_message_is_read_back_whole(state: StateStore, message: ReceivedMessage) -> None:
    assert state.keep_received(message)
    assert state.received(ACCOUNT, "m-1") == message


def test_a_message_is_kept_once_and_stays_as_it_is(state: StateStore) -> None:
    assert state.keep_received(a_message())
    assert not state.keep_received(a_message(outcome=MessageOutcome.IMPOSSIBLE))
    assert state.received(ACCOUNT, "m-1") == a_message()


def test_accounts_never_see_each_others_messages_and_snapshots(state: StateStore) -> None:
    state.keep_received(a_message(account_id=MEMBER))
    state.keep_snapshot(a_snapshot(account_id=MEMBER))
    assert state.received(ACCOUNT, "m-1") is None
    assert days_of(state) == []
    assert state.latest_snapshots(ACCOUNT) == {}
    assert state.keep_received(a_message())
    assert days_of(state, account_id=MEMBER) == [a_snapshot(account_id=MEMBER)]


@pytest.mark.parametrize("name", ["a-budget", "予算", "\t", "a#2026-10-19", "~~~", "n" * 100])
def test_a_snapshot_is_read_back_whole_whatever_the_budgets_name(state: StateStore, name: str) -> None:
    assert state.keep_snapshot(a_snapshot(name))
    assert days_of(state, name) == [a_snapshot(name)]
    assert state.latest_snapshots(ACCOUNT) == {name: a_snapshot(name)}


def test_what_is_unknown_stays_unknown(state: StateStore) -> None:
    bare = a_snapshot(refreshed=None, limit=None, forecasted=None, status=None)
    state.keep_snapshot(bare)
    assert days_of(state) == [bare]


def test_newer_figures_of_a_day_replace_older_ones_and_never_the_other_way(state: StateStore) -> None:
    older, newer = a_snapshot(), a_snapshot(at=NOW + timedelta(hours=8), actual=usd(60))
    assert state.keep_snapshot(older)
    assert state.keep_snapshot(newer)
    assert not state.keep_snapshot(older)
    assert not state.keep_snapshot(newer)
    assert days_of(state) == [newer]
    assert state.latest_snapshots(ACCOUNT) == {"a-budget": newer}


def test_of_two_looks_at_the_same_refresh_the_later_counts(state: StateStore) -> None:
    first = a_snapshot()
    second = a_snapshot(taken_at=NOW + timedelta(minutes=1), limit=usd(200))
    state.keep_snapshot(second)
    assert not state.keep_snapshot(first)
    assert days_of(state) == [second]


def test_days_come_oldest_first_within_their_bounds_and_one_after_midnight_is_another(
    state: StateStore,
) -> None:
    for hours in (24, 0, -24, 11, 12):
        state.keep_snapshot(a_snapshot(at=NOW + timedelta(hours=hours)))
    whole = [each.day.isoformat() for each in days_of(state)]
    assert whole == ["2026-10-19", "2026-10-20", "2026-10-21"]
    found = state.snapshots(ACCOUNT, "a-budget", date(2026, 10, 20), date(2026, 10, 21))
    assert [each.taken_at for each in found] == [NOW + timedelta(hours=11)]
    assert state.snapshots(ACCOUNT, "a-budget", date(2026, 10, 20), date(2026, 10, 20)) == []


def test_a_late_snapshot_of_an_earlier_day_is_kept_and_is_not_the_latest(state: StateStore) -> None:
    today, yesterday = a_snapshot(), a_snapshot(at=NOW - timedelta(days=1))
    state.keep_snapshot(today)
    assert state.keep_snapshot(yesterday)
    assert days_of(state) == [yesterday, today]
    assert state.latest_snapshots(ACCOUNT) == {"a-budget": today}


def test_the_latest_of_more_budgets_than_a_page_of_dynamodb_holds_are_all_found() -> None:
    store, names = table(), [f"{number:02}" for number in range(25)]
    for name in names:
        _, latest = snapshot_items(a_snapshot(name), timedelta(days=1))
        clients().dynamodb().put_item(
            TableName=STATE_TABLE, Item=item_to({**latest, "filler": "x" * 100_000})
        )
    assert sorted(store.latest_snapshots(ACCOUNT)) == names


@pytest.mark.parametrize("name", ["予算", "\t"])
def test_alerts_are_found_whatever_the_first_character_of_the_budgets_name(name: str) -> None:
    store, standing = table(), standing_of(a_budget(name, actual=90), NOW)
    [sighting] = sightings_of(standing, usual_thresholds(standing, [Decimal(80)])[:1], ACCOUNT)
    change = seen(None, sighting, NOW)
    assert change is not None
    assert store.save_alert(change)
    assert [each.key.budget_name for each in store.alerts(ACCOUNT)] == [name]


def test_items_are_keyed_and_expire_as_documented() -> None:
    store = table()
    store.keep_received(a_message())
    store.keep_snapshot(a_snapshot())
    found = {
        (item[PARTITION]["S"], item[SORT]["S"]): int(item[EXPIRY]["N"]) for item in items_of_state_table()
    }
    assert found == {
        (f"{ACCOUNT}#inbox", "m-1"): int((NOW + timedelta(days=90)).timestamp()),
        (f"{ACCOUNT}#snapshots#a-budget", "2026-10-20"): int((NOW + timedelta(days=1155)).timestamp()),
        (f"{ACCOUNT}#latest-snapshots", "a-budget"): int((NOW + timedelta(days=1155)).timestamp()),
    }


def test_a_refused_text_of_the_largest_size_is_far_under_dynamodbs_400_kb() -> None:
    # A control character has six as JSON.
    assert LONGEST_TEXT * 6 < 40_000
