"""How a budget stands in the period that a message speaks of: a daily budget is told of on the next day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from tools.domain.budget import Budget
from tools.domain.performance import PeriodPerformance
from tools.domain.periods import TimeUnit
from tools.domain.standing import Standing, standing_of

_MOMENT = timedelta(microseconds=1)
_OLDEST = timedelta(days=14)


def speaks_of_yesterday(budget: Budget, *, is_actual: bool, is_said: bool) -> bool:
    """Whether a message speaks of the day before it. AWS reports the actual amount of a day when it is whole."""
    return budget.definition.time_unit is TimeUnit.DAILY and (is_actual or is_said)


def standing_of_the_day_before(
    budget: Budget, history: Sequence[PeriodPerformance], sent_at: datetime | None, now: datetime
) -> Standing | None:
    """How a daily budget stood at the end of the day before a message was sent; None without figures of it.

    A message may come late, at most as long as a queue keeps it; a moment that cannot be is not believed.
    """
    sent = sent_at if sent_at is not None and now - _OLDEST <= sent_at <= now else now
    moment = sent - timedelta(days=1)
    found = next((each for each in history if each.period.contains(moment)), None)
    if found is None or found.actual is None or found.limit is None:
        return None
    definition = replace(budget.definition, limit=found.limit, planned_limits={})
    whole = replace(budget, definition=definition, actual_spend=found.actual, forecasted_spend=None)
    return standing_of(whole, found.period.end - _MOMENT)
