"""A question in people's words, and what comes back: an answer, and changes it proposes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

LONGEST_QUERY = 4_000
"""Characters of a question."""


class Bound(StrEnum):
    """What ended an answer early."""

    TOOL_CALLS = "TOOL_CALLS"
    SECONDS = "SECONDS"
    TOKENS = "TOKENS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What somebody asks.

    `session_id` continues an earlier conversation of the same caller. With `allow_changes` proposed changes come
    with a confirmation token; without it they are requests that whoever may can send. `account_id` is the account
    that is asked about, None for the agent's own.
    """

    text: str
    session_id: str | None = None
    allow_changes: bool = False
    account_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """One tool that the model called: the action's name and how it ended; `error_code` None for a result."""

    action: str
    error_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelUse:
    """What a model's part took: tokens as its provider counted them, and what they cost in USD.

    `cost` is None where no prices are configured; input tokens are those that were not read from a cache.
    """

    model_id: str
    turns: int
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    cost: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedChange:
    """A change that the model would make: the complete request, and what a rehearsal of it said."""

    request: Mapping[str, Any]
    preview: Mapping[str, Any]
    expires_at: datetime | None = None
    """Until when its confirmation token holds; None for a request without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What an answer lacks, and why."""

    part: str
    code: str
    reason: str
    retryable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the model answered, held against what the tools said.

    `removed_sentences` counts those that named figures, names, dates or ARNs which no tool gave; in `text` a mark
    stands where they were. `bound` says what ended the answer early.
    """

    text: str
    session_id: str | None
    tools: tuple[ToolCall, ...]
    use: ModelUse
    removed_sentences: int = 0
    bound: Bound | None = None
    proposals: tuple[ProposedChange, ...] = ()
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A computed result in a model's words, held against that result."""

    text: str
    use: ModelUse
    removed_sentences: int = 0
