"""What every TargetsGateway promises: the fake of the unit tests and the adapter on the embedded AWS alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import Any, Protocol

import boto3
import pytest

from local.faults import Fault, Kind
from tests.builders import ACCOUNT
from tests.embedded import begin, clients, environment, the_server
from tests.fake_targets import FakeTargets
from tools.aws.targets import AwsTargets
from tools.domain.errors import AccessDenied, AwsUnavailable, Throttled
from tools.domain.targets import Account, Database, Instance, Policy, Principal
from tools.ports.targets import TargetsGateway

DENIES = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Action": "ec2:RunInstances", "Resource": "*"}],
}
ALLOWS = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"
REGION = "us-east-1"


class World(Protocol):
    """An account, and how things come to be in it."""

    targets: TargetsGateway

    def make(self, kind: str, name: str, **more: Any) -> str: ...
    def attach(self, kind: str, name: str, policy_arn: str) -> None: ...
    def put(self, kind: str, name: str, policy_name: str, document: Any) -> None: ...
    def join(self, group: str, user: str) -> None: ...
    def policy(self, name: str, document: Any) -> str: ...
    def instance(self, name: str | None = None) -> str: ...
    def database(self, name: str) -> None: ...
    def control_policy(self, document: Any) -> str: ...
    def unit(self, name: str, parent: str | None = None) -> str: ...
    def account_in(self, unit: str, account_id: str) -> None: ...


class FakeWorld:
    """The fake, filled by hand."""

    def __init__(self) -> None:
        self.targets = self.fake = FakeTargets()
        self.fake.managed[DENY_ALL] = Policy(
            id=DENY_ALL, document={"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
        )
        self.fake.accounts = {
            each: (Account(id=each, name="platform", state="ACTIVE"),) for each in ("210000000001",)
        }
        self._units: dict[str, str | None] = {}
        self._made = 0

    def make(self, kind: str, name: str, **more: Any) -> str:
        arn = f"arn:aws:iam::{ACCOUNT}:{kind}/{name}"
        self.fake.principals[kind, name] = Principal(
            kind=kind, name=name, arn=arn, boundary=more.get("PermissionsBoundary")
        )
        return arn

    def attach(self, kind: str, name: str, policy_arn: str) -> None:
        self.fake.policies[kind, name].insert(0, self.fake.managed[policy_arn])

    def put(self, kind: str, name: str, policy_name: str, document: Any) -> None:
        self.fake.policies[kind, name].append(Policy(id=policy_name, document=document))

    def join(self, group: str, user: str) -> None:
        principals = self.fake.principals
        principals["group", group] = replace(principals["group", group], members=(user,))
        principals["user", user] = replace(principals["user", user], groups=(group,))

    def policy(self, name: str, document: Any) -> str:
        arn = f"arn:aws:iam::{ACCOUNT}:policy/{name}"
        self.fake.managed[arn] = Policy(id=arn, document=document)
        return arn

    def instance(self, name: str | None = None) -> str:
        self._made += 1
        identifier = f"i-{self._made:017x}"
        self.fake.ec2[identifier] = Instance(id=identifier, state="running", type="t3.micro", name=name)
        return identifier

    def database(self, name: str) -> None:
        self.fake.rds[name] = Database(id=name, state="available", engine="postgres", type="db.t3.micro")

    def control_policy(self, document: Any) -> str:
        self.fake.control_policies["p-12345678"] = Policy(id="p-12345678", document=document)
        return "p-12345678"

    def unit(self, name: str, parent: str | None = None) -> str:
        identifier = f"ou-abcd-{name.lower():x>8}"
        self.fake.accounts[identifier] = ()
        self._units[identifier] = parent
        return identifier

    def account_in(self, unit: str, account_id: str) -> None:
        place: str | None = unit
        while place is not None:
            self.fake.accounts[place] = (*self.fake.accounts[place], *self.fake.accounts[account_id])
            place = self._units[place]


class EmbeddedWorld:
    """The embedded AWS with the company's organization, filled by the service's own calls."""

    def __init__(self) -> None:
        begin("company")
        with environment():
            built = clients()
            for client in (built.iam, built.organizations):
                client()
            built.ec2(REGION), built.rds(REGION)
        self.targets = AwsTargets(built)

    def make(self, kind: str, name: str, **more: Any) -> str:
        trust = {"AssumeRolePolicyDocument": json.dumps(ALLOWS)} if kind == "role" else {}
        answer = self._call("iam", f"create_{kind}", **{f"{kind.title()}Name": name}, **trust, **more)
        arn: str = answer[kind.title()]["Arn"]
        return arn

    def attach(self, kind: str, name: str, policy_arn: str) -> None:
        self._call("iam", f"attach_{kind}_policy", **{f"{kind.title()}Name": name}, PolicyArn=policy_arn)

    def put(self, kind: str, name: str, policy_name: str, document: Any) -> None:
        self._call(
            "iam",
            f"put_{kind}_policy",
            **{f"{kind.title()}Name": name},
            PolicyName=policy_name,
            PolicyDocument=json.dumps(document),
        )

    def join(self, group: str, user: str) -> None:
        self._call("iam", "add_user_to_group", GroupName=group, UserName=user)

    def policy(self, name: str, document: Any) -> str:
        made = self._call("iam", "create_policy", PolicyName=name, PolicyDocument=json.dumps(document))
        arn: str = made["Policy"]["Arn"]
        return arn

    def instance(self, name: str | None = None) -> str:
        tags = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}] if name else []
        made = self._call(
            "ec2",
            "run_instances",
            ImageId="ami-12c6146b",
            MinCount=1,
            MaxCount=1,
            InstanceType="t3.micro",
            TagSpecifications=tags,
        )
        identifier: str = made["Instances"][0]["InstanceId"]
        return identifier

    def database(self, name: str) -> None:
        self._call(
            "rds",
            "create_db_instance",
            DBInstanceIdentifier=name,
            Engine="postgres",
            DBInstanceClass="db.t3.micro",
            MasterUsername="somebody",
            MasterUserPassword="something",
            AllocatedStorage=10,
        )

    def control_policy(self, document: Any) -> str:
        made = self._call(
            "organizations",
            "create_policy",
            Name="no-new-spending",
            Description="",
            Type="SERVICE_CONTROL_POLICY",
            Content=json.dumps(document),
        )
        identifier: str = made["Policy"]["PolicySummary"]["Id"]
        return identifier

    def unit(self, name: str, parent: str | None = None) -> str:
        made = self._call(
            "organizations", "create_organizational_unit", ParentId=parent or self._root, Name=name
        )
        identifier: str = made["OrganizationalUnit"]["Id"]
        return identifier

    def account_in(self, unit: str, account_id: str) -> None:
        [parent] = self._call("organizations", "list_parents", ChildId=account_id)["Parents"]
        self._call(
            "organizations",
            "move_account",
            AccountId=account_id,
            SourceParentId=parent["Id"],
            DestinationParentId=unit,
        )

    @cached_property
    def _root(self) -> str:
        root: str = self._call("organizations", "list_roots")["Roots"][0]["Id"]
        return root

    def _call(self, service: str, operation: str, **request: Any) -> Any:
        with environment():
            make: Any = boto3.client
            return getattr(make(service, region_name=REGION), operation)(**request)


@pytest.fixture(params=[FakeWorld, EmbeddedWorld], ids=["fake", "embedded AWS"])
def world(request: pytest.FixtureRequest) -> World:
    made: World = request.param()
    return made


@pytest.mark.parametrize("kind", ["role", "user", "group"])
def test_a_principal_is_found_with_its_arn_whatever_path_stands_before_its_name(
    world: World, kind: str
) -> None:
    arn = world.make(kind, "somebody")
    for name in ("somebody", "team/somebody"):
        found = world.targets.principal(kind, name)
        assert found is not None
        assert (found.kind, found.arn, found.boundary) == (kind, arn, None)
    assert world.targets.principal(kind, "nobody") is None


def test_a_role_comes_with_its_permissions_boundary(world: World) -> None:
    world.make("role", "bounded", PermissionsBoundary=DENY_ALL)
    found = world.targets.principal("role", "bounded")
    assert found is not None
    assert found.boundary == DENY_ALL


def test_a_group_comes_with_its_members_and_a_user_with_its_groups(world: World) -> None:
    world.make("group", "developers")
    world.make("user", "ada")
    world.join("developers", "ada")
    group, user = world.targets.principal("group", "developers"), world.targets.principal("user", "ada")
    assert group is not None
    assert user is not None
    assert (group.members, user.groups) == (("ada",), ("developers",))


@pytest.mark.parametrize("kind", ["role", "user", "group"])
def test_policies_of_a_principal_are_the_managed_and_the_inline_ones_with_their_documents(
    world: World, kind: str
) -> None:
    world.make(kind, "somebody")
    arn = world.policy("denies", DENIES)
    world.attach(kind, "somebody", arn)
    world.put(kind, "somebody", "inline", ALLOWS)
    found = world.targets.policies_of(kind, "somebody")
    assert [(each.id, each.document) for each in found] == [(arn, DENIES), ("inline", ALLOWS)]


def test_a_managed_policy_of_the_account_and_one_of_aws_have_their_documents(world: World) -> None:
    arn = world.policy("denies", DENIES)
    own, of_aws = world.targets.managed_policy(arn), world.targets.managed_policy(DENY_ALL)
    assert own == Policy(id=arn, document=DENIES)
    assert of_aws is not None
    assert of_aws.document["Statement"][0]["Effect"] == "Deny"
    assert world.targets.managed_policy(f"arn:aws:iam::{ACCOUNT}:policy/none") is None


def test_a_policy_that_changed_is_read_anew(world: World) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:policy/denies"
    assert world.targets.managed_policy(arn) is None
    world.policy("denies", DENIES)
    assert world.targets.managed_policy(arn) == Policy(id=arn, document=DENIES)


def test_only_instances_that_exist_are_found(world: World) -> None:
    identifier = world.instance("web")
    [found] = world.targets.instances(REGION, [identifier, "i-0123456789abcdef0"])
    assert (found.id, found.state, found.type, found.name, found.group) == (
        identifier,
        "running",
        "t3.micro",
        "web",
        None,
    )


def test_only_databases_that_exist_are_found(world: World) -> None:
    world.database("orders")
    [found] = world.targets.databases(REGION, ["orders", "others"])
    assert (found.id, found.state, found.engine, found.type, found.cluster, found.replicas) == (
        "orders",
        "available",
        "postgres",
        "db.t3.micro",
        None,
        (),
    )


def test_a_service_control_policy_has_its_document(world: World) -> None:
    identifier = world.control_policy(DENIES)
    assert world.targets.service_control_policy(identifier) == Policy(id=identifier, document=DENIES)
    assert world.targets.service_control_policy("p-87654321") is None


def test_the_accounts_of_a_unit_are_those_of_the_units_in_it_too(world: World) -> None:
    outer = world.unit("Outer")
    inner = world.unit("Inner", outer)
    assert world.targets.accounts_under(inner) == ()
    world.account_in(inner, "210000000001")
    for target in (outer, inner, "210000000001"):
        accounts = world.targets.accounts_under(target)
        assert accounts is not None
        assert [(each.id, each.name, each.state) for each in accounts] == [
            ("210000000001", "platform", "ACTIVE")
        ]
    for nothing in ("999999999999", "ou-abcd-12345678"):
        assert world.targets.accounts_under(nothing) is None


@pytest.fixture
def embedded() -> EmbeddedWorld:
    return EmbeddedWorld()


READS: list[tuple[str, str, Callable[[TargetsGateway], object]]] = [
    ("iam", "GetRole", lambda targets: targets.principal("role", "DeveloperRole")),
    ("iam", "ListRolePolicies", lambda targets: targets.policies_of("role", "DeveloperRole")),
    ("iam", "GetPolicy", lambda targets: targets.managed_policy(DENY_ALL)),
    ("ec2", "DescribeInstances", lambda targets: targets.instances(REGION, ["i-0123456789abcdef0"])),
    ("rds", "DescribeDBInstances", lambda targets: targets.databases(REGION, ["orders"])),
    ("organizations", "DescribePolicy", lambda targets: targets.service_control_policy("p-12345678")),
    ("organizations", "DescribeAccount", lambda targets: targets.accounts_under("210000000001")),
]


@pytest.mark.parametrize(("service", "operation", "read"), READS, ids=[each[1] for each in READS])
def test_a_failed_read_is_an_error_and_never_an_absence(
    embedded: EmbeddedWorld, service: str, operation: str, read: Callable[[TargetsGateway], object]
) -> None:
    faults = the_server().faults
    for kind, error in (
        (Kind.ACCESS_DENIED, AccessDenied),
        (Kind.THROTTLE, Throttled),
        (Kind.TRUNCATED_PAGE, AwsUnavailable),
    ):
        faults.order(Fault(service, operation, kind))
        with pytest.raises(error) as caught:
            read(embedded.targets)
        if error is AccessDenied:
            assert caught.value.details["permission"] == f"{service}:{operation}"


def test_members_are_followed_over_all_pages(embedded: EmbeddedWorld) -> None:
    embedded.make("group", "crowd")
    for number in range(130):
        embedded.make("user", f"user{number:03d}")
        embedded.join("crowd", f"user{number:03d}")
    found = embedded.targets.principal("group", "crowd")
    assert found is not None
    assert len(found.members) == 130


def test_an_instance_of_an_auto_scaling_group_names_it(embedded: EmbeddedWorld) -> None:
    with environment():
        make: Any = boto3.client
        scaling = make("autoscaling", region_name=REGION)
        scaling.create_launch_configuration(
            LaunchConfigurationName="web", ImageId="ami-12c6146b", InstanceType="t3.micro"
        )
        scaling.create_auto_scaling_group(
            AutoScalingGroupName="web-fleet",
            LaunchConfigurationName="web",
            MinSize=1,
            MaxSize=1,
            AvailabilityZones=[f"{REGION}a"],
        )
        [member] = scaling.describe_auto_scaling_instances()["AutoScalingInstances"]
    [found] = embedded.targets.instances(REGION, [member["InstanceId"]])
    assert found.group == "web-fleet"
