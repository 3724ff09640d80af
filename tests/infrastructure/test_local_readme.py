"""The README of the embedded AWS says what the code does, and what it shows can be done."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from botocore.model import OperationModel
from botocore.session import get_session
from moto.core.utils import camelcase_to_underscores

import local.budgets.responses
import local.cost_explorer.responses
from local import command_line
from local.control import Control
from local.faults import Kind
from local.remote import Remote
from local.scenarios.catalogue import SCENARIOS
from tests.contracts.local.aws_program import Shell
from tests.integration.embedded_process import embedded_process

LOCAL = Path(__file__).parents[2] / "local"
README = (LOCAL / "README.md").read_text(encoding="utf-8")
ADDRESS = f"http://127.0.0.1:{command_line.DEFAULT_PORT}"

OUR_SERVICES = {
    "AWS Budgets": ("budgets", local.budgets.responses.Response),
    "Cost Explorer": ("ce", local.cost_explorer.responses.Response),
}
# Nothing that a test could wait for.
RUN_UNTIL_STOPPED = ("up", "watch")
# It begins an AWS of its own; tests/integration/test_ask_command.py runs it.
BEGIN_THEIR_OWN = ("ask",)
MARK = re.compile(r"emulator-defined|defined by this\s+(?:# )?emulator", re.IGNORECASE)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with embedded_process() as running:
        yield running


def rows_of(first_cell: str) -> list[list[str]]:
    """The cells of the table whose header begins with this cell."""
    _, found, rest = README.partition(f"\n| {first_cell} |")
    assert found, f"there is no table of {first_cell}"
    lines = rest.splitlines()[2:]
    end = next(number for number, line in enumerate([*lines, ""]) if not line.startswith("|"))
    return [[cell.strip() for cell in line.strip("|").split(" |")] for line in lines[:end]]


def quoted(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def commands() -> list[list[str]]:
    """Every command shown, as words."""
    lines = "".join(blocks("sh")).replace("\\\n", " ").splitlines()
    return [words for words in (shlex.split(line, comments=True) for line in lines) if words]


def local_commands() -> list[list[str]]:
    return [words[3:] for words in commands() if words[:3] == ["python", "-m", "local"]]


def routes() -> set[tuple[str, str]]:
    nothing: Any = None
    control = Control(*(nothing for _ in signature(Control).parameters))
    return {(method, f"/_local/{name}") for method, name in vars(control)["_routes"]}


@pytest.mark.parametrize("title", OUR_SERVICES)
def test_every_operation_is_listed_once_where_the_code_has_it(title: str) -> None:
    service, response = OUR_SERVICES[title]
    listed = {kind: quoted(names) for kind, names in rows_of(title)}
    operations = get_session().get_service_model(service).operation_names
    assert sorted([*listed["built"], *listed["not built"]]) == sorted(operations)
    methods = {name for name in operations if hasattr(response, camelcase_to_underscores(name))}
    assert set(listed["built"]) == methods


@pytest.mark.parametrize(
    ("title", "service", "mount"),
    [("Bedrock Runtime", "bedrock-runtime", ""), ("WebSocket APIs", "apigatewaymanagementapi", "/api/stage")],
)
def test_what_is_listed_as_built_answers_and_nothing_else(
    url: str, title: str, service: str, mount: str
) -> None:
    listed = {kind: quoted(names) for kind, names in rows_of(title)}
    model = get_session().get_service_model(service)
    assert sorted([*listed["built"], *listed["not built"]]) == sorted(model.operation_names)
    operations = [model.operation_model(name) for name in model.operation_names]
    refused = {each.name for each in operations if is_refused_as_unbuilt(url, mount, each)}
    assert refused == set(listed["not built"])


def is_refused_as_unbuilt(url: str, mount: str, operation: OperationModel) -> bool:
    path = mount + re.sub(r"\{[^}]+\}", "something", operation.http["requestUri"])
    scope = f"anything/20261020/us-east-1/{operation.service_model.signing_name}/aws4_request"
    authorization = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none"
    connection = HTTPConnection(url.removeprefix("http://"), timeout=60)
    try:
        connection.request(operation.http["method"], path, "{}", {"Authorization": authorization})
        answer = connection.getresponse()
        assert 400 <= answer.status < 500, answer.status
        return b"does not build" in answer.read()
    finally:
        connection.close()


def test_every_decision_that_the_code_marks_as_its_own_is_explained() -> None:
    explained = {file for row in rows_of("subject") for file in quoted(row[-1])}
    marked = {
        path.relative_to(LOCAL).as_posix()
        for path in LOCAL.rglob("*.py")
        if MARK.search(path.read_text(encoding="utf-8"))
        # A package with a README of its own explains them there.
        and (path.parent == LOCAL or not (LOCAL / path.relative_to(LOCAL).parts[0] / "README.md").is_file())
    }
    assert marked <= explained
    assert [file for file in explained if not (LOCAL / file).is_file()] == []


def test_every_scenario_and_every_fault_is_listed() -> None:
    assert {name for row in rows_of("scenario") for name in quoted(row[0])} == set(SCENARIOS)
    assert {name for row in rows_of("fault") for name in quoted(row[0])} == set(Kind)


def test_every_control_request_is_listed() -> None:
    listed = [tuple(quoted(row[0])[0].split()) for row in rows_of("request")]
    assert sorted(listed) == sorted(routes())


def test_every_control_request_is_answered_with_the_body_that_is_shown(url: str) -> None:
    remote = Remote(url)
    for request, body, _ in rows_of("request"):
        method, path = quoted(request)[0].split()
        bodies = [json.loads(each) for each in quoted(body) if each.startswith("{")]
        for each in bodies or [None]:
            remote.ask(method, path.removeprefix("/_local/"), each)


def test_every_command_there_is_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command_line.main(["--help"])
    there_are = set(re.findall(r"^    ([a-z]+) ", capsys.readouterr().out, re.MULTILINE))
    assert {words[0] for words in local_commands()} == there_are - {"demo"}


@pytest.mark.parametrize("command", [*RUN_UNTIL_STOPPED, *BEGIN_THEIR_OWN])
def test_every_option_that_is_shown_is_there(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command_line.main([command, "--help"])
    told = capsys.readouterr().out
    shown = {
        word for words in local_commands() if words[0] == command for word in words if word.startswith("--")
    }
    assert [option for option in shown if option not in told] == []


def test_what_is_shown_on_the_command_line_can_be_done(url: str, tmp_path: Path) -> None:
    shell = Shell(url, tmp_path)
    shell.local("reset")
    told = {}
    for words in commands():
        if words[0] == "echo":
            (tmp_path / words[3]).write_text(words[1], encoding="utf-8")
        elif words[0] == "aws":
            told[words[2]] = shell.run(shlex.join(words))
        elif words[:3] == ["python", "-m", "local"] and words[3] not in (
            *RUN_UNTIL_STOPPED,
            *BEGIN_THEIR_OWN,
        ):
            told.setdefault(words[3], shell.local(shlex.join(found_in(tmp_path, words[3:]))))
        else:
            assert words[0] in ("make", "export", "python")
    assert told["describe-budget"]["Budget"]["CalculatedSpend"]["ActualSpend"]["Amount"] == "900.0"
    assert "monthly has exceeded your alert threshold" in told["inbox"]


def found_in(folder: Path, words: list[str]) -> list[str]:
    """The words, with the names of files in the folder made whole: `python -m local` runs elsewhere."""
    return [str(folder / word) if (folder / word).is_file() else word for word in words]


def test_what_is_shown_in_python_runs(url: str) -> None:
    shown = blocks("python")
    assert len(shown) == 2
    for code in shown:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", code.replace(ADDRESS, url)],
            cwd=LOCAL.parent,
            env={"NO_PROXY": "*"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr


def test_the_address_that_is_shown_is_the_one_it_serves_at() -> None:
    assert set(re.findall(r"http://[\d.:]+", README)) == {ADDRESS}
