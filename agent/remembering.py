"""What a question follows, and what is kept of it for the next: the sessions of the state table.

Lambda does not tell who invoked it directly, so those callers are one; what keeps their conversations apart is
that nobody can guess another's session id.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

from agent.invocation import Caller
from tools.domain.conversation import Gap, Question
from tools.domain.errors import BudgetAgentError, InvalidParameters, ResourceLocked, StateUnavailable
from tools.domain.sessions import Session, Turn, session_key
from tools.gateways import Gateways

SHORTEST_CHOSEN_ID = 16
_TRIES = 5
_OWN_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Remembered:
    """The session behind a question: its id, its turns that still count, and what could not be remembered."""

    id: str | None
    session: Session | None
    turns: tuple[Turn, ...] = ()
    gaps: tuple[Gap, ...] = ()


def remember(question: Question, caller: Caller, gateways: Gateways) -> Remembered:
    """The session that the question follows, or a new one.

    A table that does not answer is told as a gap, and nothing is remembered. Raises InvalidParameters for an id
    that others could guess.
    """
    given, state = question.session_id, gateways.state
    if given is not None and caller.principal is None:
        _refuse_guessable(given)
    if state is None:
        missing = StateUnavailable(
            "No state table is configured (BUDGET_STATE_TABLE): nothing is remembered."
        )
        return Remembered(None, None, gaps=() if given is None else (gap("session", missing),))
    session_id = given or uuid4().hex
    key = session_key(caller.source, caller.principal, session_id)
    if given is None:
        return Remembered(session_id, Session(key=key))
    try:
        session = state.session(gateways.identity.account_id, key) or Session(key=key)
    except BudgetAgentError as error:
        return Remembered(None, None, gaps=(gap("session", error),))
    return Remembered(session_id, session, session.remembered(gateways.clock.now()))


def keep(before: Remembered, turn: Turn, hours: float, gateways: Gateways) -> tuple[Gap, ...]:
    """Remember one more turn; what another question of the session has added meanwhile stays."""
    state, session = gateways.state, before.session
    if state is None or session is None:
        return ()
    account_id, now = gateways.identity.account_id, gateways.clock.now()
    until = now + timedelta(hours=hours)
    try:
        for _ in range(_TRIES):
            if state.save_session(account_id, session.with_turn(turn, now, until)):
                return ()
            session = state.session(account_id, session.key) or replace(session, version=0, turns=())
    except BudgetAgentError as error:
        return (gap("session", error),)
    busy = ResourceLocked("Too many questions of this session at once: this one is not remembered.")
    return (gap("session", busy),)


def gap(part: str, error: BudgetAgentError) -> Gap:
    """What an answer lacks because of an error."""
    return Gap(part=part, code=error.code, reason=error.message, retryable=error.retryable)


def _refuse_guessable(session_id: str) -> None:
    if not _OWN_ID.fullmatch(session_id) and len(session_id) < SHORTEST_CHOSEN_ID:
        raise InvalidParameters.because(
            "session_id",
            f"has {len(session_id)} characters, so others could guess it and read the conversation",
            "the session_id of an earlier answer, or one of your own with "
            f"{SHORTEST_CHOSEN_ID} characters or more, such as a UUID",
        )
