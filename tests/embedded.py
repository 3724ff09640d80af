"""The embedded AWS for tests: one server per process, begun anew for every test, and clients led to it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import boto3

from local.cloudformation.documents import read_template
from local.hooks import Holdings
from local.server import EmbeddedAws
from local.world import World
from local.worlds import world_of_scenario
from tests.builders import ACCOUNT, NOW
from tools.aws.clients import Clients, build_clients

TEMPLATE = Path(__file__).parents[1] / "cloudformation" / "budget-management-agent.yaml"
EXECUTION_ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/budget-management-action-role"


@cache
def the_server() -> EmbeddedAws:
    """The server of this process; moto keeps its state per process, so there can be one only."""
    return EmbeddedAws.start(world_of_scenario("empty", NOW.date()))


def begin(scenario: str) -> EmbeddedAws:
    """The server with a scenario as it begins on the day of most tests.

    What the scenario names is created once per process and put back from then on;
    tests/contracts/test_beginnings.py holds that there is no difference.
    """
    aws = the_server()
    world, planted = _beginning(scenario)
    aws.reset(world.begin_again(), planted)
    return aws


@cache
def _beginning(scenario: str) -> tuple[World, Holdings]:
    world = world_of_scenario(scenario, NOW.date())
    the_server().reset(world.begin_again())
    return world, the_server().holdings()


@contextmanager
def environment(**variables: str) -> Iterator[None]:
    """The environment of a function on the embedded AWS, and of nothing else."""
    before = dict(os.environ)
    for name in list(os.environ):
        if name.startswith("AWS_"):
            del os.environ[name]
    os.environ.update(
        {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": the_server().url,
            "TIME_SOURCE": "aws",
            "BUDGET_ACTION_EXECUTION_ROLE_ARN": EXECUTION_ROLE_ARN,
            **variables,
        }
    )
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def clients(*, attempts: int = 1, read_timeout: float = 20) -> Clients:
    """The product's own clients on the embedded AWS."""
    with environment():
        built = build_clients(region="us-east-1", attempts=attempts, read_timeout=read_timeout)
        # Made at first use, which is outside of this environment.
        for make in (lambda: built.budgets, lambda: built.cost_explorer, lambda: built.sts, built.dynamodb):
            make()
        return built


STATE_TABLE = "budget-management-state"


def make_state_table() -> None:
    """The state table on the embedded AWS, with the keys and the expiry of the template's."""
    described = read_template(TEMPLATE.read_text(encoding="utf-8"))["Resources"]["StateTable"]["Properties"]
    with environment():
        dynamodb: Any = boto3.client("dynamodb")
        dynamodb.create_table(
            TableName=STATE_TABLE,
            **{name: described[name] for name in ("BillingMode", "AttributeDefinitions", "KeySchema")},
        )
        dynamodb.update_time_to_live(
            TableName=STATE_TABLE, TimeToLiveSpecification=described["TimeToLiveSpecification"]
        )


def items_of_state_table() -> list[dict[str, Any]]:
    """Everything in the state table."""
    with environment():
        dynamodb: Any = boto3.client("dynamodb")
        pages = dynamodb.get_paginator("scan").paginate(TableName=STATE_TABLE, ConsistentRead=True)
        return [item for page in pages for item in page["Items"]]
