"""Schedule expressions: rate, cron and at."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from local.schedules.cron import Cron

_EXPRESSION = re.compile(r"(?P<kind>rate|cron|at)\((?P<what>[^()]+)\)")
_RATE = re.compile(r"(?P<value>[1-9]\d*) (?P<unit>minute|hour|day)(?P<plural>s?)")


class Recurrence(Protocol):
    """When something happens."""

    def next(self, after: datetime, until: datetime) -> datetime | None:
        """The first moment after `after` and not after `until`; aware UTC, None if there is none."""


@dataclass(frozen=True)
class Rate:
    """Every `step` from `anchor` on, which is the first time itself."""

    anchor: datetime
    step: timedelta

    def next(self, after: datetime, until: datetime) -> datetime | None:
        """The first multiple after `after` and not after `until`."""
        passed = max(0, (after - self.anchor) // self.step + 1)
        moment = self.anchor + passed * self.step
        return moment if moment <= until else None


@dataclass(frozen=True)
class Once:
    """One moment."""

    moment: datetime

    def next(self, after: datetime, until: datetime) -> datetime | None:
        """The moment, if it lies between."""
        return self.moment if after < self.moment <= until else None


def parse(expression: str, zone_name: str, anchor: datetime) -> Recurrence:
    """Read an expression; `anchor` is when a rate starts. Raises ValueError for what EventBridge refuses."""
    found = _EXPRESSION.fullmatch(expression.strip())
    if found is None:
        raise ValueError(f"Invalid Schedule Expression {expression}.")
    try:
        zone = ZoneInfo(zone_name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"Invalid Schedule Expression Timezone {zone_name}.") from error
    if found["kind"] == "cron":
        return Cron.parse(found["what"], zone)
    if found["kind"] == "at":
        return Once(datetime.fromisoformat(found["what"]).replace(tzinfo=zone).astimezone(UTC))
    rate = _RATE.fullmatch(found["what"])
    if rate is None or (int(rate["value"]) == 1) == bool(rate["plural"]):
        raise ValueError(f"Invalid Schedule Expression {expression}.")
    return Rate(anchor, timedelta(**{f"{rate['unit']}s": int(rate["value"])}))
