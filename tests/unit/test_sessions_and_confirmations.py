"""Sessions and confirmation tokens: what counts, for whom and how long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.builders import NOW
from tools.domain.confirmations import Confirmation, caller_mark, request_mark
from tools.domain.errors import ConfirmationRefused
from tools.domain.sessions import MOST_CHARACTERS, MOST_TURNS, Session, Turn, session_key

LATER = NOW + timedelta(hours=8)
REQUEST = request_mark("create_budget", {"budget_name": "a", "limit": "5"})
CALLER = caller_mark("direct", None)


def a_token(**parts: object) -> Confirmation:
    given = {"key": "k", "request": REQUEST, "caller": CALLER, "expires_at": NOW + timedelta(minutes=15)}
    return Confirmation(**{**given, **parts})  # type: ignore[arg-type]


def reason_of(token: Confirmation, *, request: str = REQUEST, caller: str = CALLER, after: int = 0) -> str:
    with pytest.raises(ConfirmationRefused) as caught:
        token.take(request, caller, NOW + timedelta(minutes=after))
    assert caught.value.message.endswith((".", "again."))
    return str(caught.value.details["reason"])


def test_a_session_remembers_its_turns_in_their_order_until_it_is_over() -> None:
    session = Session(key="k").with_turn(Turn("1", "one"), NOW, LATER).with_turn(Turn("2", "two"), NOW, LATER)
    assert [each.question for each in session.remembered(NOW)] == ["1", "2"]
    assert session.remembered(LATER) == ()
    assert session.version == 2


def test_a_session_that_is_over_begins_anew_above_its_old_version() -> None:
    session = Session(key="k").with_turn(Turn("1", "one"), NOW, LATER)
    again = session.with_turn(Turn("2", "two"), LATER, LATER + timedelta(hours=8))
    assert [each.question for each in again.turns] == ["2"]
    assert again.version == 2


def test_a_session_forgets_its_oldest_turns_first() -> None:
    session = Session(key="k")
    for number in range(MOST_TURNS + 5):
        session = session.with_turn(Turn(str(number), ""), NOW, LATER)
    assert [each.question for each in session.turns] == [str(number) for number in range(5, MOST_TURNS + 5)]


def test_a_session_keeps_its_last_turn_however_long() -> None:
    session = Session(key="k").with_turn(Turn("1", "x"), NOW, LATER)
    session = session.with_turn(Turn("2", "x" * MOST_CHARACTERS), NOW, LATER)
    assert [each.question for each in session.turns] == ["2"]


@pytest.mark.parametrize("other", [("http", None, "s"), ("direct", "someone", "s"), ("direct", None, "t")])
def test_no_other_caller_comes_to_the_same_session(other: tuple[str, str | None, str]) -> None:
    assert session_key(*other) != session_key("direct", None, "s")


def test_callers_cannot_be_made_equal_by_shifting_letters_between_their_parts() -> None:
    assert session_key("a", "b", "c") != session_key("a", "bc", "")
    assert caller_mark("a", 'b", "c') != caller_mark('a", "b', "c")


def test_a_token_is_taken_once() -> None:
    taken = a_token().take(REQUEST, CALLER, NOW)
    assert reason_of(taken) == "USED"


def test_a_token_that_was_given_back_can_be_taken_again() -> None:
    taken = a_token().take(REQUEST, CALLER, NOW)
    assert taken.give_back().take(REQUEST, CALLER, NOW).taken == 3


def test_a_token_is_over_after_its_time() -> None:
    assert reason_of(a_token(), after=15) == "EXPIRED"


@pytest.mark.parametrize(
    "other",
    [
        request_mark("create_budget", {"budget_name": "a", "limit": "50"}),
        request_mark("create_budget", {"budget_name": "a", "limit": 5}),
        request_mark("create_budget", {"budget_name": "a"}),
        request_mark("create_budget", {"budget_name": "a", "limit": "5", "tags": {}}),
        request_mark("update_budget", {"budget_name": "a", "limit": "5"}),
    ],
)
def test_a_token_holds_for_exactly_its_request(other: str) -> None:
    assert reason_of(a_token(), request=other) == "OTHER_REQUEST"


def test_the_order_of_members_makes_no_other_request() -> None:
    assert request_mark("create_budget", {"limit": "5", "budget_name": "a"}) == REQUEST


def test_another_callers_token_looks_like_none() -> None:
    other = caller_mark("direct", "someone")
    assert reason_of(a_token(), caller=other) == "UNKNOWN"
    assert reason_of(a_token().take(REQUEST, CALLER, NOW), caller=other, after=60) == "UNKNOWN"
