"""What the company uses: its streams of usage, and the bills that come by the month."""

from collections.abc import Iterator
from datetime import date, timedelta

from local.ledger.ledger import MANAGEMENT_ACCOUNT, Ledger
from local.ledger.record import CostLine, pairs
from local.scenarios.company_people import COST_CENTERS, DATA, PLATFORM, PRODUCTION, SANDBOX
from local.scenarios.flow import FLAT, OFFICE, TINKERING, Flow, month_start, month_starts

EC2 = "Amazon Elastic Compute Cloud - Compute"
EC2_OTHER = "EC2 - Other"
RDS = "Amazon Relational Database Service"
S3 = "Amazon Simple Storage Service"
ELASTICACHE = "Amazon ElastiCache"
CLOUDFRONT = "Amazon CloudFront"
DOLLAR = 10**12

STOREFRONT = {"team": "web", "environment": "production", "project": "storefront"}
SHARED = {"team": "platform", "environment": "production", "project": "shared-services"}
WAREHOUSE = {"team": "data", "environment": "production", "project": "warehouse"}
MODELS = {"team": "data", "environment": "development", "project": "models"}
STAGING = {"team": "web", "environment": "staging", "project": "storefront"}
UNTAGGED: dict[str, str] = {}


def make_line(
    account: str,
    service: str,
    usage_type: str | None,
    unit: str | None = None,
    *,
    group: str | None = None,
    operation: str | None = None,
    tags: dict[str, str] = UNTAGGED,
    region: str | None = "us-east-1",
    zone: str | None = None,
    instance_type: str | None = None,
    record_type: str = "Usage",
    purchase_type: str | None = "On Demand Instances",
    engine: str | None = None,
    platform: str | None = None,
    reservation: str | None = None,
    plan: str | None = None,
    plan_type: str | None = None,
) -> CostLine:
    """A line of the company, in the cost center of its account."""
    return CostLine(
        account=account,
        service=service,
        region=region,
        availability_zone=zone,
        usage_type=usage_type,
        usage_type_group=group,
        operation=operation,
        instance_type=instance_type,
        record_type=record_type,
        purchase_type=purchase_type,
        platform=platform,
        tenancy="Shared" if instance_type else None,
        database_engine=engine,
        reservation_id=reservation,
        savings_plan_arn=plan,
        savings_plans_type=plan_type,
        tags=pairs(tags),
        cost_categories=pairs({"CostCenter": COST_CENTERS[account]}),
        unit=unit,
    )


def make_flows(today: date) -> Iterator[Flow]:
    """Every stream of usage except the one behind reservations and Savings Plans."""
    yield from _storage(today)
    yield from _delivery()
    yield from _databases(today)
    yield from _applications()
    yield from _intelligence(today)


def _storage(today: date) -> Iterator[Flow]:
    # The data lake is the service that grows steadily, by four percent a month.
    yield Flow(
        line=make_line(DATA, S3, "USW2-TimedStorage-ByteHrs", "GB-Month", group="S3: Storage - Standard",
                       operation="StandardStorage", tags=WAREHOUSE, region="us-west-2"),
        dollars_a_month=3400, price_nanodollars=23_000_000, noise=8, growth_a_month=40,
    )  # fmt: skip
    yield Flow(
        line=make_line(DATA, S3, "USW2-Requests-Tier1", "Requests", group="S3: API Requests - Standard",
                       operation="PutObject", tags=WAREHOUSE, region="us-west-2"),
        dollars_a_month=420, price_nanodollars=5_000, growth_a_month=40, rhythm=OFFICE,
    )  # fmt: skip
    yield Flow(
        line=make_line(PRODUCTION, S3, "TimedStorage-ByteHrs", "GB-Month", group="S3: Storage - Standard",
                       operation="StandardStorage", tags=STOREFRONT),
        dollars_a_month=900, price_nanodollars=23_000_000, noise=10,
    )  # fmt: skip
    yield Flow(
        line=make_line(SANDBOX, S3, "TimedStorage-ByteHrs", "GB-Month", group="S3: Storage - Standard",
                       operation="StandardStorage"),
        dollars_a_month=90, price_nanodollars=23_000_000, noise=10,
    )  # fmt: skip
    yield Flow(
        line=make_line(PRODUCTION, EC2_OTHER, "EBS:VolumeUsage.gp3", "GB-Month", group="EC2: EBS - SSD(gp3)",
                       operation="CreateVolume-Gp3", tags=STOREFRONT),
        dollars_a_month=1700, price_nanodollars=80_000_000, noise=10,
    )  # fmt: skip
    yield Flow(
        line=make_line(DATA, EC2_OTHER, "USW2-EBS:VolumeUsage.gp3", "GB-Month", group="EC2: EBS - SSD(gp3)",
                       operation="CreateVolume-Gp3", tags=WAREHOUSE, region="us-west-2"),
        dollars_a_month=800, price_nanodollars=80_000_000, noise=10,
    )  # fmt: skip
    # Backups moved to another region on two days three months ago; since then there is less to copy.
    moved = month_start(today, -3) + timedelta(days=13)
    yield Flow(
        line=make_line(PLATFORM, EC2_OTHER, "USE1-EUW1-AWS-Out-Bytes", "GB",
                       group="EC2: Data Transfer - Region to Region (Out)", operation="InterRegion-Out",
                       tags=SHARED),
        dollars_a_month=260, price_nanodollars=20_000_000,
        spikes=((moved, 9000), (moved + timedelta(days=1), 12000)),
        steps=((moved + timedelta(days=2), 300),),
    )  # fmt: skip


def _delivery() -> Iterator[Flow]:
    yield Flow(
        line=make_line(PRODUCTION, CLOUDFRONT, "US-DataTransfer-Out-Bytes", "GB",
                       group="CloudFront: Data Transfer - Internet (Out)", operation="GET", tags=STOREFRONT,
                       region=None),
        dollars_a_month=2600, price_nanodollars=85_000_000, noise=12, rhythm=(1000,) * 5 + (1060, 1080),
    )  # fmt: skip
    yield Flow(
        line=make_line(PRODUCTION, EC2_OTHER, "DataTransfer-Out-Bytes", "GB",
                       group="EC2: Data Transfer - Internet (Out)", operation="RunInstances",
                       tags=STOREFRONT),
        dollars_a_month=1500, price_nanodollars=90_000_000, rhythm=OFFICE,
    )  # fmt: skip
    yield Flow(
        line=make_line(PRODUCTION, EC2_OTHER, "NatGateway-Hours", "Hrs", group="EC2: NAT Gateway - Running Hours",
                       operation="NatGateway", tags=STOREFRONT),
        dollars_a_month=400, price_nanodollars=45_000_000, noise=0,
    )  # fmt: skip
    for region, prefix, dollars in (("us-east-1", "", 620), ("eu-west-1", "EU-", 240)):
        yield Flow(
            line=make_line(PRODUCTION, "Amazon Elastic Load Balancing", f"{prefix}LoadBalancerUsage", "Hrs",
                           group="ELB: Running Hours", operation="LoadBalancing:Application",
                           tags=STOREFRONT, region=region),
            dollars_a_month=dollars, price_nanodollars=22_500_000, noise=0,
        )  # fmt: skip
    yield Flow(
        line=make_line(PLATFORM, "Amazon Virtual Private Cloud", "PublicIPv4:InUseAddress", "Hrs",
                       operation="AssociateAddressVPC", tags=SHARED),
        dollars_a_month=520, price_nanodollars=5_000_000, noise=5,
    )  # fmt: skip


def _databases(today: date) -> Iterator[Flow]:
    # A second cache cluster came five months ago and stayed.
    yield Flow(
        line=make_line(PRODUCTION, ELASTICACHE, "NodeUsage:cache.r6g.large", "Hrs",
                       group="ElastiCache: Running Hours", operation="CreateCacheCluster:0002",
                       tags=STOREFRONT, instance_type="cache.r6g.large", engine="Redis"),
        dollars_a_month=650, price_nanodollars=206_000_000, noise=15,
        steps=((month_start(today, -5), 2600),),
    )  # fmt: skip
    # The old warehouse was switched off four months ago.
    yield Flow(
        line=make_line(DATA, "Amazon Redshift", "USW2-Node:ra3.xlplus", "Hrs", group="Redshift: Running Hours",
                       operation="RunComputeNode:0001", tags=WAREHOUSE, region="us-west-2",
                       instance_type="ra3.xlplus"),
        dollars_a_month=2300, price_nanodollars=1_086_000_000, noise=5, ends=month_start(today, -4),
    )  # fmt: skip
    yield Flow(
        line=make_line(PRODUCTION, "Amazon DynamoDB", "WriteRequestUnits", "WriteRequestUnits",
                       operation="PayPerRequestThroughput", tags=STOREFRONT),
        dollars_a_month=1150, price_nanodollars=1_250, rhythm=OFFICE,
    )  # fmt: skip
    yield Flow(
        line=make_line(PRODUCTION, RDS, "RDS:GP3-Storage", "GB-Month", group="RDS: Storage",
                       operation="CreateDBInstance:0014", tags=STOREFRONT, engine="PostgreSQL"),
        dollars_a_month=700, price_nanodollars=115_000_000, noise=5,
    )  # fmt: skip


def _applications() -> Iterator[Flow]:
    yield Flow(
        line=make_line(PRODUCTION, "AWS Lambda", "Lambda-GB-Second", "Second", operation="Invoke",
                       tags=STOREFRONT),
        dollars_a_month=760, price_nanodollars=16_667, rhythm=OFFICE,
    )  # fmt: skip
    yield Flow(
        line=make_line(PLATFORM, "AWS Lambda", "Request", "Requests", operation="Invoke", tags=SHARED),
        dollars_a_month=140, price_nanodollars=200, rhythm=OFFICE,
    )  # fmt: skip
    for account, tags, dollars in (
        (PRODUCTION, STOREFRONT, 620), (PLATFORM, SHARED, 380), (SANDBOX, UNTAGGED, 45)
    ):  # fmt: skip
        yield Flow(
            line=make_line(account, "AmazonCloudWatch", "CW:MetricMonitorUsage", "Metrics",
                           operation="MetricStorage", tags=tags),
            dollars_a_month=dollars, price_nanodollars=300_000_000, noise=20,
        )  # fmt: skip
    yield Flow(
        line=make_line(PLATFORM, "AWS Key Management Service", "us-east-1-KMS-Requests", "Requests",
                       operation="Decrypt", tags=SHARED),
        dollars_a_month=75, price_nanodollars=3_000, rhythm=OFFICE,
    )  # fmt: skip
    yield Flow(
        line=make_line(PRODUCTION, "AmazonCloudWatch", "EU-DataProcessing-Bytes", "GB",
                       operation="PutLogEvents", tags=STAGING, region="eu-west-1"),
        dollars_a_month=210, price_nanodollars=570_000_000, rhythm=OFFICE,
    )  # fmt: skip
    yield Flow(
        line=make_line(SANDBOX, EC2, "BoxUsage:t3.medium", "Hrs", group="EC2: Running Hours",
                       operation="RunInstances", instance_type="t3.medium", platform="Linux/UNIX"),
        dollars_a_month=980, price_nanodollars=41_600_000, rhythm=TINKERING,
    )  # fmt: skip


def _intelligence(today: date) -> Iterator[Flow]:
    # One large training run on six days three months ago.
    run = month_start(today, -3) + timedelta(days=8)
    yield Flow(
        line=make_line(DATA, "Amazon SageMaker", "USW2-Train:ml.p3.2xlarge", "Hrs",
                       group="SageMaker: Running Hours", operation="RunInstance", tags=MODELS,
                       region="us-west-2", instance_type="ml.p3.2xlarge"),
        dollars_a_month=1500, price_nanodollars=3_825_000_000, rhythm=OFFICE,
        spikes=tuple((run + timedelta(days=offset), 14_000) for offset in range(6)),
    )  # fmt: skip
    yield Flow(
        line=make_line(DATA, "Amazon SageMaker", "USW2-Host:ml.m5.xlarge", "Hrs",
                       group="SageMaker: Running Hours", operation="RunInstance", tags=WAREHOUSE,
                       region="us-west-2", instance_type="ml.m5.xlarge"),
        dollars_a_month=1300, price_nanodollars=230_000_000, noise=5,
    )  # fmt: skip
    # The assistant went live two months ago and finds more users every week.
    yield Flow(
        line=make_line(PRODUCTION, "Amazon Bedrock", "USE1-Nova-Pro-output-tokens", "1K tokens",
                       operation="InvokeModelInference", tags={**STOREFRONT, "project": "assistant"}),
        dollars_a_month=1900, price_nanodollars=3_200_000, rhythm=OFFICE, growth_a_month=120,
        begins=month_start(today, -2),
    )  # fmt: skip
    yield Flow(
        line=make_line(SANDBOX, "Amazon Bedrock", "USE1-Nova-Pro-input-tokens", "1K tokens",
                       operation="InvokeModelInference"),
        dollars_a_month=160, price_nanodollars=800_000, rhythm=TINKERING, begins=month_start(today, -2),
    )  # fmt: skip
    yield Flow(
        line=make_line(DATA, "AWS Glue", "USW2-ETL-DPU-Hour", "DPU-Hour", operation="Jobrun",
                       tags=WAREHOUSE, region="us-west-2"),
        dollars_a_month=1450, price_nanodollars=440_000_000, rhythm=FLAT,
    )  # fmt: skip


def fill_bills(ledger: Ledger, today: date, first_day: date, length: int) -> None:
    """What is not usage: support and tax by the month, credits until they ran out, one refund."""
    firsts = month_starts(first_day, length)
    support = make_line(MANAGEMENT_ACCOUNT, "AWS Support (Business)", None, region=None,
                        record_type="Support", purchase_type=None)  # fmt: skip
    tax = make_line(MANAGEMENT_ACCOUNT, "Tax", None, region=None, record_type="Tax", purchase_type=None)
    for line, dollars in ((support, 2900), (tax, 1350)):
        column = [0] * length
        for offset in firsts:
            column[offset] = dollars * DOLLAR
        ledger.fill(line, first_day, {"unblended": column})

    # Promotional credits paid for part of compute until the end of the month before the last three.
    credits_end = (month_start(today, -3) - first_day).days
    credit = make_line(PRODUCTION, EC2, None, record_type="Credit", purchase_type=None)
    column = [-115 * DOLLAR] * credits_end + [0] * (length - credits_end)
    ledger.fill(credit, first_day, {"unblended": column})

    refunded = (month_start(today, -2) - first_day).days + 16
    refund = make_line(PRODUCTION, RDS, None, record_type="Refund", purchase_type=None)
    column = [0] * length
    column[refunded] = -640 * DOLLAR
    ledger.fill(refund, first_day, {"unblended": column})
