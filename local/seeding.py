"""What a scenario begins with, created through the front door."""

import json
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config

from local.hooks import name_management_account, next_account_id
from local.scenarios.scenario import Scenario
from local.world import World


class Seeding:
    """Creates through AWS's own operations over HTTP, so that what is seeded obeyed every rule."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._clients: dict[str, Any] = {}

    def plant(self, world: World) -> None:
        """Create what the world's scenario names. Raises botocore's ClientError where AWS would refuse it."""
        if world.scenario is None:
            return
        self._found_organization(world.scenario, world.account_id)
        self._create_principals(world.scenario)
        for name in world.scenario.topics:
            self._create_topic(name)
        for budget in world.scenario.budgets:
            self._client("budgets").create_budget(AccountId=world.account_id, **budget)

    def close(self) -> None:
        """Close the connections to the server."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()

    def _found_organization(self, scenario: Scenario, management_account: str) -> None:
        members = [account for account in scenario.accounts if account.id != management_account]
        if not members:
            return
        organizations = self._client("organizations")
        organizations.create_organization(FeatureSet="ALL")
        for account in scenario.accounts:
            if account.id == management_account:
                name_management_account(account.id, account.name, account.email)
        root = organizations.list_roots()["Roots"][0]["Id"]
        organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
        for account in members:
            with next_account_id(account.id):
                organizations.create_account(AccountName=account.name, Email=account.email)
        self._arrange_units(scenario, root)

    def _arrange_units(self, scenario: Scenario, root: str) -> None:
        organizations = self._client("organizations")
        places: dict[str | None, str] = {None: root}
        for unit in scenario.units:
            made = organizations.create_organizational_unit(ParentId=places[unit.parent], Name=unit.name)
            place = places[unit.name] = made["OrganizationalUnit"]["Id"]
            for account_id in unit.accounts:
                organizations.move_account(
                    AccountId=account_id, SourceParentId=root, DestinationParentId=place
                )

    def _create_principals(self, scenario: Scenario) -> None:
        iam = self._client("iam")
        for policy in scenario.policies:
            iam.create_policy(PolicyName=policy.name, PolicyDocument=json.dumps(policy.document))
        for role in scenario.roles:
            iam.create_role(RoleName=role.name, AssumeRolePolicyDocument=json.dumps(role.trust_policy))
            if role.policy is not None:
                document = json.dumps(role.policy)
                iam.put_role_policy(RoleName=role.name, PolicyName="permissions", PolicyDocument=document)

    def _create_topic(self, name: str) -> None:
        """A topic that AWS Budgets may publish to (AWS Cost Management user guide, budgets and SNS policy)."""
        sns = self._client("sns")
        arn = sns.create_topic(Name=name)["TopicArn"]
        statement = {
            "Sid": "AWSBudgets",
            "Effect": "Allow",
            "Principal": {"Service": "budgets.amazonaws.com"},
            "Action": "SNS:Publish",
            "Resource": arn,
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)

    @cached_property
    def _session(self) -> Any:
        return boto3.Session(
            aws_access_key_id="seeding",
            aws_secret_access_key="seeding",  # noqa: S106  # any key opens the embedded AWS
            region_name="us-east-1",
        )

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            # No proxies: the endpoint is the loopback interface whatever the environment says.
            config = Config(proxies={}, retries={"total_max_attempts": 1})
            self._clients[service] = self._session.client(service, endpoint_url=self._url, config=config)
        return self._clients[service]
