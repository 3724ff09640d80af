"""The ledger: all costs and commitments of an organization, by day."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from local.ledger.record import (
    CostLine,
    CostRecord,
    EligibleUsage,
    ReservableUsage,
    Reservation,
    SavingsPlan,
)
from local.ledger.table import Series, Table, to_units

MANAGEMENT_ACCOUNT = "123456789012"

# Two figures a day of twenty thousand budgets, AWS's quota; beyond that remembering begins anew.
REMEMBERED = 40_000
Computed = TypeVar("Computed")

# A cost other than the unblended one is kept as its difference, because on most lines there is none; the net
# amortized one as that from the amortized, which it is where there is no discount.
METRIC_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "UnblendedCost": ("unblended",),
    "BlendedCost": ("unblended", "blended_difference"),
    "AmortizedCost": ("unblended", "amortized_difference"),
    "NetUnblendedCost": ("unblended", "net_unblended_difference"),
    "NetAmortizedCost": ("unblended", "amortized_difference", "net_amortized_difference"),
    "UsageQuantity": ("usage_quantity",),
    "NormalizedUsageAmount": ("normalized",),
    "Hours": ("usage_quantity",),
}


class Ledger:
    """Cost lines, reservations and Savings Plans by day; a day later than today is not visible to anyone yet.

    `management_account` sees every account's lines, any other account only its own.
    """

    def __init__(self, management_account: str = MANAGEMENT_ACCOUNT) -> None:
        self.management_account = management_account
        self.costs: Table[CostLine] = Table()
        self.reservations: Table[Reservation] = Table()
        self.reservable: Table[ReservableUsage] = Table()
        self.savings_plans: Table[SavingsPlan] = Table()
        self.eligible: Table[EligibleUsage] = Table()
        self._computed: dict[Any, Any] = {}

    @property
    def first_day(self) -> date | None:
        """The first day with a cost line; `None` when there is no line."""
        return None if self.costs.first is None else date.fromordinal(self.costs.first)

    @property
    def last_day(self) -> date | None:
        """The last day with a cost line, whether it has come yet or not; `None` when there is no line."""
        return None if self.costs.last is None else date.fromordinal(self.costs.last)

    def add(self, records: Iterable[CostRecord]) -> None:
        """Add cost records; equal lines of one day add up."""
        for record in records:
            self.costs.add(record.line, record.day, _amounts(record))
        self._computed.clear()

    def fill(self, line: CostLine, first_day: date, columns: Mapping[str, Sequence[int]]) -> None:
        """Set the whole daily series of a new line: columns as in `METRIC_COLUMNS`, units of 10**-12."""
        self.costs.fill(line, first_day, columns)
        self._computed.clear()

    def lines(self, account_id: str, is_wanted: Callable[[CostLine], bool]) -> list[Series]:
        """The daily series of the lines that are wanted and that the account may see."""
        return self.costs.select(lambda line: self.is_visible(line.account, account_id) and is_wanted(line))

    def is_visible(self, owner: str, account_id: str) -> bool:
        """May this account see lines of that owner?"""
        return account_id in (owner, self.management_account)

    def remember(self, key: Any, compute: Callable[[], Computed]) -> Computed:
        """The value computed for this key since the ledger last changed."""
        if key not in self._computed:
            if len(self._computed) >= REMEMBERED:
                self._computed.clear()
            self._computed[key] = compute()
        known: Computed = self._computed[key]
        return known


def _amounts(record: CostRecord) -> dict[str, int]:
    amounts = {"unblended": to_units(record.unblended)}
    amortized = record.unblended if record.amortized is None else record.amortized
    costs = (
        ("blended", record.blended, record.unblended),
        ("amortized", amortized, record.unblended),
        ("net_unblended", record.net_unblended, record.unblended),
        ("net_amortized", record.net_amortized, amortized),
    )
    for name, cost, base in costs:
        if cost is not None and cost != base:
            amounts[f"{name}_difference"] = to_units(cost - base)
    for name in ("usage_quantity", "normalized"):
        quantity: Decimal = getattr(record, name)
        if quantity:
            amounts[name] = to_units(quantity)
    return amounts
