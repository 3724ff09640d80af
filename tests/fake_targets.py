"""A fake of what budget actions can hit; it passes the contract suite of the adapter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.builders import ACCOUNT
from tools.domain.errors import BudgetAgentError
from tools.domain.targets import Account, Database, Instance, Policy, Principal


@dataclass
class FakeTargets:
    """Targets in memory. `failing` maps a method's name to the error it raises; `read` lists what was asked.

    `accounts` maps the id of an account or unit to the accounts under it.
    """

    principals: dict[tuple[str, str], Principal] = field(default_factory=dict)
    policies: dict[tuple[str, str], list[Policy]] = field(default_factory=lambda: defaultdict(list))
    managed: dict[str, Policy] = field(default_factory=dict)
    ec2: dict[str, Instance] = field(default_factory=dict)
    rds: dict[str, Database] = field(default_factory=dict)
    control_policies: dict[str, Policy] = field(default_factory=dict)
    accounts: dict[str, tuple[Account, ...]] = field(default_factory=dict)
    failing: dict[str, BudgetAgentError] = field(default_factory=dict)
    read: list[str] = field(default_factory=list)

    def principal(self, kind: str, name: str) -> Principal | None:
        self._may("principal")
        return self.principals.get((kind, name.rpartition("/")[2]))

    def policies_of(self, kind: str, name: str) -> tuple[Policy, ...]:
        self._may("policies_of")
        return tuple(self.policies[kind, name.rpartition("/")[2]])

    def managed_policy(self, arn: str) -> Policy | None:
        self._may("managed_policy")
        return self.managed.get(arn)

    def instances(self, region: str, ids: Sequence[str]) -> list[Instance]:
        self._may("instances")
        return [self.ec2[each] for each in ids if each in self.ec2]

    def databases(self, region: str, ids: Sequence[str]) -> list[Database]:
        self._may("databases")
        return [self.rds[each] for each in ids if each in self.rds]

    def service_control_policy(self, policy_id: str) -> Policy | None:
        self._may("service_control_policy")
        return self.control_policies.get(policy_id)

    def accounts_under(self, target_id: str) -> tuple[Account, ...] | None:
        self._may("accounts_under")
        return self.accounts.get(target_id)

    def _may(self, method: str) -> None:
        self.read.append(method)
        if method in self.failing:
            raise self.failing[method]


class EverythingExists(FakeTargets):
    """Whatever is asked for is there, and denies or may do nothing: for tests that are about something else."""

    def principal(self, kind: str, name: str) -> Principal | None:
        self._may("principal")
        return Principal(kind=kind, name=name, arn=f"arn:aws:iam::{ACCOUNT}:{kind}/{name}")

    def managed_policy(self, arn: str) -> Policy | None:
        self._may("managed_policy")
        return Policy(id=arn, document=_DENIES)

    def instances(self, region: str, ids: Sequence[str]) -> list[Instance]:
        self._may("instances")
        return [Instance(id=each, state="running", type="t3.micro") for each in ids]

    def databases(self, region: str, ids: Sequence[str]) -> list[Database]:
        self._may("databases")
        return [Database(id=each, state="available", engine="mysql", type="db.t3.micro") for each in ids]

    def service_control_policy(self, policy_id: str) -> Policy | None:
        self._may("service_control_policy")
        return Policy(id=policy_id, document=_DENIES)

    def accounts_under(self, target_id: str) -> tuple[Account, ...] | None:
        self._may("accounts_under")
        return (Account(id=target_id, name=target_id, state="ACTIVE"),)


_DENIES = {"Statement": [{"Effect": "Deny", "Action": "ec2:RunInstances", "Resource": "*"}]}
