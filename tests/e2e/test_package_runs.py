"""Everything the agent can do runs from the zip alone: pruning never removes what a path imports."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.embedded import STATE_TABLE, begin, environment, make_state_table
from tests.events import Event, events
from tests.lambda_context import Context
from tests.package import build_here

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(platform.system() != "Linux", reason="Lambda's wheels run on Linux only"),
]

# Runs in a Python without site-packages: one event per line in, its reply out; at the end of the input,
# where the imported modules came from.
SERVE = """
import json, sys
from types import SimpleNamespace

replies, sys.stdout = sys.stdout, sys.stderr
sys.path.insert(0, sys.argv[1])
from lambda_handler import lambda_handler

context = SimpleNamespace(aws_request_id=sys.argv[2], invoked_function_arn=sys.argv[3])
for line in sys.stdin:
    print(json.dumps(lambda_handler(json.loads(line), context)), file=replies, flush=True)
files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
print(json.dumps([each for each in files if each]), file=replies)
"""


@dataclass
class Packaged:
    """The handler of the zip in a process of its own."""

    process: subprocess.Popen[str]

    def send(self, request: Any) -> Any:
        """The reply to an event."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return self._read()

    def end(self) -> Any:
        """The files of all modules that were imported by then."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self._read()

    def _read(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the handler's process ended; what it said is above"
        return json.loads(line)


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the unzipped package."""
    folder = tmp_path_factory.mktemp("package")
    build_here(folder / "package.zip")
    with zipfile.ZipFile(folder / "package.zip") as archive:
        archive.extractall(folder / "task")
    return folder / "task"


@contextmanager
def packaged(folder: Path, **variables: str) -> Iterator[Packaged]:
    """The handler, with nothing but the package and the standard library to import from."""
    told = (Context().aws_request_id, Context().invoked_function_arn)
    with environment(LAMBDA_TASK_ROOT=str(folder), **variables):
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-B", "-c", SERVE, str(folder), *told],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=dict(os.environ),
        )
    with process:
        try:
            yield Packaged(process)
        finally:
            process.kill()


def test_every_event_gives_its_reply_from_the_package_alone(package: Path) -> None:
    differing = []
    files = []
    for memory in ({}, {"BUDGET_STATE_TABLE": STATE_TABLE}):
        with packaged(package, **memory) as handler:
            for event in events():
                if event.remembers == bool(memory) and reply_from(handler, event) != event.reply:
                    differing.append(event.name)
            files += handler.end()
    assert differing == []
    standard = str(Path(os.__file__).parent)
    foreign = [each for each in files if not each.startswith((str(package), standard))]
    assert foreign == []
    assert not [each for each in files if "site-packages" in each]


def reply_from(handler: Packaged, event: Event) -> Any:
    """The reply to an event on the company as it begins, after the events that come before it."""
    begin("company")
    if event.remembers:
        make_state_table()
    for name in event.after:
        before = next(each for each in events() if each.name == name)
        assert handler.send(before.request)["status"] == "success", name
    return handler.send(event.request)
