"""boto3 clients with strict timeouts and bounded, adaptive retries.

AWS Budgets and Cost Explorer are global: any region resolves to the partition's own endpoint. An endpoint
override comes from the SDK's own AWS_ENDPOINT_URL variables.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import boto3
from botocore.config import Config
from botocore.parsers import ResponseParserError

if TYPE_CHECKING:
    from mypy_boto3_budgets import BudgetsClient
    from mypy_boto3_ce import CostExplorerClient
    from mypy_boto3_sts import STSClient

    from tools.aws.rules_in_s3 import S3Client
    from tools.aws.rules_in_ssm import SsmClient


class DynamoDbClient(Protocol):
    """The calls of boto3's DynamoDB client that the state table needs; what they raise is botocore's."""

    def put_item(self, **request: Any) -> Mapping[str, Any]:
        """PutItem."""

    def update_item(self, **request: Any) -> Mapping[str, Any]:
        """UpdateItem."""

    def query(self, **request: Any) -> Mapping[str, Any]:
        """Query."""

    def transact_write_items(self, **request: Any) -> Mapping[str, Any]:
        """TransactWriteItems."""

    def scan(self, **request: Any) -> Mapping[str, Any]:
        """Scan."""

    def delete_item(self, **request: Any) -> Mapping[str, Any]:
        """DeleteItem."""


class ConnectionsClient(Protocol):
    """The call of boto3's client of API Gateway's management API that the WebSocket channels need."""

    def post_to_connection(self, **request: Any) -> Mapping[str, Any]:
        """PostToConnection."""


class SnsClient(Protocol):
    """The call of boto3's SNS client that the topic channel needs."""

    def publish(self, **request: Any) -> Mapping[str, Any]:
        """Publish."""


MOST_SENDERS = 16
"""How many messages are on their way to clients at the same time, and so how many connections are kept open."""

_STAGE_HOST = re.compile(r"https://[^./]+\.execute-api\.(?P<region>[a-z0-9-]+)\.")


class Clients:
    """The AWS clients. Each is made at its first use, because making one takes milliseconds."""

    def __init__(self, session: boto3.Session, config: Config) -> None:
        self._session = session
        self._config = config
        self._connections: dict[str, ConnectionsClient] = {}
        self._others: dict[str, Any] = {}

    @cached_property
    def budgets(self) -> BudgetsClient:
        """AWS Budgets."""
        return self._session.client("budgets", config=self._config)

    @cached_property
    def cost_explorer(self) -> CostExplorerClient:
        """AWS Cost Explorer."""
        return self._session.client("ce", config=self._config)

    @cached_property
    def sts(self) -> STSClient:
        """AWS STS."""
        return self._session.client("sts", config=self._config)

    def dynamodb(self) -> DynamoDbClient:
        """Amazon DynamoDB; a call, for those who hand it on before it is needed."""
        return self._dynamodb

    @cached_property
    def _dynamodb(self) -> DynamoDbClient:
        client: DynamoDbClient = self._session.client("dynamodb", config=self._config)
        return client

    def s3(self) -> S3Client:
        """Amazon S3."""
        return self._s3

    @cached_property
    def _s3(self) -> S3Client:
        client: S3Client = self._session.client("s3", config=self._config)
        return client

    def ssm(self) -> SsmClient:
        """AWS Systems Manager."""
        return self._ssm

    @cached_property
    def _ssm(self) -> SsmClient:
        client: SsmClient = self._session.client("ssm", config=self._config)
        return client

    def connections(self, address: str) -> ConnectionsClient:
        """The connections to one stage of a WebSocket API, by its address; made once per address."""
        if address not in self._connections:
            found = _STAGE_HOST.match(address)
            self._connections[address] = self._session.client(
                "apigatewaymanagementapi",
                region_name=self._session.region_name if found is None else found["region"],
                endpoint_url=address,
                config=self._hasty(),
            )
        return self._connections[address]

    def sns(self) -> SnsClient:
        """Amazon SNS."""
        return self._sns

    @cached_property
    def _sns(self) -> SnsClient:
        client: SnsClient = self._session.client("sns", config=self._hasty())
        return client

    def _hasty(self) -> Config:
        """A channel that does not answer is tried again at the next run; this one must not wait for it."""
        given: Any = self._config
        return self._config.merge(
            Config(
                read_timeout=min(given.read_timeout, 10),
                retries={
                    "mode": "standard",
                    "total_max_attempts": min(given.retries["total_max_attempts"], 2),
                },
                max_pool_connections=MOST_SENDERS,
            )
        )

    def iam(self) -> Any:
        """AWS IAM."""
        return self._once("iam", lambda: self._session.client("iam", config=self._config))

    def organizations(self) -> Any:
        """AWS Organizations."""
        return self._once("organizations", lambda: self._session.client("organizations", config=self._config))

    def ec2(self, region: str) -> Any:
        """Amazon EC2 in a Region."""
        return self._once(
            f"ec2 {region}",
            lambda: self._session.client("ec2", region_name=region, config=self._config),
        )

    def rds(self, region: str) -> Any:
        """Amazon RDS in a Region."""
        return self._once(
            f"rds {region}",
            lambda: self._session.client("rds", region_name=region, config=self._config),
        )

    def _once(self, key: str, make: Callable[[], Any]) -> Any:
        if key not in self._others:
            self._others[key] = make()
        return self._others[key]


CallObserver = Callable[[str, str, bool], None]
"""Told of every call: the service's name (`Budgets`), the operation, and whether AWS answered with a result."""


def build_clients(
    *, region: str, attempts: int, read_timeout: float, observe: CallObserver | None = None
) -> Clients:
    """Clients that give up: `attempts` tries per call, `read_timeout` seconds per try."""
    session = boto3.Session(region_name=region)
    if observe is not None:
        _report_calls(session, observe)
    for service in ("budgets", "cost-explorer", "dynamodb", "organizations", "ssm"):
        session.events.register(f"before-parse.{service}", _refuse_broken_reply)
    config = Config(
        connect_timeout=3,
        read_timeout=read_timeout,
        retries={"mode": "standard", "total_max_attempts": attempts},
        user_agent_extra="budget-management-agent",
    )
    return Clients(session, config)


def _report_calls(session: boto3.Session, observe: CallObserver) -> None:
    def answered(model: Any, http_response: Any, **_: Any) -> None:
        observe(str(model.service_model.service_id), str(model.name), http_response.status_code < 300)

    def unanswered(event_name: str, **_: Any) -> None:
        service, operation = event_name.split(".")[1:]
        observe(service, operation, False)

    session.events.register("after-call", answered)
    session.events.register("after-call-error", unanswered)


def _refuse_broken_reply(operation_model: Any, response_dict: Mapping[str, Any], **_: Any) -> None:
    """Raise for a reply that was cut off, before botocore reads it as an empty one.

    botocore turns a JSON body that it cannot decode into a reply without members: an account's list of
    budgets, cut off half-way, would look like an account without budgets.
    """
    if response_dict["status_code"] >= 300:
        return
    output = operation_model.output_shape
    body = response_dict["body"]
    if not body and (output is None or not output.members):
        return
    try:
        json.loads(body)
    except ValueError as error:
        raise ResponseParserError(f"{operation_model.name}: the reply ends in the middle") from error
