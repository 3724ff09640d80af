"""A desk to ask the embedded Cost Explorer at, without a server: requests in, wire answers out."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ServiceModel

from local.cost_explorer.asked import Asked
from local.ledger.ledger import MANAGEMENT_ACCOUNT
from local.scenarios.catalogue import SCENARIOS
from local.scenarios.scenario import Scenario
from local.wire import to_json

TODAY = date(2026, 10, 20)
Answer = Callable[[Mapping[str, Any], Any], dict[str, Any]]


@cache
def company() -> Scenario:
    """The company as of TODAY; read only."""
    return SCENARIOS["company"](TODAY)


@cache
def _model() -> ServiceModel:
    return botocore.session.get_session().get_service_model("ce")


class Desk:
    """Where a scenario's Cost Explorer is asked, at noon of TODAY."""

    def __init__(self, scenario: Scenario | None = None) -> None:
        self.scenario = scenario or company()

    def ask(self, answer: Answer, account_id: str = MANAGEMENT_ACCOUNT, **params: Any) -> dict[str, Any]:
        """The answer as it travels; ValueError if the service model has no such answer."""
        operation = "".join(word.capitalize() for word in answer.__name__.split("_"))
        shape = _model().operation_model(operation).output_shape
        assert shape is not None
        asked = Asked(
            ledger=self.scenario.ledger,
            account_id=account_id,
            now=datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC),
            account_names={account.id: account.name for account in self.scenario.accounts},
            has_multi_year_data=self.scenario.has_multi_year_data,
        )
        wire: dict[str, Any] = to_json(answer(params, asked), shape)
        return wire


def period(start: str, end: str) -> dict[str, str]:
    """A DateInterval."""
    return {"Start": start, "End": end}
