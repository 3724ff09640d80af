"""Spend stories: what a row of whole periods tells, in words: a step, growth, a spike, an end, a beginning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from tools.domain.budget import BudgetDefinition
from tools.domain.budget_types import Breach
from tools.domain.money import PERCENTAGE, Spend, as_percent, rounded
from tools.domain.performance import PeriodPerformance
from tools.domain.period_words import PERIOD_WORDS, period_called
from tools.domain.periods import TimeUnit

# A story is told only where it is plain to see; these say how plain.
FEWEST_PERIODS = 4
_STEP = Decimal("1.3")
_STEP_BY_SCATTER = 4
_SPIKE = Decimal("1.5")
_GROWTH = Decimal("0.015")
_GROWTH_FITS = Decimal("0.8")
_SILENT = 2
_RECENT = 3
_POINTS = Decimal(5)


class StoryKind(StrEnum):
    """What happened."""

    ENDED = "ENDED"
    BEGAN = "BEGAN"
    STEP = "STEP"
    GROWTH = "GROWTH"
    SPIKE = "SPIKE"


@dataclass(frozen=True, slots=True)
class PeriodAmount:
    """The first day of a whole period, and what it came to."""

    start: date
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendStory:
    """One thing that happened, when (the first day of its period), and a sentence with the figures.

    `is_up` says whether it made the spend larger.
    """

    kind: StoryKind
    since: date
    sentence: str
    is_up: bool


def story_of(periods: Sequence[PeriodAmount], unit: str, time_unit: TimeUnit) -> SpendStory | None:
    """The plainest story of whole periods, oldest first; None where nothing is plain to see."""
    begun = [index for index, each in enumerate(periods) if each.amount]
    if not begun:
        return None
    telling = _Telling(periods[begun[0] :], unit, time_unit, is_cut=begun[0] > 0)
    for tell in (telling.end, telling.beginning, telling.step_or_growth, telling.spike):
        found = tell()
        if found is not None:
            return found
    return None


def told_by(periods: Sequence[PeriodPerformance], definition: BudgetDefinition) -> SpendStory | None:
    """The story of a budget's whole past periods.

    None for percentages, which neither grow nor end (see `percentage_told`), and for amounts in several units.
    """
    actuals = [(each.period.start.date(), each.actual) for each in periods if each.actual is not None]
    units = {actual.unit for _, actual in actuals}
    if definition.type.breach is Breach.BELOW or len(units) != 1:
        return None
    amounts = [PeriodAmount(start, actual.amount) for start, actual in actuals]
    return story_of(amounts, units.pop(), definition.time_unit)


def percentage_told(
    past: Sequence[PeriodPerformance], current: PeriodPerformance | None, definition: BudgetDefinition
) -> str | None:
    """How far the open period of a utilization or coverage budget lies from the periods before; None if near."""
    known = [each.actual.amount for each in past if each.actual is not None]
    if definition.type.breach is Breach.ABOVE or not known or current is None or current.actual is None:
        return None
    mean, now = sum(known, Decimal(0)) / len(known), current.actual.amount
    points = abs(now - mean)
    if points < _POINTS:
        return None
    word = PERIOD_WORDS[definition.time_unit]
    before = "the one before" if len(known) == 1 else f"the {len(known)} {word}s before"
    sentence = (
        f"It {'rose' if now > mean else 'fell'} to {_percent(now)} % in"
        f" {period_called(definition.time_unit, current.period.start.date())} from {_percent(mean)} % in {before}:"
        f" {_percent(points)} points {'more' if now > mean else 'less'}."
    )
    if now > mean:
        return sentence
    idle = _percent(100 - now)
    if "UTILIZATION" in definition.type.name:
        return f"{sentence} {idle} % of the commitment is paid for and unused."
    return f"{sentence} {idle} % of the usage is paid on demand."


def _percent(amount: Decimal) -> Decimal:
    return rounded(amount, PERCENTAGE)


@dataclass(frozen=True, slots=True)
class _Telling:
    """Periods from the first with an amount; `is_cut` when there were earlier ones without."""

    periods: Sequence[PeriodAmount]
    unit: str
    time_unit: TimeUnit
    is_cut: bool

    @property
    def word(self) -> str:
        return PERIOD_WORDS[self.time_unit]

    @property
    def amounts(self) -> list[Decimal]:
        return [each.amount for each in self.periods]

    def end(self) -> SpendStory | None:
        """Nothing at all in the last periods."""
        spent = [index for index, each in enumerate(self.periods) if each.amount]
        silent = len(self.periods) - spent[-1] - 1
        if silent < _SILENT:
            return None
        last = self.periods[spent[-1]]
        before = self.amounts[: spent[-1] + 1]
        return SpendStory(
            kind=StoryKind.ENDED,
            is_up=False,
            since=self.periods[spent[-1] + 1].start,
            sentence=f"It ended: {self._said(_middle(before))} a {self.word} until {self._called(last.start)}, "
            f"and nothing in the {silent} {self.word}s since.",
        )

    def beginning(self) -> SpendStory | None:
        """The first amounts came within the last periods."""
        if not self.is_cut or len(self.periods) > _RECENT:
            return None
        amounts = ", ".join(self._said(each) for each in self.amounts)
        since = self.periods[0].start
        return SpendStory(
            kind=StoryKind.BEGAN,
            is_up=True,
            since=since,
            sentence=f"It began in {self._called(since)}: {amounts} a {self.word} so far.",
        )

    def step_or_growth(self) -> SpendStory | None:
        """One change of level, or the same share more (or less) each period; whichever leaves less unexplained."""
        step, growth = self._step(), self._growth()
        found = [each for each in (step, growth) if each is not None]
        return min(found, key=lambda each: each[0])[1] if found else None

    def spike(self) -> SpendStory | None:
        """One period far over all others, which lie close together."""
        if len(self.periods) < FEWEST_PERIODS:
            return None
        highest = max(self.periods, key=lambda each: each.amount)
        others = [each.amount for each in self.periods if each is not highest]
        usual = _middle(others)
        if usual <= 0 or highest.amount < usual * _SPIKE or max(others) >= usual * _SPIKE:
            return None
        over = highest.amount - usual
        return SpendStory(
            kind=StoryKind.SPIKE,
            is_up=True,
            since=highest.start,
            sentence=f"It spiked once: {self._said(highest.amount)} in "
            f"{self._called(highest.start)}, {self._said(over)} over the usual {self._said(usual)}.",
        )

    def _step(self) -> tuple[Decimal, SpendStory] | None:
        """The split that leaves least unexplained, where the levels lie far apart by what scatters around them."""
        amounts = self.amounts
        if len(amounts) < FEWEST_PERIODS:
            return None
        splits = range(2, len(amounts) - 1)
        unexplained, at = min((_scatter(amounts[:at]) + _scatter(amounts[at:]), at) for at in splits)
        before, after = _middle(amounts[:at]), _middle(amounts[at:])
        jump, mean_scatter = after - before, unexplained / len(amounts)
        low, high = sorted((before, after))
        if low <= 0 or high < low * _STEP or abs(jump) < mean_scatter * _STEP_BY_SCATTER:
            return None
        since = self.periods[at].start
        return unexplained, SpendStory(
            kind=StoryKind.STEP,
            is_up=jump > 0,
            since=since,
            sentence=f"It stepped {'up' if jump > 0 else 'down'} in {self._called(since)}: "
            f"{self._said(before)} a {self.word} before, {self._said(after)} since, "
            f"{self._said(abs(jump))} {'more' if jump > 0 else 'less'}.",
        )

    def _growth(self) -> tuple[Decimal, SpendStory] | None:
        amounts = self.amounts
        if len(amounts) < FEWEST_PERIODS + 2 or min(amounts) <= 0:
            return None
        logs = [each.ln() for each in amounts]
        slope, level = _line(logs)
        fitted = [(level + slope * index).exp() for index in range(len(logs))]
        mean = sum(logs, Decimal(0)) / len(logs)
        whole = sum(((each - mean) ** 2 for each in logs), Decimal(0))
        left = sum(((each - level - slope * index) ** 2 for index, each in enumerate(logs)), Decimal(0))
        rate = slope.exp() - 1
        if not whole or 1 - left / whole < _GROWTH_FITS or abs(rate) < _GROWTH:
            return None
        unexplained = sum((abs(each - fit) for each, fit in zip(amounts, fitted, strict=True)), Decimal(0))
        first, last = self.periods[0], self.periods[-1]
        return unexplained, SpendStory(
            kind=StoryKind.GROWTH,
            is_up=rate > 0,
            since=first.start,
            sentence=f"It {'grows' if rate > 0 else 'shrinks'} by {as_percent(abs(rate))} % a {self.word}: from "
            f"{self._said(first.amount)} in {self._called(first.start)} to "
            f"{self._said(last.amount)} in {self._called(last.start)}.",
        )

    def _called(self, start: date) -> str:
        return period_called(self.time_unit, start)

    def _said(self, amount: Decimal) -> str:
        return Spend(amount, self.unit).in_words()


def _scatter(amounts: Sequence[Decimal]) -> Decimal:
    middle = _middle(amounts)
    return sum((abs(each - middle) for each in amounts), Decimal(0))


def _middle(amounts: Sequence[Decimal]) -> Decimal:
    ordered = sorted(amounts)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _line(values: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """Slope and first value of the least-squares line."""
    middle = Decimal(len(values) - 1) / 2
    mean = sum(values, Decimal(0)) / len(values)
    slope = sum(((index - middle) * each for index, each in enumerate(values)), Decimal(0)) / sum(
        ((index - middle) ** 2 for index in range(len(values))), Decimal(0)
    )
    return slope, mean - slope * middle
