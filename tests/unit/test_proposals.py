"""A confirmed change: made once, whoever else holds its token, which returns only if nothing was begun."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agent.contract import ActionRequest, ErrorDetail, error_detail, internal_error
from agent.invocation import Caller
from agent.proposals import carry_out_confirmed, with_tokens
from tests.builders import ACCOUNT, NOW
from tests.fakes import FakeStateStore, gateways_with
from tools.domain.confirmations import Confirmation
from tools.domain.conversation import ProposedChange
from tools.domain.errors import ConfirmationRefused, StateUnavailable, Throttled

CALLER = Caller("http", "somebody")


class Overtaken(FakeStateStore):
    """Between reading a token and taking it, somebody else takes it."""

    def confirmation(self, account_id: str, key: str) -> Confirmation | None:
        found = super().confirmation(account_id, key)
        if found is not None and found.taken == 0:
            super().save_confirmation(account_id, found.take(found.request, found.caller, NOW))
        return found


def proposed(state: FakeStateStore) -> ActionRequest:
    change = ProposedChange(request={"action": "create_budget", "parameters": {"amount": 5}}, preview={})
    [given] = with_tokens([change], CALLER, gateways_with(state=state))
    return ActionRequest(**given.request)


def outcome_of(state: FakeStateStore, request: ActionRequest, work: Callable[[], Any]) -> Any:
    return carry_out_confirmed(request, CALLER, gateways_with(state=state), work)


def test_of_two_at_once_one_is_refused_before_it_does_anything() -> None:
    state, done = Overtaken(), []
    with pytest.raises(ConfirmationRefused) as caught:
        outcome_of(state, proposed(state), lambda: done.append(1))
    assert caught.value.details == {"reason": "USED"}
    assert done == []


def test_a_token_is_kept_as_a_hash_for_fifteen_minutes() -> None:
    state = FakeStateStore()
    request = proposed(state)
    [(account, key)] = state.confirmations
    assert account == ACCOUNT
    assert request.confirmation_token is not None
    assert request.confirmation_token not in key


@pytest.mark.parametrize(
    ("failure", "is_given_back"),
    [(error_detail(Throttled("Slowly.")), True), (internal_error(), False)],
    ids=["an error", "a defect"],
)
def test_a_token_is_given_back_unless_nobody_knows_how_far_the_change_came(
    failure: ErrorDetail, is_given_back: bool
) -> None:
    state = FakeStateStore()
    request = proposed(state)
    assert outcome_of(state, request, lambda: failure) is failure
    if is_given_back:
        assert outcome_of(state, request, lambda: "made") == "made"
    else:
        with pytest.raises(ConfirmationRefused):
            outcome_of(state, request, lambda: "made")


def test_without_a_table_nothing_is_confirmed() -> None:
    request = ActionRequest(action="create_budget", confirmation_token="x")
    with pytest.raises(StateUnavailable, match="Nothing was changed"):
        carry_out_confirmed(request, CALLER, gateways_with(), lambda: "made")
