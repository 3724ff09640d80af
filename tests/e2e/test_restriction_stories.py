"""Stories of restrictions on the deployed stack: warned, approved, restricted, released, watched again."""

from __future__ import annotations

import json
import platform
from collections import Counter
from typing import Any

import pytest

from tests.builders import ACCOUNT
from tests.e2e.deployment import PROJECT
from tests.e2e.story import MAIL, Story

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(platform.system() != "Linux", reason="Lambda's wheels run on Linux only"),
]

DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"


def restrict(story: Story, budget: str, role: str, *, threshold: int = 110, automatic: bool = False) -> None:
    story.must(
        "create_budget_actions",
        budget_name=budget,
        action_type="APPLY_IAM_POLICY",
        threshold=threshold,
        approval_model="AUTOMATIC" if automatic else "MANUAL",
        policy_arn=DENY_ALL,
        target_roles=[role],
        notification_email=MAIL,
    )


def the_action(story: Story, budget: str) -> Any:
    (found,) = story.must("list_budget_actions", budget_name=budget)["budget_actions"]
    return found


def steps(story: Story, budget: str) -> list[str]:
    return [each["event"] for each in story.told(budget) if each["type"] == "budget_action"]


def test_spend_runs_away_and_comes_back(story: Story) -> None:
    budget, service, role = "runaway", "Amazon Textract", "runaway-team"
    story.a_role(role)
    story.a_budget(budget, service)
    story.must(
        "create_budget_actions",
        budget_name=budget,
        levels=[
            {"threshold": 80, "notification_type": "FORECASTED"},
            {"threshold": 100, "notification_email": [MAIL, "cto@company.com"]},
            {
                "threshold": 110,
                "action_type": "APPLY_IAM_POLICY",
                "policy_arn": DENY_ALL,
                "target_roles": [role],
            },
        ],
    )
    with story.listening() as listener:
        story.spend(service, 850)
        story.wait()
        assert [each["event"] for each in listener.new(budget)] == ["opened"]
        story.spend(service, 300)
        story.wait()
        heard = Counter(each["event"] for each in listener.new(budget))
        assert heard == {"opened": 2, "waits_for_approval": 1}
        assert story.may_work(role)

        waiting = the_action(story, budget)
        assert waiting["status"] == "PENDING"
        refused = story.act(
            "execute_budget_action",
            budget_name=budget,
            execution_type="reverse",
            action_id=waiting["action_id"],
        )
        assert refused["status"] == "error"
        story.must(
            "execute_budget_action",
            budget_name=budget,
            execution_type="approve",
            reason="Runaway job; CTO agrees",
        )
        story.wait("8h")
        assert "restricted" in [each["event"] for each in listener.new(budget)]
        assert not story.may_work(role)

        story.must("update_budget", budget_name=budget, amount=3000, reason="Launch week")
        story.wait()
        story.wait("1h")
        heard = Counter(each["event"] for each in listener.new(budget))
        assert (heard["released"], heard["rearmed"]) == (1, 1)
        assert story.may_work(role)
        assert the_action(story, budget)["status"] == "STANDBY"
        story.wait()
        assert listener.new(budget) == []
    assert steps(story, budget) == ["waits_for_approval", "restricted", "released", "rearmed"]
    (approval,) = [
        each
        for each in story.must("list_changes", budget_name=budget)["changes"]
        if each["action"] == "execute_budget_action" and each["outcome"] == "CHANGED"
    ]
    assert approval["reason"] == "Runaway job; CTO agrees"


def test_the_month_turns_while_somebody_is_restricted(story: Story) -> None:
    budget, service, role = "month-turns", "Amazon Polly", "month-turns-team"
    story.a_role(role)
    story.a_budget(budget, service)
    restrict(story, budget, role, automatic=True)
    story.spend(service, 1500)
    story.wait()
    assert not story.may_work(role)
    story.wait(until="2026-11-02T12:00:00Z")
    assert story.may_work(role)
    assert the_action(story, budget)["status"] == "STANDBY"
    assert steps(story, budget) == ["restricted", "rearmed"]


def test_the_approver_never_comes(story: Story) -> None:
    budget, service, role = "no-approver", "Amazon Comprehend", "no-approver-team"
    story.a_role(role)
    story.a_budget(budget, service)
    restrict(story, budget, role)
    story.spend(service, 1500)
    story.wait()
    assert the_action(story, budget)["status"] == "PENDING"
    for _ in range(3):
        story.wait("25h")
    reminded = steps(story, budget)
    assert reminded[0] == "waits_for_approval"
    assert reminded[1:] == ["needs_a_person"] * 3
    assert story.may_work(role)
    story.wait(until="2026-12-02T12:00:00Z")
    assert steps(story, budget)[-1] == "approval_lapsed"
    assert the_action(story, budget)["status"] == "STANDBY"


def test_the_action_role_lacks_detach(story: Story) -> None:
    budget, service, role = "no-detach", "Amazon Rekognition", "no-detach-team"
    story.a_role(role)
    story.a_budget(budget, service)
    restrict(story, budget, role, automatic=True)
    story.spend(service, 1500)
    story.wait()
    assert not story.may_work(role)
    iam, action_role = story.client("iam"), f"{PROJECT}-budget-action-role"
    policy = iam.get_role_policy(RoleName=action_role, PolicyName="restrict")["PolicyDocument"]
    text = json.dumps(policy).replace("iam:DetachRolePolicy", "iam:DetachGroupPolicy")
    iam.put_role_policy(RoleName=action_role, PolicyName="restrict", PolicyDocument=text)
    story.must("update_budget", budget_name=budget, amount=5000)
    for _ in range(5):
        story.wait()
    found = the_action(story, budget)
    assert (found["status"], found["restricts"]) == ("REVERSE_FAILURE", "yes")
    assert not story.may_work(role)
    told = steps(story, budget)
    assert told[:2] == ["restricted", "release_failed"]
    assert set(told[2:]) == {"needs_a_person"}
    reconciled = story.must("reconcile_budget_actions", budget_name=budget, list_uncovered=False)
    (explained,) = reconciled["budget_actions"]
    assert explained["needs_person"]
    assert "permission" in explained["why"]

    iam.put_role_policy(RoleName=action_role, PolicyName="restrict", PolicyDocument=json.dumps(policy))
    story.must("execute_budget_action", budget_name=budget, execution_type="retry")
    story.wait()
    story.wait("1h")
    assert story.may_work(role)
    assert steps(story, budget)[-2:] == ["released", "rearmed"]


def test_somebody_reverses_by_hand(story: Story) -> None:
    budget, service, role = "by-hand", "Amazon Kendra", "by-hand-team"
    story.a_role(role)
    story.a_budget(budget, service)
    restrict(story, budget, role, automatic=True)
    story.spend(service, 1500)
    story.wait()
    found = the_action(story, budget)
    assert found["status"] == "EXECUTION_SUCCESS"
    story.client("budgets").execute_budget_action(
        AccountId=ACCOUNT,
        BudgetName=budget,
        ActionId=found["action_id"],
        ExecutionType="REVERSE_BUDGET_ACTION",
    )
    story.wait()
    assert story.may_work(role)
    (explained,) = story.must("reconcile_budget_actions", budget_name=budget, list_uncovered=False)[
        "budget_actions"
    ]
    assert "on watch again it would restrict at once" in explained["why"]
    assert steps(story, budget) == ["restricted", "released"]
    story.wait(until="2027-01-02T12:00:00Z")
    assert steps(story, budget) == ["restricted", "released", "rearmed"]


@pytest.mark.parametrize("service", ["dynamodb", "budgets"])
def test_aws_fails_in_the_middle_of_reconciling(story: Story, service: str) -> None:
    budget, spent_on, role = f"fails-{service}", f"Amazon Fails {service}", f"fails-{service}-team"
    story.a_role(role)
    story.a_budget(budget, spent_on)
    restrict(story, budget, role, automatic=True)
    story.spend(spent_on, 1500)
    story.wait()
    assert not story.may_work(role)
    story.must("update_budget", budget_name=budget, amount=5000)
    operations = {"dynamodb": "TransactWriteItems", "budgets": "ExecuteBudgetAction"}
    story.fault(service, operations[service], times=12)
    story.pass_time("24h")
    story.act("reconcile_budget_actions", list_uncovered=False)
    story.mend()
    story.wait()
    story.wait()
    assert story.may_work(role)
    assert the_action(story, budget)["status"] == "STANDBY"
    assert steps(story, budget) == ["restricted", "released", "rearmed"]
