"""Changes that a conversation proposes: a confirmation token for each, and what happens when one comes back."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from agent.contract import ActionRequest, ErrorDetail
from agent.invocation import Caller
from agent.observability import logger
from tools.domain.confirmations import (
    HOLDS,
    Confirmation,
    already_taken,
    caller_mark,
    request_mark,
    token_key,
    unknown_token,
)
from tools.domain.conversation import ProposedChange
from tools.domain.errors import BudgetAgentError, InternalError, StateUnavailable
from tools.gateways import Gateways

Outcome = TypeVar("Outcome")


def with_tokens(
    proposals: Sequence[ProposedChange], caller: Caller, gateways: Gateways
) -> tuple[ProposedChange, ...]:
    """The proposals, each with a token that holds for exactly its request, for this caller, once.

    Raises StateUnavailable without a state table, and its errors.
    """
    if gateways.state is None:
        raise _no_table()
    now = gateways.clock.now()
    given = []
    for each in proposals:
        token = secrets.token_urlsafe(32)
        confirmation = Confirmation(
            key=token_key(token),
            request=request_mark(each.request["action"], each.request["parameters"]),
            caller=caller_mark(caller.source, caller.principal),
            expires_at=now + HOLDS,
        )
        gateways.state.save_confirmation(gateways.identity.account_id, confirmation)
        request = {**each.request, "confirmation_token": token}
        given.append(replace(each, request=request, expires_at=confirmation.expires_at))
    return tuple(given)


def carry_out_confirmed(
    request: ActionRequest, caller: Caller, gateways: Gateways, work: Callable[[], Outcome | ErrorDetail]
) -> Outcome | ErrorDetail:
    """Do the work of a request that came with a token: once, and only if the token fits.

    A change that fails gives its token back, so that it can be sent again. Raises ConfirmationRefused, or the
    state table's errors; then nothing was changed.
    """
    if gateways.state is None:
        raise _no_table()
    account_id = gateways.identity.account_id
    found = gateways.state.confirmation(account_id, token_key(request.confirmation_token or ""))
    if found is None:
        raise unknown_token()
    mark = request_mark(request.action, request.parameters)
    taken = found.take(mark, caller_mark(caller.source, caller.principal), gateways.clock.now())
    if not gateways.state.save_confirmation(account_id, taken):
        raise already_taken()
    try:
        outcome = work()
    except BudgetAgentError:
        _give_back(taken, gateways)
        raise
    if isinstance(outcome, ErrorDetail) and outcome.code != InternalError.code:
        # After a defect nobody knows how far the change came.
        _give_back(taken, gateways)
    return outcome


def _give_back(taken: Confirmation, gateways: Gateways) -> None:
    """A token that cannot be given back stays taken: the change has to be asked for again."""
    try:
        if gateways.state is not None:
            gateways.state.save_confirmation(gateways.identity.account_id, taken.give_back())
    except BudgetAgentError as error:
        logger.error("confirmation token not given back", error_code=error.code)


def _no_table() -> StateUnavailable:
    return StateUnavailable(
        "Confirmation tokens need a state table (BUDGET_STATE_TABLE), and none is configured. Send the proposed "
        "request without a token, or configure the table. Nothing was changed."
    )
