"""Amounts of money, usage and percent as AWS Budgets writes them."""

from decimal import Decimal
from typing import Any

Spend = dict[str, str]


def canonical(amount: str | Decimal) -> str:
    """The amount as AWS Budgets gives it back: `1200` becomes `1200.0`, `432.10` becomes `432.1`.

    Plain digits whatever the size, never an exponent. Source: recorded answers of the real service.
    """
    text = format(amount, "f") if isinstance(amount, Decimal) else amount
    sign = "-" if text.startswith("-") else ""
    whole, _, fraction = text.removeprefix("-").partition(".")
    digits = f"{whole.lstrip('0') or '0'}.{fraction.rstrip('0') or '0'}"
    return digits if digits == "0.0" else sign + digits


def spend(amount: str | Decimal, unit: str) -> Spend:
    """A Spend shape with its amount in canonical form."""
    return {"Amount": canonical(amount), "Unit": unit}


def canonical_spend(given: dict[str, Any]) -> Spend:
    """A Spend shape as AWS stores it."""
    return spend(given["Amount"], given["Unit"])
