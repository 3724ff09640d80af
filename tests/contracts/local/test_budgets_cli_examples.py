"""AWS Budgets: the examples that the AWS CLI itself documents, run with the real `aws` program."""

import json
import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from local.server import EmbeddedAws
from tests.contracts.local.aws_program import Shell
from tests.contracts.local.worlds import ACCOUNT

EXAMPLES = Path(str(import_module("awscli").__file__)).with_name("examples") / "budgets"
THEIR_ACCOUNT = "111122223333"

DOCUMENT = re.compile(r"(?:Contents of ``)?(\S+\.json)(?:``)?::\n\n((?:[ \t].*\n|\n)+)")


class Example:
    """One documented example: a command, the files it names and what it prints."""

    def __init__(self, operation: str) -> None:
        text = (EXAMPLES / f"{operation}.rst").read_text()
        command = re.search(r"^ +(aws budgets (?:.*\\\n)*.*)$", text, re.MULTILINE)
        assert command is not None
        self.command = command[1].replace(THEIR_ACCOUNT, ACCOUNT)
        self.documents = dict(DOCUMENT.findall(text + "\n"))
        _, _, self.output = text.partition("Output::")

    def run(self, shell: Shell) -> Any:
        for name, content in self.documents.items():
            (shell.directory / name).write_text(content)
        return shell.run(self.command)


@pytest.fixture
def shell(aws: EmbeddedAws, tmp_path: Path) -> Shell:
    return Shell(aws.url, tmp_path)


def assert_says_at_least(said: Any, documented: Any, path: str = "") -> None:
    """Everything documented is there; amounts, which depend on what was spent, need only be amounts."""
    if isinstance(documented, Mapping):
        for name, held in documented.items():
            if name == "Amount":
                assert re.fullmatch(r"\d+\.\d+", said[name]), path
            elif name != "ForecastedSpend":
                assert_says_at_least(said[name], held, f"{path}.{name}")
    elif isinstance(documented, list):
        assert len(said) >= len(documented), path
        for index, held in enumerate(documented):
            assert_says_at_least(said[index], held, f"{path}[{index}]")
    elif not path.endswith((".Start", ".End")):
        assert said == documented, path


def test_every_documented_example_is_run_below() -> None:
    run = set(re.findall(r"Example\(\"([a-z-]+)\"\)", Path(__file__).read_text()))
    assert {path.stem for path in EXAMPLES.glob("*.rst")} == run


def test_the_documented_examples_give_the_documented_results(shell: Shell) -> None:
    def output(example: Example) -> Any:
        return json.loads(example.output)

    assert Example("create-budget").run(shell) is None
    replacement = Example("update-budget")
    created = json.loads(replacement.documents["new-budget.json"])
    created["CostTypes"] = {}
    shell.run(f"aws budgets create-budget --account-id {ACCOUNT} --budget", json.dumps(created))
    assert replacement.run(shell) is None
    described = Example("describe-budget")
    said = described.run(shell)
    documented = output(described)
    # The documented budget is the one before it was replaced by the documented replacement.
    documented["Budget"]["CostTypes"].update(IncludeCredit=False, UseAmortized=True)
    assert_says_at_least(said, documented)
    listed = Example("describe-budgets").run(shell)
    assert [budget["BudgetName"] for budget in listed["Budgets"]] == ["Example Tag Budget", "Example Budget"]
    assert output(Example("describe-budgets"))["Budgets"][0].keys() <= listed["Budgets"][1].keys()

    assert Example("create-notification").run(shell) is None
    notifications = Example("describe-notifications-for-budget")
    assert_says_at_least(notifications.run(shell), output(notifications))
    assert Example("update-subscriber").run(shell) is None
    assert Example("create-subscriber").run(shell) is None
    subscribers = Example("describe-subscribers-for-notification")
    assert subscribers.run(shell) == output(subscribers)
    assert Example("delete-subscriber").run(shell) is None
    assert subscribers.run(shell)["Subscribers"] == output(subscribers)["Subscribers"][:1]

    assert Example("update-notification").run(shell) is None
    assert notifications.run(shell)["Notifications"][0]["Threshold"] == 90.0
    Example("create-notification").run(shell)
    assert Example("delete-notification").run(shell) is None
    assert [one["Threshold"] for one in notifications.run(shell)["Notifications"]] == [90.0]

    assert Example("delete-budget").run(shell) is None
    assert "NotFoundException" in shell.fail(described.command)
