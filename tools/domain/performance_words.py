"""How one budget did in a few sentences: its past periods, the open one, what drove it, where it is heading."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from tools.domain.budget import Budget
from tools.domain.budget_types import Breach
from tools.domain.conversation import Gap
from tools.domain.money import PERCENTAGE, Spend, as_percent
from tools.domain.performance import JudgedPeriod
from tools.domain.sentences import gaps_in_words
from tools.domain.status import target_of


def performance_in_words(
    budget: Budget,
    *,
    past: str,
    story: str | None,
    current: JudgedPeriod | None,
    explanation: str | None,
    outlook: str | None,
    record: str | None,
    notes: Sequence[str],
    gaps: Sequence[Gap],
) -> tuple[str, ...]:
    """A few sentences about a budget; `past` to `record` are those that are made of its figures elsewhere.

    `current` is its open period, None where it has none. What a budget above its limit will come to is said to be
    unknown without an outlook; the other types have none. `notes` say what AWS does not keep or tell.
    """
    told = [each for each in (past, story, _open(budget, current), explanation, outlook) if each is not None]
    if outlook is None and current is not None and budget.type.breach is Breach.ABOVE:
        told.append("What the open period will come to is unknown.")
    return (*told, *([] if record is None else [record]), *notes, *gaps_in_words(gaps))


def _open(budget: Budget, current: JudgedPeriod | None) -> str:
    if current is None:
        return "It has no open period now."
    performance = current.performance
    first, last = performance.period.start.date(), (performance.period.end - timedelta(microseconds=1)).date()
    called = f"the open period, {first} to {last}," if first != last else f"the open period, {first},"
    actual, limit = performance.actual, performance.limit
    is_below = budget.type.breach is Breach.BELOW
    if is_below:
        target = target_of(budget)
        limit = None if target is None else Spend(target, PERCENTAGE)
    word, held_to = ("target", "of at least") if is_below else ("limit", "of")
    if actual is None:
        kept = "its " + (f"{word} is unknown too" if limit is None else f"{word} is {limit.in_words()}")
        return f"What {called} has come to so far is unknown; {kept}."
    said = f"T{called[1:]} has come to {actual.in_words()}"
    if limit is None:
        return f"{said} so far; its {word} is unknown."
    share = performance.utilization
    percent = "" if share is None or is_below else f" ({as_percent(share)} %)"
    return f"{said} {held_to} {limit.in_words()}{percent} so far."
