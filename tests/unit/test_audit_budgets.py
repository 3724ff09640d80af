"""audit_budgets: what stands, held against the rules, in few calls."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.builders import ACCOUNT, MAIL, a_budget, a_notification
from tests.fakes import FakeBudgets
from tests.rule_examples import SANDBOX, Rules, an_account, replies, rules_with
from tests.unit.test_gate import CountingBudgets
from tools.domain.budget_types import RI_UTILIZATION
from tools.domain.errors import AccessDenied
from tools.domain.notifications import Subscriber
from tools.domain.scope import scope_by
from tools.domain.subscriber_channels import ChannelName
from tools.gateways import Gateways
from tools.ports.governance import RulesProblem


def audit(gateways: Gateways, **parameters: Any) -> dict[str, Any]:
    [reply] = replies([{"action": "audit_budgets", "parameters": parameters}], gateways)
    return reply


def holding(fake: FakeBudgets, *budgets: Any, rules: Rules | None = None) -> Gateways:
    fake.budgets.update({each.name: each for each in budgets})
    return an_account(rules, fake)


def broken(reply: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(each["rule"], each["budget"]) for each in reply["findings"]]


SILENT = a_budget("silent", notifications=(), scope=scope_by("Service", "Amazon Redshift"))
TOLD = a_budget("told", notifications=(a_notification(),), scope=scope_by("Service", "AWS Lambda"))


def test_every_finding_has_its_budget_reason_and_remedy_and_the_gravest_comes_first() -> None:
    rules = rules_with(name_pattern={"parameters": {"pattern": "t.*"}})
    reply = audit(holding(FakeBudgets(), SILENT, TOLD, rules=rules))
    assert broken(reply) == [
        ("name_pattern", "silent"),
        ("someone_is_told", "silent"),
        ("every_account_has_a_budget", None),
    ]
    assert reply["findings"][2]["reason"].startswith(f"Account {SANDBOX} spent $500.00 last month")
    assert all(each["remedy"] for each in reply["findings"])
    assert reply["sentence"] == (
        "2 budgets held against the rules: 3 findings on 1 of them and the account, 1 that would refuse a change."
    )
    counts = {each["rule"]: each["findings"] for each in reply["rules"]}
    assert (counts["name_pattern"], counts["protected_are_spared"]) == (1, 0)
    assert reply["cost_explorer"]["pages"] == 1


def test_an_account_is_read_in_a_few_sweeps_however_many_budgets_it_has() -> None:
    fake = CountingBudgets()
    audit(holding(fake, *(a_budget(f"budget-{each}") for each in range(50))))
    assert sorted(fake.reads) == ["all_budget_actions", "list_budgets", "notifications_by_budget"]


def test_subscribers_and_tags_are_read_where_a_rule_looks_at_them() -> None:
    stranger = Subscriber(ChannelName.EMAIL, "someone@else.example")
    fake = FakeBudgets()
    fake.tags["ours", None] = {"team": "a"}
    rules = rules_with(
        email_domains_allowed={"parameters": {"domains": [MAIL.address.partition("@")[2]]}},
        mandatory_tags={"parameters": {"tags": {"team": ["*"]}}},
    )
    budgets = [
        a_budget("ours", notifications=(a_notification(),)),
        a_budget("theirs", notifications=(a_notification(subscribers=(stranger,)),)),
    ]
    reply = audit(holding(fake, *budgets, rules=rules), rules=["email_domains_allowed", "mandatory_tags"])
    assert broken(reply) == [("email_domains_allowed", "theirs"), ("mandatory_tags", "theirs")]


def test_exceptions_are_told_with_what_they_spare_and_those_that_are_over_apart() -> None:
    def exception(budget: str, until: str) -> dict[str, Any]:
        return {"rule": "someone_is_told", "budgets": [budget], "reason": "Old.", "until": until}

    rules = Rules(
        json.dumps({"exceptions": [exception("silent", "2026-10-20"), exception("mute", "2026-10-19")]})
    )
    reply = audit(holding(FakeBudgets(), SILENT, a_budget("mute", notifications=()), rules=rules))
    assert ("someone_is_told", "mute") in broken(reply)
    assert [each["budget"] for each in reply["excused"]] == ["silent"]
    assert [each["budgets"] for each in reply["expired_exceptions"]] == [["mute"]]
    told = next(each for each in reply["rules"] if each["rule"] == "someone_is_told")
    assert (told["findings"], told["excused"]) == (1, 1)


def test_a_part_that_cannot_be_read_leaves_only_its_rules_out() -> None:
    fake = FakeBudgets()
    fake.failing["notifications_by_budget"] = AccessDenied("No.")
    reply = audit(holding(fake, a_budget("large", limit=20000)))
    assert ("large_budgets_act", "large") in broken(reply)
    findings = {each["rule"]: each["findings"] for each in reply["rules"]}
    assert (findings["someone_is_told"], findings["thresholds_apart"]) == (None, None)
    assert [each["part"] for each in reply["incomplete"]] == ["notifications"]


def test_named_budgets_are_audited_without_the_account() -> None:
    reply = audit(holding(FakeBudgets(), SILENT, TOLD), budget_names=["silent"])
    assert broken(reply) == [("someone_is_told", "silent")]
    assert (reply["audited"], reply["cost_explorer"]) == (1, None)


def test_pages_continue_where_they_ended_and_say_how_many_are_left() -> None:
    gateways = holding(FakeBudgets(), *(a_budget(f"b{each}", notifications=()) for each in range(5)))
    asked: dict[str, Any] = {"rules": ["someone_is_told"], "page_size": 2}
    seen, token = [], None
    for left in (3, 1, 0):
        reply = audit(gateways, **asked, next_token=token)
        assert reply["left_out"] == left
        seen += [each["budget"] for each in reply["findings"]]
        token = reply["next_token"]
    assert (seen, token) == ([f"b{each}" for each in range(5)], None)


def test_a_rule_that_does_not_exist_is_named_with_those_that_do() -> None:
    error = audit(holding(FakeBudgets(), SILENT), rules=["someone_told"])["error"]
    assert "there is no rule 'someone_told'" in error["message"]
    assert "someone_is_told" in error["details"]["problems"][0]["allowed"]


def test_an_account_without_budgets_and_a_file_that_is_not_in_force_are_said() -> None:
    class Broken(Rules):
        def in_force(self) -> Any:
            return self.rules, RulesProblem("GOVERNANCE_FILE_INVALID", "line 3 is no YAML")

    reply = audit(holding(FakeBudgets(), rules=Broken()), rules=["someone_is_told"])
    assert reply["sentence"] == "0 budgets held against the rules: nothing breaks them."
    assert [each["code"] for each in reply["incomplete"]] == ["GOVERNANCE_FILE_INVALID"]


@pytest.mark.parametrize("budget", [a_budget("ri", type=RI_UTILIZATION, actual=55, notifications=())])
def test_budgets_of_the_other_types_are_held_to_what_fits_them(budget: Any) -> None:
    assert broken(audit(holding(FakeBudgets(), budget), budget_names=["ri"])) == [("someone_is_told", "ri")]


def test_a_foreign_account_is_asked_and_the_agents_own_roles_are_not_its() -> None:
    reply = audit(holding(FakeBudgets(), TOLD), account_id="210000000001", budget_names=["told"])
    assert (reply["audited"], ACCOUNT) == (1, "123456789012")
