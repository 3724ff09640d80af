"""The clients with which CloudFormation does what a caller asked for, in the caller's name."""

from functools import cache
from types import TracebackType
from typing import Any

import boto3
from botocore.config import Config


class CallerServices:
    """boto3 clients of the embedded AWS with the caller's access key; closed with the `with` block.

    As on AWS, whoever changes a stack needs every permission the change takes.
    """

    def __init__(self, endpoint: str, region: str, access_key: str, session_token: str | None) -> None:
        self._endpoint = endpoint
        self._region = region
        self._access_key = access_key
        self._session_token = session_token
        self._clients: dict[str, Any] = {}

    def __call__(self, service: str) -> Any:
        """The client of a boto3 service."""
        if service not in self._clients:
            self._clients[service] = _session().client(
                service,
                region_name=self._region,
                endpoint_url=self._endpoint,
                aws_access_key_id=self._access_key,
                aws_secret_access_key="unchecked",  # noqa: S106  # the embedded AWS knows callers by their key
                aws_session_token=self._session_token,
                # No proxies: the endpoint is the loopback interface whatever the environment says.
                config=Config(proxies={}, retries={"mode": "standard", "total_max_attempts": 3}),
            )
        return self._clients[service]

    def __enter__(self) -> "CallerServices":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for client in self._clients.values():
            client.close()
        self._clients.clear()


@cache
def _session() -> Any:
    return boto3.Session()
