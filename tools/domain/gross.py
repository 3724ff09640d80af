"""Gross: what a scope costs before credits and refunds, beside the net amount that a budget counts.

A budget counts credits and refunds unless its cost types leave them out. Credits end, and then a limit on the net
amount is broken by what has been there all the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tools.domain.estimates import estimate_of, sayable_limit
from tools.domain.money import Spend
from tools.domain.recommenders._experience import NO_EXPERIENCE, Experience
from tools.domain.spend_history import MonthlySpend, SpendHistory

TAKEN_OFF = frozenset({"Credit", "Refund"})
"""The record types that lower a bill without anything costing less. Source: Cost Explorer, RECORD_TYPE."""

WITHOUT_THEM: Mapping[str, bool] = {"include_credit": False, "include_refund": False}
"""The cost types of a budget that counts the gross amount."""

_RECENT_MONTHS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Gross:
    """An ordinary month before credits and refunds and the limit for it; and what they took off, as a positive
    amount, in the months that were looked at, the last of which was `last_taken`.
    """

    expected: Spend
    limit: Spend
    taken_off: Spend
    last_taken: date
    months: int

    @property
    def sentence(self) -> str:
        """What a person has to know about it."""
        taken, usual, limit = (each.in_words() for each in (self.taken_off, self.expected, self.limit))
        return (
            f"Credits and refunds took {taken} off these {self.months} months, the last of it in"
            f" {self.last_taken:%Y-%m}. Before them an ordinary month is {usual}, and the limit of a budget that"
            f" does not count them {limit}."
        )


def gross_history(history: SpendHistory, taken_off: Mapping[date, Decimal]) -> SpendHistory:
    """The months before credits and refunds, which `taken_off` has as negative amounts."""
    return SpendHistory(
        history.unit,
        tuple(
            MonthlySpend(each.month, each.amount - taken_off.get(each.month, Decimal(0)))
            for each in history.months
        ),
    )


def gross_of(
    history: SpendHistory,
    taken_off: Mapping[date, Decimal],
    breach_probability: Decimal,
    experience: Experience = NO_EXPERIENCE,
) -> Gross | None:
    """None where credits and refunds changed none of the months."""
    months = [each.month for each in history.months if taken_off.get(each.month)]
    estimate = estimate_of(gross_history(history, taken_off), breach_probability, experience)
    if not months or estimate is None:
        return None
    return Gross(
        expected=Spend(estimate.expected, history.unit),
        limit=sayable_limit(estimate, history.unit),
        taken_off=Spend(-sum((taken_off[month] for month in months), Decimal(0)), history.unit),
        last_taken=months[-1],
        months=len(history.months),
    )


def recent_gross(history: SpendHistory, taken_off: Mapping[date, Decimal]) -> Decimal:
    """The mean of the last three months before credits and refunds; zero without any."""
    recent = gross_history(history, taken_off).amounts[-_RECENT_MONTHS:]
    return sum(recent, Decimal(0)) / len(recent) if recent else Decimal(0)
