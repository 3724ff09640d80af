"""Scenario: what an embedded AWS holds at its first moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from local.ledger.ledger import Ledger


class Account(NamedTuple):
    """An account of the organization; `id` is twelve digits."""

    id: str
    name: str
    email: str


class OrganizationalUnit(NamedTuple):
    """A unit of the organization, the member accounts directly in it, and the unit it is in; None is the root."""

    name: str
    accounts: tuple[str, ...] = ()
    parent: str | None = None


class Role(NamedTuple):
    """An IAM role of the management account: its trust policy, and its inline policy if it has one."""

    name: str
    trust_policy: Mapping[str, Any]
    policy: Mapping[str, Any] | None = None


class Policy(NamedTuple):
    """A customer managed IAM policy of the management account."""

    name: str
    document: Mapping[str, Any]


@dataclass
class Scenario:
    """Spending, budgets and the surroundings they need.

    `budgets` are CreateBudget requests as boto3 takes them, without AccountId; points in time are
    timezone-aware. `accounts` begins with the management account; those that none of the `units` names
    are in the root, and a unit comes after the one it is in. `topics` are names of SNS topics in
    us-east-1 that AWS Budgets may publish to. `has_multi_year_data` opts in to 38 months of MONTHLY Cost
    Explorer history; without it there are 14.
    """

    ledger: Ledger
    budgets: list[dict[str, Any]] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    units: list[OrganizationalUnit] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)
    policies: list[Policy] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    has_multi_year_data: bool = True
