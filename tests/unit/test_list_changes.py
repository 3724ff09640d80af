"""list_changes: which changes it shows, in what order, and how pages continue."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.builders import ACCOUNT, NOW
from tests.fakes import FakeStateStore, gateways_with
from tools.actions.list_changes import ListChangesResult, list_changes
from tools.domain.audit import AuditEntry, Outcome
from tools.domain.errors import InvalidParameters, StateUnavailable


def a_store(count: int = 3, *, after: dict[str, Any] | None = None) -> FakeStateStore:
    state = FakeStateStore()
    for number in range(count):
        state.begin_change(
            AuditEntry(
                id=str(number),
                account_id=ACCOUNT,
                at=NOW + timedelta(hours=number),
                action="create_budget",
                budget_name=f"b-{number}",
                reason=None,
                outcome=Outcome.CHANGED,
                after=after,
            )
        )
    return state


def run(state: FakeStateStore | None, **parameters: Any) -> ListChangesResult:
    result = list_changes.run(parameters, gateways_with(state=state))
    assert isinstance(result, ListChangesResult)
    return result


def names(result: ListChangesResult) -> list[str | None]:
    return [each.budget_name for each in result.changes]


def test_the_newest_comes_first_and_the_last_page_has_no_token() -> None:
    result = run(a_store())
    assert names(result) == ["b-2", "b-1", "b-0"]
    assert result.next_token is None


def test_a_token_continues_where_the_page_before_ended() -> None:
    state = a_store()
    first = run(state, page_size=2)
    second = run(state, page_size=2, next_token=first.next_token)
    assert names(first) + names(second) == ["b-2", "b-1", "b-0"]
    assert second.next_token is None


def test_a_change_in_between_does_not_shift_the_next_page() -> None:
    state = a_store()
    token = run(state, page_size=1).next_token
    later = NOW + timedelta(days=1)
    state.begin_change(
        AuditEntry(id="9", account_id=ACCOUNT, at=later, action="a", budget_name="late", reason=None)
    )
    assert names(run(state, next_token=token)) == ["b-1", "b-0"]


def test_a_token_of_another_question_is_refused() -> None:
    state = a_store()
    token = run(state, page_size=1).next_token
    with pytest.raises(InvalidParameters, match="next_token"):
        run(state, next_token=token, budget_name="b-1")


def test_a_page_is_cut_where_a_reply_would_be_too_large_and_continues() -> None:
    state = a_store(5, after={"text": "x" * 2_000_000})
    result = run(state)
    assert names(result) == ["b-4", "b-3"]
    assert names(run(state, next_token=result.next_token)) == ["b-2", "b-1"]


def test_an_empty_span_is_refused() -> None:
    with pytest.raises(InvalidParameters, match="until"):
        run(a_store(), since="2026-10-20T12:00:00Z", until="2026-10-20T12:00:00Z")


def test_without_a_table_it_says_what_to_configure() -> None:
    with pytest.raises(StateUnavailable, match="BUDGET_STATE_TABLE"):
        run(None)
