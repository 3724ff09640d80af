"""What actions may ask of what budget actions restrict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tools.domain.targets import Account, Database, Instance, Policy, Principal


class TargetsGateway(Protocol):
    """Whom and what a budget action would hit: IAM, EC2, RDS and Organizations, read only.

    Raises AccessDenied, Throttled, AwsUnavailable, and DataUnavailable where AWS refuses for another reason.
    """

    def principal(self, kind: str, name: str) -> Principal | None:
        """A role, user or group by name, which may have a path before it; None if there is none.

        A user comes with its groups, a group with its members.
        """

    def policies_of(self, kind: str, name: str) -> tuple[Policy, ...]:
        """The managed and inline policies of a role, user or group, without those of a user's groups."""

    def managed_policy(self, arn: str) -> Policy | None:
        """A managed policy with the document of its default version; None if there is none."""

    def instances(self, region: str, ids: Sequence[str]) -> list[Instance]:
        """Those of the EC2 instances that exist."""

    def databases(self, region: str, ids: Sequence[str]) -> list[Database]:
        """Those of the RDS instances that exist."""

    def service_control_policy(self, policy_id: str) -> Policy | None:
        """A service control policy; None if there is none, or no organization."""

    def accounts_under(self, target_id: str) -> tuple[Account, ...] | None:
        """The account of this id, or all accounts in a unit and the units in it; None if there is none."""
