"""receive_notification: AWS is asked for the truth, every message is recorded once, nothing untrue is obeyed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from tests.builders import ACCOUNT, NOW, a_budget, a_notification, usd
from tests.fakes import FakeBudgets, FakeStateStore, gateways_with
from tests.notifications import TOPIC, Letter, message_id
from tools.actions.monitor_budgets import monitor_budgets
from tools.actions.receive_notification import receive_notification
from tools.domain.alerts import AlertSource, AlertStatus
from tools.domain.budget import Budget, HealthStatus
from tools.domain.budget_types import RI_UTILIZATION
from tools.domain.errors import AccessDenied, AwsUnavailable, BudgetAgentError, StateUnavailable, Throttled
from tools.domain.inbox import LONGEST_TEXT, MessageOutcome
from tools.domain.money import Spend
from tools.domain.notifications import ComparisonOperator, NotificationType, Threshold, ThresholdType
from tools.domain.performance import PeriodPerformance
from tools.domain.periods import BudgetPeriod, TimeUnit

PERCENT, ABSOLUTE = ThresholdType.PERCENTAGE, ThresholdType.ABSOLUTE_VALUE
WATCHING = (a_notification(80), a_notification(100), a_notification(80, on=NotificationType.FORECASTED))


def letter(threshold: str = "$80.00", **parts: Any) -> Letter:
    return Letter(
        **{"name": "a-budget", "budgeted": "$100.00", "threshold": threshold, "amount": "$90.00", **parts}
    )


def receive(
    state: FakeStateStore,
    *budgets: Budget,
    sent: Letter | str | None = None,
    number: int = 1,
    now: datetime = NOW,
    fake: FakeBudgets | None = None,
    **parameters: Any,
) -> dict[str, Any]:
    message = sent if sent is not None else letter()
    text, subject = (message, None) if isinstance(message, str) else (message.text, message.subject)
    held = budgets or (a_budget(actual=90, notifications=WATCHING),)
    result = receive_notification.run(
        {
            "message": text,
            "subject": subject,
            "message_id": message_id(number),
            "topic_arn": TOPIC,
            **parameters,
        },
        gateways_with(held, fake_budgets=fake, state=state, now=now),
    )
    return result.model_dump(mode="json")


def announced(state: FakeStateStore) -> list[str]:
    """The ids of all announcements, those that nobody wants to hear included."""
    return sorted(each for _, each in (*state.outbox, *state.told))


def thresholds(state: FakeStateStore) -> list[tuple[NotificationType, Threshold]]:
    return [(each.key.watched.figure, each.key.watched.threshold) for each in state.alerts(ACCOUNT)]


def test_a_true_message_opens_the_alert_of_the_notification_that_it_speaks_of() -> None:
    state = FakeStateStore()
    reply = receive(state)
    assert (reply["outcome"], reply["is_refused"], reply["is_duplicate"]) == ("PAST_THRESHOLD", False, False)
    assert [each["status"] for each in reply["alerts"]["opened"]] == ["OPEN"]
    [alert] = state.alerts(ACCOUNT)
    assert thresholds(state) == [(NotificationType.ACTUAL, Threshold(Decimal(80), PERCENT))]
    assert alert.sources == (AlertSource.AWS_NOTIFICATION,)
    assert alert.value == usd(90)
    kept = state.inbox[ACCOUNT, message_id()]
    assert (kept.outcome, kept.budget_name, kept.text) == (MessageOutcome.PAST_THRESHOLD, "a-budget", None)
    assert kept.understood == reply["understood"]
    assert reply["understood"]["threshold"] == {"amount": "80.00", "unit": "USD"}


def test_the_figures_are_those_of_aws_and_not_those_of_the_message() -> None:
    state = FakeStateStore()
    receive(state, sent=letter(amount="$999,999.00"))
    [alert] = state.alerts(ACCOUNT)
    assert alert.value == usd(90)


def test_what_aws_does_not_confirm_opens_nothing_and_is_recorded_so() -> None:
    state = FakeStateStore()
    reply = receive(state, a_budget(actual=70, notifications=WATCHING))
    assert (reply["outcome"], reply["is_refused"]) == ("NOT_PAST_THRESHOLD", False)
    assert reply["reasons"] == ["AWS says that the figure is not past it"]
    assert state.alerts(ACCOUNT) == []
    assert state.inbox[ACCOUNT, message_id()].outcome is MessageOutcome.NOT_PAST_THRESHOLD


def test_figures_that_prove_nothing_yet_open_nothing() -> None:
    state = FakeStateStore()
    old = datetime(2026, 9, 30, 20, tzinfo=UTC)
    reply = receive(state, a_budget(actual=90, notifications=WATCHING, last_updated=old))
    assert (reply["outcome"], reply["reasons"]) == (
        "NOT_TO_BE_TOLD",
        ["its figures are still those of the last period"],
    )
    assert state.alerts(ACCOUNT) == []


@pytest.mark.parametrize(
    ("stated", "limit", "expected"),
    [
        ("$80.00", 100, Threshold(Decimal(80), PERCENT)),
        ("$26.67", "33.333", Threshold(Decimal(80), PERCENT)),
        ("$79.99", 100, Threshold(Decimal("79.99"), ABSOLUTE)),
        ("$60.00", 100, Threshold(Decimal("60.00"), ABSOLUTE)),
    ],
)
def test_the_threshold_is_the_one_that_lies_at_the_stated_amount_to_the_cent(
    stated: str, limit: str | int, expected: Threshold
) -> None:
    state = FakeStateStore()
    receive(
        state,
        a_budget(actual=99, limit=limit, notifications=WATCHING),
        sent=letter(stated, budgeted="$1.00"),
    )
    assert thresholds(state) == [(NotificationType.ACTUAL, expected)]


def test_a_limit_that_was_changed_since_leads_to_the_same_notification() -> None:
    state = FakeStateStore()
    receive(state, a_budget(actual=190, limit=200, notifications=WATCHING))
    assert thresholds(state) == [(NotificationType.ACTUAL, Threshold(Decimal(80), PERCENT))]


def test_an_absolute_threshold_is_found_too() -> None:
    state = FakeStateStore()
    watching = (a_notification(80, threshold_type=ABSOLUTE),)
    receive(state, a_budget(actual=190, limit=200, notifications=watching))
    assert thresholds(state) == [(NotificationType.ACTUAL, Threshold(Decimal(80), ABSOLUTE))]


def test_a_utilization_budget_fails_below_its_threshold() -> None:
    state = FakeStateStore()
    budget = a_budget(
        type=RI_UTILIZATION, actual=70, notifications=(a_notification(80, type=RI_UTILIZATION),)
    )
    below = ComparisonOperator.LESS_THAN
    sent = letter("80.00%", kind="RI Utilization", operator=below, budgeted="100.00%", amount="70.00%")
    assert receive(state, budget, sent=sent)["outcome"] == "PAST_THRESHOLD"
    [alert] = state.alerts(ACCOUNT)
    assert alert.key.watched.operator is below


@pytest.mark.parametrize("threshold", ["-", "80.00%", "80.00 GB"])
def test_a_message_without_a_threshold_in_the_limits_unit_leads_to_all_of_its_figure(threshold: str) -> None:
    state = FakeStateStore()
    missing = ("Alert Threshold", "Budgeted Amount", "ACTUAL Amount")
    text = (
        letter(without=missing[1:]).text.replace("> $80.00", f"> {threshold}").replace("greater than", "over")
    )
    if threshold == "-":
        text = letter(without=missing).text.replace("greater than", "over")
    receive(state, a_budget(actual=120, notifications=WATCHING), sent=text)
    assert sorted(threshold.value for _, threshold in thresholds(state)) == [80, 100]


def test_a_forecast_waits_for_a_second_refresh_as_in_monitoring() -> None:
    state = FakeStateStore()
    sent = letter(figure=NotificationType.FORECASTED)
    budget = a_budget(actual=50, forecasted=85, notifications=WATCHING)
    reply = receive(state, budget, sent=sent)
    assert reply["outcome"] == "PAST_THRESHOLD"
    [alert] = state.alerts(ACCOUNT)
    assert alert.status is AlertStatus.WAITING
    assert announced(state) == []


def test_our_own_monitoring_and_the_message_of_aws_make_one_alert() -> None:
    for message_comes_first in (True, False):
        state = FakeStateStore()
        gateways = gateways_with([a_budget(actual=85, notifications=WATCHING)], state=state)
        steps = [
            lambda state=state: receive(state, a_budget(actual=85, notifications=WATCHING)),
            lambda gateways=gateways: monitor_budgets.run({"notify": True}, gateways),
        ]
        for step in steps if message_comes_first else reversed(steps):
            step()
        [alert] = state.alerts(ACCOUNT)
        assert set(alert.sources) == set(AlertSource)
        assert len(announced(state)) == 1


def test_a_second_delivery_changes_nothing_and_asks_nobody() -> None:
    state = FakeStateStore()
    receive(state)
    before = (dict(state.inbox), dict(state.live_alerts), announced(state))
    fake = FakeBudgets(
        failing={"get_budget": AwsUnavailable("asked"), "notifications_of": AwsUnavailable("asked")}
    )
    reply = receive(state, a_budget(actual=500), fake=fake)
    assert (reply["outcome"], reply["is_duplicate"], reply["alerts"]) == ("PAST_THRESHOLD", True, None)
    assert (state.inbox, state.live_alerts, announced(state)) == before


def test_of_two_deliveries_at_the_same_time_one_is_kept() -> None:
    class Slow(FakeStateStore):
        """Both look before either has written."""

        def received(self, account_id: str, message_id: str) -> None:
            return None

    state = Slow()
    replies = [receive(state), receive(state)]
    assert [each["is_duplicate"] for each in replies] == [False, True]
    assert (len(state.inbox), len(announced(state))) == (1, 1)


def test_messages_in_any_order_and_again_leave_the_same() -> None:
    budget = a_budget(actual=120, notifications=(*WATCHING, a_notification(90)))
    sent = [("$80.00", 1), ("$90.00", 2), ("$100.00", 3)]
    seen = []
    for order in permutations(sent):
        state = FakeStateStore()
        for threshold, number in (*order, *order[:2]):
            receive(state, budget, sent=letter(threshold), number=number)
        seen.append((sorted(state.live_alerts), announced(state), sorted(state.inbox)))
    assert all(each == seen[0] for each in seen)
    assert [len(each) for each in seen[0]] == [3, 3, 3]


REFUSED: dict[str, tuple[Letter | str, dict[str, Any], str, str]] = {
    "no budget message": ("Hello", {}, "NOT_UNDERSTOOD", "it is not a text of AWS Budgets"),
    "an empty one": ("", {}, "NOT_UNDERSTOOD", "it is not a text of AWS Budgets"),
    "another account": (letter(account="999999999999"), {}, "IMPOSSIBLE", "it speaks of another account"),
    "a topic of another account": (
        letter(),
        {"topic_arn": "arn:aws:sns:us-east-1:999999999999:x"},
        "IMPOSSIBLE",
        "it does not come from a topic of this account",
    ),
    "no topic": (letter(), {"topic_arn": "x"}, "IMPOSSIBLE", "it does not come from a topic of this account"),
    "a negative figure": (letter(amount="-$1.00"), {}, "IMPOSSIBLE", "its amount is negative"),
    "a threshold of zero": (
        letter("$0.00"),
        {},
        "IMPOSSIBLE",
        "its alert threshold is not above zero, or above what AWS allows",
    ),
    "no number": (letter("$NaN"), {}, "IMPOSSIBLE", "its alert threshold cannot be read"),
    "a name that cannot be": (letter(name="a:b"), {}, "IMPOSSIBLE", "AWS allows no budget of that name"),
    "an unknown budget": (letter(name="nobody's"), {}, "UNKNOWN_BUDGET", "the account has no such budget"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_true_is_recorded_and_starts_no_write(case: str) -> None:
    sent, parameters, outcome, reason = REFUSED[case]
    state = FakeStateStore(failing={"save_alert": AwsUnavailable("must not be written")})
    reply = receive(state, sent=sent, **parameters)
    assert (reply["outcome"], reply["is_refused"], reply["reasons"]) == (outcome, True, [reason])
    assert reply["alerts"] is None
    [kept] = state.inbox.values()
    assert kept.text == (sent if isinstance(sent, str) else sent.text)
    assert receive(state, sent=sent, **parameters)["is_duplicate"]


def test_of_a_refused_text_only_the_beginning_is_kept() -> None:
    state = FakeStateStore()
    receive(state, sent="x" * 20_000)
    [kept] = state.inbox.values()
    assert kept.text is not None
    assert len(kept.text) == LONGEST_TEXT


@pytest.mark.parametrize("method", ["get_budget", "notifications_of"])
@pytest.mark.parametrize("error", [AccessDenied("no"), Throttled("later"), AwsUnavailable("gone")])
def test_while_aws_does_not_tell_the_truth_nothing_is_recorded_and_it_comes_again(
    method: str, error: BudgetAgentError
) -> None:
    state = FakeStateStore()
    with pytest.raises(type(error)):
        receive(state, fake=FakeBudgets(failing={method: error}))
    assert (state.inbox, state.alerts(ACCOUNT)) == ({}, [])
    assert receive(state)["outcome"] == "PAST_THRESHOLD"


@pytest.mark.parametrize("method", ["received", "alerts", "save_alert", "keep_received"])
def test_wherever_the_table_fails_the_next_try_loses_and_doubles_nothing(method: str) -> None:
    state = FakeStateStore(failing={method: AwsUnavailable("no answer")})
    with pytest.raises(AwsUnavailable):
        receive(state)
    assert state.inbox == {}
    state.failing.clear()
    assert not receive(state)["is_duplicate"]
    assert (len(state.inbox), len(state.live_alerts), len(announced(state))) == (1, 1, 1)


def test_without_a_table_a_message_is_not_taken() -> None:
    with pytest.raises(StateUnavailable, match="BUDGET_STATE_TABLE"):
        receive_notification.run({"message": "x", "message_id": "1"}, gateways_with())


# Daily budgets are told of on the next day: today's figures say nothing of it.

YESTERDAY = BudgetPeriod(datetime(2026, 10, 19, tzinfo=UTC), datetime(2026, 10, 20, tzinfo=UTC))


def daily(actual: int, *, yesterday: int | None) -> tuple[Budget, FakeBudgets]:
    budget = a_budget(
        time_unit=TimeUnit.DAILY,
        actual=actual,
        notifications=(a_notification(80),),
        health=HealthStatus(is_healthy=True, as_of=NOW - timedelta(hours=1)),
    )
    spent = None if yesterday is None else usd(yesterday)
    return budget, FakeBudgets(
        history={"a-budget": [PeriodPerformance(period=YESTERDAY, limit=usd(100), actual=spent)]}
    )


def test_a_daily_budget_is_looked_at_as_it_stood_on_the_day_before() -> None:
    state = FakeStateStore()
    budget, fake = daily(3, yesterday=95)
    assert receive(state, budget, fake=fake, sent=letter(is_daily=True))["outcome"] == "PAST_THRESHOLD"
    [alert] = state.alerts(ACCOUNT)
    assert (alert.value, alert.period) == (usd(95), YESTERDAY)


def test_a_daily_budget_that_kept_to_its_limit_yesterday_is_not_told_of_for_today() -> None:
    state = FakeStateStore()
    budget, fake = daily(95, yesterday=20)
    reply = receive(state, budget, fake=fake, sent=letter(is_daily=True))
    assert (reply["outcome"], state.alerts(ACCOUNT)) == ("NOT_PAST_THRESHOLD", [])


def test_a_late_message_is_held_to_the_day_that_it_speaks_of() -> None:
    state = FakeStateStore()
    budget, fake = daily(3, yesterday=95)
    sent_at = (NOW - timedelta(hours=2)).isoformat()
    later = NOW + timedelta(days=3)
    budget = replace(budget, health=HealthStatus(is_healthy=True, as_of=later), last_updated=later)
    reply = receive(state, budget, fake=fake, now=later, sent=letter(is_daily=True), sent_at=sent_at)
    assert reply["outcome"] == "PAST_THRESHOLD"
    [alert] = state.alerts(ACCOUNT)
    assert alert.period == YESTERDAY


@pytest.mark.parametrize("sent_at", ["2099-01-01T00:00:00Z", "1999-01-01T00:00:00Z"])
def test_a_moment_that_cannot_be_is_not_believed(sent_at: str) -> None:
    budget, fake = daily(3, yesterday=95)
    reply = receive(FakeStateStore(), budget, fake=fake, sent=letter(is_daily=True), sent_at=sent_at)
    assert reply["outcome"] == "PAST_THRESHOLD"


def test_a_day_without_figures_proves_nothing() -> None:
    budget, fake = daily(95, yesterday=None)
    reply = receive(FakeStateStore(), budget, fake=fake, sent=letter(is_daily=True))
    assert (reply["outcome"], reply["reasons"]) == (
        "NOT_TO_BE_TOLD",
        ["AWS has no figures of the day that it speaks of"],
    )


def test_news_of_yesterday_leaves_the_alerts_of_today_alone_and_they_it() -> None:
    state = FakeStateStore()
    budget, fake = daily(90, yesterday=95)
    gateways = gateways_with([budget], fake_budgets=fake, state=state)
    monitor_budgets.run({"notify": True}, gateways)
    [today] = state.alerts(ACCOUNT)
    receive(state, budget, fake=fake, sent=letter(is_daily=True))
    assert {each.period.start.day: each.status for each in state.alerts(ACCOUNT)} == {
        19: AlertStatus.OPEN,
        20: AlertStatus.OPEN,
    }
    assert state.alert(today.key) == today
    monitor_budgets.run({"notify": True}, gateways)
    assert [each.period.start.day for each in state.alerts(ACCOUNT)] == [20]


def test_units_of_usage_come_back_as_they_are_stated() -> None:
    state = FakeStateStore()
    reply = receive(
        state, sent=letter("80.00 GB-Mo", budgeted="100.00 GB-Mo", amount="90.00 GB-Mo", kind="Usage")
    )
    assert reply["understood"]["amount"] == {"amount": "90.00", "unit": "GB-Mo"}
    assert Spend(Decimal(90), "GB-Mo").in_words() == "90 GB-Mo"
