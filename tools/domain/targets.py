"""Whom and what a budget action can hit, as far as AWS tells: principals, policies, instances, accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A role, user or group of the account.

    `boundary` is the ARN of its permissions boundary; `members` are the users of a group, `groups` those that a
    user is in.
    """

    kind: str
    name: str
    arn: str
    boundary: str | None = None
    members: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy with its document as it is in force: the default version of a managed one, or an inline one.

    `id` is the ARN of a managed IAM policy, the id of a service control policy, or the name of an inline one.
    """

    id: str
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """An EC2 instance; `group` is the Auto Scaling group that it belongs to."""

    id: str
    state: str
    type: str
    name: str | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """An RDS instance; `cluster` is the Aurora or Multi-AZ cluster that it is a member of."""

    id: str
    state: str
    engine: str
    type: str
    cluster: str | None = None
    replica_of: str | None = None
    replicas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account of the organization; `state` is AWS's word."""

    id: str
    name: str
    state: str
