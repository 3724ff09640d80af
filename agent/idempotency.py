"""A change happens once per request id: who sends the same request again gets the same reply.

Powertools keeps the requests in the state table. A change that fails is not kept, so that it can be tried again.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from agent.contract import ActionRequest, AgentResponse
from agent.invocation import Invocation
from agent.observability import logger
from tools.actions._action import Incomplete
from tools.actions._recording import nothing_changed
from tools.domain.confirmations import token_key
from tools.domain.errors import BudgetAgentError, InvalidRequest, ResourceLocked
from tools.domain.state_items import EXPIRY, PARTITION, SORT, requests_of

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig

SECONDS_KEPT = 24 * 60 * 60
"""How long a reply is given again: longer than Lambda (6 hours) and callers go on trying."""

LARGEST_REPLY = 200_000
"""Characters of a reply that is kept, as ASCII; an item of DynamoDB has 400 KB at most."""

_LONGEST_WAIT = 25.0
_TIME_TO_ANSWER = 5.0
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 1.0


class _ChangeFailed(Exception):
    """Carries the reply of a change that failed out of Powertools, which keeps what is returned only."""

    def __init__(self, response: AgentResponse) -> None:
        super().__init__(response.error_code)
        self.response = response


@dataclass(frozen=True)
class _Lease:
    """What Powertools asks of Lambda's context: until when a request that is in progress is taken as alive."""

    invocation: Invocation

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda ends the invocation."""
        return self.invocation.remaining_milliseconds()


@dataclass(frozen=True)
class OnceOnly:
    """Carries requests out once.

    `dynamodb` gives boto3's DynamoDB client; `errors` raises our errors for AWS's. Powertools' part is loaded at
    the first change, because most requests read.
    """

    dynamodb: Callable[[], Any]
    table: str
    account_id: str
    errors: Callable[[], AbstractContextManager[None]]
    pause: Callable[[float], None] = sleep

    def run(
        self, request: ActionRequest, invocation: Invocation, work: Callable[[], AgentResponse]
    ) -> AgentResponse:
        """The reply of `work`, or of the same request when it was carried out before.

        The id is the request's own, else that of the invocation, which Lambda gives to its own retries again; a
        host that gives neither gets no more than the work. While
        the same request is in progress elsewhere this waits. Raises InvalidRequest when the id belongs to another
        request, ResourceLocked when waiting takes too long, and the state table's error when it does not answer:
        then nothing was changed.
        """
        if request.request_id is None and invocation.id is None:
            return work()
        return _Run(self, request, invocation, work).reply()

    @cached_property
    def store(self) -> DynamoDBPersistenceLayer:
        """Powertools' store in the state table."""
        from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer

        with self.errors():
            return DynamoDBPersistenceLayer(
                table_name=self.table,
                key_attr=PARTITION,
                sort_key_attr=SORT,
                static_pk_value=requests_of(self.account_id),
                expiry_attr=EXPIRY,
                boto3_client=self.dynamodb(),
            )

    def configuration(self, invocation: Invocation) -> IdempotencyConfig:
        """What is the id, what has to be the same, and how long it is kept."""
        from aws_lambda_powertools.utilities.idempotency import IdempotencyConfig

        lease: Any = _Lease(invocation)
        return IdempotencyConfig(
            event_key_jmespath="id",
            payload_validation_jmespath="request",
            raise_on_no_idempotency_key=True,
            expires_after_seconds=SECONDS_KEPT,
            hash_function="sha256",
            lambda_context=lease,
        )


@dataclass
class _Run:
    """One request on its way through Powertools: what it made, and whether that could be kept."""

    once: OnceOnly
    request: ActionRequest
    invocation: Invocation
    work: Callable[[], AgentResponse]
    made: AgentResponse | None = None

    def reply(self) -> AgentResponse:
        from aws_lambda_powertools.utilities.idempotency import idempotent_function
        from aws_lambda_powertools.utilities.idempotency.exceptions import (
            IdempotencyAlreadyInProgressError,
            IdempotencyInconsistentStateError,
            IdempotencyPersistenceLayerError,
            IdempotencyValidationError,
        )

        carry_out = idempotent_function(
            self._carry_out,
            data_keyword_argument="payload",
            persistence_store=self.once.store,
            config=self.once.configuration(self.invocation),
            key_prefix="request",
        )
        patience = min(_LONGEST_WAIT, self.invocation.remaining_milliseconds() / 1000 - _TIME_TO_ANSWER)
        deadline, pause = monotonic() + patience, _FIRST_PAUSE
        while True:
            try:
                return self._read(carry_out(payload=self._payload()))
            except _ChangeFailed as failed:
                return failed.response
            except IdempotencyValidationError as error:
                raise self._reused() from error
            except IdempotencyPersistenceLayerError as error:
                return self._made_or_refused(error)
            except (IdempotencyAlreadyInProgressError, IdempotencyInconsistentStateError) as error:
                if monotonic() + pause > deadline:
                    raise ResourceLocked(
                        "The same request is being carried out at this moment; send it again in a minute for "
                        "its reply.",
                        {"request_id": self.request.request_id, "reason": "IN_PROGRESS"},
                    ) from error
                self.once.pause(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    def _payload(self) -> dict[str, Any]:
        if self.request.request_id is not None:
            caller = self.invocation.caller
            identity = ["caller", caller.source, caller.principal, self.request.request_id]
        else:
            identity = ["invocation", str(self.invocation.id)]
        token = self.request.confirmation_token
        return {
            "id": identity,
            "request": {
                "action": self.request.action,
                "parameters": dict(self.request.parameters),
                **({} if token is None else {"confirmation": token_key(token)}),
            },
        }

    def _carry_out(self, payload: dict[str, Any]) -> dict[str, Any]:
        del payload
        self.made = self.work()
        if self.made.error_code is not None:
            raise _ChangeFailed(self.made)
        text = self.made.model_dump_json(ensure_ascii=True)
        return {"reply": text} if len(text) <= LARGEST_REPLY else {"left_out_characters": len(text)}

    def _read(self, kept: dict[str, Any]) -> AgentResponse:
        if self.made is not None:
            return self.made
        logger.info("request repeated, nothing done", action=self.request.action)
        if "reply" not in kept:
            raise InvalidRequest(
                "This request was carried out already; its reply was too large to be kept. list_changes shows "
                "what it changed.",
                {"request_id": self.request.request_id, "reason": "REPLY_NOT_KEPT"},
            )
        return AgentResponse.model_validate_json(kept["reply"])

    def _reused(self) -> InvalidRequest:
        return InvalidRequest(
            f"The request_id '{self.request.request_id}' belongs to another request, with another action or other "
            "parameters. Send a new request_id for a new request.",
            {"request_id": self.request.request_id, "reason": "REQUEST_ID_REUSED"},
        )

    def _made_or_refused(self, error: Exception) -> AgentResponse:
        """The state table does not answer: before the change it is refused, after it its reply says so."""
        cause = self._translated(error)
        if self.made is None:
            raise nothing_changed(cause) from error
        logger.error("reply not kept", action=self.request.action, state_error_code=cause.code)
        has_failed = self.made.error_code is not None
        consequence = (
            "The request is kept as one that is still at work: sent again it waits until this invocation's time "
            "is over."
            if has_failed
            else "The change was made and its reply could not be kept: the same request sent again waits, and is "
            "carried out again once this invocation's time is over."
        )
        missing = Incomplete(
            part="request_id", code=cause.code, reason=f"{consequence} {cause.message}", retryable=False
        )
        return _saying(self.made, missing)

    def _translated(self, error: Exception) -> BudgetAgentError:
        """The state table's error behind Powertools'."""
        try:
            with self.once.errors():
                raise error.__cause__ or error
        except BudgetAgentError as translated:
            return translated


def _saying(response: AgentResponse, missing: Incomplete) -> AgentResponse:
    """The reply with one more entry under `incomplete`, which errors have among their details."""
    data: dict[str, Any] = deepcopy(response.data)
    place = data if response.error_code is None else data["error"]["details"]
    place["incomplete"] = [*place.get("incomplete", []), missing.model_dump(mode="json")]
    return response.model_copy(update={"data": data})
