"""Store: the budgets of one account and what was sent about them."""

from dataclasses import dataclass, field
from threading import RLock

from local.budgets.budget import Budget
from local.budgets.delivery import Message
from local.budgets.errors import not_found
from local.budgets.execution import AccountExecutor, Executor
from local.budgets.mail import Mail, Undelivered
from local.budgets.meter import Meter
from local.world import current

# Budgets per account (AWS Cost Management user guide, quotas).
BUDGET_QUOTA = 20_000

# One for all accounts: a request or a refresh sees and leaves budgets whole.
LOCK = RLock()


@dataclass
class Store:
    """Everything AWS Budgets keeps for one account.

    `actions_finish_at_once` says whether an action's work is done within the call that sets it off, or at the
    next refresh, so that its progress can be seen. `lets_linked_accounts_budget` is the management account's
    to give.
    """

    account_id: str
    budgets: dict[str, Budget] = field(default_factory=dict)
    budgets_made: int = 0
    budget_quota: int = BUDGET_QUOTA
    outbox: list[Message] = field(default_factory=list)
    mails: list[Mail] = field(default_factory=list)
    undelivered: list[Undelivered] = field(default_factory=list)
    executor: Executor = field(default_factory=AccountExecutor)
    actions_finish_at_once: bool = True
    lets_linked_accounts_budget: bool = True

    def meter(self) -> Meter:
        """What measures this account's budgets in the world being served."""
        return Meter(current().ledger, self.account_id)

    def find(self, name: str, text: str) -> Budget:
        """The budget of that name. Raises Refused with the text if there is none."""
        if name not in self.budgets:
            raise not_found(text)
        return self.budgets[name]
