"""What Cost Explorer answered, kept for a while: every page asked again would be paid for again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

OPEN_MONTH_FOR = timedelta(hours=4)
"""How long an answer stands that reaches into the open month.

AWS refreshes figures up to three times a day, eight hours apart (Cost Explorer user guide), so half of that.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """A question, when AWS was asked, and the answer; both texts are JSON."""

    question: str
    asked_at: datetime
    text: str


def still_stands(asked_at: datetime, now: datetime, until: date) -> bool:
    """Whether an answer given earlier on the same day is as good as a new one.

    `until` is the first day that was not asked about. Months that are over hardly change within a day; the open
    one does.
    """
    is_over = until <= now.date().replace(day=1)
    return asked_at <= now and (is_over or now - asked_at < OPEN_MONTH_FOR)
