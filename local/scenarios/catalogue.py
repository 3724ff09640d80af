"""The scenarios an embedded AWS can begin with."""

from collections.abc import Callable, Mapping
from datetime import date

from local.ledger.ledger import MANAGEMENT_ACCOUNT, Ledger
from local.scenarios.company import make_company
from local.scenarios.scenario import Account, Scenario


def make_empty(today: date) -> Scenario:  # noqa: ARG001  (every scenario is made for a day)
    """An account that has spent nothing and has no budgets."""
    return Scenario(
        ledger=Ledger(), accounts=[Account(MANAGEMENT_ACCOUNT, "company", "aws@company.example.com")]
    )


SCENARIOS: Mapping[str, Callable[[date], Scenario]] = {"company": make_company, "empty": make_empty}
