"""The real `aws` program and `python -m local`, run against an embedded AWS."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.aws_cli import Finished, aws

ROOT = Path(__file__).parents[3]


class Shell:
    """A shell in a directory of its own whose AWS is the embedded one."""

    def __init__(self, url: str, directory: Path) -> None:
        self.url = url
        self.directory = directory

    def run(self, command: str, *more: str, **environment: str) -> Any:
        """Run an `aws ...` command line as documentation prints it; its JSON, None where it prints nothing.

        Raises AssertionError with what it said if it fails.
        """
        finished = self._aws(command, *more, **environment)
        assert finished.status == 0, finished.errors
        return json.loads(finished.output) if finished.output.strip() else None

    def fail(self, command: str, **environment: str) -> str:
        """Run an `aws ...` command line that is refused; what it says."""
        finished = self._aws(command, **environment)
        assert finished.status != 0, finished.output
        return finished.errors

    def local(self, command: str) -> str:
        """Run a command of `python -m local`; what it prints."""
        words = [sys.executable, "-m", "local", *shlex.split(command), "--endpoint", self.url]
        finished = subprocess.run(
            words, cwd=ROOT, env=self._environment(), capture_output=True, text=True, check=False
        )
        assert finished.returncode == 0, finished.stderr
        return finished.stdout

    def _aws(self, command: str, *more: str, **environment: str) -> Finished:
        return aws(command, *more, environment=self._environment() | environment, directory=self.directory)

    def _environment(self) -> dict[str, str]:
        # Nothing of the machine's own AWS configuration may reach the program.
        return {
            "PATH": os.defpath,
            "HOME": str(self.directory),
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "anything",
            "AWS_SECRET_ACCESS_KEY": "anything",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_PAGER": "",
            "NO_PROXY": "*",
        }
