"""A result summed up for people: by the model from the computed result, or by the agent's own sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import TypeVar

from pydantic import Field

from tools.actions._action import NOT_FOR_MODELS, Incomplete, Model, Result
from tools.actions._condensed import Part, condensed, part_of
from tools.actions._model_use import ModelUseView, model_use_of
from tools.domain.conversation import Gap, Words
from tools.domain.errors import AccessDenied, AwsUnavailable, BudgetAgentError, ModelUnavailable, Throttled
from tools.gateways import Gateways

PART = "summary in words"
"""What `incomplete` calls it."""

EXPLAIN = Field(
    default=False,
    description="Also sum the result up in sentences for people (in_words): the model's where one is configured,"
    " else the agent's own. Changes no figure.",
    json_schema_extra=NOT_FOR_MODELS,
)
"""The parameter of actions that read nothing more for it."""

_NOT_CONFIGURED = "NOT_CONFIGURED"
_MOST_GAPS = 5

# A removed sentence leaves a mark in square brackets.
_MARK = re.compile(r"\[[^\[\]]*\]")
_SAYS_SOMETHING = re.compile(r"\w")


class WrittenBy(StrEnum):
    """Whose sentences they are."""

    MODEL = "model"
    AGENT = "agent"


class InWords(Model):
    """The result in plain sentences. Its figures are those of the result, which says them exactly."""

    text: str
    written_by: WrittenBy = Field(description="model, or agent: the built-in sentences.")
    removed_sentences: int = Field(
        description="Sentences of the model with a figure, name or date that the result does not have."
    )
    model: ModelUseView | None = Field(description="What asking the model took; null where none answered.")


class ResultInWords(Result):
    """A result that can be summed up for people."""

    in_words: InWords | None = Field(default=None, description="Null unless explain asks for it.")


AnyResult = TypeVar("AnyResult", bound=ResultInWords)


def gaps_of(result: Result) -> list[Gap]:
    """What the result says it lacks, for the sentences about it."""
    return [
        Gap(part=each.part, code=each.code, reason=each.reason, retryable=each.retryable)
        for each in result.incomplete
    ]


def told(
    action: str, result: AnyResult, gateways: Gateways, sentences: Sequence[str], parts: Sequence[Part]
) -> AnyResult:
    """The finished result with its words; nothing else in it changes, but that a failure of the model is said.

    `sentences` are the agent's own. The model is shown them first and then `parts`, condensed.
    """
    shown = condensed(
        [
            part_of("sentences_of_the_agent", sentences),
            part_of("incomplete", [each.model_dump(mode="json") for each in result.incomplete], _MOST_GAPS),
            *parts,
        ]
    )
    try:
        words = gateways.assistant.in_words(action, shown)
    except ModelUnavailable as error:
        is_missing = error.details.get("reason") == _NOT_CONFIGURED
        return _with(result, _by_the_agent(sentences), None if is_missing else _failure(error))
    except (AccessDenied, AwsUnavailable, Throttled) as error:
        return _with(result, _by_the_agent(sentences), _failure(error))
    if _SAYS_SOMETHING.search(_MARK.sub("", words.text)) is None:
        return _with(result, _by_the_agent(sentences, words), _nothing_left(words))
    return _with(
        result,
        InWords(
            text=words.text.strip(),
            written_by=WrittenBy.MODEL,
            removed_sentences=words.removed_sentences,
            model=model_use_of(words.use),
        ),
    )


def _with(result: AnyResult, in_words: InWords, failure: Incomplete | None = None) -> AnyResult:
    incomplete = result.incomplete if failure is None else [*result.incomplete, failure]
    return result.model_copy(update={"in_words": in_words, "incomplete": incomplete})


def _by_the_agent(sentences: Sequence[str], refused: Words | None = None) -> InWords:
    """The agent's sentences; `refused` is what the model wrote instead, which was paid for all the same."""
    return InWords(
        text=" ".join(sentences),
        written_by=WrittenBy.AGENT,
        removed_sentences=0 if refused is None else refused.removed_sentences,
        model=None if refused is None else model_use_of(refused.use),
    )


def _failure(error: BudgetAgentError) -> Incomplete:
    return Incomplete(part=PART, code=error.code, reason=error.message, retryable=error.retryable)


def _nothing_left(words: Words) -> Incomplete:
    reason = "The model wrote nothing, so the agent's own sentences stand in."
    if words.removed_sentences:
        reason = (
            "Nothing that the model wrote could be kept, because it named what the result does not have; the"
            " agent's own sentences stand in."
        )
    return Incomplete(part=PART, code=ModelUnavailable.code, reason=reason, retryable=True)
