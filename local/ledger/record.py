"""What is charged and what is committed: the records a ledger is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

Pairs = tuple[tuple[str, str], ...]

AMAZON = "Amazon Web Services, Inc."


def pairs(mapping: Mapping[str, str]) -> Pairs:
    """The mapping as sorted pairs, so that a line that carries it can be compared and looked up."""
    return tuple(sorted(mapping.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class CostLine:
    """What a charge is for, with the values Cost Explorer uses for its dimensions; `None` is absent.

    `service` is the SERVICE value (`Amazon Elastic Compute Cloud - Compute`), not the console's name.
    `tags` carry user tags by their bare key (`team`) and AWS's own by theirs (`aws:createdBy`).
    `unit` is the unit of the usage quantity, `record_type` the RECORD_TYPE value.
    """

    account: str
    service: str
    region: str | None = "us-east-1"
    availability_zone: str | None = None
    usage_type: str | None = None
    usage_type_group: str | None = None
    operation: str | None = None
    instance_type: str | None = None
    record_type: str = "Usage"
    purchase_type: str | None = "On Demand Instances"
    platform: str | None = None
    tenancy: str | None = None
    database_engine: str | None = None
    legal_entity: str | None = AMAZON
    invoicing_entity: str | None = AMAZON
    billing_entity: str | None = "AWS"
    reservation_id: str | None = None
    savings_plan_arn: str | None = None
    savings_plans_type: str | None = None
    tags: Pairs = ()
    cost_categories: Pairs = ()
    unit: str | None = None


LINE_FIELDS = tuple(field.name for field in fields(CostLine))


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRecord(CostLine):
    """One line of one day. Costs in USD; usage in `unit`; a cost that is `None` equals the unblended one.

    `net_unblended` and `net_amortized` are after discounts; the latter equals `amortized` if it is `None`.
    `normalized` is in normalized units.
    """

    day: date
    unblended: Decimal
    amortized: Decimal | None = None
    net_unblended: Decimal | None = None
    net_amortized: Decimal | None = None
    blended: Decimal | None = None
    usage_quantity: Decimal = Decimal(0)
    normalized: Decimal = Decimal(0)

    @property
    def line(self) -> CostLine:
        """What the charge is for, without its day and amounts."""
        return CostLine(**{name: getattr(self, name) for name in LINE_FIELDS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """One reservation subscription. Columns per day: see `RESERVATION_COLUMNS`."""

    subscription_id: str
    account: str
    service: str
    region: str
    instance_type: str
    platform: str | None = None
    tenancy: str | None = None
    database_engine: str | None = None
    units_per_hour: int = 1


RESERVATION_COLUMNS = (
    "purchased_hours",
    "used_hours",
    "upfront_fee",
    "recurring_fee",
    "on_demand_cost_of_used_hours",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservableUsage:
    """Running hours that reservations could cover. Columns per day: see `RESERVABLE_COLUMNS`."""

    account: str
    service: str
    region: str
    instance_type: str
    platform: str | None = None
    tenancy: str | None = None
    database_engine: str | None = None
    availability_zone: str | None = None
    units_per_hour: int = 1


RESERVABLE_COLUMNS = ("reserved_hours", "on_demand_hours", "on_demand_cost")


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingsPlan:
    """One Savings Plan. Columns per day: see `SAVINGS_PLAN_COLUMNS`."""

    arn: str
    account: str
    plan_type: str
    payment_option: str = "No Upfront"
    region: str | None = None
    instance_family: str | None = None
    start: date
    end: date
    hourly_commitment: Decimal


SAVINGS_PLAN_COLUMNS = (
    "commitment",
    "used_commitment",
    "on_demand_cost_equivalent",
    "recurring_commitment",
    "upfront_commitment",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EligibleUsage:
    """Usage that Savings Plans could cover. Columns per day: see `ELIGIBLE_COLUMNS`.

    `covered_spend` is what the covered usage would have cost on demand, `on_demand_cost` the uncovered rest.
    """

    account: str
    service: str
    region: str
    instance_family: str | None = None


ELIGIBLE_COLUMNS = ("covered_spend", "on_demand_cost")
