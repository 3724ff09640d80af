"""The clock of an embedded AWS: it moves only when it is told to."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from threading import RLock

# Budgets data "is updated up to three times a day" (AWS Cost Management user guide, best practices for
# AWS Budgets); the hours themselves are defined by this emulator.
REFRESH_TIMES = (time(0, tzinfo=UTC), time(8, tzinfo=UTC), time(16, tzinfo=UTC))

Listener = Callable[[datetime], None]


class Clock:
    """A moment in UTC that can be set and advanced, and that announces each data refresh it passes."""

    def __init__(self, now: datetime) -> None:
        """Start at `now`, timezone-aware. Raises ValueError for a naive moment."""
        self._now = _in_utc(now)
        self._listeners: list[Listener] = []
        self._moving = RLock()

    def now(self) -> datetime:
        """The present moment, timezone-aware UTC."""
        return self._now

    def set(self, moment: datetime) -> None:
        """Move to `moment`, announcing every refresh on the way.

        Raises ValueError for a naive moment and for one before the present.
        """
        moment = _in_utc(moment)
        with self._moving:
            if moment < self._now:
                raise ValueError(
                    f"the clock stands at {self._now.isoformat()} and cannot go back to {moment.isoformat()}"
                )
            for stop in _stops(self._now, moment):
                self._now = stop
                for listener in list(self._listeners):
                    listener(stop)

    def advance(self, step: timedelta) -> None:
        """Move forward by `step`: listeners are called at each refresh passed, in order, then at the end.

        Raises ValueError for a negative step.
        """
        with self._moving:
            self.set(self._now + step)

    def on_refresh(self, listener: Listener) -> None:
        """Call `listener` with the moment of each refresh; `now()` answers that moment meanwhile."""
        self._listeners.append(listener)


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no timezone; the clock keeps UTC")
    return moment.astimezone(UTC)


def _stops(after: datetime, until: datetime) -> Iterator[datetime]:
    """The refreshes after `after` and before `until`, then `until` itself, if time passes at all."""
    if until == after:
        return
    day = after.date()
    while day <= until.date():
        for refresh in REFRESH_TIMES:
            moment = datetime.combine(day, refresh)
            if after < moment < until:
                yield moment
        day += timedelta(days=1)
    yield until
