"""FOCUS files: billing lines in the columns of the FinOps Open Cost and Usage Specification, 1.x."""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from local.imports.imported import Accounts, Imported, UnreadableLineError, read_amount, spread
from local.imports.lines import Line, refuse_other_currency
from local.imports.services import service_of_focus
from local.ledger.record import AMAZON, CostRecord, pairs

REQUIRED = ("ChargePeriodStart", "BilledCost", "ServiceName")
USED = frozenset(
    {
        *REQUIRED, "AvailabilityZone", "BillingCurrency", "ChargeCategory", "ChargeFrequency", "ChargePeriodEnd",
        "CommitmentDiscountStatus", "CommitmentDiscountType", "ConsumedQuantity", "ConsumedUnit",
        "EffectiveCost", "InvoiceIssuerName", "PricingCategory", "ProviderName", "PublisherName", "Region",
        "RegionId", "ServiceProviderName", "SubAccountId", "Tags", "x_Operation", "x_UsageType",
    }
)  # fmt: skip
AWS_NAMES = ("aws", "amazon web services", "amazon web services, inc.")
UNITS: Mapping[str, str] = {"Hours": "Hrs", "GB-Months": "GB-Month", "GB-Mo": "GB-Month", "Hour": "Hrs"}
_ZONE = re.compile(r"[a-z]{2}(-[a-z]+)+-\d[a-z]")


def is_focus(header: Sequence[str]) -> bool:
    """Does the header have the columns without which nothing can be told?"""
    return set(REQUIRED) <= set(header)


def read_focus(header: Sequence[str], lines: Sequence[Line]) -> Imported:
    """The AWS lines of a FOCUS file.

    BilledCost becomes the unblended and EffectiveCost the amortized cost. Lines of other providers are set
    aside and named. `NULL` and empty cells are absent. Raises ValueError for a currency other than USD.
    """
    imported, accounts = Imported(), Accounts()
    others, zones = Counter[str](), Counter[str]()
    used = [(index, name) for index, name in enumerate(header) if name in USED]
    for line in lines:
        imported.lines_read += 1
        cells = {
            name: None if cell.strip() in ("", "NULL", "null") else cell.strip()
            for name, cell in ((name, line.cells[index]) for index, name in used if index < len(line.cells))
        }
        provider = cells.get("ProviderName") or cells.get("ServiceProviderName") or "AWS"
        if line.reason is None and provider.lower() not in AWS_NAMES:
            others[provider] += 1
            imported.lines_set_aside += 1
            continue
        try:
            if line.reason is not None:
                raise UnreadableLineError(line.reason)
            refuse_other_currency(cells.get("BillingCurrency"), line.number)
            first_day, days = _read_days(cells)
            records = _records(cells, first_day, days, accounts, zones)
        except UnreadableLineError as error:
            imported.problems.append((line.number, str(error)))
            continue
        imported.ledger.add(records)
        imported.lines_used += 1
        imported.cover(first_day, first_day + timedelta(days=days - 1))
    if others:
        named = ", ".join(f"{name} {count}" for name, count in others.most_common())
        imported.notes.append(f"{others.total()} lines are not AWS spending and were not loaded: {named}.")
    if zones:
        imported.notes.append(f"{zones.total()} availability zones are none and were left out.")
    imported.notes.extend(accounts.notes())
    imported.account_names.update(accounts.names())
    return imported


def _read_days(cells: Mapping[str, str | None]) -> tuple[date, int]:
    """First day and number of days of the charge period; the end is exclusive and may be left out."""
    start = _moment(cells.get("ChargePeriodStart"), "ChargePeriodStart")
    if cells.get("ChargePeriodEnd") is None:
        return start.date(), 1
    end = _moment(cells["ChargePeriodEnd"], "ChargePeriodEnd")
    if end <= start:
        raise UnreadableLineError(f"the charge period ends at {end} and begins at {start}")
    last = (end - timedelta(microseconds=1)).date()
    return start.date(), (last - start.date()).days + 1


def _moment(text: str | None, what: str) -> datetime:
    try:
        moment = datetime.fromisoformat((text or "").replace("Z", "+00:00"))
    except ValueError as error:
        raise UnreadableLineError(f"{what} is no point in time: {text!r}") from error
    # FOCUS times are UTC, whether they say so or not.
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _records(
    cells: Mapping[str, str | None], first_day: date, days: int, accounts: Accounts, zones: Counter[str]
) -> list[CostRecord]:
    if cells["ServiceName"] is None:
        raise UnreadableLineError("ServiceName is absent")
    billed = read_amount(cells["BilledCost"], "BilledCost")
    effective = _optional(cells, "EffectiveCost", billed)
    quantity = _optional(cells, "ConsumedQuantity", Decimal(0))
    zone = cells.get("AvailabilityZone")
    if zone is not None and not _ZONE.fullmatch(zone):
        zones[zone] += 1
        zone = None
    record_type = _record_type(cells, billed)
    dimensions: dict[str, Any] = {
        "account": accounts.id_of(cells.get("SubAccountId")),
        "service": service_of_focus(cells["ServiceName"]),
        "region": cells.get("RegionId") or cells.get("Region"),
        "availability_zone": zone,
        "usage_type": cells.get("x_UsageType"),
        "operation": cells.get("x_Operation"),
        "record_type": record_type,
        "purchase_type": _purchase_type(cells),
        "legal_entity": cells.get("InvoiceIssuerName") or AMAZON,
        "invoicing_entity": cells.get("InvoiceIssuerName") or AMAZON,
        "billing_entity": "AWS"
        if (cells.get("PublisherName") or AMAZON).startswith("Amazon")
        else "AWS Marketplace",
        "tags": pairs(_read_tags(cells.get("Tags"))),
        "unit": _unit(cells),
    }
    shares = zip(
        spread(billed, first_day, days),
        spread(effective, first_day, days),
        spread(quantity, first_day, days),
        strict=True,
    )
    return [
        CostRecord(day=day, unblended=cost, amortized=amortized, usage_quantity=used, **dimensions)
        for (day, cost), (_, amortized), (_, used) in shares
    ]


def _optional(cells: Mapping[str, str | None], name: str, default: Decimal) -> Decimal:
    return default if cells.get(name) is None else read_amount(cells[name], name)


def _unit(cells: Mapping[str, str | None]) -> str | None:
    unit = cells.get("ConsumedUnit")
    return None if unit is None else UNITS.get(unit, unit)


def _record_type(cells: Mapping[str, str | None], billed: Decimal) -> str:
    """The RECORD_TYPE of a ChargeCategory; FOCUS and Cost Explorer have no common list, this is ours."""
    category = cells.get("ChargeCategory") or "Usage"
    discount = cells.get("CommitmentDiscountType") or ""
    if category == "Usage" and cells.get("CommitmentDiscountStatus") == "Used":
        return "SavingsPlanCoveredUsage" if "Savings Plan" in discount else "DiscountedUsage"
    if category == "Purchase":
        is_recurring = cells.get("ChargeFrequency") == "Recurring"
        if "Savings Plan" in discount:
            return "SavingsPlanRecurringFee" if is_recurring else "SavingsPlanUpfrontFee"
        if discount:
            return "Recurring" if is_recurring else "Upfront"
        return "Fee"
    if category == "Adjustment":
        return "Refund" if billed < 0 else "Other out-of-cycle charges"
    if category in ("Usage", "Tax", "Credit"):
        return category
    raise UnreadableLineError(f"ChargeCategory is none of FOCUS: {category!r}")


def _purchase_type(cells: Mapping[str, str | None]) -> str | None:
    discount = cells.get("CommitmentDiscountType") or ""
    if "Savings Plan" in discount:
        return "Savings Plans"
    if discount:
        return "Standard Reserved Instances"
    category = cells.get("PricingCategory")
    if category == "Dynamic":
        return "Spot Instances"
    return "On Demand Instances" if category in (None, "Standard") else None


def _read_tags(text: str | None) -> dict[str, str]:
    """Tags by key; the `user:` of a key says only whose it is. Raises UnreadableLineError."""
    if text is None:
        return {}
    try:
        tags = json.loads(text)
    except ValueError as error:
        raise UnreadableLineError(f"Tags is no JSON: {text[:60]!r}") from error
    if not isinstance(tags, dict):
        raise UnreadableLineError(f"Tags is no JSON object: {text[:60]!r}")
    return {key.removeprefix("user:"): str(value) for key, value in tags.items() if value is not None}
