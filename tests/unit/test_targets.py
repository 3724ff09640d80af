"""What a budget action names has to exist, and a dry run says whom and what it hits and what it costs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import ACCOUNT, a_budget, a_notification
from tests.fake_targets import FakeTargets
from tests.fakes import FakeBudgets, gateways_with
from tests.unit.test_create_budget_actions import DENY_ALL, IAM, SCP, STOP
from tools.actions._blast_radius import BlastRadius
from tools.actions.create_budget_actions import CreateBudgetActionsResult, create_budget_actions
from tools.domain.action_cost import action_cost
from tools.domain.errors import AccessDenied, InvalidParameters
from tools.domain.target_notes import (
    notes_on_account,
    notes_on_database,
    notes_on_instance,
    notes_on_policy,
    notes_on_principal,
)
from tools.domain.targets import Account, Database, Instance, Policy, Principal
from tools.gateways import AgentIdentity

POLICY: str = IAM["policy_arn"]
DENIES = {"Statement": [{"Effect": "Deny", "Action": ["ec2:RunInstances"], "Resource": "*"}]}
ALLOWS = {"Statement": [{"Effect": "Allow", "Action": ["ec2:*", "s3:*"], "Resource": "*"}]}
ROLE = Principal(kind="role", name="DeveloperRole", arn=f"arn:aws:iam::{ACCOUNT}:role/DeveloperRole")
RDS = {**STOP, "sub_type": "STOP_RDS_INSTANCES", "instance_ids": ["Orders"]}
LEVELS = [{"threshold": 80}, {**IAM, "threshold": 110}, {**IAM, "threshold": 130, "policy_arn": DENY_ALL}]


def an_account() -> FakeTargets:
    """Where everything exists that the requests of these tests name."""
    targets = FakeTargets()
    targets.principals["role", "DeveloperRole"] = ROLE
    targets.policies["role", "DeveloperRole"] = [Policy(id="inline", document=ALLOWS)]
    targets.managed = {each: Policy(id=each, document=DENIES) for each in (POLICY, DENY_ALL)}
    targets.control_policies["p-12345678"] = Policy(id="p-12345678", document=DENIES)
    sandbox = Account(id="210000000004", name="sandbox", state="ACTIVE")
    targets.accounts = {"210000000004": (sandbox,), "ou-abcd-12345678": (sandbox,)}
    identifier = STOP["instance_ids"]
    targets.ec2[identifier] = Instance(id=identifier, state="running", type="m5.large", group="web")
    targets.rds["Orders"] = Database(id="orders", state="available", engine="mysql", type="db.r5.large")
    return targets


def ask(
    parameters: dict[str, Any], targets: FakeTargets | None = None, fake: FakeBudgets | None = None
) -> CreateBudgetActionsResult:
    identity = AgentIdentity(
        account_id=ACCOUNT, action_execution_role_arn=f"arn:aws:iam::{ACCOUNT}:role/budget-actions"
    )
    budget = a_budget("x", notifications=(a_notification(),))
    gateways = gateways_with(
        [budget], fake_budgets=fake or FakeBudgets(), identity=identity, targets=targets or an_account()
    )
    result = create_budget_actions.run({"budget_name": "x", **parameters}, gateways)
    assert isinstance(result, CreateBudgetActionsResult)
    return result


def radius(parameters: dict[str, Any], targets: FakeTargets | None = None) -> BlastRadius:
    found = ask({**parameters, "dry_run": True}, targets).blast_radius
    assert found is not None
    return found[-1]


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize(
    ("asked", "parameter", "problem"),
    [
        ({**IAM, "target_roles": "Developer"}, "target_roles", "there is no role 'Developer'"),
        ({**IAM, "target_users": "ada"}, "target_users", "there is no user 'ada'"),
        ({**IAM, "target_groups": "a/devs"}, "target_groups", "there is no group 'a/devs'"),
        (
            {**IAM, "policy_arn": f"{POLICY}s"},
            "policy_arn",
            f"there is no policy {POLICY}s",
        ),
        ({**SCP, "policy_id": "p-87654321"}, "policy_id", "no service control policy p-87654321"),
        ({**SCP, "target_ids": "999999999999"}, "target_ids", "no account 999999999999"),
        ({**SCP, "target_ids": "ou-abcd-99999999"}, "target_ids", "no organizational unit ou-abcd-99999999"),
        ({**STOP, "instance_ids": "i-00000000"}, "instance_ids", "no instance 'i-00000000' in us-east-1"),
        ({**RDS, "instance_ids": "others"}, "instance_ids", "no instance 'others' in us-east-1"),
        (
            {"levels": [*LEVELS, {**SCP, "threshold": 150, "policy_id": "p-87654321"}]},
            "levels.3.policy_id",
            "",
        ),
    ],
)
def test_what_is_named_has_to_exist_in_a_dry_run_and_in_earnest(
    asked: dict[str, Any], parameter: str, problem: str, dry_run: bool
) -> None:
    fake = FakeBudgets()
    with pytest.raises(InvalidParameters) as caught:
        ask({**asked, "dry_run": dry_run}, fake=fake)
    [found] = caught.value.details["problems"]
    assert (found["parameter"], problem in found["problem"]) == (parameter, True)
    assert (fake.created_actions, fake.steps) == ([], [])


@pytest.mark.parametrize("asked", [IAM, SCP, STOP, RDS, {"levels": LEVELS}])
def test_where_everything_exists_it_is_attached_and_nothing_of_the_radius_is_read(
    asked: dict[str, Any],
) -> None:
    targets = an_account()
    result = ask(asked, targets)
    assert (result.created, result.blast_radius, result.cost, result.incomplete) == (True, None, None, [])
    assert "policies_of" not in targets.read


@pytest.mark.parametrize(
    ("method", "asked", "parts"),
    [
        ("principal", IAM, ["role DeveloperRole"]),
        ("managed_policy", IAM, [f"policy {POLICY}"]),
        ("service_control_policy", SCP, ["policy p-12345678"]),
        ("accounts_under", SCP, ["account 210000000004", "organizational unit ou-abcd-12345678"]),
        ("instances", STOP, ["instances in us-east-1"]),
        ("databases", RDS, ["databases in us-east-1"]),
    ],
)
def test_what_cannot_be_looked_up_is_said_and_not_taken_for_absent(
    method: str, asked: dict[str, Any], parts: list[str]
) -> None:
    for dry_run in (False, True):
        targets = an_account()
        targets.failing[method] = AccessDenied("no", {"permission": "x"})
        result = ask({**asked, "dry_run": dry_run}, targets)
        assert [each.part for each in result.incomplete] == parts
        assert result.created is not dry_run


def test_a_dry_run_says_what_a_role_may_do_loses_and_keeps() -> None:
    found = radius(IAM)
    assert found.policy is not None
    assert (found.policy.denies, found.policy.notes) == (["ec2: RunInstances"], [])
    [role] = found.principals
    assert (role.arn, role.may_today) == (ROLE.arn, ["ec2: everything", "s3: everything"])
    assert role.may_no_longer == ["ec2: RunInstances"]
    assert role.keeps == ["read access: ec2, s3", "ec2: everything but RunInstances", "s3: everything"]


def test_policies_that_cannot_be_read_leave_it_unknown_and_never_empty() -> None:
    targets = an_account()
    targets.failing["policies_of"] = AccessDenied("no")
    result = ask({**IAM, "dry_run": True}, targets)
    assert result.blast_radius is not None
    [role] = result.blast_radius[0].principals
    assert (role.may_today, role.may_no_longer, role.keeps) == (None, None, None)
    assert [each.part for each in result.incomplete] == ["policies of role DeveloperRole"]


def test_what_a_user_may_do_includes_its_groups_and_a_group_hits_its_members() -> None:
    targets = an_account()
    targets.principals["user", "ada"] = Principal(
        kind="user", name="ada", arn=f"arn:aws:iam::{ACCOUNT}:user/ada", groups=("devs",)
    )
    targets.principals["group", "devs"] = Principal(
        kind="group", name="devs", arn=f"arn:aws:iam::{ACCOUNT}:group/devs", members=("ada", "bob")
    )
    targets.policies["group", "devs"] = [Policy(id="inline", document=ALLOWS)]
    asked = {**IAM, "target_users": "ada", "target_groups": "devs"}
    _, user, group = radius(asked, targets).principals
    assert user.may_today == group.may_today == ["ec2: everything", "s3: everything"]
    assert group.members == ["ada", "bob"]
    assert group.notes == ["hits its 2 users"]


def test_the_accounts_that_a_policy_binds_are_listed_once() -> None:
    found = radius(SCP)
    assert [(each.id, each.name) for each in found.accounts] == [("210000000004", "sandbox")]


def test_instances_that_come_back_say_so() -> None:
    [instance] = radius(STOP).instances
    assert (instance.type, instance.notes) == (
        "m5.large",
        ["comes back: the Auto Scaling group web replaces what is stopped"],
    )
    [database] = radius(RDS).instances
    assert database.notes == ["comes back: RDS starts it again after seven days"]


def test_levels_have_a_radius_each_and_what_stands_already_is_not_looked_up_again() -> None:
    fake, targets = FakeBudgets(), an_account()
    dry = ask({"levels": LEVELS, "dry_run": True}, targets, fake)
    assert dry.blast_radius is not None
    assert [each.level for each in dry.blast_radius] == [2, 3]
    ask({"levels": LEVELS}, targets, fake)
    targets.principals.clear()
    assert ask({"levels": LEVELS}, targets, fake).created is False
    assert ask({"levels": LEVELS, "dry_run": True}, targets, fake).created is False


def test_levels_that_only_tell_hit_nobody_and_cost_nothing() -> None:
    result = ask({"levels": LEVELS[:1], "dry_run": True})
    assert (result.blast_radius, result.cost) == ([], None)


@pytest.mark.parametrize(
    ("present", "budgets", "added"),
    [((), 1, "0"), (("a",), 2, "0"), (("a", "b"), 3, "3.00"), (("a", "b", "x"), 3, "0"), (("x",), 1, "0")],
)
def test_two_budgets_with_actions_are_free_and_further_ones_on_a_budget_cost_nothing(
    present: tuple[str, ...], budgets: int, added: str
) -> None:
    cost = action_cost("x", present)
    assert (cost.budgets, f"{cost.added_per_month.amount}") == (budgets, added)
    assert ("cost" in cost.sentence) or ("free" in cost.sentence)


def test_a_dry_run_says_what_it_costs_or_that_it_cannot() -> None:
    result = ask({**IAM, "dry_run": True})
    assert result.cost is not None
    assert result.cost.budgets_with_actions == 1
    fake = FakeBudgets(failing={"all_budget_actions": AccessDenied("no")})
    unknown = ask({**IAM, "dry_run": True}, fake=fake)
    assert (unknown.cost, [each.part for each in unknown.incomplete]) == (
        None,
        ["budget actions of the account"],
    )


def test_notes_say_what_people_would_not_expect() -> None:
    assert "takes nothing away" in notes_on_policy(is_without_denial=True)[0]
    spared = notes_on_principal(
        Principal(kind="user", name="a", arn="a", boundary="b", groups=("g",)), is_spared=True
    )
    assert [each.split(" ")[0] for each in spared] == ["the", "its", "what"]
    assert "running workloads" in notes_on_principal(ROLE, is_spared=False)[0]
    own = Account(id=ACCOUNT, name="company", state="ACTIVE")
    assert "binds nobody" in notes_on_account(own, ACCOUNT)[0]
    stopped = Instance(id="i", state="stopped", type="t", group="web")
    assert len(notes_on_instance(stopped)) == 2
    member = Database(
        id="d", state="stopped", engine="aurora", type="t", cluster="c", replica_of="a", replicas=("b",)
    )
    assert [each.split(":")[0] for each in notes_on_database(member)] == [
        "cannot be stopped alone",
        "cannot be stopped",
        "cannot be stopped while it has read replicas",
        "is stopped today",
    ]
