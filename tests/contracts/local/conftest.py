"""One embedded AWS for all contract tests of a process; each test gets it empty."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from local.server import EmbeddedAws
from tests.contracts.local.worlds import a_client, a_world

Clients = Callable[[str], Any]


@pytest.fixture(scope="session")
def served() -> Iterator[EmbeddedAws]:
    """The server; use `aws`, which begins empty."""
    with EmbeddedAws.start(a_world()) as running:
        yield running


@pytest.fixture(scope="session")
def clients(served: EmbeddedAws) -> Clients:
    """Real boto3 clients of the management account, made once."""
    return cache(lambda service: a_client(service, served))


@pytest.fixture
def aws(served: EmbeddedAws) -> EmbeddedAws:
    """The embedded AWS with nothing in it, at noon of 2026-10-20."""
    served.reset(a_world())
    return served


@pytest.fixture
def budgets(aws: EmbeddedAws, clients: Clients) -> Any:
    """A boto3 client of AWS Budgets."""
    return clients("budgets")


@pytest.fixture(scope="session")
def unchecked_client(served: EmbeddedAws) -> Any:
    """A client of AWS Budgets that sends whatever it is given, as other SDKs might."""
    return a_client("budgets", served, parameter_validation=False)


@pytest.fixture
def unchecked(aws: EmbeddedAws, unchecked_client: Any) -> Any:
    """A client of an empty AWS Budgets that checks nothing itself."""
    return unchecked_client
