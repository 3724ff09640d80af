"""The budgets of an account in a few sentences: how many, how they stand, what matters most, what is unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from tools.domain.budget_types import Breach, Measure
from tools.domain.conversation import Gap
from tools.domain.insights._insight import Insight
from tools.domain.insights.blind_budgets import MATCHES_NOTHING, STALE_FIGURES, UNHEALTHY
from tools.domain.insights.breaches import BREACHED, FORECAST_TO_BREACH
from tools.domain.insights.catalogue import MOST_NAMED
from tools.domain.money import PERCENTAGE, Spend, as_percent
from tools.domain.periods import TimeUnit
from tools.domain.sentences import gaps_in_words, listed, sentence_of
from tools.domain.standing import Standing
from tools.domain.status import BudgetStatus
from tools.domain.totals import totals_of

MOST_SENTENCES = 8

_STATUS_WORDS: Mapping[BudgetStatus | None, str] = MappingProxyType(
    {
        BudgetStatus.BREACHED: "breached",
        BudgetStatus.FORECASTED_BREACH: "forecast to breach",
        BudgetStatus.AT_RISK: "at risk",
        None: "that cannot be judged",
        BudgetStatus.ON_TRACK: "on track",
    }
)
"""Every status, the gravest first; what cannot be judged could be anything, so it comes before what is fine."""

_RANKS = {status: rank for rank, status in enumerate(_STATUS_WORDS)}
_BREACHES = (BREACHED.code, FORECAST_TO_BREACH.code)
_FOUND_BY_LINT_TOO = (MATCHES_NOTHING.code, UNHEALTHY.code, STALE_FIGURES.code)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that lint found wrong with a budget, as a sentence."""

    budget: str
    sentence: str


def account_in_words(
    standings: Sequence[Standing],
    insights: Sequence[Insight],
    *,
    problems: Sequence[Problem],
    more_problems: int,
    is_part: bool,
    gaps: Sequence[Gap],
) -> tuple[str, ...]:
    """At most eight sentences about these budgets, which are a part of the account's where `is_part`.

    `insights` and `problems` are the gravest first; `more_problems` are further ones that lint found.
    """
    if not standings:
        return (*_nothing(is_part=is_part), *gaps_in_words(gaps))
    # The opening tells a single budget with its figures.
    breaches = [each for each in insights if each.code in _BREACHES and len(standings) > 1]
    others = [each.sentence for each in insights if each.code not in _BREACHES]
    opening = [_counts(standings, is_part=is_part)]
    middle = [*[each.sentence for each in breaches], *_figures_beside(breaches, standings)]
    ending = [*_problems(problems, more_problems, insights), *gaps_in_words(gaps)]
    room = MOST_SENTENCES - len(opening) - len(middle) - len(ending)
    told = others if len(others) <= room else [*others[: room - 1], _untold(len(others) - room + 1)]
    filling = [*_total(standings), *_nearest(standings)][: room - len(told)]
    return (*opening, *middle, *told, *filling, *ending)


def worst_first(standings: Sequence[Standing]) -> list[Standing]:
    """By status, the gravest first; within one by how much of the limit is used or forecast to be."""
    return sorted(standings, key=lambda each: (_RANKS[each.status], -_weight(each), each.name))


def figures_in_words(standing: Standing) -> str:
    """The figures of one budget as a phrase; a missing one is said to be unknown."""
    if standing.budget.type.breach is Breach.BELOW:
        reached = "figure unknown" if standing.actual is None else f"{standing.actual.in_words()} reached"
        if standing.target is None:
            return f"{reached}, target unknown"
        return f"{reached} of at least {Spend(standing.target, PERCENTAGE).in_words()}"
    forecast = "forecast unknown"
    if standing.forecasted is not None:
        forecast = f"{standing.forecasted.in_words()} forecast"
    return f"{_spent_in_words(standing)}, {forecast}"


def _spent_in_words(standing: Standing) -> str:
    done = "spent" if standing.budget.type.measure is Measure.COST else "used"
    limit = "unknown" if standing.limit is None else standing.limit.in_words()
    if standing.actual is None:
        return f"{'spend' if done == 'spent' else 'usage'} so far unknown, limit {limit}"
    share = "" if standing.utilization is None else f"{as_percent(standing.utilization)} %"
    over = ""
    if standing.variance is not None and standing.variance.amount > 0:
        over = f"{standing.variance.in_words()} over"
    beside = ", ".join(each for each in (share, over) if each)
    actual = f"{standing.actual.in_words()} {done}"
    said = f"{actual}, limit unknown"
    if standing.limit is not None:
        said = f"{actual} of {limit}{f' ({beside})' if beside else ''}"
    # Billing lags longer than a day, so how much of a day has passed says nothing.
    if standing.elapsed is None or standing.budget.definition.time_unit is TimeUnit.DAILY:
        return said
    return f"{said} after {as_percent(standing.elapsed)} % of its period"


def _nothing(*, is_part: bool) -> tuple[str, ...]:
    if is_part:
        return ("No budget matches what was asked for.",)
    return (
        "The account has no budgets, so nothing watches its spend.",
        "recommend_budgets says which it should have, from what it spent in past months.",
    )


def _counts(standings: Sequence[Standing], *, is_part: bool) -> str:
    """How many there are and how they stand; a single one is told with its figures."""
    if len(standings) == 1:
        [only] = standings
        stands = "cannot be judged" if only.status is None else f"is {_STATUS_WORDS[only.status]}"
        opening = "One budget matches what was asked for" if is_part else "There is 1 budget"
        return f"{opening}, and it {stands}: '{only.name}', {figures_in_words(only)}."
    found = Counter(each.status for each in standings)
    stand = [f"{found[status]} {words}" for status, words in _STATUS_WORDS.items() if found[status]]
    colon = ": "
    if len(found) == 1:
        [status] = found
        stand = ["none of which can be judged" if status is None else f"all {_STATUS_WORDS[status]}"]
        colon = ", "
    opening = f"There are {len(standings)} budgets"
    if is_part:
        opening = f"{len(standings)} budgets match what was asked for"
    return f"{opening}{colon}{listed(stand)}."


def _figures_beside(breaches: Sequence[Insight], standings: Sequence[Standing]) -> list[str]:
    """Of budgets that the insights name, the figure these do not have: forecast, or what came so far."""
    by_name = {each.name: each for each in standings}
    named = {each.code: [by_name[name] for name in each.budgets[:MOST_NAMED]] for each in breaches}
    breached = [each for each in named.get(BREACHED.code, []) if each.budget.type.watches_forecast]
    phrases = []
    known = [
        f"{each.forecasted.in_words()} for '{each.name}'" for each in breached if each.forecasted is not None
    ]
    if known:
        phrases.append(f"AWS forecasts {listed(known)} at the end of the period")
    unknown = [f"'{each.name}'" for each in breached if each.forecasted is None]
    if unknown:
        phrases.append(f"the forecast of {listed(unknown)} is unknown")
    so_far = [
        f"'{each.name}' stands at {each.actual.in_words()}"
        for each in named.get(FORECAST_TO_BREACH.code, [])
        if each.actual is not None
    ]
    if so_far:
        phrases.append(f"so far {listed(so_far)}")
    return [sentence_of(phrases)] if phrases else []


def _untold(count: int) -> str:
    return "1 more insight is not told here." if count == 1 else f"{count} more insights are not told here."


def _total(standings: Sequence[Standing]) -> list[str]:
    """The total of the most budgets that may be added."""
    largest = max(totals_of(standings), key=lambda each: each.budgets, default=None)
    if largest is None or largest.budgets == 1:
        return []
    return [
        f"The {largest.budgets} {largest.time_unit} {largest.type} budgets with figures have come to"
        f" {largest.actual.in_words()} of {largest.limit.in_words()} together; scopes can overlap, so this may"
        " count the same twice."
    ]


def _nearest(standings: Sequence[Standing]) -> list[str]:
    """Whose limit is used most among those that keep to it."""
    near = [
        each
        for each in standings
        if each.status in (BudgetStatus.AT_RISK, BudgetStatus.ON_TRACK)
        and each.budget.type.breach is Breach.ABOVE
        and each.utilization is not None
    ]
    if len(standings) == 1 or not near:
        return []
    nearest = worst_first(near)[0]
    of_them = "" if len(near) == len(standings) else " of those that keep to it"
    return [f"Nearest to its limit{of_them} is '{nearest.name}': {figures_in_words(nearest)}."]


def _problems(problems: Sequence[Problem], more: int, insights: Sequence[Insight]) -> list[str]:
    """How many, and the gravest that no insight tells already."""
    known = {name for each in insights if each.code in _FOUND_BY_LINT_TOO for name in each.budgets}
    news = [each.sentence for each in problems if each.budget not in known]
    if not news:
        return []
    count = len(problems) + more
    if count == 1:
        return [f"There is 1 thing to mend in the budgets themselves: {news[0]}"]
    return [f"There are {count} things to mend in the budgets themselves, such as: {news[0]}"]


def _weight(standing: Standing) -> Decimal:
    """1 at the limit or target, more beyond it; an unknown one is 0."""
    if standing.budget.type.breach is Breach.BELOW:
        if standing.actual is None or standing.target is None:
            return Decimal(0)
        return 1 + (standing.target - standing.actual.amount) / 100
    forecast = None
    if standing.forecasted is not None:
        forecast = standing.budget.forecasted_utilization(standing.limit)
    return max((each for each in (standing.utilization, forecast) if each is not None), default=Decimal(0))
