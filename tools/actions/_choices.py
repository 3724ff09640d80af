"""What callers may write when they describe a budget: forgiving forms, each read into one strict value."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_pascal

from tools.actions._action import Model, WholeNumber
from tools.domain.budget import AutoAdjustType
from tools.domain.notifications import ComparisonOperator, NotificationType, Subscriber, ThresholdType
from tools.domain.quoting import quoted
from tools.domain.subscriber_channels import ChannelName

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _as_list(given: Any) -> Any:
    return [given] if isinstance(given, str) else given


def _as_tag_values(given: Any) -> Any:
    """`{"team": "data"}` is `user:team$data`; texts stay as they are."""
    if not isinstance(given, dict):
        return _as_list(given)
    return [
        pair if key.startswith(("user:", "aws:")) else f"user:{pair}"
        for key, values in given.items()
        for pair in _pairs(key, values)
    ]


def _as_cost_categories(given: Any) -> Any:
    """`{"Department": "Research"}` is `Department$Research`; texts stay as they are."""
    if not isinstance(given, dict):
        return _as_list(given)
    return [pair for name, values in given.items() for pair in _pairs(name, values)]


def _pairs(key: Any, values: Any) -> list[str]:
    listed = _as_list(values)
    if not isinstance(listed, list) or not listed or not all(isinstance(each, str) for each in listed):
        raise ValueError(f"{quoted(key)} needs a text or a list of texts")
    if not key:
        raise ValueError("a key is empty; it needs the tag's or cost category's name")
    return [f"{key}${value}" for value in listed]


def _checked_plan(plan: dict[str, Decimal]) -> dict[str, Decimal]:
    starts = [planned_start(key) for key in plan]
    twice = sorted({f"{start:%Y-%m-%d}" for start in starts if starts.count(start) > 1})
    if twice:
        raise ValueError(f"names {', '.join(twice)} twice")
    return plan


def planned_start(key: str) -> datetime:
    """The start of a period, written `2026-10`, `2026-10-01` or as the epoch seconds of a midnight in UTC.

    Raises ValueError for anything else.
    """
    text = key.strip()
    try:
        if text.isdigit() and len(text) > 6:
            return datetime.fromtimestamp(int(text), UTC)
        return _in_utc(datetime.fromisoformat(f"{text}-01" if len(text) == 7 else text))
    except (ValueError, OverflowError, OSError) as error:
        raise ValueError(
            f"{quoted(key)} is no start of a period; write 2026-10, 2026-10-01 or epoch seconds"
        ) from error


def _in_utc(moment: datetime) -> datetime:
    """A day, or a moment without an offset, is in UTC, as all budget times are."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _as_moment(given: Any) -> datetime:
    try:
        moment = _in_utc(datetime.fromisoformat(given.strip()))
    except (AttributeError, ValueError, OverflowError) as error:
        raise ValueError(
            f"{quoted(given)} is no day or moment; write '2026-10-20' or '2026-10-20T00:00:00Z'"
        ) from error
    if moment < _EPOCH:
        raise ValueError(f"{quoted(given)} is before 1970, where AWS's count of time begins")
    return moment


Text = Annotated[str, StringConstraints(min_length=1, max_length=1024, strip_whitespace=True)]
_TEXTS = str | list[str]
_PAIRS = dict[str, str | list[str]] | str | list[str]

Texts = Annotated[list[Text], Field(min_length=1), BeforeValidator(_as_list, json_schema_input_type=_TEXTS)]
"""One text or several."""

TagValues = Annotated[
    list[Text], Field(min_length=1), BeforeValidator(_as_tag_values, json_schema_input_type=_PAIRS)
]
CostCategoryValues = Annotated[
    list[Text], Field(min_length=1), BeforeValidator(_as_cost_categories, json_schema_input_type=_PAIRS)
]
MomentInput = Annotated[datetime, BeforeValidator(_as_moment, json_schema_input_type=str)]
"""A day or a moment as ISO 8601; a bare number could be a day or seconds, so it is refused."""

NotNegative = Annotated[Decimal, Field(ge=0, lt=Decimal("1e24"))]
PlannedLimits = Annotated[dict[str, NotNegative], AfterValidator(_checked_plan)]
"""Period start, as `planned_start` reads it, to amount."""


class AutoAdjustChoice(Model):
    """AWS sets the limit itself."""

    type: AutoAdjustType = Field(
        description="HISTORICAL averages past periods; FORECAST uses AWS's forecast."
    )
    periods: WholeNumber | None = Field(
        default=None,
        description="HISTORICAL only: periods to average, up to 60 days, 12 months, 4 quarters, 1 year.",
    )


class CostTypesChoice(Model):
    """Which kinds of cost count; what is left out keeps AWS's default. AWS's own spelling works too."""

    model_config = ConfigDict(alias_generator=to_pascal, validate_by_name=True, validate_by_alias=True)

    include_tax: bool = Field(default=True, description="Taxes.")
    include_subscription: bool = Field(
        default=True, description="Subscriptions, such as reservations paid by the month."
    )
    use_blended: bool = Field(default=False, description="Blended rates of the whole organization.")
    include_refund: bool = Field(default=True, description="Refunds, which lower the spend.")
    include_credit: bool = Field(
        default=True,
        description="Credits, which lower the spend; leave them out to see what will be paid once they end.",
    )
    include_upfront: bool = Field(default=True, description="Upfront payments of reservations.")
    include_recurring: bool = Field(default=True, description="Recurring fees of reservations.")
    include_other_subscription: bool = Field(default=True, description="Other subscription costs.")
    include_support: bool = Field(default=True, description="Support plans.")
    include_discount: bool = Field(default=True, description="Discounts.")
    use_amortized: bool = Field(default=False, description="Upfront payments spread over their term.")


class SubscriberChoice(Model):
    """Somebody who is told."""

    channel: ChannelName = Field(description="How they are reached.")
    address: Text = Field(description="An e-mail address, or the ARN of a topic.")


class NotificationChoice(Model):
    """A threshold to watch and who is told when it is passed."""

    type: NotificationType = Field(
        default=NotificationType.ACTUAL,
        description="Which figure; RI and Savings Plans budgets have ACTUAL only.",
    )
    threshold: Decimal = Field(description="Percent of the limit, or an amount in its unit.")
    threshold_type: ThresholdType = Field(
        default=ThresholdType.PERCENTAGE, description="Whether the threshold is a percentage or an amount."
    )
    operator: ComparisonOperator | None = Field(
        default=None,
        description="GREATER_THAN for COST and USAGE, LESS_THAN for RI and Savings Plans when left out.",
    )
    emails: Texts | None = Field(default=None, description="Up to ten addresses.")
    topic_arn: Text | None = Field(default=None, description="An SNS topic of the same account.")
    subscribers: list[SubscriberChoice] | None = Field(
        default=None,
        description="Instead of emails and topic_arn; everybody of the budget when all are left out.",
    )


def subscribers_from(emails: list[str] | None, topic_arn: str | None) -> tuple[Subscriber, ...]:
    """Addresses as subscribers."""
    return (
        *(Subscriber(ChannelName.EMAIL, each) for each in emails or ()),
        *([] if topic_arn is None else [Subscriber(ChannelName.SNS, topic_arn)]),
    )
