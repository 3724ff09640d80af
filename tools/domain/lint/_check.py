"""The shape of a lint check, and what it looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from tools.domain.insights._insight import Severity
from tools.domain.money import Spend
from tools.domain.performance import PeriodPerformance
from tools.domain.standing import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class LintFinding:
    """Something wrong with one budget: a code, a sentence with figures, and what to do about it.

    `others` are budgets that have a part in it.
    """

    code: str
    severity: Severity
    budget: str
    sentence: str
    remedy: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Linted:
    """A budget as it stands, and its whole past periods with figures; `past` is None when they were not read."""

    standing: Standing
    past: tuple[PeriodPerformance, ...] | None = None

    @property
    def name(self) -> str:
        """The budget's name."""
        return self.standing.name

    @property
    def amounts(self) -> Sequence[tuple[date, Spend]]:
        """What its past periods came to, by their first day, oldest first."""
        return [
            (each.period.start.date(), each.actual) for each in self.past or () if each.actual is not None
        ]


RealValues = Mapping[str, Mapping[str, Decimal]]
"""CostFilters key -> value -> dollars of the time that was looked at; only keys that were read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LintedAccount:
    """The budgets that are looked at, and the values that cost lines have; `since` is how far those go back."""

    budgets: Sequence[Linted]
    real: RealValues = field(default_factory=dict)
    since: date | None = None


Check = Callable[[LintedAccount], Iterable[LintFinding]]
"""A pure function over the account's budgets."""
