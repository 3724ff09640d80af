"""boto3 clients with strict timeouts and bounded, adaptive retries.

AWS Budgets and Cost Explorer are global: any region resolves to the partition's own endpoint. An endpoint
override comes from the SDK's own AWS_ENDPOINT_URL variables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

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
