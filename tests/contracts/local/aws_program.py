"""The real `aws` program and `python -m local`, run against an embedded AWS."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

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
        words = [*shlex.split(command.replace("\\\n", " ")), *more]
        assert words[0] == "aws"
        finished = self._start([str(Path(sys.executable).with_name("aws")), *words[1:]], environment)
        assert finished.returncode == 0, finished.stderr
        return json.loads(finished.stdout) if finished.stdout.strip() else None

    def fail(self, command: str, **environment: str) -> str:
        """Run an `aws ...` command line that is refused; what it says."""
        words = shlex.split(command)
        finished = self._start([str(Path(sys.executable).with_name("aws")), *words[1:]], environment)
        assert finished.returncode != 0, finished.stdout
        return finished.stderr

    def local(self, command: str) -> str:
        """Run a command of `python -m local`; what it prints."""
        words = [sys.executable, "-m", "local", *shlex.split(command), "--endpoint", self.url]
        finished = self._start(words, {}, directory=ROOT)
        assert finished.returncode == 0, finished.stderr
        return finished.stdout

    def _start(
        self, words: list[str], environment: dict[str, str], directory: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        # Nothing of the machine's own AWS configuration may reach the program.
        clean = {
            "PATH": os.defpath,
            "HOME": str(self.directory),
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "anything",
            "AWS_SECRET_ACCESS_KEY": "anything",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_PAGER": "",
            "NO_PROXY": "*",
            **environment,
        }
        return subprocess.run(
            words, cwd=directory or self.directory, env=clean, capture_output=True, text=True, check=False
        )
