"""What an action reads of Cost Explorer, added up: pages, their price, and what came from memory instead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from tools.actions._action import Incomplete
from tools.actions._reply import ReadCost, shown
from tools.domain.money import USD, Spend
from tools.gateways import Gateways

if TYPE_CHECKING:
    from tools.ports.cost_explorer import CostAnswer, CostExplorerGateway

# Source: Cost Explorer pricing, per paginated request.
PRICE_OF_A_PAGE = Decimal("0.01")

_MEMORY = "memory of Cost Explorer"


def cost_explorer_for(gateways: Gateways, *, fresh: bool) -> CostExplorerGateway:
    """Cost Explorer, or with `fresh` the same without what it is remembered to have answered."""
    return gateways.cost_explorer.fresh() if fresh else gateways.cost_explorer


@dataclass
class CostMeter:
    """Adds up the reads of one action; `now` is when those are made that no memory dates.

    What is wrong with the memory is said once in `incomplete`: the figures stand without it.
    """

    now: datetime
    incomplete: list[Incomplete]
    reads: int = 0
    pages: int = 0
    cached_pages: int = 0
    as_of: datetime | None = None

    def note(self, read: CostAnswer) -> None:
        """Count one read."""
        self.reads += 1
        self.pages += read.pages
        self.cached_pages += read.cached_pages
        read_at = read.as_of or self.now
        self.as_of = read_at if self.as_of is None else min(self.as_of, read_at)
        problem = read.memory_problem
        if problem is not None and all(each.part != _MEMORY for each in self.incomplete):
            self.incomplete.append(
                Incomplete(
                    part=_MEMORY, code=problem.code, reason=problem.reason, retryable=problem.retryable
                )
            )

    def view(self) -> ReadCost:
        """As replies show it."""
        return ReadCost(
            pages=self.pages,
            price=shown(Spend(PRICE_OF_A_PAGE * self.pages, USD)),
            cached_pages=self.cached_pages,
            as_of=self.as_of,
        )
