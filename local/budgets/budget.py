"""A budget: its settings, its figures, and what hangs on it."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from local.budgets.actions import Action
from local.budgets.amounts import Spend, spend
from local.budgets.limit_in_force import LimitInForce, limit_in
from local.budgets.meter import Meter, has_valid_filter
from local.budgets.notifications import Notification, Notifications
from local.budgets.periods import Period, calendar_period, current_period
from local.budgets.thresholds import is_crossed, threshold_amount


@dataclass(frozen=True)
class Figures:
    """CalculatedSpend at one moment, in `unit`. None is a figure that does not exist."""

    actual: Decimal | None
    forecasted: Decimal | None
    unit: str
    as_of: datetime


@dataclass
class Budget:
    """One budget of one account. `settings` is the wire shape as accepted, without what is calculated.

    `limit` and `figures` are of `period`, as of the last refresh. `past_limits` holds the limit that was in
    force when a period ended, by the period's first day.
    """

    serial: int
    account_id: str
    settings: dict[str, Any]
    updated_at: datetime
    period: Period
    limit: LimitInForce
    figures: Figures
    tags: dict[str, str] = field(default_factory=dict)
    notifications: Notifications = field(default_factory=Notifications)
    actions: dict[str, Action] = field(default_factory=dict)
    actions_made: int = 0
    adjusted_at: datetime | None = None
    past_limits: dict[date, Spend] = field(default_factory=dict)

    @classmethod
    def create(cls, serial: int, settings: dict[str, Any], meter: Meter, now: datetime) -> "Budget":
        """A new budget, with its figures.

        AWS takes hours until the first figures of a budget appear; here they are there at once.
        """
        period = current_period(settings, now)
        limit = limit_in(settings, period, meter, now.date())
        blank = Figures(None, None, "USD", now)
        made = cls(serial, meter.account_id, settings, now, period, limit, blank)
        made._note_adjustment(now)
        made.measure(meter, now)
        return made

    @property
    def name(self) -> str:
        """The name, unique within the account."""
        return str(self.settings["BudgetName"])

    def describe(self, *, show_filter_expression: bool = False) -> dict[str, Any]:
        """The wire shape. The filter expression is shown only to those who ask for it."""
        described = dict(self.settings)
        if not show_filter_expression:
            described.pop("FilterExpression", None)
        if self.limit.spend is not None:
            described["BudgetLimit"] = self.limit.spend
        if "AutoAdjustData" in described:
            described["AutoAdjustData"] = self._describe_adjustment()
        calculated = self._describe_figures()
        if calculated:
            described["CalculatedSpend"] = calculated
        described["LastUpdatedTime"] = self.updated_at
        described["HealthStatus"] = self._describe_health()
        return described

    def measure(self, meter: Meter, now: datetime) -> None:
        """Read the figures anew, as every refresh does."""
        subject = self._with_unit()
        today = now.date()
        actual = meter.actual(subject, self.period, today)
        forecasted = meter.forecasted(subject, self.period, today)
        self.figures = Figures(actual, forecasted, self._unit(meter), now)

    def change(self, settings: dict[str, Any], meter: Meter, now: datetime) -> None:
        """Replace the settings. Figures are zero until the next refresh (UpdateBudget in the service model)."""
        if settings["TimeUnit"] != self.settings["TimeUnit"]:
            self.past_limits.clear()
        self.settings, self.updated_at = settings, now
        self.period = current_period(settings, now)
        self.limit = limit_in(settings, self.period, meter, now.date())
        self._note_adjustment(now)
        # They were last computed when they were, which is what the health status goes on telling (inferred).
        self.figures = Figures(Decimal(0), None, self._unit(meter), self.figures.as_of)

    def roll_over(self, meter: Meter, now: datetime) -> bool:
        """Go on to the period that contains `now`; False if it is still the same one.

        An adjusting limit is adjusted now, at the start of the period.
        """
        period = current_period(self.settings, now)
        if period == self.period:
            return False
        if self.limit.spend is not None:
            self.past_limits[self.period.start] = self.limit.spend
        self.period = period
        self.limit = limit_in(self.settings, period, meter, now.date())
        self._note_adjustment(now)
        return True

    def has_begun(self, now: datetime) -> bool:
        """Whether the budget's time has come."""
        begins: datetime = self.settings["TimePeriod"]["Start"]
        return begins <= now

    def has_ended(self, now: datetime) -> bool:
        """Whether the budget's time is over."""
        ends: datetime = self.settings["TimePeriod"]["End"]
        return ends <= now

    def watched(self, kind: str, meter: Meter, now: datetime) -> tuple[Decimal | None, date]:
        """The figure that alerts of this kind watch, and the first day of the period it belongs to.

        A daily budget reports its actual amount on the next day, when it is whole.
        """
        if kind == "FORECASTED":
            return self.figures.forecasted, self.period.start
        if self.settings["TimeUnit"] != "DAILY":
            return self.figures.actual, self.period.start
        yesterday = calendar_period("DAILY", now.date() - timedelta(days=1))
        return meter.actual(self._with_unit(), yesterday, now.date()), yesterday.start

    def limit_watched(self, kind: str, meter: Meter, now: datetime) -> Spend | None:
        """The limit that alerts of this kind measure their figure by.

        A limit that adjusts itself to yesterday's amount is no measure for it: yesterday has its own.
        """
        if (
            kind == "FORECASTED"
            or self.settings["TimeUnit"] != "DAILY"
            or "AutoAdjustData" not in self.settings
        ):
            return self.limit.spend
        yesterday = calendar_period("DAILY", now.date() - timedelta(days=1))
        return (
            self.past_limits.get(yesterday.start)
            or limit_in(self.settings, yesterday, meter, now.date()).spend
        )

    def look_at(self, notification: Notification, meter: Meter, now: datetime) -> bool:
        """Set the notification's state by the present figures; whether its threshold is crossed."""
        figure, _ = self.watched(notification.kind, meter, now)
        limit = self.limit_watched(notification.kind, meter, now)
        amount = threshold_amount(notification.threshold, notification.threshold_type, limit)
        is_in_alarm = self.has_begun(now) and is_crossed(figure, notification.operator, amount)
        notification.state = "ALARM" if is_in_alarm else "OK"
        return is_in_alarm

    def _with_unit(self) -> Mapping[str, Any]:
        return (
            self.settings if self.limit.spend is None else {**self.settings, "BudgetLimit": self.limit.spend}
        )

    def _unit(self, meter: Meter) -> str:
        return self.limit.spend["Unit"] if self.limit.spend is not None else meter.unit(self.settings)

    def _note_adjustment(self, now: datetime) -> None:
        if "AutoAdjustData" in self.settings:
            self.adjusted_at = now

    def _describe_adjustment(self) -> dict[str, Any]:
        described = deepcopy(self.settings["AutoAdjustData"])
        if self.limit.look_back is not None:
            described["HistoricalOptions"]["LookBackAvailablePeriods"] = self.limit.look_back
        if self.limit.spend is not None:
            described["LastAutoAdjustTime"] = self.adjusted_at
        return described  # type: ignore[no-any-return]

    def _describe_figures(self) -> dict[str, Spend]:
        """CalculatedSpend needs an actual amount: where there is none, it is left out (emulator-defined)."""
        if self.figures.actual is None:
            return {}
        described = {"ActualSpend": spend(self.figures.actual, self.figures.unit)}
        if self.figures.forecasted is not None:
            described["ForecastedSpend"] = spend(self.figures.forecasted, self.figures.unit)
        return described

    def _describe_health(self) -> dict[str, Any]:
        described: dict[str, Any] = {"Status": "HEALTHY", "LastUpdatedTime": self.figures.as_of}
        if not has_valid_filter(self.settings):
            described.update(Status="UNHEALTHY", StatusReason="FILTER_INVALID")
        return described
