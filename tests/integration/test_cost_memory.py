"""What reading Cost Explorer costs through the whole pipeline, and what remembering saves of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from local.ledger.record import CostRecord
from local.remote import Remote
from tests.builders import ACCOUNT
from tests.embedded import STATE_TABLE, make_state_table, the_server
from tests.pipeline import Pipeline, pipeline
from tools.domain.periods import whole_months_before

SERVICES = 50
MONTHS = 13


@pytest.fixture
def through() -> Iterator[Pipeline]:
    """An account of 50 services and 13 months, and an agent that remembers."""
    with pipeline("empty", BUDGET_STATE_TABLE=STATE_TABLE, AWS_ATTEMPTS="1") as sending:
        make_state_table()
        world = the_server().world
        world.spend(
            CostRecord(
                account=ACCOUNT, service=f"Service {number}", day=month, unblended=Decimal(100 + number)
            )
            for number in range(SERVICES)
            for month in whole_months_before(world.clock.now().date(), MONTHS)
        )
        yield sending


def recommended(through: Pipeline, **parameters: Any) -> dict[str, Any]:
    reply = through.act("recommend_budgets", lookback_months=MONTHS, **parameters)
    assert reply["status"] == "success", reply["data"]
    return dict(reply["data"])


def pages_read() -> int:
    """What AWS would put on the bill."""
    pages: int = Remote(the_server().url).ask("GET", "cost-explorer")["pages"]
    return pages


def test_fifty_services_and_thirteen_months_are_two_pages_and_none_on_the_same_day(through: Pipeline) -> None:
    first = recommended(through)
    assert len(first["recommendations"]) == SERVICES
    assert first["cost_explorer"] | {"price": None} == {
        "pages": 2,
        "price": None,
        "cached_pages": 0,
        "as_of": "2026-10-20T12:00:00Z",
    }
    assert pages_read() == 2
    again = recommended(through)
    assert again["recommendations"] == first["recommendations"]
    assert (again["cost_explorer"]["pages"], again["cost_explorer"]["cached_pages"]) == (0, 2)
    assert again["cost_explorer"]["price"] == {"amount": "0.00", "unit": "USD"}
    assert pages_read() == 2


def test_another_container_finds_what_the_first_one_read(through: Pipeline) -> None:
    import lambda_handler

    recommended(through)
    lambda_handler._agent.cache_clear()
    assert recommended(through)["cost_explorer"]["pages"] == 0


def test_who_wants_it_fresh_pays_again_and_so_does_the_next_day(through: Pipeline) -> None:
    recommended(through)
    assert recommended(through, fresh=True)["cost_explorer"]["pages"] == 2
    the_server().world.clock.advance(timedelta(days=1))
    assert recommended(through)["cost_explorer"]["pages"] == 2


@pytest.mark.parametrize("operation", ["Query", "PutItem"])
@pytest.mark.parametrize("kind", ["throttle", "access-denied", "server-error"])
def test_a_memory_that_fails_fails_no_recommendation_and_is_said(
    through: Pipeline, operation: str, kind: str
) -> None:
    through.fault("dynamodb", operation, kind)
    found = recommended(through)
    assert len(found["recommendations"]) == SERVICES
    assert found["cost_explorer"]["pages"] == 2
    assert [each["part"] for each in found["incomplete"]] == ["memory of Cost Explorer"]
