"""acknowledge_alert: a person looks after an alert, or does not want to hear of it for a while."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import Field

from tools.actions._action import BudgetName, Incomplete, MutatingParameters, Result, action
from tools.actions._alert_view import AlertView, alert_view
from tools.actions._announcing import Announced, deliver_announcements
from tools.actions._choices import MomentInput
from tools.domain.alert_life import handled
from tools.domain.alerts import Alert, AlertStatus
from tools.domain.audit import Change
from tools.domain.errors import InvalidParameters, ResourceLocked, StateUnavailable
from tools.gateways import Gateways
from tools.ports.state import StateStore

LONGEST_SNOOZE = timedelta(days=31)
_MOST_TRIES = 10


class AcknowledgeAlertParameters(MutatingParameters):
    """Which alert, and for how long."""

    alert_id: str | None = Field(
        default=None, min_length=1, max_length=64, description="The alert, as list_alerts names it."
    )
    budget_name: BudgetName | None = Field(
        default=None, description="Instead of alert_id: every alert of this budget that stands out."
    )
    snooze_until: MomentInput | None = Field(
        default=None,
        description="Say nothing until this moment, at most 31 days away, and then only if it is still past its "
        "threshold. Without it the alert is acknowledged and silent until it is over.",
    )


class AcknowledgeAlertResult(Result):
    """The alerts as they stand now."""

    sentence: str
    dry_run: bool
    alerts: list[AlertView]
    before: list[AlertView]
    announced: Announced | None = Field(
        description="What was told by the channels, of what this and earlier runs announced; null in a dry run."
    )

    def recorded_change(self) -> Change:
        """The alerts before and after."""
        return Change(
            before={"alerts": [each.model_dump(mode="json") for each in self.before]},
            after={"alerts": [each.model_dump(mode="json") for each in self.alerts]},
            is_change=self.alerts != self.before,
        )


@action(mutates=True, example={"budget_name": "EC2-Monthly-Budget", "reason": "Load test until Friday"})
def acknowledge_alert(parameters: AcknowledgeAlertParameters, gateways: Gateways) -> AcknowledgeAlertResult:
    """Acknowledge an alert, or snooze it until a moment; reason is kept with it and shown to others.

    Use it when somebody looks after an alert, so that nobody else has to. It ends when the figure falls back or
    the period is over, and opens anew if the threshold is passed again. Changes the agent's memory and nothing
    in AWS Budgets.
    """
    if gateways.state is None:
        raise StateUnavailable(
            "Alerts are not kept, because no state table is configured; name one in BUDGET_STATE_TABLE."
        )
    now = gateways.clock.now()
    _check(parameters, now)
    account_id = parameters.account_id or gateways.identity.account_id
    found = _asked(parameters, gateways.state.alerts(account_id))
    if parameters.dry_run:
        after = [_handled(each, parameters, now) for each in found]
    else:
        after = [_carried_out(each, parameters, gateways.state, now) for each in found]
    incomplete: list[Incomplete] = []
    announced = None if parameters.dry_run else deliver_announcements(gateways, account_id, incomplete)
    return AcknowledgeAlertResult(
        sentence=_sentence(found, parameters),
        dry_run=parameters.dry_run,
        alerts=[alert_view(each) for each in after],
        before=[alert_view(each) for each in found],
        announced=announced,
        incomplete=incomplete,
    )


def _check(parameters: AcknowledgeAlertParameters, now: datetime) -> None:
    if (parameters.alert_id is None) is (parameters.budget_name is None):
        raise InvalidParameters.because(
            "alert_id", "exactly one of alert_id and budget_name is needed", "an id from list_alerts"
        )
    until = parameters.snooze_until
    if until is not None and not now < until <= now + LONGEST_SNOOZE:
        raise InvalidParameters.because(
            "snooze_until",
            f"{until:%Y-%m-%dT%H:%M:%SZ} is not within the next 31 days",
            f"a moment from {now:%Y-%m-%dT%H:%M:%SZ} to {now + LONGEST_SNOOZE:%Y-%m-%dT%H:%M:%SZ}",
        )


def _asked(parameters: AcknowledgeAlertParameters, alerts: list[Alert]) -> list[Alert]:
    if parameters.budget_name is not None:
        found = [
            each for each in alerts if each.key.budget_name == parameters.budget_name and each.stands_out
        ]
        if not found:
            raise InvalidParameters.because(
                "budget_name", f"no alert of '{parameters.budget_name}' stands out", "see list_alerts"
            )
        return found
    for alert in alerts:
        if alert.key.id == parameters.alert_id:
            _require_standing(alert)
            return [alert]
    raise InvalidParameters.because(
        "alert_id", f"there is no alert '{parameters.alert_id}' in the present periods", "see list_alerts"
    )


def _require_standing(alert: Alert) -> None:
    if alert.stands_out:
        return
    problem = (
        "waits for a second refresh and was not announced"
        if alert.status is AlertStatus.WAITING
        else "is over already"
    )
    raise InvalidParameters.because("alert_id", f"the alert '{alert.key.id}' {problem}", "see list_alerts")


def _carried_out(
    alert: Alert, parameters: AcknowledgeAlertParameters, state: StateStore, now: datetime
) -> Alert:
    for _ in range(_MOST_TRIES):
        if _is_done(alert, parameters):
            return alert
        change = handled(alert, now, note=parameters.reason, until=parameters.snooze_until)
        if state.save_alert(change):
            return change.after or alert
        present = state.alert(alert.key)
        if present is None:
            raise InvalidParameters.because(
                "alert_id", f"the alert '{alert.key.id}' has just ended", "see list_alerts"
            )
        _require_standing(present)
        alert = present
    raise ResourceLocked(f"Others keep changing the alert {alert.key.id}; try again in a minute.")


def _handled(alert: Alert, parameters: AcknowledgeAlertParameters, now: datetime) -> Alert:
    if _is_done(alert, parameters):
        return alert
    return handled(alert, now, note=parameters.reason, until=parameters.snooze_until).after or alert


def _is_done(alert: Alert, parameters: AcknowledgeAlertParameters) -> bool:
    wanted = AlertStatus.ACKNOWLEDGED if parameters.snooze_until is None else AlertStatus.SNOOZED
    asked = (wanted, parameters.snooze_until, parameters.reason)
    return (alert.status, alert.snoozed_until, alert.handled_note) == asked


def _sentence(alerts: list[Alert], parameters: AcknowledgeAlertParameters) -> str:
    until = parameters.snooze_until
    done = "acknowledged" if until is None else f"snoozed until {until:%Y-%m-%d %H:%M} UTC"
    verb = "would be" if parameters.dry_run else "was" if len(alerts) == 1 else "were"
    count = f"{len(alerts)} alert{'' if len(alerts) == 1 else 's'}"
    return f"{count} of '{alerts[0].key.budget_name}' {verb} {done}."
