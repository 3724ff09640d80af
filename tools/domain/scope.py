"""Scopes: which costs a budget counts, in either of the two families of filters AWS has.

Source: Budgets API, `CostFilters` with `CostTypes` (the older family) or `FilterExpression` with `Metrics`
(the newer one); one budget has one family. Tag values are `user:Key$Value`, cost categories `Name$Value`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

# CostFilters key -> Cost Explorer dimension. Source: user guide, budget filters; Expression dimensions.
DIMENSIONS: Mapping[str, str] = MappingProxyType(
    {
        "AZ": "AZ",
        "BillingEntity": "BILLING_ENTITY",
        "InstanceType": "INSTANCE_TYPE",
        "InstanceTypeFamily": "INSTANCE_TYPE_FAMILY",
        "InvoicingEntity": "INVOICING_ENTITY",
        "LegalEntityName": "LEGAL_ENTITY_NAME",
        "LinkedAccount": "LINKED_ACCOUNT",
        "Operation": "OPERATION",
        "Platform": "PLATFORM",
        "PurchaseType": "PURCHASE_TYPE",
        "Region": "REGION",
        "SavingsPlansType": "SAVINGS_PLANS_TYPE",
        "Service": "SERVICE",
        "Tenancy": "TENANCY",
        "UsageType": "USAGE_TYPE",
        "UsageTypeGroup": "USAGE_TYPE_GROUP",
    }
)

_WORDS = {
    "CostCategory": "cost category",
    "LinkedAccount": "account",
    "TagKeyValue": "tag",
    "UsageTypeGroup": "usage type group",
    "UsageType": "usage type",
    "InstanceType": "instance type",
}

ScopeKey = frozenset[tuple[str, frozenset[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CostTypes:
    """Which kinds of cost lines a COST budget counts. Source: Budgets API shape `CostTypes`, its defaults."""

    include_tax: bool = True
    include_subscription: bool = True
    use_blended: bool = False
    include_refund: bool = True
    include_credit: bool = True
    include_upfront: bool = True
    include_recurring: bool = True
    include_other_subscription: bool = True
    include_support: bool = True
    include_discount: bool = True
    use_amortized: bool = False

    @property
    def metric(self) -> str:
        """The Cost Explorer metric that counts the same."""
        if self.use_amortized:
            return "AmortizedCost"
        return "BlendedCost" if self.use_blended else "UnblendedCost"

    def differences_in_words(self) -> list[str]:
        """What differs from AWS's defaults, as phrases."""
        usual = CostTypes()
        return [
            _switch_in_words(each.name, is_on=getattr(self, each.name))
            for each in fields(self)
            if getattr(self, each.name) != getattr(usual, each.name)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which costs count: `filters` (CostFilters) with `cost_types`, or `expression` with `metric`.

    No filter at all is the whole account (or organization, in the management account).
    """

    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cost_types: CostTypes | None = None
    expression: Mapping[str, Any] | None = None
    metric: str | None = None
    billing_view_arn: str | None = None

    @property
    def is_everything(self) -> bool:
        """Whether no filter narrows it."""
        return not self.filters and self.expression is None

    def key(self) -> ScopeKey | None:
        """The same for two scopes that count the same lines; None for expressions too rich to compare.

        Understands CostFilters, and expressions that are one filter or an And of filters by equality.
        """
        if self.expression is None:
            return frozenset((name, frozenset(values)) for name, values in self.filters.items())
        parts = self.expression.get("And", [self.expression])
        entries = [_entry_of(part) for part in parts]
        known = [entry for entry in entries if entry is not None]
        return frozenset(known) if len(known) == len(entries) else None

    def in_words(self) -> str:
        """For people: `all costs`, `Service Amazon Redshift; account 210000000001 or 210000000002`."""
        key = self.key()
        if key is None:
            return "a filter expression"
        if not key:
            return "all costs"
        phrases = (f"{_WORDS.get(name, name)} {' or '.join(sorted(values))}" for name, values in key)
        return "; ".join(sorted(phrases))

    def values_of(self, name: str) -> tuple[str, ...]:
        """The values that one CostFilters key, or its dimension in the expression, is narrowed to."""
        for entry, values in self.key() or ():
            if entry == name:
                return tuple(sorted(values))
        return ()


def scope_by(name: str, *values: str) -> Scope:
    """A scope narrowed by one CostFilters key."""
    return Scope(filters={name: values})


def _switch_in_words(name: str, *, is_on: bool) -> str:
    _, _, what = name.partition("_")
    return f"{'with' if is_on else 'without'} {what.replace('_', ' ')}"


def _entry_of(part: Mapping[str, Any]) -> tuple[str, frozenset[str]] | None:
    """One operand of an expression as a CostFilters entry; None when CostFilters could not say it."""
    if len(part) != 1:
        return None
    [(kind, content)] = part.items()
    if kind not in ("Dimensions", "Tags", "CostCategories"):
        return None
    if set(content.get("MatchOptions") or ()) - {"EQUALS", "CASE_SENSITIVE"}:
        return None
    key, values = content["Key"], content.get("Values") or ()
    if kind == "Tags":
        return ("TagKeyValue", frozenset(f"user:{key}${value}" for value in values))
    if kind == "CostCategories":
        return ("CostCategory", frozenset(f"{key}${value}" for value in values))
    names = {dimension: name for name, dimension in DIMENSIONS.items()}
    return (names[key], frozenset(values)) if key in names else None
