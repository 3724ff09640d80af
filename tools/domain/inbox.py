"""What AWS Budgets sent, and what became of it: every message is kept once, whatever it said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

LONGEST_TEXT = 4_000
"""Characters that are kept of a text which was refused, for somebody to read; a true message has about 1,000."""


class MessageOutcome(StrEnum):
    """What became of a message."""

    PAST_THRESHOLD = "PAST_THRESHOLD"
    NOT_PAST_THRESHOLD = "NOT_PAST_THRESHOLD"
    NOT_TO_BE_TOLD = "NOT_TO_BE_TOLD"
    UNKNOWN_BUDGET = "UNKNOWN_BUDGET"
    IMPOSSIBLE = "IMPOSSIBLE"
    NOT_UNDERSTOOD = "NOT_UNDERSTOOD"

    @property
    def is_refused(self) -> bool:
        """Whether the message was not obeyed, and somebody should look where it came from."""
        return self in _REFUSED


_REFUSED = {MessageOutcome.UNKNOWN_BUDGET, MessageOutcome.IMPOSSIBLE, MessageOutcome.NOT_UNDERSTOOD}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedMessage:
    """One message and what became of it.

    `reasons` say why, in the agent's words. `understood` is what the message said, as JSON; None where that is
    nothing. `text` is the message's own, cut short, and kept only where it was refused.
    """

    account_id: str
    message_id: str
    received_at: datetime
    outcome: MessageOutcome
    reasons: tuple[str, ...] = ()
    sent_at: datetime | None = None
    topic_arn: str | None = None
    subject: str | None = None
    budget_name: str | None = None
    understood: Mapping[str, Any] | None = None
    text: str | None = None
