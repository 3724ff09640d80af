"""Whatever spend, time, people and faults do: no alert is announced twice, none is missed after the next run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from typing import TypeVar

import pytest

from tests.builders import ACCOUNT, a_budget, usd
from tests.fake_channels import DOWN, FakeChannel
from tests.fakes import FakeBudgets, FakeClock, FakeCostExplorer, FakeGateways, FakeStateStore
from tools.actions.acknowledge_alert import acknowledge_alert
from tools.actions.monitor_budgets import monitor_budgets
from tools.domain.alerts import STANDING_OUT, AlertChange, AlertStatus
from tools.domain.announcements import Announcement, DeliveryState
from tools.domain.budget import Budget, HealthStatus
from tools.domain.crossings import DEFAULT_THRESHOLDS, reason_to_hold_back
from tools.domain.errors import AwsUnavailable, InvalidParameters
from tools.domain.notifications import NotificationType
from tools.domain.standing import standing_of
from tools.gateways import AgentIdentity

Written = TypeVar("Written")

NAMES = ("a", "b", "c")
BEGIN = datetime(2026, 10, 28, 6, tzinfo=UTC)


@dataclass
class FaultyStore(FakeStateStore):
    """A state table that fails before or after it has written, as often as it is told."""

    fails_before: Counter[str] = field(default_factory=Counter)
    fails_after: Counter[str] = field(default_factory=Counter)

    def save_alert(self, change: AlertChange) -> bool:
        return self._faulty("save_alert", partial(super().save_alert, change))

    def claim_announcement(
        self, announcement: Announcement, now: datetime, until: datetime
    ) -> Announcement | None:
        return self._faulty(
            "claim_announcement", partial(super().claim_announcement, announcement, now, until)
        )

    def settle_announcement(self, announcement: Announcement, now: datetime, *, is_done: bool) -> bool:
        return self._faulty(
            "settle_announcement", partial(super().settle_announcement, announcement, now, is_done=is_done)
        )

    def _faulty(self, method: str, write: Callable[[], Written]) -> Written:
        if self.fails_before[method]:
            self.fails_before[method] -= 1
            raise AwsUnavailable("nothing was written")
        written = write()
        if self.fails_after[method]:
            self.fails_after[method] -= 1
            raise AwsUnavailable("it was written, and nobody knows")
        return written


class World:
    """Three budgets over turning months, monitored now and then; each method but the last ones is a step."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.budgets = FakeBudgets()
        self.state = FaultyStore()
        self.clock = FakeClock(BEGIN)
        self.channel = FakeChannel(recipients=["one", "two"])
        self.gateways = FakeGateways(
            budgets=self.budgets,
            cost_explorer=FakeCostExplorer(),
            clock=self.clock,
            identity=AgentIdentity(account_id=ACCOUNT),
            state=self.state,
            channels=(self.channel,),
        )
        for name in NAMES:
            self.put(a_budget(name, limit=100, actual=10, last_updated=BEGIN - timedelta(days=90)))

    def put(self, budget: Budget) -> None:
        health = HealthStatus(is_healthy=True, as_of=self.clock.moment)
        self.budgets.budgets[budget.name] = replace(budget, health=health, notifications=())

    def aws_refreshes(self) -> None:
        name = self.random.choice(NAMES)
        actual = self.random.choice([0, 50, 79, 80, 81, 91, 101, 250])
        forecasted = self.random.choice([None, 60, 85, 95, 130])
        if name in self.budgets.budgets:
            self.put(
                replace(
                    self.budgets.budgets[name],
                    actual_spend=usd(actual),
                    forecasted_spend=None if forecasted is None else usd(forecasted),
                )
            )

    def somebody_edits(self) -> None:
        name, limit = self.random.choice(NAMES), self.random.choice([50, 100, 200])
        if name in self.budgets.budgets:
            budget = self.budgets.budgets[name]
            self.budgets.budgets[name] = replace(
                budget,
                definition=replace(budget.definition, limit=usd(limit)),
                actual_spend=usd(0),
                forecasted_spend=None,
                last_updated=self.clock.moment,
            )

    def somebody_deletes(self) -> None:
        self.budgets.budgets.pop(self.random.choice(NAMES), None)

    def somebody_creates(self) -> None:
        name = self.random.choice(NAMES)
        if name not in self.budgets.budgets:
            self.put(a_budget(name, limit=100, actual=120, last_updated=self.clock.moment))

    def time_passes(self) -> None:
        self.clock.moment += timedelta(hours=self.random.choice([1, 1, 4, 8, 13, 30, 24 * 9]))

    def the_table_will_fail(self) -> None:
        method = self.random.choice(["save_alert", "claim_announcement", "settle_announcement"])
        self.state.fails_before[method] = self.random.randint(0, 2)
        self.state.fails_after[method] = self.random.randint(0, 2)

    def the_channel_or_a_client_fails(self) -> None:
        self.channel.raises = AwsUnavailable("no endpoint") if self.random.random() < 0.3 else None
        self.channel.dead = {self.random.choice(["one", "two"]): DOWN}

    def the_channel_works_again(self) -> None:
        self.channel.raises, self.channel.dead = None, {}

    def a_run_looks_at_one_budget(self) -> None:
        name = self.random.choice(NAMES)
        if name in self.budgets.budgets:
            monitor_budgets.run({"notify": True, "budget_names": [name]}, self.gateways)

    def somebody_handles(self) -> None:
        name, snooze = self.random.choice(NAMES), self.random.random() < 0.5
        until = f"{self.clock.moment + timedelta(hours=5):%Y-%m-%dT%H:%M:%SZ}"
        given_until = {"snooze_until": until} if snooze else {}
        with suppress(AwsUnavailable, InvalidParameters):
            acknowledge_alert.run({"budget_name": name, **given_until}, self.gateways)

    def a_whole_run_goes_well(self) -> None:
        self.state.fails_before.clear()
        self.state.fails_after.clear()
        self.the_channel_works_again()
        # Leases of runs that failed are over.
        self.clock.moment += timedelta(minutes=5)
        unproven = [each for each in self.budgets.budgets if self.proves_nothing(each)]
        before = {each: self.standing_out(each) for each in unproven}
        result = monitor_budgets.run({"notify": True}, self.gateways)
        assert result.incomplete == []
        assert {each: self.standing_out(each) for each in unproven} == before
        self.alerts_are_what_the_figures_say()
        self.everything_was_told()

    def everything_was_told(self) -> None:
        """By now each client has taken each announcement, but for those that were given up after a week."""
        assert self.state.pending_announcements(ACCOUNT) == []
        name = self.channel.channel.name
        given_up = DeliveryState.GIVEN_UP
        told = {each.id for each in self.state.announced if each.delivery_by(name).state is not given_up}
        assert all(told <= set(self.channel.heard.get(client, [])) for client in ("one", "two"))

    def proves_nothing(self, name: str) -> bool:
        """Whether AWS has not looked since somebody edited the budget, or not for longer than a day."""
        budget = self.budgets.budgets[name]
        assert budget.health is not None
        assert budget.health.as_of is not None
        assert budget.last_updated is not None
        return budget.health.as_of < budget.last_updated or self.clock.moment - max(
            budget.health.as_of, budget.last_updated
        ) > timedelta(days=1)

    def standing_out(self, name: str) -> set[str]:
        """The alerts of a budget's running periods that are announced and not over."""
        return {
            each.key.position
            for each in self.state.alerts(ACCOUNT)
            if each.key.budget_name == name and each.stands_out and self.clock.moment < each.period.end
        }

    def alerts_are_what_the_figures_say(self) -> None:
        now = self.clock.moment
        live = {each.key.position: each for each in self.state.alerts(ACCOUNT)}
        assert all(now < each.period.end for each in live.values())
        assert all(each.key.budget_name in self.budgets.budgets for each in live.values() if each.stands_out)
        for budget in self.budgets.budgets.values():
            standing = standing_of(budget, now)
            if reason_to_hold_back(standing) is not None or self.proves_nothing(budget.name):
                continue
            limit = budget.definition.limit
            assert limit is not None
            for percent in DEFAULT_THRESHOLDS:
                at = limit.amount * percent / 100
                found = self.statuses(budget.name, percent)
                actual = budget.actual_spend is not None and budget.actual_spend.amount > at
                assert (found[NotificationType.ACTUAL] in STANDING_OUT) is actual
                if budget.forecasted_spend is not None:
                    foreseen = budget.forecasted_spend.amount > at and not actual
                    active = (*STANDING_OUT, AlertStatus.WAITING)
                    assert (found[NotificationType.FORECASTED] in active) is foreseen

    def statuses(self, name: str, percent: Decimal) -> dict[NotificationType, AlertStatus | None]:
        found = {
            each.key.watched.figure: each.status
            for each in self.state.alerts(ACCOUNT)
            if each.key.budget_name == name and each.key.watched.threshold.value == percent
        }
        return {figure: found.get(figure) for figure in NotificationType}

    def no_client_hears_anything_twice(self) -> None:
        assert all(len(set(heard)) == len(heard) for heard in self.channel.heard.values())

    def every_opening_is_announced_exactly_once(self) -> None:
        said = Counter(
            (each.data["alert_id"], each.data["occurrence"], each.event)
            for each in self.state.announced
            if each.event in {"opened", "resolved"}
        )
        assert all(count == 1 for count in said.values())
        everything = [*self.state.live_alerts.values(), *self.state.ended_alerts.values()]
        for alert in everything:
            if alert.status is not AlertStatus.WAITING:
                assert said[alert.key.id, alert.occurrence, "opened"] == 1
                over = alert.status is AlertStatus.RESOLVED
                assert said[alert.key.id, alert.occurrence, "resolved"] == int(over)


STEPS = (
    *[World.aws_refreshes] * 6,
    *[World.a_whole_run_goes_well] * 5,
    *[World.time_passes] * 4,
    *[World.a_run_looks_at_one_budget] * 2,
    World.somebody_edits,
    World.somebody_handles,
    World.somebody_deletes,
    World.somebody_creates,
    World.somebody_creates,
    World.the_table_will_fail,
    World.the_table_will_fail,
    World.the_channel_or_a_client_fails,
    World.the_channel_works_again,
)


@pytest.mark.parametrize("seed", range(6))
def test_no_alert_is_told_twice_and_none_is_missed(seed: int) -> None:
    world = World(seed)
    for _ in range(300):
        world.random.choice(STEPS)(world)
        world.every_opening_is_announced_exactly_once()
        world.no_client_hears_anything_twice()
    opened = sum(each.event == "opened" for each in world.state.announced)
    assert opened > 20
