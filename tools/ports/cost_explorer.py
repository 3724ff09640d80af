"""What actions may ask of AWS Cost Explorer, and what its answers cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from tools.domain.budget_types import BudgetTypeName
    from tools.domain.commitments import CommitmentMonth
    from tools.domain.money import Spend


BETWEEN_GROUPS: Final = "\n"
"""Between the two values of a group that was grouped twice; neither has a line break."""


@dataclass(frozen=True, slots=True)
class MemoryProblem:
    """Why the agent's memory was of no help to a read, which stands without it."""

    code: str
    reason: str
    retryable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CostAnswer:
    """What an answer of Cost Explorer took, and whether it comes from AWS or from the agent's memory.

    `pages` were read just now and `cached_pages` at `as_of`, which is None where nobody keeps answers.
    `memory_problem` says why this one was not looked up or not kept.
    """

    pages: int
    cached_pages: int = 0
    as_of: datetime | None = None
    memory_problem: MemoryProblem | None = None


@dataclass(frozen=True, slots=True)
class CostRead(CostAnswer):
    """Monthly amounts by group.

    `amounts` maps group value -> first of month -> amount; `units` maps group value -> unit. A group value
    is what Cost Explorer says: `Amazon Redshift`, an account id, `team$data`, or `` for everything.
    """

    amounts: Mapping[str, Mapping[date, Decimal]]
    units: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class GroupedRead(CostAnswer):
    """What groups came to over some days, by metric; a quantity in several units has the unit `N/A`.

    A group is named by one value for each key that was grouped by, as Cost Explorer says them. With `is_complete`
    False more pages were left unread.
    """

    groups: tuple[tuple[tuple[str, ...], Mapping[str, Spend]], ...]
    is_complete: bool

    @property
    def amounts(self) -> Mapping[tuple[str, ...], Mapping[str, Spend]]:
        """Group -> metric -> amount."""
        return dict(self.groups)


@dataclass(frozen=True, slots=True)
class DailyRead(CostAnswer):
    """Daily amounts through a filter."""

    amounts: Mapping[date, Decimal]


@dataclass(frozen=True, slots=True)
class CommitmentRead(CostAnswer):
    """Months of a utilization or coverage."""

    months: tuple[CommitmentMonth, ...]


class CostExplorerGateway(Protocol):
    """AWS Cost Explorer. Every page read costs money; results say how many there were."""

    def fresh(self) -> CostExplorerGateway:
        """The same, asking AWS whatever is remembered; what it reads is remembered from then on."""

    def monthly_amounts(
        self,
        months: tuple[date, date],
        *,
        metric: str,
        group_by: tuple[str, str] | None = None,
        and_by: tuple[str, str] | None = None,
        account_id: str | None = None,
        expression: Mapping[str, Any] | None = None,
    ) -> CostRead:
        """Amounts per month from the first month up to, not including, the second.

        `metric` is Cost Explorer's (UnblendedCost, UsageQuantity, ...); `group_by` is (type, key) such as
        (DIMENSION, SERVICE) or (TAG, team), and with `and_by` a group is both values, joined by BETWEEN_GROUPS;
        `account_id` narrows to one linked account, `expression` by a Cost Explorer filter instead. Raises
        DataUnavailable when Cost Explorer has no data yet, InvalidParameters when the months lie further back than
        it keeps.
        """

    def grouped_amounts(
        self,
        days: tuple[date, date],
        *,
        metrics: tuple[str, ...],
        group_by: tuple[tuple[str, str], ...],
        expression: Mapping[str, Any] | None = None,
        most_pages: int,
    ) -> GroupedRead:
        """Amounts from the first day up to, not including, the second, by one or two keys, through a filter.

        The only read that may end early: after `most_pages`, and the result says so. Raises DataUnavailable when
        Cost Explorer has no data yet, InvalidParameters when the days lie further back than it keeps.
        """

    def daily_amounts(
        self, days: tuple[date, date], *, metric: str, expression: Mapping[str, Any] | None = None
    ) -> DailyRead:
        """Amounts per day from the first day up to, not including, the second, through a Cost Explorer filter.

        Raises DataUnavailable when Cost Explorer has no data yet.
        """

    def commitment_percentages(
        self,
        budget_type: BudgetTypeName,
        months: tuple[date, date],
        *,
        service: str | None = None,
        account_id: str | None = None,
    ) -> CommitmentRead:
        """Monthly utilization or coverage for one of the four RI and Savings Plans types.

        Empty when the account had no such commitments; `service` is needed for the RI types; `account_id`
        narrows to one linked account.
        """
