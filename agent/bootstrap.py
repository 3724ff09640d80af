"""The composition root: settings → clients → gateways → agent. Nothing else builds adapters."""

from __future__ import annotations

from datetime import timedelta
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING

from agent.budget_agent import BudgetAgent
from agent.observability import aws_calls
from agent.settings import Settings, TimeSource
from tools.actions.catalogue import ACTIONS
from tools.aws.clients import Clients, build_clients
from tools.gateways import AgentIdentity, Gateways

if TYPE_CHECKING:
    from agent.idempotency import OnceOnly
    from tools.gateways import BudgetsGateway, Clock, CostExplorerGateway, StateStore


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
    def clock(self) -> Clock:
        """The time of the machine, or that of the AWS endpoint."""
        from tools.aws.clock import AwsClock, SystemClock

        return AwsClock(self._clients.sts) if self._settings.time_source is TimeSource.AWS else SystemClock()

    @cached_property
    def state(self) -> StateStore | None:
        """The agent's memory; None without a state table."""
        if self._settings.state_table is None:
            return None
        from tools.aws.state_store import DynamoDbStateStore
        from tools.aws.state_table import StateTable

        table = StateTable(self._clients.dynamodb, self._settings.state_table)
        return DynamoDbStateStore(table, timedelta(days=self._settings.snapshot_days))


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
