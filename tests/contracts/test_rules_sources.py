"""What every RulesSource promises: the fake of the unit tests and both adapters on the embedded AWS alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from tests.embedded import begin, clients, environment
from tests.fakes import FakeRulesSource
from tools.aws.clients import Clients
from tools.aws.rules_in_s3 import RulesInS3
from tools.aws.rules_in_ssm import RulesInSsm
from tools.domain.errors import AwsUnavailable, GovernanceFileInvalid
from tools.domain.governance.yaml_text import LARGEST_BYTES
from tools.ports.governance import RulesSource

TEXT = "version: über\nrules: {}\n"

World = tuple[RulesSource, Callable[[str], None]]


def built() -> Clients:
    """The product's clients, made while the environment leads to the embedded AWS."""
    found = clients()
    with environment():
        found.s3()
        found.ssm()
    return found


def aws(service: Any) -> Any:
    with environment():
        return boto3.client(service)


def in_s3() -> World:
    begin("empty")
    aws("s3").create_bucket(Bucket="rules-bucket")

    def write(text: str) -> None:
        aws("s3").put_object(Bucket="rules-bucket", Key="a/governance.yaml", Body=text.encode())

    return RulesInS3(built().s3, "rules-bucket", "a/governance.yaml"), write


def in_ssm() -> World:
    begin("empty")

    def write(text: str) -> None:
        aws("ssm").put_parameter(Name="/a/governance", Value=text, Type="String", Overwrite=True)

    return RulesInSsm(built().ssm, "/a/governance"), write


def faked() -> World:
    source = FakeRulesSource()
    return source, lambda text: setattr(source, "text", text)


@pytest.fixture(params=[faked, in_s3, in_ssm], ids=["fake", "S3", "SSM"])
def world(request: pytest.FixtureRequest) -> World:
    found: World = request.param()
    return found


def test_what_was_written_is_read(world: World) -> None:
    source, write = world
    write(TEXT)
    assert source.read() == TEXT
    write("rules: {name_pattern: {severity: OFF}}")
    assert source.read() == "rules: {name_pattern: {severity: OFF}}"


def test_a_file_that_is_not_there_is_named(world: World) -> None:
    source, _ = world
    with pytest.raises(GovernanceFileInvalid, match=source.name):
        source.read()


def test_sources_are_named_as_the_setting_names_them() -> None:
    assert RulesInS3(built().s3, "b", "a/c.yaml").name == "s3://b/a/c.yaml"
    assert RulesInSsm(built().ssm, "/a/b").name == "ssm:/a/b"


def test_an_object_that_is_no_text_or_has_no_end_is_refused() -> None:
    source, _ = in_s3()
    aws("s3").put_object(Bucket="rules-bucket", Key="a/governance.yaml", Body=b"\xff\xfe\xff")
    with pytest.raises(GovernanceFileInvalid, match="no text in UTF-8"):
        source.read()
    aws("s3").put_object(Bucket="rules-bucket", Key="a/governance.yaml", Body=b"#" * (10 * LARGEST_BYTES))
    assert len(source.read()) == LARGEST_BYTES + 1


def test_a_bucket_that_is_not_there_is_a_file_that_is_not_there() -> None:
    begin("empty")
    with pytest.raises(GovernanceFileInvalid, match="s3://nowhere-bucket/x"):
        RulesInS3(built().s3, "nowhere-bucket", "x").read()


def test_an_aws_that_does_not_answer_is_told_apart() -> None:
    begin("empty")
    with environment(AWS_ENDPOINT_URL="http://127.0.0.1:9"):
        unreachable = clients_to_nowhere()
    with pytest.raises(AwsUnavailable):
        RulesInSsm(lambda: unreachable, "/a").read()


def clients_to_nowhere() -> Any:
    from botocore.config import Config

    return boto3.client("ssm", config=Config(connect_timeout=1, retries={"total_max_attempts": 1}))
