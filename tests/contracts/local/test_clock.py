"""The clock of the embedded AWS moves only forward and announces every refresh it passes."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from local.clock import Clock
from tests.contracts.local.worlds import NOON


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 10, day, hour, minute, tzinfo=UTC)


def announced(clock: Clock) -> list[datetime]:
    moments: list[datetime] = []
    clock.on_refresh(moments.append)
    return moments


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="no timezone"):
        Clock(NOON.replace(tzinfo=None))
    with pytest.raises(ValueError, match="no timezone"):
        Clock(NOON).set(NOON.replace(tzinfo=None))


def test_another_timezone_becomes_utc() -> None:
    clock = Clock(NOON.astimezone(timezone(timedelta(hours=2))))
    assert clock.now().tzinfo is UTC
    assert clock.now() == NOON


def test_advancing_announces_each_refresh_in_order_and_then_the_end() -> None:
    clock = Clock(NOON)
    moments = announced(clock)
    clock.advance(timedelta(hours=24, minutes=30))
    assert moments == [at(20, 16), at(21, 0), at(21, 8), at(21, 12, 30)]


def test_an_end_that_is_a_refresh_is_announced_once() -> None:
    clock = Clock(NOON)
    moments = announced(clock)
    clock.set(at(20, 16))
    assert moments == [at(20, 16)]


def test_a_refresh_is_not_announced_again_when_leaving_it() -> None:
    clock = Clock(at(20, 16))
    moments = announced(clock)
    clock.advance(timedelta(hours=1))
    assert moments == [at(20, 17)]


def test_the_clock_shows_the_refresh_while_it_is_announced() -> None:
    clock = Clock(NOON)
    seen: list[tuple[datetime, datetime]] = []
    clock.on_refresh(lambda moment: seen.append((moment, clock.now())))
    clock.advance(timedelta(hours=8))
    assert seen == [(at(20, 16), at(20, 16)), (at(20, 20), at(20, 20))]


def test_standing_still_announces_nothing() -> None:
    clock = Clock(NOON)
    moments = announced(clock)
    clock.set(NOON)
    clock.advance(timedelta())
    assert moments == []


def test_the_clock_never_goes_back() -> None:
    clock = Clock(NOON)
    with pytest.raises(ValueError, match="cannot go back"):
        clock.set(NOON - timedelta(seconds=1))
    with pytest.raises(ValueError, match="cannot go back"):
        clock.advance(timedelta(hours=-1))
    assert clock.now() == NOON


class Diary:
    """A companion with moments of its own, which notes when it attends."""

    def __init__(self, clock: Clock, *moments: datetime) -> None:
        self.clock = clock
        self.left = list(moments)
        self.attended: list[tuple[datetime, bool]] = []

    def next_due(self, after: datetime, until: datetime) -> datetime | None:
        return min((each for each in self.left if each <= until), default=None)

    def attend(self, moment: datetime) -> None:
        is_due = moment in self.left
        self.left = [each for each in self.left if each != moment]
        self.attended.append((moment, is_due and self.clock.now() == moment))


def test_a_companion_is_attended_to_at_its_moments_and_at_every_other_stop() -> None:
    clock = Clock(NOON)
    diary = Diary(clock, NOON, at(20, 13), at(20, 16), at(20, 17), at(20, 19))
    clock.accompany(diary)
    refreshes = announced(clock)
    clock.advance(timedelta(hours=6))
    assert diary.attended == [
        (NOON, True),
        (at(20, 13), True),
        (at(20, 16), True),
        (at(20, 17), True),
        (at(20, 18), False),
    ]
    assert refreshes == [at(20, 16), at(20, 18)]
    assert diary.left == [at(20, 19)]
