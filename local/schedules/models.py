"""EventBridge Scheduler's backend: moto keeps the schedules, and here they are checked as AWS does."""

from datetime import UTC, datetime, timedelta
from typing import Any

from moto.scheduler.exceptions import ScheduleGroupNotFound, ValidationException
from moto.scheduler.models import EventBridgeSchedulerBackend, Schedule

from local.authorization.enforcement import service_may_assume
from local.schedules.expressions import parse
from local.schedules.targets import SCHEDULER, reason_not_built
from local.world import current as current_world

# Source: CreateSchedule, StartDate: not earlier than five minutes ago.
_GRACE = timedelta(minutes=5)


class Backend(EventBridgeSchedulerBackend):
    """The schedules of one account and Region."""

    def create_schedule(self, **request: Any) -> Schedule:  # type: ignore[override]
        """Create a schedule. Raises ValidationException where AWS refuses it."""
        group_name = request.get("group_name") or "default"
        if group_name not in self.schedule_groups:
            raise ScheduleGroupNotFound(group_name)
        _check(request, self._source_arn(group_name), self.account_id)
        # Moto compares the start with the machine's clock.
        schedule = super().create_schedule(**{**request, "start_date": None})
        schedule.start_date = request.get("start_date")
        return schedule

    def update_schedule(self, **request: Any) -> Schedule:  # type: ignore[override]
        """Replace a schedule. Raises ValidationException where AWS refuses it."""
        group_name = request.get("group_name") or "default"
        _check(request, self._source_arn(group_name), self.account_id)
        return super().update_schedule(**request)

    def _source_arn(self, group_name: str) -> str:
        return f"arn:aws:scheduler:{self.region_name}:{self.account_id}:schedule-group/{group_name}"


def moment_of(seconds: Any) -> datetime | None:
    """A start or end as moto keeps it, aware UTC."""
    return None if seconds is None else datetime.fromtimestamp(float(seconds), UTC)


def _check(request: dict[str, Any], source_arn: str, account_id: str) -> None:
    now = current_world().clock.now()
    zone = request.get("schedule_expression_timezone") or "UTC"
    try:
        parse(request["schedule_expression"] or "", zone, now)
    except ValueError as error:
        raise ValidationException(str(error)) from error
    start, end = moment_of(request.get("start_date")), moment_of(request.get("end_date"))
    if start is not None and start < now - _GRACE:
        raise ValidationException("The StartDate you specify cannot be earlier than 5 minutes ago.")
    if end is not None and end <= (start or now):
        raise ValidationException("The EndDate you specify has to lie after the StartDate and in the future.")
    window = request.get("flexible_time_window") or {}
    if (window.get("Mode") == "FLEXIBLE") != ("MaximumWindowInMinutes" in window):
        raise ValidationException("MaximumWindowInMinutes belongs to the mode FLEXIBLE, and only to it.")
    target = request.get("target") or {}
    reason = reason_not_built(target)
    if reason is not None:
        raise ValidationException(reason)
    context = {"aws:sourceaccount": account_id, "aws:sourcearn": source_arn}
    if not service_may_assume(target.get("RoleArn", ""), SCHEDULER, context):
        raise ValidationException(
            "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."
        )
