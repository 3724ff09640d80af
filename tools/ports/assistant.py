"""What is asked of a language model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from tools.domain.errors import ModelUnavailable

if TYPE_CHECKING:
    from tools.domain.conversation import Answer, Question, Words


class Assistant(Protocol):
    """A model that has the actions as its tools.

    Raises ModelUnavailable where none is configured or the configured one cannot be used, Throttled and
    AwsUnavailable where it does not answer, and AccessDenied where its provider refuses.
    """

    def answer(self, question: Question) -> Answer:
        """The answer to a question, from what the tools say. Changes nothing: changes are proposed."""

    def in_words(self, action: str, result: Mapping[str, Any]) -> Words:
        """An action's result, as much of it as matters, summed up for people. Calls no tool."""


class NoAssistant:
    """Where no model is configured."""

    def answer(self, question: Question) -> Answer:
        """Refuse."""
        raise _not_configured()

    def in_words(self, action: str, result: Mapping[str, Any]) -> Words:
        """Refuse."""
        raise _not_configured()


def _not_configured() -> ModelUnavailable:
    return ModelUnavailable(
        "No model is configured, so there is nobody to ask. Set MODEL_ID (the template's parameter ModelId) to a "
        "model of Amazon Bedrock that the account has access to, such as us.anthropic.claude-sonnet-4-6. All "
        "named actions work without a model.",
        {"configure": ["MODEL_ID"], "reason": "NOT_CONFIGURED"},
    )
