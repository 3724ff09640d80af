"""The backend that answers for AWS Budgets in place of moto's."""

from moto.budgets.models import BudgetsBackend

from local.budgets.store import Store


class Backend(BudgetsBackend):
    """AWS Budgets of one account; all it keeps is in `store`."""

    def __init__(self, region_name: str, account_id: str) -> None:
        """Made by moto when the account first calls the service."""
        super().__init__(region_name, account_id)
        self.store = Store(account_id)
