"""Savings that somebody claims are coming, and how much of them a recommendation counts on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tools.domain.aws_services import service_meant_by
from tools.domain.claimed_forecasts import ClaimedForecast
from tools.domain.money import Spend
from tools.domain.quoting import quoted
from tools.domain.supplied_costs import Unusable, amount_in

CALLER = "optimization_data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """Dollars a month that a service is claimed to cost less, how likely, and whose claim it is.

    A claim without a probability is taken at its word.
    """

    service: str
    monthly: Decimal
    probability: Decimal = Decimal(1)
    claimed_by: str = CALLER

    @property
    def counted(self) -> Decimal:
        """What is counted on: the saving times its probability."""
        return self.monthly * self.probability


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """How a claimed forecast moved a limit and claimed savings lowered it, and whose claims they are."""

    before: Spend
    after: Spend
    savings: tuple[Saving, ...]
    forecast: ClaimedForecast | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedSavings:
    """The savings, what could not be used, and text that only goes along as context."""

    savings: tuple[Saving, ...] = ()
    unusable: tuple[Unusable, ...] = ()
    context: str | None = None


class _UnusableError(Exception):
    """Why one entry cannot be used."""


def claimed_savings(given: object) -> ClaimedSavings:
    """What `given` claims: a list of `{service, monthly_savings, probability?, source?}`, or text."""
    if given is None:
        return ClaimedSavings()
    if isinstance(given, str):
        reason = "it is text; it goes along as context and changes no number"
        return ClaimedSavings(unusable=(Unusable(CALLER, reason),), context=given)
    if not isinstance(given, Sequence):
        reason = "it is neither a list of {service, monthly_savings, probability} nor text"
        return ClaimedSavings(unusable=(Unusable(CALLER, reason),))
    savings, unusable = [], []
    for index, entry in enumerate(given):
        try:
            savings.append(_saving(entry))
        except _UnusableError as error:
            unusable.append(Unusable(f"{CALLER}[{index}]", str(error)))
    return ClaimedSavings(savings=tuple(savings), unusable=tuple(unusable))


def _saving(entry: object) -> Saving:
    if not isinstance(entry, Mapping):
        raise _UnusableError("it is not an object with service and monthly_savings")
    service, source = entry.get("service"), entry.get("source") or CALLER
    if not isinstance(service, str) or not service.strip():
        raise _UnusableError("it has no service")
    monthly = amount_in(entry.get("monthly_savings"))
    if monthly is None or monthly <= 0:
        raise _UnusableError(f"{quoted(entry.get('monthly_savings'))} is not a saving in dollars a month")
    probability = amount_in(entry.get("probability", 1))
    if probability is None or not 0 <= probability <= 1:
        raise _UnusableError(f"{quoted(entry.get('probability'))} is not a probability between 0 and 1")
    name = service.strip()
    return Saving(
        service=service_meant_by(name) or name,
        monthly=monthly,
        probability=probability,
        claimed_by=str(source),
    )
