"""What a recommender is: a function from a spend history to next month's predictive estimate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from tools.domain.recommenders._experience import Experience
from tools.domain.spend_history import SpendHistory

INTERVAL_PROBABILITY = Decimal("0.8")
"""How likely next month lies within an estimate's interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Next whole month, in the history's unit; nothing here is negative.

    `limit` is passed with the breach probability that was asked for and is not rounded. `low` and `high`
    hold next month with INTERVAL_PROBABILITY; both are None where nothing supports an interval.
    `is_starting` marks a limit to begin with rather than one that past months support. `evidence` are
    sentences with figures.
    """

    limit: Decimal
    expected: Decimal
    low: Decimal | None
    high: Decimal | None
    method: str
    months_used: int
    evidence: tuple[str, ...]
    is_starting: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommender:
    """One way to estimate: its id (the `method` of replies), what it does, and which histories it is for.

    `suits` is None where any history of enough months is.

    `estimate` takes a history of at least `fewest_months`, a breach probability between 0 and 0.5, and what held
    in the account's other scopes. It is deterministic, and scales with the amounts; a higher breach probability
    never gives a higher limit.
    """

    id: str
    sentence: str
    fewest_months: int
    suits: Callable[[SpendHistory], bool] | None = None
    estimate: Callable[[SpendHistory, Decimal, Experience], Estimate]
