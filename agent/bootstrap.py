"""The composition root: settings → clients → gateways → agent. Nothing else builds adapters."""

from __future__ import annotations

from agent.budget_agent import BudgetAgent
from agent.observability import aws_calls
from agent.settings import Settings, TimeSource
from tools.actions.catalogue import ACTIONS
from tools.aws.budgets import AwsBudgets
from tools.aws.clients import Clients, build_clients
from tools.aws.clock import AwsClock, SystemClock
from tools.aws.cost_explorer import AwsCostExplorer
from tools.aws.identity import caller
from tools.gateways import AgentIdentity, Clock, Gateways


def build_agent(settings: Settings) -> BudgetAgent:
    """The agent on AWS. Raises AccessDenied or AwsUnavailable when STS has to be asked and does not answer."""
    clients = build_clients(
        region=settings.region,
        attempts=settings.aws_attempts,
        read_timeout=settings.aws_read_timeout,
        observe=aws_calls.note,
    )
    return BudgetAgent(ACTIONS, build_gateways(settings, clients))


def build_gateways(settings: Settings, clients: Clients) -> Gateways:
    """The gateways on AWS."""
    identity = _identity(settings, clients)
    return Gateways(
        budgets=AwsBudgets(clients.budgets, identity.account_id),
        cost_explorer=AwsCostExplorer(clients.cost_explorer),
        clock=_clock(settings, clients),
        identity=identity,
    )


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
