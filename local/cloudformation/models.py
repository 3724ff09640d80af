"""The backend that answers for CloudFormation in place of moto's."""

from moto.cloudformation.models import CloudFormationBackend

from local.cloudformation.stacks import Stacks


class Backend(CloudFormationBackend):
    """CloudFormation of one account and Region; all it keeps is in `store`."""

    def __init__(self, region_name: str, account_id: str) -> None:
        """Made by moto when the account first calls the service."""
        super().__init__(region_name, account_id)
        self.store = Stacks(region_name, account_id)
