"""What the state store promises of sessions and confirmation tokens: the fake and the table alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import ACCOUNT, NOW
from tests.contracts.test_state_store import MEMBER, table
from tests.embedded import items_of_state_table
from tests.fakes import FakeStateStore
from tools.domain.confirmations import Confirmation
from tools.domain.sessions import Session, Turn
from tools.domain.state_items import EXPIRY, PARTITION, SORT
from tools.ports.state import StateStore

LATER = NOW + timedelta(hours=8)


@pytest.fixture(params=["fake", "embedded AWS"])
def state(request: pytest.FixtureRequest) -> StateStore:
    return FakeStateStore() if request.param == "fake" else table()


def a_session(*turns: Turn, key: str = "k-1") -> Session:
    session = Session(key=key)
    for turn in turns or (Turn("What is over?", "Nothing. \x00 予算 \U0001f680"),):
        session = session.with_turn(turn, NOW, LATER)
    return session


def a_confirmation(key: str = "k-1", **parts: object) -> Confirmation:
    whole = Confirmation(key=key, request="r", caller="c", expires_at=NOW + timedelta(minutes=15))
    return replace(whole, **parts)  # type: ignore[arg-type]


def test_what_was_not_kept_is_not_there(state: StateStore) -> None:
    assert state.session(ACCOUNT, "k-1") is None
    assert state.confirmation(ACCOUNT, "k-1") is None


def test_a_session_comes_back_as_it_was_kept(state: StateStore) -> None:
    assert state.save_session(ACCOUNT, a_session())
    assert state.session(ACCOUNT, "k-1") == a_session()


def test_sessions_are_told_apart_by_key_and_account(state: StateStore) -> None:
    state.save_session(ACCOUNT, a_session())
    assert state.session(ACCOUNT, "k-2") is None
    assert state.session(MEMBER, "k-1") is None


def test_of_two_who_add_a_turn_at_the_same_time_one_is_told_to_look_again(state: StateStore) -> None:
    state.save_session(ACCOUNT, a_session())
    first = a_session().with_turn(Turn("a", "b"), NOW, LATER)
    second = a_session().with_turn(Turn("c", "d"), NOW, LATER)
    assert state.save_session(ACCOUNT, first)
    assert not state.save_session(ACCOUNT, second)
    assert state.session(ACCOUNT, "k-1") == first


def test_a_confirmation_comes_back_as_it_was_kept(state: StateStore) -> None:
    assert state.save_confirmation(ACCOUNT, a_confirmation())
    assert state.confirmation(ACCOUNT, "k-1") == a_confirmation()
    assert state.confirmation(MEMBER, "k-1") is None


def test_a_confirmation_is_taken_by_one_of_two(state: StateStore) -> None:
    state.save_confirmation(ACCOUNT, a_confirmation())
    taken = a_confirmation().take("r", "c", NOW)
    assert state.save_confirmation(ACCOUNT, taken)
    assert not state.save_confirmation(ACCOUNT, taken)
    assert state.confirmation(ACCOUNT, "k-1") == taken


def test_a_confirmation_that_was_given_back_can_be_taken_again(state: StateStore) -> None:
    state.save_confirmation(ACCOUNT, a_confirmation())
    taken = a_confirmation().take("r", "c", NOW)
    state.save_confirmation(ACCOUNT, taken)
    assert state.save_confirmation(ACCOUNT, taken.give_back())
    found = state.confirmation(ACCOUNT, "k-1")
    assert found is not None
    assert state.save_confirmation(ACCOUNT, found.take("r", "c", NOW))


def test_dynamodb_may_delete_a_session_when_it_is_over_and_a_token_a_day_later() -> None:
    state = table()
    state.save_session(ACCOUNT, a_session())
    state.save_confirmation(ACCOUNT, a_confirmation())
    expiries = {each[PARTITION]["S"]: each[EXPIRY] for each in items_of_state_table()}
    assert expiries == {
        f"{ACCOUNT}#sessions": {"N": str(int(LATER.timestamp()))},
        f"{ACCOUNT}#confirmations": {"N": str(int((NOW + timedelta(days=1, minutes=15)).timestamp()))},
    }


def test_the_table_holds_no_token() -> None:
    state = table()
    state.save_confirmation(ACCOUNT, a_confirmation(key="hash"))
    [item] = items_of_state_table()
    assert item[SORT] == {"S": "hash"}
    assert "token" not in str(item).lower()


def test_a_longest_session_stays_far_under_what_an_item_may_have() -> None:
    state, session = table(), Session(key="k-1")
    for _ in range(30):
        session = session.with_turn(Turn("\U0001f680" * 4_000, "\U0001f680" * 20_000), NOW, LATER)
    assert state.save_session(ACCOUNT, session)
    [item] = items_of_state_table()
    assert sum(len(str(each).encode()) for each in item.values()) < 300_000
