"""boto3 clients with strict timeouts and bounded, adaptive retries.

AWS Budgets and Cost Explorer are global: any region resolves to the partition's own endpoint. An endpoint
override comes from the SDK's own AWS_ENDPOINT_URL variables.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.parsers import ResponseParserError

if TYPE_CHECKING:
    from mypy_boto3_budgets import BudgetsClient
    from mypy_boto3_ce import CostExplorerClient
    from mypy_boto3_sts import STSClient


@dataclass(frozen=True, slots=True)
class Clients:
    """The AWS clients the gateways are built on."""

    budgets: BudgetsClient
    cost_explorer: CostExplorerClient
    sts: STSClient


def build_clients(*, region: str, attempts: int, read_timeout: float) -> Clients:
    """Clients that give up: `attempts` tries per call, `read_timeout` seconds per try."""
    session = boto3.Session(region_name=region)
    for service in ("budgets", "cost-explorer"):
        session.events.register(f"before-parse.{service}", _refuse_broken_reply)
    config = Config(
        connect_timeout=3,
        read_timeout=read_timeout,
        retries={"mode": "standard", "total_max_attempts": attempts},
        user_agent_extra="budget-management-agent",
    )
    return Clients(
        budgets=session.client("budgets", config=config),
        cost_explorer=session.client("ce", config=config),
        sts=session.client("sts", config=config),
    )


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
