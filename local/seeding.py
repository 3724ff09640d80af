"""What a scenario's accounts, roles and budgets need to exist: they are created through the front door."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config

from local.world import World


class Seeding:
    """Creates through AWS's own operations over HTTP, so that what is seeded obeyed every rule."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._clients: dict[str, Any] = {}

    def plant(self, world: World) -> None:
        """Create what the world's scenario names. Raises botocore's ClientError where AWS would refuse it."""
        scenario = world.scenario
        if scenario is None:
            return
        for budget in scenario.budgets:
            self._client("budgets").create_budget(AccountId=world.account_id, **budget)

    def close(self) -> None:
        """Close the connections to the server."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()

    @cached_property
    def _session(self) -> Any:
        return boto3.Session(
            aws_access_key_id="seeding",
            aws_secret_access_key="seeding",  # noqa: S106  # any key opens the embedded AWS
            region_name="us-east-1",
        )

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            # No proxies: the endpoint is the loopback interface whatever the environment says.
            config = Config(proxies={}, retries={"total_max_attempts": 1})
            self._clients[service] = self._session.client(service, endpoint_url=self._url, config=config)
        return self._clients[service]
