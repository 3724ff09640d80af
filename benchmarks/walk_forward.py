"""Walking forward: every month is a limit's trial, and only what was known before it may be used."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from statistics import median
from time import process_time

from benchmarks.contestants import Contestant
from benchmarks.monthly_series import Account

HISTORY_LENGTHS: tuple[tuple[str, int, float], ...] = (
    ("3-5", 3, 5),
    ("6-11", 6, 11),
    ("12-23", 12, 23),
    ("24+", 24, math.inf),
)
"""Names of history lengths with their fewest and most months."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A limit and what was spent, with how many months the limit was made from."""

    months_known: int
    limit: float
    actual: float


@dataclass(frozen=True, slots=True)
class Score:
    """How limits did; `weighted_quantile_loss` is 2 x pinball losses / actuals.

    It is None where the actuals are not above zero. `median_ratio` is of limit / actual over the months that
    spent something; None without any.
    """

    trials: int
    weighted_quantile_loss: float | None
    share_over: float
    median_ratio: float | None


@dataclass(slots=True)
class Record:
    """A contestant's trials and the CPU seconds they took."""

    trials: list[Trial] = field(default_factory=list)
    seconds: float = 0.0


def walk_forward(
    series: Account, contestants: Sequence[Contestant], quantile: float, min_history: int
) -> dict[str, Record]:
    """Try every contestant on every month that has at least `min_history` months before it.

    The series stand for the scopes of one account: at each month a contestant sees all of them, up to the month
    before.
    """
    records = {each.name: Record() for each in contestants}
    for month in sorted({each.month for history in series.values() for each in history.months}):
        known = _known_before(month, series)
        actuals = {
            name: float(each.amount)
            for name, history in series.items()
            if name in known and len(known[name].months) >= min_history
            for each in history.months
            if each.month == month
        }
        if not actuals:
            continue
        for contestant in contestants:
            record = records[contestant.name]
            started = process_time()
            limits = contestant.limits(known, list(actuals), quantile)
            record.seconds += process_time() - started
            record.trials += [
                Trial(len(known[name].months), limits[name], actual) for name, actual in actuals.items()
            ]
    return records


def _known_before(month: date, series: Account) -> Account:
    cut = {
        name: replace(history, months=tuple(each for each in history.months if each.month < month))
        for name, history in series.items()
    }
    return {name: history for name, history in cut.items() if history.months}


def score(trials: Iterable[Trial], quantile: float) -> Score | None:
    """How the limits did; None without a trial."""
    found = list(trials)
    if not found:
        return None
    loss = math.fsum(_pinball(each, quantile) for each in found)
    actual = math.fsum(each.actual for each in found)
    ratios = [each.limit / each.actual for each in found if each.actual > 0]
    return Score(
        trials=len(found),
        weighted_quantile_loss=2 * loss / actual if actual > 0 else None,
        share_over=sum(each.actual > each.limit for each in found) / len(found),
        median_ratio=median(ratios) if ratios else None,
    )


def scores_by_history(trials: Sequence[Trial], quantile: float) -> Mapping[str, Score]:
    """The scores of trials by how many months were known; lengths without a trial are left out."""
    by_length = {
        name: score((each for each in trials if fewest <= each.months_known <= most), quantile)
        for name, fewest, most in HISTORY_LENGTHS
    }
    return {name: found for name, found in by_length.items() if found is not None}


def _pinball(trial: Trial, quantile: float) -> float:
    missed = trial.actual - trial.limit
    return quantile * missed if missed >= 0 else (quantile - 1) * missed
