"""What the company has committed to: reservations for EC2 and RDS, and a Compute Savings Plan."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from local.ledger.ledger import MANAGEMENT_ACCOUNT, Ledger
from local.ledger.record import CostLine, EligibleUsage, ReservableUsage, Reservation, SavingsPlan
from local.scenarios.company_flows import (
    EC2,
    RDS,
    SHARED,
    STAGING,
    STOREFRONT,
    WAREHOUSE,
    make_line,
)
from local.scenarios.company_people import DATA, PLATFORM, PRODUCTION
from local.scenarios.flow import MILLI_UNITS, Flow, month_start, month_starts, usage_of

WORKLOADS = (1000, 1010, 1020, 1010, 1000, 840, 830)
HOUR = 1000  # in thousandths
SAVINGS_PLANS = "Savings Plans for AWS Compute usage"
PLAN_ARN = f"arn:aws:savingsplans::{MANAGEMENT_ACCOUNT}:savingsplan/7c1e3f60-5d2b-4a0e-9f57-2b8d6a41c903"
PLAN_TYPE = "Compute Savings Plans"

# In permille: what a plan's hour costs of the on-demand price, and how the plan and usage meet.
PLAN_PRICE = 720
PLAN_COVERAGE = 780
PLAN_UTILIZATION = 970

EC2_RESERVED_INSTANCES = 20
RDS_RESERVED_INSTANCES = 8


def fill_commitments(ledger: Ledger, today: date, first_day: date, length: int) -> None:
    """Fill the costs and the commitment tables of everything that is not paid on demand."""
    _fill_ec2_reservation(ledger, today, first_day, length)
    _fill_rds_reservation(ledger, today, first_day, length)
    _fill_savings_plan(ledger, today, first_day, length)


def _fill_ec2_reservation(ledger: Ledger, today: date, first_day: date, length: int) -> None:
    """Twenty m5.large, 93 % used until last month; some were migrated away, so now 71 %."""
    reservation = Reservation(
        subscription_id="9a1c40d2-ec2-m5", account=PRODUCTION, service=EC2, region="us-east-1",
        instance_type="m5.large", platform="Linux/UNIX", tenancy="Shared", units_per_hour=4,
    )  # fmt: skip
    usage = make_line(
        PRODUCTION, EC2, "BoxUsage:m5.large", "Hrs", group="EC2: Running Hours", operation="RunInstances",
        tags=STOREFRONT, instance_type="m5.large", platform="Linux/UNIX",
    )  # fmt: skip
    purchased = [EC2_RESERVED_INSTANCES * 24 * HOUR] * length
    change = (month_start(today) - first_day).days
    used = _jitter(usage, first_day, today, [930] * change + [710] * (length - change), purchased)
    running = [hours + 30 * HOUR for hours in used]
    _fill_reservation(ledger, first_day, reservation, usage, purchased, used, running, 60_500_000, 96_000_000)


def _fill_rds_reservation(ledger: Ledger, today: date, first_day: date, length: int) -> None:
    """Eight db.r5.large, always used, covering 64 % of what runs."""
    reservation = Reservation(
        subscription_id="5e77b0aa-rds-r5", account=PRODUCTION, service=RDS, region="us-east-1",
        instance_type="db.r5.large", database_engine="PostgreSQL", units_per_hour=4,
    )  # fmt: skip
    usage = make_line(
        PRODUCTION, RDS, "InstanceUsage:db.r5.large", "Hrs", group="RDS: Running Hours",
        operation="CreateDBInstance:0014", tags=STOREFRONT, instance_type="db.r5.large", engine="PostgreSQL",
    )  # fmt: skip
    purchased = [RDS_RESERVED_INSTANCES * 24 * HOUR] * length
    running = _jitter(usage, first_day, today, [1562] * length, purchased)
    _fill_reservation(
        ledger, first_day, reservation, usage, purchased, purchased, running, 158_000_000, 250_000_000
    )


def _jitter(
    line: CostLine, first_day: date, today: date, permille: Sequence[int], whole: Sequence[int]
) -> list[int]:
    """The given share of the whole, on each day a little off."""
    flow = Flow(line=line, dollars_a_month=30, price_nanodollars=1_000_000_000, noise=12)
    luck = usage_of(flow, first_day, today, len(whole))
    return [amount * share * one // 10**6 for amount, share, one in zip(whole, permille, luck, strict=True)]


def _fill_reservation(
    ledger: Ledger,
    first_day: date,
    reservation: Reservation,
    usage: CostLine,
    purchased: Sequence[int],
    used: Sequence[int],
    running: Sequence[int],
    price: int,
    on_demand_price: int,
) -> None:
    """Hours in thousandths, prices in nanodollars; what runs beyond the reserved hours is paid on demand."""
    length = len(purchased)
    on_demand = [total - reserved for total, reserved in zip(running, used, strict=True)]
    covered = replace(
        usage,
        record_type="DiscountedUsage",
        purchase_type="Standard Reserved Instances",
        reservation_id=reservation.subscription_id,
    )
    ledger.fill(covered, first_day, {
        "unblended": [0] * length,
        "amortized_difference": [hours * price for hours in used],
        **_hours(used, reservation.units_per_hour),
    })  # fmt: skip
    ledger.fill(usage, first_day, {
        "unblended": [hours * on_demand_price for hours in on_demand],
        **_hours(on_demand, reservation.units_per_hour),
    })  # fmt: skip
    fees = _monthly_fees(first_day, [hours * price for hours in purchased])
    unused = [(total - hours) * price for total, hours in zip(purchased, used, strict=True)]
    fee = replace(covered, record_type="Recurring", usage_type="HeavyUsage:" + reservation.instance_type,
                  usage_type_group=None, unit=None)  # fmt: skip
    ledger.fill(fee, first_day, {
        "unblended": fees,
        "amortized_difference": [idle - paid for idle, paid in zip(unused, fees, strict=True)],
    })  # fmt: skip
    ledger.reservations.fill(reservation, first_day, {
        "purchased_hours": _units(purchased),
        "used_hours": _units(used),
        "recurring_fee": [hours * price for hours in purchased],
        "on_demand_cost_of_used_hours": [hours * on_demand_price for hours in used],
    })  # fmt: skip
    reservable = ReservableUsage(
        account=reservation.account, service=reservation.service, region=reservation.region,
        instance_type=reservation.instance_type, platform=reservation.platform,
        tenancy=reservation.tenancy, database_engine=reservation.database_engine,
        units_per_hour=reservation.units_per_hour,
    )  # fmt: skip
    ledger.reservable.fill(reservable, first_day, {
        "reserved_hours": _units(used),
        "on_demand_hours": _units(on_demand),
        "on_demand_cost": [hours * on_demand_price for hours in on_demand],
    })  # fmt: skip


def _monthly_fees(first_day: date, daily_fees: Sequence[int]) -> list[int]:
    """The fees of each month, charged on its first day."""
    fees = [0] * len(daily_fees)
    starts = month_starts(first_day, len(daily_fees))
    for start, end in zip(starts, [*starts[1:], len(daily_fees)], strict=True):
        fees[start] = sum(daily_fees[start:end])
    return fees


def _fill_savings_plan(ledger: Ledger, today: date, first_day: date, length: int) -> None:
    """One Compute Savings Plan that covers 78 % of what it could and is 97 % used."""
    flows = _eligible_flows()
    usages = [usage_of(flow, first_day, today, length) for flow in flows]
    equivalents = [
        sum(hours * flow.price_nanodollars for flow, hours in zip(flows, day, strict=True))
        for day in zip(*usages, strict=True)
    ]
    # A plan is bought for the average day; on weekends, with less to cover, it covers more of it.
    commitment_a_day = sum(equivalents) // length * PLAN_COVERAGE // PLAN_UTILIZATION * PLAN_PRICE // 1000
    commitment = [commitment_a_day] * length
    plan_line = make_line(MANAGEMENT_ACCOUNT, SAVINGS_PLANS, PLAN_ARN)
    targets = _jitter(plan_line, first_day, today, [PLAN_UTILIZATION] * length, commitment)
    shares = [
        min(target * 10**6 // PLAN_PRICE * 1000 // equivalent, 10**6)
        for target, equivalent in zip(targets, equivalents, strict=True)
    ]
    used_commitment = [0] * length
    covered_total = [0] * length
    for flow, usage in zip(flows, usages, strict=True):
        covered = [hours * share // 10**6 for hours, share in zip(usage, shares, strict=True)]
        on_demand = [hours - part for hours, part in zip(usage, covered, strict=True)]
        _fill_eligible(ledger, first_day, flow, covered, on_demand)
        for offset, hours in enumerate(covered):
            equivalent = hours * flow.price_nanodollars
            covered_total[offset] += equivalent
            used_commitment[offset] += equivalent * PLAN_PRICE // 1000
    fee = make_line(MANAGEMENT_ACCOUNT, SAVINGS_PLANS, "ComputeSP:1yrNoUpfront", region=None,
                    record_type="SavingsPlanRecurringFee", purchase_type="Savings Plans", plan=PLAN_ARN,
                    plan_type=PLAN_TYPE)  # fmt: skip
    ledger.fill(fee, first_day, {
        "unblended": commitment,
        "amortized_difference": [-used for used in used_commitment],
    })  # fmt: skip
    plan = SavingsPlan(
        arn=PLAN_ARN, account=MANAGEMENT_ACCOUNT, plan_type=PLAN_TYPE, start=first_day,
        end=first_day + timedelta(days=3 * 365), hourly_commitment=Decimal(commitment_a_day // 24) / 10**12,
    )  # fmt: skip
    ledger.savings_plans.fill(plan, first_day, {
        "commitment": commitment,
        "used_commitment": used_commitment,
        "on_demand_cost_equivalent": covered_total,
        "recurring_commitment": commitment,
    })  # fmt: skip


def _fill_eligible(
    ledger: Ledger, first_day: date, flow: Flow, covered: Sequence[int], on_demand: Sequence[int]
) -> None:
    price = flow.price_nanodollars
    equivalent = [hours * price for hours in covered]
    plan = {"savings_plan_arn": PLAN_ARN, "savings_plans_type": PLAN_TYPE, "purchase_type": "Savings Plans"}
    covered_line = replace(flow.line, record_type="SavingsPlanCoveredUsage", **plan)  # type: ignore[arg-type]
    negation = replace(covered_line, record_type="SavingsPlanNegation", unit=None)
    ledger.fill(covered_line, first_day, {
        "unblended": equivalent,
        "amortized_difference": [cost * PLAN_PRICE // 1000 - cost for cost in equivalent],
        **_hours(covered, 4),
    })  # fmt: skip
    ledger.fill(negation, first_day, {
        "unblended": [-cost for cost in equivalent],
        "amortized_difference": equivalent,
    })  # fmt: skip
    ledger.fill(flow.line, first_day, {
        "unblended": [hours * price for hours in on_demand],
        **_hours(on_demand, 4),
    })  # fmt: skip
    eligible = EligibleUsage(
        account=flow.line.account, service=EC2, region=flow.line.region or "us-east-1",
        instance_family=(flow.line.instance_type or "").partition(".")[0],
    )  # fmt: skip
    ledger.eligible.fill(eligible, first_day, {
        "covered_spend": equivalent,
        "on_demand_cost": [hours * price for hours in on_demand],
    })  # fmt: skip


def _eligible_flows() -> tuple[Flow, ...]:
    def compute(
        account: str, usage_type: str, tags: dict[str, str], region: str, dollars: int, price: int
    ) -> Flow:
        line = make_line(
            account, EC2, usage_type, "Hrs", group="EC2: Running Hours", operation="RunInstances", tags=tags,
            region=region, zone=f"{region}a", instance_type=usage_type.partition(":")[2],
            platform="Linux/UNIX",
        )  # fmt: skip
        return Flow(line=line, dollars_a_month=dollars, price_nanodollars=price, rhythm=WORKLOADS, noise=15)

    return (
        compute(PRODUCTION, "EU-BoxUsage:m5.large", STOREFRONT, "eu-west-1", 6400, 107_000_000),
        compute(PRODUCTION, "BoxUsage:c6i.large", STOREFRONT, "us-east-1", 5200, 85_000_000),
        compute(PRODUCTION, "EU-BoxUsage:c5.large", STAGING, "eu-west-1", 900, 96_000_000),
        compute(PLATFORM, "BoxUsage:c5.large", SHARED, "us-east-1", 3100, 85_000_000),
        compute(DATA, "USW2-BoxUsage:r5.large", WAREHOUSE, "us-west-2", 4400, 126_000_000),
    )


def _hours(hours: Sequence[int], units_per_hour: int) -> dict[str, list[int]]:
    quantity = _units(hours)
    return {"usage_quantity": quantity, "normalized": [amount * units_per_hour for amount in quantity]}


def _units(thousandths: Sequence[int]) -> list[int]:
    return [amount * MILLI_UNITS for amount in thousandths]
