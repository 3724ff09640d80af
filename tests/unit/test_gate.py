"""The gate behind every write: what it judges, what it lets through, and that nothing goes past it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from strands import Agent

from agent.budget_agent import BudgetAgent, NoModel
from agent.contract import ActionRequest, ErrorDetail
from agent.guardrails import Audit
from agent.strands_tools import as_strands_tool
from tests.builders import ACCOUNT, MAIL, a_budget, a_notification
from tests.fakes import FakeBudgets, FakeStateStore, gateways_with
from tests.rule_examples import EXECUTION_ROLE, Rules, an_account, replies, rules_with
from tools.actions._action import Action, MutatingParameters, Parameters, action
from tools.actions._governance import ChangeResult
from tools.actions.catalogue import ACTIONS
from tools.actions.create_budget import create_budget
from tools.domain.budget_actions import (
    ApprovalModel,
    BudgetAction,
    BudgetActionDefinition,
    IamPolicyTarget,
)
from tools.domain.budget_steps import AddNotification, BudgetStep, RemoveNotification, RemoveTags, SetTags
from tools.domain.errors import AccessDenied, Throttled
from tools.domain.governance.rule_set import RuleSet
from tools.domain.notifications import NotificationType, Threshold
from tools.domain.planned_change import PlannedChange
from tools.gateways import Gateways
from tools.ports.governance import RulesProblem

BUDGET: Mapping[str, Any] = {"budget_name": "a-budget", "amount": 100, "notification_email": MAIL.address}
NAMED = {"severity": "ERROR", "parameters": {"pattern": "team-.*"}}
TAGGED = {"severity": "ERROR", "parameters": {"tags": {"team": ["*"]}}}


def ask(action_name: str, gateways: Gateways, **parameters: Any) -> dict[str, Any]:
    [reply] = replies([{"action": action_name, "parameters": parameters}], gateways)
    return reply


def performed(
    one: Action, gateways: Gateways, parameters: Mapping[str, Any] | None = None
) -> dict[str, Any] | ErrorDetail:
    """What an action of a test's own answers through the agent."""
    return BudgetAgent({one.name: one}, gateways).perform(
        ActionRequest(action=one.name, parameters=parameters or {})
    )


def doing(steps: list[BudgetStep], *, all_at_once: bool = False, mutates: bool = True) -> Action:
    """An action whose author thinks of nothing but AWS: these steps on a-budget."""

    def create_mess(parameters: MutatingParameters, gateways: Gateways) -> ChangeResult:
        """Do it."""
        if all_at_once:
            plan = PlannedChange(account_id=ACCOUNT, budget_name="a-budget", steps=tuple(steps))
            gateways.gate.consider(plan)
        for step in steps:
            gateways.budgets.apply(ACCOUNT, "a-budget", step)
        return ChangeResult()

    create_mess.__annotations__ |= {
        "parameters": MutatingParameters,
        "gateways": Gateways,
        "return": ChangeResult,
    }
    return action(mutates=mutates)(create_mess)


def test_a_write_whose_author_thought_of_no_rule_is_judged_all_the_same() -> None:
    fake = FakeBudgets()
    fake.tags["a-budget", None] = {"team": "a"}
    gateways = gateways_with([a_budget()], fake_budgets=fake, rules=rules_with(mandatory_tags=TAGGED))
    outcome = performed(doing([RemoveTags(("team",))]), gateways)
    assert isinstance(outcome, ErrorDetail)
    assert outcome.code == "GOVERNANCE_VIOLATION"
    assert fake.steps == []


def test_what_stands_in_between_is_judged_unless_the_whole_is_said_before() -> None:
    steps: list[BudgetStep] = [RemoveTags(("team",)), SetTags({"team": "b"})]
    for all_at_once, done in ((False, []), (True, steps)):
        fake = FakeBudgets()
        fake.tags["a-budget", None] = {"team": "a"}
        gateways = gateways_with([a_budget()], fake_budgets=fake, rules=rules_with(mandatory_tags=TAGGED))
        performed(doing(steps, all_at_once=all_at_once), gateways)
        assert fake.steps == done


def test_a_whole_that_breaks_a_rule_is_refused_before_its_first_step() -> None:
    fake = FakeBudgets()
    fake.tags["a-budget", None] = {"team": "a"}
    gateways = gateways_with([a_budget()], fake_budgets=fake, rules=rules_with(mandatory_tags=TAGGED))
    outcome = performed(doing([SetTags({"x": "y"}), RemoveTags(("team",))], all_at_once=True), gateways)
    assert isinstance(outcome, ErrorDetail)
    assert fake.steps == []


def test_an_action_that_says_it_changes_nothing_cannot() -> None:
    fake = FakeBudgets()
    outcome = performed(
        doing([SetTags({"x": "y"})], mutates=False), gateways_with([a_budget()], fake_budgets=fake)
    )
    assert isinstance(outcome, ErrorDetail)
    assert (outcome.code, fake.steps) == ("INTERNAL_ERROR", [])


def test_a_dry_run_cannot_either() -> None:
    fake = FakeBudgets()
    gateways = gateways_with([a_budget()], fake_budgets=fake)
    outcome = performed(doing([SetTags({"x": "y"})]), gateways, {"dry_run": True})
    assert isinstance(outcome, ErrorDetail)
    assert (outcome.code, fake.steps) == ("INTERNAL_ERROR", [])


def test_a_tool_call_that_nobody_governs_writes_nothing() -> None:
    fake = FakeBudgets()
    ungoverned = Agent(
        model=NoModel(),
        tools=[as_strands_tool(create_budget, gateways_with(fake_budgets=fake))],
        interventions=[Audit()],
        callback_handler=None,
        record_direct_tool_call=False,
    )
    outcome = ungoverned.tool.create_budget(**BUDGET)
    assert outcome["content"][0]["json"]["error"]["code"] == "INTERNAL_ERROR"
    assert fake.created == []


def test_a_dry_run_shows_what_it_would_be_refused_for() -> None:
    fake = FakeBudgets()
    gateways = an_account(rules_with(name_pattern=NAMED, mandatory_tags=TAGGED), fake)
    reply = ask("create_budget", gateways, **BUDGET, dry_run=True)
    assert [each["rule"] for each in reply["governance"]["refused"]] == ["mandatory_tags", "name_pattern"]
    assert reply["request"]["Budget"]["BudgetName"] == "a-budget"
    assert fake.created == []


def test_all_that_is_wrong_is_said_at_once_with_the_rules_version_and_source() -> None:
    rules = Rules(json.dumps({"version": "7", "rules": {"name_pattern": NAMED, "mandatory_tags": TAGGED}}))
    details = ask("create_budget", an_account(rules), **{**BUDGET, "notification_email": None})["error"][
        "details"
    ]
    assert [each["rule"] for each in details["violations"]] == ["mandatory_tags", "name_pattern"]
    assert [each["rule"] for each in details["warnings"]] == ["someone_is_told"]
    assert details["rules"] == {"version": "7", "source": "test"}


def test_a_warning_travels_in_the_reply_and_the_change_is_made() -> None:
    fake = FakeBudgets()
    reply = ask("create_budget", an_account(budgets=fake), budget_name="a-budget", amount=100)
    [warning] = reply["governance"]["warnings"]
    assert (warning["rule"], warning["stood_before"]) == ("someone_is_told", False)
    assert len(fake.created) == 1


def test_what_was_wrong_before_keeps_no_other_change_from_being_made() -> None:
    fake = FakeBudgets()
    close = (a_notification(80), a_notification(82))
    rules = rules_with(thresholds_apart={"severity": "ERROR"})
    gateways = gateways_with([a_budget(notifications=close)], fake_budgets=fake, rules=rules)
    reply = ask("update_budget", gateways, budget_name="a-budget", amount=200)
    assert [each["stood_before"] for each in reply["governance"]["warnings"]] == [True]
    choice = [{"threshold": each} for each in (80, 82, 84)]
    refused = ask("update_budget", gateways, budget_name="a-budget", notifications=choice)
    assert refused["error"]["code"] == "GOVERNANCE_VIOLATION"
    assert [each["reason"] for each in refused["error"]["details"]["warnings"]] == [
        "The ACTUAL thresholds 80 % and 82 % are less than 5 points apart."
    ]


def test_going_back_to_what_stood_before_the_call_is_never_refused() -> None:
    fake = FakeBudgets()
    rules = rules_with(someone_is_told={"severity": "ERROR"})
    gateways = gateways_with([a_budget(notifications=())], fake_budgets=fake, rules=rules)
    added = a_notification()
    assert not isinstance(
        performed(doing([AddNotification(added), RemoveNotification(added)]), gateways), ErrorDetail
    )
    watched = gateways_with([a_budget(notifications=(added,))], fake_budgets=fake, rules=rules)
    assert isinstance(performed(doing([RemoveNotification(added)]), watched), ErrorDetail)


def test_deleting_is_no_matter_of_the_rules() -> None:
    gateways = gateways_with([a_budget(notifications=())], rules=rules_with(name_pattern=NAMED))
    reply = ask("delete_budget", gateways, budget_name="a-budget", confirm="a-budget")
    assert (reply["deleted"], reply["governance"]) == (True, None)


def test_where_everything_stands_already_the_rules_have_nothing_to_judge() -> None:
    gateways = gateways_with([a_budget()], rules=rules_with(name_pattern=NAMED))
    assert ask("update_budget", gateways, budget_name="a-budget", amount=100)["governance"] is None


class CountingBudgets(FakeBudgets):
    """Notes what is read."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: list[str] = []

    def _may(self, method: str) -> None:
        self.reads.append(method)
        super()._may(method)


def test_what_the_action_has_read_is_not_read_again() -> None:
    fake = CountingBudgets()
    gateways = gateways_with([a_budget(notifications=(a_notification(),))], fake_budgets=fake)
    ask("update_budget", gateways, budget_name="a-budget", amount=200)
    assert sorted(fake.reads) == ["ReplaceDefinition", "budget_actions_of", "get_budget", "notifications_of"]


def test_what_only_a_warning_would_need_and_cannot_be_read_is_said_as_incomplete() -> None:
    fake = FakeBudgets()
    fake.failing["tags_of"] = AccessDenied("No.", {"permission": "budgets:ListTagsForResource"})
    rules = rules_with(
        automatic_only_where_allowed={"parameters": {"budget_tags": {"automatic": "yes"}}},
    )
    gateways = an_account(rules, fake)
    fake.budgets["a-budget"] = a_budget(notifications=(a_notification(),))
    reply = ask("create_budget_actions", gateways, **RESTRICTION)
    assert reply["created"]
    assert [(each["part"], each["code"]) for each in reply["incomplete"]] == [
        ("governance rule automatic_only_where_allowed", "ACCESS_DENIED")
    ]


def test_what_a_refusing_rule_needs_and_cannot_be_read_ends_the_change() -> None:
    fake = FakeBudgets()
    gateways = an_account(None, fake)
    fake.budgets["a-budget"] = a_budget(notifications=(a_notification(),))
    fake.failing["notifications_of"] = Throttled("Slow down.")
    reply = ask("create_budget_actions", gateways, **{**RESTRICTION, "notification_email": MAIL.address})
    assert (reply["error"]["code"], reply["error"]["retryable"]) == ("THROTTLED", True)
    assert reply["error"]["details"]["rule"] == "warning_before_restriction"
    assert fake.created_actions == []


RESTRICTION: Mapping[str, Any] = {
    "budget_name": "a-budget",
    "action_type": "APPLY_IAM_POLICY",
    "threshold": 110,
    "policy_arn": "arn:aws:iam::aws:policy/AWSDenyAll",
    "target_roles": ["Dev"],
}


@pytest.mark.parametrize(
    ("exception", "is_excused"),
    [
        ({"budgets": ["a-*"], "until": "2026-10-20"}, True),
        ({"budgets": ["a-*"], "until": "2026-10-19"}, False),
        ({"budgets": ["b-*"], "until": "2026-10-20"}, False),
        ({"accounts": [ACCOUNT], "until": "2027-01-01"}, True),
        ({"accounts": ["210000000004"], "until": "2027-01-01"}, False),
        ({"budgets": ["a-*"], "accounts": ["210000000004"], "until": "2027-01-01"}, False),
    ],
)
def test_an_exception_spares_its_budgets_until_its_last_day(
    exception: dict[str, Any], is_excused: bool
) -> None:
    entry = {"rule": "name_pattern", "reason": "Older than the rule.", **exception}
    rules = Rules(json.dumps({"rules": {"name_pattern": NAMED}, "exceptions": [entry]}))
    reply = ask("create_budget", an_account(rules), **BUDGET)
    assert ("error" not in reply) is is_excused
    if is_excused:
        [excused] = reply["governance"]["excused"]
        assert excused["exception"]["reason"] == "Older than the rule."
        assert excused["exception"]["until"] == exception["until"]


def test_a_file_that_is_not_in_force_is_said() -> None:
    class Broken(Rules):
        def in_force(self) -> tuple[RuleSet, RulesProblem | None]:
            return self.rules, RulesProblem("GOVERNANCE_FILE_INVALID", "line 3 is no YAML")

    reply = ask("create_budget", an_account(Broken()), **BUDGET)
    assert [(each["part"], each["code"]) for each in reply["incomplete"]] == [
        ("governance rules", "GOVERNANCE_FILE_INVALID")
    ]


def test_recent_costs_of_a_new_budget_are_read_only_where_that_is_wanted_and_their_price_is_said() -> None:
    free, priced = an_account(), an_account(rules_with(limit_near_recent_spend={"parameters": PRICED}))
    assert ask("create_budget", free, **{**BUDGET, "amount": 9000})["governance"]["warnings"] == []
    reply = ask("create_budget", priced, **{**BUDGET, "amount": 9000})["governance"]
    assert reply["cost_explorer"]["pages"] == 1
    assert reply["cost_explorer"]["price"] == {"amount": "0.01", "unit": "USD"}
    assert "9.00 times the recent spend of $1,000.00" in reply["warnings"][0]["reason"]
    daily = ask(
        "create_budget", priced, **{**BUDGET, "budget_name": "b", "amount": 100, "time_unit": "DAILY"}
    )
    assert "$32.85 a period" in daily["governance"]["warnings"][0]["reason"]


PRICED = {"reads_cost_explorer": True}


def test_costs_that_cannot_be_read_keep_no_budget_from_being_created() -> None:
    gateways = an_account(rules_with(limit_near_recent_spend={"parameters": PRICED}))
    gateways.cost_explorer.failing["daily_amounts"] = Throttled("Slow down.")  # type: ignore[attr-defined]
    reply = ask("create_budget", gateways, **BUDGET)
    assert reply["created"]
    assert [each["part"] for each in reply["incomplete"]] == ["governance rule limit_near_recent_spend"]


def test_a_refusal_is_recorded_with_its_rules() -> None:
    state = FakeStateStore()
    gateways = gateways_with(rules=rules_with(name_pattern=NAMED), state=state)
    ask("create_budget", gateways, **BUDGET)
    [entry] = state.entries.values()
    assert entry.error is not None
    assert (entry.outcome, entry.error["code"]) == ("FAILED", "GOVERNANCE_VIOLATION")
    assert entry.error["details"]["rules"]["source"] == "test"


WITHOUT_BUDGETS = {"acknowledge_alert"}
"""They change only what the agent remembers."""


@pytest.mark.parametrize(
    "one", [each for each in ACTIONS.values() if each.mutates], ids=lambda each: each.name
)
def test_the_reply_of_every_change_can_say_what_the_rules_say(one: Action) -> None:
    assert issubclass(one.result, ChangeResult) is (one.name not in WITHOUT_BUDGETS)


@pytest.mark.parametrize(
    ("execution", "status", "is_refused"),
    [
        ("APPROVE", "PENDING", True),
        ("RETRY", "EXECUTION_FAILURE", True),
        ("REVERSE", "EXECUTION_SUCCESS", False),
        ("RESET", "REVERSE_SUCCESS", False),
    ],
)
def test_what_others_attached_is_not_carried_out_on_the_protected_but_always_taken_back(
    execution: str, status: str, is_refused: bool
) -> None:
    fake = FakeBudgets()
    gateways = an_account(None, fake)
    fake.budgets["a-budget"] = a_budget(notifications=())
    target = IamPolicyTarget(policy_arn=RESTRICTION["policy_arn"], roles=("break-glass",))
    definition = BudgetActionDefinition(
        budget_name="a-budget",
        notification_type=NotificationType.ACTUAL,
        threshold=Threshold(Decimal(110)),
        target=target,
        execution_role_arn=EXECUTION_ROLE,
        approval_model=ApprovalModel.MANUAL,
        subscribers=(MAIL,),
    )
    fake.actions["a-budget"] = [BudgetAction(id="one", definition=definition, status=status)]
    asked = {"budget_name": "a-budget", "execution_type": execution, "reason": "Because."}
    reply = ask("execute_budget_action", gateways, **asked)
    if is_refused:
        assert [each["rule"] for each in reply["error"]["details"]["violations"]] == ["protected_are_spared"]
        assert fake.steps == []
        rehearsed = ask("execute_budget_action", gateways, **asked, dry_run=True)
        assert [each["rule"] for each in rehearsed["governance"]["refused"]] == ["protected_are_spared"]
    else:
        assert (reply["executed"], reply["governance"]) == (1, None)


def test_a_request_that_changes_nothing_loads_no_rules() -> None:
    program = """
import sys
from agent.budget_agent import BudgetAgent
from agent.contract import ActionRequest
from tests.fakes import gateways_with
from tests.builders import a_budget
from tools.actions.catalogue import ACTIONS
BudgetAgent(ACTIONS, gateways_with([a_budget()])).perform(ActionRequest(action="analyze_budgets"))
print([each for each in sys.modules if each.startswith("tools.domain.governance")])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_parameters_without_a_dry_run_are_taken_as_a_change() -> None:
    """An action that mutates and has no dry run is still judged."""

    def create_plainly(parameters: Parameters, gateways: Gateways) -> ChangeResult:
        """Do it."""
        gateways.budgets.create_budget(ACCOUNT, a_budget().definition, (), {})
        return ChangeResult()

    create_plainly.__annotations__ |= {"parameters": Parameters, "gateways": Gateways, "return": ChangeResult}
    fake = FakeBudgets()
    gateways = gateways_with(fake_budgets=fake, rules=rules_with(name_pattern=NAMED))
    assert isinstance(performed(action(mutates=True)(create_plainly), gateways), ErrorDetail)
    assert fake.created == []
