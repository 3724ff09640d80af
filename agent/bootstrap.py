"""The composition root: settings → clients → gateways → agent. Nothing else builds adapters."""

from __future__ import annotations

from functools import partial

from agent.budget_agent import BudgetAgent
from agent.idempotency import OnceOnly
from agent.observability import aws_calls
from agent.settings import Settings, TimeSource
from tools.actions.catalogue import ACTIONS
from tools.aws.budgets import AwsBudgets
from tools.aws.clients import Clients, build_clients
from tools.aws.clock import AwsClock, SystemClock
from tools.aws.cost_explorer import AwsCostExplorer
from tools.aws.identity import caller
from tools.aws.state_store import DynamoDbStateStore
from tools.aws.state_table import PUT, StateTable, state_errors
from tools.gateways import AgentIdentity, Clock, Gateways


def build_agent(settings: Settings) -> BudgetAgent:
    """The agent on AWS. Raises AccessDenied or AwsUnavailable when STS has to be asked and does not answer."""
    clients = build_clients(
        region=settings.region,
        attempts=settings.aws_attempts,
        read_timeout=settings.aws_read_timeout,
        observe=aws_calls.note,
    )
    gateways = build_gateways(settings, clients)
    return BudgetAgent(ACTIONS, gateways, _once_only(settings, clients, gateways.identity.account_id))


def build_gateways(settings: Settings, clients: Clients) -> Gateways:
    """The gateways on AWS."""
    identity = _identity(settings, clients)
    return Gateways(
        budgets=AwsBudgets(clients.budgets, identity.account_id),
        cost_explorer=AwsCostExplorer(clients.cost_explorer),
        clock=_clock(settings, clients),
        identity=identity,
        state=None
        if settings.state_table is None
        else DynamoDbStateStore(StateTable(clients.dynamodb, settings.state_table)),
    )


def _once_only(settings: Settings, clients: Clients, account_id: str) -> OnceOnly | None:
    """None without a state table: there is nothing to remember requests in."""
    table = settings.state_table
    if table is None:
        return None
    return OnceOnly(clients.dynamodb, table, account_id, partial(state_errors, PUT, table))


def _clock(settings: Settings, clients: Clients) -> Clock:
    return AwsClock(clients.sts) if settings.time_source is TimeSource.AWS else SystemClock()


def _identity(settings: Settings, clients: Clients) -> AgentIdentity:
    """STS says the account when the environment does not, and always the role: it must never be restricted."""
    account_id, role_arn = caller(clients.sts)
    return AgentIdentity(
        account_id=settings.account_id or account_id,
        role_arn=role_arn,
        action_execution_role_arn=settings.action_execution_role_arn,
    )
