"""One request to AWS Budgets: checked, allowed, and under the lock."""

from datetime import datetime

from local.budgets.accounts import store_of
from local.budgets.budget import Budget
from local.budgets.errors import access_denied
from local.budgets.refresh import post, watch
from local.budgets.rules.shapes import check_input
from local.budgets.store import LOCK, Store
from local.service import Answer, StrictResponse
from local.world import current


class BudgetsRequest(StrictResponse):
    """What every operation of AWS Budgets needs."""

    def __init__(self) -> None:
        """Made by moto for each request."""
        super().__init__(service_name="budgets")

    @property
    def store(self) -> Store:
        """What is kept for the caller's account."""
        return store_of(self.current_account, self.partition)

    @property
    def now(self) -> datetime:
        """The world's present moment, aware UTC."""
        return current().clock.now()

    @property
    def is_management_account(self) -> bool:
        """Whether the caller is the account that pays for the organization."""
        return bool(self.current_account == current().account_id)

    def call_action(self) -> Answer:
        """Check the request against the service model, then run it. Raises Refused where AWS would refuse it."""
        watch(current().clock)
        check_input(self._get_action(), self.params)
        self._require_own_account(self.params.get("AccountId"))
        with LOCK:
            answer = super().call_action()
        post(self.store)
        return answer

    def budget(self, text: str) -> Budget:
        """The budget that the request names. Raises Refused with the text if it does not exist."""
        return self.store.find(self.params["BudgetName"], text)

    def _require_own_account(self, account_id: str | None) -> None:
        """Raise Refused for another account's budgets: AWS Budgets has no calls across accounts.

        The linked-account text is AWS's own; whether members may have budgets is the payer's to say.
        """
        caller = self.current_account
        if account_id is not None and account_id != caller:
            raise access_denied(
                f"User: arn:aws:iam::{caller}:root is not authorized to access the budgets of account {account_id}"
            )
        if not self.is_management_account:
            payer = store_of(current().account_id, self.partition)
            if not payer.lets_linked_accounts_budget:
                raise access_denied(
                    f"Account {caller} is a linked account. To enable budgets for your account, ask the payer "
                    "account to enable budgets first."
                )
