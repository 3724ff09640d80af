"""How budgets stand, day by day: kept for longer than AWS does, and shown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from pydantic import Field

from tools.actions._action import Incomplete, Model
from tools.actions._reply import Amount, Moment, Period, amount_of, read_or_say, shown
from tools.domain.snapshots import Snapshot, snapshot_of
from tools.domain.standing import Standing
from tools.gateways import Gateways
from tools.ports.state import StateStore


class SnapshotView(Model):
    """How the budget stood on one day, as the agent last saw it then. Unknown figures are null."""

    day: date = Field(description="In UTC.")
    period: Period
    limit: Amount | None
    actual_spend: Amount = Field(description="Since the period began.")
    forecasted_spend: Amount | None
    budget_status: str | None
    last_updated: Moment | None = Field(description="When AWS had computed the figures.")


def keep_snapshots(state: StateStore, account_id: str, standings: Iterable[Standing]) -> int:
    """Keep what is new in how these budgets stand, and say of how many that was written.

    One query tells what is kept already. Raises the errors of the state table; what was written until then stands,
    and the next run writes the rest.
    """
    latest = state.latest_snapshots(account_id)
    seen = [snapshot_of(each, account_id) for each in standings]
    new = [each for each in seen if each is not None and each.adds_to(latest.get(each.budget_name))]
    return sum(state.keep_snapshot(each) for each in new)


def snapshots_shown(
    gateways: Gateways,
    account_id: str,
    budget_name: str,
    days: int,
    now: datetime,
    incomplete: list[Incomplete],
) -> list[SnapshotView] | None:
    """One budget's snapshots of the last days, today included; None when none are kept or could be read."""
    state = gateways.state
    if state is None or days == 0:
        return None
    until = now.date() + timedelta(days=1)
    since = date.fromordinal(max(until.toordinal() - days, 1))
    found = read_or_say("state", incomplete, lambda: state.snapshots(account_id, budget_name, since, until))
    return None if found is None else [_view(each) for each in found]


def _view(snapshot: Snapshot) -> SnapshotView:
    return SnapshotView(
        day=snapshot.day,
        period=Period(start=snapshot.period.start, end=snapshot.period.end),
        limit=amount_of(snapshot.limit),
        actual_spend=shown(snapshot.actual),
        forecasted_spend=amount_of(snapshot.forecasted),
        budget_status=None if snapshot.status is None else snapshot.status.value,
        last_updated=snapshot.refreshed,
    )
