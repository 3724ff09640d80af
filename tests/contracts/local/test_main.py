"""`python -m local`: what people type, what they are told, and how it ends."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.command_line import main
from local.server import EmbeddedAws
from tests.contracts.local.worlds import ACCOUNT, a_client

TIDY = "period,service,amount\n2026-08,Amazon S3,31\n2026-09,Amazon S3,30\n"


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "local", "up", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def up() -> Iterator[list[subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_up_says_ready_once_serves_and_ends_well(
    up: list[subprocess.Popen[str]], stop: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    process = start("--scenario", "empty", "--today", "2026-10-20")
    up.append(process)
    assert process.stdout is not None
    ready = process.stdout.readline().split()
    assert ready[0] == "READY"
    assert main(["clock", "--endpoint", ready[1]]) == 0
    assert capsys.readouterr().out == "2026-10-20T12:00:00Z\n"
    process.send_signal(stop)
    out, error = process.communicate(timeout=30)
    assert (process.returncode, out, error) == (0, "", "")


def test_up_with_data_begins_the_day_after_its_last(
    up: list[subprocess.Popen[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "spending.csv"
    file.write_text(TIDY + "2026-09,Amazon S3,much\n", encoding="utf-8")
    process = start("--data", str(file))
    up.append(process)
    assert process.stdout is not None
    endpoint = process.stdout.readline().split()[1]
    assert main(["clock", "--endpoint", endpoint]) == 0
    assert capsys.readouterr().out == "2026-10-01T12:00:00Z\n"
    process.terminate()
    told = process.communicate(timeout=30)[1].splitlines()
    assert told[0] == "2 of 3 lines used"
    assert told[-1].startswith("line 4: ")


def test_a_file_that_is_no_spending_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "notes.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    assert main(["up", "--port", "0", "--data", str(file)]) == 2
    assert "Formats that are known" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--scenario", "nowhere"], "there is no scenario 'nowhere'; there are company, empty"),
        (["--today", "20 October"], "'20 October' is no date"),
        (["--data", "/nowhere/at/all.csv"], "/nowhere/at/all.csv"),
    ],
)
def test_up_says_in_one_line_what_is_wrong(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["up", "--port", "0", *arguments]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert says in told.err
    assert told.err.count("\n") == 1


def test_up_says_that_a_port_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert main(["up", "--port", port, "--scenario", "empty"]) == 2
    assert f"port {port} cannot be used" in capsys.readouterr().err


def test_the_clock_is_read_and_moved(aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]) -> None:
    at = ["--endpoint", aws.url]
    assert main(["clock", *at]) == 0
    assert main(["clock", "advance", "12h", *at]) == 0
    assert main(["clock", "set", "2026-11-01", *at]) == 0
    assert capsys.readouterr().out.split() == [
        "2026-10-20T12:00:00Z",
        "2026-10-21T00:00:00Z",
        "2026-11-01T00:00:00Z",
    ]
    assert main(["clock", "set", "2026-10-01", *at]) == 2
    assert main(["clock", "advance", *at]) == 2
    assert "needs a value" in capsys.readouterr().err


def test_spending_is_added(aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [
        "--service",
        "Amazon SageMaker",
        "--amount",
        "900",
        "--on",
        "2026-10-18",
        "--tag",
        "team=data",
    ]
    assert main(["spend", *arguments, "--endpoint", aws.url]) == 0
    told = capsys.readouterr()
    assert told.out == f"2026-10-18  {ACCOUNT}  Amazon SageMaker  900 USD\n"
    assert told.err.startswith("note: ")
    assert len(aws.world.ledger.lines(ACCOUNT, lambda line: line.tags == (("team", "data"),))) == 1


def test_spending_that_makes_no_sense_is_refused(
    aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]
) -> None:
    at = ["--service", "Amazon S3", "--endpoint", aws.url]
    assert main(["spend", "--amount", "lots", *at]) == 2
    assert main(["spend", "--amount", "1", "--tag", "team", *at]) == 2
    assert capsys.readouterr().err.splitlines() == [
        '\'lots\' is no amount; write USD as a decimal string: "900" or "12.50"',
        "'team' is no tag; write it like team=platform",
    ]


def test_a_fault_is_ordered_listed_and_cleared(aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]) -> None:
    at = ["--endpoint", aws.url]
    assert main(["fault", "budgets", "DescribeBudgets", "throttle", "--times", "3", *at]) == 0
    assert main(["fault", "list", *at]) == 0
    line = "budgets DescribeBudgets throttle: 3 of 3 left"
    assert capsys.readouterr().out.splitlines() == [line, line]
    assert main(["fault", "clear", *at]) == 0
    assert capsys.readouterr().out == "no faults\n"
    assert main(["fault", "budgets", "throttle", *at]) == 2
    assert "say: fault SERVICE OPERATION KIND" in capsys.readouterr().err


def test_the_inbox_is_shown(aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inbox", "--endpoint", aws.url]) == 0
    assert capsys.readouterr().out == '{\n  "mails": [],\n  "undelivered": []\n}\n'


def test_a_reset_begins_again(aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]) -> None:
    a_client("iam", aws).create_user(UserName="anna")
    assert main(["reset", "--endpoint", aws.url]) == 0
    assert capsys.readouterr().out == "2026-10-20T12:00:00Z\n"
    assert a_client("iam", aws).list_users()["Users"] == []


def test_without_a_server_people_are_told_how_to_start_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clock", "--endpoint", "http://127.0.0.1:1"]) == 2
    assert "start one with: python -m local up" in capsys.readouterr().err
