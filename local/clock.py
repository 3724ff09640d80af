"""The clock of an embedded AWS: it moves only when it is told to."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from threading import RLock
from typing import Protocol

# Budgets data "is updated up to three times a day" (AWS Cost Management user guide, best practices for
# AWS Budgets); the hours themselves are defined by this emulator.
REFRESH_TIMES = (time(0, tzinfo=UTC), time(8, tzinfo=UTC), time(16, tzinfo=UTC))

Listener = Callable[[datetime], None]


class Companion(Protocol):
    """Something that has moments of its own, such as schedules."""

    def next_due(self, after: datetime, until: datetime) -> datetime | None:
        """The first of its moments from `after` up to `until` that it still has to attend to, or None."""

    def attend(self, moment: datetime) -> None:
        """Do what is due at `moment`; the clock stops here, and moves on when this returns."""


class Clock:
    """A moment in UTC that can be set and advanced, and that announces each data refresh it passes."""

    def __init__(self, now: datetime) -> None:
        """Start at `now`, timezone-aware. Raises ValueError for a naive moment."""
        self._now = _in_utc(now)
        self._listeners: list[Listener] = []
        self._companions: list[Companion] = []
        self._moving = RLock()

    def now(self) -> datetime:
        """The present moment, timezone-aware UTC."""
        return self._now

    def set(self, moment: datetime) -> None:
        """Move to `moment`, announcing every refresh on the way and stopping where a companion has to attend.

        At one moment, the data are refreshed first. Raises ValueError for a naive moment and for one before
        the present.
        """
        moment = _in_utc(moment)
        with self._moving:
            if moment < self._now:
                raise ValueError(
                    f"the clock stands at {self._now.isoformat()} and cannot go back to {moment.isoformat()}"
                )
            while self._now < moment:
                self._move_towards(moment)

    def _move_towards(self, moment: datetime) -> None:
        """Go to the next stop and let everybody do there what they have to."""
        refresh = _next_refresh(self._now, moment)
        due = (each.next_due(self._now, moment) for each in self._companions)
        stop = min([refresh, *(each for each in due if each is not None)])
        self._now = stop
        if stop == refresh:
            for listener in list(self._listeners):
                listener(stop)
        for companion in list(self._companions):
            companion.attend(stop)

    def advance(self, step: timedelta) -> None:
        """Move forward by `step`: listeners are called at each refresh passed, in order, then at the end.

        Raises ValueError for a negative step.
        """
        with self._moving:
            self.set(self._now + step)

    def on_refresh(self, listener: Listener) -> None:
        """Call `listener` with the moment of each refresh; `now()` answers that moment meanwhile."""
        self._listeners.append(listener)

    def accompany(self, companion: Companion) -> None:
        """Let `companion` attend to its moments as the clock passes them; `now()` answers each meanwhile."""
        self._companions.append(companion)


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no timezone; the clock keeps UTC")
    return moment.astimezone(UTC)


def _next_refresh(after: datetime, until: datetime) -> datetime:
    """The first refresh after `after`, or `until` if that comes first."""
    day = after.date()
    moments = (
        datetime.combine(each, refresh)
        for each in (day, day + timedelta(days=1))
        for refresh in REFRESH_TIMES
    )
    return min(until, next(moment for moment in moments if moment > after))
