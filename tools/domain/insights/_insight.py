"""The shape of an insight, and of a detector that finds one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum

from tools.domain.money import as_percent
from tools.domain.standing import Standing

ENOUGH_OF_A_PERIOD = Decimal("0.2")
"""Pace says little before a fifth of the period has passed."""


class Severity(IntEnum):
    """How much an insight matters; the order is the ranking."""

    INFO = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4
    CRITICAL = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Insight:
    """One thing worth knowing: a code, how much it matters, which budgets, and a sentence with figures."""

    code: str
    severity: Severity
    budgets: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One budget that a detector found: how bad it is (for ranking) and its figures in words."""

    name: str
    weight: Decimal
    figures: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """Finds one kind of thing; `opening` begins the sentence, for one budget and for several."""

    code: str
    severity: Severity
    one: str
    several: str
    find: Callable[[Standing], Finding | None]


def has_pace(standing: Standing) -> bool:
    """Whether enough of the period has passed for its pace to mean something."""
    return (
        standing.pace is not None and standing.elapsed is not None and standing.elapsed >= ENOUGH_OF_A_PERIOD
    )


def pace_in_words(standing: Standing) -> str:
    """Utilization beside the share of the period that has passed."""
    return f"{as_percent(standing.utilization)} % used after {as_percent(standing.elapsed)} % of its period"
