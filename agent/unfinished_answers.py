"""What is made of an answer that a bound, a filter or a mistake of the model has ended."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from agent.conversation import Spoken
from agent.settings import Settings
from tools.domain.conversation import Bound, Gap, ToolCall

_MOST_SENTENCES = 10
_SENTENCE_END = re.compile(r"[.!?:](?=\s)|\n")

_BOUND_WORDS: Mapping[Bound | None, str] = {
    Bound.SECONDS: "The {settings.ask_seconds:g} seconds that one question may take were over before the answer "
    "was written.",
    Bound.TOKENS: "The tokens that one question may take were used up before the answer was written.",
    Bound.TOOL_CALLS: "The {settings.ask_tool_calls} tool calls that one question may take were used up before "
    "the answer was written.",
}

# Source: Bedrock Runtime's service model, StopReason.
_STOPPED = {
    "guardrail_intervened": ("GUARDRAIL_INTERVENED", "The guardrail of Amazon Bedrock replaced the answer."),
    "content_filtered": ("CONTENT_FILTERED", "The model's own filter ended the answer."),
    "malformed_model_output": ("MODEL_OUTPUT_MALFORMED", "The model wrote something that cannot be read."),
    "malformed_tool_use": ("MODEL_OUTPUT_MALFORMED", "The model called a tool in a way that cannot be read."),
    "stop_sequence": ("STOPPED", "The model stopped at a stop sequence."),
}


def finished_part(spoken: Spoken) -> str:
    """What was said; of what was cut off, the sentences that were finished."""
    text = spoken.text.strip()
    if spoken.bound is None or spoken.stop_reason == "end_turn":
        return text
    ends = [match.end() for match in _SENTENCE_END.finditer(text + "\n")][:-1]
    return text[: ends[-1]].strip() if ends else ""


def instead_of_an_answer(
    spoken: Spoken, calls: Sequence[ToolCall], results: Sequence[Any], settings: Settings
) -> str:
    """Where the model has said nothing: why, what was read, and the sentences that the results say themselves."""
    said = _BOUND_WORDS.get(spoken.bound, "The model gave no answer.").format(settings=settings)
    read = ", ".join(dict.fromkeys(each.action for each in calls if each.error_code is None))
    own = dict.fromkeys(found for each in results for found in _own_sentences(each))
    parts = [said, f"Read so far: {read}." if read else "", *list(own)[:_MOST_SENTENCES]]
    return " ".join([*(each for each in parts if each), "Ask for less at once, or use a named action."])


def gaps_of(spoken: Spoken) -> tuple[Gap, ...]:
    """Why the model stopped, where that leaves something out and is no bound."""
    reason = _STOPPED.get(spoken.stop_reason)
    if reason is None:
        return ()
    code, words = reason
    return (Gap(part="answer", code=code, reason=words, retryable=False),)


def _own_sentences(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        own = [value[name] for name in ("sentence", "story") if isinstance(value.get(name), str)]
        return [*own, *(found for each in value.values() for found in _own_sentences(each))]
    if isinstance(value, list):
        return [found for each in value for found in _own_sentences(each)]
    return []
