"""Who else proposes limits: rules as their authors publish them, each over one series' months alone.

Amounts are floats here, as forecasting libraries take them. A rule over the last N months takes as many as there
are. No limit is below zero, because no budget's is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from benchmarks.monthly_series import Account
from tools.domain.estimates import estimate_of, sayable_limit
from tools.domain.money import USD
from tools.domain.recommenders._experience import experience_of

Amounts = Sequence[float]


class Contestant(Protocol):
    """Proposes limits for next month."""

    @property
    def name(self) -> str:
        """What results call it."""

    def limits(self, known: Account, wanted: Sequence[str], quantile: float) -> Mapping[str, float]:
        """The limit of each wanted series, from what is known of all of them; never negative."""


@dataclass(frozen=True, slots=True)
class Ours:
    """The limit as `recommend_budgets` says it, rounded up for people."""

    name: str

    def limits(self, known: Account, wanted: Sequence[str], quantile: float) -> Mapping[str, float]:
        """See Contestant."""
        probability = 1 - Decimal(str(quantile))
        experience = experience_of(known.values())
        found = {name: estimate_of(known[name], probability, experience) for name in wanted}
        return {
            name: float(sayable_limit(each, USD).amount) for name, each in found.items() if each is not None
        }


@dataclass(frozen=True, slots=True)
class Rule:
    """A limit from one series' amounts, oldest first, whatever the quantile."""

    name: str
    limit: Callable[[Amounts], float]

    def limits(self, known: Account, wanted: Sequence[str], quantile: float) -> Mapping[str, float]:
        """See Contestant."""
        return {
            name: max(0.0, self.limit([float(amount) for amount in known[name].amounts])) for name in wanted
        }


def _mean(amounts: Amounts) -> float:
    return math.fsum(amounts) / len(amounts)


def _mean_of_6_plus_tenth(amounts: Amounts) -> float:
    """A tenth on the mean of six, and a fifth more on that where they vary by more than 30 % of it."""
    recent = amounts[-6:]
    mean = _mean(recent)
    varies = mean > 0 and (max(recent) - min(recent)) / mean > 0.3
    return mean * 1.1 * (1.2 if varies else 1.0)


def _last_rounded(amounts: Amounts) -> float:
    """15 % on the last month, rounded up to tens under 1,000, to hundreds under 10,000, else to thousands."""
    limit = amounts[-1] * 1.15
    step = 10 if limit < 1_000 else 100 if limit < 10_000 else 1_000
    return math.ceil(limit / step) * step


RULES: tuple[Rule, ...] = (
    Rule("mean_6_x1.1", _mean_of_6_plus_tenth),
    Rule("auto_adjust_3", lambda amounts: _mean(amounts[-3:])),
    Rule("auto_adjust_6", lambda amounts: _mean(amounts[-6:])),
    Rule("mean_3_x1.05", lambda amounts: _mean(amounts[-3:]) * 1.05),
    Rule("mean_3_x1.2", lambda amounts: _mean(amounts[-3:]) * 1.2),
    Rule("last_x1.1", lambda amounts: amounts[-1] * 1.1),
    Rule("last_x1.15_rounded", _last_rounded),
    Rule("max_6", lambda amounts: max(amounts[-6:])),
    Rule("max_12_x1.05", lambda amounts: max(amounts[-12:]) * 1.05),
)
