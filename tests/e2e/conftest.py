"""One deployment for all tests that need one: it takes a minute."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.deployment import BUCKET, Deployment, readme_commands, with_host_parameters
from tests.integration.embedded_process import embedded_process


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The agent, deployed by the README's commands to the company's account."""
    with embedded_process("company") as url:
        deployment = Deployment(url, tmp_path_factory.mktemp("deployment"))
        deployment.run(f"aws s3 mb s3://{BUCKET}")
        build, copy, deploy, _ = readme_commands()
        for command in (build, copy, with_host_parameters(deploy)):
            deployment.run(command)
        yield deployment
