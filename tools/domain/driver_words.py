"""An explanation in words: how much more or less, and what drove it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType

from tools.domain.compared_days import Chosen, ComparedDays
from tools.domain.drivers import Course, Driver, Explanation
from tools.domain.money import Spend, as_percent, rounded
from tools.domain.period_words import days_called

_WHY: Mapping[Chosen, str] = MappingProxyType(
    {
        Chosen.MIDDLE: ", the middle one of the three before",
        Chosen.JUST_BEFORE: "",
        Chosen.BEFORE_STEP: ", the last before it stepped up",
        Chosen.ASKED: "",
    }
)
_NAMED = 3
_USUAL = Decimal("0.05")

# The keys by which costs can be told apart here, and how their values are introduced in a sentence.
GROUP_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "SERVICE": "",
        "LINKED_ACCOUNT": "account ",
        "USAGE_TYPE": "",
        "REGION": "",
        "OPERATION": "operation ",
        "RECORD_TYPE": "",
        "INSTANCE_TYPE": "",
    }
)


def explanation_in_words(explanation: Explanation, days: ComparedDays, keys: Sequence[str]) -> str:
    """How the days compare with the usual ones, and the largest drivers."""
    now, before, change = explanation.now, explanation.before, explanation.change
    usual = f"{before.in_words()} from {days_called(days.usual)}{_WHY[days.chosen]}"
    opening = f"{now.in_words()} from {days_called(days.looked_at)}"
    if not change.amount:
        return f"{opening}, the same as the {usual}."
    ratio = change.ratio_to(before)
    share = "" if ratio is None or before.amount < 0 else f" ({as_percent(abs(ratio))} %)"
    direction = "more" if change.amount > 0 else "less"
    sentence = f"{opening}, {_size(change)}{share} {direction} than the {usual}."
    if ratio is not None and abs(ratio) < _USUAL:
        sentence += " That is about the usual."
    named = explanation.drivers[:_NAMED]
    if not named:
        return sentence
    return f"{sentence} Largest: {'; '.join(_driver_in_words(each, keys) for each in named)}."


def driver_called(driver: Driver, keys: Sequence[str]) -> str:
    """The group of a driver, such as `Amazon ElastiCache, NodeUsage:cache.r6g.large`."""
    return ", ".join(
        f"{GROUP_WORDS[key]}{value}" if value else f"no {key.replace('_', ' ').lower()}"
        for key, value in zip(keys, driver.group, strict=True)
    )


def _driver_in_words(driver: Driver, keys: Sequence[str]) -> str:
    name, change = driver_called(driver, keys), driver.change
    sign = "+" if change.amount > 0 else "-"
    said = f"{name} {sign}{_size(change)}"
    match driver.course:
        case Course.NEW:
            what = "a new credit or refund" if driver.now.amount < 0 else "new"
            return f"{said} ({what})"
        case Course.GONE:
            what = (
                f"a credit or refund of {_size(driver.before)} is gone"
                if driver.before.amount < 0
                else "gone"
            )
            return f"{said} ({what})"
    if driver.before.amount < 0 and driver.now.amount < 0:
        return f"{said} (credits or refunds: {_size(driver.before)} before, {_size(driver.now)} now)"
    split = driver.split
    if split is None:
        return said
    by_volume = rounded(split.by_volume.amount, change.unit)
    # Of the rounded figures, so that the two make the change as it is written.
    by_price = rounded(change.amount, change.unit) - by_volume
    parts = ", ".join(
        f"by {name} {_signed(Spend(amount, change.unit))}"
        for name, amount in (("volume", by_volume), ("price", by_price))
    )
    return f"{said} ({parts}: {split.before.in_words()} before, {split.now.in_words()} now)"


def _signed(spend: Spend) -> str:
    return spend.in_words() if spend.amount < 0 else f"+{spend.in_words()}"


def _size(spend: Spend) -> str:
    return Spend(abs(spend.amount), spend.unit).in_words()
