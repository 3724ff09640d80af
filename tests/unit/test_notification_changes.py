"""Notifications changed in place: whatever stands and whatever is wanted, within the quotas at every step."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import ACCOUNT, a_budget
from tests.fakes import FakeBudgets
from tools.domain.budget_steps import RemoveNotification, TurnNotification
from tools.domain.notification_changes import notification_steps
from tools.domain.notifications import (
    MOST_NOTIFICATIONS,
    ComparisonOperator,
    Notification,
    NotificationType,
    Subscriber,
    Threshold,
)
from tools.domain.subscriber_channels import CHANNELS, ChannelName

Told = dict[tuple[str, str, Decimal, str], set[Subscriber]]

MAILS = [Subscriber(ChannelName.EMAIL, f"{number}@example.com") for number in range(12)]
TOPICS = [
    Subscriber(ChannelName.SNS, f"arn:aws:sns:us-east-1:{ACCOUNT}:topic-{number}") for number in range(3)
]

subscribers = st.tuples(
    st.lists(st.sampled_from(MAILS), unique=True, max_size=10),
    st.lists(st.sampled_from(TOPICS), unique=True, max_size=1),
).map(lambda both: (*both[0], *both[1]))
notifications = st.lists(
    st.builds(
        Notification,
        st.sampled_from(NotificationType),
        st.just(ComparisonOperator.GREATER_THAN),
        st.integers(1, 12).map(lambda tens: Threshold(Decimal(10 * tens))),
        subscribers.filter(bool),
    ),
    unique_by=lambda each: each.identity,
    max_size=MOST_NOTIFICATIONS,
).map(tuple)


def told_by(found: tuple[Notification, ...]) -> Told:
    return {each.identity: set(each.subscribers or ()) for each in found}


@given(existing=notifications, wanted=notifications)
def test_the_steps_lead_there_and_nobody_who_stays_is_untold_on_the_way(
    existing: tuple[Notification, ...], wanted: tuple[Notification, ...]
) -> None:
    fake = FakeBudgets(budgets={"a-budget": a_budget(notifications=existing)})
    before, after = told_by(existing), told_by(wanted)
    staying = {key: told & after[key] for key, told in before.items() if key in after}
    for step in notification_steps(existing, wanted):
        if isinstance(step, RemoveNotification):
            assert step.notification.identity not in after
        if isinstance(step, TurnNotification):
            assert step.old.identity not in after
        fake.apply(ACCOUNT, "a-budget", step)
        now = told_by(fake.budgets["a-budget"].notifications or ())
        assert len(now) <= MOST_NOTIFICATIONS
        for told in now.values():
            for name, channel in CHANNELS.items():
                assert sum(each.channel is name for each in told) <= channel.quota
        for key, told in staying.items():
            assert told <= now[key]
    assert told_by(fake.budgets["a-budget"].notifications or ()) == after


@given(existing=notifications, wanted=notifications, done=st.integers(0, 40))
def test_a_change_that_ended_anywhere_is_completed_by_the_next(
    existing: tuple[Notification, ...], wanted: tuple[Notification, ...], done: int
) -> None:
    fake = FakeBudgets(budgets={"a-budget": a_budget(notifications=existing)})
    for step in notification_steps(existing, wanted)[:done]:
        fake.apply(ACCOUNT, "a-budget", step)
    left = fake.budgets["a-budget"].notifications or ()
    for step in notification_steps(left, wanted):
        fake.apply(ACCOUNT, "a-budget", step)
    assert told_by(fake.budgets["a-budget"].notifications or ()) == told_by(wanted)


@given(existing=notifications)
def test_nothing_is_done_where_all_stands_as_wanted(existing: tuple[Notification, ...]) -> None:
    assert notification_steps(existing, tuple(reversed(existing))) == []
