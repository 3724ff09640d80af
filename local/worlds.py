"""The worlds a command line can name: a scenario on a day, or the user's own spending."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from local.clock import Clock
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


def world_of_data(path: Path, today: date | None = None) -> World:
    """The world of a file of costs, with no budgets yet; its day is the one after the last day of the data.

    Raises OSError if the file cannot be read, ValueError if it is not understood or holds no cost at all.
    """
    # Read here, because only a world of one's own data needs the readers.
    from local.imports.catalogue import load

    imported = load(path)
    if imported.last_day is None:
        raise ValueError(f"{path} holds no line of AWS cost")
    day = imported.last_day + timedelta(days=1) if today is None else today
    scenario = Scenario(
        ledger=imported.ledger, accounts=[Account(MANAGEMENT_ACCOUNT_ID, "own data", "aws@example.com")]
    )
    return World(Clock(datetime.combine(day, NOON)), imported.ledger, scenario=scenario)
