"""What budget actions can hit, behind `TargetsGateway`: IAM, EC2, RDS and Organizations in one."""

from __future__ import annotations

from collections.abc import Sequence

from tools.aws.clients import Clients
from tools.aws.databases import AwsDatabases
from tools.aws.iam import AwsPrincipals
from tools.aws.instances import AwsInstances
from tools.aws.organization import AwsOrganization
from tools.domain.targets import Account, Database, Instance, Policy, Principal


class AwsTargets:
    """Targets through boto3. A client is made when the first target of its kind is looked at."""

    def __init__(self, clients: Clients) -> None:
        self._principals = AwsPrincipals(clients.iam)
        self._instances = AwsInstances(clients.ec2)
        self._databases = AwsDatabases(clients.rds)
        self._organization = AwsOrganization(clients.organizations)

    def principal(self, kind: str, name: str) -> Principal | None:
        """From IAM."""
        return self._principals.principal(kind, name)

    def policies_of(self, kind: str, name: str) -> tuple[Policy, ...]:
        """From IAM."""
        return self._principals.policies_of(kind, name)

    def managed_policy(self, arn: str) -> Policy | None:
        """From IAM."""
        return self._principals.managed_policy(arn)

    def instances(self, region: str, ids: Sequence[str]) -> list[Instance]:
        """From EC2."""
        return self._instances.instances(region, ids)

    def databases(self, region: str, ids: Sequence[str]) -> list[Database]:
        """From RDS."""
        return self._databases.databases(region, ids)

    def service_control_policy(self, policy_id: str) -> Policy | None:
        """From Organizations."""
        return self._organization.service_control_policy(policy_id)

    def accounts_under(self, target_id: str) -> tuple[Account, ...] | None:
        """From Organizations."""
        return self._organization.accounts_under(target_id)
