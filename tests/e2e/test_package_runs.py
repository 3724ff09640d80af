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

from local.bedrock.models import conversation
from local.bedrock.script import parse_script
from tests.embedded import STATE_TABLE, begin, environment
from tests.events import Event, events
from tests.lambda_context import Context
from tests.pipeline import MODEL_ID, replayed, variables_of
from tools.actions.catalogue import ACTION_NAMES

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(platform.system() != "Linux", reason="Lambda's wheels run on Linux only"),
]

# Runs in a Python without site-packages: an event and its context per line in, its reply out; at the end of the
# input, where the imported modules came from.
SERVE = """
import json, sys
from types import SimpleNamespace

replies, sys.stdout = sys.stdout, sys.stderr
sys.path.insert(0, sys.argv[1])
from lambda_handler import lambda_handler

for line in sys.stdin:
    event, context = json.loads(line)
    print(json.dumps(lambda_handler(event, SimpleNamespace(**context))), file=replies, flush=True)
files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
print(json.dumps([each for each in files if each]), file=replies)
"""

# In the same Python: a model asked once as a stream, once without, and once more to its failure in mid-stream.
ASK = """
import asyncio, json, sys

sys.path.insert(0, sys.argv[1])
from strands.models.bedrock import BedrockModel
from strands.types.exceptions import ModelThrottledException

QUESTION = [{"role": "user", "content": [{"text": "Which budgets do we have?"}]}]
TOOL = {"name": "analyze_budgets", "description": "Look.", "inputSchema": {"json": {"type": "object"}}}


async def ask(streaming):
    model = BedrockModel(
        model_id="us.anthropic.claude-sonnet-4-6",
        streaming=streaming,
        guardrail_id="gr0a1b2c3d4e",
        guardrail_version="1",
    )
    return [event async for event in model.stream(QUESTION, [TOOL], "Be brief.")]


told = [asyncio.run(ask(True)), asyncio.run(ask(False))]
try:
    asyncio.run(ask(True))
except ModelThrottledException as error:
    told.append(str(error))
print(json.dumps(told))
"""
TURN = {"text": "I look.", "tool_uses": [{"name": "analyze_budgets", "input": {"limit": 5}}]}
BREAKS = {"text": "I", "failure": {"error": "ThrottlingException", "after_events": 2, "message": "Too many"}}


@dataclass
class Packaged:
    """The handler of the zip in a process of its own."""

    process: subprocess.Popen[str]

    def send(self, request: Any, context: Context) -> Any:
        """The reply to an event."""
        assert self.process.stdin is not None
        told = {
            "aws_request_id": context.aws_request_id,
            "invoked_function_arn": context.invoked_function_arn,
        }
        self.process.stdin.write(json.dumps([request, told]) + "\n")
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
def unzipped(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the unzipped package."""
    folder = tmp_path_factory.mktemp("package")
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder)
    return folder


@contextmanager
def packaged(folder: Path, **variables: str) -> Iterator[Packaged]:
    """The handler, with nothing but the package and the standard library to import from."""
    with environment(LAMBDA_TASK_ROOT=str(folder), **variables):
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-B", "-c", SERVE, str(folder)],
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


def one_event_of_each_action() -> list[Event]:
    """The first that succeeds; tests/e2e/test_deploy.py sends all of them to the same package."""
    chosen: dict[str, Event] = {}
    for event in events():
        if event.reply.get("status") == "success":
            chosen.setdefault(event.request["action"], event)
    assert chosen.keys() == set(ACTION_NAMES)
    return list(chosen.values())


def test_every_action_gives_its_reply_from_the_package_alone(unzipped: Path) -> None:
    differing = []
    files = []
    for variables in ({}, {"BUDGET_STATE_TABLE": STATE_TABLE}, {"MODEL_ID": MODEL_ID}):
        with packaged(unzipped, **variables) as handler:
            for event in one_event_of_each_action():
                if variables_of(event) != variables:
                    continue
                begin("company")
                if replayed(event, handler.send) != event.reply:
                    differing.append(event.name)
            files += handler.end()
    assert differing == []
    standard = str(Path(os.__file__).parent)
    foreign = [each for each in files if not each.startswith((str(unzipped), standard))]
    assert foreign == []
    assert not [each for each in files if "site-packages" in each]


def test_a_model_of_bedrock_is_asked_from_the_package_alone(unzipped: Path) -> None:
    begin("empty")
    conversation().play(parse_script({"turns": [TURN, TURN, BREAKS]}))
    with environment(LAMBDA_TASK_ROOT=str(unzipped)):
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-B", "-c", ASK, str(unzipped)], capture_output=True, text=True
        )
    assert done.returncode == 0, done.stderr
    streamed, whole, failure = json.loads(done.stdout)
    for answer in (streamed, whole):
        deltas = [each["contentBlockDelta"]["delta"] for each in answer if "contentBlockDelta" in each]
        assert "".join(each.get("text", "") for each in deltas) == "I look."
        given = "".join(each["toolUse"]["input"] for each in deltas if "toolUse" in each)
        assert json.loads(given) == {"limit": 5}
        assert [each["messageStop"]["stopReason"] for each in answer if "messageStop" in each] == ["tool_use"]
    assert "Too many" in failure
    assert [each.operation for each in conversation().heard] == [
        "ConverseStream",
        "Converse",
        "ConverseStream",
    ]
