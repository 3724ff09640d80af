"""The control endpoint: clock, faults, spending, inbox and Cost Explorer's meter as JSON over HTTP."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from local.ledger.ledger import Ledger
from local.remote import Remote, RemoteError
from local.scenarios.scenario import Account, Scenario
from local.server import EmbeddedAws
from tests.contracts.local.worlds import ACCOUNT, a_client, a_world


@pytest.fixture
def remote(aws: EmbeddedAws) -> Remote:
    return Remote(aws.url)


def test_health_says_whose_account_and_what_time(remote: Remote) -> None:
    assert remote.ask("GET", "health") == {
        "status": "ready",
        "account_id": ACCOUNT,
        "now": "2026-10-20T12:00:00Z",
    }


@pytest.mark.parametrize(
    ("move", "now"),
    [
        ({"advance": "12h"}, "2026-10-21T00:00:00Z"),
        ({"advance": "1d12h30m"}, "2026-10-22T00:30:00Z"),
        ({"set": "2026-11-01"}, "2026-11-01T00:00:00Z"),
        ({"set": "2026-11-01T02:00:00+02:00"}, "2026-11-01T00:00:00Z"),
    ],
)
def test_the_clock_moves(remote: Remote, move: dict[str, str], now: str) -> None:
    assert remote.ask("POST", "clock", move) == {"now": now}
    assert remote.ask("GET", "clock") == {"now": now}


@pytest.mark.parametrize(
    ("move", "says"),
    [
        ({"advance": "soon"}, "no duration"),
        ({"advance": "12"}, "no duration"),
        ({"set": "tomorrow"}, "no date"),
        ({"set": "2020-01-01"}, "cannot go back"),
        ({"set": "2026-11-01", "advance": "1h"}, "say"),
        ({}, "say"),
        ([], "not a JSON object"),
    ],
)
def test_a_wrong_move_is_refused_and_moves_nothing(remote: Remote, move: Any, says: str) -> None:
    with pytest.raises(RemoteError, match=says):
        remote.ask("POST", "clock", move)
    assert remote.ask("GET", "clock") == {"now": "2026-10-20T12:00:00Z"}


def test_faults_are_ordered_listed_and_cleared(remote: Remote) -> None:
    throttle = {"service": "budgets", "operation": "DescribeBudgets", "kind": "throttle", "times": 3}
    slow = {"service": "ce", "operation": "*", "kind": "slow", "seconds": 0.5}
    remote.ask("POST", "faults", throttle)
    remote.ask("POST", "faults", slow)
    assert remote.ask("GET", "faults") == {
        "faults": [{**throttle, "left": 3}, {**slow, "times": 1, "left": 1}],
    }
    assert remote.ask("DELETE", "faults") == {"faults": []}


def test_a_wrong_fault_is_refused(remote: Remote) -> None:
    with pytest.raises(RemoteError, match="no operation"):
        remote.ask("POST", "faults", {"service": "budgets", "operation": "Nope", "kind": "throttle"})
    with pytest.raises(RemoteError, match="service, operation and kind"):
        remote.ask("POST", "faults", {"service": "budgets", "kind": "throttle"})


def test_spending_adds_a_line_of_cost_to_the_ledger(aws: EmbeddedAws, remote: Remote) -> None:
    request = {
        "service": "Amazon SageMaker",
        "amount": "900.50",
        "account": "210000000001",
        "on": "2026-10-19",
    }
    answer = remote.ask("POST", "spend", request)
    assert answer["added"] == {
        "day": "2026-10-19",
        "account": "210000000001",
        "service": "Amazon SageMaker",
        "amount": "900.50",
    }
    assert aws.world.ledger.first_day == date(2026, 10, 19)


def test_a_service_that_was_never_paid_for_is_noted(remote: Remote) -> None:
    request = {"service": "Amazon Sagemaker", "amount": 1}
    assert "was spent" in remote.ask("POST", "spend", request)["note"]
    assert "note" not in remote.ask("POST", "spend", request)


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        ({"amount": "1"}, "which service"),
        ({"service": "Amazon S3"}, "no amount"),
        ({"service": "Amazon S3", "amount": "much"}, "no amount"),
        ({"service": "Amazon S3", "amount": "NaN"}, "no amount"),
        ({"service": "Amazon S3", "amount": 1.1}, "no amount"),
        ({"service": "Amazon S3", "amount": "1", "account": "12"}, "no account id"),
        ({"service": "Amazon S3", "amount": "1", "on": "yesterday"}, "no date"),
        ({"service": "Amazon S3", "amount": "1", "colour": "red"}, "colour is not known"),
    ],
)
def test_wrong_spending_is_refused(remote: Remote, request_: dict[str, Any], says: str) -> None:
    with pytest.raises(RemoteError, match=says):
        remote.ask("POST", "spend", request_)


def test_the_inbox_of_a_new_world_is_empty(remote: Remote) -> None:
    assert remote.ask("GET", "inbox") == {"mails": [], "undelivered": []}


def test_cost_explorers_pages_are_counted_and_priced(aws: EmbeddedAws, remote: Remote) -> None:
    remote.ask("POST", "spend", {"service": "Amazon S3", "amount": "1", "on": "2026-10-01"})
    period = {"Start": "2026-10-01", "End": "2026-10-10"}
    explorer = a_client("ce", aws)
    for _ in range(2):
        explorer.get_cost_and_usage(TimePeriod=period, Granularity="DAILY", Metrics=["UnblendedCost"])
    read = remote.ask("GET", "cost-explorer")
    assert read == {
        "pages": 2,
        "by_operation": {"GetCostAndUsage": 2},
        "price": str(2 * Decimal("0.01")),
        "unit": "USD",
    }
    assert remote.ask("DELETE", "cost-explorer")["pages"] == 0


def test_a_reset_begins_again(aws: EmbeddedAws, remote: Remote) -> None:
    organization = Scenario(ledger=Ledger(), accounts=[Account("210000000001", "m", "m@example.com")])
    aws.reset(a_world(organization))
    remote.ask("POST", "clock", {"advance": "3d"})
    remote.ask("POST", "faults", {"service": "budgets", "operation": "*", "kind": "throttle"})
    assert remote.ask("POST", "reset") == {"now": "2026-10-20T12:00:00Z"}
    assert remote.ask("GET", "faults") == {"faults": []}
    assert len(a_client("organizations", aws).list_accounts()["Accounts"]) == 2


def test_what_is_not_there_is_said_so(remote: Remote) -> None:
    with pytest.raises(RemoteError, match="there is no GET /_local/nothing"):
        remote.ask("GET", "nothing")
    with pytest.raises(RemoteError, match="there is no DELETE /_local/clock"):
        remote.ask("DELETE", "clock")


def test_a_silent_endpoint_is_explained() -> None:
    with pytest.raises(RemoteError, match="python -m local up"):
        Remote("http://127.0.0.1:1").ask("GET", "health")
    with pytest.raises(RemoteError, match="no endpoint"):
        Remote("127.0.0.1:4566")
