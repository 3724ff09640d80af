"""What takes a minute, made once: the package, and deployments of the agent."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.deployment import (
    BUCKET,
    HOST_PARAMETERS,
    STACK,
    Deployment,
    build_as_the_readme_says,
    readme_commands,
    with_host_parameters,
)
from tests.e2e.story import Story
from tests.integration.embedded_process import embedded_process

PARAMETERS = (
    "ProjectName=budget-management "
    f"LambdaS3Bucket={BUCKET} LambdaS3Key=budget-management-agent.zip "
    f"{HOST_PARAMETERS} CreateWebSocketApi=true CreateMessagesTopic=true "
    "MonitoringState=DISABLED ReconcilingState=DISABLED"
)


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The package for this machine, built by the first worker that needs it."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    built = shared / "budget-management-agent.zip"
    with open(shared / "package.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not built.exists():
            build_as_the_readme_says(shared / "unfinished.zip")
            (shared / "unfinished.zip").rename(built)
    return built


@pytest.fixture(scope="module")
def story(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """An account without spending, in which the agent was deployed at noon of 2026-10-20."""
    with embedded_process("empty") as url:
        told = Story(url, tmp_path_factory.mktemp("story"))
        told.run(f"aws s3 mb s3://{BUCKET}")
        told.run(f"aws s3 cp {package} s3://{BUCKET}/budget-management-agent.zip")
        told.run(
            "aws cloudformation deploy --template-file cloudformation/budget-management-agent.yaml "
            f"--parameter-overrides {PARAMETERS} --capabilities CAPABILITY_NAMED_IAM --stack-name {STACK}"
        )
        yield told


@pytest.fixture
def company_of_its_own(package: Path, tmp_path: Path) -> Iterator[Deployment]:
    """The agent, deployed to a company that no other test uses."""
    with embedded_process("company") as url:
        deployment = Deployment(url, tmp_path)
        deployment.run(f"aws s3 mb s3://{BUCKET}")
        deployment.run(f"aws s3 cp {package} s3://{BUCKET}/budget-management-agent.zip")
        deployment.run(with_host_parameters(readme_commands()[2]))
        yield deployment


@pytest.fixture(scope="session")
def deployed(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The agent, deployed by the README's commands to the company's account."""
    assert package.exists()
    with embedded_process("company") as url:
        deployment = Deployment(url, tmp_path_factory.mktemp("deployment"))
        deployment.run(f"aws s3 mb s3://{BUCKET}")
        _, copy, deploy, _ = readme_commands()
        for command in (copy, with_host_parameters(deploy)):
            deployment.shell(command)
        yield deployment
