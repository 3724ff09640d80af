"""boto3 clients with strict timeouts and bounded, adaptive retries.

AWS Budgets and Cost Explorer are global: any region resolves to the partition's own endpoint. An endpoint
override comes from the SDK's own AWS_ENDPOINT_URL variables.
"""

from __future__ import annotations

import json
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


class Clients:
    """The AWS clients. Each is made at its first use, because making one takes milliseconds."""

    def __init__(self, session: boto3.Session, config: Config) -> None:
        self._session = session
        self._config = config

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


CallObserver = Callable[[str, str, bool], None]
"""Told of every call: the service's name (`Budgets`), the operation, and whether AWS answered with a result."""


def build_clients(
    *, region: str, attempts: int, read_timeout: float, observe: CallObserver | None = None
) -> Clients:
    """Clients that give up: `attempts` tries per call, `read_timeout` seconds per try."""
    session = boto3.Session(region_name=region)
    if observe is not None:
        _report_calls(session, observe)
    for service in ("budgets", "cost-explorer", "dynamodb"):
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
