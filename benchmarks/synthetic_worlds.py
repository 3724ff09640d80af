"""Synthetic worlds: made-up daily spending with a story each, added up to months. No line of it is real.

Every series is drawn from a generator of its own, seeded by its world, its half and its number, so it is the same
on every machine and adding a world changes no other. A series begins at a random month of 2021 or 2022 and is 12
to 50 months long. Its spending on a day is

    base x story of the month x share of the weekday x a month's noise x the day's noise

where the base is lognormal (median $12 a day), a month's noise is lognormal of 1 to 6 % and leans half on the
month before, and the day's is lognormal of 5 to 20 %. The stories:

    flat            nothing happens
    growth          1 to 9 % more a month, which may double or halve that pace half-way
    decline         1 to 6 % less a month
    step_up         one to three times for good to 1.2 to 2.5 times as much
    step_down       one to three times for good to 0.3 to 0.8 of it
    season          a yearly wave of 10 to 45 %, and a December that is up to half as much again; 26 months or more
    weekly          weekends at 10 to 60 % of a workday, hardly any other noise
    spikes          a month in 14 has some days at 3 to 20 times
    lumpy           nothing daily: a Poisson number of lognormal purchases a month, growing up to thirty-fold
    ending          fades within three months to nothing, after more than half of its months
    new             4 to 14 months only, ramping up and levelling off
    credits_ending  credits pay for 30 to 105 % of it until they run out
    missing_days    a month in 5 lacks 3 to 40 % of its days
    mixed           two of the stories above, one on top of the other

A series of the first half is for choosing, one of the second for reporting: see README.md.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from benchmarks.monthly_series import Account
from tools.domain.money import USD
from tools.domain.periods import add_months
from tools.domain.spend_history import MonthlySpend, SpendHistory

HALVES = ("chosen-on", "reported-on")
SERIES_A_WORLD = 20

Story = Callable[[Random, int], list[float]]
"""Draws the factor of each of so many months."""


def world(name: str, half: str) -> Account:
    """The series of one world in one half, by name."""
    return {
        f"{name}/{half}/{number:02}": _series(name, Random(f"{name}/{half}/{number}"))
        for number in range(SERIES_A_WORLD)
    }


def _series(name: str, random: Random) -> SpendHistory:
    count = _length(name, random)
    first = date(2021 + random.randrange(2), 1 + random.randrange(12), 1)
    months = [add_months(first, index) for index in range(count)]
    amounts = _lumpy(random, count) if name == "lumpy" else _daily(name, random, months)
    return SpendHistory(
        USD,
        tuple(
            MonthlySpend(month, Decimal(f"{amount:.2f}"))
            for month, amount in zip(months, amounts, strict=True)
        ),
    )


def _length(name: str, random: Random) -> int:
    if name == "new":
        return random.randint(4, 14)
    return random.randint(26 if name == "season" else 12, 50)


def _daily(name: str, random: Random, months: list[date]) -> list[float]:
    names = random.sample(sorted(_STORIES), 2) if name == "mixed" else [name]
    factors = [1.0] * len(months)
    for story in names:
        told = _STORIES[story](random, len(months))
        factors = [factor * more for factor, more in zip(factors, told, strict=True)]
    if "season" in names:
        wave = _season(random)
        factors = [factor * wave[month.month - 1] for factor, month in zip(factors, months, strict=True)]
    base = random.lognormvariate(math.log(12), 1.5)
    monthly, daily = random.uniform(0.01, 0.06), random.uniform(0.05, 0.2)
    weekend = random.uniform(0.85, 1.0)
    if "weekly" in names:
        monthly, daily, weekend = 0.005, 0.05, random.uniform(0.1, 0.6)
    totals, drift = [], 0.0
    for month, factor in zip(months, factors, strict=True):
        drift = drift / 2 + random.gauss(0, monthly)
        days = _days(random, month, base * factor * math.exp(drift), daily, weekend)
        if "spikes" in names and random.random() < 1 / 14:
            for at in random.sample(range(len(days)), random.randint(1, 6)):
                days[at] *= random.uniform(3, 20)
        if "missing_days" in names and random.random() < 1 / 5:
            lacking = max(1, round(len(days) * random.uniform(0.03, 0.4)))
            for at in random.sample(range(len(days)), lacking):
                days[at] = 0.0
        totals.append(math.fsum(days))
    return totals


def _days(random: Random, month: date, level: float, noise: float, weekend: float) -> list[float]:
    count = (add_months(month, 1) - month).days
    return [
        level
        * (weekend if (month + timedelta(days=day)).weekday() >= 5 else 1.0)
        * random.lognormvariate(0, noise)
        for day in range(count)
    ]


def _lumpy(random: Random, count: int) -> list[float]:
    purchases, size, spread = random.uniform(1, 8), random.lognormvariate(5, 1), random.uniform(0.4, 1.2)
    growth = random.choice((1.0, random.uniform(2, 30))) ** (1 / count)
    return [
        math.fsum(
            random.lognormvariate(math.log(size), spread) * growth**index
            for _ in range(_poisson(random, purchases))
        )
        for index in range(count)
    ]


def _poisson(random: Random, mean: float) -> int:
    """Source: D. E. Knuth, The Art of Computer Programming, volume 2, 3.4.1."""
    count, product, least = 0, random.random(), math.exp(-mean)
    while product > least:
        count += 1
        product *= random.random()
    return count


def _flat(_: Random, count: int) -> list[float]:
    return [1.0] * count


def _growth(random: Random, count: int) -> list[float]:
    pace, change = random.uniform(0.01, 0.09), random.choice((1.0, 1.0, 0.5, 2.0))
    return _compounded(pace if index < count // 2 else pace * change for index in range(count))


def _decline(random: Random, count: int) -> list[float]:
    pace = random.uniform(0.01, 0.06)
    return _compounded(-pace for _ in range(count))


def _compounded(paces: Iterable[float]) -> list[float]:
    factors, factor = [], 1.0
    for pace in paces:
        factors.append(factor)
        factor *= 1 + pace
    return factors


def _steps(smallest: float, largest: float) -> Story:
    def story(random: Random, count: int) -> list[float]:
        steps = {random.randrange(3, count - 1) for _ in range(random.randint(1, 3))}
        factors, factor = [], 1.0
        for index in range(count):
            if index in steps:
                factor *= random.uniform(smallest, largest)
            factors.append(factor)
        return factors

    return story


def _season(random: Random) -> list[float]:
    """The factor of each month of the year."""
    height, shift, december = random.uniform(0.1, 0.45), random.uniform(0, 12), random.uniform(1.0, 1.5)
    wave = [1 + height * math.sin(2 * math.pi * (month - shift) / 12) for month in range(12)]
    return [*wave[:11], wave[11] * december]


def _ending(random: Random, count: int) -> list[float]:
    last = random.randint(count // 2, count - 2)
    fading = random.randint(0, min(3, count - 2 - last))
    return [
        1.0 if index <= last else max(0.0, 1 - (index - last) / (fading + 1)) if fading else 0.0
        for index in range(count)
    ]


def _new(random: Random, count: int) -> list[float]:
    pace = random.uniform(0.2, 0.8)
    return [1 - math.exp(-pace * (index + 1)) for index in range(count)]


def _credits_ending(random: Random, count: int) -> list[float]:
    share, last = random.uniform(0.3, 1.05), random.randint(count // 3, count - 3)
    return [1 - share if index <= last else 1.0 for index in range(count)]


_STORIES: dict[str, Story] = {
    "flat": _flat,
    "growth": _growth,
    "decline": _decline,
    "step_up": _steps(1.2, 2.5),
    "step_down": _steps(0.3, 0.8),
    "season": _flat,
    "weekly": _flat,
    "spikes": _flat,
    "ending": _ending,
    "new": _new,
    "credits_ending": _credits_ending,
    "missing_days": _flat,
}

WORLDS: tuple[str, ...] = (
    "flat",
    "growth",
    "decline",
    "step_up",
    "step_down",
    "season",
    "weekly",
    "spikes",
    "lumpy",
    "ending",
    "new",
    "credits_ending",
    "missing_days",
    "mixed",
)
