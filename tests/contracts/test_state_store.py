"""What every StateStore promises: the fake of the unit tests and the table on the embedded AWS alike."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.builders import ACCOUNT, NOW
from tests.embedded import STATE_TABLE, begin, clients, items_of_state_table, make_state_table
from tests.fakes import FakeStateStore
from tools.aws.state_store import DynamoDbStateStore
from tools.aws.state_table import StateTable
from tools.domain.audit import LARGEST_PART_BYTES, AuditEntry, Outcome, Requester, kept
from tools.domain.errors import StateUnavailable
from tools.domain.kept_rules import KeptRules
from tools.domain.state_items import EXPIRY, PARTITION, SORT, audit_entry_from, audit_item
from tools.ports.state import StateStore

MEMBER = "999999999999"


@pytest.fixture(params=["fake", "embedded AWS"])
def state(request: pytest.FixtureRequest) -> StateStore:
    if request.param == "fake":
        return FakeStateStore()
    return table()


def table() -> DynamoDbStateStore:
    begin("empty")
    make_state_table()
    return DynamoDbStateStore(StateTable(clients().dynamodb, STATE_TABLE))


def an_entry(
    id: str = "a", *, at: datetime = NOW, budget: str | None = "a-budget", account_id: str = ACCOUNT
) -> AuditEntry:
    return AuditEntry(
        id=id, account_id=account_id, at=at, action="create_budget", budget_name=budget, reason=None
    )


def ids(state: StateStore, **asked: object) -> list[str]:
    page = state.changes(ACCOUNT, **{"most": 100, **asked})  # type: ignore[arg-type]
    return [each.id for each in page.entries]


def test_a_change_that_was_begun_is_read_back_whole(state: StateStore) -> None:
    requester = Requester(
        invocation_id="i",
        function_arn="arn",
        cognito_identity_id="c",
        request_id="r",
        source="http_api",
        principal="iam:arn",
    )
    entry = replace(an_entry(), reason="because ü", requester=requester, at=NOW + timedelta(microseconds=7))
    state.begin_change(entry)
    assert state.changes(ACCOUNT, most=10).entries == [entry]


def test_entries_with_and_without_a_caller_are_read_by_what_came_before_and_after() -> None:
    requester = Requester(invocation_id="i", request_id="r", source="http_api", principal="iam:arn")
    item = audit_item(replace(an_entry(), requester=requester))
    assert audit_entry_from(item).requester == requester
    older = {name: value for name, value in item.items() if name != "caller"}
    assert audit_entry_from(older).requester == Requester(invocation_id="i", request_id="r")
    assert set(json.loads(str(item["requester"]))) == {
        "invocation_id",
        "function_arn",
        "cognito_identity_id",
        "request_id",
    }


def test_a_change_is_finished_with_its_outcome_before_and_after(state: StateStore) -> None:
    state.begin_change(an_entry())
    finished = replace(
        an_entry(),
        outcome=Outcome.CHANGED,
        finished_at=NOW + timedelta(seconds=1),
        before={"limit": "10"},
        after={"limit": {"amount": "20", "unit": "USD"}, "tags": ["ä"]},
    )
    state.finish_change(finished)
    assert state.changes(ACCOUNT, most=10).entries == [finished]


def test_a_failure_keeps_its_error(state: StateStore) -> None:
    state.begin_change(an_entry())
    failed = replace(an_entry(), outcome=Outcome.FAILED, finished_at=NOW, error={"code": "THROTTLED"})
    state.finish_change(failed)
    assert state.changes(ACCOUNT, most=10).entries == [failed]


def test_what_is_finished_stays_as_it_is(state: StateStore) -> None:
    state.begin_change(an_entry())
    done = replace(an_entry(), outcome=Outcome.CHANGED, finished_at=NOW)
    state.finish_change(done)
    state.finish_change(replace(done, outcome=Outcome.FAILED))
    state.begin_change(an_entry())
    assert state.changes(ACCOUNT, most=10).entries == [done]


def test_a_change_is_found_by_its_position_and_no_other_accounts_is(state: StateStore) -> None:
    entry = replace(an_entry(), outcome=Outcome.CHANGED, undo={"before": {"limit": "10"}, "after": None})
    state.begin_change(an_entry())
    state.finish_change(entry)
    state.begin_change(an_entry("b"))
    assert state.change(ACCOUNT, entry.position) == entry
    assert state.change(MEMBER, entry.position) is None
    assert state.change(ACCOUNT, "2026-10-20T12:00:00.000000Z#c") is None


def test_a_change_that_was_not_begun_cannot_be_finished(state: StateStore) -> None:
    with pytest.raises(StateUnavailable):
        state.finish_change(replace(an_entry(), outcome=Outcome.CHANGED))
    assert ids(state) == []


def test_changes_come_newest_first_and_two_of_one_moment_are_both_there(state: StateStore) -> None:
    for id, minutes in (("b", 1), ("a", 0), ("c", 1)):
        state.begin_change(an_entry(id, at=NOW + timedelta(minutes=minutes)))
    assert ids(state) == ["c", "b", "a"]


def test_accounts_never_see_each_others_changes(state: StateStore) -> None:
    state.begin_change(an_entry("ours"))
    state.begin_change(an_entry("theirs", account_id=MEMBER))
    assert ids(state) == ["ours"]
    assert [each.id for each in state.changes(MEMBER, most=10).entries] == ["theirs"]


def test_since_includes_its_moment_and_until_does_not(state: StateStore) -> None:
    for hour in range(4):
        state.begin_change(an_entry(str(hour), at=NOW + timedelta(hours=hour)))
    assert ids(state, since=NOW + timedelta(hours=1), until=NOW + timedelta(hours=3)) == ["2", "1"]
    assert ids(state, since=NOW + timedelta(hours=3), until=NOW) == []


def test_the_changes_of_one_budget_are_found_among_those_of_others(state: StateStore) -> None:
    for number in range(12):
        name = "rare" if number % 5 == 0 else None if number % 2 else "frequent"
        state.begin_change(an_entry(f"{number:02}", at=NOW + timedelta(hours=number), budget=name))
    assert ids(state, budget_name="rare") == ["10", "05", "00"]
    assert ids(state, budget_name="rare", most=2) == ["10", "05"]


def test_pages_are_complete_and_end(state: StateStore) -> None:
    for number in range(7):
        state.begin_change(an_entry(str(number), at=NOW + timedelta(hours=number)))
    seen: list[str] = []
    last: str | None = None
    for _ in range(3):
        page = state.changes(ACCOUNT, most=3, before=last)
        seen += [each.id for each in page.entries]
        last = page.last
    assert seen == ["6", "5", "4", "3", "2", "1", "0"]
    assert last is None


def test_a_last_page_that_is_full_has_none_after_it(state: StateStore) -> None:
    for number in range(3):
        state.begin_change(an_entry(str(number), at=NOW + timedelta(hours=number)))
    assert state.changes(ACCOUNT, most=3).last is None


def test_changes_beyond_one_page_of_dynamodb_are_all_found(state: StateStore) -> None:
    heavy = kept({"text": "x" * (LARGEST_PART_BYTES - 100)})
    for number in range(25):
        entry = an_entry(f"{number:02}", at=NOW + timedelta(hours=number))
        state.begin_change(entry)
        state.finish_change(replace(entry, outcome=Outcome.CHANGED, before=heavy, after=heavy))
    assert ids(state) == [f"{number:02}" for number in reversed(range(25))]


def test_an_audit_entry_does_not_expire_and_is_keyed_as_documented() -> None:
    table().begin_change(an_entry())
    [item] = items_of_state_table()
    assert item[PARTITION] == {"S": f"{ACCOUNT}#changes"}
    assert item[SORT] == {"S": "2026-10-20T12:00:00.000000Z#a"}
    assert EXPIRY not in item


def test_a_table_that_does_not_exist_is_said_by_name() -> None:
    begin("empty")
    nowhere = DynamoDbStateStore(StateTable(clients().dynamodb, "no-such-table"))
    for attempt in (
        lambda: nowhere.begin_change(an_entry()),
        lambda: nowhere.finish_change(an_entry()),
        lambda: nowhere.changes(ACCOUNT, most=1),
    ):
        with pytest.raises(StateUnavailable, match="'no-such-table' does not exist"):
            attempt()


@pytest.mark.parametrize("size", [10, LARGEST_PART_BYTES])
def test_a_part_that_is_too_large_is_kept_as_its_size(size: int) -> None:
    part = {"text": "ü" * size}
    assert kept(part) == (part if size == 10 else {"left_out_bytes": 2 * size + 12})


def test_an_entry_of_the_largest_parts_is_far_under_dynamodbs_400_kb() -> None:
    assert 4 * LARGEST_PART_BYTES + 20_000 < 400_000 * 0.7


def test_the_last_good_rules_are_kept_by_source_and_only_newer_ones_replace_them(state: StateStore) -> None:
    assert state.kept_rules(ACCOUNT, "ssm:/rules") is None
    first = KeptRules("ssm:/rules", "version: über", NOW)
    state.keep_rules(ACCOUNT, first)
    state.keep_rules(ACCOUNT, KeptRules("s3://bucket/rules", "version: other", NOW))
    state.keep_rules(ACCOUNT, KeptRules("ssm:/rules", "version: older", NOW - timedelta(seconds=1)))
    assert state.kept_rules(ACCOUNT, "ssm:/rules") == first
    newer = KeptRules("ssm:/rules", "version: newer", NOW + timedelta(seconds=1))
    state.keep_rules(ACCOUNT, newer)
    assert state.kept_rules(ACCOUNT, "ssm:/rules") == newer
    assert state.kept_rules(MEMBER, "ssm:/rules") is None
