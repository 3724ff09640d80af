"""Keeping alerts: what the figures say becomes steps in the life of alerts, one conditional write each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from tools.domain.alert_life import ended, seen
from tools.domain.alerts import Alert, AlertChange, AlertKey, AlertSource, Resolution, Sighting
from tools.domain.crossings import WatchedThreshold
from tools.domain.errors import ResourceLocked
from tools.domain.sightings import sightings_of
from tools.domain.standing import Standing
from tools.gateways import Clock
from tools.ports.state import StateStore

Watch = Callable[[Standing], Iterable[WatchedThreshold]]
"""Which thresholds of a budget are watched."""

_MOST_TRIES = 10

_Decide = Callable[[Alert | None], AlertChange | None]


def keep_alerts(
    state: StateStore,
    clock: Clock,
    account_id: str,
    standings: Sequence[Standing],
    watch: Watch,
    *,
    source: AlertSource = AlertSource.MONITORING,
    is_everything: bool = False,
) -> Iterator[AlertChange]:
    """Open, bring up to date and end the alerts of these budgets; each step is given when it is written.

    An alert is followed by its own threshold, watched now or not. `is_everything` tells that `standings` are all
    budgets of the account, so that a budget which is not among them is gone. Raises the errors of the state
    table, and ResourceLocked when others keep changing the same alert; steps given until then stand, and the
    next run goes on from there.
    """
    by_budget: dict[str, list[Alert]] = defaultdict(list)
    for alert in state.alerts(account_id):
        by_budget[alert.key.budget_name].append(alert)
    by_name = {each.name: each for each in standings}
    for name, alerts in by_budget.items():
        for alert in alerts:
            resolution = _ending(alert, by_name.get(name), clock, is_everything=is_everything)
            if resolution is not None:
                decide = partial(_ended, clock=clock, resolution=resolution)
                yield from _carried_out(state, alert.key, alert, decide)
    for standing in standings:
        followed = [
            each.key.watched for each in by_budget[standing.name] if _is_of_its_period(each, standing)
        ]
        known = {each.key.position: each for each in by_budget[standing.name]}
        for sighting in _sightings(standing, [*watch(standing), *followed], account_id):
            look = partial(_seen, sighting=sighting, clock=clock, source=source)
            yield from _carried_out(state, sighting.key, known.get(sighting.key.position), look)


def _ending(
    alert: Alert, standing: Standing | None, clock: Clock, *, is_everything: bool
) -> Resolution | None:
    """Why an alert is over apart from its figures; None while it is not."""
    if alert.period.end <= clock.now():
        return Resolution.PERIOD_ENDED
    if standing is None:
        return Resolution.BUDGET_GONE if is_everything else None
    if standing.period is not None and standing.period.start > alert.key.period_start:
        return Resolution.PERIOD_ENDED
    return None


def _is_of_its_period(alert: Alert, standing: Standing) -> bool:
    """A message may speak of the day before; today's alerts have nothing to do with that."""
    return standing.period is not None and standing.period.start == alert.key.period_start


def _sightings(
    standing: Standing, watched: Sequence[WatchedThreshold], account_id: str
) -> Iterator[Sighting]:
    """Each threshold once, however it is written."""
    found = {each.key.position: each for each in sightings_of(standing, watched, account_id)}
    yield from found.values()


def _ended(alert: Alert | None, clock: Clock, resolution: Resolution) -> AlertChange | None:
    return None if alert is None else ended(alert, clock.now(), resolution)


def _seen(alert: Alert | None, sighting: Sighting, clock: Clock, source: AlertSource) -> AlertChange | None:
    return seen(alert, sighting, clock.now(), source)


def _carried_out(
    state: StateStore, key: AlertKey, alert: Alert | None, decide: _Decide
) -> Iterator[AlertChange]:
    """Decide and write; decide anew from what is there when somebody else was faster."""
    for _ in range(_MOST_TRIES):
        change = decide(alert)
        if change is None:
            return
        if state.save_alert(change):
            yield change
            return
        alert = state.alert(key)
    raise ResourceLocked(
        f"Others keep changing the alert {key.id} of '{key.budget_name}'; the next run goes on with it."
    )
