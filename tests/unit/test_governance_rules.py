"""Every governance rule: its good and its bad case, asked for by name and by a model, and its odd cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

import tools.domain.governance as package
from tests.builders import ACCOUNT, NOW, a_budget, a_notification, usd
from tests.rule_examples import AGENT_ROLE, EXECUTION_ROLE, broken_rules, gateways_for, replies
from tests.scripted_model import results_of_model
from tools.domain.budget_actions import (
    ApprovalModel,
    BudgetAction,
    BudgetActionDefinition,
    BudgetActionTarget,
    IamPolicyTarget,
    ScpTarget,
)
from tools.domain.budget_types import RI_UTILIZATION
from tools.domain.governance._rule import Example, Rule
from tools.domain.governance.actions_within_cost_cap import actions_within_cost_cap
from tools.domain.governance.automatic_only_where_allowed import automatic_only_where_allowed
from tools.domain.governance.catalogue import RULES
from tools.domain.governance.every_account_has_a_budget import every_account_has_a_budget
from tools.domain.governance.governed import Facet, GovernedAccount, GovernedBudget, UnreadFacetError
from tools.domain.governance.large_budgets_act import large_budgets_act
from tools.domain.governance.limit_near_recent_spend import limit_near_recent_spend
from tools.domain.governance.packaged import packaged_rules
from tools.domain.governance.protected_are_spared import protected_are_spared
from tools.domain.governance.thresholds_apart import thresholds_apart
from tools.domain.governance.warning_before_restriction import warning_before_restriction
from tools.domain.notifications import Notification, NotificationType, Threshold, ThresholdType
from tools.domain.periods import TimeUnit
from tools.domain.scope import Scope, scope_by

FOLDER = Path(next(iter(package.__path__)))
HELPERS = {
    "catalogue",
    "governed",
    "judging",
    "levels",
    "packaged",
    "planning",
    "rule_set",
    "rules_file",
    "yaml_text",
}

Ask = Any


def by_name(example: Example, rule: Rule) -> Sequence[Mapping[str, Any]]:
    return replies(example.requests, gateways_for(example, rule.id))


def by_a_model(example: Example, rule: Rule) -> Sequence[Mapping[str, Any]]:
    return results_of_model(example.requests, gateways_for(example, rule.id))


@pytest.mark.parametrize("ask", [by_name, by_a_model])
@pytest.mark.parametrize("rule", RULES, ids=lambda each: each.id)
def test_the_good_example_is_let_through(rule: Rule, ask: Ask) -> None:
    outcomes = ask(rule.good, rule)
    assert rule.id not in broken_rules(outcomes)
    assert "error" not in outcomes[-1]


@pytest.mark.parametrize("ask", [by_name, by_a_model])
@pytest.mark.parametrize("rule", RULES, ids=lambda each: each.id)
def test_the_bad_example_is_refused_with_rule_reason_and_remedy(rule: Rule, ask: Ask) -> None:
    outcomes = ask(rule.bad, rule)
    assert rule.id in broken_rules(outcomes)
    if rule.only_audits:
        [violation] = [each for each in outcomes[-1]["findings"] if each["rule"] == rule.id]
    else:
        [violation] = outcomes[-1]["error"]["details"]["violations"]
        assert violation["reason"] in outcomes[-1]["error"]["message"]
    assert (violation["sentence"], violation["remedy"]) == (rule.sentence, rule.remedy)
    assert all("error" not in each for each in outcomes[:-1])


def test_every_file_is_listed_and_ids_are_unique() -> None:
    files = {path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_")} - HELPERS
    assert files == {each.id for each in RULES}
    assert len({each.id for each in RULES}) == len(RULES) >= 13


@pytest.mark.parametrize("rule", RULES, ids=lambda each: each.id)
def test_a_rule_is_said_in_sentences_and_its_parameters_are_described(rule: Rule) -> None:
    assert rule.sentence.endswith(".")
    assert rule.remedy.endswith(".")
    assert all(field.description for field in rule.parameters.model_fields.values())
    assert rule.parameters() == packaged_rules().rules[rule.id].parameters


def an_action(
    target: BudgetActionTarget | None = None,
    threshold: str | int = 110,
    *,
    on: NotificationType = NotificationType.ACTUAL,
    kind: ThresholdType = ThresholdType.PERCENTAGE,
    approval: ApprovalModel = ApprovalModel.MANUAL,
    role: str = EXECUTION_ROLE,
) -> BudgetAction:
    definition = BudgetActionDefinition(
        budget_name="a-budget",
        notification_type=on,
        threshold=Threshold(usd(threshold).amount, kind),
        target=target or IamPolicyTarget(policy_arn="arn:aws:iam::aws:policy/AWSDenyAll", roles=("Dev",)),
        execution_role_arn=role,
        approval_model=approval,
        subscribers=(),
    )
    return BudgetAction(id="id", definition=definition, status="STANDBY")


def governed(
    *actions: BudgetAction,
    notifications: tuple[Notification, ...] = (),
    tags: Mapping[str, str] | None = None,
    recent: str | None = None,
    own_roles: tuple[str, ...] = (),
    **budget: Any,
) -> GovernedBudget:
    return GovernedBudget(
        account_id=ACCOUNT,
        definition=a_budget(**budget).definition,
        now=NOW,
        read_notifications=notifications,
        read_tags=tags or {},
        read_actions=actions,
        recent_spend=None if recent is None else usd(recent),
        own_roles=own_roles,
    )


def reasons(rule: Rule, subject: GovernedBudget | GovernedAccount, **parameters: Any) -> list[str]:
    return list(rule.judge(subject, rule.parameters(**parameters)))


@pytest.mark.parametrize(
    ("watched", "action", "is_warned"),
    [
        (a_notification(100), an_action(threshold=110), True),
        (a_notification(110), an_action(threshold=110), False),
        (a_notification(80, on=NotificationType.FORECASTED), an_action(threshold=110), False),
        (
            a_notification(80, on=NotificationType.FORECASTED),
            an_action(threshold=100, on=NotificationType.FORECASTED),
            True,
        ),
        (a_notification(80), an_action(threshold=90, kind=ThresholdType.ABSOLUTE_VALUE), True),
        (a_notification(95), an_action(threshold=90, kind=ThresholdType.ABSOLUTE_VALUE), False),
        (a_notification(20, type=RI_UTILIZATION), an_action(threshold=90), False),
    ],
)
def test_a_warning_is_on_the_same_figure_and_below(
    watched: Notification, action: BudgetAction, is_warned: bool
) -> None:
    found = reasons(warning_before_restriction, governed(action, notifications=(watched,), limit=100))
    assert (found == []) is is_warned


def test_amounts_are_compared_without_a_limit_and_not_with_percentages() -> None:
    warned = a_notification(80, threshold_type=ThresholdType.ABSOLUTE_VALUE)
    acts = an_action(threshold=90, kind=ThresholdType.ABSOLUTE_VALUE)
    assert not reasons(warning_before_restriction, governed(acts, notifications=(warned,), limit=None))
    assert reasons(warning_before_restriction, governed(acts, notifications=(a_notification(1),), limit=None))


def test_automatic_is_allowed_by_a_tag_of_the_budget() -> None:
    automatic = an_action(approval=ApprovalModel.AUTOMATIC)
    allowed = {"budget_tags": {"automatic": "yes*"}}
    assert not reasons(
        automatic_only_where_allowed, governed(automatic, tags={"automatic": "yes!"}), **allowed
    )
    assert reasons(automatic_only_where_allowed, governed(automatic, tags={"automatic": "no"}), **allowed)
    assert not reasons(automatic_only_where_allowed, governed(an_action()), **allowed)


def test_of_a_service_control_policy_the_accounts_count_that_it_binds() -> None:
    binding = an_action(
        ScpTarget(policy_id="p-12345678", target_ids=("210000000003", "210000000004")),
        approval=ApprovalModel.AUTOMATIC,
    )
    [reason] = reasons(automatic_only_where_allowed, governed(binding), accounts=["210000000004", ACCOUNT])
    assert "account 210000000003." in reason


@pytest.mark.parametrize(
    ("target", "who"),
    [
        (
            IamPolicyTarget(policy_arn="p", roles=("Break-Glass",)),
            "role Break-Glass, which is protected by name",
        ),
        (IamPolicyTarget(policy_arn="p", roles=("Protected/boss",)), "which is under a protected path"),
        (IamPolicyTarget(policy_arn="p", groups=("protected/bosses",)), "group protected/bosses"),
        (IamPolicyTarget(policy_arn="p", users=("root-1",)), "user root-1"),
        (IamPolicyTarget(policy_arn="p", roles=("budget-management-execution-role",)), "the agent's own"),
        (
            IamPolicyTarget(policy_arn="p", roles=("Budget-Management-Action-Role",)),
            "the role AWS Budgets acts with",
        ),
        (
            ScpTarget(policy_id="p-1", target_ids=("210000000002",)),
            "210000000002, which is protected by its id",
        ),
    ],
)
def test_who_is_protected(target: BudgetActionTarget, who: str) -> None:
    subject = governed(an_action(target), own_roles=(AGENT_ROLE,))
    [reason] = reasons(protected_are_spared, subject, users=["root-*"], accounts=["210000000002"])
    assert who in reason


def test_others_are_not_protected() -> None:
    target = IamPolicyTarget(
        policy_arn="p", roles=("Dev",), users=("break-glass",), groups=("unprotected/x",)
    )
    assert reasons(protected_are_spared, governed(an_action(target), own_roles=(AGENT_ROLE,))) == []


@pytest.mark.parametrize(
    ("limit", "recent", "is_near"),
    [
        (300, "100", True),
        (301, "100", False),
        (50, "100", True),
        (49, "100", False),
        (49, None, True),
        (1, "0", True),
    ],
)
def test_a_limit_is_near_within_both_factors(limit: int, recent: str | None, is_near: bool) -> None:
    assert (reasons(limit_near_recent_spend, governed(limit=limit, recent=recent)) == []) is is_near


@pytest.mark.parametrize(
    ("thresholds", "actions", "number"),
    [
        ((80, 85), (), 0),
        ((80, 84), (), 1),
        ((80, 82, 84), (), 2),
        ((100,), (an_action(threshold=100),), 0),
        ((100,), (an_action(threshold=103),), 1),
        ((100,), (an_action(threshold=103, on=NotificationType.FORECASTED),), 0),
        ((80,), (an_action(threshold=110), an_action(threshold=110)), 0),
    ],
)
def test_thresholds_are_equal_or_apart(
    thresholds: tuple[int, ...], actions: tuple[BudgetAction, ...], number: int
) -> None:
    watched = tuple(a_notification(each) for each in thresholds)
    assert len(reasons(thresholds_apart, governed(*actions, notifications=watched))) == number


def test_no_approval_is_asked_for_what_is_done_already() -> None:
    first = an_action(threshold=100, approval=ApprovalModel.AUTOMATIC)
    [reason] = reasons(thresholds_apart, governed(first, an_action(threshold=120)))
    assert reason == "At 120 % approval is asked for what is done without at 100 %."
    harder = an_action(IamPolicyTarget(policy_arn="other", roles=("Dev",)), threshold=120)
    assert reasons(thresholds_apart, governed(first, harder)) == []


def test_two_acting_budgets_are_free_and_each_further_one_costs_ten_cents_a_day() -> None:
    def account(number: int) -> GovernedAccount:
        names = frozenset(f"budget-{each}" for each in range(number))
        return GovernedAccount(account_id=ACCOUNT, now=NOW, read_acting_budgets=names)

    assert reasons(actions_within_cost_cap, account(2), most_per_month=0) == []
    assert reasons(actions_within_cost_cap, account(3), most_per_month="3.05") == []
    assert reasons(actions_within_cost_cap, account(3), most_per_month=3) == [
        "3 budgets with actions cost $3.04 a month; the cap is $3.00."
    ]


@pytest.mark.parametrize(
    ("scope", "spending", "without"),
    [
        (scope_by("LinkedAccount", "1"), ["1"], []),
        (scope_by("LinkedAccount", "1", "2"), ["1", "2"], ["1", "2"]),
        (Scope(filters={"LinkedAccount": ("1",), "Service": ("Amazon S3",)}), ["1", "2"], ["1", "2"]),
        (Scope(), ["1"], []),
        (Scope(), ["1", "2"], ["1", "2"]),
        (Scope(expression={"Dimensions": {"Key": "LINKED_ACCOUNT", "Values": ["1"]}}), ["1", "2"], ["2"]),
    ],
)
def test_an_account_has_a_budget_that_watches_it_alone(
    scope: Scope, spending: list[str], without: list[str]
) -> None:
    account = GovernedAccount(
        account_id="1",
        now=NOW,
        budgets=(a_budget(scope=scope),),
        read_spend={each: usd(100) for each in spending},
    )
    found = reasons(every_account_has_a_budget, account)
    assert [each.split()[1] for each in found] == without
    assert reasons(every_account_has_a_budget, account, floor="100.01") == []


@pytest.mark.parametrize(
    ("budget", "is_large"),
    [
        ({"limit": 9999}, False),
        ({"limit": 10000}, True),
        ({"limit": 120_000, "time_unit": TimeUnit.ANNUALLY}, True),
        ({"limit": 110_000, "time_unit": TimeUnit.ANNUALLY}, False),
        ({"limit": 1_000_000, "time_unit": TimeUnit.DAILY}, False),
        ({"type": RI_UTILIZATION}, False),
    ],
)
def test_what_is_large_is_measured_by_the_month(budget: dict[str, Any], is_large: bool) -> None:
    assert bool(reasons(large_budgets_act, governed(**budget))) is is_large
    assert reasons(large_budgets_act, governed(an_action(), **budget)) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda each: each.id)
def test_a_rule_looks_at_nothing_that_it_does_not_name(rule: Rule) -> None:
    """What it does not name is not read for it, and would break it."""
    named = rule.looks_at
    subject: GovernedBudget | GovernedAccount
    if rule.is_of_account:
        subject = GovernedAccount(
            account_id=ACCOUNT,
            now=NOW,
            read_acting_budgets=frozenset() if Facet.ACCOUNT_ACTIONS in named else None,
            read_spend={} if Facet.ACCOUNT_SPEND in named else None,
        )
    else:
        watches = {Facet.NOTIFICATIONS, Facet.SUBSCRIBERS} & named
        subject = GovernedBudget(
            account_id=ACCOUNT,
            definition=a_budget(limit=50_000).definition,
            now=NOW,
            read_notifications=(a_notification(),) if watches else None,
            read_tags={} if Facet.TAGS in named else None,
            read_actions=(an_action(),) if {Facet.ACTIONS, Facet.TARGETS} & named else None,
        )
    assert isinstance(reasons(rule, subject, **rule.bad.parameters), list)


def test_looking_at_what_was_not_read_fails() -> None:
    unread = GovernedBudget(account_id=ACCOUNT, definition=a_budget().definition, now=NOW)
    with pytest.raises(UnreadFacetError, match="ACTIONS"):
        reasons(protected_are_spared, unread)
