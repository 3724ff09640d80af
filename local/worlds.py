"""The worlds a command line can name: a scenario on a day, or the user's own spending."""

from datetime import UTC, date, datetime, time, timedelta

from local.clock import Clock
from local.imports.imported import Imported
from local.ledger.record import CostLine
from local.scenarios.catalogue import SCENARIOS
from local.scenarios.scenario import Account, Scenario
from local.world import MANAGEMENT_ACCOUNT_ID, World

NOON = time(12, tzinfo=UTC)


def world_of_scenario(name: str, today: date) -> World:
    """The world of a scenario at noon UTC of `today`. Raises ValueError for a name that is not there."""
    if name not in SCENARIOS:
        raise ValueError(f"there is no scenario {name!r}; there are {', '.join(sorted(SCENARIOS))}")
    scenario = SCENARIOS[name](today)
    return World(Clock(datetime.combine(today, NOON)), scenario.ledger, scenario=scenario)


def world_of_data(imported: Imported, today: date | None = None) -> World:
    """The world of costs read from a file, with no budgets yet; its day is the one after the last of the data.

    Every account of the file is a member of the organization. Raises ValueError if the file holds no cost.
    """
    if imported.last_day is None:
        raise ValueError("the file holds no line of AWS cost")
    day = imported.last_day + timedelta(days=1) if today is None else today
    scenario = Scenario(ledger=imported.ledger, accounts=_accounts_of(imported))
    return World(Clock(datetime.combine(day, NOON)), imported.ledger, scenario=scenario)


def _accounts_of(imported: Imported) -> list[Account]:
    ids = {MANAGEMENT_ACCOUNT_ID, *imported.account_names}

    def note(line: CostLine) -> bool:
        ids.add(line.account)
        return False

    imported.ledger.lines(MANAGEMENT_ACCOUNT_ID, note)
    return [
        Account(each, imported.account_names.get(each, each), f"{each}@example.com") for each in sorted(ids)
    ]
