"""Reservations and Savings Plans: how much of a commitment was used, how much of the usage was covered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class CommitmentMonth:
    """One whole month (its first day) of a utilization or coverage, in percent 0 to 100."""

    month: date
    percent: Decimal
