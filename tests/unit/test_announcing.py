"""Telling what waits in the outbox: once, by every channel that wants it, whatever fails on the way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.builders import ACCOUNT, NOW
from tests.fake_channels import DOWN, FakeChannel, an_announcement, unavailable
from tests.fakes import FakeStateStore, gateways_with
from tools.actions._action import Incomplete
from tools.actions._announcing import Announced, deliver_announcements
from tools.domain.announcements import Announcement, Delivery, DeliveryState
from tools.domain.channels import OWNERS_WEBSOCKET, STACK_WEBSOCKET, TOPIC
from tools.domain.deliveries import GIVE_UP_AFTER, Failure
from tools.domain.errors import AccessDenied
from tools.gateways import Gateways

LATER = NOW + timedelta(hours=8)


@pytest.fixture
def state() -> FakeStateStore:
    return FakeStateStore()


def waiting(state: FakeStateStore, *announcements: Announcement) -> None:
    for each in announcements:
        assert state.announce(each)


def tell(
    state: FakeStateStore, *channels: FakeChannel, at: object = NOW
) -> tuple[Announced, list[Incomplete]]:
    return run(gateways_with(state=state, channels=channels, now=at))  # type: ignore[arg-type]


def run(gateways: Gateways) -> tuple[Announced, list[Incomplete]]:
    incomplete: list[Incomplete] = []
    announced = deliver_announcements(gateways, ACCOUNT, incomplete)
    assert announced is not None
    return announced, incomplete


def delivery(state: FakeStateStore, channel: str = "websocket", id: str = "a1") -> Delivery:
    kept = {**state.outbox, **state.told}[ACCOUNT, id]
    return kept.delivery_by(channel)


def test_what_waits_is_told_once_by_every_channel_the_oldest_first(state: FakeStateStore) -> None:
    waiting(state, an_announcement("b", at=NOW), an_announcement("a", at=NOW - timedelta(hours=1)))
    people, programs = FakeChannel(channel=TOPIC), FakeChannel(["one", "two"])
    announced, incomplete = tell(state, people, programs)
    assert (announced.sent, announced.pending, announced.failed, incomplete) == (6, [], [], [])
    assert programs.heard == {"one": ["a", "b"], "two": ["a", "b"]}
    assert people.heard == {"one": ["a", "b"]}
    assert state.outbox == {}
    assert tell(state, people, programs)[0].sent == 0


def test_the_announcements_of_another_account_wait(state: FakeStateStore) -> None:
    waiting(state, an_announcement(account_id="999999999999"))
    channel = FakeChannel()
    assert tell(state, channel)[0].sent == 0
    assert len(state.outbox) == 1


def test_what_no_channel_wants_is_done_with(state: FakeStateStore) -> None:
    waiting(state, an_announcement(event="snoozed"))
    people = FakeChannel(channel=TOPIC)
    assert tell(state, people)[0] == Announced()
    assert (people.tried, list(state.told)) == ([], [(ACCOUNT, "a1")])


def test_without_any_channel_the_outbox_does_not_fill(state: FakeStateStore) -> None:
    waiting(state, an_announcement())
    tell(state)
    assert state.outbox == {}


def test_one_dead_recipient_stops_no_other_and_is_told_at_the_next_run(state: FakeStateStore) -> None:
    waiting(state, an_announcement())
    channel = FakeChannel(["one", "dead", "two"], dead={"dead": DOWN})
    announced, incomplete = tell(state, channel)
    (view,) = announced.pending
    assert (announced.sent, view.remaining, view.attempts, view.reason) == (2, 1, 1, DOWN.reason)
    assert [(each.part, each.code) for each in incomplete] == [
        ("announcements by websocket", "AWS_UNAVAILABLE")
    ]
    channel.dead.clear()
    assert tell(state, channel, at=LATER)[0] == Announced(sent=1)
    assert channel.heard == {"one": ["a1"], "two": ["a1"], "dead": ["a1"]}
    assert delivery(state) == Delivery(state=DeliveryState.DELIVERED, attempts=2, reached=3)


def test_a_recipient_that_fails_hears_nothing_later_before_it_has_heard_the_first(
    state: FakeStateStore,
) -> None:
    waiting(state, an_announcement("a", at=NOW), an_announcement("b", at=NOW + timedelta(seconds=1)))
    channel = FakeChannel(["one", "dead"], dead={"dead": DOWN})
    tell(state, channel)
    assert channel.tried == [("one", "a"), ("dead", "a"), ("one", "b")]
    channel.dead.clear()
    tell(state, channel, at=LATER)
    assert channel.heard["dead"] == ["a", "b"]


def test_one_dead_channel_stops_no_other_and_waits_once(state: FakeStateStore) -> None:
    waiting(state, an_announcement("a"), an_announcement("b"))
    dead, alive = FakeChannel(dead={"one": DOWN}), FakeChannel(channel=STACK_WEBSOCKET)
    announced, _ = tell(state, dead, alive)
    assert (announced.sent, alive.heard) == (2, {"one": ["a", "b"]})
    assert dead.tried == [("one", "a")]
    assert [(each.id, each.channel, each.attempts) for each in announced.pending] == [
        ("a", "websocket", 1),
        ("b", "websocket", 0),
    ]
    dead.dead.clear()
    assert tell(state, dead, alive, at=LATER)[0].sent == 2
    assert alive.heard == dead.heard == {"one": ["a", "b"]}


def test_who_connects_while_a_channel_is_dead_is_told_when_it_lives_again(state: FakeStateStore) -> None:
    waiting(state, an_announcement())
    channel = FakeChannel(["before"], dead={"before": DOWN})
    tell(state, channel)
    channel.recipients = ["after"]
    tell(state, channel, at=LATER)
    assert channel.heard == {"after": ["a1"]}


def test_a_channel_that_does_not_know_its_recipients_stops_no_other(state: FakeStateStore) -> None:
    waiting(state, an_announcement("a"), an_announcement("b"))
    refused = AccessDenied("AWS refuses dynamodb:Scan", {"permission": "dynamodb:Scan"})
    dead, alive = FakeChannel(raises=refused), FakeChannel(channel=STACK_WEBSOCKET)
    announced, incomplete = tell(state, dead, alive)
    assert announced.sent == 2
    assert [(each.code, each.reason) for each in incomplete] == [("ACCESS_DENIED", refused.message)]
    assert {each.channel for each in announced.pending} == {"websocket"}


def test_a_channel_that_nobody_listens_to_has_told_everybody(state: FakeStateStore) -> None:
    waiting(state, an_announcement())
    assert tell(state, FakeChannel([]))[0] == Announced()
    assert delivery(state).state is DeliveryState.DELIVERED


def test_gone_recipients_are_no_failure(state: FakeStateStore) -> None:
    waiting(state, an_announcement())
    problem = Failure("AWS_UNAVAILABLE", "it stays in the table")
    channel = FakeChannel(["one", "gone"], gone={"gone"}, problems=(problem,))
    announced, incomplete = tell(state, channel)
    assert (announced.sent, announced.pending, channel.recipients) == (1, [], ["one"])
    assert [each.reason for each in incomplete] == ["it stays in the table"]


def test_after_a_week_a_channel_gives_up_and_says_so(state: FakeStateStore) -> None:
    waiting(state, an_announcement())
    channel = FakeChannel(dead={"one": DOWN})
    just_before = NOW + GIVE_UP_AFTER - timedelta(seconds=1)
    assert tell(state, channel, at=just_before)[0].failed == []
    announced, _ = tell(state, channel, at=NOW + GIVE_UP_AFTER)
    assert [(each.channel, each.reason) for each in announced.failed] == [("websocket", DOWN.reason)]
    assert (announced.pending, state.outbox) == ([], {})


def test_two_overlapping_runs_tell_nothing_twice(state: FakeStateStore) -> None:
    waiting(state, an_announcement())
    read = state.pending_announcements(ACCOUNT)
    assert state.claim_announcement(read[0], NOW, NOW + timedelta(minutes=2)) is not None
    channel = FakeChannel()
    announced, incomplete = tell(state, channel)
    assert (channel.tried, incomplete) == ([], [])
    assert "Another run" in str(announced.pending[0].reason)


def test_a_lease_ends_soon_after_the_longest_run(state: FakeStateStore) -> None:
    waiting(state, an_announcement())
    state.failing["settle_announcement"] = unavailable()
    tell(state, FakeChannel())
    state.failing.clear()
    channel = FakeChannel()
    tell(state, channel, at=NOW + timedelta(minutes=1, seconds=59))
    assert channel.tried == [], "the process that sent it may be settling it still"
    tell(state, channel, at=NOW + timedelta(minutes=2))
    assert channel.heard == {"one": ["a1"]}, "that process is gone"


def test_what_was_sent_and_not_settled_is_settled_by_the_same_process_and_not_sent_again(
    state: FakeStateStore,
) -> None:
    waiting(state, an_announcement())
    channel = FakeChannel()
    gateways = gateways_with(state=state, channels=[channel])
    state.failing["settle_announcement"] = unavailable()
    announced, incomplete = run(gateways)
    assert announced.sent == 1
    assert [(each.part, each.code) for each in incomplete] == [("announcements", "AWS_UNAVAILABLE")]
    assert run(gateways)[0] == Announced(), "the table is still down"
    state.failing.clear()
    assert run(gateways)[0] == Announced()
    assert channel.heard == {"one": ["a1"]}
    assert (state.outbox, list(state.told)) == ({}, [(ACCOUNT, "a1")])


def test_what_was_sent_in_part_and_not_settled_goes_on_with_the_rest(state: FakeStateStore) -> None:
    waiting(state, an_announcement())
    channel = FakeChannel(["one", "dead"], dead={"dead": DOWN})
    gateways = gateways_with(state=state, channels=[channel])
    state.failing["settle_announcement"] = unavailable()
    run(gateways)
    state.failing.clear()
    channel.dead.clear()
    assert run(gateways)[0].sent == 1
    assert channel.heard == {"one": ["a1"], "dead": ["a1"]}


def test_a_defect_of_one_channel_loses_nothing_of_what_others_have_told(state: FakeStateStore) -> None:
    waiting(state, an_announcement())
    fine, defective = FakeChannel(), FakeChannel(channel=STACK_WEBSOCKET)
    defective.dead = None  # type: ignore[assignment]
    with pytest.raises(AttributeError):
        tell(state, fine, defective)
    assert delivery(state, "websocket").state is DeliveryState.DELIVERED
    defective.dead = {}
    tell(state, fine, defective, at=LATER)
    assert fine.heard == defective.heard == {"one": ["a1"]}


@pytest.mark.parametrize("method", ["pending_announcements", "claim_announcement"])
def test_an_outbox_that_does_not_answer_is_said_and_nothing_is_told(
    state: FakeStateStore, method: str
) -> None:
    waiting(state, an_announcement("a"), an_announcement("b"))
    state.failing[method] = unavailable()
    channel = FakeChannel()
    incomplete: list[Incomplete] = []
    deliver_announcements(gateways_with(state=state, channels=[channel]), ACCOUNT, incomplete)
    assert [(each.part, each.code) for each in incomplete] == [("announcements", "AWS_UNAVAILABLE")]
    assert channel.tried == []
    state.failing.clear()
    assert tell(state, channel)[0].sent == 2


def test_without_a_memory_there_is_nothing_to_tell() -> None:
    assert deliver_announcements(gateways_with(), ACCOUNT, []) is None


def running_out(*left: float) -> Iterator[float]:
    yield from left
    while True:
        yield left[-1]


def test_what_there_is_no_time_for_waits_for_the_next_run(state: FakeStateStore) -> None:
    waiting(state, an_announcement("a"), an_announcement("b", at=NOW + timedelta(seconds=1)))
    channel = FakeChannel()
    clock = running_out(30.0, 30.0, 30.0, 9.0)
    gateways = gateways_with(state=state, channels=[channel], seconds=lambda: next(clock))
    announced, incomplete = run(gateways)
    assert channel.heard == {"one": ["a"]}
    assert [each.id for each in announced.pending] == ["b"]
    assert [each.code for each in incomplete] == ["OUT_OF_TIME"]
    assert tell(state, channel)[0].sent == 1


def test_a_run_takes_a_minute_at_most_of_a_long_invocation(state: FakeStateStore) -> None:
    waiting(state, an_announcement())
    channel = FakeChannel()
    clock = running_out(900.0, 839.0)
    announced, _ = run(gateways_with(state=state, channels=[channel], seconds=lambda: next(clock)))
    assert (announced.sent, len(announced.pending)) == (0, 1)


def test_the_channels_of_the_catalogue_are_told_apart_by_name() -> None:
    assert len({each.name for each in (OWNERS_WEBSOCKET, STACK_WEBSOCKET, TOPIC)}) == 3
