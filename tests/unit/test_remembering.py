"""Sessions of questions that come at once, and of a table that does not answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from agent.invocation import Caller
from agent.remembering import keep, remember
from tests.builders import ACCOUNT, NOW
from tests.fakes import FakeStateStore, gateways_with
from tools.domain.conversation import Question
from tools.domain.errors import AwsUnavailable, InvalidParameters
from tools.domain.sessions import Session, Turn

SOMEBODY = Caller("http", "somebody")
QUESTION = Question(text="What is over?", session_id="team-a")


@dataclass
class AlwaysOvertaken(FakeStateStore):
    """A table in which somebody else is always faster."""

    tries: list[Session] = field(default_factory=list)

    def save_session(self, account_id: str, session: Session) -> bool:
        self.tries.append(session)
        return False


def test_two_questions_at_once_are_both_remembered() -> None:
    gateways = gateways_with(state=(state := FakeStateStore()))
    first, second = (remember(QUESTION, SOMEBODY, gateways) for _ in range(2))
    assert keep(first, Turn("a", "1"), 8, gateways) == ()
    assert keep(second, Turn("b", "2"), 8, gateways) == ()
    [session] = state.sessions.values()
    assert [each.question for each in session.turns] == ["a", "b"]
    assert session.expires_at == NOW + timedelta(hours=8)


def test_somebody_who_is_always_faster_is_given_way_to() -> None:
    gateways = gateways_with(state=(state := AlwaysOvertaken()))
    [gap] = keep(remember(QUESTION, SOMEBODY, gateways), Turn("a", "1"), 8, gateways)
    assert (gap.part, gap.code, gap.retryable) == ("session", "RESOURCE_LOCKED", True)
    assert len(state.tries) == 5


@pytest.mark.parametrize("method", ["session", "save_session"])
def test_a_table_that_does_not_answer_is_told_and_stops_no_answer(method: str) -> None:
    state = FakeStateStore(failing={method: AwsUnavailable("The table does not answer.")})
    gateways = gateways_with(state=state)
    before = remember(QUESTION, SOMEBODY, gateways)
    gaps = (*before.gaps, *keep(before, Turn("a", "1"), 8, gateways))
    assert [(each.part, each.code) for each in gaps] == [("session", "AWS_UNAVAILABLE")]


def test_callers_who_are_told_apart_may_choose_short_ids() -> None:
    gateways = gateways_with(state=FakeStateStore())
    assert remember(QUESTION, SOMEBODY, gateways).id == "team-a"
    with pytest.raises(InvalidParameters, match="guess"):
        remember(QUESTION, Caller("alb", None), gateways)
    assert gateways.identity.account_id == ACCOUNT
