"""Budget snapshots: how a budget stood on a day, kept for longer than AWS keeps it.

AWS keeps limit and actual of 60 days, 12 months or four quarters, nothing of years, and no forecast at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from tools.domain.audit import position_of
from tools.domain.money import Spend
from tools.domain.periods import BudgetPeriod
from tools.domain.standing import Standing
from tools.domain.status import BudgetStatus

SNAPSHOTS_KEPT = timedelta(days=1155)
"""38 months, as far back as Cost Explorer can be made to look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A budget's figures of one day in UTC, those seen last.

    `taken_at` is when the agent read them, `refreshed` when AWS made them (None when it does not tell). `actual`
    is what was spent in `period` so far.
    """

    account_id: str
    budget_name: str
    taken_at: datetime
    refreshed: datetime | None
    period: BudgetPeriod
    limit: Spend | None
    actual: Spend
    forecasted: Spend | None
    status: BudgetStatus | None

    @property
    def day(self) -> date:
        """The day it stands for."""
        return self.taken_at.astimezone(UTC).date()

    @property
    def as_of(self) -> str:
        """How new its figures are, as text in the order of time: when AWS made them, then when they were read."""
        return f"{position_of(self.refreshed or self.taken_at)}#{position_of(self.taken_at)}"

    def adds_to(self, latest: Snapshot | None) -> bool:
        """Whether it says something that the latest one does not: other figures, or those of another day.

        Figures that AWS has not made anew since are no figures of another day.
        """
        if latest is None or _figures_of(self) != _figures_of(latest):
            return True
        return self.day != latest.day and (self.refreshed is None or self.refreshed != latest.refreshed)


def snapshot_of(standing: Standing, account_id: str) -> Snapshot | None:
    """How a budget stands; None while its figures are unknown, the last period's, or the zero after a change."""
    if standing.period is None or standing.actual is None or standing.budget.figures_are_reset(standing.at):
        return None
    return Snapshot(
        account_id=account_id,
        budget_name=standing.name,
        taken_at=standing.at,
        refreshed=standing.budget.refreshed,
        period=standing.period,
        limit=standing.limit,
        actual=standing.actual,
        forecasted=standing.forecasted,
        status=standing.status,
    )


def _figures_of(snapshot: Snapshot) -> tuple[object, ...]:
    return (snapshot.period, snapshot.limit, snapshot.actual, snapshot.forecasted, snapshot.status)
