"""What an embedded AWS serves: a clock, a ledger of costs and the account whose keys the user holds."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from local.clock import Clock

if TYPE_CHECKING:
    from local.ledger.ledger import Ledger
    from local.ledger.record import CostRecord
    from local.scenarios.scenario import Scenario

MANAGEMENT_ACCOUNT_ID = "123456789012"


@dataclass
class World:
    """Everything that one embedded AWS knows beyond what moto keeps.

    `account_id` is the management (payer) account of the organization, to which any access key belongs.
    `scenario` names the budgets, accounts and roles to begin with; None is an empty account.
    """

    clock: Clock
    ledger: Ledger
    account_id: str = MANAGEMENT_ACCOUNT_ID
    scenario: Scenario | None = None
    _began: datetime = field(init=False, repr=False)
    _first_ledger: Ledger = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._began = self.clock.now()
        self._first_ledger = self.ledger

    def spend(self, records: Iterable[CostRecord]) -> None:
        """Add cost records. The ledger the world began with stays as it is, so that others can begin with it."""
        if self.ledger is self._first_ledger:
            self.ledger = copy.deepcopy(self._first_ledger)
        self.ledger.add(records)

    def begin_again(self) -> World:
        """A world as this one was when it was made: its first moment, its first ledger, nobody listening."""
        return World(Clock(self._began), self._first_ledger, self.account_id, self.scenario)


_served: list[World] = []


def current() -> World:
    """The world that this process serves; moto keeps its backends per process, so there is one at most.

    Raises RuntimeError if none was put to use.
    """
    if not _served:
        raise RuntimeError("no world is served in this process: start one with local.server.EmbeddedAws")
    return _served[-1]


def use(world: World) -> None:
    """Make `world` the one that `current()` answers from now on."""
    _served[:] = [world]
