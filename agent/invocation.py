"""Who invoked the function and how much time is left, as far as Lambda's context shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from tools.domain.audit import Requester

LONGEST_INVOCATION_MILLISECONDS = 15 * 60 * 1000
"""Lambda's longest timeout: what counts where nobody says how much time is left."""

_requester: ContextVar[Requester | None] = ContextVar("requester", default=None)


@dataclass(frozen=True, slots=True)
class Invocation:
    """One invocation of the function."""

    id: str | None = None
    function_arn: str | None = None
    cognito_identity_id: str | None = None
    remaining_milliseconds: Callable[[], int] = lambda: LONGEST_INVOCATION_MILLISECONDS

    def requester(self, request_id: str | None) -> Requester:
        """Who asked, as audit entries keep it."""
        return Requester(
            invocation_id=self.id,
            function_arn=self.function_arn,
            cognito_identity_id=self.cognito_identity_id,
            request_id=request_id,
        )


def invocation_of(context: Any) -> Invocation:
    """The invocation behind Lambda's context; what another host's context lacks stays unknown."""
    identity = getattr(context, "identity", None)
    return Invocation(
        id=getattr(context, "aws_request_id", None),
        function_arn=getattr(context, "invoked_function_arn", None),
        cognito_identity_id=getattr(identity, "cognito_identity_id", None),
        remaining_milliseconds=getattr(
            context, "get_remaining_time_in_millis", lambda: LONGEST_INVOCATION_MILLISECONDS
        ),
    )


@contextmanager
def asked_by(requester: Requester) -> Iterator[None]:
    """Everything inside is done for this requester; Strands carries it into the threads in which tools run."""
    token = _requester.set(requester)
    try:
        yield
    finally:
        _requester.reset(token)


def present_requester() -> Requester:
    """For whom the present call is done."""
    return _requester.get() or Requester()
