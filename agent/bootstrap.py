"""The composition root: settings → clients → gateways → agent. Nothing else builds adapters."""

from __future__ import annotations

from datetime import timedelta
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING

from agent.budget_agent import BudgetAgent
from agent.invocation import present_requester, seconds_left
from agent.observability import aws_calls
from agent.settings import Settings, TimeSource
from tools.actions.catalogue import ACTIONS
from tools.aws.clients import Clients, build_clients
from tools.gateways import AgentIdentity, Gateways, NoGate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agent.idempotency import OnceOnly
    from tools.aws.state_table import StateTable
    from tools.domain.audit import Requester
    from tools.domain.deliveries import Unsettled
    from tools.gateways import ChangeGate, Clock
    from tools.ports.assistant import Assistant
    from tools.ports.budgets import BudgetsGateway
    from tools.ports.channels import AnnouncementChannel, ConnectionStore
    from tools.ports.cost_explorer import CostExplorerGateway
    from tools.ports.governance import GovernanceRules, RulesSource
    from tools.ports.state import StateStore
    from tools.ports.targets import TargetsGateway


def build_agent(settings: Settings) -> BudgetAgent:
    """The agent on AWS. Raises AccessDenied or AwsUnavailable when STS has to be asked and does not answer."""
    clients = build_clients(
        region=settings.region,
        attempts=settings.aws_attempts,
        read_timeout=settings.aws_read_timeout,
        observe=aws_calls.note,
    )
    gateways = build_gateways(settings, clients)
    once_only = cache(partial(_once_only, settings, clients, gateways.identity.account_id))
    return BudgetAgent(ACTIONS, gateways, once_only)


def build_gateways(settings: Settings, clients: Clients) -> Gateways:
    """The gateways on AWS. Raises as `build_agent` does."""
    return AwsGateways(settings, clients, _identity(settings, clients))


class AwsGateways:
    """The gateways on AWS. Each is imported and built at its first use: a request pays for those it needs."""

    def __init__(self, settings: Settings, clients: Clients, identity: AgentIdentity) -> None:
        self.identity = identity
        self._settings = settings
        self._clients = clients

    @cached_property
    def budgets(self) -> BudgetsGateway:
        """AWS Budgets."""
        from tools.aws.budgets import AwsBudgets

        return AwsBudgets(self._clients.budgets, self.identity.account_id)

    @cached_property
    def cost_explorer(self) -> CostExplorerGateway:
        """Cost Explorer; with a state table what it answers is remembered."""
        from tools.aws.cost_explorer import AwsCostExplorer

        asked = AwsCostExplorer(self._clients.cost_explorer)
        if self.state is None:
            return asked
        from tools.aws.cached_cost_explorer import CachedCostExplorer

        return CachedCostExplorer(
            asked=asked, memory=self.state, account_id=self.identity.account_id, clock=self.clock
        )

    @cached_property
    def targets(self) -> TargetsGateway:
        """What budget actions would hit."""
        from tools.aws.targets import AwsTargets

        return AwsTargets(self._clients)

    @cached_property
    def clock(self) -> Clock:
        """The time of the machine, or that of the AWS endpoint."""
        from tools.aws.clock import AwsClock, SystemClock

        return AwsClock(self._clients.sts) if self._settings.time_source is TimeSource.AWS else SystemClock()

    @property
    def requester(self) -> Requester:
        """Who asked for the present call."""
        return present_requester()

    @cached_property
    def state(self) -> StateStore | None:
        """The agent's memory; None without a state table."""
        table = self._state_table()
        if table is None:
            return None
        from tools.aws.state_store import DynamoDbStateStore

        return DynamoDbStateStore(table, timedelta(days=self._settings.snapshot_days))

    @cached_property
    def connections(self) -> ConnectionStore | None:
        """The connections of the stack's own WebSocket API; None without a state table."""
        table = self._state_table()
        if table is None:
            return None
        from tools.aws.connections import DynamoDbConnections

        return DynamoDbConnections(table, self.identity.account_id)

    @cached_property
    def channels(self) -> tuple[AnnouncementChannel, ...]:
        """The channels that the settings name."""
        return tuple(_channels(self._settings, self._clients, self.connections))

    @cached_property
    def unsettled(self) -> Unsettled:
        """What this process has told and could not settle."""
        from tools.domain.deliveries import Unsettled

        return Unsettled()

    def seconds_left(self) -> float:
        """How much time the invocation still has."""
        return seconds_left()

    @cached_property
    def rules(self) -> GovernanceRules:
        """The governance rules: those of a file, where the settings name one."""
        named = self._settings.governance_rules
        if named is None:
            from tools.ports.governance import PackagedRules

            return PackagedRules()
        from agent.rules_in_force import RulesOfFile

        source = _rules_source(named, self._clients)
        return RulesOfFile(source, lambda: self.state, self.identity.account_id, lambda: self.clock)

    @cached_property
    def assistant(self) -> Assistant:
        """The language model that the settings name."""
        if self._settings.model_id is None:
            from tools.ports.assistant import NoAssistant

            return NoAssistant()
        from agent.assistant import StrandsAssistant
        from tools.aws.errors import aws_errors

        errors = partial(aws_errors, "bedrock:InvokeModelWithResponseStream")
        return StrandsAssistant(self._settings, ACTIONS, self, errors)

    @property
    def gate(self) -> ChangeGate:
        """None of its own: every call of an action gets one."""
        return NoGate()

    def _state_table(self) -> StateTable | None:
        name = self._settings.state_table
        if name is None:
            return None
        from tools.aws.state_table import StateTable

        return StateTable(self._clients.dynamodb, name)


def _rules_source(named: str, clients: Clients) -> RulesSource:
    """What reads `s3://bucket/key` or `ssm:/name`."""
    kind, _, place = named.partition(":")
    if kind == "s3":
        from tools.aws.rules_in_s3 import RulesInS3

        bucket, _, key = place.removeprefix("//").partition("/")
        return RulesInS3(clients.s3, bucket, key)
    from tools.aws.rules_in_ssm import RulesInSsm

    return RulesInSsm(clients.ssm, place)


def _channels(
    settings: Settings, clients: Clients, connections: ConnectionStore | None
) -> Iterator[AnnouncementChannel]:
    """An adapter for every channel of `tools.domain.channels` that has an address."""
    from tools.domain.channels import OWNERS_WEBSOCKET, STACK_WEBSOCKET

    websocket, table = settings.websocket_endpoint, settings.websocket_connections_table
    if websocket is not None and table is not None:
        from tools.aws.connections import OwnersConnections
        from tools.aws.websocket import WebSocketChannel

        source = OwnersConnections(clients.dynamodb, table)
        yield WebSocketChannel(OWNERS_WEBSOCKET, partial(clients.connections, websocket), source)
    if settings.stack_websocket_endpoint is not None and connections is not None:
        from tools.aws.websocket import WebSocketChannel

        client = partial(clients.connections, settings.stack_websocket_endpoint)
        yield WebSocketChannel(STACK_WEBSOCKET, client, connections)
    if settings.alert_channel_topic_arn is not None:
        from tools.aws.topic import TopicChannel

        yield TopicChannel(clients.sns, settings.alert_channel_topic_arn)


def _once_only(settings: Settings, clients: Clients, account_id: str) -> OnceOnly | None:
    """None without a state table: there is nothing to remember requests in."""
    table = settings.state_table
    if table is None:
        return None
    from agent.idempotency import OnceOnly
    from tools.aws.state_table import PUT, state_errors

    return OnceOnly(clients.dynamodb, table, account_id, partial(state_errors, PUT, table))


def _identity(settings: Settings, clients: Clients) -> AgentIdentity:
    """STS is asked for the account when the environment is silent, and for the role when it is needed first."""

    @cache
    def asked() -> tuple[str, str | None]:
        from tools.aws.identity import caller

        return caller(clients.sts)

    return AgentIdentity(
        account_id=settings.account_id or asked()[0],
        role_arn=lambda: asked()[1],
        action_execution_role_arn=settings.action_execution_role_arn,
    )
