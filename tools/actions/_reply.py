"""Parts that replies are made of: amounts, percentages, periods, insights, and what could not be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import Field, PlainSerializer

from tools.actions._action import Incomplete, Model
from tools.domain.advice import Advice
from tools.domain.errors import (
    AccessDenied,
    AwsUnavailable,
    DataUnavailable,
    ResourceLocked,
    StateUnavailable,
    Throttled,
)
from tools.domain.money import Spend, as_percent, rounded
from tools.domain.notifications import Subscriber
from tools.domain.periods import BudgetPeriod

Percent = Annotated[Decimal, PlainSerializer(float, return_type=float)]
"""A percentage with one decimal, a number in JSON."""

Moment = Annotated[
    datetime,
    PlainSerializer(lambda moment: moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), return_type=str),
]
"""A moment in UTC, such as 2025-06-11T20:30:00Z."""

Read = TypeVar("Read")


class Amount(Model):
    """An amount as a decimal string with its unit."""

    amount: Decimal
    unit: str


class Period(Model):
    """A budget period: start inclusive, end exclusive."""

    start: Moment
    end: Moment


class WarningView(Model):
    """Something that AWS accepts although it will probably not do what was wanted."""

    code: str
    message: str
    meant: str | None = Field(default=None, description="The value that was probably meant.")


class SubscriberView(Model):
    """Somebody who is told."""

    channel: str
    address: str


class ReadCost(Model):
    """What reading Cost Explorer cost: $0.01 for every page that was not remembered."""

    pages: int
    price: Amount
    cached_pages: int = Field(description="Pages that were read and paid for earlier on the same day.")
    as_of: Moment | None = Field(description="When the oldest of these figures were read; null without any.")


def shown(spend: Spend) -> Amount:
    """A spend as replies show it."""
    return Amount(amount=rounded(spend.amount, spend.unit), unit=spend.unit)


def amount_of(spend: Spend | None) -> Amount | None:
    """A spend as replies show it; unknown stays unknown."""
    return None if spend is None else shown(spend)


def percent_of(ratio: Decimal | None) -> Decimal | None:
    """A ratio as percent with one decimal; unknown stays unknown."""
    return as_percent(ratio)


def period_of(period: BudgetPeriod | None) -> Period | None:
    """A period as replies show it."""
    return None if period is None else Period(start=period.start, end=period.end)


def warnings_of(advice: Sequence[Advice]) -> list[WarningView]:
    """Advice as replies show it."""
    return [WarningView(code=each.code, message=each.message, meant=each.meant) for each in advice]


def subscribers_of(subscribers: Sequence[Subscriber] | None) -> list[SubscriberView] | None:
    """Subscribers as replies show them; unread ones stay unknown."""
    if subscribers is None:
        return None
    return [SubscriberView(channel=each.channel.value, address=each.address) for each in subscribers]


def as_json(value: Any) -> Any:
    """A request as replies show it: moments as text; the rest is JSON already."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, Mapping):
        return {key: as_json(each) for key, each in value.items()}
    if isinstance(value, list):
        return [as_json(each) for each in value]
    return value


def read_or_say(part: str, incomplete: list[Incomplete], read: Callable[[], Read]) -> Read | None:
    """What `read` gives, or None with the reason added to `incomplete`.

    For a part of an answer that stands without it. Only failures of AWS and of the agent's memory are caught; a
    caller's mistake (a budget that does not exist, a bad parameter) still ends the action.
    """
    try:
        return read()
    except (
        AccessDenied,
        Throttled,
        AwsUnavailable,
        DataUnavailable,
        StateUnavailable,
        ResourceLocked,
    ) as error:
        incomplete.append(
            Incomplete(part=part, code=error.code, reason=error.message, retryable=error.retryable)
        )
        return None
