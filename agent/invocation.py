"""Who invoked the function and how much time is left, as far as Lambda's context shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from tools.domain.audit import Requester
from tools.gateways import LONGEST_RUN_SECONDS

LONGEST_INVOCATION_MILLISECONDS = int(LONGEST_RUN_SECONDS * 1000)
"""What counts where nobody says how much time is left."""

_invocation: ContextVar[Invocation | None] = ContextVar("invocation", default=None)
_requester: ContextVar[Requester | None] = ContextVar("requester", default=None)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent an event, as far as its source shows it.

    `source` is the kind of event; `principal` identifies the caller within it, None where nobody is told apart.
    """

    source: str = "direct"
    principal: str | None = None


@dataclass(frozen=True, slots=True)
class Invocation:
    """One invocation of the function."""

    id: str | None = None
    function_arn: str | None = None
    cognito_identity_id: str | None = None
    remaining_milliseconds: Callable[[], int] = lambda: LONGEST_INVOCATION_MILLISECONDS
    caller: Caller = Caller()

    def requester(self, request_id: str | None) -> Requester:
        """Who asked, as audit entries keep it."""
        return Requester(
            invocation_id=self.id,
            function_arn=self.function_arn,
            cognito_identity_id=self.cognito_identity_id,
            request_id=request_id,
            source=self.caller.source,
            principal=self.caller.principal,
        )


def invocation_of(context: Any, caller: Caller | None = None) -> Invocation:
    """The invocation behind Lambda's context; what another host's context lacks stays unknown.

    `caller` is who sent the event, where the event shows it; else the Cognito identity that invoked the function.
    """
    identity = getattr(context, "identity", None)
    return Invocation(
        id=getattr(context, "aws_request_id", None),
        function_arn=getattr(context, "invoked_function_arn", None),
        cognito_identity_id=getattr(identity, "cognito_identity_id", None),
        caller=caller or Caller(principal=getattr(identity, "cognito_identity_id", None)),
        remaining_milliseconds=getattr(
            context, "get_remaining_time_in_millis", lambda: LONGEST_INVOCATION_MILLISECONDS
        ),
    )


def custom_in(context: Any) -> Mapping[str, Any]:
    """What the caller put under `custom` into the client context of the invocation, whatever it is worth.

    Source: Lambda developer guide, "Using the Lambda context object to retrieve Python function information".
    """
    custom = getattr(getattr(context, "client_context", None), "custom", None)
    return custom if isinstance(custom, Mapping) else {}


@contextmanager
def asked_by(requester: Requester, invocation: Invocation | None = None) -> Iterator[None]:
    """Everything inside is done for this requester, within the time of this invocation.

    Strands carries both into the threads in which tools run.
    """
    token, held = _requester.set(requester), _invocation.set(invocation)
    try:
        yield
    finally:
        _requester.reset(token)
        _invocation.reset(held)


def present_requester() -> Requester:
    """For whom the present call is done."""
    return _requester.get() or Requester()


def present_caller() -> Caller:
    """Who sent the event that is being worked on."""
    invocation = _invocation.get()
    return Caller() if invocation is None else invocation.caller


def seconds_left() -> float:
    """How much time the present invocation still has."""
    invocation = _invocation.get()
    return LONGEST_RUN_SECONDS if invocation is None else invocation.remaining_milliseconds() / 1000
