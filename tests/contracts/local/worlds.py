"""Small worlds and clients for tests of the embedded AWS's frame."""

from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.config import Config

from local.clock import Clock
from local.ledger.ledger import Ledger
from local.scenarios.scenario import Scenario
from local.server import EmbeddedAws
from local.world import World

NOON = datetime(2026, 10, 20, 12, tzinfo=UTC)
ACCOUNT = "123456789012"


def a_world(scenario: Scenario | None = None) -> World:
    """A world at noon of the test day, empty unless a scenario is given."""
    ledger = Ledger() if scenario is None else scenario.ledger
    return World(Clock(NOON), ledger, scenario=scenario)


def a_client(service: str, aws: EmbeddedAws, path: str = "", **options: Any) -> Any:
    """A real boto3 client of the embedded AWS, whose endpoint ends in `path`; never retries unless asked to."""
    credentials = {"aws_access_key_id": "anything", "aws_secret_access_key": "anything"}
    given = {key: options.pop(key) for key in list(options) if key.startswith("aws_")}
    config = Config(proxies={}, **{"retries": {"total_max_attempts": 1}, **options})
    session: Any = boto3.Session()
    return session.client(
        service,
        endpoint_url=aws.url + path,
        region_name="us-east-1",
        config=config,
        **{**credentials, **given},
    )


def as_role(aws: EmbeddedAws, role_arn: str, **request: Any) -> dict[str, str]:
    """Credentials of a new session of the role, as options for `a_client`."""
    sts = a_client("sts", aws)
    session = sts.assume_role(RoleArn=role_arn, RoleSessionName="test", **request)["Credentials"]
    return {
        "aws_access_key_id": session["AccessKeyId"],
        "aws_secret_access_key": session["SecretAccessKey"],
        "aws_session_token": session["SessionToken"],
    }
