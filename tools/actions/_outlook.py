"""The outlook on a budget's open period: AWS's forecast, else our projection from daily amounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from pydantic import Field

from tools.actions._action import Model
from tools.actions._cost_meter import CostMeter
from tools.actions._reply import Amount, Percent, amount_of, percent_of, read_or_say, shown
from tools.domain.budget import Budget
from tools.domain.budget_types import Breach, Measure
from tools.domain.errors import InvalidParameters
from tools.domain.money import USD, Spend, as_percent
from tools.domain.periods import BudgetPeriod, add_months
from tools.domain.projection import FEWEST_DAYS, INTERVAL_PROBABILITY, Projection, projected
from tools.domain.scope_expression import as_expression, metric_of
from tools.ports.cost_explorer import CostExplorerGateway

AWS_FORECAST = "AWS_FORECAST"
DAILY_PROFILE = "DAILY_PROFILE"

# Whole months of days that are read; with the open period they stay under what Cost Explorer keeps by day.
_MONTHS_READ = 6


class OutlookView(Model):
    """What the open period will come to."""

    expected: Amount
    low: Amount | None = Field(description="Null for AWS's forecast, which comes without an interval.")
    high: Amount | None
    probability_percent: Percent | None = Field(description="How probable it is to end between low and high.")
    utilization_percent: Percent | None = Field(description="Expected by limit.")
    method: str = Field(
        description=f"{AWS_FORECAST}, or {DAILY_PROFILE} where AWS has none: from the days of the last months."
    )
    evidence: list[str]
    sentence: str


@dataclass(frozen=True, slots=True)
class ReadOutlook:
    """The outlook, None where nobody can tell, and why there is none."""

    view: OutlookView | None
    notes: tuple[str, ...]


def read_outlook(
    budget: Budget,
    period: BudgetPeriod,
    now: datetime,
    explorer: CostExplorerGateway,
    meter: CostMeter,
    *,
    may_read: bool,
) -> ReadOutlook:
    """AWS's forecast when it has one for this period; else, if Cost Explorer may be read, a projection."""
    limit = budget.definition.limit_at(now)
    if budget.type.breach is Breach.BELOW:
        return ReadOutlook(None, ())
    forecast = budget.forecasted_spend
    if forecast is not None and budget.figures_are_of(period, now) and not budget.figures_are_reset(now):
        view = OutlookView(
            expected=shown(forecast),
            low=None,
            high=None,
            probability_percent=None,
            utilization_percent=percent_of(budget.forecasted_utilization(limit)),
            method=AWS_FORECAST,
            evidence=[],
            sentence=_sentence("AWS forecasts", forecast, None, limit),
        )
        return ReadOutlook(view, ())
    if not may_read:
        return ReadOutlook(None, ())
    return _projection(budget, period, now, limit, explorer, meter)


def _projection(
    budget: Budget,
    period: BudgetPeriod,
    now: datetime,
    limit: Spend | None,
    explorer: CostExplorerGateway,
    meter: CostMeter,
) -> ReadOutlook:
    today = now.date()
    first = min(add_months(today.replace(day=1), -_MONTHS_READ), period.start.date())
    try:
        read = read_or_say(
            "projection",
            meter.incomplete,
            lambda: explorer.daily_amounts(
                (first, today),
                metric=metric_of(budget.type, budget.definition.scope),
                expression=as_expression(budget.definition.scope),
            ),
        )
    except InvalidParameters as error:
        reason = error.details.get("aws_message") or error.message
        return ReadOutlook(None, (f"Nothing is projected: Cost Explorer refuses the days: {reason}",))
    if read is None:
        return ReadOutlook(None, ())
    meter.note(read)
    found = projected(read.amounts, period.start.date(), period.end.date(), today)
    if found is None:
        note = (
            f"AWS has no forecast, and nothing is projected before {FEWEST_DAYS} days have passed since the first"
            " spend."
        )
        return ReadOutlook(None, (note,))
    unit = USD if budget.type.measure is Measure.COST or limit is None else limit.unit
    return ReadOutlook(_view(found, unit, limit, today), ())


def _view(found: Projection, unit: str, limit: Spend | None, today: date) -> OutlookView:
    expected, low, high = (Spend(each, unit) for each in (found.expected, found.low, found.high))
    ratio = None if limit is None or limit.unit != unit else expected.ratio_to(limit)
    return OutlookView(
        expected=shown(expected),
        low=amount_of(low),
        high=amount_of(high),
        probability_percent=percent_of(INTERVAL_PROBABILITY),
        utilization_percent=percent_of(ratio),
        method=DAILY_PROFILE,
        evidence=_evidence(found, unit, today),
        sentence=_sentence("AWS has no forecast; the daily profile says", expected, (low, high), limit),
    )


def _evidence(found: Projection, unit: str, today: date) -> list[str]:
    evidence = [
        f"{found.days_known} days up to {(today - timedelta(days=1)).isoformat()}; {found.days_ahead} to come, "
        "today included, each at the middle of its weekday in eight weeks, moved by the last seven days.",
        f"The interval holds 8 of 10 errors that the same method made from {found.errors} past days, "
        f"{found.error_days} days ahead.",
    ]
    if found.error_days < found.days_ahead:
        evidence.append(
            f"The past is too short to try {found.days_ahead} days ahead; the errors are stretched to them."
        )
    if found.charges:
        total = Spend(sum(found.charges.values(), Decimal(0)), unit)
        days = ", ".join(day.isoformat() for day in sorted(found.charges))
        evidence.append(
            f"Charges that came on the same day of the last months are in it: {total.in_words()} on {days}."
        )
    return evidence


def _sentence(who: str, expected: Spend, interval: tuple[Spend, Spend] | None, limit: Spend | None) -> str:
    between = (
        ""
        if interval is None
        else f", between {interval[0].in_words()} and {interval[1].in_words()} in 8 of 10 cases"
    )
    said = f"{who} {expected.in_words()} at the end of the period{between}"
    if limit is None or limit.unit != expected.unit:
        return f"{said}."
    over = expected - limit
    ratio = expected.ratio_to(limit)
    share = "" if ratio is None else f" ({as_percent(ratio)} %)"
    side = "over" if over.amount > 0 else "under"
    size = Spend(abs(over.amount), over.unit).in_words()
    return f"{said}: {size} {side} the limit of {limit.in_words()}{share}."
