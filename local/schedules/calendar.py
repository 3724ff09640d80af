"""The calendar: which schedules and rules are due as the clock moves, and firing them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from moto.events.models import events_backends
from moto.scheduler.models import scheduler_backends

from local.functions import service as functions
from local.schedules.expressions import Once, Recurrence, parse
from local.schedules.models import moment_of
from local.schedules.targets import deliver_as_role, deliver_as_service

_INSTANT = timedelta(microseconds=1)


@dataclass
class _Entry:
    """A schedule or rule as it was when first seen, and up to when it has been looked after."""

    expression: tuple[Any, ...]
    recurrence: Recurrence
    seen_until: datetime


class Calendar:
    """Accompanies a clock: it knows what is due next, and fires it when the clock stops there.

    Schedules are first seen when the clock begins to move, at the moment where it stood since they were made.
    """

    def __init__(self) -> None:
        self._entries: WeakKeyDictionary[Any, _Entry] = WeakKeyDictionary()

    def next_due(self, after: datetime, until: datetime) -> datetime | None:
        """The first moment up to `until` at which anything is due; None if nothing is."""
        moments = (self._due(each, after, until) for each in _everything())
        return min((moment for moment in moments if moment is not None), default=None)

    def attend(self, moment: datetime) -> None:
        """Fire what is due at `moment`, and wait until all that was set off by it is done."""
        present = _everything()
        due = [each for each in present if self._due(each, moment, moment) is not None]
        for each in present:
            self._entries[each].seen_until = moment
        for each in due:
            _fire(each, moment)
        functions.current().backlog.settle()
        for each in due:
            _remove_if_completed(each, self._entries.get(each), moment)

    def _due(self, each: Any, now: datetime, until: datetime) -> datetime | None:
        entry = self._entry(each, now)
        if each.state != "ENABLED":
            return None
        start, end = _limits(each)
        after = entry.seen_until if start is None else max(entry.seen_until, start - _INSTANT)
        moment = entry.recurrence.next(after, until)
        return None if moment is None or (end is not None and moment > end) else moment

    def _entry(self, each: Any, now: datetime) -> _Entry:
        expression = _expression(each)
        entry = self._entries.get(each)
        if entry is None or entry.expression != expression:
            entry = _entered(each, expression, now)
            self._entries[each] = entry
        return entry


def _everything() -> list[Any]:
    """Every schedule and every rule with a schedule, of every account and Region."""
    return [*_schedules(), *_rules()]


def _schedules() -> Iterator[Any]:
    backends: list[tuple[str, str, Any]] = list(scheduler_backends.iter_backends())
    for _, _, backend in backends:
        for group in list(backend.schedule_groups.values()):
            yield from list(group.schedules.values())


def _rules() -> Iterator[Any]:
    backends: list[tuple[str, str, Any]] = list(events_backends.iter_backends())
    for _, _, backend in backends:
        for bus in list(backend.event_buses.values()):
            yield from [rule for rule in bus.rules.values() if rule.scheduled_expression]


def _is_schedule(each: Any) -> bool:
    return hasattr(each, "schedule_expression")


def _expression(each: Any) -> tuple[Any, ...]:
    if _is_schedule(each):
        return each.schedule_expression, each.schedule_expression_timezone, each.start_date
    return each.scheduled_expression, "UTC", None


def _entered(each: Any, expression: tuple[Any, ...], now: datetime) -> _Entry:
    start = moment_of(expression[2])
    recurrence = parse(expression[0], expression[1], start or now)
    # A rate of EventBridge Scheduler begins at once, or at its start date; that of a rule after one interval.
    is_at_once = _is_schedule(each) and expression[0].startswith("rate")
    return _Entry(expression, recurrence, now - _INSTANT if is_at_once else now)


def _limits(each: Any) -> tuple[datetime | None, datetime | None]:
    """Start and end of a recurring schedule; one-time schedules and rules have none."""
    if not _is_schedule(each) or each.schedule_expression.startswith("at"):
        return None, None
    return moment_of(each.start_date), moment_of(each.end_date)


def _fire(each: Any, moment: datetime) -> None:
    if _is_schedule(each):
        _fire_schedule(each, moment)
        return
    for target in list(each.targets):
        body = target.get("Input") or json.dumps(_event(each.arn, "aws.events", {}, moment))
        deliver_as_service(target, body, each.arn, {"RULE_ARN": each.arn})


def _fire_schedule(schedule: Any, moment: datetime) -> None:
    """Source: EventBridge Scheduler user guide, "Adding context attributes" and "Lambda Invoke"."""
    execution_id = str(uuid.uuid4())
    attributes = {
        "<aws.scheduler.schedule-arn>": schedule.arn,
        "<aws.scheduler.scheduled-time>": _spell(moment),
        "<aws.scheduler.execution-id>": execution_id,
        "<aws.scheduler.attempt-number>": "1",
    }
    body = schedule.target.get("Input") or json.dumps(_event(schedule.arn, "aws.scheduler", "{}", moment))
    for name, value in attributes.items():
        body = body.replace(name, value)
    _, _, _, region, account_id, _ = schedule.arn.split(":", 5)
    group_arn = f"arn:aws:scheduler:{region}:{account_id}:schedule-group/{schedule.group_name}"
    deliver_as_role(
        schedule.target,
        body,
        {"aws:sourceaccount": account_id, "aws:sourcearn": group_arn},
        {
            "SCHEDULE_ARN": schedule.arn,
            "SCHEDULED_TIME": _spell(moment),
            "EXECUTION_ID": execution_id,
            "IS_PAYLOAD_TRUNCATED": "false",
        },
        moment,
    )


def _remove_if_completed(each: Any, entry: _Entry | None, moment: datetime) -> None:
    """Delete a one-time schedule that asked for it; one that stays never fires again."""
    if not _is_schedule(each) or each.action_after_completion != "DELETE" or entry is None:
        return
    if isinstance(entry.recurrence, Once) and entry.recurrence.moment <= moment:
        account_id, region = each.arn.split(":")[4], each.arn.split(":")[3]
        scheduler_backends[account_id][region].delete_schedule(each.group_name, each.name)


def _event(source_arn: str, source: str, detail: Mapping[str, Any] | str, moment: datetime) -> dict[str, Any]:
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": source,
        "account": source_arn.split(":")[4],
        "time": _spell(moment),
        "region": source_arn.split(":")[3],
        "resources": [source_arn],
        "detail": detail,
    }


def _spell(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
