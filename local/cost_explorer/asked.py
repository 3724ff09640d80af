"""Asked: who asks Cost Explorer, on which day, and of which ledger."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from local.ledger.ledger import Ledger
from local.refusal import Refused
from local.world import current


@dataclass(frozen=True)
class Asked:
    """The surroundings of one request. `account_id` is the caller's account, `now` aware UTC."""

    ledger: Ledger
    account_id: str
    now: datetime
    account_names: dict[str, str]
    has_multi_year_data: bool

    @property
    def today(self) -> date:
        """The day it is in UTC; what is later is not there yet."""
        return self.now.astimezone(UTC).date()


def asked_by(account_id: str) -> Asked:
    """The surroundings of a request by this account to the world that is served."""
    world = current()
    scenario: Any = world.scenario
    accounts = scenario.accounts if scenario is not None else ()
    return Asked(
        ledger=world.ledger,
        account_id=account_id,
        now=world.clock.now(),
        account_names={account[0]: account[1] for account in accounts},
        has_multi_year_data=getattr(scenario, "has_multi_year_data", True),
    )


def invalid(message: str) -> Refused:
    """The refusal of a malformed request. AWS throws ValidationException without modelling it."""
    return Refused("ValidationException", message)


def refuse_unbuilt(params: Any, *members: str) -> None:
    """Raise Refused if one of these request members is given: AWS has them, the embedded AWS does not."""
    for member in members:
        if params.get(member) is not None:
            raise Refused("NotImplementedException", f"The embedded Cost Explorer does not build {member}.")
