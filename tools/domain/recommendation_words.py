"""Recommended budgets in a few sentences: how many, the largest, what exists, claims, what was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from tools.domain.conversation import Gap
from tools.domain.existing_budgets import Comparison, Verdict
from tools.domain.money import PERCENTAGE, Spend, as_percent
from tools.domain.recommendation import BudgetRecommendation
from tools.domain.scope_histories import Skipped
from tools.domain.sentences import counted, gaps_in_words, listed, sentence_of

_MOST_NEXT = 3
_MOST_CLAIMS = 3

_COUNTED: Mapping[Verdict, str] = MappingProxyType(
    {
        Verdict.NONE: "where there is none yet",
        Verdict.TOO_LOW: "where the one that exists is too low",
        Verdict.TOO_HIGH: "where the one that exists is too high",
        Verdict.UNKNOWN: "where the one that exists cannot be compared",
        Verdict.FITS: "where the one that exists fits",
    }
)
_BESIDE: Mapping[Verdict, str] = MappingProxyType(
    {
        Verdict.TOO_LOW: "is too low",
        Verdict.TOO_HIGH: "is too high",
        Verdict.UNKNOWN: "cannot be compared",
        Verdict.FITS: "fits",
    }
)


@dataclass(frozen=True, slots=True)
class Compared:
    """A recommendation and the budget that exists; `existing` is None where existing ones were not read."""

    recommendation: BudgetRecommendation
    existing: Comparison | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutRecommendation:
    """What gets no recommendation: `small` scopes under `minimum` a month, that spend `small_spend` together.

    `not_shown` recommendations were made, and did not fit into the reply.
    """

    minimum: Spend
    small: int
    small_spend: Spend
    skipped: Sequence[Skipped]
    not_shown: int


def recommendations_in_words(
    compared: Sequence[Compared],
    *,
    months: tuple[date, date],
    breach_probability: Decimal,
    rest: WithoutRecommendation,
    unused: int,
    notes: Sequence[str],
    gaps: Sequence[Gap],
) -> tuple[str, ...]:
    """A few sentences about recommendations, the most expensive first; `months` are the first and the last.

    `unused` is how many parts of what the caller sent changed no number. `notes` say why there are none.
    """
    if not compared:
        said = f"No budget is recommended from the months {_called(months)}."
        return (said, *notes, *_unclaimed(unused), *_left_out(rest), *gaps_in_words(gaps))
    first = compared[0]
    return (
        _counts(compared, months),
        first.recommendation.rationale,
        *([] if first.existing is None else [first.existing.sentence]),
        *_next(compared[1:], breach_probability),
        *_claims(compared, unused),
        *_left_out(rest),
        *gaps_in_words(gaps),
    )


def _called(months: tuple[date, date]) -> str:
    return f"{months[0]:%Y-%m} to {months[1]:%Y-%m}"


def _counts(compared: Sequence[Compared], months: tuple[date, date]) -> str:
    found = Counter(each.existing.verdict for each in compared if each.existing is not None)
    by_verdict = [f"{found[verdict]} {words}" for verdict, words in _COUNTED.items() if found[verdict]]
    beside = listed(by_verdict) if by_verdict else "which budgets exist already is unknown"
    verb = "is" if len(compared) == 1 else "are"
    return (
        f"{counted(len(compared), 'budget')} {verb} recommended from the months {_called(months)}: {beside}."
    )


def _next(compared: Sequence[Compared], breach_probability: Decimal) -> list[str]:
    """Those after the first, a phrase each, with the others counted."""
    if not compared:
        return []
    shown = compared[:_MOST_NEXT]
    rest = len(compared) - len(shown)
    estimated = [each for each in shown if not each.recommendation.estimate.is_starting]
    chance = ""
    if estimated:
        unless = "" if len(estimated) == len(shown) else " unless it is one to start with"
        percent = as_percent(breach_probability)
        chance = f", each broken by chance alone in at most about {percent} % of months{unless},"
    phrases = [*[_phrase(each) for each in shown], *([f"and {rest} more"] if rest else [])]
    return [f"Next{chance} {'comes' if len(compared) == 1 else 'come'} {'; '.join(phrases)}."]


def _phrase(compared: Compared) -> str:
    found = compared.recommendation
    held_to = f"limit {found.limit.in_words()}"
    if found.target is not None:
        measure = found.budget_type.name.replace("_", " ")
        held_to = f"{measure} target {Spend(found.target, PERCENTAGE).in_words()}"
    start = " (to start with)" if found.estimate.is_starting else ""
    expected = f"{found.expected.in_words()} a month expected"
    return f"{found.where.in_words()}, {held_to}{start}, {expected}, {_beside(compared.existing)}"


def _beside(existing: Comparison | None) -> str:
    if existing is None:
        return "existing budgets unknown"
    if existing.verdict is Verdict.NONE:
        return "no budget yet"
    return f"'{existing.name}' {_BESIDE[existing.verdict]}"


def _claims(compared: Sequence[Compared], unused: int) -> list[str]:
    """Which limits claims of others moved, and how much of what was sent was not used."""
    moved = [each.recommendation for each in compared if each.recommendation.adjustment is not None]
    if not moved:
        return _unclaimed(unused)
    phrases = [
        f"{each.where.in_words()} from {each.adjustment.before.in_words()} to {each.adjustment.after.in_words()}"
        for each in moved[:_MOST_CLAIMS]
        if each.adjustment is not None
    ]
    rest = len(moved) - len(phrases)
    more = [f"{rest} more"] if rest else []
    said = f"Claims of others were counted on in {counted(len(moved), 'limit')}: {listed([*phrases, *more])}"
    return [sentence_of([said, *_unclaimed_phrase(unused)])]


def _unclaimed(unused: int) -> list[str]:
    return [sentence_of(_unclaimed_phrase(unused))] if unused else []


def _unclaimed_phrase(unused: int) -> list[str]:
    if not unused:
        return []
    return [f"{counted(unused, 'part')} of what was sent changed no number"]


def _left_out(rest: WithoutRecommendation) -> list[str]:
    """What is not recommended, and why; what ended or is hidden by credits with its first reason."""
    phrases = []
    if rest.small:
        scopes = counted(rest.small, "scope")
        phrases.append(
            f"{scopes} under {rest.minimum.in_words()} a month ({rest.small_spend.in_words()} together)"
        )
    if rest.skipped:
        first = rest.skipped[0]
        others = len(rest.skipped) - 1
        more = f" (and {others} more)" if others else ""
        phrases.append(f"{first.scope}, because {first.reason}{more}")
    said = [f"Not recommended: {'; '.join(phrases)}."] if phrases else []
    if rest.not_shown:
        said.append(f"{counted(rest.not_shown, 'smaller recommendation')} did not fit into the reply.")
    return said
