"""What event sources have in common: an event that arrives, and what the agent can answer it with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from agent.contract import AgentResponse
from tools.domain.errors import BudgetAgentError

if TYPE_CHECKING:
    from agent.invocation import Caller


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event, and what came with it: `custom` is what its sender put into the client context."""

    event: Any
    custom: Mapping[str, Any] = field(default_factory=dict)


class Answer(Protocol):
    """The standard reply to one request, however wrong. Never raises."""

    def __call__(self, request: Any, caller: Caller | None = None) -> AgentResponse:
        """The reply; without a caller it is whoever invoked the function."""


class Refusal(Protocol):
    """The standard reply to an event in which no request could be read, and why. Never raises."""

    def __call__(
        self, error: BudgetAgentError, caller: Caller | None = None, action: str | None = None
    ) -> AgentResponse:
        """The reply that carries the error, and the action where one was named."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the agent can answer: none of it raises.

    `awake` is the reply to a ping, for which nothing is asked of AWS; `websocket` what API Gateway takes for a
    WebSocket's event; `allowed_origins` the setting CORS_ALLOWED_ORIGINS.
    """

    request: Answer
    refusal: Refusal
    awake: Callable[[], AgentResponse]
    websocket: Callable[[Any], dict[str, Any]]
    allowed_origins: Callable[[], str | None]
