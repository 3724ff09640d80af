"""The handler in a process of its own, as Lambda runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.builders import ACCOUNT
from tests.embedded import begin, environment

ROOT = Path(__file__).parents[2]

PROGRAM = """
import json, sys
from lambda_handler import lambda_handler
class Context:
    aws_request_id = "an-id"
replies = [lambda_handler(event, Context()) for event in json.loads(sys.argv[1])]
with open(sys.argv[2], "w") as file:
    json.dump(replies, file)
"""

SECRET = "marked-address@example.com"


def run(events: list[Any], folder: Path) -> tuple[list[dict[str, Any]], str, str]:
    """The replies to events in one fresh process, and what it wrote to its two outputs."""
    begin("company")
    replies = folder / "replies.json"
    with environment():
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", PROGRAM, json.dumps(events), str(replies)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
    return json.loads(replies.read_text(encoding="utf-8")), done.stdout, done.stderr


@pytest.fixture
def create() -> dict[str, Any]:
    parameters = {"budget_name": "marked", "amount": 10, "notification_email": SECRET}
    return {"action": "create_budget", "parameters": parameters}


def test_nothing_is_printed_but_log_lines_and_no_address_among_them(
    tmp_path: Path, create: dict[str, Any]
) -> None:
    bad = {"action": "create_budget", "parameters": {"budget_name": SECRET, "amount": SECRET}}
    replies, written, errors = run([create, create, bad, {"action": SECRET}, SECRET, None], tmp_path)
    assert [each["status"] for each in replies] == ["success", "error", "error", "error", "error", "error"]
    lines = [json.loads(line) for line in written.splitlines()]
    logged = [line for line in lines if "message" in line]
    assert {"action started", "action ended", "request refused"} <= {line["message"] for line in logged}
    assert all("request_id" in line and "action" in line for line in logged)
    assert len([line for line in lines if "_aws" in line]) == len(replies)
    assert SECRET not in written
    assert errors == ""


def test_what_one_process_creates_another_sees(tmp_path: Path, create: dict[str, Any]) -> None:
    [created, seen], _, _ = run(
        [create, {"action": "analyze_budgets", "parameters": {"budget_names": ["marked"]}}], tmp_path
    )
    assert created["data"]["created"] is True
    [shown] = seen["data"]["budgets"]
    assert shown["limit"] == {"amount": "10.00", "unit": "USD"}
    assert ACCOUNT not in json.dumps(shown)
