"""Every budgets command of the AWS CLI, run with the real `aws` program against `python -m local up`.

The examples that the AWS CLI ships are read from its package: each is run as it is printed, from a state that
makes it possible, and answers what is printed. Commands that it documents without an example follow, with the
members that their documentation promises.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from botocore import xform_name
from botocore.session import get_session

from tests.contracts.local.account_resources import EXECUTION_ROLE, an_action, trust
from tests.contracts.local.aws_program import Shell
from tests.contracts.local.worlds import ACCOUNT
from tests.integration.embedded_process import embedded_process

EXAMPLES = Path(str(import_module("awscli").__file__)).with_name("examples") / "budgets"
DOCUMENTED_ACCOUNT = "111122223333"
DOCUMENT = re.compile(r"(?:Contents of ``)?(\S+\.json)(?:``)?::\n\n((?:[ \t].*\n|\n)+)")
COMMAND = re.compile(r"^ +(aws budgets (?:.*\\\n)*.*)$", re.MULTILINE)

AMOUNT = re.compile(r"\d+\.\d+")
ALERT = "NotificationType=ACTUAL,ComparisonOperator=GREATER_THAN,Threshold=80,ThresholdType=PERCENTAGE"
ALERT_ANSWERED = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0}
EXAMPLE_BUDGET = f'--account-id {ACCOUNT} --budget-name "Example Budget"'


class Example:
    """A documented command, the files that it names, and what it prints (None where nothing)."""

    def __init__(self, name: str) -> None:
        text = (EXAMPLES / f"{name}.rst").read_text(encoding="utf-8")
        found = COMMAND.search(text)
        assert found is not None
        self.command = found[1].replace(DOCUMENTED_ACCOUNT, ACCOUNT)
        if "--account-id" not in self.command:
            self.command += f" --account-id {ACCOUNT}"
        self.documents: dict[str, Any] = {
            file: json.loads(content) for file, content in DOCUMENT.findall(text + "\n")
        }
        output = text.partition("Output::")[2].strip()
        self.output: Any = json.loads(output) if output else None

    def run(self, shell: Shell) -> Any:
        """Run it; what it prints."""
        for file, document in self.documents.items():
            (shell.directory / file).write_text(json.dumps(document), encoding="utf-8")
        return shell.run(self.command)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with embedded_process() as running:
        yield running


@pytest.fixture
def shell(url: str, tmp_path: Path) -> Shell:
    shell = Shell(url, tmp_path)
    shell.local("reset")
    return shell


def make_documented_budget(shell: Shell, *addresses: str) -> None:
    """The budget that the examples speak of; with addresses, its 80 % alert tells them."""
    budget = {**Example("describe-budget").output["Budget"]}
    del budget["CalculatedSpend"]
    subscribers = [{"SubscriptionType": "EMAIL", "Address": address} for address in addresses]
    alerts = [{"Notification": ALERT_ANSWERED, "Subscribers": subscribers}] if addresses else []
    shell.run(
        f"aws budgets create-budget --account-id {ACCOUNT}",
        "--budget",
        json.dumps(budget),
        "--notifications-with-subscribers",
        json.dumps(alerts),
    )


def canonical(documented: Any) -> Any:
    """What is documented, with whole amounts as the service writes them: `100` is read back as `100.0`."""
    if isinstance(documented, list):
        return [canonical(value) for value in documented]
    if not isinstance(documented, Mapping):
        return documented
    return {
        name: f"{value}.0" if name == "Amount" and value.isdigit() else canonical(value)
        for name, value in documented.items()
    }


def apart_from_spending(budget: Mapping[str, Any]) -> dict[str, Any]:
    """A budget without its figures, which depend on what was spent, and without members newer than the example."""
    return {
        name: value
        for name, value in budget.items()
        if name not in ("CalculatedSpend", "LastUpdatedTime", "HealthStatus")
    }


def described(shell: Shell) -> Any:
    return shell.run(f"aws budgets describe-budget {EXAMPLE_BUDGET}")["Budget"]


def alerts_of(shell: Shell) -> list[float]:
    answer = shell.run(f"aws budgets describe-notifications-for-budget {EXAMPLE_BUDGET}")
    return [each["Threshold"] for each in (answer or {}).get("Notifications", [])]


def told_of(shell: Shell) -> list[str]:
    command = f"aws budgets describe-subscribers-for-notification {EXAMPLE_BUDGET} --notification {ALERT}"
    return [each["Address"] for each in shell.run(command)["Subscribers"]]


def test_create_budget(shell: Shell) -> None:
    example = Example("create-budget")
    assert example.run(shell) is None
    wanted = example.documents["budget.json"]
    named = f"--account-id {ACCOUNT} --budget-name '{wanted['BudgetName']}'"
    made = shell.run(f"aws budgets describe-budget {named}")["Budget"]
    wanted["CostTypes"]["UseAmortized"] = False
    assert apart_from_spending(made) == canonical(wanted)
    (alert,) = shell.run(f"aws budgets describe-notifications-for-budget {named}")["Notifications"]
    assert alert == {**ALERT_ANSWERED, "NotificationState": "OK"}
    command = f"aws budgets describe-subscribers-for-notification {named} --notification {ALERT}"
    (documented,) = example.documents["notifications-with-subscribers.json"]
    assert shell.run(command)["Subscribers"] == documented["Subscribers"]


def test_describe_budget(shell: Shell) -> None:
    make_documented_budget(shell)
    example = Example("describe-budget")
    answer = example.run(shell)
    assert apart_from_spending(answer["Budget"]) == canonical(apart_from_spending(example.output["Budget"]))
    actual = answer["Budget"]["CalculatedSpend"]["ActualSpend"]
    documented = example.output["Budget"]["CalculatedSpend"]["ActualSpend"]
    assert actual.keys() == documented.keys()
    assert actual["Unit"] == documented["Unit"]
    assert AMOUNT.fullmatch(actual["Amount"])


def test_describe_budgets(shell: Shell) -> None:
    make_documented_budget(shell)
    example = Example("describe-budgets")
    answer = example.run(shell)
    assert answer.keys() == example.output.keys()
    assert [apart_from_spending(each) for each in answer["Budgets"]] == [
        canonical(apart_from_spending(each)) for each in example.output["Budgets"]
    ]


def test_update_budget(shell: Shell) -> None:
    make_documented_budget(shell)
    example = Example("update-budget")
    assert example.run(shell) is None
    assert apart_from_spending(described(shell)) == canonical(example.documents["new-budget.json"])


def test_delete_budget(shell: Shell) -> None:
    make_documented_budget(shell)
    assert Example("delete-budget").run(shell) is None
    refused = shell.fail(f"aws budgets describe-budget {EXAMPLE_BUDGET}")
    assert "(NotFoundException)" in refused
    assert "Unable to get budget: Example Budget - the budget doesn't exist." in refused


def test_create_notification(shell: Shell) -> None:
    make_documented_budget(shell)
    assert Example("create-notification").run(shell) is None
    assert (alerts_of(shell), told_of(shell)) == ([80.0], ["example@example.com"])


def test_describe_notifications_for_budget(shell: Shell) -> None:
    make_documented_budget(shell, "example@example.com")
    example = Example("describe-notifications-for-budget")
    (alert,) = example.run(shell)["Notifications"]
    # The example is older than the member.
    assert alert.pop("NotificationState") == "OK"
    assert [alert] == example.output["Notifications"]


def test_update_notification(shell: Shell) -> None:
    make_documented_budget(shell, "example@example.com")
    assert Example("update-notification").run(shell) is None
    assert alerts_of(shell) == [90.0]


def test_delete_notification(shell: Shell) -> None:
    make_documented_budget(shell, "example@example.com")
    assert Example("delete-notification").run(shell) is None
    assert alerts_of(shell) == []


def test_create_subscriber(shell: Shell) -> None:
    make_documented_budget(shell, "example2@example.com")
    assert Example("create-subscriber").run(shell) is None
    assert told_of(shell) == ["example2@example.com", "example@example.com"]


def test_describe_subscribers_for_notification(shell: Shell) -> None:
    example = Example("describe-subscribers-for-notification")
    make_documented_budget(shell, *(each["Address"] for each in example.output["Subscribers"]))
    assert example.run(shell) == example.output


def test_update_subscriber(shell: Shell) -> None:
    make_documented_budget(shell, "example@example.com")
    assert Example("update-subscriber").run(shell) is None
    assert told_of(shell) == ["example2@example.com"]


def test_delete_subscriber(shell: Shell) -> None:
    make_documented_budget(shell, "example@example.com", "example2@example.com")
    assert Example("delete-subscriber").run(shell) is None
    assert told_of(shell) == ["example2@example.com"]


def test_the_history_of_a_budget(shell: Shell) -> None:
    make_documented_budget(shell)
    shell.local("spend --service 'Amazon S3' --amount 1 --on 2025-09-15")
    history = shell.run(f"aws budgets describe-budget-performance-history {EXAMPLE_BUDGET}")
    assert history.keys() == {"BudgetPerformanceHistory"}
    kept = history["BudgetPerformanceHistory"]
    settings = described(shell)
    assert kept.keys() == {
        "BudgetName",
        "BudgetType",
        "CostFilters",
        "CostTypes",
        "TimeUnit",
        "BudgetedAndActualAmountsList",
    }
    assert {name: settings[name] for name in kept if name in settings} == {
        name: value for name, value in kept.items() if name in settings
    }
    for period in kept["BudgetedAndActualAmountsList"]:
        assert period.keys() == {"BudgetedAmount", "ActualAmount", "TimePeriod"}
        assert period["BudgetedAmount"] == {"Amount": "100.0", "Unit": "USD"}
    # The current month and the twelve before it.
    assert len(kept["BudgetedAndActualAmountsList"]) == 13


def test_the_notifications_of_an_account(shell: Shell) -> None:
    make_documented_budget(shell, "example@example.com")
    answer = shell.run(f"aws budgets describe-budget-notifications-for-account --account-id {ACCOUNT}")
    assert answer == {
        "BudgetNotificationsForAccount": [
            {
                "BudgetName": "Example Budget",
                "Notifications": [{**ALERT_ANSWERED, "NotificationState": "OK"}],
            }
        ]
    }


def test_the_tags_of_a_budget(shell: Shell) -> None:
    make_documented_budget(shell)
    named = f'--resource-arn "arn:aws:budgets::{ACCOUNT}:budget/Example Budget"'
    tags = "--resource-tags Key=team,Value=data Key=stage,Value=test"
    assert shell.run(f"aws budgets tag-resource {named} {tags}") is None
    answer = shell.run(f"aws budgets list-tags-for-resource {named}")
    assert {each["Key"]: each["Value"] for each in answer["ResourceTags"]} == {
        "team": "data",
        "stage": "test",
    }
    assert shell.run(f"aws budgets untag-resource {named} --resource-tag-keys team") is None
    left = shell.run(f"aws budgets list-tags-for-resource {named}")
    assert left == {"ResourceTags": [{"Key": "stage", "Value": "test"}]}


def test_the_actions_of_a_budget(shell: Shell) -> None:
    make_documented_budget(shell)
    shell.run(
        "aws iam create-role --role-name budget-actions --assume-role-policy-document",
        trust(),
    )
    request = an_action(BudgetName="Example Budget")
    definition = json.dumps(request["Definition"])
    options = (
        f"--notification-type ACTUAL --action-type APPLY_IAM_POLICY --execution-role-arn {EXECUTION_ROLE} "
        "--action-threshold ActionThresholdValue=80,ActionThresholdType=PERCENTAGE "
        "--approval-model AUTOMATIC --subscribers SubscriptionType=EMAIL,Address=team@example.com"
    )
    made = shell.run(f"aws budgets create-budget-action {EXAMPLE_BUDGET} {options} --definition", definition)
    assert made.keys() == {"AccountId", "BudgetName", "ActionId"}
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made["ActionId"])
    named = f"{EXAMPLE_BUDGET} --action-id {made['ActionId']}"
    whose = {"AccountId": ACCOUNT, "BudgetName": "Example Budget"}

    action = {name: value for name, value in request.items() if name != "AccountId"}
    action |= {"ActionId": made["ActionId"], "Status": "STANDBY"}
    answer = shell.run(f"aws budgets describe-budget-action {named}")
    assert answer == {**whose, "Action": action}
    assert shell.run(f"aws budgets describe-budget-actions-for-budget {EXAMPLE_BUDGET}") == {
        "Actions": [action]
    }
    in_account = shell.run(f"aws budgets describe-budget-actions-for-account --account-id {ACCOUNT}")
    assert in_account == {"Actions": [action]}

    changed = shell.run(f"aws budgets update-budget-action {named} --approval-model MANUAL")
    updated = {**action, "ApprovalModel": "MANUAL"}
    assert changed == {**whose, "OldAction": action, "NewAction": updated}

    refused = shell.fail(f"aws budgets execute-budget-action {named} --execution-type APPROVE_BUDGET_ACTION")
    assert "(ResourceLockedException)" in refused
    assert "This method is not allowed during [ActionStatus: Standby]" in refused

    histories = shell.run(f"aws budgets describe-budget-action-histories {named}")["ActionHistories"]
    for entry in histories:
        assert entry.keys() == {"Timestamp", "Status", "EventType", "ActionHistoryDetails"}
        assert entry["ActionHistoryDetails"].keys() == {"Message", "Action"}
    assert {entry["EventType"] for entry in histories} == {"CREATE_ACTION", "UPDATE_ACTION"}

    assert shell.run(f"aws budgets delete-budget-action {named}") == {**whose, "Action": updated}
    assert "(NotFoundException)" in shell.fail(f"aws budgets describe-budget-action {named}")


def test_nothing_that_the_program_can_ask_of_budgets_is_left_out_above() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    examples = set(re.findall(r'Example\("([a-z-]+)"\)', source))
    others = set(re.findall(r"aws budgets ([a-z]+-[a-z-]+)", source))
    operations = get_session().get_service_model("budgets").operation_names
    assert examples == {path.stem for path in EXAMPLES.glob("*.rst")}
    assert examples | others == {xform_name(name, "-") for name in operations}
