"""Everything an action may use, in one bundle; `tools.aws` answers with AWS, tests with fakes.

What can be asked of each is in `tools.ports`, a file for whom it is asked of, imported by those who need it. Every
method raises the errors of `tools.domain.errors` and no others: AccessDenied, Throttled, AwsUnavailable, and where
named BudgetNotFound, BudgetAlreadyExists, QuotaExceeded, ResourceLocked, DataUnavailable, InvalidParameters. Reads
return everything: pages are followed to the end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tools.domain.audit import Requester
    from tools.domain.deliveries import Unsettled
    from tools.domain.planned_change import PlannedChange
    from tools.ports.assistant import Assistant
    from tools.ports.budgets import BudgetsGateway
    from tools.ports.channels import AnnouncementChannel, ConnectionStore
    from tools.ports.cost_explorer import CostExplorerGateway
    from tools.ports.governance import GovernanceRules
    from tools.ports.state import StateStore
    from tools.ports.targets import TargetsGateway


class Clock(Protocol):
    """Where the present comes from."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""


LONGEST_RUN_SECONDS = 15 * 60.0
"""Lambda's longest timeout: what a run has where nobody says how much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentIdentity:
    """Who the agent is: its account, its own role when it has one, and the role AWS Budgets acts with."""

    account_id: str
    role_arn: Callable[[], str | None] = lambda: None
    """Asks AWS at its first call. Raises AccessDenied, Throttled or AwsUnavailable."""
    action_execution_role_arn: str | None = None


class ChangeGate(Protocol):
    """Where changes are judged by the governance rules.

    Every write is, so an action need not call it. One that changes something by several calls says all of them
    before the first, so that what would stand in between is not judged.
    """

    def consider(self, change: PlannedChange) -> None:
        """Judge what would stand after all of it. Raises GovernanceViolation, and what reading raises."""


class NoGate:
    """Where there is nothing behind it to be guarded; every call of an action gets a gate of its own."""

    def consider(self, change: PlannedChange) -> None:
        """Let everything pass."""


class Gateways(Protocol):
    """Everything an action may use."""

    @property
    def budgets(self) -> BudgetsGateway:
        """AWS Budgets."""

    @property
    def cost_explorer(self) -> CostExplorerGateway:
        """AWS Cost Explorer."""

    @property
    def targets(self) -> TargetsGateway:
        """Whom and what budget actions would hit."""

    @property
    def clock(self) -> Clock:
        """Where the present comes from."""

    @property
    def identity(self) -> AgentIdentity:
        """Who the agent is."""

    @property
    def requester(self) -> Requester:
        """Who asked for the present call."""

    @property
    def state(self) -> StateStore | None:
        """The agent's memory; None when no table is configured: then it remembers nothing."""

    @property
    def connections(self) -> ConnectionStore | None:
        """The connections of the stack's own WebSocket API; None without a state table."""

    @property
    def channels(self) -> tuple[AnnouncementChannel, ...]:
        """The channels that this deployment has."""

    @property
    def unsettled(self) -> Unsettled:
        """What this process has told and could not settle."""

    @property
    def rules(self) -> GovernanceRules:
        """The governance rules in force."""

    @property
    def gate(self) -> ChangeGate:
        """Where changes are judged by them."""

    @property
    def assistant(self) -> Assistant:
        """The language model, for those who ask in words."""

    def seconds_left(self) -> float:
        """How much time the present run still has."""
