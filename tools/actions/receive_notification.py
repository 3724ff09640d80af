"""receive_notification: what AWS Budgets sent becomes an alert, if AWS says the same when it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import Field

from tools.actions._action import Incomplete, Parameters, Result, action
from tools.actions._alert_keeping import keep_alerts
from tools.actions._alert_view import KeptAlerts, kept_alerts
from tools.actions._announcing import Announced, deliver_announcements
from tools.actions._choices import MomentInput
from tools.domain.alerts import AlertChange, AlertSource
from tools.domain.budget import Budget
from tools.domain.budget_messages import (
    NotABudgetMessage,
    ParsedNotification,
    impossible_in,
    parse_notification,
)
from tools.domain.crossings import reason_to_hold_back
from tools.domain.errors import BudgetNotFound, StateUnavailable
from tools.domain.inbox import LONGEST_TEXT, MessageOutcome, ReceivedMessage
from tools.domain.money import Spend
from tools.domain.notifications import NotificationType
from tools.domain.quoting import shortened
from tools.domain.sightings import sightings_of
from tools.domain.standing import Standing, standing_of
from tools.domain.stated_thresholds import thresholds_stated_by
from tools.domain.subscriber_channels import CHANNELS, ChannelName
from tools.domain.told_standing import speaks_of_yesterday, standing_of_the_day_before
from tools.gateways import Gateways
from tools.ports.state import StateStore


class ReceiveNotificationParameters(Parameters):
    """One message, as SNS delivers it."""

    message: str = Field(description="The text of the message.")
    message_id: str = Field(
        min_length=1, max_length=128, description="SNS's id of it; a second delivery has the same."
    )
    subject: str | None = Field(default=None, description="Its subject.")
    topic_arn: str | None = Field(default=None, description="The topic it was published to.")
    sent_at: MomentInput | None = Field(default=None, description="When it was published.")


class ReceiveNotificationResult(Result):
    """What became of a message."""

    outcome: str = Field(
        description="PAST_THRESHOLD: AWS says so too, and the alert is kept. NOT_PAST_THRESHOLD: AWS says "
        "otherwise now. NOT_TO_BE_TOLD: AWS's figures prove nothing yet. Refused are UNKNOWN_BUDGET, IMPOSSIBLE "
        "and NOT_UNDERSTOOD."
    )
    is_refused: bool = Field(description="Recorded, and not obeyed.")
    is_duplicate: bool = Field(description="It was received before; nothing was done.")
    budget_name: str | None
    reasons: list[str]
    understood: dict[str, Any] | None = Field(
        description="What the message says; AWS was asked for the truth."
    )
    alerts: KeptAlerts | None = Field(
        description="What became of the budget's alerts; null where nothing was asked."
    )
    announced: Announced | None = Field(
        default=None, description="What was told by the channels, of what this and earlier runs announced."
    )


@action(
    mutates=False,
    example={
        "message_id": "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
        "message": "Budget Name: EC2-Monthly-Budget",
    },
)
def receive_notification(
    parameters: ReceiveNotificationParameters, gateways: Gateways
) -> ReceiveNotificationResult:
    """Take a message that AWS Budgets sent through SNS, ask AWS for the truth, and keep the budget's alert.

    The agent does this itself for every message of its topic; send one by hand to see what it makes of it. Every
    message is recorded once, and a second delivery changes nothing. What is no budget notification, or states what
    cannot be, is recorded and not obeyed. Changes nothing in AWS Budgets.
    """
    state = gateways.state
    if state is None:
        raise StateUnavailable(
            "Messages are not taken, because there is no state table to record them in; name one in "
            "BUDGET_STATE_TABLE."
        )
    account_id = parameters.account_id or gateways.identity.account_id
    earlier = state.received(account_id, parameters.message_id)
    if earlier is not None:
        return _result(earlier, None, is_duplicate=True)
    work = _Work(parameters, gateways, state, account_id, gateways.clock.now())
    received, alerts = work.done()
    is_first = state.keep_received(received)
    # Once it is recorded: what cannot be told now is told by the next run, and not by taking the message again.
    incomplete: list[Incomplete] = []
    announced = None if alerts is None else deliver_announcements(gateways, account_id, incomplete)
    result = _result(received, alerts, is_duplicate=not is_first)
    return result.model_copy(update={"announced": announced, "incomplete": incomplete})


@dataclass(frozen=True, slots=True)
class _Work:
    """One message, on its way to being recorded. Raises the errors of AWS: then it is not, and can come again."""

    parameters: ReceiveNotificationParameters
    gateways: Gateways
    state: StateStore
    account_id: str
    now: datetime

    def done(self) -> tuple[ReceivedMessage, KeptAlerts | None]:
        parsed = parse_notification(self.parameters.subject, self.parameters.message)
        if isinstance(parsed, NotABudgetMessage):
            return self._refused(MessageOutcome.NOT_UNDERSTOOD, [parsed.reason], None), None
        problems = impossible_in(parsed, self.account_id)
        topic = self.parameters.topic_arn
        if topic is not None and CHANNELS[ChannelName.SNS].problem_with_address(topic, self.account_id):
            problems.append("it does not come from a topic of this account")
        if problems:
            return self._refused(MessageOutcome.IMPOSSIBLE, problems, parsed), None
        try:
            budget = self._budget(parsed.name)
        except BudgetNotFound:
            return self._refused(
                MessageOutcome.UNKNOWN_BUDGET, ["the account has no such budget"], parsed
            ), None
        standing = self._standing(budget, parsed)
        if standing is None:
            reason = "AWS has no figures of the day that it speaks of"
            return self._record(MessageOutcome.NOT_TO_BE_TOLD, [reason], parsed), None
        return self._compared(standing, parsed)

    def _budget(self, name: str) -> Budget:
        budgets = self.gateways.budgets
        notifications = budgets.notifications_of(self.account_id, name)
        return replace(budgets.get_budget(self.account_id, name), notifications=notifications)

    def _standing(self, budget: Budget, parsed: ParsedNotification) -> Standing | None:
        is_actual = parsed.figure is NotificationType.ACTUAL
        if not speaks_of_yesterday(budget, is_actual=is_actual, is_said=parsed.is_about_yesterday):
            return standing_of(budget, self.now)
        history = self.gateways.budgets.performance_history(self.account_id, budget.name)
        return standing_of_the_day_before(budget, history, self.parameters.sent_at, self.now)

    def _compared(
        self, standing: Standing, parsed: ParsedNotification
    ) -> tuple[ReceivedMessage, KeptAlerts | None]:
        watched = thresholds_stated_by(parsed, standing.budget, standing.limit)
        changes: list[AlertChange] = list(
            keep_alerts(
                self.state,
                self.gateways.clock,
                self.account_id,
                [standing],
                lambda _: watched,
                source=AlertSource.AWS_NOTIFICATION,
            )
        )
        standing_out = sum(each.stands_out for each in self.state.alerts(self.account_id))
        held_back = reason_to_hold_back(standing)
        if held_back is not None:
            outcome, reasons = MessageOutcome.NOT_TO_BE_TOLD, [held_back]
        elif any(each.is_past for each in sightings_of(standing, watched, self.account_id)):
            outcome, reasons = MessageOutcome.PAST_THRESHOLD, []
        else:
            outcome, reasons = MessageOutcome.NOT_PAST_THRESHOLD, ["AWS says that the figure is not past it"]
        return self._record(outcome, reasons, parsed), kept_alerts(changes, standing_out)

    def _refused(
        self, outcome: MessageOutcome, reasons: list[str], parsed: ParsedNotification | None
    ) -> ReceivedMessage:
        text = shortened(self.parameters.message, LONGEST_TEXT)
        return replace(self._record(outcome, reasons, parsed), text=text)

    def _record(
        self, outcome: MessageOutcome, reasons: list[str], parsed: ParsedNotification | None
    ) -> ReceivedMessage:
        given = self.parameters
        return ReceivedMessage(
            account_id=self.account_id,
            message_id=given.message_id,
            received_at=self.now,
            outcome=outcome,
            reasons=tuple(reasons),
            sent_at=given.sent_at,
            topic_arn=None if given.topic_arn is None else shortened(given.topic_arn),
            subject=None if given.subject is None else shortened(given.subject),
            budget_name=None if parsed is None else shortened(parsed.name),
            understood=None if parsed is None else _understood(parsed),
        )


def _understood(parsed: ParsedNotification) -> dict[str, Any]:
    return {
        "account_id": parsed.account_id,
        "budget_name": shortened(parsed.name),
        "budget_type": None if parsed.budget_type is None else shortened(parsed.budget_type),
        "budgeted": _spend(parsed.budgeted),
        "figure": parsed.figure,
        "operator": parsed.operator,
        "threshold": _spend(parsed.threshold),
        "amount": _spend(parsed.amount),
        "is_about_yesterday": parsed.is_about_yesterday,
        "disagreements": list(parsed.disagreements),
    }


def _spend(spend: Spend | None) -> Mapping[str, str] | None:
    return None if spend is None else {"amount": f"{spend.amount:f}", "unit": shortened(spend.unit)}


def _result(
    received: ReceivedMessage, alerts: KeptAlerts | None, *, is_duplicate: bool
) -> ReceiveNotificationResult:
    return ReceiveNotificationResult(
        outcome=received.outcome.value,
        is_refused=received.outcome.is_refused,
        is_duplicate=is_duplicate,
        budget_name=received.budget_name,
        reasons=list(received.reasons),
        understood=None if received.understood is None else dict(received.understood),
        alerts=alerts,
    )
